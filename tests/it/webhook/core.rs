//! The router over the real core, and what tests of it share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use injector::internals::decide::facts::{Known, Namespace, ServiceAccount};
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::profile::{OnIneligible, Overrides};
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::{FactSource, FactSources, Fetched, ObjectKey};
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
    /// A router over the core, with these profiles, and what is known of the cluster.
    pub(super) fn over_core(given: Given, sources: FactSources) -> Self {
        let metrics = Arc::new(Metrics::new());
        let core = Core::new(given, KubernetesVersion::NEWEST, sources, Arc::clone(&metrics)).unwrap();
        Self::with(Arc::new(core), metrics)
    }
}

/// Only namespaces are known, from here.
pub(super) fn of_namespaces(source: impl FactSource<Namespace>) -> FactSources {
    FactSources { namespaces: Some(Arc::new(source)), service_accounts: None }
}

/// Namespaces that all have the same labels and annotations.
pub(super) struct Alike {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
}

impl FactSource<Namespace> for Alike {
    fn known(&self, key: &ObjectKey) -> Option<Namespace> {
        let (labels, annotations) = (Known::Yes(self.labels.clone()), Known::Yes(self.annotations.clone()));
        Some(Namespace { name: key.name.clone(), labels, annotations })
    }

    fn fetch<'a>(&'a self, _: &'a ObjectKey, _: Instant) -> Fetched<'a, Namespace> {
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

impl<F: 'static> FactSource<F> for Asked {
    fn known(&self, key: &ObjectKey) -> Option<F> {
        self.0.lock().unwrap().push(key.name.clone());
        None
    }

    fn fetch<'a>(&'a self, key: &'a ObjectKey, _: Instant) -> Fetched<'a, F> {
        self.0.lock().unwrap().push(key.name.clone());
        Box::pin(async { None })
    }
}

#[tokio::test]
async fn only_what_can_be_a_namespace_is_asked_for() {
    let asked = Arc::new(Asked::default());
    let served = Served::over_core(
        given(&["cortexflow"]),
        FactSources { namespaces: Some(Arc::clone(&asked) as _), service_accounts: None },
    );
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
    let served = Served::over_core(given(&["cortexflow"]), FactSources::default());
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

/// Reads what is known of the ServiceAccount.
const ROLE: &str = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: role}\nspec:\n  policy: OptOut\n  \
                    labels: [{key: role, value: \"{{ serviceAccount.?labels[?'role'].orValue('none') }}\"}]\n";

#[tokio::test]
async fn a_service_account_is_asked_for_only_where_a_profile_reads_it_and_it_can_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("role.yaml");
    std::fs::write(&file, ROLE).unwrap();
    for (profile, expected) in
        [("cortexflow", &[][..]), (file.to_str().unwrap(), &["default", "default", "app.one", "app.one"])]
    {
        let asked = Arc::new(Asked::default());
        let sources = FactSources { namespaces: None, service_accounts: Some(Arc::clone(&asked) as _) };
        let served = Served::over_core(given(&[profile]), sources);
        for name in ["", "a/../../secrets/b", "A", "app.one"] {
            let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
                "uid": "u", "operation": "CREATE", "namespace": "shop", "object": {"apiVersion": "v1", "kind": "Pod",
                "spec": {"serviceAccountName": name, "containers": [{"name": "a", "image": "a"}]}}}});
            assert_eq!(served.post("/mutate", review.to_string()).await.status.as_u16(), 200, "{name}");
        }
        assert_eq!(*asked.0.lock().unwrap(), expected, "{profile}");
    }
}

/// Knows one ServiceAccount, of a name that no pod has.
struct Second;

impl FactSource<ServiceAccount> for Second {
    fn known(&self, key: &ObjectKey) -> Option<ServiceAccount> {
        let labels = [("role".to_owned(), "reader".to_owned())].into();
        let ObjectKey { namespace, name } = key.clone();
        (name == "second").then(|| ServiceAccount { namespace, name, labels, ..ServiceAccount::default() })
    }

    fn fetch<'a>(&'a self, _: &'a ObjectKey, _: Instant) -> Fetched<'a, ServiceAccount> {
        Box::pin(async { None })
    }
}

#[tokio::test]
async fn an_account_that_an_earlier_profile_sets_is_looked_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let [role, sets] = ["role.yaml", "sets.yaml"].map(|name| folder.path().join(name));
    std::fs::write(&role, ROLE).unwrap();
    let text = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: sets}\nspec:\n  policy: OptOut\n  \
                pod: {serviceAccountName: {value: second}}\n";
    std::fs::write(&sets, text).unwrap();
    let sources = FactSources { namespaces: None, service_accounts: Some(Arc::new(Second)) };
    let served = Served::over_core(given(&[sets.to_str().unwrap(), role.to_str().unwrap()]), sources);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"},
        "spec": {"containers": [{"name": "a", "image": "a"}]}});
    let answer = served.post("/mutate", review("v1", "u", &pod).to_string()).await.json();
    let patch = STANDARD.decode(answer["response"]["patch"].as_str().unwrap()).unwrap();
    let patch = String::from_utf8(patch).unwrap();
    assert!(patch.contains(r#""path":"/metadata/labels/role","value":"reader""#), "{patch}");
}
