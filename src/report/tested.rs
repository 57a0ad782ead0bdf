//! What `injector test` reports: the cases, and what is wrong with each.

use std::fmt;

use serde::Serialize;

use super::exit::ExitStatus;
use crate::diagnostic::{Code, Placed, Position};

/// One case of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CaseReport {
    /// The file of the test.
    pub(crate) file: String,
    /// Where the case begins.
    #[serde(flatten)]
    pub(crate) position: Position,
    /// The name of the test.
    pub(crate) test: String,
    /// The name of the case.
    pub(crate) case: String,
    /// What came of it.
    outcome: CaseOutcome,
    /// What is not as it was expected, and what kept the case from being tried.
    problems: Vec<CaseProblem>,
}

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CaseOutcome {
    /// All is as it was expected.
    Passed,
    /// Something is not.
    Failed,
    /// It could not be tried.
    Error,
}

/// Something that is wrong with a case, at the place where it is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CaseProblem {
    #[serde(flatten)]
    pub(crate) placed: Placed,
    /// What was expected and what came: lines that begin with `-`, `+`, a blank or `@`, as in a unified diff.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) diff: String,
}

impl CaseReport {
    /// The report on the case at this place, with all that is wrong with it.
    pub(crate) fn new(
        (file, position): (String, Position),
        (test, case): (String, String),
        problems: Vec<CaseProblem>,
    ) -> Self {
        let outcome = match problems.as_slice() {
            [] => CaseOutcome::Passed,
            all if all.iter().all(|problem| problem.placed.code == Code::TestFailed) => CaseOutcome::Failed,
            _ => CaseOutcome::Error,
        };
        Self { file, position, test, case, outcome, problems }
    }

    /// The name by which `--run` selects it.
    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.test, self.case)
    }

    /// Changes each diagnostic of it.
    pub(super) fn change_each(&mut self, change: impl Fn(&mut Placed)) {
        self.problems.iter_mut().for_each(|problem| change(&mut problem.placed));
    }

    pub(super) const fn status(&self) -> ExitStatus {
        match self.outcome {
            CaseOutcome::Passed => ExitStatus::Done,
            CaseOutcome::Failed => ExitStatus::Findings,
            CaseOutcome::Error => ExitStatus::Error,
        }
    }

    pub(super) const fn outcome(&self) -> CaseOutcome {
        self.outcome
    }

    pub(super) fn problems(&self) -> &[CaseProblem] {
        &self.problems
    }
}

impl CaseProblem {
    /// Something that is not as it was expected.
    pub(crate) fn failed(placed: Placed, diff: String) -> Self {
        Self { placed, diff }
    }

    /// The same with the name of its case in the message; what kept a case from being run may be about others too.
    pub(super) fn titled(&self, case: &CaseReport) -> Placed {
        let mut placed = self.placed.clone();
        if placed.code == Code::TestFailed {
            placed.message = format!("{}: {}", case.title(), placed.message);
        }
        placed
    }

    /// A message about it with the difference below it, for a form that has room for one text alone.
    pub(super) fn whole(&self, placed: Placed) -> Placed {
        let message = format!("{}\n{}", placed.message, self.diff);
        Placed { message: message.trim_end().to_owned(), ..placed }
    }
}

impl From<Placed> for CaseProblem {
    fn from(placed: Placed) -> Self {
        Self { placed, diff: String::new() }
    }
}

/// Cases in numbers: `4 cases: 2 passed, 1 failed, 1 not run`.
pub(super) struct CaseNumbers<'c>(pub(super) &'c [CaseReport]);

impl fmt::Display for CaseNumbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.len();
        write!(f, "{all} {}", if all == 1 { "case" } else { "cases" })?;
        let words = [(CaseOutcome::Passed, "passed"), (CaseOutcome::Failed, "failed"), (CaseOutcome::Error, "not run")];
        let counts = words.map(|(outcome, word)| (self.0.iter().filter(|case| case.outcome == outcome).count(), word));
        let mut before = ": ";
        for (count, word) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{before}{count} {word}")?;
            before = ", ";
        }
        Ok(())
    }
}
