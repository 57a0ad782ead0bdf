//! injector adds sidecars to Kubernetes workloads.
//!
//! Data flows one way:
//!
//! ```text
//! input → document → workload → eligibility → patch → { splice → render | admission response }
//! ```
//!
//! The rooms stand in the order of their imports: each may import those above it, and none below. All but `shell` are pure: no
//! files, no clock, no environment, no network. `tests/it/house.rs` holds every import against that.

pub mod value;
pub mod diagnostic;
pub mod text;
pub mod kube;
pub mod profile;
pub mod decide;
pub mod process;
pub mod lint;
pub mod report;
#[cfg(feature = "serve")]
pub mod install;
pub mod shell;
