//! YAML and JSON text as Kubernetes reads it: spans, types, and text to insert.
//!
//! [`parse_yaml`] and [`parse_json`] are the one place where text becomes a [`tree::Tree`]; another parser can stand
//! beside them.

pub mod emit;
pub mod error;
pub mod node;
pub mod scalar;
pub mod tree;

mod build;
mod explain;
mod json;
mod libyaml;

pub use libyaml::is_guarded;

use error::SyntaxError;
use tree::Tree;

/// How deep an object may be nested, counted from its root; the same for YAML, JSON, reviews and profiles.
pub const MAX_DEPTH: usize = 100;

/// Reads the first YAML document of a text into spans; an empty document has no root.
pub fn parse_yaml(text: &str) -> Result<Tree<'_>, SyntaxError> {
    libyaml::parse(text).map_err(|error| explain::refined(text, error))
}

/// Reads the JSON value at the start of a text into spans, and says at which byte it ends.
pub fn parse_json(text: &str) -> Result<(Tree<'_>, usize), SyntaxError> {
    json::parse(text)
}
