//! What a test of profiles expects of a run, held against what came of it.
//!
//! Pure: the shell reads tests and runs their cases. It imports `value`, `diagnostic`, `decide` and `report`. Another thing that a test
//! can expect is a row of [`Wanted`], with the function here that judges it.

use serde_json::Value;
use similar::TextDiff;

use crate::decide::record;
use crate::diagnostic::words::{list, nearest};
use crate::diagnostic::{Code, Placed, Position, Severity};
use crate::report::CaseProblem;
use crate::value::pointer::Pointer;

mod diagnostics;
mod part;

pub(crate) use diagnostics::WantedDiagnostic;

/// One thing that is expected, and where that is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expectation {
    pub(crate) wanted: Wanted,
    pub(crate) at: Position,
}

/// What can be expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// The verdict of a profile, or of every profile.
    Verdict(OfProfile),
    /// The rule that decided about a profile, or about every profile.
    Rule(OfProfile),
    /// All diagnostics of this level.
    Diagnostics(Severity, Vec<WantedDiagnostic>),
    /// The patch: all of its operations.
    Patch(Vec<Value>),
    /// A part of the object that comes out, and where its values are written.
    Part(Value, Vec<(Pointer, Position)>),
    /// A whole text, which is in a file.
    Text(TextKind, String),
}

/// A word that is expected of one profile, or of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfProfile {
    pub(crate) profile: Option<String>,
    pub(crate) word: String,
}

/// A text that comes out of a case, and that a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextKind {
    /// What is printed.
    Output,
    /// The patch, as `-o patch` prints it, an operation a line.
    Patch,
    /// The report, as lines for people.
    Report,
}

/// Errors that a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excused {
    None,
    /// Those of the one object that the case is about.
    OfObject,
    /// Those that are compared one by one: of the object that the case names, or of all.
    Compared,
    All,
}

/// What came of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Came {
    /// How people call the workload; empty where the case is about several.
    pub(crate) title: String,
    /// One for each pod template and profile.
    pub(crate) verdicts: Vec<CameVerdict>,
    pub(crate) diagnostics: Vec<Placed>,
    pub(crate) patch: Vec<Value>,
    /// The object that comes out.
    pub(crate) object: Value,
}

/// What one profile came to.
#[derive(Clone, Debug)]
pub(crate) struct CameVerdict {
    pub(crate) profile: String,
    pub(crate) word: &'static str,
    /// The rule that decided, where one did.
    pub(crate) rule: Option<&'static str>,
    /// What a report says.
    pub(crate) sentence: String,
}

/// A message, a place where there is a better one than that of the expectation, and what differs.
struct Mismatch {
    message: String,
    at: Option<Position>,
    diff: String,
    hint: Option<String>,
}

impl Mismatch {
    fn new(message: impl Into<String>, diff: String) -> Self {
        Self { message: message.into(), at: None, diff, hint: None }
    }
}

impl Wanted {
    /// Whether it is about one object, which a case then has to name where there are several.
    pub(crate) const fn is_of_object(&self) -> bool {
        match self {
            Self::Verdict(_) | Self::Rule(_) | Self::Patch(_) | Self::Part(..) => true,
            Self::Diagnostics(..) | Self::Text(..) => false,
        }
    }

    /// Whether it holds of nothing too, as a list without elements does.
    pub(crate) fn holds_of_nothing(&self) -> bool {
        matches!(self, Self::Diagnostics(_, wanted) if wanted.is_empty())
    }

    /// Which errors are no surprise to a case that expects it.
    pub(crate) fn excuses(&self) -> Excused {
        match self {
            Self::Verdict(of) if of.word == "rejected" => Excused::OfObject,
            Self::Diagnostics(Severity::Error, _) => Excused::Compared,
            Self::Text(TextKind::Report, _) => Excused::All,
            Self::Verdict(_)
            | Self::Rule(_)
            | Self::Diagnostics(..)
            | Self::Patch(_)
            | Self::Part(..)
            | Self::Text(..) => Excused::None,
        }
    }
}

impl Expectation {
    /// All that is not as it is expected here; the text of a file is judged by [`Expectation::judge_text`].
    pub(crate) fn judge(&self, file: &str, came: &Came) -> Vec<CaseProblem> {
        let wrong = match &self.wanted {
            Wanted::Verdict(of) => of.judge(came, "verdict", |verdict| Some(verdict.word)),
            Wanted::Rule(of) => of.judge(came, "rule", |verdict| verdict.rule),
            Wanted::Diagnostics(severity, wanted) => diagnostics::judge(*severity, wanted, came),
            Wanted::Patch(wanted) => patch(wanted, came),
            Wanted::Part(wanted, places) => part::judge(wanted, places, came),
            Wanted::Text(..) => Vec::new(),
        };
        wrong.into_iter().map(|one| self.problem(file, one)).collect()
    }

