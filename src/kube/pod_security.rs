//! The Pod Security Standards: which level a pod needs, and which namespaces would refuse it.
//!
//! Follows <https://kubernetes.io/docs/concepts/security/pod-security-standards/> as Kubernetes 1.36 checks them, and
//! the earlier versions of the policy that a namespace may be pinned to, from 1.25 on. A cluster's own defaults and
//! exemptions are not known here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::value::pointer::Pointer;

mod baseline;
mod restricted;

/// A level of the standards, the most permissive first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything is allowed.
    Privileged,
    /// Known privilege escalations are not.
    Baseline,
    /// Hardening is asked for.
    Restricted,
}

impl Level {
    /// As the labels have it.
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
pub(crate) enum Mode {
    /// It refuses it.
    Enforce,
    /// It warns whoever creates it.
    Warn,
    /// It writes an audit annotation.
    Audit,
}

impl Mode {
    /// As the labels have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}

/// The minor version of a policy. A namespace may be pinned to an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PolicyVersion(pub u32);

impl PolicyVersion {
    /// The newest that this release knows, which `latest` stands for.
    pub(crate) const LATEST: Self = Self(36);

    /// `latest`, or `v1.` and a number; anything else is `latest`, as for the API server.
    fn parse(text: &str) -> Self {
        let number = text.strip_prefix("v1.").filter(|n| *n == "0" || !n.starts_with(['0', '+']));
        number.and_then(|number| number.parse().ok()).map_or(Self::LATEST, Self)
    }
}

/// A field that a level does not allow as it is, or as it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, from the pod template on. It may be absent.
    pub field: Pointer,
    /// The container's name, where the field is one's.
    pub container: Option<String>,
    /// What is not allowed, or is missing.
    pub message: String,
}

/// What a level, in its newest version, does not allow in a pod template (`metadata` and `spec`).
pub fn violations(level: Level, template: &Value) -> Vec<Violation> {
    violations_at(level, PolicyVersion::LATEST, template)
}

/// What a level does not allow in a pod template, by the policy of some version; before 1.25 by that of 1.25.
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

/// The strictest level that takes a pod, and what the next one does not allow in it.
pub fn required_level(template: &Value) -> (Level, Vec<Violation>) {
    let baseline = violations(Level::Baseline, template);
    if !baseline.is_empty() {
        return (Level::Privileged, baseline);
    }
    let restricted = violations(Level::Restricted, template);
    if restricted.is_empty() { (Level::Restricted, restricted) } else { (Level::Baseline, restricted) }
}

/// What a namespace with these labels does not allow in a pod, though it took the pod as it was: for each mode, its
/// level and each violation that `before` did not have. Nothing for a mode whose level already refused `before`.
///
/// As in the API server, `warn` is the enforced level where it has no label of its own, an unknown level is
/// `restricted` for `enforce` and nothing for the others, and an unknown version is the newest.
pub(crate) fn newly_refused(
    labels: &BTreeMap<String, String>,
    before: &Value,
    after: &Value,
) -> Vec<(Mode, Level, Violation)> {
    let mut refused = Vec::new();
    for mode in [Mode::Enforce, Mode::Warn, Mode::Audit] {
        let (level, version) = policy(labels, mode);
        if level == Level::Privileged || !violations_at(level, version, before).is_empty() {
            continue;
        }
        refused.extend(violations_at(level, version, after).into_iter().map(|violation| (mode, level, violation)));
    }
    refused
}

/// Whether a namespace with these labels asks for a level in any mode.
pub(crate) fn has_policy(labels: &BTreeMap<String, String>) -> bool {
    labels.keys().any(|key| key.starts_with("pod-security.kubernetes.io/"))
}

fn policy(labels: &BTreeMap<String, String>, mode: Mode) -> (Level, PolicyVersion) {
    let label = |suffix: &str| labels.get(&format!("pod-security.kubernetes.io/{}{suffix}", mode.name()));
    let version = label("-version").map(|text| PolicyVersion::parse(text));
    let (level, inherited) = match (label("").map(|text| Level::parse(text)), mode) {
        (Some(Some(level)), _) => (level, PolicyVersion::LATEST),
        (Some(None), Mode::Enforce) => (Level::Restricted, PolicyVersion::LATEST),
        (None, Mode::Warn) if has_level(labels) => policy(labels, Mode::Enforce),
        _ => (Level::Privileged, PolicyVersion::LATEST),
    };
    (level, version.unwrap_or(inherited))
}

/// Whether the enforced level is one that the API server knows.
fn has_level(labels: &BTreeMap<String, String>) -> bool {
    labels.get("pod-security.kubernetes.io/enforce").is_some_and(|text| Level::parse(text).is_some())
}

/// One run over one pod template.
struct Check<'t> {
    template: &'t Value,
    version: PolicyVersion,
    found: Vec<Violation>,
}

/// One container and its place.
struct Container<'t> {
    value: &'t Value,
    name: &'t str,
    at: Pointer,
}

impl<'t> Check<'t> {
    fn spec(&self) -> &'t Value {
        self.template.get("spec").unwrap_or(&Value::Null)
    }

    /// All containers: init containers first, then the others, then ephemeral ones.
    fn containers(&self) -> Vec<Container<'t>> {
        let spec = self.spec();
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        let list = |field: &'static str| {
            let items = spec.get(field).and_then(Value::as_array).into_iter().flatten().enumerate();
            items.map(move |(index, value)| Container {
                value,
                name: value.get("name").and_then(Value::as_str).unwrap_or_default(),
                at: Pointer::of(["spec", field, &index.to_string()]),
            })
        };
        lists.into_iter().flat_map(list).collect()
    }

    /// The security contexts of the pod and of all containers, with their place and the container's name.
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

    /// Whether the pod has a user namespace of its own, for which some rules are relaxed since 1.35.
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

/// A string member; empty where there is none.
fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, field: &str, wanted: bool) -> bool {
    value.get(field).and_then(Value::as_bool) == Some(wanted)
}

/// The elements of a list member, with their places.
fn items<'v>(value: &'v Value, field: &str, at: &Pointer) -> impl Iterator<Item = (&'v Value, Pointer)> {
    let at = at.join(field);
    let list = value.get(field).and_then(Value::as_array).into_iter().flatten();
    list.enumerate().map(move |(index, item)| (item, at.join(index.to_string())))
}

#[cfg(test)]
mod tests;
