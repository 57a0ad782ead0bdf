//! The command line, as it was typed: types for clap, and nothing that acts.
//!
//! Imports the pure rooms, and `shell/files`, `shell/certs` and `shell/server`. A flag or the arguments of a command are added
//! here.
//!
//! Values are parsed into types here; what they mean together with environment and files is for the commands. Help text
//! is part of the API: one short line a flag for `-h`, sentences for `--help`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches, Parser, Subcommand, ValueHint};

mod args;
mod config;
#[cfg(feature = "serve")]
mod certs;
mod complete;
mod examples;
#[cfg(feature = "serve")]
mod fit;
mod function;
mod generate;
#[cfg(feature = "serve")]
mod install;
mod later;
#[cfg(feature = "serve")]
mod serve;
mod passed;
mod policy;
mod profile;
mod program;
mod report;
mod test;
mod value;

pub(crate) use args::{ChangeArgs, ConfigArgs, DecisionArgs, FactArgs, InputArgs, LevelArgs, LintArgs, WriteArgs};
#[cfg(feature = "serve")]
pub(crate) use certs::{
    CaBundleArgs, CertsCommand, GenerateArgs, InspectArgs, InspectFormat, MoreNames, RenewArgs, RotateArgs, SecretArgs,
    ServiceRef, ValidityArgs,
};
pub(crate) use complete::completion;
pub(crate) use config::{ConfigCommand, ShowArgs};
#[cfg(feature = "serve")]
pub(crate) use fit::FitArgs;
pub(crate) use function::{FnArgs, FnMode};
pub use generate::completions;
pub(crate) use generate::man_pages;
#[cfg(feature = "serve")]
pub(crate) use install::{CertificateArgs, CertificateSource, InstallArgs, PlaceArgs, SidecarArgs, UninstallArgs};
#[cfg(feature = "serve")]
pub(crate) use serve::{ClusterArgs, ServeArgs};
pub(crate) use value::NamespaceName;

pub(crate) use passed::quoted;
#[cfg(feature = "serve")]
pub(crate) use policy::InstallForm;
pub(crate) use policy::{PolicyArgs, params_of};
pub(crate) use profile::CompileArgs;
pub(crate) use profile::ProfileCommand;
pub(crate) use program::{Call, Caller, Program};
pub(crate) use report::{ReportArgs, ReportFile};
pub(crate) use test::{TestArgs, UpdateMode};

pub(crate) use value::DataFormat;

use later::Later;

use crate::process::output::{Offer, OutputFormat};
use crate::report::ColourChoice;
use crate::shell::files::selection::ProfileRef;

/// Add sidecars to Kubernetes workloads, in files or in the cluster, without changing any other byte
#[derive(Clone, Debug, Parser)]
#[command(name = "injector", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// When to colour the report, a diff and an explanation
    ///
    /// By default they are coloured on a terminal. `NO_COLOR` and `CLICOLOR_FORCE` in the environment are respected.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Report")]
    pub color: ColourChoice,
    /// Under which name the program was called, and with which flags of the command
    #[arg(skip)]
    pub call: Call,
}

const EXAMPLES: &str = "\
Examples:
  kubectl get deploy -o yaml | injector inject | kubectl apply -f -
  injector inject -i -R manifests/       # pre-inject a repository, in place
  injector check -R manifests/           # in CI: fail when something is not injected
  injector diff deploy.yaml              # what would change
  injector explain deploy.yaml           # why something is injected, or is not

Exit status:
  0  done
  1  check, diff, profile lint, test, certs inspect: something was found
  2  an error; nothing was printed and no file was changed";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Inject sidecars into manifests
    #[command(after_help = examples::INJECT)]
    Inject(Later<InjectArgs>),
    /// Remove what was injected, to the byte
    #[command(after_help = examples::UNINJECT)]
    Uninject(Later<UninjectArgs>),
    /// Report what is not injected, or not as it should be; exit 1 if something is found
    #[command(after_help = examples::CHECK)]
    Check(Later<CheckArgs>),
    /// Show what inject would change, as a unified diff; exit 1 if something is found
    #[command(after_help = examples::DIFF)]
    Diff(Later<DiffArgs>),
    /// Show every eligibility rule, what it saw and where, and which one decided
    #[command(after_help = examples::EXPLAIN)]
    Explain(Later<ExplainArgs>),
    /// List, show, check, start or import profiles
    #[command(subcommand, after_help = examples::PROFILE)]
    Profile(Later<ProfileCommand>),
    /// Test profiles: run cases of manifests, and compare what comes with what is expected
    #[command(after_help = test::EXAMPLES)]
    Test(Later<TestArgs>),
    /// Inject as a KRM function, in kustomize and kpt
    #[command(after_help = function::EXAMPLES)]
    Fn(Later<Box<FnArgs>>),
    /// Show the settings of a repository
    #[command(subcommand, after_help = config::EXAMPLES)]
    Config(Later<ConfigCommand>),
    /// Print the manifests that install the webhook in a cluster
    #[cfg(feature = "serve")]
    #[command(after_help = examples::INSTALL)]
    Install(Later<Box<InstallArgs>>),
    /// Print the manifests that remove the webhook from a cluster, for kubectl delete
    #[cfg(feature = "serve")]
    #[command(after_help = examples::UNINSTALL)]
    Uninstall(Later<UninstallArgs>),
    /// Inject as a TLS admission webhook in a cluster
    #[cfg(feature = "serve")]
    #[command(after_help = serve::EXAMPLES)]
    Serve(Later<Box<ServeArgs>>),
    /// Make, show, renew and rotate the webhook's certificates
    #[cfg(feature = "serve")]
    #[command(subcommand, after_help = examples::CERTS)]
    Certs(Later<CertsCommand>),
    /// Print a completion script for a shell
    #[command(after_help = generate::COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        #[arg(value_enum, value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual pages, or write each to a file
    #[command(after_help = generate::MAN_EXAMPLES)]
    Man {
        /// A directory for the pages, one file each [default: standard output]
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        directory: Option<PathBuf>,
    },
}

