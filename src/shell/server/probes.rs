//! Health, readiness and metrics, for kubelet and Prometheus.
//!
//! A process that answers is alive. Readiness says whether it has what it needs to answer reviews.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::metrics::Metrics;
use super::ready::Readiness;
use super::routes::response::not_found;

/// The content type of `/metrics`. Source: <https://prometheus.io/docs/specs/om/open_metrics_spec/#overall-structure>.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const PLAIN: &str = "text/plain; charset=utf-8";

/// All paths of the plain port.
pub fn router(metrics: Arc<Metrics>, ready: Arc<Readiness>) -> Router {
    let page = move || {
        let text = metrics.text();
        async move { ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response() }
    };
    health(ready).route("/metrics", get(page)).fallback(not_found)
}

/// The paths that both ports have.
pub(super) fn health(ready: Arc<Readiness>) -> Router {
    let live = || async { plain(StatusCode::OK, "ok\n".to_owned()) };
    let readiness = move || {
        let response = readyz(&ready);
        async move { response }
    };
    Router::new()
        .route("/healthz", get(live))
        .route("/health", get(live))
        .route("/livez", get(live))
        .route("/readyz", get(readiness))
}

fn readyz(ready: &Readiness) -> Response {
    let missing = ready.missing(SystemTime::now());
    if missing.is_empty() {
        return plain(StatusCode::OK, "ok\n".to_owned());
    }
    let reasons = missing.iter().fold(String::new(), |mut lines, reason| {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "not ready: {reason}");
        lines
    });
    plain(StatusCode::SERVICE_UNAVAILABLE, reasons)
}

fn plain(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, PLAIN)], text).into_response()
}
