//! Finds what an API server would refuse in what is added to a pod, before it gets there.
//!
//! Follows the validation of core/v1 in Kubernetes 1.36. Types and unknown fields are in `schema`; a value of the wrong
//! type is skipped here. Not checked:
//!
//! - what depends on the policies of a cluster, since no cluster is asked;
//! - what depends on the rest of the pod: `stopSignal`, a sleep longer than the grace period, the source of a volume
//!   that is a device;
//! - what only kubelet refuses: `runAsNonRoot: true` with `runAsUser: 0`, or an image name that cannot be parsed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::kube::names;
use crate::value::pointer::Pointer;

mod container;
mod environment;
mod pod;
mod ports;
mod probes;
mod resources;
mod volume;

pub(crate) use resources::{Qos, pod_resources, qos_class};

/// The list that a container is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `containers`.
    Container,
    /// `initContainers`, with native sidecars.
    Init,
}

/// How many bytes the keys and values of all annotations may have together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// The errors of containers in one list, which is at `at`. `volumes` are the names of all volumes of the pod.
pub(crate) fn containers(list: &[&Value], role: Role, volumes: &BTreeSet<String>, at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    let mut names = BTreeSet::new();
    for (index, container) in list.iter().enumerate() {
        let at = at.element(index);
        container::check(container, role, volumes, &at, &mut errors);
        let name = text(container, "name");
        if !name.is_empty() && !names.insert(name) {
            errors.at(at.join("name"), format!("two containers have the name `{name}`"));
        }
    }
    ports::host_ports(list, role, at, &mut errors);
    errors.0
}

/// The errors of volumes, whose list is at `at`.
pub(crate) fn volumes(list: &[&Value], at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    let mut names = BTreeSet::new();
    for (index, volume) in list.iter().enumerate() {
        let at = at.element(index);
        volume::check(volume, &at, &mut errors);
        let name = text(volume, "name");
        if !name.is_empty() && !names.insert(name) {
            errors.at(at.join("name"), format!("two volumes have the name `{name}`"));
        }
    }
    errors.0
}

/// The errors of those fields of a pod's spec, which is at `at`, that a profile may set.
pub(crate) fn pod_fields(spec: &Value, at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    pod::check(spec, at, &mut errors);
    errors.0
}

/// The errors of environment variables, whose list is at `at`.
pub(crate) fn env(list: &[&Value], at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    for (index, variable) in list.iter().enumerate() {
        environment::variable(variable, &at.element(index), &mut errors);
    }
    errors.0
}

/// The errors of sources of environment variables.
pub(crate) fn env_from(list: &[&Value], at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    for (index, source) in list.iter().enumerate() {
        environment::env_from(source, &at.element(index), &mut errors);
    }
    errors.0
}

/// The errors of labels.
pub(crate) fn labels(labels: &[(&str, &str)], at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    for (key, value) in labels {
        if let Err(fault) = names::qualified_name(key) {
            errors.at(at.join(*key), format!("label `{key}` {fault}"));
        }
        if let Err(fault) = names::label_value(value) {
            errors.at(at.join(*key), format!("value `{value}` of label `{key}` {fault}"));
        }
    }
    errors.0
}

/// The errors of annotations, each by itself and the sum of their sizes.
pub(crate) fn annotations(annotations: &[(&str, &str)], at: &Pointer) -> Vec<Diagnostic> {
    let mut errors = ErrorList::default();
    for (key, _) in annotations {
        // The key of an annotation may have capitals, in its prefix too.
        if let Err(fault) = names::qualified_name(&key.to_lowercase()) {
            errors.at(at.join(*key), format!("annotation `{key}` {fault}"));
        }
    }
    let size: usize = annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > ANNOTATIONS_LIMIT {
        errors.at(at.clone(), format!("the annotations have `{size}` bytes, more than {ANNOTATIONS_LIMIT}"));
    }
    errors.0
}

/// The errors found so far. Named after `field.ErrorList` of Kubernetes.
#[derive(Default)]
struct ErrorList(Vec<Diagnostic>);

impl ErrorList {
    fn at(&mut self, at: Pointer, message: impl Into<String>) {
        self.0.push(Diagnostic::new(Code::Invalid, at, message));
    }

    fn hinted(&mut self, at: Pointer, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push(Diagnostic::new(Code::Invalid, at, message).hint(hint));
    }

    fn name(&mut self, what: &str, name: &str, verdict: Result<(), names::NameFault>, at: &Pointer) {
        if let Err(fault) = verdict {
            self.at(at.clone(), format!("{what} `{name}` {fault}"));
        }
    }

    /// Checks a required field that is a name.
    fn required_name(
        &mut self,
        what: &str,
        value: &Value,
        field: &str,
        rule: fn(&str) -> Result<(), names::NameFault>,
        at: &Pointer,
    ) {
        let name = text(value, field);
        if name.is_empty() {
            self.at(at.clone(), format!("{what} has no `{field}`"));
        } else {
            self.name(&format!("{what} {field}"), name, rule(name), &at.join(field));
        }
    }

    /// Checks that a required field is there and not empty.
    fn required(&mut self, what: &str, value: &Value, field: &str, at: &Pointer) {
        if text(value, field).is_empty() {
            self.at(at.clone(), format!("{what} has no `{field}`"));
        }
    }

    /// Checks a field that is one of some words. Absent or empty, it has a default.
    fn one_of(&mut self, value: &Value, field: &str, allowed: &[&str], at: &Pointer) {
        if !text(value, field).is_empty() {
            self.strictly_one_of(value, field, allowed, at);
        }
    }

    /// Checks a field that is one of some words, or absent. The API server refuses an empty text.
    fn strictly_one_of(&mut self, value: &Value, field: &str, allowed: &[&str], at: &Pointer) {
        let Some(word) = value.get(field).and_then(Value::as_str) else { return };
        if !allowed.contains(&word) {
            let message = format!("`{field}` cannot be `{word}`");
            self.hinted(at.join(field), message, format!("one of {}", allowed.join(", ")));
        }
    }

    /// Checks a field that is an integer in a range, or absent.
    fn between(&mut self, value: &Value, field: &str, least: i64, most: i64, at: &Pointer) {
        if let Some(number) = value.get(field).and_then(Value::as_i64)
            && !(least..=most).contains(&number)
        {
            let limits = if most == i64::MAX { format!("at least {least}") } else { format!("from {least} to {most}") };
            self.at(at.join(field), format!("`{field}` is `{number}`, but must be {limits}"));
        }
    }
}

/// A string field; empty where it is absent.
fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The elements of a list field, with their pointers.
fn items<'v>(value: &'v Value, field: &str, at: &Pointer) -> impl Iterator<Item = (&'v Value, Pointer)> {
    let at = at.join(field);
    let list = value.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().map(move |(index, item)| (item, at.element(index)))
}

/// A field that is there and not null.
fn given<'v>(value: &'v Value, field: &str) -> Option<&'v Value> {
    value.get(field).filter(|member| !member.is_null())
}

/// Whether an init container runs as long as the pod:
/// <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
fn is_native_sidecar(init_container: &Value) -> bool {
    text(init_container, "restartPolicy") == "Always"
}

/// Whether a path has a `..`.
fn steps_back(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests;
