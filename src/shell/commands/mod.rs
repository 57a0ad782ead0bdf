//! The commands: each reads what was typed, asks the pure rooms, prints, and ends in an [`ExitStatus`].
//!
//! Imports every room, and the other folders of the shell. A command is added here, with its arguments in `shell/cli`.

use std::ffi::OsString;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diagnostic::{Code, Placed};
use crate::report::Report;
use crate::report::exit::ExitStatus;
use crate::shell::cli::{self, Cli, Command};
use crate::shell::cli::{InputArgs, ReportArgs};
use crate::shell::files::input::{self, Exclusions, Input, InputError, InputSource};
use crate::shell::files::output::{self, Outlet};

mod batch;
#[cfg(feature = "serve")]
mod certs;
mod check;
mod config;
mod diff;
mod explain;
mod function;
mod inject;
mod krm;
mod objects;
#[cfg(feature = "serve")]
mod install;
mod misused;
mod policy;
mod profile;
mod publish;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod test;
mod written;

use objects::Told;
use settings::Prepared;

/// Runs a command line, with the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(words) = cli::completion(&args) {
        return print(words.as_bytes()).unwrap_or(ExitStatus::Error);
    }
    let cli = match Cli::read(args.iter().cloned()) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return misused::report(&args, &error),
        Err(help_or_version) => {
            // Where no one reads them, there is nothing to do.
            let _ = help_or_version.print();
            return ExitStatus::Done;
        }
    };
    let colour = cli.color;
    let done = match objects::told_apart(cli) {
        Told::Answered(answer) => answer,
        Told::Command(cli) => act(&cli),
    };
    done.unwrap_or_else(|failed| {
        let report = Report::new(Vec::new(), failed.0);
        ExitStatus::Error.max(publish::write(report, &failed.1, colour))
    })
}

fn act(cli: &Cli) -> Result<ExitStatus, CommandError> {
    let colour = cli.color;
    match &cli.command {
        Command::Inject(args) => inject::inject(args, colour),
        Command::Uninject(args) => inject::uninject(args, colour),
        Command::Check(args) => check::check(args, colour),
        Command::Diff(args) => diff::diff(args, colour),
        Command::Explain(args) => explain::explain(args, colour),
        Command::Test(args) => test::test(args, colour),
        Command::Fn(args) => krm::function(args, colour),
        Command::Config(command) => config::config(command),
        Command::Profile(command) => profile::profile(command, colour),
        #[cfg(feature = "serve")]
        Command::Install(args) => install::install(args, colour),
        #[cfg(feature = "serve")]
        Command::Uninstall(args) => install::uninstall(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::serve(args),
        #[cfg(feature = "serve")]
        Command::Certs(command) => certs::certs(command, colour),
        Command::Completions { shell } => print(&crate::shell::cli::completions(*shell)).map_err(CommandError::from),
        Command::Man { directory } => man(directory.as_deref()),
    }
}

/// Why a command ended before it did anything, and the form in which to report it.
struct CommandError(Vec<Placed>, ReportArgs);

impl CommandError {
    /// In the form of the command's own report.
    fn reported(errors: Vec<Placed>, args: &ReportArgs) -> Self {
        Self(errors, args.clone())
    }
}

impl From<Placed> for CommandError {
    fn from(error: Placed) -> Self {
        Self(vec![error], ReportArgs::plain())
    }
}

/// Reads a command's inputs, and notes which of their objects it is for.
fn read(args: &InputArgs, prepared: &mut Prepared) -> Result<Vec<Input>, Vec<Placed>> {
    let exclusions = prepare_reading(args, prepared);
    input::read_except(&args.paths(), args.recursion(), &exclusions).map_err(|error| vec![error.placed()])
}

/// Notes which objects a command is for, and which named files are left out; the rest is read.
fn prepare_reading(args: &InputArgs, prepared: &mut Prepared) -> Exclusions {
    prepared.run.picks = args.picks();
    let exclusions = prepared.exclusions(&args.exclude);
    let left_out = |path: &PathBuf| path.is_file() && exclusions.cover(path);
    let note = |path: PathBuf| {
        let hint = "`--no-config` takes no settings of a repository";
        let placed = Placed::new(Code::LeftOut, "left out, as `exclude` says").at(path.display().to_string(), None);
        placed.hint(args.exclude.is_empty().then_some(hint))
    };
    prepared.diagnostics.extend(args.paths().into_iter().filter(left_out).map(note));
    exclusions
}

/// Refuses a report that would overwrite what was read.
fn keep_inputs(inputs: &[Input], report: &ReportArgs) -> Result<(), CommandError> {
    let same = |file: &Path, input: &Input| match &input.source {
        InputSource::File(path) => file.canonicalize().is_ok_and(|file| path.canonicalize().is_ok_and(|it| it == file)),
        InputSource::Stdin => false,
    };
    let (kept, report) = report.without(|file| inputs.iter().any(|input| same(file, input)));
    let error = |file: &Path| {
        Placed::new(Code::Usage, "the report would overwrite this input").at(file.display().to_string(), None)
    };
    match kept.first() {
        Some(file) => Err(CommandError(vec![error(file)], report)),
        None => Ok(()),
    }
}

/// The same; with `--keep-going`, what cannot be read is an error beside the rest.
fn read_for(args: &InputArgs, keep_going: bool, prepared: &mut Prepared) -> Result<Vec<Input>, Vec<Placed>> {
    if !keep_going {
        return read(args, prepared);
    }
    let exclusions = prepare_reading(args, prepared);
    let (inputs, errors) = input::read_what_can_be(&args.paths(), args.recursion(), &exclusions);
    prepared.diagnostics.extend(errors.iter().map(InputError::placed));
    Ok(inputs)
}

/// Data as JSON, with a line end.
fn as_json(data: &impl Serialize) -> Result<String, Placed> {
    let text = serde_json::to_string_pretty(data);
    // Texts and numbers alone: this does not fail.
    text.map(|text| text + "\n").map_err(|error| Placed::new(Code::Output, error.to_string()))
}

/// Prints data. A reader that goes away is success.
fn print(bytes: &[u8]) -> Result<ExitStatus, Placed> {
    print_pieces([bytes].iter())
}

/// A value that is kept until the process ends. That is soon, and to give it back piece by piece would only take time.
const fn to_the_end<T>(value: T) -> ManuallyDrop<T> {
    ManuallyDrop::new(value)
}

fn print_pieces(pieces: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<ExitStatus, Placed> {
    match output::to_stdout(pieces) {
        Ok(Outlet::Written | Outlet::Closed) => Ok(ExitStatus::Done),
        Err(error) => Err(error.placed()),
    }
}

fn man(directory: Option<&Path>) -> Result<ExitStatus, CommandError> {
    let unwritable = |error: io::Error| Placed::new(Code::Output, format!("cannot write the manual: {error}"));
    let pages = crate::shell::cli::man_pages().map_err(unwritable)?;
    let Some(directory) = directory else {
        return Ok(print_pieces(pages.iter().map(|page| page.roff.as_slice()))?);
    };
    std::fs::create_dir_all(directory).map_err(unwritable)?;
    for page in pages {
        std::fs::write(directory.join(&page.file_name), &page.roff).map_err(unwritable)?;
    }
    Ok(ExitStatus::Done)
}
