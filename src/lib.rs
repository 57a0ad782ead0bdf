//! injector adds sidecars to Kubernetes workloads.
//!
//! Data flows one way:
//!
//! ```text
//! input → document → workload → eligibility → patch → { splice → render | admission response }
//!         \______________ inject::plan(view, facts, profiles) → Outcome ______________/
//! ```
//!
//! The modules stand in that order. Those marked `deny(clippy::disallowed_methods)` are pure: no files, no clock, no
//! environment, no network; `clippy.toml` lists what they may not call.

#[deny(clippy::disallowed_methods)]
pub mod names;
#[deny(clippy::disallowed_methods)]
pub mod pointer;
#[deny(clippy::disallowed_methods)]
pub mod patch;
#[deny(clippy::disallowed_methods)]
pub mod view;
#[deny(clippy::disallowed_methods)]
pub mod layer;
#[deny(clippy::disallowed_methods)]
pub mod diagnostic;
#[deny(clippy::disallowed_methods)]
pub mod facts;
#[deny(clippy::disallowed_methods)]
pub mod quantity;
#[deny(clippy::disallowed_methods)]
pub mod yaml;
#[deny(clippy::disallowed_methods)]
pub mod document;
#[deny(clippy::disallowed_methods)]
pub mod workload;
#[deny(clippy::disallowed_methods)]
pub mod profile;
#[deny(clippy::disallowed_methods)]
pub mod validity;
#[deny(clippy::disallowed_methods)]
pub mod podsecurity;
#[deny(clippy::disallowed_methods)]
pub mod first_version;
#[deny(clippy::disallowed_methods)]
pub mod eligibility;
#[deny(clippy::disallowed_methods)]
pub mod record;
#[deny(clippy::disallowed_methods)]
pub mod inject;
#[deny(clippy::disallowed_methods)]
pub mod uninject;
#[deny(clippy::disallowed_methods)]
pub mod splice;
#[deny(clippy::disallowed_methods)]
pub mod proof;
#[deny(clippy::disallowed_methods)]
pub mod clean;
#[deny(clippy::disallowed_methods)]
pub mod roundtrip;
#[deny(clippy::disallowed_methods)]
pub mod report;
#[deny(clippy::disallowed_methods)]
pub mod lint;
#[deny(clippy::disallowed_methods)]
pub mod explain;
#[deny(clippy::disallowed_methods)]
pub mod manifest;
#[deny(clippy::disallowed_methods)]
pub mod admission;
#[deny(clippy::disallowed_methods)]
pub mod render;
#[cfg(feature = "serve")]
#[deny(clippy::disallowed_methods)]
pub mod install;
#[deny(clippy::disallowed_methods)]
pub mod exit;

// The shells.
pub mod cli;
pub mod input;
pub mod output;
mod selection;
#[cfg(feature = "serve")]
pub mod certs;
#[cfg(feature = "serve")]
pub mod server;
pub mod commands;
