//! The arguments of what makes admission policies.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum, ValueHint};

use crate::kube::version::KubernetesVersion;
use crate::policy::{FailurePolicy, PolicyApi};
use crate::profile::NativeSidecar;
use crate::shell::files::selection::{ProfileRef, Setting};

/// What policies are like.
#[derive(Args, Clone, Copy, Debug)]
#[group(skip)]
pub struct PolicyArgs {
    /// The version of the API of mutating policies
    ///
    /// Kubernetes 1.34 and 1.35 have `v1beta1`, and need the flags `--feature-gates=MutatingAdmissionPolicy=true` and
    /// `--runtime-config=admissionregistration.k8s.io/v1beta1=true` of the API server.
    #[arg(long, value_enum, value_name = "VERSION", default_value_t, help_heading = "Policy")]
    pub policy_api: PolicyApi,
    /// Leave out the policy that warns; it costs the API server about a millisecond for each pod
    #[arg(long, help_heading = "Policy")]
    pub without_warnings: bool,
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
}

impl ValueEnum for PolicyApi {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::V1, Self::V1Beta1]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::V1 => PossibleValue::new("v1").help("Kubernetes 1.36 and later"),
            Self::V1Beta1 => PossibleValue::new("v1beta1").help("Kubernetes 1.34 and 1.35, with a feature gate"),
        })
    }
}

// Spelt as the field in the manifest is; any case is taken.
impl ValueEnum for FailurePolicy {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Ignore, Self::Fail]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Ignore => PossibleValue::new("Ignore").help("It is created without the sidecar"),
            Self::Fail => PossibleValue::new("Fail").help("It is refused"),
        })
    }
}
