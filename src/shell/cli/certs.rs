//! The arguments of `certs`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use thiserror::Error;

use super::ReportArgs;
use crate::kube::duration;
use crate::kube::names::dns_label;
use crate::shell::certs::KeyType;

/// What to do with certificates.
#[derive(Clone, Debug, Subcommand)]
pub enum CertsCommand {
    /// Make a CA and a serving certificate for NAME.NAMESPACE.svc
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
    /// Show certificates, and check them against a caBundle; exit 1 on a problem
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Print a CA as a caBundle, or put it into a webhook configuration
    #[command(after_help = CA_BUNDLE_EXAMPLES)]
    CaBundle(CaBundleArgs),
    /// Make a new serving certificate from the current CA
    Renew(RenewArgs),
    /// Replace the CA in three steps, without an outage
    #[command(after_help = ROTATE_EXAMPLES)]
    Rotate(RotateArgs),
    /// Print the Secret of the current serving certificate
    Secret(SecretArgs),
}

const GENERATE_EXAMPLES: &str = "\
Examples:
  injector certs generate --out certs
  injector certs generate audit -n tools --out certs -o secret | kubectl apply -f -
  injector certs generate --out certs --dns-name localhost --ip 127.0.0.1";

const INSPECT_EXAMPLES: &str = "\
Examples:
  injector certs inspect certs
  kubectl get secret injector-tls -n injector-system -o yaml | injector certs inspect -
  injector certs inspect certs/tls.crt --ca-bundle certs/ca.crt --service injector.injector-system";

const CA_BUNDLE_EXAMPLES: &str = "\
Examples:
  injector certs ca-bundle certs
  injector certs ca-bundle certs -f - < webhook.yaml | kubectl apply -f -";

const ROTATE_EXAMPLES: &str = "\
Examples:
  # 1: a new CA beside the old one; apply the bundle
  injector certs rotate certs
  # 2: a serving certificate from the new CA; apply the Secret
  kubectl get mutatingwebhookconfiguration injector -o yaml |
    injector certs rotate certs --live -
  # 3: remove the old CA; apply the new bundle
  kubectl get secret injector-tls -n injector-system -o yaml |
    injector certs rotate certs --live -";

/// The arguments of `certs generate`.
#[derive(Args, Clone, Debug)]
#[group(id = "where", required = true, multiple = true, args = ["out", "output"])]
pub struct GenerateArgs {
    /// The Service that the API server calls
    #[arg(value_name = "NAME", default_value = "injector")]
    pub name: String,
    /// The Service's namespace
    #[arg(short, long, value_name = "NAME", default_value = "injector-system", help_heading = "Names")]
    pub namespace: String,
    /// More names.
    #[command(flatten)]
    pub more: MoreNames,
    /// The type of the keys
    #[arg(long, value_enum, default_value_t, value_name = "TYPE", help_heading = "Certificate")]
    pub key_type: KeyType,
    /// How long they are valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// A directory for ca.crt, ca.key, tls.crt and tls.key
    ///
    /// Either all of them are written or none. Private keys have mode 0600.
    #[arg(long, value_name = "DIR", help_heading = "Output", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Print the serving certificate on standard output
    ///
    /// It never has the CA's key. Without `--out` that key is lost, and a later certificate needs a new CA.
    #[arg(short, long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<CertsFormat>,
    /// The Secret's name [default: NAME-tls]
    #[arg(long, value_name = "NAME", requires = "output", help_heading = "Output")]
    pub secret_name: Option<String>,
    /// Overwrite existing files
    ///
    /// The old CA is lost. An API server that has only the old CA refuses the new certificate: see `certs rotate`.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub force: bool,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Names besides those of the Service.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct MoreNames {
    /// The cluster's domain, for the longest of the Service's names
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local", help_heading = "Names")]
    pub cluster_domain: String,
    /// Another name, such as the host of a webhook with a url (repeatable)
    #[arg(long = "dns-name", value_name = "NAME", help_heading = "Names")]
    pub dns_names: Vec<String>,
    /// An IP address, such as that of a webhook with a url (repeatable)
    #[arg(long = "ip", value_name = "ADDRESS", help_heading = "Names")]
    pub ips: Vec<IpAddr>,
}

/// How long certificates are valid.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct ValidityArgs {
    /// How long the serving certificate is valid, as in 365d or 12h
    #[arg(long, value_name = "TIME", default_value = "365d", help_heading = "Certificate")]
    pub validity: Lifetime,
    /// How long the CA is valid
    #[arg(long, value_name = "TIME", default_value = "3650d", help_heading = "Certificate")]
    pub ca_validity: Lifetime,
}

/// What `certs generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CertsFormat {
    /// A kubernetes.io/tls Secret with ca.crt, tls.crt and tls.key
    Secret,
}

