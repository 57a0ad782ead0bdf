//! Where reports go: to standard error, and to files.

use std::env;
use std::io::{self, IsTerminal};
use std::path::Path;

use crate::diagnostic::{Code, Placed};
use crate::report::exit::ExitStatus;
use crate::report::{
    Checkout, Colour, ColourChoice, ColourFacts, Levels, Quiet, Reader, Report, ReportFormat, Style, Verbosity,
};
use crate::shell::cli::{Program, ReportArgs, ReportFile};
use crate::shell::files::output::{OutputError, Staged};

/// Writes a report to the files that were asked for, and to standard error. A file that cannot be written is an error; the others
/// are written all the same, and standard error has the error too.
#[must_use]
pub(super) fn write(report: Report, args: &ReportArgs, choice: ColourChoice) -> ExitStatus {
    let checkout = checkout();
    let plain = Style { verbosity: args.verbosity(), colour: Colour::Off, checkout: &checkout };
    let failed = write_files(&report, &plain, args);
    let status = if failed.is_empty() { ExitStatus::Done } else { ExitStatus::Error };
    let report = failed.into_iter().fold(report, |report, error| report.with(Some(error)));
    let program = Program::current();
    let report =
        if program.has_own_words() { report.with_hints(|hint| program.in_words(hint).into_owned()) } else { report };
    let report = super::to_the_end(report);
    let stderr = io::stderr();
    let style = Style { colour: colour(choice, &stderr), ..plain };
    let mut out = io::BufWriter::new(stderr.lock());
    // Where standard error is gone, no one reads the report.
    let _ = report.write(args.on_stderr(reader()), &style, &mut out);
    status
}

/// The same where standard error has been told already: it gets only what is wrong with the files, as text.
#[must_use]
pub(super) fn write_beside(report: &Report, args: &ReportArgs) -> ExitStatus {
    let checkout = checkout();
    let style = Style { verbosity: args.verbosity(), colour: Colour::Off, checkout: &checkout };
    let failed = write_files(report, &style, args);
    if failed.is_empty() {
        return ExitStatus::Done;
    }
    // Where standard error is gone, no one reads it.
    let _ = Report::new(Vec::new(), failed).write(ReportFormat::default(), &style, &mut io::stderr().lock());
    ExitStatus::Error
}

/// The report as lines for people, without colours.
pub(super) fn plain(report: &Report) -> String {
    let style = Style { verbosity: Verbosity::Normal, colour: Colour::Off, checkout: &checkout() };
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = report.write(ReportFormat::default(), &style, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Whether nothing but errors is seen: no form of the report has more, and no warning becomes one.
pub(super) fn has_errors_only(args: &ReportArgs, levels: &Levels) -> bool {
    let mut forms = args.files().iter().map(|file| file.format).chain([args.on_stderr(reader())]);
    let is_quiet = args.verbosity() == Verbosity::Quiet && forms.all(|form| form.quiet == Quiet::Errors);
    is_quiet && levels.denied.is_empty()
}

/// What is wrong with the files, which are all tried.
fn write_files(report: &Report, style: &Style<'_>, args: &ReportArgs) -> Vec<Placed> {
    args.files().iter().filter_map(|file| write_file(report, style, file).err()).collect()
}

/// The file has the whole report, or what it had before.
fn write_file(report: &Report, style: &Style<'_>, file: &ReportFile) -> Result<(), Placed> {
    let path = file.path.as_path();
    let mut text = Vec::new();
    report.write(file.format, style, &mut text).map_err(|error| {
        let message = format!("the report cannot be written: {error}");
        Placed::new(Code::Unwritable, message).at(path.display().to_string(), None)
    })?;
    let mut staged = Staged::new();
    staged.stage(path, &[&text]).map_err(|error| error.placed())?;
    staged.commit().map(drop).map_err(|error| OutputError::from(error).placed())
}

/// What shows standard error.
fn reader() -> Reader {
    match env::var_os("GITHUB_ACTIONS") {
        Some(value) if value == "true" => Reader::GithubActions,
        _ => Reader::Person,
    }
}

/// The repository around the working folder: the nearest folder with `.git`, which is a file in a worktree and in a submodule. Without
/// one, it is the working folder.
fn checkout() -> Checkout {
    let folder = env::current_dir().unwrap_or_else(|_| Path::new("/").to_owned());
    let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&folder);
    Checkout::new(&root.to_string_lossy(), &folder.to_string_lossy())
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
