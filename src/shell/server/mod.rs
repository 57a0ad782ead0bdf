//! The webhook: reviews behind TLS, answered by `process`. Nothing is decided here.
//!
//! Imports the pure rooms, `shell/files` and `shell/certs`. A route, a metric or a limit is added here.
//!
//! ```text
//! ServerSettings → bind → Bound → run → Ended
//!   listener (TLS, connections) → connection (time limits) → routes (HTTP) → judge (core: reads the review, decides)
//!   probes (plain port)         → ready, metrics
//!   reload (certificates, profiles)   watch (the one thing that talks to an API server)
//! ```
//!
//! The runtime is its caller's, and so are signals: a test ends a server in the same way as the system does.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::diagnostic::{Code, Placed};

pub(crate) mod announce;
mod connection;
pub(crate) mod core;
pub(crate) mod current;
pub(crate) mod judge;
mod listener;
pub(crate) mod log;
pub(crate) mod metrics;
#[cfg(feature = "watch")]
pub(crate) mod watch;
pub(crate) mod probes;
pub(crate) mod profiles;
pub(crate) mod ready;
pub(crate) mod reload;
pub(crate) mod routes;
pub(crate) mod settings;
pub(crate) mod shutdown;
mod signals;
pub(crate) mod tls;

use listener::Port;
use metrics::{Cut, Metrics, Reload};
use ready::Readiness;
use settings::ServerSettings;
use shutdown::{Shutdown, Stage};
use tls::{Loaded, Tls, TlsError};

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The certificates cannot be used. The user's fault; no port was taken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server cannot listen on an address. The fault of the user or of the machine.
    #[error("cannot listen on `{address}`: {}", system(.error))]
    Listen {
        /// Which.
        address: SocketAddr,
        /// The flag that names it.
        flag: &'static str,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "the port is in use".to_owned(),
        io::ErrorKind::PermissionDenied => "not permitted".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

impl StartError {
    /// As an error of a command.
    pub fn placed(&self) -> Placed {
        match self {
            Self::Tls(error) => error.placed(),
            Self::Listen { address, flag, error } => {
                let hint = match error.kind() {
                    io::ErrorKind::AddrInUse => Some(format!("give another port with `{flag}`; 0 is any free port")),
                    io::ErrorKind::PermissionDenied if address.port() < 1024 => {
                        Some(format!("ports below 1024 are for root: give another port with `{flag}`"))
                    }
                    _ => None,
                };
                Placed::new(Code::Listen, self.to_string()).hint(hint)
            }
        }
    }
}

/// What is served, with its metrics and its readiness.
#[derive(Clone, Debug)]
pub struct App {
    /// On the TLS port.
    pub routes: Router,
    /// On the probe port.
    pub probes: Router,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// For `/readyz`.
    pub ready: Arc<Readiness>,
}

/// Reads and checks the certificates, then takes the ports. Clients can connect from now on; [`Bound::run`] serves them.
///
/// # Errors
///
/// A certificate cannot be used, or a port cannot be taken.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn bind(settings: ServerSettings) -> Result<Bound, StartError> {
    let (tls, loaded) = Tls::load(&settings.tls, SystemTime::now())?;
    let listen = |address, flag| {
        let bound = listener::listen(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        bound.map_err(|error| StartError::Listen { address, flag, error })
    };
    let (address, listener) = listen(settings.listen, "--listen")?;
    let (probe_address, probes) = listen(settings.probe_listen, "--probe-listen")?;
    Ok(Bound { settings, tls: Arc::new(tls), loaded, listener, address, probes, probe_address })
}

/// A server with its ports.
#[derive(Debug)]
pub struct Bound {
    settings: ServerSettings,
    tls: Arc<Tls>,
    loaded: Loaded,
    listener: TcpListener,
    address: SocketAddr,
    probes: TcpListener,
    probe_address: SocketAddr,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All requests in flight were answered.
    Drained,
    /// This many connections were still open at the end of the drain.
    Cut(usize),
    /// A second signal ended it at once.
    Aborted,
}

impl Bound {
    /// The TLS port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The probe port.
    pub const fn probe_address(&self) -> SocketAddr {
        self.probe_address
    }

    /// What is known of the certificate.
    pub fn tls(&self) -> Arc<Tls> {
        Arc::clone(&self.tls)
    }

    /// Serves until `shutdown` begins, then drains: it is not ready, and answers with `connection: close` for `drain.delay`;
    /// then it accepts nothing new, and waits at most `drain.timeout` for requests in flight. The probe port answers to the
    /// end.
    pub async fn run(self, app: App, shutdown: Shutdown) -> Ended {
        let Self { settings, tls, loaded, listener, probes, .. } = self;
        let App { routes, probes: probe_routes, metrics, ready } = app;
        set_expiry(&tls, &metrics, &ready);
        let watches = Watches(vec![
            tokio::spawn(watch_pair(Arc::clone(&tls), loaded.pair, settings.reload_interval, &metrics, ready.clone())),
            tokio::spawn(watch_client_ca(tls.clone(), loaded.client_ca, settings.reload_interval, metrics.clone())),
        ]);
        let port = |app, shutdown| Port { app, limits: settings.limits, metrics: Arc::clone(&metrics), shutdown };
        // The probe port ends later than the TLS port.
        let probes_end = Shutdown::new();
        let probes = tokio::spawn(port(probe_routes, probes_end.clone()).accept_plain(probes));
        let accepting = tokio::spawn(port(routes, shutdown.clone()).accept_tls(listener, tls));

        shutdown.reached(Stage::Draining).await;
        ready.drain();
        drop(watches);
        tokio::select! {
            () = tokio::time::sleep(settings.drain.delay) => shutdown.reach(Stage::Stopping),
            () = shutdown.reached(Stage::Aborting) => {}
        }
        let open = accepting.await.unwrap_or_default();
        let ended = tokio::select! {
            biased;
            () = shutdown.reached(Stage::Aborting) => Ended::Aborted,
            ended = finish(open, settings.drain.timeout) => ended,
        };
        if let Ended::Cut(count) = ended {
            (0..count).for_each(|_| metrics.cut(Cut::drained));
        }
        probes_end.reach(Stage::Stopping);
        if let Ok(open) = probes.await
            && ended != Ended::Aborted
        {
            finish(open, Duration::from_millis(100)).await;
        }
        ended
    }
}

/// Waits for connections to end, and counts those that do not.
async fn finish(mut open: JoinSet<()>, most: Duration) -> Ended {
    match timeout(most, async { while open.join_next().await.is_some() {} }).await {
        Ok(()) => Ended::Drained,
        Err(_) => {
            while open.try_join_next().is_some() {}
            Ended::Cut(open.len())
        }
    }
}

/// Tasks that end with the server.
struct Watches(Vec<JoinHandle<()>>);

impl Drop for Watches {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

fn set_expiry(tls: &Tls, metrics: &Metrics, ready: &Readiness) {
    let expiry = tls.certificate().not_after;
    metrics.certificate_expires(expiry);
    ready.certificate_expires(expiry);
}

fn watch_pair(
    tls: Arc<Tls>,
    in_use: reload::Fingerprint,
    interval: Duration,
    metrics: &Arc<Metrics>,
    ready: Arc<Readiness>,
) -> impl Future<Output = ()> + use<> {
    let files = vec![tls.files().certificate.clone(), tls.files().key.clone()];
    let watched = reload::WatchedFiles { what: Reload::certificate, files, in_use };
    let counted = Arc::clone(metrics);
    reload::watch(watched, interval, Arc::clone(metrics), move |contents| {
        let [certificate, key] = contents else { return Ok(()) };
        tls.replace_pair(certificate, key, SystemTime::now()).map_err(|error| located(&error))?;
        set_expiry(&tls, &counted, &ready);
        announce::certificate(&tls.certificate(), SystemTime::now());
        Ok(())
    })
}

async fn watch_client_ca(
    tls: Arc<Tls>,
    in_use: Option<reload::Fingerprint>,
    interval: Duration,
    metrics: Arc<Metrics>,
) {
    let (Some(file), Some(in_use)) = (tls.files().client_ca.clone(), in_use) else { return };
    let watched = reload::WatchedFiles { what: Reload::client_ca, files: vec![file], in_use };
    reload::watch(watched, interval, metrics, |contents| {
        let content = contents.first().map_or(&[][..], Vec::as_slice);
        tls.replace_client_ca(content).map_err(|error| located(&error))
    })
    .await;
}

/// An error with its file, on one line, for the log.
fn located(error: &TlsError) -> String {
    let placed = error.placed();
    format!("{}: {}", placed.file, placed.message)
}
