//! The report as JSON: the model as it is. A field that has to be computed belongs in the model, not here.

use std::io::{self, Write};

use super::model::Report;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

#[cfg(test)]
mod tests;
