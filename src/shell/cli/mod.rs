//! The command line, as it was typed: types for clap, and nothing that acts.
//!
//! Imports the pure rooms, and `shell/files`, `shell/certs` and `shell/server`. A flag or the arguments of a command are added
//! here.
//!
//! Values are parsed into types here; what they mean together with environment and files is for the commands. Help text
//! is part of the API: one short line a flag for `-h`, sentences for `--help`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};

mod args;
mod config;
#[cfg(feature = "serve")]
mod certs;
#[cfg(feature = "serve")]
mod fit;
mod function;
mod generate;
#[cfg(feature = "serve")]
mod install;
#[cfg(feature = "serve")]
mod serve;
mod policy;
mod profile;
mod report;
mod value;

pub(crate) use args::{ChangeArgs, ConfigArgs, DecisionArgs, FactArgs, InputArgs, LevelArgs, LintArgs, WriteArgs};
#[cfg(feature = "serve")]
pub(crate) use certs::{
    CaBundleArgs, CertsCommand, GenerateArgs, InspectArgs, InspectFormat, MoreNames, RenewArgs, RotateArgs, SecretArgs,
    ServiceRef, ValidityArgs,
};
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

#[cfg(feature = "serve")]
pub(crate) use policy::InstallForm;
pub(crate) use policy::{PolicyArgs, params_of};
pub(crate) use profile::CompileArgs;
pub(crate) use profile::ProfileCommand;
pub(crate) use report::{ReportArgs, ReportFile};

pub(crate) use value::DataFormat;

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
  1  check, diff, profile lint, certs inspect: something was found
  2  an error; nothing was printed and no file was changed";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Inject sidecars into manifests
    #[command(after_help = INJECT_EXAMPLES)]
    Inject(InjectArgs),
    /// Remove what was injected, to the byte
    #[command(after_help = UNINJECT_EXAMPLES)]
    Uninject(UninjectArgs),
    /// Report what is not injected, or not as it should be; exit 1 if something is found
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Show what inject would change, as a unified diff; exit 1 if something is found
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Show every eligibility rule, what it saw and where, and which one decided
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// List, show, check, start or import profiles
    #[command(subcommand, after_help = PROFILE_EXAMPLES)]
    Profile(ProfileCommand),
    /// Inject as a KRM function, in kustomize and kpt
    #[command(after_help = function::EXAMPLES)]
    Fn(Box<FnArgs>),
    /// Show the settings of a repository
    #[command(subcommand, after_help = config::EXAMPLES)]
    Config(ConfigCommand),
    /// Print the manifests that install the webhook in a cluster
    #[cfg(feature = "serve")]
    #[command(after_help = INSTALL_EXAMPLES)]
    Install(Box<InstallArgs>),
    /// Print the manifests that remove the webhook from a cluster, for kubectl delete
    #[cfg(feature = "serve")]
    #[command(after_help = UNINSTALL_EXAMPLES)]
    Uninstall(UninstallArgs),
    /// Inject as a TLS admission webhook in a cluster
    #[cfg(feature = "serve")]
    #[command(after_help = serve::EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Make, show, renew and rotate the webhook's certificates
    #[cfg(feature = "serve")]
    #[command(subcommand, after_help = CERTS_EXAMPLES)]
    Certs(CertsCommand),
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

const INJECT_EXAMPLES: &str = "\
Examples:
  injector inject deploy.yaml
  injector inject -i -R manifests/
  injector inject -p nginx -p ./audit.yaml --set port=8081 deploy.yaml
  injector inject --namespace-labels prod:sidecar-inject=enabled -n prod -p nginx pod.yaml
  kubectl get deploy web -o yaml | injector inject -o patch |
    kubectl patch deploy web --type=json --patch-file=/dev/stdin";

const UNINJECT_EXAMPLES: &str = "\
Examples:
  injector uninject deploy.yaml
  injector uninject -i -R manifests/
  injector uninject -p nginx deploy.yaml
  kubectl get deploy web -o yaml | injector uninject | kubectl replace -f -";

const CHECK_EXAMPLES: &str = "\
Examples:
  injector check -R manifests/
  injector check --report github -R manifests/
  helm template . | injector check";

const DIFF_EXAMPLES: &str = "\
Examples:
  injector diff deploy.yaml
  injector diff --reinject -R manifests/";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  injector explain deploy.yaml
  kubectl get pod web -o yaml | injector explain -p nginx --namespace-file ns.yaml";

const PROFILE_EXAMPLES: &str = "\
Examples:
  injector profile list
  injector profile show nginx > my-nginx.yaml
  injector profile init audit > audit.yaml
  injector profile import sidecarset.yaml > logs.yaml
  injector profile lint audit.yaml";

#[cfg(feature = "serve")]
const INSTALL_EXAMPLES: &str = "\
Examples:
  injector install --generate-certs certs --only rest | kubectl apply -f -
  kubectl -n injector-system rollout status deployment/injector
  injector install --generate-certs certs --only webhook | kubectl apply -f -
  injector install --cert-manager -p nginx -p ./audit.yaml --failure-policy Fail > webhook.yaml";

#[cfg(feature = "serve")]
const UNINSTALL_EXAMPLES: &str = "\
Examples:
  injector uninstall | kubectl delete --ignore-not-found -f -
  injector uninstall --delete-namespace | kubectl delete --ignore-not-found -f -";

#[cfg(feature = "serve")]
const CERTS_EXAMPLES: &str = "\
Examples:
  injector certs generate --out certs
  injector certs inspect certs
  injector certs ca-bundle certs
  injector certs renew certs
  injector certs rotate certs";

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
    /// Reads a command line, with the program's name first.
    ///
    /// # Errors
    /// What clap reports. Help and version come this way too, though they are not errors.
    pub fn read<T: Into<OsString> + Clone>(args: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(value::as_flags(args.into_iter().map(Into::into)));
        let matches = matches.map_err(explained)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut Self::command()))?;
        #[cfg(feature = "serve")]
        policy::check_form(Self::command(), &cli.command, &matches)?;
        let reported = match &cli.command {
            Command::Inject(args) => args.report.check_inputs(&args.input.paths()),
            Command::Uninject(args) => args.report.check_inputs(&args.input.paths()),
            Command::Check(args) => args.report.check_inputs(&args.input.paths()),
            Command::Diff(args) => args.report.check_inputs(&args.input.paths()),
            _ => Ok(()),
        };
        reported.map_err(|error| error.format(&mut Self::command()))?;
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
            return Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Ok(cli)
    }
}

/// Says what to do instead of `--dry-run`; any other error stays as it is.
fn explained(error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) if error.kind() == ErrorKind::UnknownArgument && flag == "--dry-run" => {
            let message = "there is no '--dry-run': nothing is written without `-i`; see `injector diff`";
            Cli::command().error(ErrorKind::UnknownArgument, message)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
