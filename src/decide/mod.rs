//! Whether a profile is injected into a pod template, what is added or taken away, and why.
//!
//! Pure, and without text: it imports `value`, `diagnostic`, `kube` and `profile`. What a slot does and what a rule looks at
//! is added here; the table of the rules is `profile::rule`.

pub(crate) mod clean;
pub(crate) mod detail;
pub(crate) mod eligibility;
pub(crate) mod explain;
pub(crate) mod expressions;
pub(crate) mod facts;
pub(crate) mod inject;
mod latest;
mod memo;
pub(crate) mod record;
pub(crate) mod uninject;
