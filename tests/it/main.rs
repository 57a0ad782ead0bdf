//! The integration tests, one binary.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cleaning;
mod cli;
mod cluster;
mod common;
mod completions;
mod emit;
mod errors;
mod iptables;
mod kubectl;
mod laws;
mod manifests;
mod oracle;
mod ownership;
mod readme;
mod refusals;
mod scalar;
mod sidecars;
mod skip;
