//! Metrics for Prometheus. Every label has few values: rules, codes, profiles of this process; never a namespace, an object's
//! name or the text of an error.

use std::fmt::Write as _;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::judge::{CountedVerdict, VerdictResult, Watched};

/// Upper ends of latency buckets, in seconds: most answers take less than a millisecond, and an API server waits 30 seconds.
const LATENCY: [f64; 15] =
    [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Upper ends of size buckets, in bytes, up to the limit of a body.
const SIZES: [f64; 8] = [1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 3_145_728.0, 7_340_032.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Injection {
    profile: String,
    result: VerdictResult,
    reason: &'static str,
}

impl EncodeLabelValue for VerdictResult {
    fn encode(&self, encoder: &mut prometheus_client::encoding::LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.name())
    }
}

impl VerdictResult {
    /// The word in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Skipped => "skipped",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

/// What is reloaded when its files change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "a variant's name is its label")]
pub enum Reload {
    /// The serving certificate and its key.
    certificate,
    /// The CA of clients.
    client_ca,
    /// The profiles.
    profiles,
}

/// How a reload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "a variant's name is its label")]
pub enum Reloaded {
    /// The new one is in use.
    success,
    /// The old one stays in use.
    failure,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    what: Reload,
    result: Reloaded,
}

/// How a connection to the TLS port began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "a variant's name is its label")]
pub enum Connection {
    /// The handshake was done.
    accepted,
    /// The handshake failed: no TLS, an old version, or no client certificate where one is required.
    handshake_failed,
    /// The handshake took too long.
    handshake_timeout,
    /// There were too many connections already.
    refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    result: Connection,
}

/// Why the server ended a connection to the TLS port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "a variant's name is its label")]
pub enum Cut {
    /// No request came for a long time.
    idle,
    /// A request's header took too long.
    header_timeout,
    /// The client did not send HTTP.
    malformed,
    /// For a long time an answer was not made, or not read by the client.
    stuck,
    /// It was still in use at the end of the drain.
    drained,
}

impl Cut {
    /// The word in logs, the same as in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::idle => "idle",
            Self::header_timeout => "header_timeout",
            Self::malformed => "malformed",
            Self::stuck => "stuck",
            Self::drained => "drained",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CutLabels {
    reason: Cut,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    code: u16,
}

/// How an object that a review depends on was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "a variant's name is its label")]
pub enum Lookup {
    /// The watch knew it.
    hit,
    /// The API server was asked.
    fetched,
    /// It was not found in time.
    unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupLabels {
    result: Lookup,
}

/// All metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    injections: Family<Injection, Counter>,
    requests: Family<RequestLabels, Counter>,
    duration: Histogram,
    request_size: Histogram,
    /// Reviews that are being answered.
    pub in_flight: Gauge,
    /// Open connections to the TLS port.
    pub connections: Gauge,
    connections_begun: Family<ConnectionLabels, Counter>,
    connections_cut: Family<CutLabels, Counter>,
    certificate_expiry: Gauge,
    reloads: Family<ReloadLabels, Counter>,
    namespaces: WatchMetrics,
    service_accounts: WatchMetrics,
}

/// The metrics of one watch.
#[derive(Debug, Default)]
struct WatchMetrics {
    lookups: Family<LookupLabels, Counter>,
    connected: Gauge,
}

impl WatchMetrics {
    fn begin(&self) {
        for result in [Lookup::hit, Lookup::fetched, Lookup::unknown] {
            drop(self.lookups.get_or_create(&LookupLabels { result }));
        }
    }

    /// `name` is that of one object in the metrics' names.
    fn register(&self, registry: &mut Registry, name: &str, watched: Watched) {
        let noun = watched.noun();
        let help = format!("Lookups of the {noun} of reviews, by result, where they are watched");
        registry.register(format!("injector_{name}_lookups"), help, self.lookups.clone());
        let help = format!("1 while the watch of {noun} is connected; otherwise the last known state counts");
        registry.register(format!("injector_{name}_watch_connected"), help, self.connected.clone());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero, with a series for each label value that is known in advance and on which alerts depend.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            injections: Family::default(),
            requests: Family::default(),
            duration: Histogram::new(LATENCY),
            request_size: Histogram::new(SIZES),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            connections_begun: Family::default(),
            connections_cut: Family::default(),
            certificate_expiry: Gauge::default(),
            reloads: Family::default(),
            namespaces: WatchMetrics::default(),
            service_accounts: WatchMetrics::default(),
        };
        metrics.register();
        metrics.begin();
        metrics
    }

    /// Begins the series of counters for alerts at zero. `increase()` does not see a series begin, so it would miss the
    /// first failure of a process.
    fn begin(&self) {
        for code in [500, 503, 504] {
            drop(self.requests.get_or_create(&RequestLabels { code }));
        }
        for result in
            [Connection::accepted, Connection::handshake_failed, Connection::handshake_timeout, Connection::refused]
        {
            drop(self.connections_begun.get_or_create(&ConnectionLabels { result }));
        }
        for reason in [Cut::idle, Cut::header_timeout, Cut::malformed, Cut::stuck, Cut::drained] {
            drop(self.connections_cut.get_or_create(&CutLabels { reason }));
        }
        for what in [Reload::certificate, Reload::client_ca, Reload::profiles] {
            for result in [Reloaded::success, Reloaded::failure] {
                drop(self.reloads.get_or_create(&ReloadLabels { what, result }));
            }
        }
        self.namespaces.begin();
        self.service_accounts.begin();
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let help = "Decisions, one for each pod template and profile of a review";
        registry.register("sidecar_injection", help, self.injections.clone());
        let help = "Answers to reviews by HTTP status; 500 is a bug, 503 an overload, 504 a missed deadline";
        registry.register("injector_requests", help, self.requests.clone());
        let help = "Time from a review's headers to its answer";
        registry.register_with_unit("injector_request_duration", help, Unit::Seconds, self.duration.clone());
        registry.register_with_unit("injector_request_size", "Size of reviews", Unit::Bytes, self.request_size.clone());
        registry.register("injector_requests_in_flight", "Reviews being answered", self.in_flight.clone());
        registry.register("injector_connections", "Open connections to the TLS port", self.connections.clone());
        let help = "Connections to the TLS port by how they began";
        registry.register("injector_connections_begun", help, self.connections_begun.clone());
        let help = "Connections to the TLS port that the server ended, by reason";
        registry.register("injector_connections_cut", help, self.connections_cut.clone());
        let help = "When the serving certificate expires, in seconds since 1970";
        registry.register("injector_certificate_expiry_timestamp_seconds", help, self.certificate_expiry.clone());
        let help = "Reloads of certificate, client CA and profile files, by result";
        registry.register("injector_reloads", help, self.reloads.clone());
        self.namespaces.register(registry, "namespace", Watched::Namespaces);
        self.service_accounts.register(registry, "serviceaccount", Watched::ServiceAccounts);
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("injector_build", "The version of this build", build);
    }

    /// Counts a decision.
    pub fn decided(&self, verdict: &CountedVerdict) {
        let CountedVerdict { profile, result, reason } = verdict;
        let labels = Injection { profile: profile.clone(), result: *result, reason };
        self.injections.get_or_create(&labels).inc();
    }

    /// Counts an answer to a review.
    pub fn answered(&self, code: u16, took: Duration, size: Option<usize>) {
        self.requests.get_or_create(&RequestLabels { code }).inc();
        self.duration.observe(took.as_secs_f64());
        if let Some(size) = size {
            self.request_size.observe(size as f64);
        }
    }

    /// Counts how a connection began.
    pub fn connection(&self, result: Connection) {
        self.connections_begun.get_or_create(&ConnectionLabels { result }).inc();
    }

    /// Counts a connection that the server ended.
    pub fn cut(&self, reason: Cut) {
        self.connections_cut.get_or_create(&CutLabels { reason }).inc();
    }

    /// Sets when the serving certificate expires, in seconds since 1970.
    pub fn certificate_expires(&self, at: i64) {
        self.certificate_expiry.set(at);
    }

    /// Counts a reload.
    pub fn reloaded(&self, what: Reload, result: Reloaded) {
        self.reloads.get_or_create(&ReloadLabels { what, result }).inc();
    }

    const fn of_watch(&self, watched: Watched) -> &WatchMetrics {
        match watched {
            Watched::Namespaces => &self.namespaces,
            Watched::ServiceAccounts => &self.service_accounts,
        }
    }

    /// Counts a lookup of an object.
    pub fn looked_up(&self, watched: Watched, result: Lookup) {
        self.of_watch(watched).lookups.get_or_create(&LookupLabels { result }).inc();
    }

    /// Sets whether a watch is connected.
    pub fn watch_connected(&self, watched: Watched, connected: bool) {
        self.of_watch(watched).connected.set(i64::from(connected));
    }

    /// All metrics, in the OpenMetrics text format.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail; a half-written page would lack its `# EOF`.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}
