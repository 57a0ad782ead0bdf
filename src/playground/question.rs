//! What a page asks, and what is wrong with it, field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::decide::facts::ClusterFacts;
use crate::diagnostic::{Code, Placed};
use crate::kube::names::is_dns_label;
use crate::kube::version::KubernetesVersion;
use crate::process::run::Run;
use crate::profile::extended::{self, NoParent, Parents};
use crate::profile::parameter::SetValues;
use crate::profile::setting::{Setting, set_values};
use crate::profile::{Profile, builtin};

/// A question.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub(super) enum Question {
    /// Which profiles are built in.
    Profiles,
    /// What is injected into a manifest, and why.
    Inject(Box<Asked>),
}

/// A manifest, and all that decides about it. What is empty is not given.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    /// What messages call the manifest.
    pub(super) file: String,
    pub(super) manifest: String,
    pub(super) profile: ProfileChoice,
    /// Parameters, each as text.
    #[serde(default)]
    pub(super) set: BTreeMap<String, String>,
    /// As `--namespace`.
    #[serde(default)]
    pub(super) namespace: String,
    /// As `--namespace-labels`.
    #[serde(default)]
    pub(super) namespace_labels: String,
    /// As `--namespace-annotations`.
    #[serde(default)]
    pub(super) namespace_annotations: String,
    /// As `--kubernetes-version`.
    #[serde(default)]
    pub(super) kubernetes_version: String,
}

/// The profile that is asked about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ProfileChoice {
    /// A built-in one, by its name.
    BuiltIn(String),
    /// One of the page's own, as text.
    Own(String),
}

/// What is wrong with a field of the question.
#[derive(Debug, Serialize)]
pub(super) struct Fault {
    pub(super) field: Field,
    /// The parameter, where the field is `set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter: Option<String>,
    pub(super) error: Placed,
}

/// A field of the question that can be wrong.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Field {
    Profile,
    Set,
    Namespace,
    NamespaceLabels,
    NamespaceAnnotations,
    KubernetesVersion,
}

impl Fault {
    fn of(field: Field, message: String) -> Self {
        Self { field, parameter: None, error: Placed::new(Code::Usage, message) }
    }
}

/// There are no files: a profile can only extend a built-in one.
struct BuiltInParents;

impl Parents for BuiltInParents {
    fn read(&self, _: &str, reference: &str) -> Result<(String, String), NoParent> {
        match builtin::text(reference) {
            Some(text) => Ok((format!("<{reference}>"), text.to_owned())),
            None => {
                let all: Vec<&str> = builtin::names().collect();
                Err(NoParent {
                    message: format!("there is no built-in profile `{reference}`, and a page reads no files"),
                    hint: Some(format!("the built-in profiles are {}", all.join(", "))),
                })
            }
        }
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        one == other
    }
}

impl ProfileChoice {
    /// Loads it.
    pub(super) fn load(&self) -> Result<Profile, Vec<Fault>> {
        let fault = |error| Fault { field: Field::Profile, parameter: None, error };
        let read = |file: &str, text: &str| match extended::read_profile(file, text, &BuiltInParents) {
            Ok((profile, _)) => Ok(profile),
            Err(errors) => Err(errors.into_iter().map(fault).collect()),
        };
        match self {
            Self::Own(text) => read("profile.yaml", text),
            Self::BuiltIn(name) => match builtin::text(name) {
                Some(text) => read(&format!("<{name}>"), text),
                None => Err(vec![Fault::of(Field::Profile, format!("there is no built-in profile `{name}`"))]),
            },
        }
    }
}

impl Asked {
    /// What is done with the profile, and what is known beside the manifest.
    pub(super) fn prepare(&self, profile: &Profile) -> Result<(Run, ClusterFacts), Vec<Fault>> {
        let mut faults = Vec::new();
        let profiles = vec![profile.clone()];
        let set = self.settings(&profiles).unwrap_or_else(|wrong| {
            faults.extend(wrong);
            SetValues::new()
        });
        let mut run = Run::new(profiles, set, &[]);
        if is_dns_label(&self.namespace) {
            run.default_namespace.clone_from(&self.namespace);
        } else if !self.namespace.is_empty() {
            let message = "not a name of lower case letters, digits and `-`, at most 63".to_owned();
            faults.push(Fault::of(Field::Namespace, message));
        }
        if !self.kubernetes_version.is_empty() {
            match self.kubernetes_version.parse::<KubernetesVersion>() {
                Ok(version) => run.kubernetes_version = version,
                Err(error) => faults.push(Fault::of(Field::KubernetesVersion, error.to_string())),
            }
        }
        let mut cluster = ClusterFacts::default();
        let namespaces = &mut cluster.namespaces;
        if !self.namespace_labels.is_empty()
            && let Err(error) = namespaces.add_labels(&self.namespace_labels)
        {
            faults.push(Fault::of(Field::NamespaceLabels, error.to_string()));
        }
        if !self.namespace_annotations.is_empty()
            && let Err(error) = namespaces.add_annotations(&self.namespace_annotations)
        {
            faults.push(Fault::of(Field::NamespaceAnnotations, error.to_string()));
        }
        if faults.is_empty() { Ok((run, cluster)) } else { Err(faults) }
    }

    fn settings(&self, profiles: &[Profile]) -> Result<SetValues, Vec<Fault>> {
        let setting = |(name, value): (&String, &String)| {
            let setting = Setting { profile: None, name: name.clone(), value: value.clone() };
            let Err(wrong) = setting.checked(profiles) else { return Ok(setting) };
            let error = Placed::new(Code::Usage, wrong.message).hint(wrong.hint);
            Err(Fault { field: Field::Set, parameter: Some(name.clone()), error })
        };
        let (settings, faults): (Vec<_>, Vec<_>) = self.set.iter().map(setting).partition(Result::is_ok);
        if !faults.is_empty() {
            return Err(faults.into_iter().filter_map(Result::err).collect());
        }
        let settings: Vec<Setting> = settings.into_iter().flatten().collect();
        let fault = |error| Fault { field: Field::Set, parameter: None, error };
        set_values(&settings, profiles).map_err(|errors| errors.into_iter().map(fault).collect())
    }
}
