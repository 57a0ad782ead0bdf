//! A profile: what is added to a pod template, when, and with which parameters.
//!
//! This is the validated form. Imports `value`, `diagnostic`, `text` and `kube`. A slot, a parameter's type or a built-in profile is added here.

pub(crate) mod builtin;
pub(crate) mod extended;
pub(crate) mod extends;
pub(crate) mod file;

pub(crate) use parameter::Inherit;
use serde_json::Value;

use crate::kube::selector::Selector;
use crate::kube::workload::TemplatePath;
use crate::value::pointer::Pointer;

mod fields;
pub(crate) mod glob;
pub(crate) mod grammar;
pub(crate) mod import;
pub(crate) mod keys;
mod language;
pub(crate) mod library;
pub(crate) mod load;
mod overrides;
pub(crate) mod parameter;
mod pattern;
pub(crate) mod pod;
pub(crate) mod reader;
pub(crate) mod reads;
pub(crate) mod rewrite;
pub(crate) mod scope;
pub(crate) mod setting;
pub(crate) mod rule;
pub(crate) mod slot;
pub(crate) mod starter;
pub(crate) mod template;
mod uses;

pub use overrides::Overrides;

pub(crate) use fields::AddedDocument;
pub(crate) use language::{
    ApplicationBlock, BlockTargets, Let, MatchCondition, PlacementTemplate, Requirement, RequirementSeverity,
};
pub(crate) use parameter::{Bounds, ComputedDefault, Known, ListType, MapType};
pub(crate) use pattern::ContainerPattern;
use rule::Rule;
use slot::{Slot, SlotMap};
pub(crate) use template::Template;

/// The annotation of a pod template that holds the record of what was injected. Only injector writes it.
pub const RECORD: &str = "sidecar-injector/status";

/// A validated profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `metadata.name`: a DNS label.
    pub name: String,
    /// One line for `profile list`.
    pub description: String,
    /// Whether a pod is injected where nothing opts in or out.
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
    /// A pod with such a container counts as injected already, whatever added it.
    pub already_injected: Vec<ContainerPattern>,
    /// A user id that no container of the application may have, where a parameter says so.
    pub reserved_user: Option<ReservedUser>,
    /// The inbound TCP ports that reach the sidecar instead of the application.
    pub redirected_ports: Option<RedirectedPorts>,
    /// Further kinds that hold pod templates.
    pub template_paths: Vec<TemplatePath>,
    /// The parameters, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// Their values, for what is set, where nothing else gives any.
    pub(crate) usual: parameter::UsualValues,
    /// Values with names, for its expressions.
    pub(crate) lets: Vec<Let>,
    /// What must hold for it to be injected.
    pub(crate) match_conditions: Vec<MatchCondition>,
    /// What a pod must meet that it is injected into.
    pub(crate) requirements: Vec<Requirement>,
    /// Where the set-up containers and the sidecars go.
    pub placement: Placements,
    /// Where variables go among those of a container of the application.
    pub env_placement: EnvPlacement,
    /// Which containers of the application get what is added to containers of the application.
    pub targets: Targets,
    /// Whether what it adds depends on the object beside its parameters.
    pub(crate) reads_object: bool,
    /// What is added to containers of the application in blocks of their own.
    pub(crate) blocks: Vec<ApplicationBlock>,
    /// The fields of the pod's spec that it sets.
    pub(crate) pod: Vec<pod::PodAddition>,
    /// What it adds to lists of the pod's spec.
    pub(crate) pod_lists: Vec<pod::PodListAddition>,
    /// What is added, by slot.
    pub(crate) added: SlotMap<Vec<Addition>>,
    /// The same as the document has it.
    pub(crate) document: AddedDocument,
}

/// One element that a profile adds to a slot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Addition {
    /// The key in a map. An element of a list has its name inside, and that may hold a parameter.
    pub(crate) key: Option<String>,
    pub(crate) template: Template,
    /// Of a container: where it goes, if not where the profile's others go.
    pub(crate) placement: Option<PlacementTemplate>,
    /// Of a sidecar: whether it is a native one, if not as the profile's others.
    pub(crate) native: Option<Template>,
}

impl Addition {
    pub(crate) const fn new(key: Option<String>, template: Template) -> Self {
        Self { key, template, placement: None, native: None }
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let placement = self.placement.as_ref().map(PlacementTemplate::template);
        [Some(&self.template), placement, self.native.as_ref()].into_iter().flatten()
    }
}

impl Profile {
    /// Whether one of the profile's containers or init containers has this name.
    pub fn adds_container(&self, name: &str) -> bool {
        self.containers().any(|container| container.name() == Some(name))
    }

    /// The profile's containers and init containers.
    fn containers(&self) -> impl Iterator<Item = &Template> {
        let slots = self.added.iter().filter(|(slot, _)| slot.holds_containers());
        slots.flat_map(|(_, added)| added).map(|addition| &addition.template)
    }

