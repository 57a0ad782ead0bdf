//! The arguments of `install` and `uninstall`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, ValueHint};

use super::args::ConfigArgs;
use super::fit::{FitArgs, MonitorArgs, secret_name};
use super::policy::{InstallForm, PolicyArgs};
use super::value::{NamespaceName, OnIneligibleChoice, ValueError};
use crate::install::{FailurePolicy, LogFormat, MatchPolicy, Part, ReinvocationPolicy};
use crate::kube::image::is_image;
use crate::kube::names;
use crate::kube::version::KubernetesVersion;
use crate::policy::{ParamNames, PolicyApi};
use crate::profile::{NativeSidecar, Overrides};
use crate::shell::files::selection::{ProfileRef, Setting};

/// The arguments of `install`.
#[derive(Args, Clone, Debug)]
pub struct InstallArgs {
    /// What it is called, and which part of it.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Where the serving certificate comes from.
    #[command(flatten)]
    pub certificates: CertificateArgs,
    /// What is injected.
    #[command(flatten)]
    pub injection: SidecarArgs,
    /// How the API server calls.
    #[command(flatten)]
    pub webhook: WebhookArgs,
    /// What runs.
    #[command(flatten)]
    pub pods: PodArgs,
    /// How it fits the cluster.
    #[command(flatten)]
    pub fit: FitArgs,
    /// What a policy is like.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// The arguments of `uninstall`.
#[derive(Args, Clone, Debug)]
pub struct UninstallArgs {
    /// What it is called, and which part of it.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Keep the Secret with the serving certificate, which belongs to someone else
    ///
    /// Give the same flag as to `install`. Without it, the Secret that `install` made is deleted too.
    #[arg(long, value_name = "NAME", value_parser = secret_name, help_heading = "Certificates")]
    pub tls_secret: Option<String>,
    /// Delete the cert-manager objects, and the Secrets that cert-manager made
    #[arg(long, conflicts_with = "tls_secret", help_heading = "Certificates")]
    pub cert_manager: bool,
    /// Delete the namespace too, with all that is in it
    #[arg(long, help_heading = "Installation")]
    pub delete_namespace: bool,
    /// Which objects of the Prometheus operator are deleted.
    #[command(flatten)]
    pub monitors: MonitorArgs,
    /// With `--as policy`: whose policies are deleted (repeatable) [default: cortexflow]
    #[arg(short, long = "profile", env = "INJECTOR_PROFILE", value_name = "NAME|FILE", value_delimiter = ',')]
    #[arg(help_heading = "Injection", value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// The version of the API of mutating policies, with `--as policy`
    #[arg(long, value_enum, value_name = "VERSION", default_value_t, help_heading = "Policy")]
    pub policy_api: PolicyApi,
    /// Delete the ConfigMap of `install --params` too, with `--as policy`; names have no effect
    #[arg(long, value_name = "NAME,…", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(help_heading = "Policy")]
    pub params: Option<ParamNames>,
}

/// What an installation is called, and which part of it is printed.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct PlaceArgs {
    /// The name of everything that is installed
    ///
    /// Two installations in one cluster need two names.
    #[arg(long, value_name = "NAME", default_value = "injector", help_heading = "Installation")]
    pub name: InstallationName,
    /// The namespace of the webhook [default: injector-system]
    ///
    /// The webhook's own pods are never injected. With `--as policy --params`, the namespace of the ConfigMap [default: kube-system].
    #[arg(short, long, value_name = "NAME", help_heading = "Installation")]
    pub namespace: Option<NamespaceName>,
    /// What runs in the cluster: a webhook, or policies that the API server evaluates itself
    ///
    /// Policies need no pods, no certificate and no namespace. Not every profile can be a policy: `injector explain` and
    /// `injector profile lint` say what keeps one from it.
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t, help_heading = "Installation")]
    pub form: InstallForm,
    /// Print only the webhook configuration, or everything else [default: both]
    #[arg(long, value_enum, value_name = "PART", help_heading = "Installation")]
    pub only: Option<PartChoice>,
}

/// Where the serving certificate comes from.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct CertificateArgs {
    /// Exactly one.
    #[command(flatten)]
    pub source: CertificateSource,
    /// What the API server trusts, for `--tls-secret`: certificates as PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Certificates")]
    #[arg(requires = "tls_secret", conflicts_with_all = ["generate_certs", "cert_manager"])]
    pub ca_file: Option<PathBuf>,
}

