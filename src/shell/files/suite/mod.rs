//! Tests of profiles, in files of the kind Test: manifests, the settings with which they are taken through, and what is expected.
//!
//! `find` looks for the files, `read` and `expected` turn a document into a [`Suite`], and `inline` takes a manifest out of it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::config::{Config, Layer, Written};
use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::diagnostic::Position;
use crate::expect::Expectation;
use crate::kube::workload::{Identity, KindWord};
use crate::process::run::Expand;

mod expected;
mod find;
mod inline;
mod read;

pub(crate) use find::find;
pub(crate) use inline::InlineManifest;

/// One file of tests.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    /// What messages call it.
    pub(crate) file: String,
    /// Where its paths begin.
    pub(crate) folder: PathBuf,
    pub(crate) name: String,
    /// The file of settings that it names.
    pub(crate) config: Option<PathBuf>,
    pub(crate) cases: Vec<Case>,
}

impl Suite {
    /// All files that are read for it, but for those with the texts that are expected.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Path> {
        let inputs = self.cases.iter().flat_map(|case| &case.inputs).filter_map(|input| match input {
            CaseInput::File(path) => Some(path.as_path()),
            CaseInput::Inline(_) => None,
        });
        let named = self.cases.iter().flat_map(|case| case.settings.named_files());
        std::iter::once(Path::new(&self.file)).chain(self.config.as_deref()).chain(inputs).chain(named)
    }
}

/// One run, and what is expected of it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) at: Position,
    pub(crate) command: CaseCommand,
    pub(crate) inputs: Vec<CaseInput>,
    /// The object that is meant, where there are several.
    pub(crate) object: Option<Written<CaseObject>>,
    /// All that decides: of the file of settings, of the test and of the case.
    pub(crate) settings: Config,
    pub(crate) outdated: Outdated,
    pub(crate) clean: Clean,
    pub(crate) expand: Expand,
    /// At least one.
    pub(crate) expectations: Vec<Expectation>,
}

/// What is done with the manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CaseCommand {
    #[default]
    Inject,
    Uninject,
    Check,
}

impl CaseCommand {
    /// The words for them.
    pub(crate) const WORDS: [(&'static str, Self); 3] =
        [("inject", Self::Inject), ("uninject", Self::Uninject), ("check", Self::Check)];
}

/// What goes in.
#[derive(Clone, Debug)]
pub(crate) enum CaseInput {
    File(PathBuf),
    /// It is written in the test.
    Inline(InlineManifest),
}

/// An object as kubectl names it: `KIND/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaseObject {
    kind: KindWord,
    name: String,
}

impl FromStr for CaseObject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !name.contains('/') => {
                let Ok(kind) = kind.parse();
                Ok(Self { kind, name: name.to_owned() })
            }
            _ => Err(format!("`{text}` is not of the form `KIND/NAME`")),
        }
    }
}

impl std::fmt::Display for CaseObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl CaseObject {
    /// Whether it names an object. The kind may be a plural or a short name, and the name `PREFIX*` where it is generated.
    pub(crate) fn is(&self, identity: &Identity) -> bool {
        let name = identity.name.as_ref().or(identity.generate_name.as_ref());
        self.kind.names(identity) && name.is_some_and(|name| *name == self.name || format!("{name}*") == self.name)
    }
}

impl Config {
    /// These settings below those of a test or of a case, which win, also over what is for some files only.
    fn below(self, above: Self) -> Self {
        let overrides = self.overrides.into_iter().map(|mut one| {
            one.layer = one.layer.without(&above.layer);
            one
        });
        Self {
            file: above.file,
            folder: above.folder,
            overrides: overrides.collect(),
            layer: self.layer.below(above.layer),
            namespaces: [self.namespaces, above.namespaces].concat(),
            namespace_files: [self.namespace_files, above.namespace_files].concat(),
            service_account_files: [self.service_account_files, above.service_account_files].concat(),
            kubernetes_version: above.kubernetes_version.or(self.kubernetes_version),
            template_paths: [self.template_paths, above.template_paths].concat(),
            exclude: Vec::new(),
            deny: self.deny,
            allow: self.allow,
        }
    }
}

impl Layer {
    fn below(self, above: Self) -> Self {
        let mut rest = self.without(&above);
        rest.set.extend(above.set);
        Self {
            profiles: above.profiles.or(rest.profiles),
            set: rest.set,
            namespace: above.namespace.or(rest.namespace),
            on_ineligible: above.on_ineligible.or(rest.on_ineligible),
            native_sidecar: above.native_sidecar.or(rest.native_sidecar),
        }
    }

    /// What another one does not say.
    fn without(self, other: &Self) -> Self {
        let mut set = self.set;
        set.retain(|one| {
            let is_same = |other: &Written<super::config::ConfigSetting>| {
                (&other.value.profile, &other.value.name) == (&one.value.profile, &one.value.name)
            };
            !other.set.iter().any(is_same)
        });
        Self {
            profiles: self.profiles.filter(|_| other.profiles.is_none()),
            set,
            namespace: self.namespace.filter(|_| other.namespace.is_none()),
            on_ineligible: self.on_ineligible.filter(|_| other.on_ineligible.is_none()),
            native_sidecar: self.native_sidecar.filter(|_| other.native_sidecar.is_none()),
        }
    }
}
