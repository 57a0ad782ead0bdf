//! The arguments of all that makes admission policies.

use std::convert::Infallible;
use std::str::FromStr;

use clap::builder::PossibleValue;
#[cfg(feature = "serve")]
use clap::{Arg, ArgMatches, Command, error::ErrorKind, parser::ValueSource};
use clap::{Args, ValueEnum};

#[cfg(feature = "serve")]
use super::Command as Subcommands;
use super::value::NamespaceName;

use crate::policy::{FailurePolicy, ParamNames, Params, PolicyApi};

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
#[derive(Args, Clone, Debug)]
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
    /// Keep the settings, or those named, in a ConfigMap that you can change
    ///
    /// A name is `NAME` or `PROFILE.NAME`. Without the flag, the policies have their settings inside, as maps and variables
    /// always do. The ConfigMap is in `--namespace`, which has to exist.
    #[arg(long, value_name = "NAME,…", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(help_heading = "Policy")]
    pub params: Option<ParamNames>,
}

/// Where `--params` puts its ConfigMap without `--namespace`: a namespace that every cluster has, and only its operators
/// change.
const PARAMS_NAMESPACE: &str = "kube-system";

/// The ConfigMap that the flags ask for.
pub(crate) fn params_of(names: Option<&ParamNames>, namespace: Option<&NamespaceName>) -> Option<Params> {
    let namespace = namespace.map_or(PARAMS_NAMESPACE, |namespace| &namespace.0).to_owned();
    names.map(|names| Params { namespace, names: names.clone() })
}

impl FromStr for ParamNames {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let names: Vec<String> = text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(if names.is_empty() { Self::All } else { Self::These(names) })
    }
}

/// The flags that policies have, of `install` and of `uninstall`. All others are for the webhook.
#[cfg(feature = "serve")]
const OF_POLICIES: [&str; 12] = [
    "as",
    "failure-policy",
    "kubernetes-version",
    "name",
    "namespace",
    "native-sidecar",
    "on-ineligible",
    "params",
    "policy-api",
    "profile",
    "set",
    "without-warnings",
];

/// Refuses a flag that has no effect on what is installed or removed, and a webhook without a certificate.
#[cfg(feature = "serve")]
pub(super) fn check_form(mut program: Command, command: &Subcommands, matches: &ArgMatches) -> Result<(), clap::Error> {
    let (form, name, has_params) = match command {
        Subcommands::Install(args) => (args.place.form, "install", args.policy.params.is_some()),
        Subcommands::Uninstall(args) => (args.place.form, "uninstall", args.params.is_some()),
        _ => return Ok(()),
    };
    let Some(matches) = matches.subcommand_matches(name) else { return Ok(()) };
    program.build();
    let Some(subcommand) = program.find_subcommand_mut(name) else { return Ok(()) };
    let is_global = |flag: &str| matches!(flag, "color" | "help" | "version");
    let is_given = |arg: &Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let is_only_of_policies = |flag: &str| match command {
        Subcommands::Uninstall(_) => matches!(flag, "params" | "policy-api" | "profile"),
        _ => matches!(flag, "params" | "policy-api" | "without-warnings"),
    };
    let has_no_effect = |arg: &&Arg| {
        let flag = arg.get_long().unwrap_or_default();
        is_given(arg)
            && !is_global(flag)
            && match form {
                InstallForm::Policy if flag == "namespace" => !has_params,
                InstallForm::Policy => !OF_POLICIES.contains(&flag),
                InstallForm::Webhook => is_only_of_policies(flag),
            }
    };
    let idle = subcommand.get_arguments().find(has_no_effect).and_then(Arg::get_long).map(str::to_owned);
    let has_certificate = match command {
        Subcommands::Install(args) => args.certificates.source.is_given(),
        _ => true,
    };
    match (idle, form, has_certificate) {
        (Some(flag), InstallForm::Policy, _) if flag == "namespace" => {
            let message = "'--namespace' has no effect with '--as policy', unless '--params' puts a ConfigMap there";
            Err(subcommand.error(ErrorKind::ArgumentConflict, message))
        }
        (Some(flag), InstallForm::Policy, _) => {
            let message = format!("'--{flag}' is for the webhook, and has no effect with '--as policy'");
            Err(subcommand.error(ErrorKind::ArgumentConflict, message))
        }
        (Some(flag), InstallForm::Webhook, _) => {
            Err(subcommand.error(ErrorKind::ArgumentConflict, format!("'--{flag}' needs '--as policy'")))
        }
        (None, InstallForm::Webhook, false) => {
            let message = "one of these is needed: '--generate-certs <DIR>', '--tls-secret <NAME>', '--cert-manager'";
            Err(subcommand.error(ErrorKind::MissingRequiredArgument, message))
        }
        (None, ..) => Ok(()),
    }
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
