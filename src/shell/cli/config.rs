//! The arguments of `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::args::{DecisionArgs, LevelArgs};
use super::value::NamespaceName;
use crate::kube::version::KubernetesVersion;

pub(super) const EXAMPLES: &str = "\
Examples:
  injector config show
  injector config show staging/web.yaml";

/// What to do with the settings of a repository.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings that count here, and where each of them is from
    ///
    /// The output is a file of settings itself, with paths from the working folder.
    Show(Box<ShowArgs>),
}

/// The arguments of `config show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// Print those that count for this file, with its overrides applied
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: Option<PathBuf>,
    /// With which profiles, and how.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// The namespace of objects that do not name one [default: default]
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    pub namespace: Option<NamespaceName>,
    /// The cluster's version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]
    #[arg(long, value_name = "VERSION", help_heading = "Cluster")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// What is an error, and what is not reported.
    #[command(flatten)]
    pub levels: LevelArgs,
}
