//! The model of a report: plain data that decides nothing, and knows neither terminals nor files.

use serde::Serialize;

use super::counts::Counts;
use super::entry::{ReportVerdict, TemplateReport};
use super::exit::ExitStatus;
use super::tested::CaseReport;
use crate::diagnostic::Placed;

/// How much is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Everything.
    #[default]
    Normal,
    /// Errors only. What programs read, such as `json` and `sarif`, stays complete.
    Quiet,
}

/// Everything there is to report about a run. As JSON, version `v1`:
///
/// | field | meaning |
/// |---|---|
/// | `version` | `v1`; fields may be added to it, none changes or goes |
/// | `entries` | one for each workload, in the order of the input: [`TemplateReport`] |
/// | `diagnostics` | what concerns no single workload, such as a file that cannot be read: [`Placed`] |
/// | `cases` | of `injector test` only, one for each case: [`CaseReport`] |
/// | `summary` | counts: [`Counts`] |
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of this model.
    version: Version,
    /// One for each workload, in the order of the input.
    entries: Vec<TemplateReport>,
    /// What concerns no single workload.
    diagnostics: Vec<Placed>,
    /// What `injector test` has tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cases: Vec<CaseReport>,
    /// Counts over the first two.
    summary: Counts,
    /// Whether lines for people end with the numbers of workloads.
    #[serde(skip)]
    closing: Closing,
}

/// Whether a report ends with the numbers of workloads, in the form for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// It is not on a run over manifests, or the run did not begin.
    #[default]
    None,
    /// Only where there is no workload: standard output shows the others.
    WhereEmpty,
    /// Always.
    Numbers,
    /// As `Numbers`, and it says that the input is empty.
    EmptyInput,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
enum Version {
    #[default]
    #[serde(rename = "v1")]
    V1,
}

impl Report {
    /// The report on these workloads, and on what concerns none of them.
    pub fn new(entries: Vec<TemplateReport>, diagnostics: Vec<Placed>) -> Self {
        let summary = Counts::of(&entries, &diagnostics);
        Self { version: Version::V1, entries, diagnostics, cases: Vec::new(), summary, closing: Closing::None }
    }

    /// The same with this end.
    #[must_use]
    pub fn closing(self, closing: Closing) -> Self {
        Self { closing, ..self }
    }

    /// The same with these cases of tests.
    #[must_use]
    pub(crate) fn with_cases(self, cases: Vec<CaseReport>) -> Self {
        Self { cases, ..self }
    }

    /// Whether the numbers of workloads come last.
    pub(super) fn has_last_line(&self) -> bool {
        // After an error, no one looks for a wrong path.
        let is_plain = self.summary.workloads > 0 || self.summary.errors == 0;
        match self.closing {
            Closing::None => false,
            Closing::WhereEmpty => self.summary.workloads == 0 && is_plain,
            Closing::Numbers | Closing::EmptyInput => is_plain,
        }
    }

    /// What the last line says where nothing was read: someone may have expected more of a pipe.
    pub(super) const fn why_empty(&self) -> &'static str {
        match self.closing {
            Closing::EmptyInput => ": the input is empty",
            Closing::None | Closing::WhereEmpty | Closing::Numbers => "",
        }
    }

    /// The same, and this too, which concerns no single workload.
    #[must_use]
    pub fn with(self, diagnostic: Option<Placed>) -> Self {
        self.map(|_, diagnostics| diagnostics.extend(diagnostic))
    }

    /// The same with these parts changed.
    pub(super) fn map(self, change: impl FnOnce(&mut Vec<TemplateReport>, &mut Vec<Placed>)) -> Self {
        let (mut entries, mut diagnostics) = (self.entries, self.diagnostics);
        change(&mut entries, &mut diagnostics);
        Self { closing: self.closing, cases: self.cases, ..Self::new(entries, diagnostics) }
    }

    /// The same with the files that a KRM function's host has the workloads from, in the place of those of the list.
    #[must_use]
    pub(crate) fn placed_by(self, item: &dyn Fn(&TemplateReport) -> Option<(String, usize)>) -> Self {
        self.map(|entries, _| {
            for entry in entries {
                let Some((path, index)) = item(entry) else { continue };
                let file = named(&path, index);
                let of_results = entry.results.iter_mut().flat_map(|result| match &mut result.verdict {
                    ReportVerdict::Rejected { errors } => errors.as_mut_slice(),
                    _ => &mut [],
                });
                for placed in of_results.chain(&mut entry.diagnostics) {
                    placed.file.clone_from(&file);
                    // A line of the list is no line of the file.
                    placed.position = None;
                }
                (entry.file, entry.position, entry.item) = (file, None, Some((path, index)));
            }
        })
    }

    /// The same with the files of what concerns no workload.
    #[must_use]
    pub(crate) fn others_placed_by(self, item: &dyn Fn(&Placed) -> Option<(String, usize)>) -> Self {
        self.map(|_, diagnostics| {
            for placed in diagnostics {
                let Some((path, index)) = item(placed) else { continue };
                (placed.file, placed.position) = (named(&path, index), None);
            }
        })
    }

    /// The same with each hint in other words.
    #[must_use]
    pub(crate) fn with_hints(self, words: impl Fn(&str) -> String) -> Self {
        self.with_each(|placed| placed.hint = placed.hint.as_deref().map(&words))
    }

    /// The same with each file of a diagnostic under another name.
    #[must_use]
    pub(crate) fn with_files(self, name: impl Fn(&str) -> String) -> Self {
        self.with_each(|placed| placed.file = name(&placed.file))
    }

    fn with_each(mut self, change: impl Fn(&mut Placed)) -> Self {
        self.cases.iter_mut().for_each(|case| case.change_each(&change));
        self.map(|entries, diagnostics| {
            diagnostics.iter_mut().for_each(&change);
            for entry in entries {
                entry.diagnostics.iter_mut().for_each(&change);
                let errors = entry.results.iter_mut().filter_map(|result| match &mut result.verdict {
                    ReportVerdict::Rejected { errors } => Some(errors),
                    _ => None,
                });
                errors.flatten().for_each(&change);
            }
        })
    }

    /// One for each workload.
    pub fn entries(&self) -> &[TemplateReport] {
        &self.entries
    }

    /// What concerns no single workload.
    pub fn diagnostics(&self) -> &[Placed] {
        &self.diagnostics
    }

    /// The cases of tests.
    pub(super) fn cases(&self) -> &[CaseReport] {
        &self.cases
    }

    /// How many errors it holds.
    pub const fn errors(&self) -> usize {
        self.summary.errors
    }

    /// The exit status that follows: an error is 2; without one, a finding of `check` and a case that fails are 1.
    pub fn status(&self) -> ExitStatus {
        let s = self.summary;
        let of_cases = self.cases.iter().map(CaseReport::status).max().unwrap_or_default();
        of_cases.max(if s.errors + s.rejected > 0 {
            ExitStatus::Error
        } else if s.outdated + s.incomplete + s.edited + s.unwanted + s.partial + s.missing > 0 {
            ExitStatus::Findings
        } else {
            ExitStatus::Done
        })
    }
}

/// How an object of a file of a KRM function's host is called.
fn named(path: &str, index: usize) -> String {
    if index == 0 { path.to_owned() } else { format!("{path}[{index}]") }
}