    /// Compares the text of the file that is expected with what came; `None` where there is no file.
    pub(crate) fn judge_text(
        &self,
        file: &str,
        (name, wanted): (&str, Option<&str>),
        came: &str,
    ) -> Option<CaseProblem> {
        let hint = Some("`injector test --update` writes what came".to_owned());
        let wrong = match wanted {
            Some(wanted) if wanted == came => return None,
            Some(wanted) => {
                let diff = TextDiff::from_lines(wanted, came).unified_diff().to_string();
                Mismatch { hint, ..Mismatch::new(format!("`{name}` is not what came"), diff) }
            }
            None => Mismatch { hint, ..Mismatch::new(format!("there is no file `{name}`"), String::new()) },
        };
        Some(self.problem(file, wrong))
    }

    fn problem(&self, file: &str, wrong: Mismatch) -> CaseProblem {
        let placed = Placed::new(Code::TestFailed, wrong.message).at(file, Some(wrong.at.unwrap_or(self.at)));
        CaseProblem::failed(placed.hint(wrong.hint), wrong.diff)
    }
}

impl OfProfile {
    fn judge(&self, came: &Came, what: &str, word: impl Fn(&CameVerdict) -> Option<&'static str>) -> Vec<Mismatch> {
        let Self { profile, word: wanted } = self;
        let meant = |verdict: &&CameVerdict| profile.as_ref().is_none_or(|name| *name == verdict.profile);
        let meant: Vec<&CameVerdict> = came.verdicts.iter().filter(meant).collect();
        if meant.is_empty() {
            return vec![self.without(came, what)];
        }
        let differs = |verdict: &&CameVerdict| word(verdict) != Some(wanted.as_str());
        let told = |verdict: &CameVerdict| {
            let by = if came.verdicts.len() > 1 { format!(" of `{}`", verdict.profile) } else { String::new() };
            let found = word(verdict).map_or_else(|| "none".to_owned(), |found| format!("`{found}`"));
            let message = format!("{}: the {what}{by} is {found}, not `{wanted}`", came.title);
            Mismatch::new(message, format!("-{wanted}\n+{}\n", verdict.sentence))
        };
        meant.into_iter().filter(differs).map(told).collect()
    }

    /// There is nothing of which it could hold.
    fn without(&self, came: &Came, what: &str) -> Mismatch {
        let mut names: Vec<&str> = came.verdicts.iter().map(|verdict| verdict.profile.as_str()).collect();
        names.dedup();
        let message = match &self.profile {
            Some(profile) if !names.is_empty() => format!("no profile of this case is called `{profile}`"),
            _ => format!("there is no {what}: {} is not a workload", came.title),
        };
        let near = self.profile.as_ref().and_then(|profile| nearest(profile, names.iter().copied()));
        let hint = match (near, names.is_empty()) {
            (Some(near), _) => Some(format!("did you mean `{near}`?")),
            (None, false) => Some(format!("the profiles here are {}", list(&names))),
            (None, true) => None,
        };
        Mismatch { hint, ..Mismatch::new(message, String::new()) }
    }
}

/// Compares all operations. That which writes the record counts only where the test has it too.
fn patch(wanted: &[Value], came: &Came) -> Vec<Mismatch> {
    let suffix = format!("/{}", record::ANNOTATION.replace('/', "~1"));
    let is_record = |op: &&Value| op.get("path").and_then(Value::as_str).is_some_and(|path| path.ends_with(&suffix));
    let has_record = wanted.iter().any(|op| is_record(&op));
    let found: Vec<&Value> = came.patch.iter().filter(|op| has_record || !is_record(op)).collect();
    if found.len() == wanted.len() && found.iter().zip(wanted).all(|(found, wanted)| *found == wanted) {
        return Vec::new();
    }
    let lines = |ops: &[&Value]| ops.iter().map(|op| format!("{}\n", sorted(op))).collect::<String>();
    let (wanted, found) = (lines(&wanted.iter().collect::<Vec<_>>()), lines(&found));
    let diff = TextDiff::from_lines(&wanted, &found).unified_diff().to_string();
    vec![Mismatch::new(format!("{}: the patch is not as expected", came.title), diff)]
}

/// A value on one line, its keys in the order of an operation first, so that equal values are equal lines.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let order = |key: &str| ["op", "from", "path", "value"].iter().position(|known| *known == key).unwrap_or(4);
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(key, _)| (order(key), *key));
            Value::Object(members.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
