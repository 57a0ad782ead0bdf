//! The client: keep-alive HTTP/1.1 over TLS, as the API server has it, and as cheap as can be, since it shares the machine with
//! what it measures. The request is bytes that were made before; of an answer, only the status and the length are read, and it
//! is compared whole with the answer that is right.
//!
//! Closed loop: each connection has one request on its way at any time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// An answer that takes longer is an error; the API server's own limit is 30 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent, where to, and what should come back.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Arc<ClientConfig>,
    /// The whole request.
    pub(crate) request: Arc<[u8]>,
    /// The body of the right answer.
    pub(crate) answer: Arc<[u8]>,
}

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    After(Duration),
    Requests(u64),
}

/// What a round came to.
#[derive(Default)]
pub(crate) struct Round {
    /// In nanoseconds, one a request, sorted.
    pub(crate) latencies: Vec<u64>,
    pub(crate) took: Duration,
    /// Requests without a right answer; the connection was made anew.
    pub(crate) errors: u64,
    /// The first of them.
    pub(crate) first_error: Option<String>,
}

impl Round {
    /// Right answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this share of requests stayed under, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (share * last as f64).round() as usize;
        self.latencies.get(index).map_or(f64::NAN, |nanos| *nanos as f64 / 1e6)
    }
}

/// A client that trusts this CA, and prefers what Go's does: AES-128-GCM, and no HTTP/2 (the API server turns it off).
pub(crate) fn tls(ca: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(ca).expect("the CA is one");
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != rustls::CipherSuite::TLS13_AES_128_GCM_SHA256);
    let builder = ClientConfig::builder_with_provider(Arc::new(provider));
    let builder = builder.with_safe_default_protocol_versions().expect("the provider has the versions");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Sends one request on a connection of its own, and returns the answer's body.
pub(crate) fn once(target: &Target) -> io::Result<Vec<u8>> {
    runtime().block_on(async {
        let mut connection = Connection::open(target).await?;
        let body = connection.exchange(target).await?;
        Ok(body.to_vec())
    })
}

/// Opens that many connections, each of which sends requests until it is time. Opening them is not measured.
///
/// A thread has its own connections, and there are as many threads as processors: the work goes where there is room.
pub(crate) fn round(target: &Target, connections: usize, until: Until) -> Round {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(connections);
    let budget = Arc::new(AtomicU64::new(if let Until::Requests(count) = until { count } else { u64::MAX }));
    let ready = Arc::new(std::sync::Barrier::new(threads));
    let workers: Vec<_> = (0..threads)
        .map(|thread| {
            let share = connections / threads + usize::from(thread < connections % threads);
            let (target, budget, ready) = (target.clone(), Arc::clone(&budget), Arc::clone(&ready));
            std::thread::spawn(move || runtime().block_on(drive(target, share, until, budget, &ready)))
        })
        .collect();
    let mut whole = Round::default();
    for worker in workers {
        let part = worker.join().expect("a thread of the client does not panic");
        whole.latencies.extend(part.latencies);
        whole.took = whole.took.max(part.took);
        whole.errors += part.errors;
        whole.first_error = whole.first_error.or(part.first_error);
    }
    whole.latencies.sort_unstable();
    whole
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// One thread's connections.
async fn drive(
    target: Target,
    connections: usize,
    until: Until,
    budget: Arc<AtomicU64>,
    ready: &std::sync::Barrier,
) -> Round {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(&target).await);
    }
    ready.wait();
    let start = Instant::now();
    let end = if let Until::After(time) = until { Some(start + time) } else { None };
    let mut tasks = JoinSet::new();
    for connection in open {
        let (target, budget) = (target.clone(), Arc::clone(&budget));
        tasks.spawn(send(target, connection, end, budget));
    }
    let mut whole = Round::default();
    while let Some(part) = tasks.join_next().await {
        let part = part.expect("a connection's task does not panic");
        whole.latencies.extend(part.latencies);
        whole.errors += part.errors;
        whole.first_error = whole.first_error.or(part.first_error);
    }
    whole.took = start.elapsed();
    whole
}

async fn send(
    target: Target,
    mut connection: io::Result<Connection>,
    end: Option<Instant>,
    budget: Arc<AtomicU64>,
) -> Round {
    let mut round = Round::default();
    let mut before = Instant::now();
    while end.is_none_or(|end| before < end) && take(&budget) {
        let result = match &mut connection {
            Ok(connection) => answered(connection, &target).await,
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        let after = Instant::now();
        match result {
            Ok(()) => round.latencies.push(u64::try_from((after - before).as_nanos()).unwrap_or(u64::MAX)),
            Err(error) => {
                round.errors += 1;
                round.first_error.get_or_insert(error.to_string());
                connection = Connection::open(&target).await;
            }
        }
        before = after;
    }
    round
}

fn take(budget: &AtomicU64) -> bool {
    budget.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

async fn answered(connection: &mut Connection, target: &Target) -> io::Result<()> {
    let exchange = tokio::time::timeout(PATIENCE, connection.exchange(target));
    let body = exchange.await.map_err(|_| io::Error::other("no answer in time"))??;
    if body == &*target.answer { Ok(()) } else { Err(io::Error::other("another answer than the first")) }
}

/// A keep-alive connection.
struct Connection {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(target: &Target) -> io::Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(&target.tls)).connect(name, stream).await?;
        Ok(Self { stream, buffer: Vec::with_capacity(32 * 1024) })
    }

    /// Sends the request, and returns the body of an answer that has status 200.
    async fn exchange(&mut self, target: &Target) -> io::Result<&[u8]> {
        self.stream.write_all(&target.request).await?;
        self.stream.flush().await?;
        self.buffer.clear();
        let mut expected: Option<(usize, usize)> = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if expected.is_none()
                && let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n\r\n")
            {
                let head = self.buffer.get(..end).unwrap_or_default();
                expected = Some((end + 4, length(head)?));
            }
            if let Some((start, length)) = expected
                && self.buffer.len() >= start + length
            {
                return self.buffer.get(start..start + length).ok_or_else(|| io::ErrorKind::InvalidData.into());
            }
        }
    }
}

/// The length that the head of an answer with status 200 states.
fn length(head: &[u8]) -> io::Result<usize> {
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned()));
    }
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(|| io::Error::other("no content-length"))
}
