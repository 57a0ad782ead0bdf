//! Which kinds hold pod templates, and where.

use crate::pointer::Pointer;

/// A kind that holds a pod template at a place of its own: `--template-path KIND[.GROUP]=/spec/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplatePath {
    /// The kind.
    pub kind: String,
    /// The API group; any where `None`.
    pub group: Option<String>,
    /// From the object's root to the pod template.
    pub path: Pointer,
}
