//! The report as SARIF 2.1.0 (OASIS), for code scanning: findings and diagnostics, not what went well.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::checkout::FilePlace;
use super::exit::ExitStatus;
use super::finding::{Finding, Fingerprints};
use super::model::Report;
use super::style::Style;
use super::uri;
use crate::diagnostic::{Code, Fault, Position, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths of files in the repository count from.
const ROOT: &str = "%SRCROOT%";

/// The version is that of how a fingerprint is made.
const FINGERPRINT: &str = "injectorFinding/v1";

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let (mut results, mut notifications) = (Vec::new(), Vec::new());
    for finding in report.findings() {
        let place = style.checkout.place(&finding.placed.file);
        match location(&finding, &place) {
            Some(location) => {
                let mut result = notification(&finding, &place);
                result["ruleId"] = json!(finding.placed.code.id());
                result["ruleIndex"] = json!(index(finding.placed.code));
                result["locations"] = json!([location]);
                result["partialFingerprints"] = json!({FINGERPRINT: fingerprints.next(&finding, &place)});
                results.push(result);
            }
            // Code scanning refuses a whole report that has a result without a location.
            None => {
                let mut notification = notification(&finding, &place);
                let code = finding.placed.code;
                notification["descriptor"] = json!({"id": code.id()});
                notification["associatedRule"] = json!({"id": code.id(), "index": index(code)});
                notifications.push(notification);
            }
        }
    }
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver()},
            // All runs are of one category, which a host may replace with its own.
            "automationDetails": {"id": concat!(env!("CARGO_PKG_NAME"), "/")},
            "originalUriBaseIds": {ROOT: {"uri": uri::folder(style.checkout.root())}},
            "invocations": [{
                "executionSuccessful": report.status() != ExitStatus::Error,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn driver() -> Value {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
    });
    // Either is empty where the manifest of the package has none.
    let pages = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")];
    if let Some(page) = pages.into_iter().find(|page| !page.is_empty()) {
        driver["informationUri"] = json!(page);
    }
    driver
}

/// What results and notifications have in common.
fn notification(finding: &Finding<'_>, place: &FilePlace) -> Value {
    let message = match place {
        FilePlace::NoFile => finding.text(place),
        FilePlace::Inside(_) | FilePlace::Outside(_) => finding.message(),
    };
    json!({"level": level(finding.placed.severity), "message": {"text": message}})
}

/// The place of a code's rule among the rules.
fn index(code: Code) -> Option<usize> {
    Code::ALL.iter().position(|known| *known == code)
}

/// Every code is a rule, whether a result names it or not, so that a rule's place does not depend on the input.
fn rule(code: Code) -> Value {
    let (text, markdown) = help(code);
    json!({
        "id": code.id(),
        "shortDescription": {"text": code.meaning()},
        "fullDescription": {"text": format!("{} {}", code.meaning(), remedy(code.fault()))},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": level(code.severity())},
        "properties": {"fault": fault(code.fault())},
    })
}

/// What the row of a code says, as text and as Markdown.
fn help(code: Code) -> (String, String) {
    let (id, meaning, level, remedy) = (code.id(), code.meaning(), level(code.severity()), remedy(code.fault()));
    let flags = match code.severity() {
        Severity::Error => String::new(),
        Severity::Warning | Severity::Note => format!(
            "In `inject`, `check` and `profile lint`, `--deny {id}` makes it an error, and `--allow {id}` leaves it out."
        ),
    };
    let text = format!("{meaning}\n\nLevel: {level}. {remedy} {flags}");
    let markdown = format!("{meaning}\n\n| code | level |\n|---|---|\n| `{id}` | {level} |\n\n{remedy} {flags}");
    (text.trim_end().to_owned(), markdown.trim_end().to_owned())
}

/// Who can do something about it, as a sentence.
const fn remedy(fault: Fault) -> &'static str {
    match fault {
        Fault::User => "Correct the manifest, the file, the flag or the annotation.",
        Fault::Profile => "The author of the profile can correct it.",
        Fault::Cluster => "It depends on the version and the policies of the cluster.",
        Fault::System => "The operating system refuses it.",
        Fault::Bug => "It is a bug of injector.",
        Fault::None => "It is not a fault.",
    }
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

/// Where it is: in a file, in an object, or both. Standard input is no file, so it has no URI.
fn location(finding: &Finding<'_>, place: &FilePlace) -> Option<Value> {
    let placed = &finding.placed;
    let mut location = json!({});
    let artifact = match place {
        FilePlace::Inside(parts) => Some(json!({"uri": uri::relative(parts), "uriBaseId": ROOT})),
        FilePlace::Outside(parts) => Some(json!({"uri": uri::absolute(parts)})),
        FilePlace::NoFile => None,
    };
    if let Some(artifact) = artifact {
        location["physicalLocation"] = json!({"artifactLocation": artifact});
        if let Some(Position { line, column }) = placed.position {
            location["physicalLocation"]["region"] = json!({"startLine": line, "startColumn": column});
        }
    }
    let mut logical = json!({});
    if let Some(title) = &finding.title {
        logical["name"] = json!(title);
    }
    if !placed.path.is_empty() {
        logical["fullyQualifiedName"] = json!(placed.path);
    }
    if logical != json!({}) {
        location["logicalLocations"] = json!([logical]);
    }
    (location != json!({})).then_some(location)
}

#[cfg(test)]
mod tests;
