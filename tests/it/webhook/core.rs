//! The router over the real core, and what tests of it share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use injector::internals::decide::facts::{Known, Namespace};
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::profile::{OnIneligible, Overrides};
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::{Fetched, NamespaceSource};
use injector::internals::shell::server::metrics::Metrics;
use serde_json::{Value, json};

use super::Served;

/// What `serve` would be given.
pub(super) fn given(profiles: &[&str]) -> Given {
    Given { profiles: profiles.iter().map(|profile| profile.parse().unwrap()).collect(), ..Given::default() }
}

pub(super) fn denying(profiles: &[&str]) -> Given {
    let overrides = Overrides { on_ineligible: Some(OnIneligible::Deny), ..Overrides::default() };
    Given { overrides, ..given(profiles) }
}

impl Served {
    /// A router over the core, with these profiles, and namespaces where any are known.
    pub(super) fn over_core(given: Given, namespaces: Option<Arc<dyn NamespaceSource>>) -> Self {
        let metrics = Arc::new(Metrics::new());
        let core = Core::new(given, KubernetesVersion::NEWEST, namespaces, Arc::clone(&metrics)).unwrap();
        Self::with(Arc::new(core), metrics)
    }
}

/// Namespaces that all have the same labels and annotations.
pub(super) struct Alike {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
}

impl NamespaceSource for Alike {
    fn known(&self, name: &str) -> Option<Namespace> {
        let (labels, annotations) = (Known::Yes(self.labels.clone()), Known::Yes(self.annotations.clone()));
        Some(Namespace { name: name.to_owned(), labels, annotations })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: Instant) -> Fetched<'a> {
        unreachable!("every namespace is known")
    }
}

/// The request that an API server sends when this is created.
pub(super) fn review(version: &str, uid: &str, object: &Value) -> Value {
    let text = |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let (group, of_group) = text("/apiVersion").rsplit_once('/').unwrap_or(("", text("/apiVersion")));
    let namespace = if text("/metadata/namespace").is_empty() { "default" } else { text("/metadata/namespace") };
    let kind = json!({"group": group, "version": of_group, "kind": text("/kind")});
    json!({
        "kind": "AdmissionReview",
        "apiVersion": format!("admission.k8s.io/{version}"),
        "request": {
            "uid": uid,
            "kind": kind,
            "resource": {"group": group, "version": of_group, "resource": text("/kind").to_lowercase() + "s"},
            "requestKind": kind,
            "namespace": namespace,
            "operation": "CREATE",
            "userInfo": {"username": "admin", "groups": ["system:masters"]},
            "object": object,
            "oldObject": null,
            "dryRun": false,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        }
    })
}

pub(super) fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "web-", "labels": {"app": "web"}, "annotations": {"team": "shop"}},
        "spec": {
            "initContainers": [{"name": "migrate", "image": "shop:1"}],
            "containers": [{
                "name": "web", "image": "shop:1", "ports": [{"containerPort": 8080}],
                "securityContext": {"runAsUser": 1000},
            }],
            "volumes": [{"name": "data", "emptyDir": {}}],
        }
    })
}

/// Knows nothing, and notes what it is asked for.
#[derive(Default)]
struct Asked(std::sync::Mutex<Vec<String>>);

impl NamespaceSource for Asked {
    fn known(&self, name: &str) -> Option<Namespace> {
        self.0.lock().unwrap().push(name.to_owned());
        None
    }

    fn fetch<'a>(&'a self, name: &'a str, _: Instant) -> Fetched<'a> {
        self.0.lock().unwrap().push(name.to_owned());
        Box::pin(async { None })
    }
}

#[tokio::test]
async fn only_what_can_be_a_namespace_is_asked_for() {
    let asked = Arc::new(Asked::default());
    let served = Served::over_core(given(&["cortexflow"]), Some(Arc::clone(&asked) as Arc<dyn NamespaceSource>));
    for namespace in ["a/../../version", "?watch=true&", "A", "", "shop"] {
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "u", "operation": "CREATE", "namespace": namespace,
            "object": {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "a"}]}}}});
        assert_eq!(served.post("/mutate", review.to_string()).await.status.as_u16(), 200, "{namespace}");
    }
    assert_eq!(*asked.0.lock().unwrap(), ["default", "default", "shop", "shop"]);
}

#[tokio::test]
async fn a_refusal_does_not_send_back_at_length_what_it_was_sent() {
    let served = Served::over_core(given(&["cortexflow"]), None);
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "CREATE", "namespace": "shop", "object": {"apiVersion": "v1", "kind": "Pod",
        "metadata": {"annotations": {"proxy-injection": "x".repeat(100_000)}},
        "spec": {"containers": [{"name": "a", "image": "a"}]}}}});
    let got = served.post("/mutate", review.to_string()).await;
    let answer: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(answer["response"]["allowed"], false);
    let message = answer["response"]["status"]["message"].as_str().unwrap();
    assert!((100..=2048).contains(&message.len()), "{}", message.len());
}
