//! YAML and JSON text as Kubernetes reads it: spans, types, and text to insert.
//!
//! Text becomes a [`tree::Tree`] in [`parse_yaml`] and [`parse_json`] alone. Another parser fills the same tree, through
//! `build`, and is called from here.

pub(crate) mod emit;
pub(crate) mod error;
pub(crate) mod node;
pub(crate) mod scalar;
pub(crate) mod tree;

mod build;
mod explain;
mod json;
pub(crate) mod known;
mod libyaml;
mod scan;

pub use libyaml::is_guarded;
#[cfg(not(sealed))]
pub use scan::parse as scan_yaml;

use error::SyntaxError;
use tree::Tree;

/// How deep an object may be nested, counted from its root; the same for YAML, JSON, reviews and profiles.
pub(crate) const MAX_DEPTH: usize = 100;

/// Reads the first YAML document of a text into spans; an empty document has no root.
///
/// What is plain is read by `scan`, which is fast, and the rest by `libyaml`: see there.
pub fn parse_yaml(text: &str) -> Result<Tree<'_>, SyntaxError> {
    match scan::parse(text) {
        Some(tree) => Ok(tree),
        None => judge_yaml(text),
    }
}

/// Reads a text as [`parse_yaml`] does, with the parser that is the judge: what is proved is read by another one than that by
/// which it was planned.
pub fn judge_yaml(text: &str) -> Result<Tree<'_>, SyntaxError> {
    libyaml::parse(text).map_err(|error| explain::refined(text, error))
}

/// Reads the JSON value at the start of a text into spans, and says at which byte it ends.
pub(crate) fn parse_json(text: &str) -> Result<(Tree<'_>, usize), SyntaxError> {
    json::parse(text, &[], usize::MAX)
}

/// Members of an `AdmissionReview` that no code reads and no patch names, each with the number of objects around it.
/// They are a third of what an API server sends.
#[cfg(feature = "serve")]
const UNREAD: &[(usize, &str)] = &[
    (2, "oldObject"),
    (2, "options"),
    (2, "requestKind"),
    (2, "requestResource"),
    (2, "resource"),
    (2, "userInfo"),
    // In `request.object.metadata`. No pod template is below a member of this name.
    (4, "managedFields"),
];

/// More values than any object has that an API server can store. Each value takes many times its bytes while a review is
/// decided, so a review of more would be an attack on the memory.
#[cfg(feature = "serve")]
const MOST_VALUES: usize = 250_000;

/// Reads an `AdmissionReview` as [`parse_json`] does, but leaves out the members that decide nothing, and refuses too many
/// values.
#[cfg(feature = "serve")]
pub(crate) fn parse_review(text: &str) -> Result<Tree<'_>, SyntaxError> {
    json::parse(text, UNREAD, MOST_VALUES).map(|(tree, _)| tree)
}
