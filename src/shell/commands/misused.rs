//! A command line that clap refuses, as a report: for programs that read standard error, and in files.

use std::env;
use std::ffi::OsString;

use clap::error::ErrorKind;

use super::publish;
use crate::diagnostic::{Code, Placed};
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, FormKind, Reader, Report};
use crate::shell::cli::ReportArgs;

/// Reports the error in the forms that the line asks for. People read clap's own words on standard error.
pub(super) fn report(args: &[OsString], error: &clap::Error) -> ExitStatus {
    let wanted = ReportArgs::of_refused(args, env::var_os("INJECTOR_REPORT_FILE"));
    let report = Report::new(Vec::new(), vec![usage(error)]);
    let published = match wanted.on_stderr(Reader::Person).kind {
        FormKind::Document => publish::write(report, &wanted, ColourChoice::Never),
        FormKind::Lines => {
            // Where standard error is gone, no one reads it.
            let _ = error.print();
            publish::write_beside(&report, &wanted)
        }
    };
    ExitStatus::Error.max(published)
}

/// Clap's error without its usage and its blank lines.
fn usage(error: &clap::Error) -> Placed {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Placed::new(Code::Usage, "no command is given").hint(Some("`injector --help` lists them"));
    }
    let text = error.to_string();
    let one_line = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.strip_prefix("error: ").unwrap_or(&text).split("\n\n");
    let message = parts.next().map(one_line).unwrap_or_default();
    let tip = parts.find_map(|part| part.trim_start().strip_prefix("tip: ")).map(one_line);
    Placed::new(Code::Usage, message).hint(tip)
}
