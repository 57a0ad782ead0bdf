//! The arguments of `fn`.

use clap::{Args, ValueEnum};

use super::args::{DecisionArgs, FactArgs, LevelArgs};
use super::report::ReportArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  kpt fn eval DIR --exec 'injector fn'
  kustomize build --enable-alpha-plugins --enable-exec .   # a transformer with `exec: {path: injector, args: [fn]}`";

/// The arguments of `fn`.
#[derive(Args, Clone, Debug)]
pub struct FnArgs {
    /// What the function does
    #[arg(value_enum, default_value_t, value_name = "MODE")]
    pub mode: FnMode,
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

/// What a KRM function does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FnMode {
    /// Sidecars are injected
    #[default]
    Inject,
    /// The list is printed as it is, and a result says what is not injected
    Check,
}
