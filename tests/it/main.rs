//! The integration tests, one binary.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "serve")]
mod certs;
mod cleaning;
mod cli;
mod cluster;
mod common;
// They are those of the program as it is built by default.
#[cfg(feature = "watch")]
mod completions;
mod emit;
mod errors;
mod house;
mod install;
mod iptables;
mod kubectl;
mod laws;
mod manifests;
mod oracle;
mod ownership;
// The documents are about the program as it is built by default.
#[cfg(feature = "watch")]
mod docs;
mod refusals;
#[cfg(feature = "serve")]
mod reviews;
mod scalar;
#[cfg(feature = "serve")]
mod serve;
mod sidecars;
mod skip;
#[cfg(feature = "serve")]
mod webhook;
