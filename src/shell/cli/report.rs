//! The flags that say in which forms a run is reported, and where each report goes.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches, ValueEnum, ValueHint};

use crate::report::{Reader, ReportFormat, Verbosity};

/// How to report: what standard error gets, and what files get.
#[derive(Clone, Debug, Default)]
pub struct ReportArgs {
    /// The form on standard error; `None` where no flag says anything about it.
    asked: Option<ReportFormat>,
    /// Files, each named once.
    files: Vec<ReportFile>,
    /// How much to tell.
    verbosity: Verbosity,
}

/// A file that gets a report.
#[derive(Clone, Debug)]
pub struct ReportFile {
    /// In which form.
    pub format: ReportFormat,
    /// As it was named.
    pub path: PathBuf,
}

/// The flags as clap reads them.
#[derive(Args, Clone, Debug)]
#[group(skip)]
struct ReportFlags {
    /// The form of the report, and perhaps a file for it (repeatable) [default: text]
    ///
    /// Without a file, the report goes to standard error, and only one can. With `=FILE` it goes to that file, and standard
    /// error gets another `--report`, or else text. Files are written at the end, also when the run fails. In GitHub Actions
    /// (`GITHUB_ACTIONS=true`) the default is `github`.
    #[arg(long = "report", value_parser = ReportValueParser, value_name = "FORMAT[=FILE]", help_heading = "Report")]
    reports: Vec<ReportValue>,
    /// Write the report of standard error to this file too, without colours
    ///
    /// For programs that start injector and do not show its standard error, such as Helm.
    #[arg(long, env = "INJECTOR_REPORT_FILE", value_name = "FILE", help_heading = "Report")]
    #[arg(value_hint = ValueHint::FilePath)]
    report_file: Option<PathBuf>,
    /// Report errors only
    #[arg(short, long, help_heading = "Report")]
    quiet: bool,
}

/// A value of `--report`.
#[derive(Clone, Debug)]
enum ReportValue {
    Stderr(ReportFormat),
    File(ReportFile),
}

impl ReportValue {
    /// `FORMAT` or `FORMAT=FILE`.
    fn read(text: &str) -> Option<Self> {
        let format = |name| ReportFormat::from_str(name, false).ok();
        match text.split_once('=') {
            None => format(text).map(Self::Stderr),
            Some((_, "")) => None,
            Some((name, path)) => Some(Self::File(ReportFile { format: format(name)?, path: path.into() })),
        }
    }
}

/// The parser of a [`ReportValue`], with an error for each way to be wrong.
#[derive(Clone, Debug)]
struct ReportValueParser;

