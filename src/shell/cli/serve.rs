//! The flags of `serve`, each with its twin in the environment: a Deployment sets variables more easily than arguments.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::value::OnIneligibleChoice;
use crate::install::LogFormat;
use crate::kube::duration;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::profile::setting::SettingLines;
use crate::profile::{NativeSidecar, Overrides};
use crate::shell::files::selection::{Given, ProfileRef};
use crate::shell::server::log::LogLevel;
use crate::shell::server::routes;
use crate::shell::server::settings::{ConnectionLimits, Drain, ServerSettings, TlsFiles};

pub(super) const EXAMPLES: &str = "\
Examples:
  injector serve --tls-cert tls.crt --tls-key tls.key
  injector serve --tls-cert tls.crt --tls-key tls.key -p nginx -p ./audit.yaml --set port=8081
  INJECTOR_TLS_CERT=tls.crt INJECTOR_TLS_KEY=tls.key injector serve --listen 127.0.0.1:0

Every flag can be given in the environment: --drain-delay is INJECTOR_DRAIN_DELAY. The flag wins.

SIGTERM or SIGINT: finish open requests, exit status 0. A second signal: end at once, exit status 2.";

/// The arguments of `serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Ports.
    #[command(flatten)]
    pub listening: ListeningArgs,
    /// Certificates.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// With which profiles, and how.
    #[command(flatten)]
    pub injection: InjectionArgs,
    /// What is known of the cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// How much, and for how long.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// How it ends, and what it looks at until then.
    #[command(flatten)]
    pub life: LifeArgs,
    /// What is logged.
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Ports.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Listening")]
pub struct ListeningArgs {
    /// The address of the TLS port
    ///
    /// With port 0, any free port; the log says which. `[::]` takes IPv4 too, and is 0.0.0.0 where there is no IPv6.
    #[arg(long, env = "INJECTOR_LISTEN", value_name = "IP:PORT", default_value = "[::]:9443")]
    pub listen: SocketAddr,
    /// The address of the plain port for probes and metrics
    #[arg(long, env = "INJECTOR_PROBE_LISTEN", value_name = "IP:PORT", default_value = "[::]:9444")]
    pub probe_listen: SocketAddr,
}

/// Certificates.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// The serving certificate, with its intermediates, in PEM
    ///
    /// It is reloaded when its content changes, together with the key. A pair that cannot be used is logged and counted,
    /// and the old one stays in use.
    #[arg(long, env = "INJECTOR_TLS_CERT", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tls_cert: PathBuf,
    /// Its private key, in PEM
    #[arg(long, env = "INJECTOR_TLS_KEY", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tls_key: PathBuf,
    /// Serve only clients with a certificate from these CAs
    ///
    /// PEM, reloaded as the serving certificate is. An API server has a client certificate when its
    /// `--admission-control-config-file` gives it one.
    #[arg(long, env = "INJECTOR_CLIENT_CA", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_ca: Option<PathBuf>,
}

/// With which profiles, and how: as `inject` has it.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Injection")]
pub struct InjectionArgs {
    /// A built-in profile or a file (repeatable, applied in order) [default: cortexflow]
    ///
    /// One flag takes several, separated by commas. A value with a path separator, or that ends in `.yaml`, `.yml` or
    /// `.json`, is a file; it is reloaded when its content changes.
    #[arg(short, long = "profile", env = "INJECTOR_PROFILE", value_name = "NAME|FILE", value_delimiter = ',')]
    #[arg(value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// Set a parameter of the profiles, or of the one that is named (repeatable)
    ///
    /// In the environment, one on a line. A certificate may go over several lines.
    #[arg(long = "set", env = "INJECTOR_SET", value_name = "[PROFILE.]NAME=VALUE")]
    pub settings: Vec<SettingLines>,
    /// Allow or deny a pod that is not eligible; overrides the profile's `onIneligible`
    #[arg(long, env = "INJECTOR_ON_INELIGIBLE", value_enum, value_name = "ANSWER")]
    pub on_ineligible: Option<OnIneligibleChoice>,
    /// Make sidecars native or not; overrides the profile's `nativeSidecar`
    ///
    /// A native sidecar is an init container that keeps running. With `auto`, sidecars are native where a classic one would
    /// keep the pod from completing. Use `true` for an operator's workloads that complete, if their kind does not say so.
    #[arg(long, env = "INJECTOR_NATIVE_SIDECAR", value_enum, value_name = "auto|true|false")]
    pub native_sidecar: Option<NativeSidecar>,
    /// Where the pod template is in another kind (repeatable)
    ///
    /// A JSON Pointer from the object's root. The group may be left out. One flag takes several, separated
    /// by commas.
    #[arg(long = "template-path", env = "INJECTOR_TEMPLATE_PATH", value_name = "KIND[.GROUP]=/spec/…")]
    #[arg(value_delimiter = ',')]
    pub template_paths: Vec<TemplatePath>,
}

