//! The report as lines for people. Text from an object never moves the cursor or starts a line of its own.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, Write};

use super::{Colour, Report, Verbosity, Verdict};
use crate::diagnostic::{Placed, Severity};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

pub(super) fn write(report: &Report, verbosity: Verbosity, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    // Notes are about the run as a whole, and so its end.
    let is_note = |placed: &&Placed| placed.severity == Severity::Note;
    for placed in report.diagnostics().iter().filter(|placed| !is_note(placed)) {
        write_placed(placed, verbosity, colour, out)?;
    }
    for entry in report.entries() {
        if verbosity == Verbosity::Normal {
            let title = entry.title();
            for (verdict, sentence) in entry.lines() {
                let (on, off) = paint(colour, verdict_colour(verdict));
                writeln!(out, "{}: {on}{}{off}", visible(&title), visible(&sentence))?;
            }
        }
        for placed in entry.placed() {
            write_placed(placed, verbosity, colour, out)?;
        }
    }
    for placed in report.diagnostics().iter().filter(is_note) {
        write_placed(placed, verbosity, colour, out)?;
    }
    Ok(())
}

/// `error: deploy.yaml:12:11: what is wrong`, and below it the hint.
fn write_placed(placed: &Placed, verbosity: Verbosity, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    if verbosity == Verbosity::Quiet && placed.severity != Severity::Error {
        return Ok(());
    }
    let (word, code) = match placed.severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
        Severity::Note => ("note", CYAN),
    };
    let (on, off) = paint(colour, code);
    writeln!(out, "{on}{word}:{off} {}{}", visible(&placed.place()), visible(&placed.message))?;
    if let Some(hint) = &placed.hint {
        let (on, off) = paint(colour, CYAN);
        writeln!(out, "  {on}hint:{off} {}", visible(hint))?;
    }
    Ok(())
}

const fn verdict_colour(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Injected | Verdict::Uninjected => GREEN,
        Verdict::Skipped { .. } | Verdict::Unchanged => YELLOW,
        Verdict::Rejected { .. } | Verdict::Outdated | Verdict::Partial | Verdict::Missing => RED,
    }
}

const fn paint(colour: Colour, code: &'static str) -> (&'static str, &'static str) {
    match colour {
        Colour::On => (code, RESET),
        Colour::Off => ("", ""),
    }
}

/// The text with what would steer a terminal written out: names and values come from whoever wrote the object.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if steers(c) {
            all.extend(c.escape_default());
        } else {
            all.push(c);
        }
    }
    Cow::Owned(all)
}

/// What was asked for with `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise
    #[default]
    Auto,
    /// Also into a file or pipe
    Always,
    /// No colours
    Never,
}

/// What the environment says about colour, as it was when the program started.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColourFacts<'a> {
    /// `NO_COLOR`: any value but the empty one means no (no-color.org).
    pub no_color: Option<&'a OsStr>,
    /// `CLICOLOR_FORCE`: any value but the empty one and `0` means yes (bixense.com/clicolors).
    pub clicolor_force: Option<&'a OsStr>,
    /// `TERM`: `dumb` is a terminal without colours.
    pub term: Option<&'a OsStr>,
    /// Whether the report goes to a terminal.
    pub terminal: bool,
}

impl Colour {
    /// The choice first, then the environment, then the terminal.
    pub fn resolve(choice: ColourChoice, facts: ColourFacts<'_>) -> Self {
        let set = |value: Option<&OsStr>| value.is_some_and(|value| !value.is_empty());
        match choice {
            ColourChoice::Always => Self::On,
            ColourChoice::Never => Self::Off,
            ColourChoice::Auto if set(facts.no_color) => Self::Off,
            ColourChoice::Auto if set(facts.clicolor_force) && facts.clicolor_force != Some(OsStr::new("0")) => {
                Self::On
            }
            ColourChoice::Auto if facts.term == Some(OsStr::new("dumb")) => Self::Off,
            ColourChoice::Auto if facts.terminal => Self::On,
            ColourChoice::Auto => Self::Off,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_choice_then_the_environment_then_the_terminal() {
        let of =
            |choice, no: Option<&'static str>, force: Option<&'static str>, term: Option<&'static str>, terminal| {
                let facts = ColourFacts {
                    no_color: no.map(OsStr::new),
                    clicolor_force: force.map(OsStr::new),
                    term: term.map(OsStr::new),
                    terminal,
                };
                Colour::resolve(choice, facts)
            };
        use ColourChoice::{Always, Auto, Never};
        for (choice, no, force, term, terminal, expected) in [
            (Auto, None, None, None, true, Colour::On),
            (Auto, None, None, Some("xterm"), false, Colour::Off),
            (Auto, None, None, Some("dumb"), true, Colour::Off),
            (Auto, Some("1"), None, None, true, Colour::Off),
            (Auto, Some(""), None, None, true, Colour::On),
            (Auto, None, Some("1"), Some("dumb"), false, Colour::On),
            (Auto, None, Some("0"), None, false, Colour::Off),
            (Auto, Some("1"), Some("1"), None, true, Colour::Off),
            (Always, Some("1"), None, None, false, Colour::On),
            (Never, None, Some("1"), None, true, Colour::Off),
        ] {
            assert_eq!(
                of(choice, no, force, term, terminal),
                expected,
                "{choice:?} {no:?} {force:?} {term:?} {terminal}"
            );
        }
    }

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(visible("a\x1b[2Jb\n::error::c\u{202E}"), "a\\u{1b}[2Jb\\n::error::c\\u{202e}");
        assert_eq!(visible("grün"), "grün");
    }
}
