//! The Pod Security Standards: which level a pod needs, and which namespaces would refuse it.
//!
//! Follows <https://kubernetes.io/docs/concepts/security/pod-security-standards/> as Kubernetes 1.36 checks them, and
//! the earlier versions of the policy, from 1.25 on, to which a namespace can be pinned. A cluster's own defaults and
//! exemptions are not known here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::value::pointer::Pointer;
use crate::value::view::View;

mod baseline;
mod restricted;

/// A level of the standards, the most permissive first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It allows everything.
    Privileged,
    /// It does not allow known privilege escalations.
    Baseline,
    /// It also requires hardening.
    Restricted,
}

impl Level {
    /// As labels have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Privileged, Self::Baseline, Self::Restricted].into_iter().find(|level| level.name() == text)
    }
}

/// What a namespace does with a pod that its level does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PolicyMode {
    /// The API server refuses the pod.
    Enforce,
    /// The API server warns the client that creates the pod.
    Warn,
    /// The API server adds an annotation to its audit log.
    Audit,
}

impl PolicyMode {
    /// As labels have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}

/// The minor version of a policy. A namespace can be pinned to an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PolicyVersion(pub u32);

impl PolicyVersion {
    /// The newest version that this release knows. It is what `latest` means.
    pub(crate) const LATEST: Self = Self(36);

    /// Reads `latest`, or `v1.` and a number. Any other text is `latest`, as for the API server.
    fn parse(text: &str) -> Self {
        let number = text.strip_prefix("v1.").filter(|n| *n == "0" || !n.starts_with(['0', '+']));
        number.and_then(|number| number.parse().ok()).map_or(Self::LATEST, Self)
    }
}

/// A field whose value, or whose absence, a level does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, as a pointer from the pod template. The pod may not have it.
    pub field: Pointer,
    /// The name of the container, where the field is in one.
    pub container: Option<String>,
    /// What is not allowed, or what is missing.
    pub message: String,
}

/// What a level, in its newest version, does not allow in a pod template (`metadata` and `spec`).
pub fn violations(level: Level, template: &Value) -> Vec<Violation> {
    violations_at(level, PolicyVersion::LATEST, template)
}

/// What a level, in a version of the policy, does not allow in a pod template. Versions before 1.25 count as 1.25.
pub(crate) fn violations_at(level: Level, version: PolicyVersion, template: &Value) -> Vec<Violation> {
    let mut check = Check { template, version, found: Vec::new() };
    match level {
        Level::Privileged => {}
        Level::Baseline => baseline::check(&mut check, Level::Baseline),
        Level::Restricted => {
            baseline::check(&mut check, Level::Restricted);
            restricted::check(&mut check);
        }
    }
    check.found
}

/// The strictest level that allows a pod, and what the next stricter one does not allow in it.
pub(crate) fn required_level(template: &Value) -> (Level, Vec<Violation>) {
    let baseline = violations(Level::Baseline, template);
    if !baseline.is_empty() {
        return (Level::Privileged, baseline);
    }
    let restricted = violations(Level::Restricted, template);
    if restricted.is_empty() { (Level::Restricted, restricted) } else { (Level::Baseline, restricted) }
}

/// What a namespace with these labels does not allow in the pod `after`, and what was not already so in the pod `before`: for
/// each mode, its level and each violation. A pod that is refused without the injection too would be refused for these when
/// the rest of it is put right, so they count all the same.
///
/// As in the API server: without a label, `warn` has the level of `enforce`; an unknown level is `restricted` for
/// `enforce` and no level for the others; an unknown version is the newest.
pub(crate) fn newly_refused(
    labels: &BTreeMap<String, String>,
    before: &Value,
    after: &Value,
) -> Vec<(PolicyMode, Level, Violation)> {
    let mut refused = Vec::new();
    for mode in [PolicyMode::Enforce, PolicyMode::Warn, PolicyMode::Audit] {
        let (level, version) = policy(labels, mode);
        if level == Level::Privileged {
            continue;
        }
        let known = violations_at(level, version, before);
        // An added container moves others to another index, so a violation is known by its container's name.
        let is_known = |new: &Violation| {
            known.iter().any(|known| known.container == new.container && known.message == new.message)
        };
        let new = violations_at(level, version, after).into_iter().filter(|violation| !is_known(violation));
        refused.extend(new.map(|violation| (mode, level, violation)));
    }
    refused
}

