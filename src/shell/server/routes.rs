//! HTTP on the TLS port: which requests are allowed, how many, how large, for how long, and the status of the answer.
//!
//! A [`Judge`] decides. Every request to a path of `/mutate` is counted once and releases what it holds, even when its client
//! goes away in the middle.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

use super::judge::{Asked, Judge, Reply, Unanswered};
use super::metrics::Metrics;
use super::ready::Readiness;
use super::{log, probes};
use refusal::Refusal;
use response::{refused, respond};

mod body;
mod deadline;
pub(super) mod refusal;
pub(super) mod response;

/// The largest body, in bytes: `object` and `oldObject`, each at the API server's limit of 3 MiB, and the rest of a review.
pub const MAX_BODY: usize = 7 * 1024 * 1024;

/// The most bytes of all bodies together, also of those that are being decided. An API server sends few large ones.
const MAX_BODIES: usize = 64 * 1024 * 1024;

/// A body above this size, in bytes, is decided on a thread where it blocks no timer and no other request.
const LARGE: usize = 64 * 1024;

/// The status with which a request is counted whose client went away before the answer, as nginx does it.
const CLIENT_GONE: u16 = 499;

/// How many reviews are answered at once, and how long the server waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewLimits {
    /// Reviews that are read and decided at once; the next one is refused with 503.
    pub max_in_flight: usize,
    /// How long a body may take, from the end of the request's headers.
    pub body_timeout: Duration,
    /// The time for a request that does not say how long its client waits.
    pub default_deadline: Duration,
}

impl Default for ReviewLimits {
    fn default() -> Self {
        Self { max_in_flight: 256, body_timeout: Duration::from_secs(10), default_deadline: Duration::from_secs(10) }
    }
}

/// All paths of the TLS port.
pub fn router(judge: Arc<dyn Judge>, metrics: Arc<Metrics>, ready: Arc<Readiness>, limits: ReviewLimits) -> Router {
    let permits = Arc::new(Semaphore::new(limits.max_in_flight.min(Semaphore::MAX_PERMITS)));
    let bodies = Arc::new(Semaphore::new(MAX_BODIES));
    let large = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, NonZero::get)));
    let webhook = Arc::new(ReviewRoute { judge, metrics, permits, large, bodies, limits });
    Router::new()
        .route("/mutate", any(mutate))
        .route("/mutation/pod", any(mutate))
        .route("/inject", any(mutate))
        .route("/mutate/{profiles}", any(mutate))
        .with_state(webhook)
        .merge(probes::health(ready))
        .fallback(response::not_found)
}

/// What every request shares.
struct ReviewRoute {
    judge: Arc<dyn Judge>,
    metrics: Arc<Metrics>,
    permits: Arc<Semaphore>,
    /// For large bodies, which are decided on a thread of their own.
    large: Arc<Semaphore>,
    /// Bytes for the bodies of all requests.
    bodies: Arc<Semaphore>,
    limits: ReviewLimits,
}

/// The reply to a review, and its body as it is sent.
struct Decided {
    answer: Reply,
    body: Vec<u8>,
}

async fn mutate(State(webhook): State<Arc<ReviewRoute>>, request: Request) -> Response {
    let version = request.version();
    let mut ending = Ending::new(Arc::clone(&webhook.metrics));
    match webhook.answer(request, &mut ending).await {
        Ok(Decided { answer, body }) => {
            answer.verdicts.iter().for_each(|verdict| webhook.metrics.decided(verdict));
            let took = ending.end(StatusCode::OK.as_u16());
            log::answered(&answer, took);
            respond(StatusCode::OK, body)
        }
        Err(refusal) => {
            let took = ending.end(refusal.status().as_u16());
            log::refused(&refusal, took);
            refused(&refusal, version)
        }
    }
}

