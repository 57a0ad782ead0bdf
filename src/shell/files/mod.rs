//! Files: inputs read, profiles loaded, results written.
//!
//! Imports the pure rooms, and nothing of the shell. Another source of manifests or profiles, or another target, is added here.

pub(crate) mod config;
pub(crate) mod input;
pub(crate) mod kustomize;
#[cfg_attr(not(feature = "serve"), allow(unreachable_pub, reason = "only the errors of certificates hand these on"))]
pub(crate) mod output;
pub(crate) mod parallel;
pub(crate) mod parents;
pub(crate) mod profile_text;
pub(crate) mod selection;
pub(crate) mod suite;
