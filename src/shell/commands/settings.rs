//! What was typed, resolved once: profiles loaded, parameters and namespaces read, so that a run begins with values only.

use std::collections::BTreeMap;
use std::path::Path;

use crate::decide::facts::Namespaces;
use crate::decide::inject::Renderings;
use crate::diagnostic::{Code, Placed, Places};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process;
use crate::process::proof::Encodings;
use crate::profile::{Profile, builtin};
use crate::shell::cli::{DecisionArgs, FactArgs};
use crate::shell::files::input::{self, Recursion};
use crate::shell::files::selection::ProfileRef;
use crate::shell::files::selection::{Selection, load_profiles};
pub(super) use crate::shell::files::selection::{load_profile, parse_profile, profile_text};
use crate::text::splice::RenderedLines;
use crate::text::yaml::error::SyntaxError;

use super::place;

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
    pub(super) encodings: Encodings,
    pub(super) rendered: RenderedLines,
}

impl Settings {
    /// Resolves the arguments of a command that decides.
    pub(super) fn new(decision: &DecisionArgs, facts: &FactArgs) -> Result<Self, Vec<Placed>> {
        let Selection { profiles, set, template_paths } = Selection::load(&decision.given())?;
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
            template_paths,
            namespaces,
            default_namespace: facts
                .namespace
                .as_ref()
                .map_or_else(|| "default".to_owned(), |namespace| namespace.0.clone()),
            kubernetes_version: facts.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST),
            warnings,
            renderings: Renderings::default(),
            encodings: Encodings::default(),
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
            encodings: Encodings::default(),
            rendered: RenderedLines::default(),
        })
    }
}

fn flag(name: &str, error: &dyn std::fmt::Display) -> Vec<Placed> {
    vec![Placed::new(Code::Usage, format!("{name}: {error}"))]
}

fn read_namespaces(path: &Path, namespaces: &mut Namespaces) -> Result<Vec<Placed>, Placed> {
    let mut warnings = Vec::new();
    for input in input::read(&[path.to_owned()], Recursion::Off).map_err(|error| error.placed())? {
        let file = input.source.to_string();
        let text = String::from_utf8_lossy(&input.bytes);
        let mut count = 0;
        let placed = |error: SyntaxError, offset: usize| {
            let at = Places::new(&text).position(offset + error.offset);
            Placed::new(Code::Syntax, error.to_string()).hint(error.hint()).at(file.clone(), Some(at))
        };
        for document in crate::text::document::split(&text).map_err(|error| placed(error, 0))? {
            let tree = document.parse(&text).map_err(|error| placed(error, document.range.start))?;
            let collected = process::collect_namespaces(&tree, namespaces);
            count += collected.count;
            for (warning, offset) in collected.warnings {
                let at = Places::new(&text).position(document.range.start + offset);
                warnings.push(place::namespace_warning(&warning, &file, at));
            }
        }
        if count == 0 {
            return Err(Placed::new(Code::NoNamespace, "there is no Namespace in it").at(file, None));
        }
    }
    Ok(warnings)
}