impl ReviewRoute {
    async fn answer(&self, request: Request, ending: &mut Ending) -> Result<Decided, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::Method(request.method().clone()));
        }
        body::check_type(request.headers())?;
        let deadline = ending.since + deadline::of(request.uri().query(), self.limits.default_deadline);
        let asked = asked(request.uri().path());
        let body = request.into_body();
        body::check_length(&body)?;
        let gauge = Flying::new(self.metrics.in_flight.clone());
        // Refuse before the body is read, but take a permit only afterwards: a slow client must not keep others out.
        if self.permits.available_permits() == 0 {
            return Err(Refusal::Overloaded);
        }
        let read = body::read(body, &self.bodies, ending.since + self.limits.body_timeout, deadline).await?;
        ending.size = Some(read.bytes.len());
        let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| Refusal::Overloaded)?;
        let flight = Flight { _gauge: gauge, _permit: permit, _body: read.held };
        let body = read.bytes;
        let is_large = body.len() > LARGE;
        let decided = timeout_at(deadline.into(), decide(Arc::clone(&self.judge), body, asked, deadline, flight));
        if !is_large {
            return decided.await.unwrap_or(Err(Refusal::Deadline));
        }
        // As many at once as there are processors: each takes many times the size of its body in memory.
        let slot = timeout_at(deadline.into(), Arc::clone(&self.large).acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(Refusal::Deadline) };
        // A judge that waits gives up at the deadline there, too. One that still computes is left behind here.
        let runtime = tokio::runtime::Handle::current();
        let decided = tokio::task::spawn_blocking(move || {
            let decided = runtime.block_on(decided);
            drop(slot);
            decided
        });
        match timeout_at(deadline.into(), decided).await {
            Ok(Ok(decided)) => decided.unwrap_or(Err(Refusal::Deadline)),
            Ok(Err(panicked)) => Err(Refusal::Panicked(panicked.to_string())),
            Err(_) => Err(Refusal::Deadline),
        }
    }
}

/// Asks the judge. `flight` is held until the judge is done, even when the client no longer waits.
async fn decide(
    judge: Arc<dyn Judge>,
    body: Bytes,
    asked: Asked,
    deadline: Instant,
    flight: Flight,
) -> Result<Decided, Refusal> {
    let judged = caught(async { judge.judge(body, asked, deadline).await }).await;
    let answer = match judged {
        Ok(answer) => answer.map_err(Refusal::Failed)?,
        Err(panic) => return Err(Refusal::Panicked(said(panic.as_ref()))),
    };
    let encoded = serde_json::to_vec(&answer.review);
    let unproved = |error: serde_json::Error| {
        let uid = answer.subject.uid.clone();
        Refusal::Failed(Unanswered::Unproved { message: error.to_string(), uid })
    };
    let body = encoded.map_err(unproved)?;
    drop(flight);
    Ok(Decided { answer, body })
}

/// The output of a future, or what it panicked with.
///
/// After a panic the future is not polled again, so nothing sees its half-done state. What the judge shares between requests
/// is replaced as a whole, or is a cache behind a lock that stays usable after a panic.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

/// The message of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

/// The profiles for which a path asks.
fn asked(path: &str) -> Asked {
    match path.strip_prefix("/mutate/") {
        None => Asked::Default,
        Some(names) => Asked::Named(names.split(',').map(str::to_owned).collect()),
    }
}

/// A request in flight, until it is dropped.
struct Flight {
    _gauge: Flying,
    _permit: OwnedSemaphorePermit,
    _body: Option<OwnedSemaphorePermit>,
}

/// Adds one to the gauge until it is dropped.
struct Flying(Gauge);

impl Flying {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Flying {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts a request once, when it ends. Where `end` is not called, its client went away.
struct Ending {
    metrics: Arc<Metrics>,
    since: Instant,
    size: Option<usize>,
    code: u16,
}

impl Ending {
    fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, since: Instant::now(), size: None, code: CLIENT_GONE }
    }

    /// The request ends with this status. Returns how long it took.
    fn end(mut self, code: u16) -> Duration {
        self.code = code;
        self.since.elapsed()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        if self.code == CLIENT_GONE {
            log::gone(self.code, took);
        }
        self.metrics.answered(self.code, took, self.size);
    }
}
