//! What Kubernetes itself says: kinds, fields, names, versions, and what its API server refuses.
//!
//! Imports `value` and `diagnostic`; it knows no profile. A kind, a field, a version or a check of the API server is added here.

pub(crate) mod duration;
pub(crate) mod first_version;
pub(crate) mod image;
pub(crate) mod names;
pub(crate) mod pod_security;
pub(crate) mod quantity;
pub(crate) mod schema;
pub(crate) mod selector;
pub(crate) mod validity;
pub(crate) mod version;
pub(crate) mod workload;
