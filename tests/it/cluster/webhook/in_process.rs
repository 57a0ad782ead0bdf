//! The server of `serve`, TLS and routes and all, with a judge of the test's own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::judge::{Asked, Judge, Judged};
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::settings::{ConnectionLimits, Drain, ServerSettings, TlsFiles};
use injector::internals::shell::server::shutdown::Shutdown;
use injector::internals::shell::server::{App, bind, probes, routes};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::authority::Authority;

/// A server in this process; dropping it ends it.
pub(super) struct InProcess {
    address: SocketAddr,
    metrics: Arc<Metrics>,
    authority: Authority,
    // Dropped last: the server's tasks end with it.
    _runtime: Runtime,
    _volume: TempDir,
}

impl InProcess {
    /// Answers as this judge does.
    pub(super) fn start(judge: Arc<dyn Judge>) -> Self {
        let (authority, volume) = (Authority::new("in process"), tempfile::tempdir().unwrap());
        authority.pair().mount(volume.path());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let guard = runtime.enter();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bound = bind(ServerSettings {
            listen: any,
            probe_listen: any,
            tls: TlsFiles {
                certificate: volume.path().join("tls.crt"),
                key: volume.path().join("tls.key"),
                client_ca: None,
            },
            limits: ConnectionLimits::default(),
            drain: Drain::default(),
            reload_interval: Duration::from_secs(2),
        })
        .unwrap();
        let address = bound.address();
        let (metrics, ready) = (Arc::new(Metrics::new()), Arc::new(Readiness::new(&[])));
        let app = App {
            routes: routes::router(judge, Arc::clone(&metrics), Arc::clone(&ready), routes::ReviewLimits::default()),
            probes: probes::router(Arc::clone(&metrics), Arc::clone(&ready)),
            metrics: Arc::clone(&metrics),
            ready,
        };
        runtime.spawn(bound.run(app, Shutdown::new()));
        drop(guard);
        Self { address, metrics, authority, _runtime: runtime, _volume: volume }
    }

    /// The URL of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// What has to be trusted.
    pub(super) fn ca(&self) -> &str {
        self.authority.pem()
    }

    /// How often it has answered with this HTTP status.
    pub(super) fn answers(&self, code: u16) -> usize {
        let text = self.metrics.text();
        let series = format!("injector_requests_total{{code=\"{code}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&series)).map_or(0, |value| value.parse().unwrap())
    }
}

/// Keeps each review that comes, and leaves the answer to the core, as `serve` has it.
pub(super) struct Recorder {
    core: Core,
    seen: Mutex<Vec<Value>>,
}

impl Recorder {
    /// With the profile `cortexflow`.
    pub(super) fn new() -> Arc<Self> {
        Self::with(Given::default())
    }

    /// With other profiles.
    pub(super) fn with(given: Given) -> Arc<Self> {
        let core =
            Core::new(given, KubernetesVersion::NEWEST, FactSources::default(), Arc::new(Metrics::new())).unwrap();
        Arc::new(Self { core, seen: Mutex::default() })
    }

    /// The reviews so far.
    pub(super) fn seen(&self) -> Vec<Value> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests about the object of that name, in order; dry runs are left out.
    pub(super) fn requests(&self, name: &str) -> Vec<Value> {
        let of = |review: &Value| {
            let request = &review["request"];
            let object = if request["object"].is_null() { &request["oldObject"] } else { &request["object"] };
            let named = request["name"] == name || object["metadata"]["name"] == name;
            (named && request["dryRun"] != true).then(|| request.clone())
        };
        self.seen().iter().filter_map(of).collect()
    }
}

impl Judge for Recorder {
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_> {
        self.seen.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
        self.core.judge(body, asked, deadline)
    }
}
