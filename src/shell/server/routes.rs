//! HTTP on the TLS port: what may be asked, how much of it, for how long, and what the answer's status is.
//!
//! Nothing is decided here: a [`Judge`] does that. Whatever becomes of a request to one of the paths of `/mutate`, it is
//! counted once, and what is held for it is let go, be it that the client has gone away in the middle.

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

/// A review with `object` and `oldObject`, each at the API server's own limit of 3 MiB, and what is around them.
pub const MAX_BODY: usize = 7 * 1024 * 1024;

/// What all bodies together may take, those that are being decided too. An API server sends few that are large.
const MAX_BODIES: usize = 64 * 1024 * 1024;

/// A body above this size is decided where it keeps no timer and no other request waiting.
const LARGE: usize = 64 * 1024;

/// What the client is told to have done where it went away before it was answered; as nginx counts it.
const CLIENT_GONE: u16 = 499;

/// How much is done at once, and how long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewLimits {
    /// Reviews that are read and decided at once; one more is shed.
    pub max_in_flight: usize,
    /// How long a body may take, from its request's headers on.
    pub body_timeout: Duration,
    /// The deadline of a request that states none.
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
    /// Those that are decided away from the timers.
    large: Arc<Semaphore>,
    /// What the bodies of all requests may take, in bytes.
    bodies: Arc<Semaphore>,
    limits: ReviewLimits,
}

/// A review that was answered, and the answer as it goes out.
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
        // What is full is told before a body is read, and a permit taken once it is here: who sends slowly keeps nobody out.
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
        // As many at once as there are processors: each takes many times its body's size meanwhile.
        let slot = timeout_at(deadline.into(), Arc::clone(&self.large).acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(Refusal::Deadline) };
        // A judge that waits gives up at the deadline there, too; one that computes is not waited for here.
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

/// Asks the judge. What is held for the request is held until the judge is done, whoever still waits for it.
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
/// After a panic the future is not polled again, so that nobody sees what it left half done; what the judge shares
/// between requests is replaced whole, or is a cache behind a lock that is used on after a panic.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

/// The profiles that a path asks for.
fn asked(path: &str) -> Asked {
    match path.strip_prefix("/mutate/") {
        None => Asked::Default,
        Some(names) => Asked::Named(names.split(',').map(str::to_owned).collect()),
    }
}

/// A place among those that are in flight, until it is dropped.
struct Flight {
    _gauge: Flying,
    _permit: OwnedSemaphorePermit,
    _body: Option<OwnedSemaphorePermit>,
}

/// One more in the gauge, for as long as it lives.
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

/// How a request ends: it is counted once, and where nobody says how it ended, its client has gone away.
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

    /// It ends with this status; how long it took.
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
