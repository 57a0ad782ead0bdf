//! The forms of a report: one row each, in [`REPORT_FORMATS`]. A form is added there, with the function that writes it.

use std::io;

use super::model::Report;
use super::style::Style;
use super::{github, gitlab, json, junit, sarif, text};

/// A form of a report: a value of `--report`.
#[derive(Clone, Copy, Debug)]
pub struct ReportFormat {
    /// The value of `--report`.
    pub(crate) name: &'static str,
    /// What it is, for the help text.
    pub(crate) help: &'static str,
    pub(crate) kind: FormKind,
    /// What `--quiet` does to it.
    pub(crate) quiet: Quiet,
    write: fn(&Report, &Style<'_>, &mut dyn io::Write) -> io::Result<()>,
}

/// How a form is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormKind {
    /// Line by line: other lines may be among them.
    Lines,
    /// As one document, by a program that takes nothing else beside it.
    Document,
}

/// What `--quiet` does to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// It has errors only.
    Errors,
    /// Nothing: programs take what is not there for what did not happen.
    Complete,
}

/// All forms of a report; the first is the default.
pub(crate) static REPORT_FORMATS: [ReportFormat; 6] = [
    TEXT,
    ReportFormat {
        name: "json",
        help: "One JSON object, version `v1`",
        kind: FormKind::Document,
        quiet: Quiet::Complete,
        write: |report, _, out| json::write(report, out),
    },
    GITHUB,
    ReportFormat {
        name: "sarif",
        help: "SARIF 2.1.0, for code scanning",
        kind: FormKind::Document,
        quiet: Quiet::Complete,
        write: sarif::write,
    },
    ReportFormat {
        name: "junit",
        help: "JUnit XML, a test for each workload and profile",
        kind: FormKind::Document,
        quiet: Quiet::Complete,
        write: junit::write,
    },
    ReportFormat {
        name: "gitlab",
        help: "Code Quality of GitLab",
        kind: FormKind::Document,
        quiet: Quiet::Complete,
        write: gitlab::write,
    },
];

const GITHUB: ReportFormat = ReportFormat {
    name: "github",
    help: "Annotations of GitHub Actions; the default there",
    kind: FormKind::Lines,
    quiet: Quiet::Errors,
    write: github::write,
};

const TEXT: ReportFormat = ReportFormat {
    name: "text",
    help: "Lines for people",
    kind: FormKind::Lines,
    quiet: Quiet::Errors,
    write: text::write,
};

/// What shows standard error, and so which form it gets where none is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A step of GitHub Actions, which makes annotations of workflow commands.
    GithubActions,
    /// Someone at a terminal, or a log.
    Person,
}

impl Reader {
    /// The form for it.
    pub(crate) const fn format(self) -> ReportFormat {
        match self {
            Self::GithubActions => GITHUB,
            Self::Person => TEXT,
        }
    }
}

impl Default for ReportFormat {
    fn default() -> Self {
        TEXT
    }
}

impl Report {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(&self, format: ReportFormat, style: &Style<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        (format.write)(self, style, out)
    }
}
