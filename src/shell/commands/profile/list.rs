//! `profile list`: the built-in profiles, as lines or as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Code, Placed};
use crate::lint;
use crate::profile::builtin::{self, Group};
use crate::profile::parameter::Inherit;
use crate::profile::slot::Slot;
use crate::profile::{Parameter, Presence, Profile, Switch};
use crate::report::exit::ExitStatus;
use crate::shell::cli::DataFormat;
use crate::shell::commands::{CommandError, as_json, print, settings};
use crate::shell::files::selection::ProfileRef;

pub(super) fn list(output: DataFormat) -> Result<ExitStatus, CommandError> {
    let mut profiles = Vec::new();
    for group in Group::ALL {
        for builtin in builtin::ALL.iter().filter(|known| known.group == group) {
            let profile = settings::load_profile(&ProfileRef::BuiltIn(builtin.name.to_owned())).map_err(|errors| {
                errors.into_iter().next().unwrap_or_else(|| Placed::new(Code::Profile, "unreadable"))
            })?;
            profiles.push((group, profile));
        }
    }
    let text = match output {
        DataFormat::Text => lines(&profiles),
        DataFormat::Json => {
            let profiles = profiles.iter().map(|(group, profile)| ListedProfile::of(*group, profile)).collect();
            as_json(&List { version: "v1", profiles })?
        }
    };
    Ok(print(text.as_bytes())?)
}

/// A line for each profile, below the heading of its group.
fn lines(profiles: &[(Group, Profile)]) -> String {
    let widest = builtin::names().map(str::len).max().unwrap_or_default() + 2;
    let mut lines = String::new();
    let mut last = None;
    for (group, profile) in profiles {
        if last != Some(*group) {
            let before = if lines.is_empty() { "" } else { "\n" };
            let title = group.title();
            lines.push_str(&format!(
                "{before}{title}\n  {:<widest$}{:<9}{:<12}{}\n",
                "NAME", "POLICY", "LEVEL", "DESCRIPTION"
            ));
            last = Some(*group);
        }
        let summary = lint::summary(profile);
        let (name, policy, level) = (summary.name, summary.policy, summary.pod_security);
        lines.push_str(&format!("  {name:<widest$}{policy:<9}{level:<12}{}\n", summary.description));
    }
    lines
}

#[derive(Serialize)]
struct List<'p> {
    version: &'static str,
    profiles: Vec<ListedProfile<'p>>,
}

/// Fields may be added to it; none changes or goes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedProfile<'p> {
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
struct ListedParameter<'p> {
    name: &'p str,
    #[serde(rename = "type")]
    ty: &'static str,
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
    fn of(group: Group, profile: &'p Profile) -> Self {
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
    fn of(parameter: &'p Parameter) -> Self {
        Self {
            name: &parameter.name,
            ty: parameter.ty.id(),
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
