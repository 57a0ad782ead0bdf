//! The diagnostics of one level: each that is expected has to come, and no other.

use super::{Came, Mismatch};
use crate::diagnostic::{Placed, Position, Severity};

/// A diagnostic that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedDiagnostic {
    pub(crate) code: &'static str,
    /// A part of its message.
    pub(crate) message: Option<String>,
    /// The JSON Pointer of the value that it is about.
    pub(crate) path: Option<String>,
    pub(crate) at: Position,
}

impl WantedDiagnostic {
    fn is(&self, placed: &Placed) -> bool {
        self.code == placed.code.id()
            && self.message.as_ref().is_none_or(|message| placed.message.contains(message))
            && self.path.as_ref().is_none_or(|path| *path == placed.path)
    }

    /// How much it says: what says most is looked for first.
    fn details(&self) -> usize {
        usize::from(self.message.is_some()) + usize::from(self.path.is_some())
    }

    fn line(&self) -> String {
        let message = self.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        let path = self.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        format!("{}{message}{path}", self.code)
    }
}

pub(super) fn judge(severity: Severity, wanted: &[WantedDiagnostic], came: &Came) -> Vec<Mismatch> {
    let mut found: Vec<&Placed> = came.diagnostics.iter().filter(|placed| placed.severity == severity).collect();
    let mut order: Vec<&WantedDiagnostic> = wanted.iter().collect();
    order.sort_by_key(|one| std::cmp::Reverse(one.details()));
    let mut missing: Vec<&WantedDiagnostic> = Vec::new();
    let mut lines = String::new();
    for one in order {
        match found.iter().position(|placed| one.is(placed)) {
            Some(index) => lines.push_str(&format!(" {}\n", line(found.remove(index)))),
            None => missing.push(one),
        }
    }
    if missing.is_empty() && found.is_empty() {
        return Vec::new();
    }
    lines.extend(missing.iter().map(|one| format!("-{}\n", one.line())));
    lines.extend(found.iter().map(|placed| format!("+{}\n", line(placed))));
    let word = match severity {
        Severity::Error => "errors",
        Severity::Warning => "warnings",
        Severity::Note => "notes",
    };
    // Where something that is expected did not come, that is the place.
    let at = missing.first().map(|one| one.at);
    let of = if came.title.is_empty() { String::new() } else { format!("{}: ", came.title) };
    vec![Mismatch { at, ..Mismatch::new(format!("{of}the {word} are not those expected"), lines) }]
}

fn line(placed: &Placed) -> String {
    let path = if placed.path.is_empty() { String::new() } else { format!(" at {}", placed.path) };
    format!("{}: {}{path}", placed.code.id(), placed.message)
}
