//! Reviews as an API server sent them; `cluster::webhook::reviews` keeps them. The webhook answers each as the CLI does,
//! and only the creation of a pod with a patch.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::ready::Readiness;
use injector::internals::shell::server::routes::{ReviewLimits, router};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::injector;

fn reviews() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/reviews");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    let read = |file: &PathBuf| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap());
    files.iter().map(read).collect()
}

async fn answered(review: &[u8]) -> Vec<u8> {
    let given = Given::default();
    let metrics = Arc::new(Metrics::new());
    let core = Core::new(given, KubernetesVersion::NEWEST, FactSources::default(), Arc::clone(&metrics)).unwrap();
    let router = router(Arc::new(core), metrics, Arc::new(Readiness::new(&[])), ReviewLimits::default());
    let request = Request::post("/mutate?timeout=10s").header("content-type", "application/json");
    let response = router.oneshot(request.body(Body::from(review.to_owned())).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

#[tokio::test]
async fn the_webhook_answers_what_an_api_server_sends_as_the_cli_does() {
    let reviews = reviews();
    assert!(reviews.len() >= 10, "there are too few in testdata/reviews: {}", reviews.len());
    for (name, review) in reviews {
        let webhook: Value = serde_json::from_slice(&answered(&review).await).unwrap();
        let cli = injector(["inject", "-o", "response", "-q"]).stdin(review.clone()).succeeds();
        assert_eq!(webhook, serde_json::from_str::<Value>(&cli.stdout).unwrap(), "{name}");

        let review: Value = serde_json::from_slice(&review).unwrap();
        let request = &review["request"];
        assert_eq!(webhook["apiVersion"], review["apiVersion"], "{name}");
        assert_eq!(webhook["response"]["uid"], request["uid"], "{name}");
        assert_eq!(webhook["response"]["allowed"], true, "{name}");
        let pod = request["resource"]["resource"] == "pods" && request["subResource"].is_null();
        let created = pod && request["operation"] == "CREATE";
        let patch = webhook["response"]["patch"].as_str();
        assert_eq!(patch.is_some(), created, "{name}");
        let Some(patch) = patch else { continue };
        let patch: json_patch::Patch = serde_json::from_slice(&STANDARD.decode(patch).unwrap()).unwrap();
        let mut object = request["object"].clone();
        json_patch::patch(&mut object, &patch).unwrap();
        let containers = object["spec"]["containers"].as_array().unwrap();
        assert_eq!(containers.last().unwrap()["name"], "proxy-sidecar", "{name}");
    }
}

/// Any letter of a string may be an escape (RFC 8259, section 7).
#[tokio::test]
async fn a_review_whose_kind_has_an_escape_is_answered_as_one_without() {
    let mut patches = 0;
    for (name, review) in reviews() {
        let plain = String::from_utf8(review).unwrap();
        let escaped = plain.replace("\"AdmissionReview\"", "\"Admission\\u0052eview\"");
        assert_ne!(plain, escaped, "{name}");
        assert_eq!(answered(plain.as_bytes()).await, answered(escaped.as_bytes()).await, "{name}");
        let [plain, escaped] = [plain, escaped].map(|text| injector(["inject", "-q"]).stdin(text).succeeds().stdout);
        assert_eq!(plain, escaped, "{name}");
        patches += usize::from(plain.contains("\"patch\""));
    }
    assert!(patches > 0);
}
