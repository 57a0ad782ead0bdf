//! One connection, from its first byte of HTTP to its last: its phase, and how long it may stay in it.
//!
//! hyper has one time limit for a header, which also runs while a kept-alive connection is idle. Here the two limits differ
//! by more than a factor of ten, so the phase is observed from outside: the first byte of a request, the call of the
//! service, the end of the answer. Nothing of HTTP is decided here.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tower::Service as _;

use super::metrics::Cut;
use super::settings::ConnectionLimits;
use super::shutdown::{Shutdown, Stage};

mod drained;
mod noted;
mod phase;

use drained::Drained;
use noted::Noted;
use phase::{ConnectionPhase, PhaseWatch};

/// After this time without an answer, a request has no client any more: an API server waits 30 seconds.
const STUCK: Duration = Duration::from_secs(120);

/// How long a connection may take to close in order.
const CLOSING: Duration = Duration::from_secs(1);

/// When the server stops, how long a connection without a request may still send its first: it was opened for one.
const FRESH: Duration = Duration::from_secs(1);

/// The most bytes of one read, and so of a header: a TLS record is not longer.
const BUFFER: usize = 16 * 1024;

/// The protocol of a connection. ALPN decides (RFC 9113, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// Serves one connection to its end. Returns the reason where the server cut it.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    protocol: Protocol,
    app: Router,
    limits: ConnectionLimits,
    shutdown: Shutdown,
) -> Option<Cut> {
    let watch = PhaseWatch::new();
    let service = Answering { app, watch: watch.clone(), shutdown: shutdown.clone(), protocol };
    match protocol {
        Protocol::Http1 => {
            let io = TokioIo::new(Noted::new(stream, watch.clone()));
            let connection =
                http1::Builder::new().max_buf_size(BUFFER).header_read_timeout(None).serve_connection(io, service);
            drive(connection, protocol, &watch, limits, &shutdown).await
        }
        Protocol::Http2 => {
            let connection = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .keep_alive_interval(Duration::from_secs(30))
                .keep_alive_timeout(Duration::from_secs(20))
                .max_concurrent_streams(128)
                .max_pending_accept_reset_streams(20)
                .max_local_error_reset_streams(128)
                .initial_stream_window_size(64 * 1024)
                .initial_connection_window_size(512 * 1024)
                .max_send_buf_size(64 * 1024)
                .max_header_list_size(16 * 1024)
                .serve_connection(TokioIo::new(stream), service);
            drive(connection, protocol, &watch, limits, &shutdown).await
        }
    }
}

/// Holds a connection to its time limits.
struct Driver<'a> {
    protocol: Protocol,
    watch: &'a PhaseWatch,
    limits: ConnectionLimits,
    stopping: Option<Instant>,
    closing: Option<(Instant, Option<Cut>)>,
}

/// What to do next with a connection that makes no progress.
enum Due {
    WaitUntil(Instant),
    Close(Option<Cut>),
    End(Option<Cut>),
}

impl Driver<'_> {
    fn step(&self, now: Instant) -> Due {
        let (phase, since) = self.watch.now();
        if let Some((until, cut)) = self.closing {
            // Wait for the request in flight; the drain limits how long.
            let (until, cut) = match phase {
                ConnectionPhase::Busy => (since + STUCK, Some(Cut::stuck)),
                _ => (until.max(since + CLOSING), cut),
            };
            return if now >= until { Due::End(cut) } else { Due::WaitUntil(until) };
        }
        if let Some(since_stop) = self.stopping {
            match phase {
                ConnectionPhase::Idle | ConnectionPhase::Busy => return Due::Close(None),
                ConnectionPhase::Fresh if self.protocol == Protocol::Http2 || now >= since_stop + FRESH => {
                    return Due::Close(None);
                }
                ConnectionPhase::Fresh => return Due::WaitUntil(since_stop + FRESH),
                ConnectionPhase::Head => {}
            }
        }
        let (limit, cut) = match phase {
            ConnectionPhase::Fresh | ConnectionPhase::Idle => (self.limits.idle, Cut::idle),
            ConnectionPhase::Head => (self.limits.header, Cut::header_timeout),
            ConnectionPhase::Busy => (STUCK, Cut::stuck),
        };
        match (now < since + limit, phase) {
            (true, _) => Due::WaitUntil(since + limit),
            (false, ConnectionPhase::Head | ConnectionPhase::Busy) => Due::End(Some(cut)),
            (false, ConnectionPhase::Fresh | ConnectionPhase::Idle) => Due::Close(Some(cut)),
        }
    }
}

async fn drive<C>(
    connection: C,
    protocol: Protocol,
    watch: &PhaseWatch,
    limits: ConnectionLimits,
    shutdown: &Shutdown,
) -> Option<Cut>
where
    C: GracefulConnection<Error = hyper::Error>,
{
    let mut connection = pin!(connection);
    // An HTTP/2 client is asked to leave as soon as the drain begins, an HTTP/1.1 client with its next answer.
    let leave = if protocol == Protocol::Http2 { Stage::Draining } else { Stage::Stopping };
    let mut leaving = pin!(shutdown.reached(leave));
    let mut timer = pin!(sleep_until(Instant::now() + limits.idle));
    let mut driver = Driver { protocol, watch, limits, stopping: None, closing: None };
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = connection.as_mut().poll(cx) {
                let own = driver.closing.and_then(|(_, cut)| cut);
                return Poll::Ready(own.or_else(|| done.err().and_then(|error| refused(&error))));
            }
            if driver.stopping.is_none() && leaving.as_mut().poll(cx).is_ready() {
                driver.stopping = Some(Instant::now());
            }
            let until = match driver.step(Instant::now()) {
                Due::End(cut) => return Poll::Ready(cut),
                Due::Close(cut) => {
                    driver.closing = Some((Instant::now() + CLOSING, cut));
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
                Due::WaitUntil(until) => until,
            };
            // Do not move the timer to a later time before it fires: most requests end before it matters.
            if until < timer.deadline() || timer.is_elapsed() {
                timer.as_mut().reset(until);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await
}

/// The reason, where hyper ended a connection because of what the client sent. A client that went away is not one.
fn refused(error: &hyper::Error) -> Option<Cut> {
    (error.is_parse() || error.is_parse_too_large()).then_some(Cut::malformed)
}

/// The router as a connection calls it: it notes when a request is being answered.
#[derive(Clone)]
struct Answering {
    app: Router,
    watch: PhaseWatch,
    shutdown: Shutdown,
    protocol: Protocol,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let busy = self.watch.begin();
        let (shutdown, protocol) = (self.shutdown.clone(), self.protocol);
        let answer = self.app.clone().call(request.map(Drained::new));
        Box::pin(async move {
            let mut response = answer.await?;
            if protocol == Protocol::Http1 && shutdown.stage() >= Stage::Draining {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| AnswerBody { body, _busy: busy }))
        })
    }
}

/// An answer's body. The answer ends when it is dropped.
struct AnswerBody {
    body: Body,
    _busy: phase::Busy,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
