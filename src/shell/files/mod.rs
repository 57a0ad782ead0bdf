//! Files: inputs read, profiles loaded, results written.

pub mod input;
pub mod output;
pub mod selection;
