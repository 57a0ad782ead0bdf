//! The report as workflow commands of GitHub Actions, which shows them beside the lines of a change.
//!
//! GitHub shows ten errors and ten warnings a step, so what went well is not among them. Source: "Workflow commands for
//! GitHub Actions", and the escapes of `actions/toolkit`, `command.ts`.

use std::io::{self, Write};

use super::finding::{Finding, FindingSource};
use super::model::{Report, Verbosity};
use super::style::Style;
use crate::diagnostic::{Position, Severity};

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings() {
        let is_shown = match (style.verbosity, finding.source) {
            (Verbosity::Normal, _) => true,
            (Verbosity::Quiet, FindingSource::Verdict) => false,
            (Verbosity::Quiet, FindingSource::Diagnostic) => finding.placed.severity == Severity::Error,
        };
        if is_shown {
            write_command(&finding, style, out)?;
        }
    }
    Ok(())
}

fn write_command(finding: &Finding<'_>, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let placed = &finding.placed;
    let command = match placed.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = style.checkout.place(&placed.file);
    // An annotation on a file that is not in the repository is not shown.
    let at = match (place.in_repository(), placed.position) {
        (None, _) => String::new(),
        (Some(file), None) => format!("file={},", property(&file)),
        (Some(file), Some(Position { line, column })) => format!("file={},line={line},col={column},", property(&file)),
    };
    writeln!(out, "::{command} {at}title={}::{}", property(placed.code.id()), data(&finding.text(&place)))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
