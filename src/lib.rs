//! injector adds sidecars to Kubernetes workloads.
//!
//! Data flows one way:
//!
//! ```text
//! text → documents → objects → facts, rules → patch → proof → { spliced text, JSON, patch | answer to a review }
//! ```
//!
//! The rooms below are in the order of their imports: a room may import rooms above it, and none below it. The comment of its
//! `mod.rs` says which ones, and what is added there. All rooms but `shell` are pure: they use no files, no clock, no
//! environment and no network. `tests/it/house.rs` checks every import.

#![cfg_attr(
    target_family = "wasm",
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "for WebAssembly there is no shell, and some things are for the shell alone"
    )
)]

mod value;
mod diagnostic;
mod text;
mod kube;
mod expression;
mod profile;
mod decide;
mod policy;
mod process;
mod lint;
mod report;
mod tell;
mod playground;
mod expect;
#[cfg(feature = "serve")]
mod install;
#[cfg(not(target_family = "wasm"))]
mod shell;

#[cfg(not(sealed))]
#[doc(hidden)]
pub mod internals;

pub use playground::answer;
#[cfg(not(target_family = "wasm"))]
pub use shell::commands::run;
pub use text::yaml::is_guarded;
