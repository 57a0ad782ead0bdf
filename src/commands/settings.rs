//! What was typed, resolved once: profiles loaded, parameters and namespaces read, so that a run begins with values only.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::cli::{DecisionArgs, FactArgs, ProfileRef, Setting};
use crate::facts::{KubernetesVersion, Namespaces};
use crate::inject::Renderings;
use crate::input::{self, Recursion};
use crate::manifest;
use crate::profile::load::{self, ProfileError};
use crate::profile::{Profile, builtin, names};
use crate::report::Placed;
use crate::splice::RenderedLines;
use crate::workload::TemplatePath;
use crate::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::yaml::{parse_json, parse_yaml};

use super::place::{self, Places};

/// The profile that is injected where none is named.
const DEFAULT_PROFILE: &str = "cortexflow";

/// Everything that a run is about, beside its inputs.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) profiles: Vec<Profile>,
    pub(super) set: BTreeMap<String, String>,
    pub(super) template_paths: Vec<TemplatePath>,
    pub(super) namespaces: Namespaces,
    pub(super) default_namespace: String,
    pub(super) kubernetes_version: KubernetesVersion,
    /// Values in `--namespace-file`s that count as unset.
    pub(super) warnings: Vec<Placed>,
    pub(super) renderings: Renderings,
    pub(super) rendered: RenderedLines,
}

impl Settings {
    /// Resolves the arguments of a command that decides.
    pub(super) fn new(decision: &DecisionArgs, facts: &FactArgs) -> Result<Self, Vec<Placed>> {
        let mut profiles = load_profiles(&decision.profiles)?;
        if let Some(choice) = decision.on_ineligible {
            profiles.iter_mut().for_each(|profile| profile.on_ineligible = choice.into());
        }
        let set = settings(&decision.settings, &profiles)?;
        let mut namespaces = Namespaces::default();
        let mut warnings = Vec::new();
        for text in &facts.namespace_labels {
            namespaces.add_labels(text).map_err(|error| flag("--namespace-labels", &error))?;
        }
        for text in &facts.namespace_annotations {
            namespaces.add_annotations(text).map_err(|error| flag("--namespace-annotations", &error))?;
        }
        for path in &facts.namespace_files {
            warnings.extend(read_namespaces(path, &mut namespaces).map_err(|error| vec![error])?);
        }
        Ok(Self {
            profiles,
            set,
            template_paths: decision.template_paths.clone(),
            namespaces,
            default_namespace: facts
                .namespace
                .as_ref()
                .map_or_else(|| "default".to_owned(), |namespace| namespace.0.clone()),
            kubernetes_version: facts.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST),
            warnings,
            renderings: Renderings::default(),
            rendered: RenderedLines::default(),
        })
    }

    /// For undoing: the record says what to do, and profiles only help to tell what was edited.
    pub(super) fn for_undoing(profiles: &[ProfileRef], template_paths: &[TemplatePath]) -> Result<Self, Vec<Placed>> {
        let files: Vec<ProfileRef> =
            profiles.iter().filter(|profile| matches!(profile, ProfileRef::File(_))).cloned().collect();
        let mut known = if files.is_empty() { Vec::new() } else { load_profiles(&files)? };
        for (name, _) in builtin::ALL {
            if !known.iter().any(|profile| profile.name == *name) {
                known.push(load_profile(&ProfileRef::BuiltIn((*name).to_owned()))?);
            }
        }
        Ok(Self {
            profiles: known,
            set: BTreeMap::new(),
            template_paths: template_paths.to_vec(),
            namespaces: Namespaces::default(),
            default_namespace: "default".to_owned(),
            kubernetes_version: KubernetesVersion::NEWEST,
            warnings: Vec::new(),
            renderings: Renderings::default(),
            rendered: RenderedLines::default(),
        })
    }
}

fn flag(name: &str, error: &dyn std::fmt::Display) -> Vec<Placed> {
    vec![Placed::error("usage", format!("{name}: {error}"))]
}

fn settings(given: &[Setting], profiles: &[Profile]) -> Result<BTreeMap<String, String>, Vec<Placed>> {
    let known: Vec<&str> =
        profiles.iter().flat_map(|profile| &profile.parameters).map(|parameter| parameter.name.as_str()).collect();
    let mut set = BTreeMap::new();
    for Setting { name, value } in given {
        if !known.contains(&name.as_str()) {
            let hint = names::nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("--set: no profile of this run has a parameter `{name}`");
            return Err(vec![Placed::error("usage", message).hint(hint)]);
        }
        // A value that no profile can use is wrong once, not once a workload.
        let of_name = profiles.iter().flat_map(|profile| &profile.parameters).filter(|known| known.name == *name);
        for parameter in of_name {
            parameter
                .ty
                .parse(value)
                .map_err(|bad| vec![Placed::error("usage", format!("--set {name}: {bad}")).hint(bad.hint())])?;
        }
        set.insert(name.clone(), value.clone());
    }
    Ok(set)
}

