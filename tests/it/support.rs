//! What several modules need: the program as a user runs it, manifests to begin with, and what stands in for a cluster.
//!
//! A helper that only one module uses stays in that module.

pub(crate) mod control_plane;
#[cfg(feature = "watch")]
pub(crate) mod helm;
pub(crate) mod manifests;
pub(crate) mod numbers;
pub(crate) mod oracle;
mod run;
mod skip;

pub(crate) use run::{Ran, Run, injector};
pub(crate) use skip::{Lack, skipped};
