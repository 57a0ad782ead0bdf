//! The report as GitLab's Code Quality report, which a merge request shows.
//!
//! Every element needs a path below the root of the repository and a line. What is not in the repository has the path `.`, and its
//! place in the words. Source: "Code Quality", "Code Quality report format" in GitLab's documentation.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::finding::{Finding, Fingerprints};
use super::model::Report;
use super::style::Style;
use crate::diagnostic::Severity;

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let all: Vec<Value> = report.findings().iter().map(|finding| element(finding, style, &mut fingerprints)).collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

fn element(finding: &Finding<'_>, style: &Style<'_>, fingerprints: &mut Fingerprints) -> Value {
    let placed = &finding.placed;
    let place = style.checkout.place(&placed.file);
    let path = place.in_repository();
    let line = placed.position.filter(|_| path.is_some()).map_or(1, |position| position.line);
    json!({
        "description": finding.text(&place),
        "check_name": placed.code.id(),
        "fingerprint": fingerprints.next(finding, &place),
        "severity": severity(placed.severity),
        "location": {"path": path.as_deref().unwrap_or("."), "lines": {"begin": line}},
    })
}

/// GitLab knows `info`, `minor`, `major`, `critical` and `blocker`.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests;
