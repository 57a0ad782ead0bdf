//! YAML and JSON text: split into documents, parsed into nodes with byte spans, and changed by inserting text.
//!
//! Imports `value`; it knows no Kubernetes kind. Another parser or another style of editing is added here.
//!
//! ```text
//! document     a stream → documents, each with its bytes and language
//! line         a line by itself: whether it has more than a comment
//! look         a document → its group and kind, where the beginnings of its lines say them for certain
//! workers      who does the same for many documents
//! yaml         a document → a tree (libyaml or json → build → tree); scalar: the types of scalars; error, explain
//! yaml::node   a tree → a view: a value to read, with no text in sight
//! yaml::emit   a value → YAML or JSON text
//! splice       a tree and a patch → edits of the text: overlay (what changes), block and flow (where), lines (as what)
//! ```

pub(crate) mod document;
pub(crate) mod line;
pub(crate) mod look;
pub(crate) mod splice;
pub(crate) mod workers;
pub(crate) mod yaml;
