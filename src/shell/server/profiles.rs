//! The profiles that paths ask for: those that `serve` was given, and the built-in ones by their names.
//!
//! They are loaded as `inject` loads them, so that an error reads the same. A set is never changed: another takes its
//! place, and what was rendered for the old one goes with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::judge::{Asked, Unanswered};
use crate::decide::inject::{Outdated, Renderings, Request};
use crate::diagnostic::Placed;
use crate::kube::workload::TemplatePath;
use crate::process::proof::Encodings;
use crate::profile::{Profile, builtin};
use crate::report::{Colour, Format, Report, Verbosity};
use crate::shell::files::selection::{Given, ProfileRef};
use crate::shell::files::selection::{Selection, load_profile};

/// The profiles of a process.
#[derive(Debug)]
pub struct ProfileSets {
    /// Those that `serve` was given, in order, and after them the built-in ones of other names.
    all: Vec<Profile>,
    /// How many of them `serve` was given.
    given: usize,
    set: BTreeMap<String, String>,
    template_paths: Vec<TemplatePath>,
    renderings: Renderings,
    encodings: Encodings,
}

/// The profiles of one request.
#[derive(Debug)]
pub enum Chosen<'s> {
    /// As they stand.
    Kept(&'s [Profile]),
    /// Put together for the path.
    Picked(Vec<Profile>),
}

impl Chosen<'_> {
    /// In the order in which they are applied.
    pub fn profiles(&self) -> &[Profile] {
        match self {
            Self::Kept(profiles) => profiles,
            Self::Picked(profiles) => profiles,
        }
    }
}

impl ProfileSets {
    /// Loads what was given.
    ///
    /// # Errors
    ///
    /// All that is wrong with the first profile that is wrong; a parameter that none of those given has.
    pub fn load(given: &Given) -> Result<Self, Vec<Placed>> {
        let Selection { mut profiles, set, template_paths } = Selection::load(given)?;
        let count = profiles.len();
        for (name, _) in builtin::ALL {
            if !profiles.iter().any(|known| known.name == *name) {
                let mut profile = load_profile(&ProfileRef::BuiltIn((*name).to_owned()))?;
                if let Some(choice) = given.on_ineligible {
                    profile.on_ineligible = choice;
                }
                profiles.push(profile);
            }
        }
        Ok(Self {
            all: profiles,
            given: count,
            set,
            template_paths,
            renderings: Renderings::default(),
            encodings: Encodings::default(),
        })
    }

    /// Those that `serve` was given.
    pub fn given(&self) -> &[Profile] {
        self.all.get(..self.given).unwrap_or_default()
    }

    /// Those that are asked for.
    ///
    /// # Errors
    ///
    /// There is none of a name, or one is named twice.
    pub fn choose(&self, asked: &Asked) -> Result<Chosen<'_>, Unanswered> {
        match asked {
            Asked::Default => Ok(Chosen::Kept(self.given())),
            Asked::Named(names) => match names.as_slice() {
                [name] => Ok(Chosen::Kept(std::slice::from_ref(self.named(name)?))),
                names => self.pick(names).map(Chosen::Picked),
            },
        }
    }

    fn pick(&self, names: &[String]) -> Result<Vec<Profile>, Unanswered> {
        let mut picked: Vec<Profile> = Vec::new();
        for name in names {
            let profile = self.named(name)?;
            if picked.iter().any(|known| known.name == profile.name) {
                let message = format!("the profile `{name}` is named twice");
                return Err(Unanswered::BadReview { message, uid: None });
            }
            picked.push(profile.clone());
        }
        Ok(picked)
    }

    fn named(&self, name: &str) -> Result<&Profile, Unanswered> {
        self.all.iter().find(|profile| profile.name == *name).ok_or_else(|| {
            let known: Vec<String> = self.all.iter().map(|profile| format!("`{}`", profile.name)).collect();
            Unanswered::UnknownProfile { name: name.chars().take(100).collect(), known: known.join(", ") }
        })
    }

    /// What has been encoded for these profiles.
    pub const fn encodings(&self) -> &Encodings {
        &self.encodings
    }

    /// What is asked of the core for these profiles.
    pub fn request<'a>(&'a self, chosen: &'a Chosen<'_>) -> Request<'a> {
        Request {
            profiles: chosen.profiles(),
            set: &self.set,
            template_paths: &self.template_paths,
            outdated: Outdated::Keep,
            renderings: &self.renderings,
        }
    }
}

/// The files that profiles are read from.
pub fn files(given: &Given) -> Vec<PathBuf> {
    let file = |reference: &ProfileRef| match reference {
        ProfileRef::File(path) => Some(path.clone()),
        ProfileRef::BuiltIn(_) => None,
    };
    given.profiles.iter().filter_map(file).collect()
}

/// Errors as `inject` tells them, without colour and the last line end.
pub fn told(errors: Vec<Placed>) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = Report::new(Vec::new(), errors).write(Format::Text, Verbosity::Normal, Colour::Off, &mut out);
    String::from_utf8_lossy(&out).trim_end().to_owned()
}
