//! The numbers of a run, for programs.

use serde::Serialize;

use super::entry::{ReportVerdict, ResultLine, TemplateReport};
use crate::diagnostic::{Placed, Severity};

/// Counts. A workload to which several profiles are applied counts once for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Pod templates.
    pub workloads: usize,
    /// [`ReportVerdict::Injected`].
    pub injected: usize,
    /// [`ReportVerdict::Skipped`].
    pub skipped: usize,
    /// [`ReportVerdict::Rejected`].
    pub rejected: usize,
    /// [`ReportVerdict::Uninjected`].
    pub uninjected: usize,
    /// [`ReportVerdict::Unchanged`].
    pub unchanged: usize,
    /// [`ReportVerdict::Outdated`].
    pub outdated: usize,
    /// [`ReportVerdict::Incomplete`].
    pub incomplete: usize,
    /// [`ReportVerdict::Edited`].
    pub edited: usize,
    /// [`ReportVerdict::Unwanted`].
    pub unwanted: usize,
    /// [`ReportVerdict::Partial`].
    pub partial: usize,
    /// [`ReportVerdict::Missing`].
    pub missing: usize,
    /// Diagnostics that are errors.
    pub errors: usize,
    /// Diagnostics that are warnings.
    pub warnings: usize,
    /// Diagnostics that are notes.
    pub notes: usize,
}

impl Counts {
    pub(super) fn of(entries: &[TemplateReport], diagnostics: &[Placed]) -> Self {
        let workloads = entries.iter().filter(|entry| !entry.results.is_empty()).count();
        let mut all = Self { workloads, ..Self::default() };
        for ResultLine { verdict, .. } in entries.iter().flat_map(|entry| &entry.results) {
            *match verdict {
                ReportVerdict::Injected => &mut all.injected,
                ReportVerdict::Skipped { .. } => &mut all.skipped,
                ReportVerdict::Rejected { .. } => &mut all.rejected,
                ReportVerdict::Uninjected => &mut all.uninjected,
                ReportVerdict::Unchanged => &mut all.unchanged,
                ReportVerdict::Outdated => &mut all.outdated,
                ReportVerdict::Incomplete => &mut all.incomplete,
                ReportVerdict::Edited => &mut all.edited,
                ReportVerdict::Unwanted => &mut all.unwanted,
                ReportVerdict::Partial => &mut all.partial,
                ReportVerdict::Missing => &mut all.missing,
            } += 1;
        }
        for placed in diagnostics.iter().chain(entries.iter().flat_map(TemplateReport::placed)) {
            *match placed.severity {
                Severity::Error => &mut all.errors,
                Severity::Warning => &mut all.warnings,
                Severity::Note => &mut all.notes,
            } += 1;
        }
        all
    }
}
