//! A repository's settings, `.injector.yaml`: profiles, parameters, facts and levels that every command takes from one file. A flag
//! wins over what is written there.
//!
//! `find` looks for the file, `read` turns its document into a [`Config`], and `apply` puts it below the flags.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::profile_text::ProfileRef;
use crate::diagnostic::{Code, Placed, Position};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::profile::{NativeSidecar, OnIneligible};
use crate::report::{Allowed, Denied};

mod apply;
mod find;
mod patterns;
mod read;

pub(crate) use apply::Layered;
pub(crate) use find::{Choice, find};
pub(crate) use patterns::{Patterns, with_slashes};
pub(crate) use read::{FACT_FIELDS, KIND, LAYER_FIELDS, Reader};

/// A value, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written<T> {
    pub(crate) value: T,
    pub(crate) at: Position,
}

/// A parameter of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigSetting {
    /// What messages call the file in which it is written.
    pub(crate) file: String,
    pub(crate) profile: String,
    pub(crate) name: String,
    /// As it is written: text, a number, a boolean, or for a parameter of several values a list or a map of these.
    pub(crate) value: Value,
}

/// What may differ from file to file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layer {
    /// In the order in which they are applied.
    pub(crate) profiles: Option<Vec<Written<ProfileRef>>>,
    pub(crate) set: Vec<Written<ConfigSetting>>,
    /// The namespace of objects that name none.
    pub(crate) namespace: Option<Written<String>>,
    pub(crate) on_ineligible: Option<Written<OnIneligible>>,
    pub(crate) native_sidecar: Option<Written<NativeSidecar>>,
}

/// Settings of the files that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileOverride {
    pub(crate) files: Patterns,
    pub(crate) layer: Layer,
}

/// The settings of a repository. Without a file, all is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// The file as messages call it; empty where there is none.
    pub(crate) file: String,
    /// Its folder, as a path from the working folder: paths in the file begin there.
    pub(crate) folder: PathBuf,
    pub(crate) layer: Layer,
    /// In their order: a later one wins.
    pub(crate) overrides: Vec<FileOverride>,
    /// Namespaces that are written in the file, as documents.
    pub(crate) namespaces: Vec<Written<Value>>,
    pub(crate) namespace_files: Vec<Written<PathBuf>>,
    pub(crate) service_account_files: Vec<Written<PathBuf>>,
    pub(crate) kubernetes_version: Option<Written<KubernetesVersion>>,
    pub(crate) template_paths: Vec<Written<TemplatePath>>,
    /// Files and folders that are left out.
    pub(crate) exclude: Vec<Written<String>>,
    pub(crate) deny: Vec<Written<Denied>>,
    pub(crate) allow: Vec<Written<Allowed>>,
}

impl Config {
    /// All files that these settings name.
    pub(crate) fn named_files(&self) -> impl Iterator<Item = &Path> {
        let layers = std::iter::once(&self.layer).chain(self.overrides.iter().map(|one| &one.layer));
        let profiles = layers.filter_map(|layer| layer.profiles.as_ref()).flatten();
        let profiles = profiles.filter_map(|profile| match &profile.value {
            ProfileRef::File(path) => Some(path.as_path()),
            ProfileRef::BuiltIn(_) | ProfileRef::Inline { .. } => None,
        });
        let facts = self.namespace_files.iter().chain(&self.service_account_files);
        profiles.chain(facts.map(|file| file.value.as_path()))
    }

    /// An error at the place of a parameter.
    fn wrong_setting(setting: &Written<ConfigSetting>, message: impl Into<String>) -> Placed {
        Placed::new(Code::Config, message).at(setting.value.file.clone(), Some(setting.at))
    }

    /// An error at a place in the file.
    pub(crate) fn wrong(&self, at: Position, message: impl Into<String>) -> Placed {
        Placed::new(Code::Config, message).at(self.file.clone(), Some(at))
    }

    /// Where a value is written, for messages: file, line and column.
    pub(crate) fn place_of<T>(&self, written: &Written<T>) -> String {
        format!("{}:{}:{}", self.file, written.at.line, written.at.column)
    }

    /// The same, with patterns for paths from this folder.
    pub(crate) fn with_patterns_from(mut self, folder: &Path) -> Self {
        for one in &mut self.overrides {
            one.files = one.files.from(folder);
        }
        Self { folder: folder.to_owned(), ..self }
    }

    /// What is left out.
    pub(crate) fn exclusions(&self) -> Patterns {
        let patterns: Vec<String> = self.exclude.iter().map(|one| one.value.clone()).collect();
        Patterns::new(&self.folder, &patterns)
    }

    /// The indexes of the overrides for a file, in their order.
    pub(crate) fn overrides_of(&self, file: &Path) -> Vec<usize> {
        let all = self.overrides.iter().enumerate();
        all.filter(|(_, one)| one.files.cover(file)).map(|(index, _)| index).collect()
    }

    /// The settings of every file, then those of these overrides: of a value that several have, the last counts.
    fn layers<'c>(&'c self, overrides: &[usize]) -> std::vec::IntoIter<&'c Layer> {
        let of = overrides.iter().filter_map(|index| self.overrides.get(*index)).map(|one| &one.layer);
        std::iter::once(&self.layer).chain(of).collect::<Vec<_>>().into_iter()
    }
}