fn load_profiles(references: &[ProfileRef]) -> Result<Vec<Profile>, Vec<Placed>> {
    let default = [ProfileRef::BuiltIn(DEFAULT_PROFILE.to_owned())];
    let references = if references.is_empty() { &default } else { references };
    let mut profiles: Vec<Profile> = Vec::new();
    for reference in references {
        let profile = load_profile(reference)?;
        if profiles.iter().any(|known| known.name == profile.name) {
            return Err(vec![Placed::error("usage", format!("the profile `{}` is named twice", profile.name))]);
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

/// Loads one profile, with every error at its place.
pub(super) fn load_profile(reference: &ProfileRef) -> Result<Profile, Vec<Placed>> {
    let (file, text) = profile_text(reference).map_err(|error| vec![error])?;
    parse_profile(&file, &text)
}

/// A profile's text, and what to call the file.
pub(super) fn profile_text(reference: &ProfileRef) -> Result<(String, String), Placed> {
    match reference {
        ProfileRef::BuiltIn(name) => match builtin::text(name) {
            Some(text) => Ok((format!("<{name}>"), text.to_owned())),
            None => {
                let all: Vec<&str> = builtin::ALL.iter().map(|(name, _)| *name).collect();
                let hint = if Path::new(name).exists() {
                    format!("for the file of that name, write `./{name}`")
                } else {
                    format!("there are {}; a file has a `/` in it or ends in `.yaml`", all.join(", "))
                };
                Err(Placed::error("profile", format!("there is no built-in profile `{name}`")).hint(Some(hint)))
            }
        },
        ProfileRef::File(path) => {
            let file = path.display().to_string();
            let unreadable = |error: &dyn std::fmt::Display| {
                Placed::error("profile", format!("cannot read the profile: {error}")).at(file.clone(), None)
            };
            let bytes = fs::read(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unreadable(&"no such file"),
                _ => unreadable(&error),
            })?;
            let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
            Ok((file, text))
        }
    }
}

/// Reads a profile's text.
pub(super) fn parse_profile(file: &str, text: &str) -> Result<Profile, Vec<Placed>> {
    let places = Places::new(text);
    let syntax = |error: SyntaxError| {
        let hint = match &error.kind {
            SyntaxErrorKind::Braces(expression) => Some(format!("quote it: `\"{expression}\"`")),
            _ => error.hint().map(str::to_owned),
        };
        let placed = Placed::error("profile", error.to_string()).hint(hint);
        vec![placed.at(file, Some(places.position(error.offset)))]
    };
    let tree = if text.trim_start().starts_with('{') {
        parse_json(text).map(|(tree, _)| tree).map_err(syntax)?
    } else {
        parse_yaml(text).map_err(syntax)?
    };
    let Some(root) = tree.root() else {
        return Err(vec![Placed::error("profile", "there is no profile in it").at(file, None)]);
    };
    let told = |error: &ProfileError| {
        // A field that nobody knows is wrong at its name, everything else at its value.
        let offset =
            if error.kind.is_about_key() { tree.locate(root, &error.at) } else { tree.locate_value(root, &error.at) };
        let at = places.position(offset);
        let mut placed = Placed::error("profile", error.to_string()).at(file, Some(at)).hint(error.hint());
        placed.path = error.at.to_string();
        placed
    };
    load::load(tree.view(root)).map_err(|errors| errors.iter().map(told).collect())
}

fn read_namespaces(path: &Path, namespaces: &mut Namespaces) -> Result<Vec<Placed>, Placed> {
    let mut warnings = Vec::new();
    for input in input::read(&[path.to_owned()], Recursion::Off).map_err(|error| error.placed())? {
        let file = input.source.to_string();
        let text = String::from_utf8_lossy(&input.bytes);
        let mut count = 0;
        let placed = |error: SyntaxError, offset: usize| {
            let at = Places::new(&text).position(offset + error.offset);
            Placed::error("syntax", error.to_string()).hint(error.hint()).at(file.clone(), Some(at))
        };
        for document in crate::document::split(&text).map_err(|error| placed(error, 0))? {
            let tree = document.parse(&text).map_err(|error| placed(error, document.range.start))?;
            let collected = manifest::collect_namespaces(&tree, namespaces);
            count += collected.count;
            for (warning, offset) in collected.warnings {
                let at = Places::new(&text).position(document.range.start + offset);
                warnings.push(place::namespace_warning(&warning, &file, at));
            }
        }
        if count == 0 {
            return Err(Placed::error("no-namespace", "there is no Namespace in it").at(file, None));
        }
    }
    Ok(warnings)
}
