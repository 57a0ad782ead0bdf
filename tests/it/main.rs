//! The integration tests, one binary. Each module's comment says what it covers.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg_attr(windows, allow(dead_code, reason = "some helpers are for tests of Unix alone"))]

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
#[cfg(all(unix, feature = "watch"))] // those of the program as it is built by default
mod completed;
#[cfg(feature = "watch")] // the scripts are those of that program
mod completions;
mod errors;
mod guards;
mod ownership;
#[cfg(unix)]
mod plugin;
mod refusals;
mod tested;
#[cfg(feature = "serve")]
mod reviews;
#[cfg(windows)]
mod windows;

// The webhook, and what it needs.
#[cfg(all(unix, feature = "serve"))]
mod certs;
mod install;
#[cfg(all(unix, feature = "serve"))]
mod serve;
#[cfg(feature = "serve")]
mod webhook;

// The chart, which is made from what the program prints as it is built by default.
#[cfg(feature = "watch")]
mod chart;

// The programs that run injector, as its users run them.
#[cfg(all(unix, feature = "watch"))] // as their documents
mod hosts;

// The page, which has the program without its shell.
mod playground;

// The cluster and the kernel.
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod iptables;
#[cfg(unix)]
mod sidecars;
#[cfg(unix)]
mod substituted;

// The documents, which are about the program as it is built by default.
#[cfg(all(unix, feature = "watch"))]
mod docs;

// The files of a release.
#[cfg(all(target_os = "linux", feature = "watch"))]
mod release;
