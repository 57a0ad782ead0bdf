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

mod value;
mod diagnostic;
mod text;
mod kube;
mod profile;
mod decide;
mod process;
mod lint;
mod report;
#[cfg(feature = "serve")]
mod install;
mod shell;

#[cfg(not(sealed))]
#[doc(hidden)]
pub mod internals;

pub use shell::commands::run;
pub use text::yaml::is_guarded;