/// The arguments of `inject`.
#[derive(Args, Clone, Debug)]
pub struct InjectArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The form of standard output [default: that of the input]
    ///
    /// Manifests stay manifests, and JSON stays JSON.
    #[arg(short, long, value_parser = value::output_formats(&[Offer::Always, Offer::Inject]))]
    #[arg(value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<&'static OutputFormat>,
    /// Where results go.
    #[command(flatten)]
    pub write: WriteArgs,
    /// With which profiles, and how.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// What may be changed.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// What is known beside the manifests.
    #[command(flatten)]
    pub facts: FactArgs,
    /// What is an error, and what is not reported.
    #[command(flatten)]
    pub levels: LevelArgs,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `uninject`.
#[derive(Args, Clone, Debug)]
pub struct UninjectArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The form of standard output [default: that of the input]
    ///
    /// Manifests stay manifests, and JSON stays JSON.
    #[arg(short, long, value_parser = value::output_formats(&[Offer::Always]))]
    #[arg(value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<&'static OutputFormat>,
    /// Where results go.
    #[command(flatten)]
    pub write: WriteArgs,
    /// Undo only this profile (repeatable) [default: all, last first]
    #[arg(short, long = "profile", env = "INJECTOR_PROFILE", value_name = "NAME|FILE", value_delimiter = ',')]
    #[arg(help_heading = "Injection", value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// Remove what is left of an injection when a part of it is gone
    ///
    /// Without this flag, it is an error when something that the record names is gone.
    #[arg(long, help_heading = "Injection")]
    pub force: bool,
    /// The namespace of objects that do not name one [default: default]
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    pub namespace: Option<NamespaceName>,
    /// Where the pod template is in another kind (repeatable)
    ///
    /// A JSON Pointer from the object's root. The group may be left out.
    #[arg(long = "template-path", value_name = "KIND[.GROUP]=/spec/…")]
    #[arg(help_heading = "Injection")]
    pub template_paths: Vec<crate::kube::workload::TemplatePath>,
    /// What the repository says: which files are left out, and where templates are.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Check the rest when a file cannot be read; the exit status is still 2
    #[arg(long, help_heading = "Input")]
    pub keep_going: bool,
    /// With which profiles, and how.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// What is known beside the manifests.
    #[command(flatten)]
    pub facts: FactArgs,
    /// What is an error, and what is not reported.
    #[command(flatten)]
    pub levels: LevelArgs,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `diff`.
#[derive(Args, Clone, Debug)]
pub struct DiffArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// With which profiles, and how.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// What may be changed.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// What is known beside the manifests.
    #[command(flatten)]
    pub facts: FactArgs,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The form of standard output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub output: DataFormat,
    /// With which profiles, and how.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// What is known beside the manifests.
    #[command(flatten)]
    pub facts: FactArgs,
}

impl Cli {
    /// The definition of the command line: all commands with their arguments, and with what clap adds. `name` is the program's.
    pub fn definition(name: &str) -> clap::Command {
        let mut command = Self::command().bin_name(name);
        command.build();
        command
    }

    /// Reads a command line, with the program's name first.
    ///
    /// # Errors
    /// What clap reports. Help and version come this way too, though they are not errors.
    pub fn read<T: Into<OsString> + Clone>(args: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let args = value::as_flags(args.into_iter().map(Into::into));
        let program = Program::named(args.first().map_or("".as_ref(), |name| name.as_os_str()));
        let args = program.with_command(args);
        let mut command = program.command();
        let matches = command.try_get_matches_from_mut(args).map_err(|error| explained(error, &program))?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut program.command()))?;
        cli.call = Call::new(program.clone(), &command, &matches);
        #[cfg(feature = "serve")]
        policy::check_form(command, &cli.command, &matches)?;
        let reported = match &cli.command {
            Command::Inject(args) => args.report.check_inputs(&args.input.paths()),
            Command::Uninject(args) => args.report.check_inputs(&args.input.paths()),
            Command::Check(args) => args.report.check_inputs(&args.input.paths()),
            Command::Diff(args) => args.report.check_inputs(&args.input.paths()),
            _ => Ok(()),
        };
        reported.map_err(|error| error.format(&mut program.command()))?;
        let (input, write) = match &cli.command {
            Command::Inject(args) => (&args.input, &args.write),
            Command::Uninject(args) => (&args.input, &args.write),
            _ => return Ok(cli),
        };
        // The one conflict that clap cannot express: standard input has no file to write to.
        let flag = match (write.in_place, &write.output_dir) {
            (true, _) => "--in-place",
            (false, Some(_)) => "--output-dir",
            (false, None) => return Ok(cli),
        };
        if input.paths().iter().any(|path| path.as_os_str() == "-") {
            let message = format!("the argument '{flag}' cannot be used with standard input ('-')");
            return Err(program.command().error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Ok(cli)
    }
}

/// Says what to do instead of `--dry-run`; any other error stays as it is.
fn explained(error: clap::Error, program: &Program) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) if error.kind() == ErrorKind::UnknownArgument && flag == "--dry-run" => {
            let message = "there is no '--dry-run': nothing is written without `-i`; see `injector diff`";
            program.command().error(ErrorKind::UnknownArgument, program.in_words(message))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
