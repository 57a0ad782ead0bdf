//! The report as the `results` of a ResourceList: one for each message, with the resource, the field and the file.
//!
//! Source: the KRM Functions Specification, <https://github.com/kubernetes-sigs/kustomize> (cmd/config/docs/api-conventions).

use serde_json::{Value, json};

use super::entry::TemplateReport;
use super::model::Report;
use crate::diagnostic::{Placed, Severity};

/// The results: what is wrong first said by its own workload, then what concerns none.
pub(crate) fn function_results(report: &Report) -> Vec<Value> {
    let mut results = Vec::new();
    for entry in report.entries() {
        for (verdict, sentence) in entry.lines() {
            let severity = if verdict.finding().is_some() { "error" } else { "info" };
            // What was refused is said by its errors.
            if verdict.errors().is_empty() {
                results.push(of_entry(entry, severity, &sentence));
            }
        }
        for placed in entry.placed() {
            let mut result = of_entry(entry, severity(placed.severity), &message(placed));
            result["tags"] = json!({"code": placed.code.id()});
            if let Some(path) = field(&placed.path) {
                result["field"] = json!({"path": path});
            }
            results.push(result);
        }
    }
    results.extend(report.diagnostics().iter().map(|placed| {
        let mut result = json!({"message": message(placed), "severity": severity(placed.severity)});
        result["tags"] = json!({"code": placed.code.id()});
        result
    }));
    results
}

fn of_entry(entry: &TemplateReport, severity: &str, message: &str) -> Value {
    let mut result = json!({
        "message": message,
        "severity": severity,
        "resourceRef": {
            "apiVersion": entry.api_version,
            "kind": entry.kind,
            "name": entry.name,
            "namespace": entry.namespace,
        },
    });
    if let Some((path, index)) = &entry.item {
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
