//! Whether a profile is injected into a pod template, what is added or taken away, and why.
//!
//! Pure, and without text: it imports `value`, `diagnostic`, `kube` and `profile`. A rule or a slot is added here.

pub mod clean;
pub mod eligibility;
pub mod explain;
pub mod facts;
pub mod inject;
pub mod record;
pub mod uninject;
