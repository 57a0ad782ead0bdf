//! YAML and JSON text as Kubernetes reads it: spans, types, and text to insert.
//!
//! [`parse_yaml`] and [`parse_json`] are the one place where text becomes a [`tree::Tree`]; another parser can stand
//! beside them.

pub(crate) mod emit;
pub(crate) mod error;
pub(crate) mod node;
pub(crate) mod scalar;
pub(crate) mod tree;

mod build;
mod explain;
mod json;
mod libyaml;

pub use libyaml::is_guarded;

use error::SyntaxError;
use tree::Tree;

/// How deep an object may be nested, counted from its root; the same for YAML, JSON, reviews and profiles.
pub(crate) const MAX_DEPTH: usize = 100;

/// Reads the first YAML document of a text into spans; an empty document has no root.
pub fn parse_yaml(text: &str) -> Result<Tree<'_>, SyntaxError> {
    libyaml::parse(text).map_err(|error| explain::refined(text, error))
}

/// Reads the JSON value at the start of a text into spans, and says at which byte it ends.
pub(crate) fn parse_json(text: &str) -> Result<(Tree<'_>, usize), SyntaxError> {
    json::parse(text, &[], usize::MAX)
}

/// Members of an `AdmissionReview` that nothing reads and no patch names, each with how many objects stand around it. They are
/// a third of what an API server sends.
const UNREAD: &[(usize, &str)] = &[
    (2, "oldObject"),
    (2, "options"),
    (2, "requestKind"),
    (2, "requestResource"),
    (2, "resource"),
    (2, "userInfo"),
    // `request.object.metadata`, and no place that a pod template could have.
    (4, "managedFields"),
];

/// More values than any object needs that an API server can store: each would take many times its bytes while it is decided.
const MOST_VALUES: usize = 250_000;

/// Reads an `AdmissionReview` as [`parse_json`] does, without the members that decide nothing, and to a number of values.
pub(crate) fn parse_review(text: &str) -> Result<(Tree<'_>, usize), SyntaxError> {
    json::parse(text, UNREAD, MOST_VALUES)
}