/// The flags of which exactly one is given.
#[derive(Args, Clone, Debug)]
#[group(id = "certificates", multiple = false)]
pub struct CertificateSource {
    /// Make a CA and a serving certificate in this directory, or use the existing ones
    ///
    /// They are made once. Later runs use the same ones, so that running pods keep the CA that is trusted.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Certificates")]
    pub generate_certs: Option<PathBuf>,
    /// A Secret in the namespace that has `tls.crt` and `tls.key`
    #[arg(long, value_name = "NAME", value_parser = secret_name, requires = "ca_file", help_heading = "Certificates")]
    pub tls_secret: Option<String>,
    /// Get the certificate and its CA from cert-manager
    #[arg(long, help_heading = "Certificates")]
    pub cert_manager: bool,
}

impl CertificateSource {
    pub(super) const fn is_given(&self) -> bool {
        self.generate_certs.is_some() || self.tls_secret.is_some() || self.cert_manager
    }
}

/// What is injected.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct SidecarArgs {
    /// What the repository says.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// A built-in profile or a file (repeatable, applied in order) [default: cortexflow]
    ///
    /// One flag takes several, separated by commas. A value with a path separator, or that ends in `.yaml`, `.yml` or
    /// `.json`, is a file.
    #[arg(short, long = "profile", env = "INJECTOR_PROFILE", value_name = "NAME|FILE", value_delimiter = ',')]
    #[arg(help_heading = "Injection", value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// Set a parameter of the profiles, or of the one that is named (repeatable)
    #[arg(long = "set", value_name = "[PROFILE.]NAME=VALUE", help_heading = "Injection")]
    pub settings: Vec<Setting>,
    /// Allow or deny a pod that is not eligible; overrides the profile's `onIneligible`
    #[arg(long, value_enum, value_name = "ANSWER", help_heading = "Injection")]
    pub on_ineligible: Option<OnIneligibleChoice>,
    /// Make sidecars native or not; overrides the profile's `nativeSidecar`
    ///
    /// A native sidecar is an init container that keeps running. With `auto`, sidecars are native where a classic one would
    /// keep the pod from completing. Use `true` for an operator's workloads that complete, if their kind does not say so.
    #[arg(long, value_enum, value_name = "auto|true|false", help_heading = "Injection")]
    pub native_sidecar: Option<NativeSidecar>,
    /// Let the webhook watch namespaces [default: when a profile needs it]
    ///
    /// Without a watch, the webhook does not know the labels or annotations of a namespace, and has no access to the
    /// API. With it, the webhook may get, list and watch namespaces.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = BoolishValueParser::new(), help_heading = "Cluster")]
    pub watch_namespaces: Option<bool>,
    /// Let the webhook watch ServiceAccounts [default: when a profile reads them]
    ///
    /// With a watch, the webhook may get, list and watch serviceaccounts.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = BoolishValueParser::new(), help_heading = "Cluster")]
    pub watch_serviceaccounts: Option<bool>,
    /// The cluster's version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]
    #[arg(long, value_name = "VERSION", help_heading = "Cluster")]
    pub kubernetes_version: Option<KubernetesVersion>,
}

impl SidecarArgs {
    /// What replaces fields of the profiles.
    pub fn overrides(&self) -> Overrides {
        let Self { on_ineligible, native_sidecar, .. } = self;
        Overrides { on_ineligible: on_ineligible.map(Into::into), native_sidecar: *native_sidecar }
    }
}

/// How the API server calls.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct WebhookArgs {
    /// What happens to a pod without an answer [default: Ignore; with `--as policy`, Fail]
    ///
    /// That is one about which the webhook does not answer, or for which an expression of a policy fails.
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY", help_heading = "Webhook")]
    pub failure_policy: Option<FailurePolicy>,
    /// How long the API server waits for an answer, in seconds, 1 to 30
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Webhook")]
    #[arg(value_parser = number::<1, 30>)]
    pub timeout_seconds: u32,
    /// Whether the API server asks again after another webhook changed the pod
    #[arg(long, value_enum, ignore_case = true, default_value_t, value_name = "POLICY", help_heading = "Webhook")]
    pub reinvocation_policy: ReinvocationPolicy,
    /// Whether requests in another version of the API are sent to the webhook
    #[arg(long, value_enum, ignore_case = true, default_value_t, value_name = "POLICY", help_heading = "Webhook")]
    pub match_policy: MatchPolicy,
}

/// What runs.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct PodArgs {
    /// The webhook's image
    #[arg(long, default_value = concat!("injector:", env!("CARGO_PKG_VERSION")), help_heading = "Pods")]
    #[arg(value_name = "IMAGE", value_parser = image)]
    pub image: String,
    /// How many pods of the webhook run
    #[arg(long, value_name = "N", default_value_t = 2, help_heading = "Pods")]
    #[arg(value_parser = number::<1, 1000>)]
    pub replicas: u32,
    /// The pods' priority class, such as `system-cluster-critical`
    #[arg(long, value_name = "NAME", value_parser = priority_class, help_heading = "Pods")]
    pub priority_class: Option<String>,
    /// How long a pod still takes connections after it was asked to stop
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = drain_time, help_heading = "Pods")]
    pub drain_delay: Duration,
    /// How long it then waits for requests in flight
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = drain_time, help_heading = "Pods")]
    pub drain_timeout: Duration,
    /// The form of the webhook's log
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Pods")]
    pub log_format: LogFormat,
    /// Keep the namespace as it is: it exists, and others use it
    ///
    /// Without it, the namespace is the webhook's own, and enforces the Pod Security level `restricted`.
    #[arg(long, help_heading = "Installation")]
    pub existing_namespace: bool,
}