impl InjectionArgs {
    /// The same, as `inject` takes it.
    pub fn given(&self) -> Given {
        Given {
            profiles: self.profiles.clone(),
            settings: self.settings.iter().flat_map(|lines| lines.0.iter().cloned()).collect(),
            overrides: Overrides {
                on_ineligible: self.on_ineligible.map(Into::into),
                native_sidecar: self.native_sidecar,
            },
            template_paths: self.template_paths.clone(),
        }
    }
}

/// What is known of the cluster.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArgs {
    /// The cluster's version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]
    #[arg(long, env = "INJECTOR_KUBERNETES_VERSION", value_name = "VERSION")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Watch namespaces, for the rules that need their labels and annotations
    ///
    /// Needs get, list and watch on namespaces. Without a watch, `serve` does not use the API server.
    #[cfg(feature = "watch")]
    #[arg(long, env = "INJECTOR_WATCH_NAMESPACES", group = "watches")]
    pub watch_namespaces: bool,
    /// Watch ServiceAccounts, for the profiles with `serviceAccount` in an expression
    ///
    /// Needs get, list and watch on serviceaccounts.
    #[cfg(feature = "watch")]
    #[arg(long, env = "INJECTOR_WATCH_SERVICEACCOUNTS", group = "watches")]
    pub watch_serviceaccounts: bool,
    /// How to reach the API server [default: KUBECONFIG, else as a pod]
    #[cfg(feature = "watch")]
    #[arg(long, env = "INJECTOR_KUBECONFIG", value_name = "FILE", requires = "watches")]
    #[arg(value_hint = ValueHint::FilePath)]
    pub kubeconfig: Option<PathBuf>,
}

/// How much, and for how long.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// The most reviews at a time; more get status 503
    #[arg(long, env = "INJECTOR_MAX_IN_FLIGHT", value_name = "N", default_value = "256")]
    pub max_in_flight: Count,
    /// The most connections to the TLS port at a time; more are closed at once
    #[arg(long, env = "INJECTOR_MAX_CONNECTIONS", value_name = "N", default_value = "1024")]
    pub max_connections: Count,
    /// How long a TLS handshake may take
    #[arg(long, env = "INJECTOR_HANDSHAKE_TIMEOUT", value_name = "TIME", default_value = "5s")]
    pub handshake_timeout: Span,
    /// How long the header of a request may take, from its first byte
    #[arg(long, env = "INJECTOR_HEADER_TIMEOUT", value_name = "TIME", default_value = "10s")]
    pub header_timeout: Span,
    /// How long the body of a request may take
    #[arg(long, env = "INJECTOR_BODY_TIMEOUT", value_name = "TIME", default_value = "10s")]
    pub body_timeout: Span,
    /// How long a connection may be idle
    ///
    /// Keep it longer than the 90 seconds of an API server: the side that closes first may lose a request on its way.
    #[arg(long, env = "INJECTOR_IDLE_TIMEOUT", value_name = "TIME", default_value = "2m")]
    pub idle_timeout: Span,
    /// The deadline of a review whose request has no `?timeout=`
    #[arg(long, env = "INJECTOR_DEFAULT_DEADLINE", value_name = "TIME", default_value = "10s")]
    pub default_deadline: Span,
}

impl LimitArgs {
    /// Those of the routes.
    pub fn routes(&self) -> routes::ReviewLimits {
        routes::ReviewLimits {
            max_in_flight: self.max_in_flight.0,
            body_timeout: self.body_timeout.0,
            default_deadline: self.default_deadline.0,
        }
    }
}

