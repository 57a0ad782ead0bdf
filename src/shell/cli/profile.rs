//! The arguments of `profile`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::args::LintArgs;
use super::policy::PolicyArgs;
use super::value::{DataFormat, NamespaceName};

use crate::kube::version::KubernetesVersion;
use crate::policy::FailurePolicy;
use crate::profile::NativeSidecar;
use crate::shell::files::selection::{ProfileRef, Setting};

/// What to do with profiles.
#[derive(Clone, Debug, Subcommand)]
pub enum ProfileCommand {
    /// List the built-in profiles
    List {
        /// The form of standard output
        #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
        output: DataFormat,
    },
    /// Print a profile in full, as a file to start from
    Show {
        /// A built-in profile, as `profile list` shows it, or a file
        #[arg(value_name = "NAME|FILE")]
        profile: ProfileRef,
        /// As one document, with all that it extends
        #[arg(long)]
        resolved: bool,
    },
    /// Check profiles: clashes, privileges, versions; exit 1 for a warning or worse
    Lint(LintArgs),
    /// Print a commented profile to start from
    Init {
        /// The new profile's name
        #[arg(value_name = "NAME", default_value = "my-sidecar")]
        name: String,
    },
    /// Print the admission policies that do what a profile does, for the API server itself
    ///
    /// What a policy cannot do is an error with its place in the profile. `injector install --as policy` makes the same for several
    /// profiles.
    Compile(CompileArgs),
    /// Print the profile that the configuration of another injector becomes
    ///
    /// The format is known by the content: tumblr's and Expedia's configuration, morvencao's ConfigMap, OpenKruise's SidecarSet.
    /// What a profile cannot have is in comments.
    Import {
        /// A file, or `-` for standard input
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The entry of a ConfigMap that has several
        #[arg(long, value_name = "KEY")]
        entry: Option<String>,
    },
}

/// The arguments of `profile compile`.
#[derive(Args, Clone, Debug)]
pub struct CompileArgs {
    /// A built-in profile, as `profile list` shows it, or a file
    #[arg(value_name = "NAME|FILE", value_hint = ValueHint::FilePath)]
    pub profile: ProfileRef,
    /// The beginning of the names of the objects
    #[arg(long, value_name = "NAME", default_value = "injector")]
    pub name: String,
    /// Set a parameter of the profile (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<Setting>,
    /// Make sidecars native or not; overrides the profile's `nativeSidecar`
    #[arg(long, value_enum, value_name = "auto|true|false")]
    pub native_sidecar: Option<NativeSidecar>,
    /// The cluster's version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// What happens to a pod for which an expression fails [default: Fail]
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY")]
    pub failure_policy: Option<FailurePolicy>,
    /// What the policies are like.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// The namespace of the ConfigMap of `--params` [default: kube-system]
    #[arg(short, long, value_name = "NAME", requires = "params", help_heading = "Policy")]
    pub namespace: Option<NamespaceName>,
}