/// The parts of a pod template that the checks read, copied. Environments, arguments, images and resources, which are most of
/// a pod, are not among them.
pub(crate) fn checked_part<'a, V: View<'a>>(template: V) -> Value {
    const POD: [&str; 7] = ["hostIPC", "hostNetwork", "hostPID", "hostUsers", "os", "securityContext", "volumes"];
    const CONTAINER: [&str; 7] =
        ["lifecycle", "livenessProbe", "name", "ports", "readinessProbe", "securityContext", "startupProbe"];
    let members = |view: V, names: &[&str]| -> Map<String, Value> {
        let found = names.iter().filter_map(|name| Some(((*name).to_owned(), view.member(name)?.value())));
        found.collect()
    };
    let mut spec = template.member("spec").map_or_else(Map::new, |spec| members(spec, &POD));
    for list in CONTAINER_LISTS {
        let containers = template.path(&["spec", list]).map(View::elements).unwrap_or_default();
        let parts = containers.into_iter().map(|container| Value::Object(members(container, &CONTAINER)));
        spec.insert(list.to_owned(), parts.collect());
    }
    let metadata = template.member("metadata").map_or_else(Map::new, |metadata| members(metadata, &["annotations"]));
    serde_json::json!({"metadata": metadata, "spec": spec})
}

/// Whether a namespace with these labels asks for a level in any mode.
pub(crate) fn has_policy(labels: &BTreeMap<String, String>) -> bool {
    labels.keys().any(|key| key.starts_with("pod-security.kubernetes.io/"))
}

fn policy(labels: &BTreeMap<String, String>, mode: PolicyMode) -> (Level, PolicyVersion) {
    let label = |suffix: &str| labels.get(&format!("pod-security.kubernetes.io/{}{suffix}", mode.name()));
    let version = label("-version").map(|text| PolicyVersion::parse(text));
    let (level, inherited) = match (label("").map(|text| Level::parse(text)), mode) {
        (Some(Some(level)), _) => (level, PolicyVersion::LATEST),
        (Some(None), PolicyMode::Enforce) => (Level::Restricted, PolicyVersion::LATEST),
        (None, PolicyMode::Warn) if has_level(labels) => policy(labels, PolicyMode::Enforce),
        _ => (Level::Privileged, PolicyVersion::LATEST),
    };
    (level, version.unwrap_or(inherited))
}

/// Whether the label of the enforced level has a level that the API server knows.
fn has_level(labels: &BTreeMap<String, String>) -> bool {
    labels.get("pod-security.kubernetes.io/enforce").is_some_and(|text| Level::parse(text).is_some())
}

/// Where a pod has containers, in the order of the checks.
const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// One pod template under check, and what was found so far.
struct Check<'t> {
    template: &'t Value,
    version: PolicyVersion,
    found: Vec<Violation>,
}

/// A container, and its pointer from the pod template.
struct CheckedContainer<'t> {
    value: &'t Value,
    name: &'t str,
    at: Pointer,
}

impl<'t> Check<'t> {
    fn spec(&self) -> &'t Value {
        self.template.get("spec").unwrap_or(&Value::Null)
    }

    /// All containers: init containers, then the others, then ephemeral ones.
    fn containers(&self) -> Vec<CheckedContainer<'t>> {
        let spec = self.spec();
        let list = |field: &'static str| {
            let items = spec.get(field).and_then(Value::as_array).into_iter().flatten().enumerate();
            items.map(move |(index, value)| CheckedContainer {
                value,
                name: value.get("name").and_then(Value::as_str).unwrap_or_default(),
                at: Pointer::of(["spec", field, &index.to_string()]),
            })
        };
        CONTAINER_LISTS.into_iter().flat_map(list).collect()
    }

    /// The security contexts of the pod and then of all containers, each with its pointer and the container's name. An
    /// absent one is `None`; the pod's has no name.
    fn contexts(&self) -> Vec<(Option<&'t Value>, Pointer, Option<&'t str>)> {
        let pod = (given(self.spec(), "securityContext"), Pointer::of(["spec", "securityContext"]), None);
        let containers = self.containers().into_iter().map(|container| {
            (given(container.value, "securityContext"), container.at.join("securityContext"), Some(container.name))
        });
        std::iter::once(pod).chain(containers).collect()
    }

    fn is_windows(&self) -> bool {
        self.spec().pointer("/os/name").and_then(Value::as_str) == Some("windows")
    }

    /// Whether the pod has its own user namespace: some rules are relaxed for it from 1.35 on.
    fn has_relaxed_users(&self) -> bool {
        self.version >= PolicyVersion(35) && is(self.spec(), "hostUsers", false)
    }

    fn add(&mut self, field: Pointer, container: Option<&str>, message: impl Into<String>) {
        self.found.push(Violation { field, container: container.map(str::to_owned), message: message.into() });
    }
}

/// A member that is there and not null.
fn given<'v>(value: &'v Value, field: &str) -> Option<&'v Value> {
    value.get(field).filter(|member| !member.is_null())
}

/// A string member; empty where it is absent.
fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, field: &str, wanted: bool) -> bool {
    value.get(field).and_then(Value::as_bool) == Some(wanted)
}

/// The elements of a list member, with their pointers.
fn items<'v>(value: &'v Value, field: &str, at: &Pointer) -> impl Iterator<Item = (&'v Value, Pointer)> {
    let at = at.join(field);
    let list = value.get(field).and_then(Value::as_array).into_iter().flatten();
    list.enumerate().map(move |(index, item)| (item, at.element(index)))
}

#[cfg(test)]
mod tests;
