//! Files: inputs read, profiles loaded, results written.
//!
//! Imports the pure rooms, and nothing of the shell. Another source of manifests or profiles, or another target, is added here.

pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod selection;
