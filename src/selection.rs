//! The profiles of a run: what was typed, loaded and checked. An error has its file, line and column.
//!
//! It reads profiles' files, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::cli::{DecisionArgs, ProfileRef, Setting};
use crate::profile::load::{self, ProfileError};
use crate::profile::{Profile, builtin, names};
use crate::report::{Placed, Places};
use crate::workload::TemplatePath;
use crate::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::yaml::{parse_json, parse_yaml};

/// The profile that is injected where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "cortexflow";

/// With which profiles, and how.
#[derive(Debug)]
pub(crate) struct Selection {
    /// In the order in which they are applied.
    pub(crate) profiles: Vec<Profile>,
    /// Parameters set for all objects, by name.
    pub(crate) set: BTreeMap<String, String>,
    /// Kinds with templates, beside the known ones.
    pub(crate) template_paths: Vec<TemplatePath>,
}

impl Selection {
    /// Loads what was typed. All that is wrong with a profile is told.
    pub(crate) fn load(given: &DecisionArgs) -> Result<Self, Vec<Placed>> {
        let mut profiles = load_profiles(&given.profiles)?;
        if let Some(choice) = given.on_ineligible {
            profiles.iter_mut().for_each(|profile| profile.on_ineligible = choice.into());
        }
        let set = settings(&given.settings, &profiles)?;
        Ok(Self { profiles, set, template_paths: given.template_paths.clone() })
    }
}

/// What is set, each for a parameter that there is, with a value that it takes.
pub(crate) fn settings(given: &[Setting], profiles: &[Profile]) -> Result<BTreeMap<String, String>, Vec<Placed>> {
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

pub(crate) fn load_profiles(references: &[ProfileRef]) -> Result<Vec<Profile>, Vec<Placed>> {
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
pub(crate) fn load_profile(reference: &ProfileRef) -> Result<Profile, Vec<Placed>> {
    let (file, text) = profile_text(reference).map_err(|error| vec![error])?;
    parse_profile(&file, &text)
}

/// A profile's text, and what to call the file.
pub(crate) fn profile_text(reference: &ProfileRef) -> Result<(String, String), Placed> {
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
pub(crate) fn parse_profile(file: &str, text: &str) -> Result<Profile, Vec<Placed>> {
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
