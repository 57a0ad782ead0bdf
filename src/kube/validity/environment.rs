//! The rules of environment variables.

use serde_json::Value;

use super::{ErrorList, given, items, names, steps_back, text};
use crate::value::pointer::Pointer;

/// The sources of a variable's value.
const SOURCES: &[&str] = &["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];

/// The fields of a pod that a variable can have, besides labels and annotations by key.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields of a container that a variable can have, besides huge pages.
const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// Adds the errors of a container's environment.
pub(super) fn check(container: &Value, at: &Pointer, errors: &mut ErrorList) {
    for (variable_, at) in items(container, "env", at) {
        variable(variable_, &at, errors);
    }
    for (source, at) in items(container, "envFrom", at) {
        env_from(source, &at, errors);
    }
}

/// Adds the errors of one source of variables.
pub(super) fn env_from(source: &Value, at: &Pointer, errors: &mut ErrorList) {
    let prefix = text(source, "prefix");
    if !prefix.is_empty() {
        errors.name("prefix", prefix, names::env_name(prefix), &at.join("prefix"));
    }
    let given: Vec<_> =
        ["configMapRef", "secretRef"].into_iter().filter_map(|name| Some((name, given(source, name)?))).collect();
    if given.len() != 1 {
        errors.at(at.clone(), "`envFrom` needs exactly one of `configMapRef` and `secretRef`");
    }
    for (name, reference) in given {
        errors.required_name(name, reference, "name", names::dns_subdomain, &at.join(name));
    }
}

/// Adds the errors of one variable.
pub(super) fn variable(variable: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.required_name("environment variable", variable, "name", names::env_name, at);
    let Some(from) = given(variable, "valueFrom") else { return };
    let at = at.join("valueFrom");
    if !text(variable, "value").is_empty() {
        errors.at(at.clone(), "`value` and `valueFrom` cannot both be set");
    }
    let sources: Vec<_> = SOURCES.iter().filter_map(|name| Some((*name, given(from, name)?))).collect();
    if sources.len() != 1 {
        errors.at(at.clone(), format!("`valueFrom` needs exactly one source, and has {}", sources.len()));
    }
    for (name, source) in sources {
        self::source(name, source, &at.join(name), errors);
    }
}

fn source(name: &str, source: &Value, at: &Pointer, errors: &mut ErrorList) {
    match name {
        "fieldRef" => field_ref(source, FIELDS, at, errors),
        "resourceFieldRef" => resource_ref(source, at, errors),
        "fileKeyRef" => {
            errors.required_name(name, source, "volumeName", names::dns_label, at);
            errors.required_name(name, source, "key", names::env_name, at);
            errors.required(name, source, "path", at);
            if steps_back(text(source, "path")) {
                errors.at(at.join("path"), format!("path `{}` has a `..`", text(source, "path")));
            }
        }
        _ => {
            errors.required_name(name, source, "name", names::dns_subdomain, at);
            errors.required_name(name, source, "key", names::config_key, at);
        }
    }
}

/// Adds the errors of a reference to the cpu, memory or storage of a container.
pub(super) fn resource_ref(source: &Value, at: &Pointer, errors: &mut ErrorList) {
    let resource = text(source, "resource");
    let huge = ["limits.hugepages-", "requests.hugepages-"].iter().any(|prefix| resource.starts_with(prefix));
    errors.required("resourceFieldRef", source, "resource", at);
    if !huge {
        errors.one_of(source, "resource", RESOURCES, at);
    }
}

/// Adds the errors of a reference to a field of the pod: one of `fields`, or a label or annotation by key.
pub(super) fn field_ref(source: &Value, fields: &[&str], at: &Pointer, errors: &mut ErrorList) {
    let path = text(source, "fieldPath");
    errors.required("fieldRef", source, "fieldPath", at);
    let key = |prefix: &str| path.strip_prefix(prefix)?.strip_suffix("']");
    let verdict = if let Some(key) = key("metadata.annotations['") {
        names::qualified_name(&key.to_lowercase())
    } else if let Some(key) = key("metadata.labels['") {
        names::qualified_name(key)
    } else {
        errors.one_of(source, "fieldPath", fields, at);
        Ok(())
    };
    errors.name("field path", path, verdict, &at.join("fieldPath"));
}
