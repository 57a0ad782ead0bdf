//! The profiles that paths ask for: those that `serve` was given, and the built-in ones by their names.
//!
//! They are loaded as `inject` loads them, so that an error reads the same. A set is never changed: another one replaces it,
//! and what was rendered for the old one goes with it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::judge::{Asked, Failure};
use crate::decide::facts::NamespaceGate;
use crate::diagnostic::Placed;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process::run::{Leaves, Run};
use crate::profile::{Profile, builtin};
use crate::report::{Colour, Report, ReportFormat, Verbosity};
use crate::shell::files::selection::{Given, ProfileRef};
use crate::shell::files::selection::{Selection, load_profile};

/// The profiles of a process, as what is asked on each path.
#[derive(Debug)]
pub struct ProfileSets {
    /// With those that `serve` was given, in order.
    given: Run,
    /// With one profile each: those that `serve` was given, then the built-in ones of other names.
    single: Vec<Run>,
    /// Kinds with templates that `serve` was given.
    template_paths: Vec<TemplatePath>,
}

impl ProfileSets {
    /// Loads what was given.
    ///
    /// # Errors
    ///
    /// All that is wrong with the first profile that is wrong; a parameter that none of those given has.
    pub fn load(given: &Given, kubernetes_version: KubernetesVersion) -> Result<Self, Vec<Placed>> {
        let Selection { profiles, set, template_paths } = Selection::load(given)?;
        let mut all = profiles.clone();
        for (name, _) in builtin::ALL {
            if !all.iter().any(|known| known.name == *name) {
                let mut profile = load_profile(&ProfileRef::BuiltIn((*name).to_owned()))?;
                if let Some(choice) = given.on_ineligible {
                    profile.on_ineligible = choice;
                }
                all.push(profile);
            }
        }
        let mut run = Run::new(Vec::new(), set, &template_paths);
        run.kubernetes_version = kubernetes_version;
        run.leaves = Leaves::Patch;
        Ok(Self {
            given: with(&run, profiles, &template_paths),
            single: all.into_iter().map(|profile| with(&run, vec![profile], &template_paths)).collect(),
            template_paths,
        })
    }

    /// Those that `serve` was given.
    pub fn given(&self) -> &[Profile] {
        self.given.profiles()
    }

    /// What is asked where these are asked for.
    ///
    /// # Errors
    ///
    /// No profile has a name that was asked for, or one is named twice.
    pub fn choose(&self, asked: &Asked) -> Result<Cow<'_, Run>, Failure> {
        match asked {
            Asked::Default => Ok(Cow::Borrowed(&self.given)),
            Asked::Named(names) => match names.as_slice() {
                [name] => self.single(name).map(Cow::Borrowed),
                names => self.several(names).map(Cow::Owned),
            },
        }
    }

    fn several(&self, names: &[String]) -> Result<Run, Failure> {
        let mut picked: Vec<Profile> = Vec::new();
        for name in names {
            let run = self.single(name)?;
            if picked.iter().any(|known| known.name == *name) {
                let message = format!("the profile `{name}` is named twice");
                return Err(Failure::BadReview { message, uid: None });
            }
            picked.extend(run.profiles().iter().cloned());
        }
        Ok(with(&self.given, picked, &self.template_paths))
    }

    fn single(&self, name: &str) -> Result<&Run, Failure> {
        let all = || self.single.iter().flat_map(Run::profiles);
        let index = all().position(|profile| profile.name == name);
        index.and_then(|index| self.single.get(index)).ok_or_else(|| {
            let known: Vec<String> = all().map(|profile| format!("`{}`", profile.name)).collect();
            Failure::UnknownProfile { name: name.chars().take(100).collect(), known: known.join(", ") }
        })
    }
}

/// The same for these profiles.
fn with(run: &Run, profiles: Vec<Profile>, template_paths: &[TemplatePath]) -> Run {
    // An entry of a webhook configuration has one selector, and so has a profile.
    let namespace_gate = if profiles.len() == 1 { NamespaceGate::Matched } else { NamespaceGate::Open };
    let mut run = run.with_profiles(profiles, template_paths);
    run.namespace_gate = namespace_gate;
    run
}

/// The files that profiles are read from.
pub fn files(given: &Given) -> Vec<PathBuf> {
    let file = |reference: &ProfileRef| match reference {
        ProfileRef::File(path) => Some(path.clone()),
        ProfileRef::BuiltIn(_) => None,
    };
    given.profiles.iter().filter_map(file).collect()
}

/// Errors as `inject` reports them, without colour and the last line end.
pub fn told(errors: Vec<Placed>) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = Report::new(Vec::new(), errors).write(ReportFormat::default(), Verbosity::Normal, Colour::Off, &mut out);
    String::from_utf8_lossy(&out).trim_end().to_owned()
}
