//! The integration tests, one binary.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod emit;
mod laws;
mod oracle;
mod scalar;
mod skip;
