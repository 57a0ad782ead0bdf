//! The last line of the report on a run: `12 workloads: 9 injected, 2 skipped, 1 refused`. Where nothing was found it is
//! `0 workloads`, so that a wrong path is seen.

use std::fmt;

use super::entry::{ReportVerdict, TemplateReport};
use super::model::Report;

/// What may come after the number of workloads, in this order.
const WORDS: [&str; 11] = [
    "injected",
    "uninjected",
    "unchanged",
    "skipped",
    "not injected",
    "incomplete",
    "edited",
    "outdated",
    "unwanted",
    "partial",
    "refused",
];

/// A run in numbers. A workload counts once, by the gravest verdict of its profiles, so that the numbers add up.
pub(super) struct Summary {
    words: Vec<&'static str>,
}

impl Summary {
    pub(super) fn of(report: &Report) -> Self {
        Self { words: report.entries().iter().filter_map(word).collect() }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.words.len();
        write!(f, "{all} {}", if all == 1 { "workload" } else { "workloads" })?;
        let counts = WORDS.map(|word| (self.words.iter().filter(|other| **other == word).count(), word));
        let mut before = ": ";
        for (count, word) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{before}{count} {word}")?;
            before = ", ";
        }
        Ok(())
    }
}

/// `None` for an entry that is not a workload: it is in the report only for its diagnostics.
fn word(entry: &TemplateReport) -> Option<&'static str> {
    let verdicts = entry.results.iter().map(|result| gravity(&result.verdict));
    verdicts.max_by_key(|(gravity, _)| *gravity).map(|(_, word)| word)
}

/// How grave a verdict is beside one of another profile, and the word for it.
const fn gravity(verdict: &ReportVerdict) -> (u8, &'static str) {
    match verdict {
        ReportVerdict::Unchanged => (0, "unchanged"),
        ReportVerdict::Skipped { .. } => (1, "skipped"),
        ReportVerdict::Injected => (2, "injected"),
        ReportVerdict::Uninjected => (2, "uninjected"),
        ReportVerdict::Incomplete => (3, "incomplete"),
        ReportVerdict::Edited => (3, "edited"),
        ReportVerdict::Outdated => (3, "outdated"),
        ReportVerdict::Unwanted => (3, "unwanted"),
        ReportVerdict::Partial => (3, "partial"),
        ReportVerdict::Missing => (3, "not injected"),
        ReportVerdict::Rejected { .. } => (4, "refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::ResultLine;
    use super::*;

    fn skipped() -> ReportVerdict {
        ReportVerdict::Skipped { rule: "r".to_owned(), reason: String::new(), would_deny: false }
    }

    fn refused() -> ReportVerdict {
        ReportVerdict::Rejected { errors: Vec::new() }
    }

    fn all() -> [ReportVerdict; 11] {
        [
            ReportVerdict::Injected,
            ReportVerdict::Uninjected,
            ReportVerdict::Unchanged,
            skipped(),
            ReportVerdict::Missing,
            ReportVerdict::Incomplete,
            ReportVerdict::Edited,
            ReportVerdict::Outdated,
            ReportVerdict::Unwanted,
            ReportVerdict::Partial,
            refused(),
        ]
    }

    fn line(workloads: &[&[ReportVerdict]]) -> String {
        let entry = |verdicts: &&[ReportVerdict]| TemplateReport {
            results: verdicts.iter().map(|verdict| ResultLine::new("p".to_owned(), verdict.clone())).collect(),
            ..TemplateReport::default()
        };
        Summary::of(&Report::new(workloads.iter().map(entry).collect(), Vec::new())).to_string()
    }

    #[test]
    fn the_numbers_add_up_to_the_workloads() {
        let verdicts = all();
        let each: Vec<&[ReportVerdict]> = verdicts.chunks(1).collect();
        assert_eq!(
            line(&each),
            "11 workloads: 1 injected, 1 uninjected, 1 unchanged, 1 skipped, 1 not injected, 1 incomplete, 1 edited, \
             1 outdated, 1 unwanted, 1 partial, 1 refused"
        );
        assert_eq!(line(&[]), "0 workloads");
        assert_eq!(line(&[&[]]), "0 workloads", "an entry that is not a workload");
        assert_eq!(line(&[&[ReportVerdict::Injected]]), "1 workload: 1 injected");
        assert_eq!(
            line(&[
                &[ReportVerdict::Injected, skipped()],
                &[skipped(), ReportVerdict::Injected],
                &[refused(), ReportVerdict::Injected],
                &[ReportVerdict::Injected, ReportVerdict::Missing],
                &[skipped(), skipped()],
            ]),
            "5 workloads: 2 injected, 1 skipped, 1 not injected, 1 refused"
        );
    }
}