/// A part of the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartChoice {
    /// The webhook configuration
    Webhook,
    /// Everything else
    Rest,
}

impl From<Option<PartChoice>> for Part {
    fn from(choice: Option<PartChoice>) -> Self {
        match choice {
            None => Self::All,
            Some(PartChoice::Rest) => Self::Rest,
            Some(PartChoice::Webhook) => Self::Webhook,
        }
    }
}

/// An installation's name: that of a Service, short enough for the names that begin with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationName(pub String);

impl FromStr for InstallationName {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let is_service = names::dns_label(text).is_ok() && text.starts_with(|c: char| c.is_ascii_lowercase());
        if is_service && text.len() <= 50 { Ok(Self(text.to_owned())) } else { Err(ValueError::Installation) }
    }
}

fn priority_class(text: &str) -> Result<String, String> {
    names::dns_subdomain(text).map(|()| text.to_owned())
}

fn number<const LEAST: u32, const MOST: u32>(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (LEAST..=MOST).contains(number));
    number.ok_or_else(|| format!("not a number from {LEAST} to {MOST}"))
}

fn image(text: &str) -> Result<String, &'static str> {
    if is_image(text) { Ok(text.to_owned()) } else { Err("not an image reference, such as `injector:1.0`") }
}

/// Long enough for any drain, and short enough to be counted in milliseconds.
const LONGEST_DRAIN: Duration = Duration::from_secs(3600);

fn drain_time(text: &str) -> Result<Duration, &'static str> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number = number.parse::<u64>().ok();
    let milliseconds = number.zip(match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        _ => None,
    });
    let duration = milliseconds.and_then(|(number, unit)| number.checked_mul(unit)).map(Duration::from_millis);
    duration
        .filter(|duration| *duration <= LONGEST_DRAIN)
        .ok_or("not a time up to an hour, such as `500ms`, `20s` or `1m`")
}

macro_rules! choices {
    ($($name:ident { $($variant:ident = $word:literal, $help:literal;)+ })+) => {
        $(impl ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),+]
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(match self { $(Self::$variant => clap::builder::PossibleValue::new($word).help($help),)+ })
            }
        })+
    };
}

// Spelt as the field in the manifest is; any case is taken.
choices! {
    ReinvocationPolicy {
        IfNeeded = "IfNeeded", "It is asked again";
        Never = "Never", "It is asked once";
    }
    MatchPolicy {
        Equivalent = "Equivalent", "They are sent too";
        Exact = "Exact", "They are not sent";
    }
    LogFormat {
        Text = "text", "Lines for people";
        Json = "json", "One JSON object a line";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drain_times_are_whole_and_bounded() {
        for (text, expected) in [
            ("0s", Some(0)),
            ("500ms", Some(500)),
            ("20s", Some(20_000)),
            ("1m", Some(60_000)),
            ("60m", Some(3_600_000)),
            ("61m", None),
            ("20", None),
            ("", None),
            ("1.5s", None),
            ("-1s", None),
            ("99999999999999999999s", None),
            ("18446744073709551615m", None),
        ] {
            assert_eq!(drain_time(text).ok(), expected.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn the_file_of_whom_to_trust_goes_with_the_secret_alone() {
        for (line, good) in [
            ("--tls-secret a --ca-file b", true),
            ("--generate-certs a", true),
            ("--cert-manager", true),
            ("", false),
            ("--tls-secret a", false),
            ("--ca-file b", false),
            ("--ca-file b --cert-manager", false),
            ("--cert-manager --generate-certs a", false),
        ] {
            let read = crate::shell::cli::Cli::read(format!("injector install {line}").split_whitespace());
            assert_eq!(read.is_ok(), good, "{line}: {:?}", read.err());
        }
    }

    #[test]
    fn an_installation_is_named_as_a_service_is() {
        let longest = "a".repeat(50);
        for (text, good) in [
            ("injector", true),
            (longest.as_str(), true),
            ("1injector", false),
            ("In", false),
            ("a.b", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<InstallationName>().is_ok(), good, "{text}");
        }
        assert!(format!("{longest}a").parse::<InstallationName>().is_err());
    }
}
