//! The webhook's routes, asked without a socket: what goes in is a request, what comes out a response.

mod core;
mod limits;
mod logs;
mod meshes;
mod parity;
mod probes;
mod profiles;
mod review;
mod routes;
mod states;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use injector::internals::process::admission::{AdmissionResponse, AdmissionReview, ReviewSubject};
use injector::internals::shell::server::judge::{
    Asked, CountedVerdict, Judge, Judged, Reply, Unanswered, VerdictResult,
};
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::routes::{ReviewLimits, router};
use serde_json::Value;
use tower::ServiceExt as _;

/// A router over some judge, and what can be seen of it from outside.
struct Served {
    router: Router,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
}

/// A response, read to its end.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Served {
    fn new(judge: impl Judge) -> Self {
        Self::limited(judge, ReviewLimits::default())
    }

    fn limited(judge: impl Judge, limits: ReviewLimits) -> Self {
        let metrics = Arc::new(Metrics::new());
        let ready = Arc::new(Readiness::new(&[]));
        let router = router(Arc::new(judge), Arc::clone(&metrics), Arc::clone(&ready), limits);
        Self { router, metrics, ready }
    }

    /// With metrics that the judge has a hand in, too.
    fn with(judge: Arc<dyn Judge>, metrics: Arc<Metrics>) -> Self {
        let ready = Arc::new(Readiness::new(&[]));
        let router = router(judge, Arc::clone(&metrics), Arc::clone(&ready), ReviewLimits::default());
        Self { router, metrics, ready }
    }

    fn ask(&self, request: Request<Body>) -> impl Future<Output = Got> + use<> {
        got(self.router.clone(), request)
    }

    async fn post(&self, path: &str, body: impl Into<Body>) -> Got {
        self.ask(post(path, body)).await
    }

    /// The value of a series; zero where there is none.
    fn metric(&self, series: &str) -> f64 {
        let text = self.metrics.text();
        let of = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
        text.lines().find_map(of).unwrap_or(0.0)
    }
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn got(router: Router, request: Request<Body>) -> Got {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Got { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
}

fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path).header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

/// A judge that is one function.
struct Fake<F>(F);

type Decision = Pin<Box<dyn Future<Output = Result<Reply, Unanswered>> + Send>>;

impl<F> Judge for Fake<F>
where
    F: Fn(Bytes, Asked, Instant) -> Decision + Send + Sync + 'static,
{
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_> {
        (self.0)(body, asked, deadline)
    }
}

fn fake<F>(judge: F) -> Fake<F>
where
    F: Fn(Bytes, Asked, Instant) -> Decision + Send + Sync + 'static,
{
    Fake(judge)
}

/// Allows everything.
fn allow() -> impl Judge {
    fake(|_, _, _| Box::pin(async { Ok(allowed()) }))
}

fn allowed() -> Reply {
    let response = AdmissionResponse { uid: "u-1".to_owned(), allowed: true, ..AdmissionResponse::default() };
    Reply {
        review: AdmissionReview { api_version: "admission.k8s.io/v1".to_owned(), kind: "AdmissionReview", response },
        verdicts: vec![CountedVerdict {
            profile: "cortexflow".to_owned(),
            result: VerdictResult::Skipped,
            reason: "pod-opted-out",
        }],
        subject: ReviewSubject {
            uid: "u-1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: "shop".to_owned(),
            name: "web-*".to_owned(),
            operation: "CREATE".to_owned(),
        },
    }
}

/// The `Status` that it is: of this code and reason, with no more members than that and a message.
#[track_caller]
fn assert_status(got: &Got, code: u16, reason: &str) -> String {
    let status = got.json();
    let message = status["message"].as_str().unwrap().to_owned();
    assert_eq!(got.status.as_u16(), code, "{status}");
    let mut expected = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code
    });
    if let Some(details) = status.get("details") {
        expected["details"] = details.clone();
    }
    assert_eq!(status, expected);
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert_eq!(got.header("content-length"), Some(got.body.len().to_string().as_str()));
    message
}
