//! How much is said beside what is decided.

/// What is said of objects. What is decided does not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Errors, warnings, and notes.
    #[default]
    All,
    /// No notes: an answer to an API server has none.
    Warnings,
    /// Nothing but errors: no one sees the rest, so not all of it is made.
    Errors,
}
