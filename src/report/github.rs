//! The report as workflow commands of GitHub Actions, which shows them beside the lines of a change.
//!
//! GitHub shows ten errors and ten warnings a step, so what went well is not among them. Source: "Workflow commands for
//! GitHub Actions", and the escapes of `actions/toolkit`, `command.ts`.

use std::io::{self, Write};

use super::model::{Report, Verbosity};
use crate::diagnostic::{Placed, Position, Severity};

pub(super) fn write(report: &Report, verbosity: Verbosity, out: &mut dyn Write) -> io::Result<()> {
    for placed in report.diagnostics() {
        write_placed(placed, verbosity, out)?;
    }
    for entry in report.entries() {
        for (verdict, sentence) in entry.lines() {
            if let Some(code) = verdict.finding()
                && verbosity == Verbosity::Normal
            {
                let message = format!("{}: {sentence}", entry.title());
                write_command("error", &entry.file, entry.position, code.id(), &message, out)?;
            }
        }
        for placed in entry.placed() {
            write_placed(placed, verbosity, out)?;
        }
    }
    Ok(())
}

fn write_placed(placed: &Placed, verbosity: Verbosity, out: &mut dyn Write) -> io::Result<()> {
    let command = match placed.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    if verbosity == Verbosity::Quiet && placed.severity != Severity::Error {
        return Ok(());
    }
    let message = match &placed.hint {
        None => placed.message.clone(),
        Some(hint) => format!("{}\nhint: {hint}", placed.message),
    };
    write_command(command, &placed.file, placed.position, placed.code.id(), &message, out)
}

fn write_command(
    command: &str,
    file: &str,
    position: Option<Position>,
    title: &str,
    message: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    // An annotation on a file that is not in the repository is not shown, so what came from a pipe has its place in words.
    let (place, words) = match (file, position) {
        ("" | "<stdin>", None) => (String::new(), String::new()),
        ("" | "<stdin>", Some(Position { line, column })) => (String::new(), format!("{file}:{line}:{column}: ")),
        (file, None) => (format!("file={},", property(file)), String::new()),
        (file, Some(Position { line, column })) => {
            (format!("file={},line={line},col={column},", property(file)), String::new())
        }
    };
    writeln!(out, "::{command} {place}title={}::{}", property(title), data(&format!("{words}{message}")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