/// How it ends, and what it looks at until then.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Life cycle")]
pub struct LifeArgs {
    /// How long to keep answering after SIGTERM, until the cluster sends no more requests
    #[arg(long, env = "INJECTOR_DRAIN_DELAY", value_name = "TIME", default_value = "5s", value_parser = Span::from_zero)]
    pub drain_delay: Span,
    /// How long to wait then for requests in flight
    ///
    /// Make the pod's `terminationGracePeriodSeconds` longer than both together.
    #[arg(long, env = "INJECTOR_DRAIN_TIMEOUT", value_name = "TIME", default_value = "20s")]
    #[arg(value_parser = Span::from_zero)]
    pub drain_timeout: Span,
    /// How often to look for changed certificates and profiles
    #[arg(long, env = "INJECTOR_RELOAD_INTERVAL", value_name = "TIME", default_value = "2s")]
    pub reload_interval: Span,
}

/// What is logged.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(next_help_heading = "Logs")]
pub struct LogArgs {
    /// The form of log lines, on standard error
    #[arg(long, env = "INJECTOR_LOG_FORMAT", value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// The lowest level that is logged
    #[arg(long, env = "INJECTOR_LOG_LEVEL", value_enum, default_value_t, value_name = "LEVEL")]
    pub log_level: LogLevel,
}

impl ServeArgs {
    /// What the transport has to know.
    pub fn transport(&self) -> ServerSettings {
        let Self { listening, tls, limits, life, .. } = self;
        ServerSettings {
            listen: listening.listen,
            probe_listen: listening.probe_listen,
            tls: TlsFiles {
                certificate: tls.tls_cert.clone(),
                key: tls.tls_key.clone(),
                client_ca: tls.client_ca.clone(),
            },
            limits: ConnectionLimits {
                max_connections: limits.max_connections.0,
                handshake: limits.handshake_timeout.0,
                header: limits.header_timeout.0,
                idle: limits.idle_timeout.0,
            },
            drain: Drain { delay: life.drain_delay.0, timeout: life.drain_timeout.0 },
            reload_interval: life.reload_interval.0,
        }
    }
}

/// A number of things, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub usize);

impl FromStr for Count {
    type Err = CountError;

    fn from_str(text: &str) -> Result<Self, CountError> {
        match text.parse() {
            Ok(count @ 1..=1_000_000) => Ok(Self(count)),
            _ => Err(CountError),
        }
    }
}

/// Why a text is not a number of things. The user's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number from 1 to 1000000")]
pub struct CountError;

/// A length of time, as Go and Kubernetes write it: `500ms`, `10s`, `1m30s`. More than zero, and at most a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Span {
    /// The same, and zero too.
    ///
    /// # Errors
    /// It is not of the form.
    pub fn from_zero(text: &str) -> Result<Self, SpanError> {
        duration::whole(text).filter(|span| *span <= DAY).map(Self).ok_or(SpanError)
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let span = Self::from_zero(text)?;
        if span.0.is_zero() { Err(SpanError) } else { Ok(span) }
    }
}

/// A text is not a length of time. The fault of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time such as `500ms`, `10s` or `1m30s`, at most a day")]
pub struct SpanError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_go_writes_it() {
        for (text, milliseconds) in [
            ("500ms", Some(500)),
            ("10s", Some(10_000)),
            ("1m30s", Some(90_000)),
            ("24h", Some(86_400_000)),
            ("24h1ms", None),
            ("0", None),
            ("0s", None),
            ("", None),
            ("s", None),
            ("10", None),
            ("1.5s", None),
            ("-1s", None),
            ("1s1m", None),
            ("1s1s", None),
            ("1d", None),
            ("10 s", None),
            ("99999999999999999999s", None),
            ("18446744073709551615h", None),
            ("18446744073709551615ms", None),
        ] {
            let expected = milliseconds.map(|count| Span(Duration::from_millis(count))).ok_or(SpanError);
            assert_eq!(text.parse(), expected, "{text}");
        }
        for text in ["0", "0s", "0ms"] {
            assert_eq!(Span::from_zero(text), Ok(Span(Duration::ZERO)), "{text}");
        }
    }

    #[test]
    fn a_count_is_at_least_one() {
        for (text, count) in [("1", Some(1)), ("1000000", Some(1_000_000)), ("0", None), ("-1", None), ("x", None)] {
            assert_eq!(text.parse(), count.map(Count).ok_or(CountError), "{text}");
        }
    }
}
