//! The arguments of all that makes admission policies.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::policy::{FailurePolicy, PolicyApi};

/// What an installation is.
#[cfg(feature = "serve")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InstallForm {
    /// Pods that the API server asks
    #[default]
    Webhook,
    /// Admission policies of Kubernetes 1.36 and later
    Policy,
}

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
    /// Leave out the policy that warns; it costs some of the API server's time for each pod
    #[arg(long, help_heading = "Policy")]
    pub without_warnings: bool,
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
