//! What a team makes of the diagnostics: a warning becomes an error with `--deny`, or goes with `--allow`.
//!
//! Pure, and applied once, to the whole report of a run: exit status, counts and every form of the report follow from it.

use std::fmt;
use std::str::FromStr;

use super::entry::{ReportVerdict, TemplateReport};
use super::model::Report;
use crate::diagnostic::{Code, Placed, Severity, words};

/// The rule of a workload that has the sidecar: `--deny skipped` asks for just that, so it is no error.
const HAS_IT: &str = "already-injected";

/// A value of `--deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Every warning.
    Warnings,
    /// What has this code, notes too. [`Code::Skipped`] means every workload that is skipped.
    Code(Code),
}

/// A value of `--allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed(pub Code);

/// What is an error, and what is left out. An error stays an error, and `--allow` wins over `--deny`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Levels {
    pub(crate) denied: Vec<Denied>,
    pub(crate) allowed: Vec<Allowed>,
}

impl Levels {
    /// The report at these levels.
    pub(crate) fn apply(&self, report: Report) -> Report {
        if self.denied.is_empty() && self.allowed.is_empty() {
            return report;
        }
        report.map(|entries, diagnostics| {
            self.apply_to(diagnostics);
            for entry in entries {
                self.apply_to(&mut entry.diagnostics);
                if self.denied.contains(&Denied::Code(Code::Skipped)) {
                    let skipped = skipped(entry);
                    entry.diagnostics.extend(skipped);
                }
            }
        })
    }

    /// Raises what is denied, and leaves out what is allowed.
    pub(crate) fn apply_to(&self, all: &mut Vec<Placed>) {
        all.retain_mut(|placed| {
            if placed.severity == Severity::Error {
                return true;
            }
            let denies = |denied: &Denied| match denied {
                Denied::Warnings => placed.severity == Severity::Warning,
                Denied::Code(code) => placed.code == *code,
            };
            if self.allowed.contains(&Allowed(placed.code)) {
                return false;
            }
            if self.denied.iter().any(denies) {
                placed.severity = Severity::Error;
            }
            true
        });
    }
}

/// An error for each profile that skips the workload.
fn skipped(entry: &TemplateReport) -> Vec<Placed> {
    let of = |profile: &str, rule: &str, reason: &str| {
        let message = format!("the profile `{profile}` skips the workload: {rule}: {reason}");
        Placed::new(Code::Skipped, message)
            .at(entry.file.as_str(), entry.position)
            .hint(Some("`--deny skipped` makes this an error"))
    };
    let each = entry.results.iter().filter_map(|result| match &result.verdict {
        ReportVerdict::Skipped { rule, reason, .. } if rule != HAS_IT => Some(of(&result.profile, rule, reason)),
        _ => None,
    });
    each.collect()
}

/// Why a value is neither a code nor a word that the flag takes. The user's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelError {
    meant: Option<&'static str>,
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a code of a diagnostic")?;
        self.meant.map_or(Ok(()), |id| write!(f, "; did you mean `{id}`?"))
    }
}

impl std::error::Error for LevelError {}

fn code(text: &str, more: &[&'static str]) -> Result<Code, LevelError> {
    let found = Code::ALL.iter().copied().find(|code| code.id() == text);
    let ids = || Code::ALL.iter().map(|code| code.id()).chain(more.iter().copied());
    found.ok_or_else(|| LevelError { meant: words::nearest(text, ids()) })
}

impl FromStr for Denied {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, LevelError> {
        const WARNINGS: &str = "warnings";
        if text == WARNINGS { Ok(Self::Warnings) } else { code(text, &[WARNINGS]).map(Self::Code) }
    }
}

impl FromStr for Allowed {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, LevelError> {
        code(text, &[]).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(denied: &[&str], allowed: &[&str]) -> Levels {
        Levels {
            denied: denied.iter().map(|text| text.parse().unwrap()).collect(),
            allowed: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn what_is_denied_is_an_error_and_what_is_allowed_is_left_out() {
        let all = || {
            [Code::QosChanged, Code::NamespaceUnknown, Code::HeldBack, Code::Conflict].map(|code| Placed::new(code, ""))
        };
        for (denied, allowed, expected) in [
            (&[][..], &[][..], "qos-changed Warning, namespace-unknown Warning, held-back Note, conflict Error"),
            (&["warnings"], &[], "qos-changed Error, namespace-unknown Error, held-back Note, conflict Error"),
            (&["qos-changed"], &[], "qos-changed Error, namespace-unknown Warning, held-back Note, conflict Error"),
            (&["held-back"], &[], "qos-changed Warning, namespace-unknown Warning, held-back Error, conflict Error"),
            (&["warnings"], &["qos-changed"], "namespace-unknown Error, held-back Note, conflict Error"),
            (&[], &["conflict", "held-back"], "qos-changed Warning, namespace-unknown Warning, conflict Error"),
        ] {
            let mut found = all().to_vec();
            levels(denied, allowed).apply_to(&mut found);
            let found: Vec<String> = found.iter().map(|one| format!("{} {:?}", one.code.id(), one.severity)).collect();
            assert_eq!(found.join(", "), expected, "{denied:?} {allowed:?}");
        }
    }

    #[test]
    fn an_unknown_code_is_refused_with_the_nearest() {
        for (text, expected) in [
            ("qos-change", "not a code of a diagnostic; did you mean `qos-changed`?"),
            ("warning", "not a code of a diagnostic; did you mean `warnings`?"),
            ("skiped", "not a code of a diagnostic; did you mean `skipped`?"),
            ("everything", "not a code of a diagnostic"),
        ] {
            assert_eq!(text.parse::<Denied>().map_err(|error| error.to_string()), Err(expected.to_owned()));
        }
        assert!("warnings".parse::<Allowed>().is_err());
    }
}
