//! What Kubernetes itself says: kinds, fields, names, versions, and what its API server refuses.
//!
//! Imports `value` and `diagnostic`; it knows no profile. A kind, a field, a version or a check of the API server is added here.

pub mod first_version;
pub mod names;
pub mod pod_security;
pub mod quantity;
pub mod schema;
pub mod selector;
pub mod validity;
pub mod version;
pub mod workload;
