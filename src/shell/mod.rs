//! Everything that touches the world: arguments, files, clocks, sockets. The other rooms are pure.
//!
//! It imports all of them, and no room imports it. Its folders are in the order of their imports: `files`, `certs`, `server`,
//! `cli`, `commands`. A command, a flag, a route or a metric is added here.

#[cfg(feature = "serve")]
pub(crate) mod certs;
pub(crate) mod cli;
pub(crate) mod commands;
pub(crate) mod files;
#[cfg(feature = "serve")]
pub(crate) mod server;
