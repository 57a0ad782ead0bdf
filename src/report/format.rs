//! The forms of a report: one row each, in [`REPORT_FORMATS`]. A form is added there, with the function that writes it.

use std::io;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::colour::Colour;
use super::model::{Report, Verbosity};
use super::{github, json, sarif, text};

/// A form of a report: a value of `--report`.
#[derive(Clone, Copy, Debug)]
pub struct ReportFormat {
    /// The value of `--report`.
    name: &'static str,
    /// What it is, for the help text.
    help: &'static str,
    write: fn(&Report, Verbosity, Colour, &mut dyn io::Write) -> io::Result<()>,
}

/// All forms of a report; the first is the default.
static REPORT_FORMATS: [ReportFormat; 4] = [
    TEXT,
    ReportFormat {
        name: "json",
        help: "One JSON object, version `v1`",
        write: |report, _, _, out| json::write(report, out),
    },
    ReportFormat {
        name: "github",
        help: "Annotations of GitHub Actions",
        write: |report, verbosity, _, out| github::write(report, verbosity, out),
    },
    ReportFormat {
        name: "sarif",
        help: "SARIF 2.1.0, for code scanning",
        write: |report, _, _, out| sarif::write(report, out),
    },
];

const TEXT: ReportFormat = ReportFormat { name: "text", help: "Lines for people", write: text::write };

impl Default for ReportFormat {
    fn default() -> Self {
        TEXT
    }
}

impl ValueEnum for ReportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &REPORT_FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}

impl Report {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(
        &self,
        format: ReportFormat,
        verbosity: Verbosity,
        colour: Colour,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        (format.write)(self, verbosity, colour, out)
    }
}
