//! What is told at a place of an input before anything is planned.

pub(super) use crate::diagnostic::Places;
use crate::diagnostic::{Code, Diagnostic, Placed, Position, Severity};
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};

pub(super) fn unreadable(file: &str, text: &str, start: usize, error: &SyntaxError) -> Placed {
    let places = Places::new(text);
    let mut error = error.clone();
    if let SyntaxErrorKind::DuplicateKey { line, .. } = &mut error.kind {
        // It was counted in the document.
        *line += places.position(start).line - 1;
    }
    let at = places.position(start + error.offset);
    Placed::new(Code::Syntax, error.to_string()).hint(error.hint()).at(file, Some(at))
}

/// A value of a namespace that counts as unset.
pub(super) fn namespace_warning(warning: &Diagnostic, file: &str, at: Position) -> Placed {
    let mut placed = Placed::new(warning.code, warning.message.as_str()).hint(warning.hint.as_deref());
    placed.severity = Severity::Warning;
    placed.path = warning.at.to_string();
    placed.at(file, Some(at))
}
