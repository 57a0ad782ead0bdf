//! Everything that touches the world: arguments, files, clocks, sockets. The other rooms are pure.
//!
//! Imports all of them, and nothing imports it. A command, a flag, a route or a metric is added here.

#[cfg(feature = "serve")]
pub mod certs;
pub mod cli;
pub mod commands;
pub mod files;
#[cfg(feature = "serve")]
pub mod server;
