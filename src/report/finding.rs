//! What is wrong, or worth knowing, of a whole report, as forms for findings have it: one list of diagnostics and of the verdicts
//! of `check`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::checkout::FilePlace;
use super::model::Report;
use crate::diagnostic::{Placed, Severity};

/// One of them.
pub(super) struct Finding<'r> {
    pub(super) placed: Cow<'r, Placed>,
    /// The workload; `None` where it concerns none.
    pub(super) title: Option<Cow<'r, str>>,
    pub(super) source: FindingSource,
}

/// Where a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FindingSource {
    /// A verdict of `check`.
    Verdict,
    /// A diagnostic.
    Diagnostic,
}

impl Report {
    /// All findings: those of no workload first, then in the order of the input.
    pub(super) fn findings(&self) -> Vec<Finding<'_>> {
        let diagnostic = |placed, title: Option<&str>| Finding {
            placed: Cow::Borrowed(placed),
            title: title.map(|title| Cow::Owned(title.to_owned())),
            source: FindingSource::Diagnostic,
        };
        let mut all: Vec<Finding<'_>> = self.diagnostics().iter().map(|placed| diagnostic(placed, None)).collect();
        for entry in self.entries() {
            let title = entry.title();
            for (verdict, sentence) in entry.lines() {
                let Some(code) = verdict.finding() else { continue };
                let message = format!("{title}: {sentence}");
                let mut placed = Placed::new(code, message).at(entry.file.as_str(), entry.position);
                placed.severity = Severity::Error;
                all.push(Finding {
                    placed: Cow::Owned(placed),
                    title: Some(Cow::Owned(title.clone())),
                    source: FindingSource::Verdict,
                });
            }
            all.extend(entry.placed().map(|placed| diagnostic(placed, Some(&title))));
        }
        for case in self.cases() {
            let title = case.title();
            all.extend(case.problems().iter().map(|problem| Finding {
                placed: Cow::Owned(problem.whole(problem.titled(case))),
                title: Some(Cow::Owned(title.clone())),
                source: FindingSource::Diagnostic,
            }));
        }
        all
    }
}

impl Finding<'_> {
    /// The message, with its hint on a line of its own.
    pub(super) fn message(&self) -> String {
        let Placed { message, hint, .. } = &*self.placed;
        match hint {
            None => message.clone(),
            Some(hint) => format!("{message}\nhint: {hint}"),
        }
    }

    /// The same. A file that is not in the repository cannot be shown beside the text, so its place is in the words.
    pub(super) fn text(&self, place: &FilePlace) -> String {
        match place {
            FilePlace::Inside(_) => self.message(),
            FilePlace::Outside(_) | FilePlace::NoFile => format!("{}{}", self.placed.place(), self.message()),
        }
    }
}

/// Names for findings by which a host knows them again in a later report.
#[derive(Default)]
pub(super) struct Fingerprints {
    /// How many findings there were with the same marks.
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// Of a finding: its code, file, workload and JSON Pointer, and which one of these it is. Lines do not count, so that it stays when
    /// lines above it come or go. No other finding of the report has the same.
    pub(super) fn next(&mut self, finding: &Finding<'_>, place: &FilePlace) -> String {
        let placed = &finding.placed;
        let title = finding.title.as_deref().unwrap_or_default();
        let name = place.name(&placed.file);
        // Lengths keep apart what would read the same once joined.
        let marks =
            [placed.code.id(), &name, title, &placed.path].map(|mark| format!("{}:{mark}", mark.len())).concat();
        let number = self.seen.entry(marks.clone()).or_insert(0);
        *number += 1;
        let digest = Sha256::digest(format!("{marks}{number}"));
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
