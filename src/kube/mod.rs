//! What Kubernetes itself says: kinds, fields, names, versions, and what its API server refuses.
//!
//! Imports `value` and `diagnostic`; it knows no profile. To add:
//!
//! - a kind with a pod template: one row of [`workload::KINDS`], and its line in that file's test;
//! - a kind that certainly has none: one row in `workload/skippable.rs`;
//! - a field of a container or a volume: `schema/core_v1.rs`; of a pod: `schema/pod.rs`; what its value may be: `validity`;
//! - a field's default, as the API server fills it in: one row in `defaults/core_v1.rs`;
//! - a field that needs a Kubernetes version: one row in `first_version.rs`;
//! - a check of a Pod Security level: `pod_security/baseline.rs` or `restricted.rs`;
//! - a form of text, such as a name, a quantity, a duration or an image: a file of its own beside `names.rs`.

pub(crate) mod defaults;
pub(crate) mod duration;
pub(crate) mod first_version;
pub(crate) mod image;
pub(crate) mod names;
pub(crate) mod pod_security;
pub(crate) mod probe;
pub(crate) mod quantity;
pub(crate) mod schema;
pub(crate) mod selector;
pub(crate) mod validity;
pub(crate) mod version;
pub(crate) mod workload;
