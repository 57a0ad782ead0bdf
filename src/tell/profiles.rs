//! Profiles as data, for those who choose one and fill in its parameters.

use serde::Serialize;
use serde_json::Value;

use crate::lint;
use crate::profile::builtin::Group;
use crate::profile::parameter::Inherit;
use crate::profile::slot::Slot;
use crate::profile::{Parameter, ParameterType, Presence, Profile, Switch};

/// Profiles, as data.
#[derive(Serialize)]
pub(crate) struct List<'p> {
    pub(crate) version: &'static str,
    pub(crate) profiles: Vec<ListedProfile<'p>>,
}

/// A profile. Fields may be added to it; none changes or goes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedProfile<'p> {
    name: &'p str,
    group: &'static str,
    description: &'p str,
    policy: &'static str,
    pod_security: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_version: Option<String>,
    init_containers: Vec<&'p str>,
    containers: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pod_switch: Option<ListedSwitch<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_switch: Option<ListedSwitch<'p>>,
    /// The keys of what it adds.
    labels: Vec<&'p str>,
    annotations: Vec<&'p str>,
    parameters: Vec<ListedParameter<'p>>,
}

#[derive(Serialize)]
struct ListedSwitch<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'p str>,
    inject: &'p [String],
    skip: &'p [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedParameter<'p> {
    name: &'p str,
    #[serde(rename = "type")]
    ty: &'static str,
    /// What an `enum` may be.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    values: &'p [String],
    description: &'p str,
    /// Absent where there is none, or where expressions give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'p Value>,
    computed: bool,
    presence: &'static str,
    annotations: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation_prefix: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inherit: Option<&'static str>,
}

impl<'p> ListedProfile<'p> {
    pub(crate) fn of(group: Group, profile: &'p Profile) -> Self {
        let lint::Summary { policy, pod_security, first_version, init_containers, containers, .. } =
            lint::summary(profile);
        let keys = |slot| profile.added[slot].iter().filter_map(|added| added.key.as_deref()).collect();
        Self {
            name: &profile.name,
            group: group.title(),
            description: &profile.description,
            policy,
            pod_security,
            first_version,
            init_containers,
            containers,
            pod_switch: profile.pod_switch.as_ref().map(ListedSwitch::of),
            namespace_switch: profile.namespace_switch.as_ref().map(ListedSwitch::of),
            labels: keys(Slot::Labels),
            annotations: keys(Slot::Annotations),
            parameters: profile.parameters.iter().map(ListedParameter::of).collect(),
        }
    }
}

impl<'p> ListedSwitch<'p> {
    fn of(switch: &'p Switch) -> Self {
        let Switch { annotation, label, inject, skip } = switch;
        Self { annotation: annotation.as_deref(), label: label.as_deref(), inject, skip }
    }
}

impl<'p> ListedParameter<'p> {
    pub(crate) fn of(parameter: &'p Parameter) -> Self {
        Self {
            name: &parameter.name,
            ty: parameter.ty.id(),
            values: match &parameter.ty {
                ParameterType::Enum(values) => values,
                _ => &[],
            },
            description: &parameter.description,
            default: parameter.default.as_ref(),
            computed: parameter.computed.is_some(),
            presence: match parameter.presence {
                Presence::Given => "given",
                Presence::Optional => "optional",
                Presence::Required => "required",
            },
            annotations: &parameter.annotations,
            annotation_prefix: parameter.annotation_prefix.as_deref(),
            inherit: match parameter.inherit {
                Inherit::Nothing => None,
                Inherit::Namespace => Some("Namespace"),
            },
        }
    }
}
