//! The profiles for which paths ask: those of `serve`'s flags, and the built-in ones by name.
//!
//! They are loaded as `inject` loads them, so errors read the same. A set never changes: a reload replaces it, together
//! with everything that was rendered for it.

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
    /// Those of `serve`'s flags, in order, then the built-in ones with other names.
    all: Vec<Profile>,
    /// How many of them come from the flags.
    given: usize,
    set: BTreeMap<String, String>,
    template_paths: Vec<TemplatePath>,
    renderings: Renderings,
    encodings: Encodings,
}

/// The profiles of one request.
#[derive(Debug)]
pub enum Chosen<'s> {
    /// A part of the set.
    Kept(&'s [Profile]),
    /// Copied together for the path.
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
    /// Loads the profiles of the flags.
    ///
    /// # Errors
    ///
    /// All errors of the first profile that has any; or a parameter that no profile has.
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

    /// The profiles of `serve`'s flags.
    pub fn given(&self) -> &[Profile] {
        self.all.get(..self.given).unwrap_or_default()
    }

    /// The profiles for which a path asks.
    ///
    /// # Errors
    ///
    /// A name is unknown, or occurs twice.
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

    /// The cache of encoded patches of these profiles.
    pub const fn encodings(&self) -> &Encodings {
        &self.encodings
    }

    /// The request to the core for these profiles.
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

/// The files from which profiles are read.
pub fn files(given: &Given) -> Vec<PathBuf> {
    let file = |reference: &ProfileRef| match reference {
        ProfileRef::File(path) => Some(path.clone()),
        ProfileRef::BuiltIn(_) => None,
    };
    given.profiles.iter().filter_map(file).collect()
}

/// Errors as `inject` reports them, without colour and without the last line end.
pub fn told(errors: Vec<Placed>) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = Report::new(Vec::new(), errors).write(Format::Text, Verbosity::Normal, Colour::Off, &mut out);
    String::from_utf8_lossy(&out).trim_end().to_owned()
}
