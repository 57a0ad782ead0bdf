//! The report as lines for people. Text from an object never moves the cursor or starts a new line.

use std::borrow::Cow;
use std::io::{self, Write};

use super::colour::{Colour, Ink};
use super::entry::ReportVerdict;
use super::model::{Report, Verbosity};
use super::style::Style;
use super::summary::Summary;
use super::tested::{CaseNumbers, CaseProblem, CaseReport};
use crate::diagnostic::{Placed, Severity};

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Style { verbosity, colour, .. } = *style;
    // Notes are about the run as a whole, and so its end.
    let is_note = |placed: &&Placed| placed.severity == Severity::Note;
    for placed in report.diagnostics().iter().filter(|placed| !is_note(placed)) {
        write_placed(placed, verbosity, colour, out)?;
    }
    for entry in report.entries() {
        if verbosity == Verbosity::Normal {
            let title = entry.title();
            for (verdict, sentence) in entry.lines() {
                let (on, off) = colour.around(verdict_colour(verdict));
                writeln!(out, "{}: {on}{}{off}", visible(&title), visible(&sentence))?;
            }
        }
        for placed in entry.placed() {
            write_placed(placed, verbosity, colour, out)?;
        }
    }
    write_cases(report.cases(), colour, out)?;
    for placed in report.diagnostics().iter().filter(is_note) {
        write_placed(placed, verbosity, colour, out)?;
    }
    if !report.cases().is_empty() && verbosity == Verbosity::Normal {
        writeln!(out, "{}", CaseNumbers(report.cases()))?;
    }
    if report.has_last_line() && verbosity == Verbosity::Normal {
        writeln!(out, "{}{}", Summary::of(report), report.why_empty())?;
    }
    Ok(())
}

/// What is wrong with cases of tests. What is wrong with several of them, such as their profile, is written once.
fn write_cases(cases: &[CaseReport], colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: Vec<&CaseProblem> = Vec::new();
    for case in cases {
        for problem in case.problems() {
            if seen.contains(&problem) {
                continue;
            }
            seen.push(problem);
            write_message(&problem.titled(case), colour, out)?;
            write_diff(&problem.diff, colour, out)?;
            write_hint(&problem.placed, colour, out)?;
        }
    }
    Ok(())
}

/// The lines of a difference, in the colours of `git diff`.
fn write_diff(diff: &str, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    for line in diff.lines() {
        let ink = match line.as_bytes().first() {
            Some(b'@') => Some(Ink::Cyan),
            Some(b'+') => Some(Ink::Green),
            Some(b'-') => Some(Ink::Red),
            _ => None,
        };
        let (on, off) = ink.map_or(("", ""), |ink| colour.around(ink));
        writeln!(out, "  {on}{}{off}", visible(line))?;
    }
    Ok(())
}

/// `error: deploy.yaml:12:11: what is wrong`, and below it the hint.
fn write_placed(placed: &Placed, verbosity: Verbosity, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    if verbosity == Verbosity::Quiet && placed.severity != Severity::Error {
        return Ok(());
    }
    write_message(placed, colour, out)?;
    write_hint(placed, colour, out)
}

fn write_message(placed: &Placed, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    let (word, ink) = match placed.severity {
        Severity::Error => ("error", Ink::Red),
        Severity::Warning => ("warning", Ink::Yellow),
        Severity::Note => ("note", Ink::Cyan),
    };
    let (on, off) = colour.around(ink);
    writeln!(out, "{on}{word}:{off} {}{}", visible(&placed.place()), visible(&placed.message))
}

fn write_hint(placed: &Placed, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    if let Some(hint) = &placed.hint {
        let (on, off) = colour.around(Ink::Cyan);
        writeln!(out, "  {on}hint:{off} {}", visible(hint))?;
    }
    Ok(())
}

const fn verdict_colour(verdict: &ReportVerdict) -> Ink {
    match verdict {
        ReportVerdict::Injected | ReportVerdict::Uninjected => Ink::Green,
        ReportVerdict::Skipped { .. } | ReportVerdict::Unchanged => Ink::Yellow,
        ReportVerdict::Rejected { .. }
        | ReportVerdict::Outdated
        | ReportVerdict::Incomplete
        | ReportVerdict::Edited
        | ReportVerdict::Unwanted
        | ReportVerdict::Partial
        | ReportVerdict::Missing => Ink::Red,
    }
}

/// The text with the characters that control a terminal written out: names and values come from the object's author.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let controls = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(controls) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if controls(c) {
            all.extend(c.escape_default());
        } else {
            all.push(c);
        }
    }
    Cow::Owned(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_written_out() {
        assert_eq!(visible("a\x1b[2Jb\n::error::c\u{202E}"), "a\\u{1b}[2Jb\\n::error::c\\u{202e}");
        assert_eq!(visible("grün"), "grün");
    }
}