    /// Whether every slot is empty.
    pub(crate) fn adds_nothing(&self) -> bool {
        let is_empty = |added: &SlotMap<Vec<Addition>>| added.iter().all(|(_, added)| added.is_empty());
        let has_pod = !self.pod.is_empty() || !self.pod_lists.is_empty();
        !has_pod && is_empty(&self.added) && self.blocks.iter().all(|block| is_empty(&block.added))
    }

    /// Whether it adds sidecars, and not only init containers and what is no container.
    pub(crate) fn has_sidecars(&self) -> bool {
        !self.added[Slot::Containers].is_empty()
    }

    /// The names of what it adds to a slot, as far as they hold no parameter.
    pub(crate) fn names(&self, slot: Slot) -> impl Iterator<Item = &str> {
        self.added[slot].iter().filter_map(|addition| addition.template.name())
    }

    /// What it sets in the pod's spec, each with its names from there on.
    pub(crate) fn pod_templates(&self) -> impl Iterator<Item = (&'static [&'static str], &Template)> {
        let fields = self.pod.iter().map(|addition| (addition.field.path(), &addition.template));
        fields.chain(self.pod_lists.iter().map(|addition| (addition.list.path(), &addition.template)))
    }

    /// Every template of the profile: what is added, the reserved user, and the redirected ports.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let added = self.added.iter().flat_map(|(_, added)| added).flat_map(Addition::templates);
        let ports = self.redirected_ports.iter().flat_map(|ports| [Some(&ports.include), ports.exclude.as_ref()]);
        let reserved = self.reserved_user.iter().flat_map(|reserved| [&reserved.id, &reserved.when]);
        let blocks = self.blocks.iter().flat_map(ApplicationBlock::templates);
        let pod = self.pod_templates().map(|(_, template)| template);
        added.chain(reserved).chain(ports.flatten()).chain(blocks).chain(pod)
    }
}

/// What happens to a pod where nothing opts in or out.
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

impl NativeSidecar {
    /// Every value, with the word for it in a profile and in `--native-sidecar`.
    pub const WORDS: [(&str, Self); 3] = [("auto", Self::Auto), ("true", Self::Always), ("false", Self::Never)];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "true",
            Self::Never => "false",
        }
    }
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
    pub(crate) id: Template,
    /// Applies where this renders to `true`.
    pub(crate) when: Template,
}

/// The inbound TCP ports that a profile's set-up redirects to its sidecar, as lists such as `80,8000-8100`, or `*`. Only what
/// is reported depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct RedirectedPorts {
    /// Those that are redirected.
    pub(crate) include: Template,
    /// Those of them that are left alone.
    pub(crate) exclude: Option<Template>,
}

/// A typed parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, as in `{{ name }}`.
    pub name: String,
    /// Its type.
    pub ty: ParameterType,
    /// What it is for.
    pub description: String,
    /// Its value where nothing else gives one, already checked.
    pub default: Option<Value>,
    /// The same, where expressions over earlier parameters give it.
    pub computed: Option<ComputedDefault>,
    /// Whether it must have a value.
    pub presence: Presence,
    /// Places in the pod template to take it from, the first that is there.
    pub from: Vec<Pointer>,
    /// The pod template's annotations that override it: the first that is there.
    pub annotations: Vec<String>,
    /// What begins the keys of annotations that are the entries of a map; they count where none of `annotations` is there.
    pub annotation_prefix: Option<String>,
    /// From where else these annotations are taken.
    pub inherit: Inherit,
    /// What a value may be beyond its type.
    pub bounds: Bounds,
    /// What `--set` gives it, as far as that was read.
    pub set: Known<String>,
}

/// Whether a parameter must have a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// It must have one, which may be empty if its type allows that.
    #[default]
    Given,
    /// It may have none: an empty text and a missing default are then null, or a list or map without items.
    Optional,
    /// It must have one that is not empty, and has no default.
    Required,
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
    /// Environment variables with their values: a list of objects with a `name` and a `value`, both text.
    Envs,
    /// A container image reference.
    Image,
    /// A 64-bit integer.
    Integer,
    /// Values of one type, in order.
    List(ListType),
    /// Values of one type by key, in order.
    Map(MapType),
    /// A DNS label, as the name of a container.
    Name,
    /// An absolute path without a `..` segment and without control characters.
    Path,
    /// A port, 1 to 65535.
    Port,
    /// Ports and ranges of ports, `80,443,8000-8100`, or `*`; may be empty. Rendered as that text.
    Ports,
    /// A Kubernetes quantity.
    Quantity,
    /// Any string.
    String,
}

/// Where what a profile adds goes among the containers that are there; `None` is the default place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placements {
    /// Of the set-up containers. By default they are first where the sidecars are native, and else last.
    pub init_containers: Option<Placement>,
    /// Of the sidecars: among `containers`, or among `initContainers` where they are native. By default they are last, or
    /// directly after the set-up where they are native.
    pub containers: Option<Placement>,
}

/// Where containers go among those that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Directly after the named container; last where it is absent.
    After(String),
    /// Directly before the named container; last where it is absent.
    Before(String),
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// Where variables go among those that a container has. `$(NAME)` is expanded only from what comes earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub enum EnvPlacement {
    /// Before all others.
    First,
    /// After all others.
    #[default]
    Last,
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
