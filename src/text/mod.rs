//! YAML and JSON text: split into documents, parsed into nodes with byte spans, and changed by inserting text.
//!
//! Imports `value`; it knows no Kubernetes kind. Another parser or another style of editing is added here.

pub(crate) mod document;
pub(crate) mod splice;
pub(crate) mod yaml;
