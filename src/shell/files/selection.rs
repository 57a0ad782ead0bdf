//! The profiles of a run: what was typed, loaded and checked. An error has its file, line and column.
//!
//! It reads profiles' files, and nothing else.

use crate::diagnostic::{Code, Placed};
use crate::kube::workload::TemplatePath;
use crate::process::run::SetPlaces;
use crate::profile::extended::{self, ExtendedProfile};
use crate::profile::parameter::SetValues;
pub use crate::profile::setting::Setting;
use crate::profile::{Overrides, Profile};

use super::parents::FileParents;
pub(crate) use super::profile_text::ProfileRef;
pub(crate) use super::profile_text::profile_text;

/// The profile that is injected where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "cortexflow";

/// What a command line or `serve` was given to decide with, before any file is read.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The profiles, in the order in which they are applied; without any, the default one.
    pub profiles: Vec<ProfileRef>,
    /// Parameters that are set for all objects.
    pub settings: Vec<Setting>,
    /// What replaces fields of the profiles.
    pub overrides: Overrides,
    /// Kinds with templates, beside the known ones.
    pub template_paths: Vec<TemplatePath>,
}

/// With which profiles, and how.
#[derive(Debug)]
pub(crate) struct Selection {
    /// In the order in which they are applied.
    pub(crate) profiles: Vec<Profile>,
    /// Parameters set for all objects.
    pub(crate) set: SetValues,
    /// Where the settings of a repository set them.
    pub(crate) set_places: SetPlaces,
    /// Kinds with templates, beside the known ones.
    pub(crate) template_paths: Vec<TemplatePath>,
}

#[cfg(feature = "serve")]
impl Selection {
    /// Loads what was typed. All that is wrong with a profile is reported.
    pub(crate) fn load(given: &Given) -> Result<Self, Vec<Placed>> {
        super::config::Layered { config: super::config::Config::default(), flags: given.clone() }.selection(&[])
    }
}

pub(crate) fn load_profiles(references: &[ProfileRef]) -> Result<Vec<Profile>, Vec<Placed>> {
    let default = [ProfileRef::BuiltIn(DEFAULT_PROFILE.to_owned())];
    let references = if references.is_empty() { &default } else { references };
    let mut profiles: Vec<Profile> = Vec::new();
    for reference in references {
        let profile = load_profile(reference)?;
        if profiles.iter().any(|known| known.name == profile.name) {
            return Err(vec![Placed::new(Code::Usage, format!("the profile `{}` is named twice", profile.name))]);
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

/// Reads a profile's text, and those that it extends.
pub(crate) fn parse_profile(file: &str, text: &str) -> Result<Profile, Vec<Placed>> {
    read_profile(file, text).map(|(profile, _)| profile)
}

/// The same, with what it extends.
pub(crate) fn read_profile(file: &str, text: &str) -> Result<(Profile, Option<ExtendedProfile>), Vec<Placed>> {
    extended::read_profile(file, text, &FileParents)
}
