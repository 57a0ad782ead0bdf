//! Whether output has colours: what was asked for, what the environment says, and where the report goes.

use std::ffi::OsStr;

/// Whether text is coloured. [`Colour::resolve`] decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// It is.
    On,
    /// It is not.
    #[default]
    Off,
}

/// What is coloured, as SGR sequences (ECMA-48) of the eight colours that every terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Bold,
    Cyan,
    Green,
    Red,
    Yellow,
}

/// What was asked for with `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise.
    #[default]
    Auto,
    /// Also into a file or pipe.
    Always,
    /// Never.
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
    /// Whether the output goes to a terminal.
    pub terminal: bool,
}

impl Colour {
    /// What comes before a coloured text, and what comes after it.
    pub(crate) const fn around(self, ink: Ink) -> (&'static str, &'static str) {
        let on = match (self, ink) {
            (Self::Off, _) => return ("", ""),
            (Self::On, Ink::Bold) => "\x1b[1m",
            (Self::On, Ink::Cyan) => "\x1b[36m",
            (Self::On, Ink::Green) => "\x1b[32m",
            (Self::On, Ink::Red) => "\x1b[31m",
            (Self::On, Ink::Yellow) => "\x1b[33m",
        };
        (on, "\x1b[0m")
    }

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
}
