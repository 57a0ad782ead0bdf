//! A profile: what is added to a pod template, when, and with which parameters.
//!
//! This is the validated form. A value that may hold `{{ parameter }}` is a
//! [`Template`], still unrendered.

pub(crate) mod builtin;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kube::selector::Selector;
use crate::kube::workload::TemplatePath;
use crate::value::pointer::Pointer;

pub(crate) mod glob;
pub(crate) mod grammar;
pub(crate) mod load;
pub(crate) mod parameter;
mod reader;
mod pattern;
pub(crate) mod rule;
pub(crate) mod starter;
pub(crate) mod template;

pub(crate) use pattern::ContainerPattern;
use rule::Rule;

/// The annotation of a pod template that holds the record of what was injected. Only injector writes it.
pub const RECORD: &str = "sidecar-injector/status";

/// A value of a profile in which `{{ name }}` stands for a parameter. It is the parsed value, so that what a parameter
/// brings can never add structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(pub Value);

/// A validated profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `metadata.name`: a DNS label.
    pub name: String,
    /// One line for `profile list`.
    pub description: String,
    /// What happens where nothing steers.
    pub policy: Policy,
    /// Whether an object with a bad value is refused or let through unchanged.
    pub on_error: OnError,
    /// Whether the webhook denies a pod that opted out or already has the container.
    pub on_ineligible: OnIneligible,
    /// Whether the container becomes a native sidecar.
    pub native_sidecar: NativeSidecar,
    /// The optional rules that this profile asks for.
    pub skip: Vec<Rule>,
    /// Namespaces that are left alone.
    pub excluded_namespaces: Vec<String>,
    /// A gate on the namespace's labels.
    pub namespace_selector: Option<Selector>,
    /// A gate on the pod template's labels.
    pub object_selector: Option<Selector>,
    /// The annotation or label of the pod template that opts in or out.
    pub pod_switch: Option<Switch>,
    /// The annotation or label of the namespace that opts in or out.
    pub namespace_switch: Option<Switch>,
    /// Containers by which a pod counts as injected already, whoever put them there.
    pub already_injected: Vec<ContainerPattern>,
    /// A user id that no application container may share, where a parameter says so.
    pub reserved_user: Option<ReservedUser>,
    /// Further kinds that hold pod templates.
    pub template_paths: Vec<TemplatePath>,
    /// The parameters, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// Where the containers go.
    pub placement: Placement,
    /// Containers added to `initContainers`.
    pub init_containers: Vec<Template>,
    /// Containers added to `containers`, or, as native sidecars, to `initContainers`.
    pub containers: Vec<Template>,
    /// Volumes added to the pod.
    pub volumes: Vec<Template>,
    /// Pull secrets added to the pod.
    pub image_pull_secrets: Vec<Template>,
    /// Annotations added to the pod template.
    pub annotations: BTreeMap<String, Template>,
    /// Labels added to the pod template.
    pub labels: BTreeMap<String, Template>,
    /// What is added to containers of the application.
    pub application: Option<Application>,
}

impl Profile {
    /// Whether one of the profile's containers or init containers has this name.
    pub fn adds_container(&self, name: &str) -> bool {
        self.init_containers.iter().chain(&self.containers).any(|container| container.name() == Some(name))
    }

    /// What is read of a pod template's metadata: the member, the word for its values, and the key.
    pub fn steering_keys(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        let switch = self.pod_switch.iter();
        let annotations = switch.clone().filter_map(|switch| switch.annotation.as_deref());
        let parameters = self.parameters.iter().filter_map(|parameter| parameter.annotation.as_deref());
        let labels = switch.filter_map(|switch| switch.label.as_deref());
        let selected = self.object_selector.iter().flat_map(|selector| &selector.0);
        let annotations = annotations.chain(parameters).map(|key| ("annotations", "annotation", key));
        let labels = labels.chain(selected.map(|requirement| requirement.key.as_str()));
        annotations.chain(labels.map(|key| ("labels", "label", key)))
    }
}

/// What happens to a pod where nothing steers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Injected only where something opts in.
    OptIn,
    /// Injected unless something opts out.
    OptOut,
}

/// What happens to an object with a bad value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It is refused.
    #[default]
    Reject,
    /// It is let through unchanged, with a warning, and counted as an error.
    Skip,
}

/// What the webhook answers for a pod that opted out or already has the container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnIneligible {
    /// Allowed, unchanged.
    #[default]
    Allow,
    /// Denied.
    Deny,
}

/// Whether containers become native sidecars: init containers with `restartPolicy: Always`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NativeSidecar {
    /// Where a classic sidecar would keep the pod from completing.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Keys whose value opts in or out. Where both an annotation and a label are named, the annotation wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The annotation's key.
    pub annotation: Option<String>,
    /// The label's key.
    pub label: Option<String>,
    /// Values that opt in.
    pub inject: Vec<String>,
    /// Values that opt out.
    pub skip: Vec<String>,
}

/// A user id that the profile keeps for its own container.
#[derive(Clone, Debug, PartialEq)]
pub struct ReservedUser {
    /// The user id.
    pub id: Template,
    /// Applies where this renders to `true`.
    pub when: Template,
}

/// A typed parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, as `{{ name }}` has it.
    pub name: String,
    /// Its type.
    pub ty: ParameterType,
    /// What it is for.
    pub description: String,
    /// Its value where nothing else gives one, already checked.
    pub default: Option<Value>,
    /// Places in the pod template to take it from, the first that is there.
    pub from: Vec<Pointer>,
    /// The pod template's annotation that overrides it.
    pub annotation: Option<String>,
}

/// The type of a parameter, and so what its values may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// `true` or `false`.
    Boolean,
    /// A duration such as `30s` or `1m30s`.
    Duration,
    /// One of these.
    Enum(Vec<String>),
    /// A container image reference.
    Image,
    /// A 64-bit integer.
    Integer,
    /// A port, 1 to 65535.
    Port,
    /// Ports and ranges of ports, `80,443,8000-8100`, or `*`; may be empty. Rendered as that text.
    Ports,
    /// A Kubernetes quantity.
    Quantity,
    /// Any string.
    String,
}

/// Where containers go among those that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Directly after the named container; last where it is absent.
    After(String),
    /// Directly before the named container; last where it is absent.
    Before(String),
    /// Before all others.
    First,
    /// After all others.
    #[default]
    Last,
}

/// What is added to containers that the application brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Which containers.
    pub targets: Targets,
    /// Environment variables, each an `EnvVar`.
    pub env: Vec<Template>,
    /// Mounts, each a `VolumeMount`.
    pub volume_mounts: Vec<Template>,
}

/// Which containers of the application are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Containers and init containers.
    All,
    /// `containers`.
    #[default]
    Containers,
    /// `initContainers`.
    InitContainers,
    /// Those of these names, wherever they are.
    Named(Vec<String>),
}
