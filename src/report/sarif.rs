//! The report as SARIF 2.1.0 (OASIS), for code scanning: findings and diagnostics, not what went well.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use crate::diagnostic::{Placed, Position, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut log = Log::default();
    for placed in report.diagnostics() {
        log.placed(placed, None);
    }
    for entry in report.entries() {
        let title = entry.title();
        for (verdict, sentence) in entry.lines() {
            if let Some(code) = verdict.finding() {
                let message = format!("{title}: {sentence}");
                let place = location(&entry.file, entry.position, "", Some(&title));
                log.result(code.id(), "error", &message, place);
            }
        }
        for placed in entry.placed() {
            log.placed(placed, Some(&title));
        }
    }
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": log.rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": log.results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

/// The results, and the rules in the order in which a result first names them.
#[derive(Default)]
struct Log<'a> {
    rules: Vec<&'a str>,
    results: Vec<Value>,
}

impl<'a> Log<'a> {
    fn placed(&mut self, placed: &'a Placed, title: Option<&str>) {
        let level = match placed.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let message = match &placed.hint {
            None => placed.message.clone(),
            Some(hint) => format!("{}\nhint: {hint}", placed.message),
        };
        self.result(placed.code.id(), level, &message, location(&placed.file, placed.position, &placed.path, title));
    }

    fn result(&mut self, rule: &'a str, level: &str, message: &str, location: Value) {
        let index = self.rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        });
        self.results.push(json!({
            "ruleId": rule,
            "ruleIndex": index,
            "level": level,
            "message": {"text": message},
            "locations": if location == json!({}) { json!([]) } else { json!([location]) },
        }));
    }
}

fn rule(id: &str) -> Value {
    json!({"id": id, "shortDescription": {"text": id.replace('-', " ")}})
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
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_reference() {
        for (path, expected) in [
            ("charts/web/deploy.yaml", "charts/web/deploy.yaml"),
            ("a b/100%/ü.yaml", "a%20b/100%25/%C3%BC.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
