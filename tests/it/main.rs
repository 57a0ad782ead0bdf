//! The integration tests, one binary. Each module's comment says what it covers.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

// The sources themselves.
mod house;

// The laws, and the agreement with Kubernetes' own libraries and with kubectl.
mod emit;
mod expressions;
mod kubectl;
mod laws;
mod scalar;

// Cases to read: what goes in, what comes out.
mod golden;
mod goldens;

// The command line.
mod cleaning;
mod cli;
#[cfg(feature = "watch")] // those of the program as it is built by default
mod completed;
mod completions;
mod errors;
mod guards;
mod ownership;
mod plugin;
mod refusals;
#[cfg(feature = "serve")]
mod reviews;

// The webhook, and what it needs.
#[cfg(feature = "serve")]
mod certs;
mod install;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod webhook;

// The chart, which is made from what the program prints as it is built by default.
#[cfg(feature = "watch")]
mod chart;

// The programs that run injector, as its users run them.
#[cfg(feature = "watch")] // as their documents
mod hosts;

// The page, which has the program without its shell.
mod playground;

// The cluster and the kernel.
mod cluster;
mod iptables;
mod sidecars;
mod substituted;

// The documents, which are about the program as it is built by default.
#[cfg(feature = "watch")]
mod docs;
