//! The report as the `results` of a ResourceList: one for each message, with the resource, the field and the file.
//!
//! Source: the KRM Functions Specification, <https://github.com/kubernetes-sigs/kustomize> (cmd/config/docs/api-conventions).

use serde_json::{Value, json};

use super::entry::TemplateReport;
use super::model::Report;
use crate::diagnostic::{Placed, Severity};

/// An object of the list, as its host calls it.
pub(crate) struct Resource {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
    /// The file that it is from, and which object of that file it is.
    pub(crate) file: Option<(String, usize)>,
}

/// The results: what is wrong first said by its own workload, then what concerns none. `object` finds the object that something
/// is about by its place.
pub(crate) fn function_results(report: &Report, object: &dyn Fn(&Placed) -> Option<Resource>) -> Vec<Value> {
    let mut results = Vec::new();
    for entry in report.entries() {
        let of_entry = Resource::of(entry);
        for (verdict, sentence) in entry.lines() {
            let severity = if verdict.finding().is_some() { "error" } else { "info" };
            // What was refused is said by its errors.
            if verdict.errors().is_empty() {
                results.push(result(Some(&of_entry), severity, &sentence));
            }
        }
        results.extend(entry.placed().map(|placed| of_placed(placed, Some(&of_entry))));
    }
    results.extend(report.diagnostics().iter().map(|placed| of_placed(placed, object(placed).as_ref())));
    results
}

impl Resource {
    fn of(entry: &TemplateReport) -> Self {
        Self {
            api_version: entry.api_version.clone(),
            kind: entry.kind.clone(),
            namespace: Some(entry.namespace.clone()),
            name: entry.name.clone(),
            file: entry.item.clone(),
        }
    }
}

fn of_placed(placed: &Placed, resource: Option<&Resource>) -> Value {
    let mut result = result(resource, severity(placed.severity), &message(placed));
    result["tags"] = json!({"code": placed.code.id()});
    // Without an object, no one knows where the path begins.
    if let Some(path) = field(&placed.path).filter(|_| resource.is_some()) {
        result["field"] = json!({"path": path});
    }
    result
}

fn result(resource: Option<&Resource>, severity: &str, message: &str) -> Value {
    let mut result = json!({"message": message, "severity": severity});
    let Some(Resource { api_version, kind, namespace, name, file }) = resource else { return result };
    result["resourceRef"] = json!({"apiVersion": api_version, "kind": kind, "name": name});
    if let Some(namespace) = namespace {
        result["resourceRef"]["namespace"] = json!(namespace);
    }
    if let Some((path, index)) = file {
        result["file"] = json!({"path": path, "index": index});
    }
    result
}

fn message(placed: &Placed) -> String {
    match &placed.hint {
        None => placed.message.clone(),
        Some(hint) => format!("{} ({hint})", placed.message),
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    }
}

/// A JSON Pointer as a path of fields: `spec.containers[0].name`. A name with a dot in it is in brackets.
fn field(pointer: &str) -> Option<String> {
    let mut path = String::new();
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if is_index || name.contains('.') {
            path.push_str(&format!("[{name}]"));
        } else {
            let dot = if path.is_empty() { "" } else { "." };
            path.push_str(&format!("{dot}{name}"));
        }
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_a_path_of_fields() {
        for (pointer, path) in [
            ("", None),
            ("/spec/containers/0/name", Some("spec.containers[0].name")),
            ("/metadata/annotations/a.b~1c", Some("metadata.annotations[a.b/c]")),
            ("/metadata/labels/a~0b", Some("metadata.labels.a~b")),
        ] {
            assert_eq!(field(pointer).as_deref(), path, "{pointer}");
        }
    }
}
