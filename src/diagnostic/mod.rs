//! Diagnostics: one form for errors, warnings and notes, about a value ([`Diagnostic`]) or a place in a file ([`Placed`]).
//!
//! Pure: it imports `value` alone, and every other room may import it. A code is added here, as a row of `code.rs`.

use serde::Serialize;

use crate::value::pointer::Pointer;

mod code;
mod placed;
mod places;
pub(crate) mod words;

pub use code::Code;
pub(crate) use code::Fault;
pub use placed::{Placed, Position};
pub(crate) use places::Places;

/// An error, a warning or a note about an object. The message is lower case, without a final period, with values in backticks; the
/// shell puts file, line and column before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which kind of problem this is: stable, for machines.
    pub code: Code,
    /// The value it is about, from the root of the object.
    pub at: Pointer,
    /// What is wrong, or worth knowing.
    pub message: String,
    /// What to do, where there is one thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a hint.
    pub fn new(code: Code, at: Pointer, message: impl Into<String>) -> Self {
        Self { code, at, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How grave something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something may go wrong, or does not do what it seems to.
    Warning,
    /// The run fails.
    Error,
}
