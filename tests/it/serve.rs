//! The webhook's transport: certificates, limits, drain. What is served is the tests' own, so that they decide when an
//! answer comes; the real thing is run in [`process`].

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::routing::{get, post};
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::settings::{ConnectionLimits, Drain, ServerSettings, TlsFiles};
use injector::internals::shell::server::shutdown::Shutdown;
use injector::internals::shell::server::{self, App, Ended, probes};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

mod bad_clients;
mod client;
mod early;
mod life;
mod limits;
mod process;
mod rotation;

use client::{Client, Identity};

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A CA, which makes pairs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, as PEM.
#[derive(Clone)]
struct Pair {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn pair(&self) -> Pair {
        self.expiring(SystemTime::now() + Duration::from_secs(3600))
    }

    fn expiring(&self, at: SystemTime) -> Pair {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.not_after = at.into();
        Pair { certificate: params.signed_by(&key, &self.issuer).unwrap().pem(), key: key.serialize_pem() }
    }
}

/// A folder with a pair in it.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new(pair: &Pair) -> Self {
        let files = Self { folder: TempDir::new().unwrap() };
        files.write(pair);
        files
    }

    /// Over what is there, in place.
    fn write(&self, pair: &Pair) {
        fs::write(self.path("tls.crt"), &pair.certificate).unwrap();
        fs::write(self.path("tls.key"), &pair.key).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tls(&self) -> TlsFiles {
        TlsFiles { certificate: self.path("tls.crt"), key: self.path("tls.key"), client_ca: None }
    }
}

fn settings(tls: TlsFiles) -> ServerSettings {
    ServerSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        probe_listen: ([127, 0, 0, 1], 0).into(),
        tls,
        limits: ConnectionLimits::default(),
        drain: Drain { delay: Duration::ZERO, timeout: PATIENCE },
        reload_interval: Duration::from_millis(20),
    }
}

/// A server in this process.
struct Server {
    address: SocketAddr,
    probe_address: SocketAddr,
    shutdown: Shutdown,
    metrics: Arc<Metrics>,
    /// Somebody asked for `/held`.
    held: Arc<Notify>,
    /// Lets go one who asked for `/held`.
    release: Arc<Notify>,
    running: JoinHandle<Ended>,
}

impl Server {
    fn start(settings: ServerSettings) -> Self {
        let metrics = Arc::new(Metrics::new());
        let ready = Arc::new(Readiness::new(&[]));
        let (held, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (asked, wait) = (Arc::clone(&held), Arc::clone(&release));
        let hold = move || {
            let (asked, wait) = (Arc::clone(&asked), Arc::clone(&wait));
            async move {
                asked.notify_one();
                wait.notified().await;
                "released"
            }
        };
        let routes = Router::new()
            .route("/echo", post(|body: String| async { body }))
            .route("/held", get(hold.clone()).post(hold));
        let app = App {
            routes,
            probes: probes::router(Arc::clone(&metrics), Arc::clone(&ready)),
            metrics: Arc::clone(&metrics),
            ready,
        };
        let bound = server::bind(settings).unwrap();
        let (address, probe_address) = (bound.address(), bound.probe_address());
        let shutdown = Shutdown::new();
        let running = tokio::spawn(bound.run(app, shutdown.clone()));
        Self { address, probe_address, shutdown, metrics, held, release, running }
    }

    async fn client(&self, authority: &Authority) -> Client {
        Client::connect(self.address, authority, &Identity::Nobody).await.unwrap()
    }

    /// How it ended; it has to, soon.
    async fn ended(self) -> Ended {
        tokio::time::timeout(PATIENCE, self.running).await.expect("it ends").unwrap()
    }

    /// The value of a series; 0 where there is none.
    fn metric(&self, series: &str) -> f64 {
        let text = self.metrics.text();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Waits until a series has this value.
    async fn metric_reaches(&self, series: &str, value: f64) {
        eventually(series, async || (self.metric(series) >= value).then_some(())).await;
    }
}

/// Asks until there is an answer; fails the test when it has waited for too long.
async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < until, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