/// The arguments of `certs inspect`.
#[derive(Args, Clone, Debug)]
pub struct InspectArgs {
    /// PEM files, manifests, or directories of `certs generate`; standard input for `-`
    ///
    /// In a manifest it finds Secrets and the caBundles of webhook configurations. It reads no private keys.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// Check that this CA, in a PEM file or a webhook configuration, verifies the certificates
    #[arg(long, value_name = "FILE", help_heading = "Check", value_hint = ValueHint::FilePath)]
    pub ca_bundle: Option<PathBuf>,
    /// Check that they are for this Service [default: that of the webhook configuration]
    #[arg(long, value_name = "NAME.NAMESPACE", help_heading = "Check")]
    pub service: Option<ServiceRef>,
    /// Exit 1 if a certificate expires within this time
    #[arg(long, value_name = "TIME", default_value = "30d", help_heading = "Check")]
    pub warn_within: Lifetime,
    /// The form of standard output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub output: InspectFormat,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What `certs inspect` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    /// For people
    #[default]
    Text,
    /// A list with an object for each certificate
    Json,
}

/// The arguments of `certs ca-bundle`.
#[derive(Args, Clone, Debug)]
pub struct CaBundleArgs {
    /// A PEM file, or a directory of `certs generate`: its bundle during a rotation
    #[arg(value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub source: PathBuf,
    /// Put it into every webhook of this file, or of standard input for `-`
    ///
    /// The whole file is printed, and only its caBundles are changed.
    #[arg(short, long, value_name = "FILE", help_heading = "Input", value_hint = ValueHint::FilePath)]
    pub filename: Option<PathBuf>,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `certs renew`.
#[derive(Args, Clone, Debug)]
pub struct RenewArgs {
    /// The directory of the certificates
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Make it for this Service, instead of for the names of the current certificate
    #[arg(long, value_name = "NAME.NAMESPACE", help_heading = "Names")]
    pub service: Option<ServiceRef>,
    /// More names, with `--service`.
    #[command(flatten)]
    pub more: MoreNames,
    /// How long the serving certificate is valid, at most until the CA expires
    #[arg(long, value_name = "TIME", default_value = "365d", help_heading = "Certificate")]
    pub validity: Lifetime,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `certs rotate`.
#[derive(Args, Clone, Debug)]
pub struct RotateArgs {
    /// The directory of the certificates
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// The cluster's webhook configuration or Secret, to check the last step
    #[arg(long, value_name = "FILE", conflicts_with = "applied", help_heading = "Rotation")]
    pub live: Option<PathBuf>,
    /// Skip the check that the last step was applied
    #[arg(long, help_heading = "Rotation")]
    pub applied: bool,
    /// How long they are valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// The arguments of `certs secret`.
#[derive(Args, Clone, Debug)]
pub struct SecretArgs {
    /// The directory of the certificates
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// The Secret's name [default: NAME-tls, after the Service]
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub secret_name: Option<String>,
    /// The form of the report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// How long something is valid: a number with `d`, `h`, `m` or `s` ([`duration::lifetime`]). More than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(pub Duration);

/// A Service: `NAME.NAMESPACE`, with or without `.svc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRef {
    /// The Service's name.
    pub name: String,
    /// The Service's namespace.
    pub namespace: String,
}

/// Why a value does not have the form that its flag accepts. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CertsValueError {
    /// The value of a time.
    #[error("not a number above zero with `d`, `h`, `m` or `s`")]
    Lifetime,
    /// The value of a Service.
    #[error("not of the form `NAME.NAMESPACE`")]
    Service,
}

impl FromStr for Lifetime {
    type Err = CertsValueError;

    fn from_str(text: &str) -> Result<Self, CertsValueError> {
        duration::lifetime(text).filter(|lifetime| !lifetime.is_zero()).map(Self).ok_or(CertsValueError::Lifetime)
    }
}

impl FromStr for ServiceRef {
    type Err = CertsValueError;

    fn from_str(text: &str) -> Result<Self, CertsValueError> {
        let (name, namespace) = text.split_once('.').ok_or(CertsValueError::Service)?;
        let namespace = namespace.strip_suffix(".svc").unwrap_or(namespace);
        if dns_label(name).is_err() || dns_label(namespace).is_err() {
            return Err(CertsValueError::Service);
        }
        Ok(Self { name: name.to_owned(), namespace: namespace.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_has_a_number_and_a_unit() {
        for (text, seconds) in [
            ("365d", Some(31_536_000)),
            ("12h", Some(43_200)),
            ("90m", Some(5_400)),
            ("1s", Some(1)),
            ("0d", None),
            ("1", None),
            ("d", None),
            ("-1d", None),
            ("+1d", None),
            ("1.5d", None),
            ("999999999999999999d", None),
        ] {
            assert_eq!(text.parse().ok(), seconds.map(|s| Lifetime(Duration::from_secs(s))), "{text}");
        }
    }

    #[test]
    fn a_service_is_a_name_in_a_namespace() {
        let expected = Some(ServiceRef { name: "a".to_owned(), namespace: "b".to_owned() });
        for (text, expected) in [
            ("a.b", expected.clone()),
            ("a.b.svc", expected),
            ("a", None),
            ("a.b.c", None),
            (".b", None),
            ("A.b", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
