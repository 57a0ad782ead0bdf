//! The profiles for which paths ask: those of `serve`'s flags, and the built-in ones by name.
//!
//! They are loaded as `inject` loads them, so errors read the same. A set never changes: a reload replaces it, together
//! with everything that was rendered for it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::judge::{Asked, Unanswered};
use crate::decide::facts::NamespaceGate;
use crate::diagnostic::Placed;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process::run::{Detail, Leaves, Run};
use crate::profile::{Profile, builtin};
use crate::report::{Checkout, Colour, Report, ReportFormat, Style, Verbosity};
use crate::shell::files::parents;
use crate::shell::files::selection::{Given, ProfileRef};
use crate::shell::files::selection::{Selection, load_profile};

/// The profiles of a process, as what is asked on each path.
#[derive(Debug)]
pub struct ProfileSets {
    /// The profiles of `serve`'s flags, in order.
    given: Run,
    /// One profile each: those of the flags, then the built-in ones with other names.
    single: Vec<Run>,
    /// Kinds with pod templates, from the flags.
    template_paths: Vec<TemplatePath>,
}

impl ProfileSets {
    /// Loads the profiles of the flags.
    ///
    /// # Errors
    ///
    /// All errors of the first profile that has any; or a parameter that no profile has.
    pub fn load(given: &Given, kubernetes_version: KubernetesVersion) -> Result<Self, Vec<Placed>> {
        let Selection { profiles, set, template_paths, .. } = Selection::load(given)?;
        let mut all = profiles.clone();
        for name in builtin::names() {
            if !all.iter().any(|known| known.name == name) {
                let mut profile = load_profile(&ProfileRef::BuiltIn(name.to_owned()))?;
                given.overrides.apply(&mut profile);
                all.push(profile);
            }
        }
        let mut run = Run::new(Vec::new(), set, &template_paths).among(&all);
        run.kubernetes_version = kubernetes_version;
        run.leaves = Leaves::Patch;
        run.detail = Detail::Warnings;
        Ok(Self {
            given: with(&run, profiles, &template_paths),
            single: all.into_iter().map(|profile| with(&run, vec![profile], &template_paths)).collect(),
            template_paths,
        })
    }

    /// The profiles of `serve`'s flags.
    pub fn given(&self) -> &[Profile] {
        self.given.profiles()
    }

    /// The profiles for which a path asks.
    ///
    /// # Errors
    ///
    /// A name is unknown, or occurs twice.
    pub fn choose(&self, asked: &Asked) -> Result<Cow<'_, Run>, Unanswered> {
        match asked {
            Asked::Default => Ok(Cow::Borrowed(&self.given)),
            Asked::Named(names) => match names.as_slice() {
                [name] => self.single(name).map(Cow::Borrowed),
                names => self.several(names).map(Cow::Owned),
            },
        }
    }

    fn several(&self, names: &[String]) -> Result<Run, Unanswered> {
        let mut picked: Vec<Profile> = Vec::new();
        for name in names {
            let run = self.single(name)?;
            if picked.iter().any(|known| known.name == *name) {
                let message = format!("the profile `{name}` is named twice");
                return Err(Unanswered::BadReview { message, uid: None });
            }
            picked.extend(run.profiles().iter().cloned());
        }
        Ok(with(&self.given, picked, &self.template_paths))
    }

    fn single(&self, name: &str) -> Result<&Run, Unanswered> {
        let all = || self.single.iter().flat_map(Run::profiles);
        let index = all().position(|profile| profile.name == name);
        index.and_then(|index| self.single.get(index)).ok_or_else(|| {
            let known: Vec<String> = all().map(|profile| format!("`{}`", profile.name)).collect();
            Unanswered::UnknownProfile { name: name.chars().take(100).collect(), known: known.join(", ") }
        })
    }
}

/// The run for these profiles.
fn with(run: &Run, profiles: Vec<Profile>, template_paths: &[TemplatePath]) -> Run {
    // With one profile on the path, the API server has evaluated its selector in the webhook configuration.
    let namespace_gate = if profiles.len() == 1 { NamespaceGate::Matched } else { NamespaceGate::Open };
    let mut run = run.with_profiles(profiles, template_paths);
    run.namespace_gate = namespace_gate;
    run
}

/// The files from which profiles are read, and those that they extend.
pub fn files(given: &Given) -> Vec<PathBuf> {
    let file = |reference: &ProfileRef| match reference {
        ProfileRef::File(path) => Some(path.clone()),
        ProfileRef::BuiltIn(_) | ProfileRef::Inline { .. } => None,
    };
    let named: Vec<PathBuf> = given.profiles.iter().filter_map(file).collect();
    let extended: Vec<PathBuf> = named.iter().flat_map(|path| parents::files(path)).collect();
    named.into_iter().chain(extended).collect()
}

/// Errors as `inject` reports them, without colour and without the last line end.
pub fn as_text(errors: Vec<Placed>) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    // Lines for people have the names that files were given.
    let checkout = Checkout::new("/", "/");
    let style = Style { verbosity: Verbosity::Normal, colour: Colour::Off, checkout: &checkout };
    let _ = Report::new(Vec::new(), errors).write(ReportFormat::default(), &style, &mut out);
    String::from_utf8_lossy(&out).trim_end().to_owned()
}