impl TypedValueParser for ReportValueParser {
    type Value = ReportValue;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<ReportValue, clap::Error> {
        let format = |name: &OsStr| EnumValueParser::<ReportFormat>::new().parse_ref(command, arg, name);
        if let Some(read) = value.to_str().and_then(ReportValue::read) {
            return Ok(read);
        }
        match value.to_str().and_then(|text| text.split_once('=')) {
            None => format(value).map(ReportValue::Stderr),
            Some((name, _)) => {
                format(OsStr::new(name))?;
                let message = format!("'--report {name}=' has no file after the '='");
                Err(clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
            }
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

impl ReportArgs {
    /// Of a command that has no such flags: text on standard error.
    pub fn plain() -> Self {
        Self { asked: Some(ReportFormat::default()), ..Self::default() }
    }

    /// The form on standard error: what was asked for, else what is for the reader.
    pub(crate) fn on_stderr(&self, reader: Reader) -> ReportFormat {
        self.asked.unwrap_or(reader.format())
    }

    /// What a command line says of reports, where clap refuses the line. What cannot be read is passed over, and the first of two
    /// contrary values counts. No file is among them that may be an input. `usual` is the file of the environment.
    pub(crate) fn of_refused(args: &[OsString], usual: Option<OsString>) -> Self {
        let mut found = Self::default();
        let mut report_file = usual.map(PathBuf::from);
        // Whatever may name an input.
        let mut others: Vec<&str> = Vec::new();
        let mut args = args.iter().skip(1).filter_map(|arg| arg.to_str());
        while let Some(arg) = args.next() {
            let (flag, value) = match arg.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (arg, None),
            };
            match flag {
                "--" => others.extend(args.by_ref()),
                "--report" => match value.or_else(|| args.next()).and_then(ReportValue::read) {
                    Some(ReportValue::Stderr(format)) => drop(found.asked.get_or_insert(format)),
                    Some(ReportValue::File(file)) => drop(found.add(file)),
                    None => {}
                },
                "--report-file" => report_file = value.or_else(|| args.next()).map(PathBuf::from).or(report_file),
                _ => others.extend([arg].into_iter().chain(value).chain(arg.strip_prefix("-f"))),
            }
        }
        if let Some(path) = report_file.filter(|path| !path.as_os_str().is_empty()) {
            // A second name for a file is part of what is wrong.
            let _ = found.add(ReportFile { format: found.asked.unwrap_or_default(), path });
        }
        found.files.retain(|file| !others.iter().any(|other| is_same(Path::new(other), &file.path)));
        found
    }

    /// The files that get a report.
    pub fn files(&self) -> &[ReportFile] {
        &self.files
    }

    /// Refuses a report that would overwrite an input, as far as names show it.
    pub(super) fn check_inputs(&self, inputs: &[PathBuf]) -> Result<(), clap::Error> {
        let is_input = |file: &&ReportFile| inputs.iter().any(|input| is_same(input, &file.path));
        let Some(file) = self.files.iter().find(is_input) else { return Ok(()) };
        let message = format!("the report would overwrite the input '{}'", file.path.display());
        Err(clap::Error::raw(ErrorKind::ArgumentConflict, message))
    }

    /// The files of which this holds, and the same without these.
    pub(crate) fn without(&self, is_meant: impl Fn(&Path) -> bool) -> (Vec<PathBuf>, Self) {
        let (out, files): (Vec<_>, Vec<_>) = self.files.iter().cloned().partition(|file| is_meant(&file.path));
        (out.into_iter().map(|file| file.path).collect(), Self { files, ..self.clone() })
    }

    /// How much to tell.
    pub const fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    fn add(&mut self, file: ReportFile) -> Result<(), clap::Error> {
        if let Some(known) = self.files.iter().find(|known| is_same(&known.path, &file.path)) {
            let message = format!("the file '{}' is named for two reports", known.path.display());
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
        }
        self.files.push(file);
        Ok(())
    }
}

/// Whether two names are the same without their dots. What links lead to is not known here.
fn is_same(one: &Path, other: &Path) -> bool {
    let parts = |path| Path::components(path).filter(|part| *part != Component::CurDir);
    parts(one).eq(parts(other))
}

impl TryFrom<ReportFlags> for ReportArgs {
    type Error = clap::Error;

    fn try_from(flags: ReportFlags) -> Result<Self, clap::Error> {
        let mut args =
            Self { verbosity: if flags.quiet { Verbosity::Quiet } else { Verbosity::Normal }, ..Self::default() };
        let is_asked = !flags.reports.is_empty();
        for value in flags.reports {
            match value {
                ReportValue::File(file) => args.add(file)?,
                ReportValue::Stderr(_) if args.asked.is_some() => {
                    let message = "'--report' is there twice without a file, and standard error takes one report; \
                                   give a file: '--report FORMAT=FILE'";
                    return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
                }
                ReportValue::Stderr(format) => args.asked = Some(format),
            }
        }
        if is_asked {
            args.asked.get_or_insert_default();
        }
        if let Some(path) = flags.report_file {
            // Not of the reader of standard error: no host takes annotations from a file.
            args.add(ReportFile { format: args.asked.unwrap_or_default(), path })?;
        }
        Ok(args)
    }
}

impl Args for ReportArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        ReportFlags::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        ReportFlags::augment_args_for_update(command)
    }
}

impl FromArgMatches for ReportArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Self::try_from(ReportFlags::from_arg_matches(matches)?)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
