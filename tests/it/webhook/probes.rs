//! What kubelet and Prometheus see.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use injector::internals::shell::server::probes;
use std::sync::Arc;

use super::{Got, Served, allow, assert_status, got};

async fn asked(router: &Router, method: Method, path: &str) -> Got {
    got(router.clone(), Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn both_ports_tell_their_health_and_only_the_plain_one_its_metrics() {
    let served = Served::new(allow());
    let plain = probes::router(Arc::clone(&served.metrics), Arc::clone(&served.ready));
    for router in [&served.router, &plain] {
        for path in ["/healthz", "/health", "/livez", "/readyz"] {
            let got = asked(router, Method::GET, path).await;
            assert_eq!((got.status.as_u16(), got.body.as_ref()), (200, b"ok\n".as_slice()), "{path}");
            assert_eq!(asked(router, Method::HEAD, path).await.status.as_u16(), 200);
            assert_eq!(asked(router, Method::POST, path).await.status.as_u16(), 405);
        }
    }
    let got = asked(&plain, Method::GET, "/metrics").await;
    assert_eq!(got.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(got.body.ends_with(b"# EOF\n"));
    assert_status(&asked(&served.router, Method::GET, "/metrics").await, 404, "NotFound");
    assert_status(&asked(&plain, Method::POST, "/mutate").await, 404, "NotFound");
}

#[tokio::test]
async fn what_is_not_ready_says_why_and_still_lives() {
    let served = Served::new(allow());
    served.ready.certificate_expires(1);
    served.ready.drain();
    let got = asked(&served.router, Method::GET, "/readyz").await;
    assert_eq!(got.status.as_u16(), 503);
    assert_eq!(got.body, "not ready: draining\nnot ready: the serving certificate has expired\n");
    assert_eq!(asked(&served.router, Method::GET, "/livez").await.status.as_u16(), 200);
    // What comes all the same is answered: endpoints are slow to hear of it.
    assert_eq!(served.post("/mutate", "{}").await.status.as_u16(), 200);
}
