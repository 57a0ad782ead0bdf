//! The model of a report: plain data that decides nothing, and knows neither terminals nor files.

use serde::Serialize;

use super::counts::Counts;
use super::exit::ExitStatus;
use super::tested::CaseReport;
use crate::diagnostic::{Code, Placed, Position};

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
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
enum Version {
    #[default]
    #[serde(rename = "v1")]
    V1,
}

/// What happened to one pod template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateReport {
    /// The file as it was named on the command line, or `<stdin>`.
    pub file: String,
    /// Where the object begins.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// `apiVersion` as it is written.
    pub api_version: String,
    /// `kind` as it is written.
    pub kind: String,
    /// The namespace that the rules saw: the object's, else the one given, else `default`.
    pub namespace: String,
    /// `metadata.name`, else `generateName` with a `*`, else empty.
    pub name: String,
    /// The file of a KRM function's host, and which object of that file it is.
    #[serde(skip)]
    pub item: Option<(String, usize)>,
    /// The JSON Pointer of the pod template, where it is not at the usual place of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// One for each profile, in the order of application.
    pub results: Vec<ResultLine>,
    /// Warnings, and errors that are no profile's.
    pub diagnostics: Vec<Placed>,
}

/// What one profile came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResultLine {
    /// The profile's name.
    pub profile: String,
    /// The verdict; as JSON, `verdict` names it and its fields are beside it.
    #[serde(flatten)]
    pub verdict: ReportVerdict,
    /// The state of the injection that was there: `current`, `incomplete`, `edited`, `outdated`, `unwanted` or `partial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The fields of an edited injection that are not as the profile has them, as JSON Pointers from the object's root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// The word for each verdict.
pub(crate) const VERDICTS: [&str; 11] = [
    "injected",
    "skipped",
    "rejected",
    "uninjected",
    "unchanged",
    "outdated",
    "incomplete",
    "edited",
    "unwanted",
    "partial",
    "missing",
];

/// What happened, or for `check`, what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ReportVerdict {
    /// It was injected; for `check`, it holds an injection that is up to date.
    Injected,
    /// It was left alone.
    Skipped {
        /// The row of the eligibility table that decided.
        rule: String,
        /// Why, in a phrase.
        reason: String,
        /// Whether the webhook would deny the object rather than allow it unchanged.
        would_deny: bool,
    },
    /// It was refused.
    Rejected {
        /// Why.
        errors: Vec<Placed>,
    },
    /// An injection was removed.
    Uninjected,
    /// There was nothing to do.
    Unchanged,
    /// A finding of `check`: it was injected by another version or with other values.
    Outdated,
    /// A finding of `check`: the profile would add more now.
    Incomplete,
    /// A finding of `check`: someone edited the injection.
    Edited,
    /// A finding of `check`: the rules would skip it now, and it is injected.
    Unwanted,
    /// A finding of `check`: some of what the record names is gone.
    Partial,
    /// A finding of `check`: it should be injected and is not.
    Missing,
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
        match self.closing {
            Closing::None => false,
            Closing::WhereEmpty => self.summary.workloads == 0,
            Closing::Numbers => true,
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
                let file = if index == 0 { path.clone() } else { format!("{path}[{index}]") };
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

impl TemplateReport {
    /// How people call it: `deployment/web (default)`; with the template's place where that is not the usual one.
    pub fn title(&self) -> String {
        let Self { kind, name, namespace, .. } = self;
        let kind = kind.to_lowercase();
        match &self.template {
            None => format!("{kind}/{name} ({namespace})"),
            Some(template) => format!("{kind}/{name} ({namespace}) at {template}"),
        }
    }

    /// All that has a place: each profile's errors, then the rest.
    pub fn placed(&self) -> impl Iterator<Item = &Placed> {
        self.results.iter().flat_map(|result| result.verdict.errors()).chain(&self.diagnostics)
    }

    /// The lines that say what happened, without the title: results that read the same are one line.
    pub(super) fn lines(&self) -> Vec<(&ReportVerdict, String)> {
        let mut groups: Vec<(&ReportVerdict, Vec<&str>)> = Vec::new();
        for ResultLine { profile, verdict, .. } in &self.results {
            match groups.iter_mut().find(|(known, _)| known.reads_like(verdict)) {
                Some((_, profiles)) => profiles.push(profile),
                None => groups.push((verdict, vec![profile])),
            }
        }
        let only = self.results.len() == 1;
        groups.into_iter().map(|(verdict, profiles)| (verdict, verdict.sentence(&profiles, only))).collect()
    }
}

impl ResultLine {
    /// A verdict of a profile, without an injection that was there.
    pub const fn new(profile: String, verdict: ReportVerdict) -> Self {
        Self { profile, verdict, state: None, fields: Vec::new() }
    }
}

impl ReportVerdict {
    pub(crate) fn errors(&self) -> &[Placed] {
        match self {
            Self::Rejected { errors } => errors,
            _ => &[],
        }
    }

    /// The word for it in `--report json`.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Skipped { .. } => "skipped",
            Self::Rejected { .. } => "rejected",
            Self::Uninjected => "uninjected",
            Self::Unchanged => "unchanged",
            Self::Outdated => "outdated",
            Self::Incomplete => "incomplete",
            Self::Edited => "edited",
            Self::Unwanted => "unwanted",
            Self::Partial => "partial",
            Self::Missing => "missing",
        }
    }

    fn reads_like(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::Rejected { .. }, Self::Rejected { .. }))
    }

    /// `only`: there is no other profile, so that the name can be left out.
    pub(crate) fn sentence(&self, profiles: &[&str], only: bool) -> String {
        let profiles = profiles.join(", ");
        match self {
            Self::Injected => format!("injected by {profiles}"),
            Self::Skipped { rule, reason, would_deny } => {
                let by = if only { String::new() } else { format!(" by {profiles}") };
                let denied = if *would_deny { " (the webhook would deny it)" } else { "" };
                format!("skipped{by}{denied}: {rule}: {reason}")
            }
            Self::Rejected { .. } if profiles.is_empty() => "rejected".to_owned(),
            Self::Rejected { .. } => format!("rejected by {profiles}"),
            Self::Uninjected => format!("uninjected: {profiles}"),
            Self::Unchanged => "unchanged".to_owned(),
            Self::Outdated => format!("outdated injection by {profiles}"),
            Self::Incomplete => format!("incomplete injection by {profiles}"),
            Self::Edited => format!("edited injection by {profiles}"),
            Self::Unwanted => format!("unwanted injection by {profiles}"),
            Self::Partial => format!("partial injection by {profiles}"),
            Self::Missing => format!("not injected by {profiles}"),
        }
    }

    /// The stable id of a verdict that is a finding of `check`.
    pub(super) fn finding(&self) -> Option<Code> {
        match self {
            Self::Outdated => Some(Code::Outdated),
            Self::Incomplete => Some(Code::Incomplete),
            Self::Edited => Some(Code::Edited),
            Self::Unwanted => Some(Code::Unwanted),
            Self::Partial => Some(Code::Partial),
            Self::Missing => Some(Code::Missing),
            _ => None,
        }
    }
}
