//! Any bytes that are sent to a path of the webhook have an answer, and never one that says that injector has a bug. What is answered
//! to a review is what the offline commands answer to the same text.
//!
//! The requests go through the routes as the server has them, without a socket and TLS. `contrib/fuzz 60 http`.

#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::process::run::{Action, Run};
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::routes::{ReviewLimits, router};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

mod guard;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

/// The second is the one that the first asks for.
const PATHS: [&str; 4] = ["/mutate", "/mutate/cortexflow?timeout=1s", "/mutate/nginx", "/mutate/a,b"];

struct Server {
    runtime: Runtime,
    router: Router,
    /// What the first path asks of the offline commands.
    asked: Run,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let metrics = Arc::new(Metrics::new());
    let core = Core::new(Given::default(), KubernetesVersion::NEWEST, FactSources::default(), Arc::clone(&metrics));
    let core = Arc::new(core.expect("the built-in profiles are good"));
    let router = router(core, metrics, Arc::new(Readiness::new(&[])), ReviewLimits::default());
    let profile = law::profile_of(include_str!("../../src/profile/builtin/cortexflow.yaml"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let asked = law::asked(&[profile], &BTreeMap::new(), Action::Inject);
    Server { runtime: runtime.expect("a runtime"), router, asked }
});

fn answered(path: &str, body: &[u8]) -> (StatusCode, Vec<u8>) {
    let request = Request::post(path).header("content-type", "application/json").body(Body::from(body.to_vec()));
    let request = request.expect("a request");
    SERVER.runtime.block_on(async {
        let response = SERVER.router.clone().oneshot(request).await.expect("the routes have an answer to everything");
        let (parts, body) = response.into_parts();
        (parts.status, body.collect().await.expect("a body in memory").to_bytes().to_vec())
    })
}

/// The patch of the only object of a text, as base64; `None` where there is not exactly one review.
fn offline(text: &str) -> Option<Value> {
    let run = law::run_as(text, &SERVER.asked).ok()?;
    let objects: Vec<_> = run.documents.iter().flat_map(|(_, processed)| &processed.objects).collect();
    let [object] = objects.as_slice() else { return None };
    object.review.as_ref()?;
    Some(object.proved.as_ref().map_or(Value::Null, |patch| serde_json::to_value(patch).expect("base64")))
}

fuzz_target!(init: guard::let_guarded_panics_pass(), |body: &[u8]| {
    // The length chooses: a byte for it would be taken from a seed, which would no longer be a review.
    let path = PATHS[body.len() % PATHS.len()];
    let (status, answer) = answered(path, body);
    let shown = String::from_utf8_lossy(body);
    assert!(!status.is_server_error(), "{status}: {shown}");
    if status != StatusCode::OK {
        return;
    }
    let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let response = &answer["response"];
    // This reader refuses some of what an API server sends, such as half of a surrogate pair.
    assert!(asked.is_null() || response["uid"] == asked["request"]["uid"], "{shown}");
    if path == PATHS[0] && response["allowed"] == true && let Some(patch) = offline(&shown) {
        assert_eq!(response["patch"], patch, "{shown}");
    }
});
