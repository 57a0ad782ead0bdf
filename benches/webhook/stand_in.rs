//! The stand-ins for `serve`, in processes of their own: the same listener, from the library, and a handler that does less.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use axum::routing::post;
use bytes::Bytes;
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::settings::{ConnectionLimits, Drain, ServerSettings, TlsFiles};
use injector::internals::shell::server::shutdown::Shutdown;
use injector::internals::shell::server::{App, bind};

/// Answers this constant, until it is killed.
pub(crate) fn limit(listen: SocketAddr, cert: &Path, key: &Path, answer: &Path) {
    let answer = Bytes::from(std::fs::read(answer).expect("the constant is there"));
    run(listen, cert, key, move |_| answer.clone());
}

/// Reads what it is sent into a JSON value, which it writes back, until it is killed.
pub(crate) fn reference(listen: SocketAddr, cert: &Path, key: &Path) {
    run(listen, cert, key, |body| {
        let value: serde_json::Value = serde_json::from_slice(&body).expect("the client sends JSON");
        serde_json::to_vec(&value).expect("a value is written").into()
    });
}

fn run(listen: SocketAddr, cert: &Path, key: &Path, handler: impl Fn(Bytes) -> Bytes + Clone + Send + Sync + 'static) {
    let settings = ServerSettings {
        listen,
        probe_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: TlsFiles { certificate: cert.to_owned(), key: key.to_owned(), client_ca: None },
        limits: ConnectionLimits::default(),
        drain: Drain::default(),
        reload_interval: Duration::from_secs(2),
    };
    let answer =
        move |body: Bytes| async move { ([(CONTENT_TYPE, "application/json")], handler(body)).into_response() };
    let app = App {
        routes: Router::new().route("/mutate", post(answer)),
        probes: Router::new(),
        metrics: Arc::new(Metrics::new()),
        ready: Arc::new(Readiness::new(&[])),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bound = bind(settings).expect("the certificates are good and the port is free");
        bound.run(app, Shutdown::new()).await;
    });
}
