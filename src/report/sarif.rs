//! The report as SARIF 2.1.0 (OASIS), for code scanning: findings and diagnostics, not what went well.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::model::Report;
use super::style::Style;
use crate::diagnostic::{Code, Fault, Placed, Position, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(report: &Report, _: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let results: Vec<Value> =
        report.findings().iter().map(|finding| diagnostic(&finding.placed, finding.title.as_deref())).collect();
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn diagnostic(placed: &Placed, title: Option<&str>) -> Value {
    let message = match &placed.hint {
        None => placed.message.clone(),
        Some(hint) => format!("{}\nhint: {hint}", placed.message),
    };
    let place = location(&placed.file, placed.position, &placed.path, title);
    result(placed.code, placed.severity, &message, place)
}

fn result(code: Code, severity: Severity, message: &str, location: Value) -> Value {
    json!({
        "ruleId": code.id(),
        "ruleIndex": Code::ALL.iter().position(|known| *known == code),
        "level": level(severity),
        "message": {"text": message},
        "locations": if location == json!({}) { json!([]) } else { json!([location]) },
    })
}

/// Every code is a rule, whether a result names it or not, so that a rule's place does not depend on the input.
fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "shortDescription": {"text": code.meaning()},
        "defaultConfiguration": {"level": level(code.severity())},
        "properties": {"fault": fault(code.fault())},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Who can do something about it.
const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::User => "user",
        Fault::Profile => "profile",
        Fault::Cluster => "cluster",
        Fault::System => "system",
        Fault::Bug => "injector",
        Fault::None => "none",
    }
}

fn location(file: &str, position: Option<Position>, path: &str, title: Option<&str>) -> Value {
    let mut location = json!({});
    if !file.is_empty() {
        location["physicalLocation"] = json!({"artifactLocation": {"uri": uri(file)}});
        if let Some(Position { line, column }) = position {
            location["physicalLocation"]["region"] = json!({"startLine": line, "startColumn": column});
        }
    }
    if title.is_some() || !path.is_empty() {
        let mut logical = json!({});
        if let Some(title) = title {
            logical["name"] = json!(title);
        }
        if !path.is_empty() {
            logical["fullyQualifiedName"] = json!(path);
        }
        location["logicalLocations"] = json!([logical]);
    }
    location
}

/// A path as a relative reference (RFC 3986): what is not unreserved or `/` is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => {
                // Writing to a string does not fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests;
