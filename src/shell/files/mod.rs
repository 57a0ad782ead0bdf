//! Files: inputs read, profiles loaded, results written.

pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod selection;
