//! Where reports go: to standard error, and to files.

use std::env;
use std::io::{self, IsTerminal};

use crate::diagnostic::{Code, Placed};
use crate::report::exit::ExitStatus;
use crate::report::{Colour, ColourChoice, ColourFacts, Report};
use crate::shell::cli::{ReportArgs, ReportFile};
use crate::shell::files::output::{OutputError, Staged};

/// Writes a report to the files that were asked for, and to standard error. A file that cannot be written is an error; the others
/// are written all the same, and standard error has the error too.
#[must_use]
pub(super) fn write(report: &Report, args: &ReportArgs, choice: ColourChoice) -> ExitStatus {
    let failed: Vec<Placed> = args.files().iter().filter_map(|file| write_file(report, args, file).err()).collect();
    let status = if failed.is_empty() { ExitStatus::Done } else { ExitStatus::Error };
    let report = failed.into_iter().fold(report.clone(), |report, error| report.with(Some(error)));
    let stderr = io::stderr();
    let colour = colour(choice, &stderr);
    let mut out = io::BufWriter::new(stderr.lock());
    // Where standard error is gone, no one reads the report.
    let _ = report.write(args.on_stderr(), args.verbosity(), colour, &mut out);
    status
}

/// The file has the whole report, or what it had before.
fn write_file(report: &Report, args: &ReportArgs, file: &ReportFile) -> Result<(), Placed> {
    let path = file.path.as_path();
    let mut text = Vec::new();
    report.write(file.format, args.verbosity(), Colour::Off, &mut text).map_err(|error| {
        let message = format!("the report cannot be written: {error}");
        Placed::new(Code::Unwritable, message).at(path.display().to_string(), None)
    })?;
    let mut staged = Staged::new();
    staged.stage(path, &[&text]).map_err(|error| error.placed())?;
    staged.commit().map(drop).map_err(|error| OutputError::from(error).placed())
}

/// Whether what goes there is coloured.
pub(super) fn colour(choice: ColourChoice, to: &impl IsTerminal) -> Colour {
    let [no_color, clicolor_force, term] = ["NO_COLOR", "CLICOLOR_FORCE", "TERM"].map(env::var_os);
    let facts = ColourFacts {
        terminal: to.is_terminal(),
        no_color: no_color.as_deref(),
        clicolor_force: clicolor_force.as_deref(),
        term: term.as_deref(),
    };
    Colour::resolve(choice, facts)
}
