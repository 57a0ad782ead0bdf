//! What the API server really sends, of every sort, and that only the creation of a pod is answered with a patch.
//!
//! The reviews are kept below `testdata/reviews`, for tests without an API server; `INJECTOR_UPDATE=1` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::configuration::{Applied, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::{created, is_injected, pod};
use crate::support::control_plane::ControlPlane;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/reviews")
}

/// Makes what differs from one run to the next the same: uids, times, versions, random names.
fn normalise(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match (key.as_str(), &*value) {
                    ("uid" | "controller-uid" | "batch.kubernetes.io/controller-uid", Value::String(_)) => {
                        *value = "00000000-0000-4000-8000-000000000000".into();
                    }
                    ("creationTimestamp" | "time" | "deletionTimestamp" | "lastTransitionTime", Value::String(_)) => {
                        *value = "2026-01-01T00:00:00Z".into();
                    }
                    ("resourceVersion", Value::String(_)) => *value = "1".into(),
                    ("pod-template-hash", Value::String(_)) => *value = "5d59d67564".into(),
                    ("startTime", Value::String(_)) => *value = "2026-01-01T00:00:00Z".into(),
                    ("manager", Value::String(_)) => *value = "manager".into(),
                    _ => normalise(value),
                }
            }
            // A ReplicaSet's name ends in the hash of its template, which is the same every time only for one version.
            if object.get("kind") == Some(&json!("ReplicaSet")) && object.contains_key("controller") {
                object.insert("name".into(), "web-5d59d67564".into());
            }
            if let Some(Value::String(prefix)) = object.get_mut("generateName")
                && prefix.starts_with("web-")
            {
                *prefix = "web-5d59d67564-".into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The pointers of all members of a review's request, without those of the objects in it.
fn shape(review: &Value) -> BTreeSet<String> {
    let mut members = BTreeSet::from_iter(review.as_object().into_iter().flatten().map(|(key, _)| key.clone()));
    for (key, value) in review["request"].as_object().into_iter().flatten() {
        let kind = if value.is_null() { "null" } else { "value" };
        members.insert(format!("request/{key}: {kind}"));
    }
    members
}

/// Writes a review, or compares it with the one that is kept: their objects may differ from one version of Kubernetes to
/// another, the request around them may not.
fn keep(name: &str, review: &Value) {
    let mut review = review.clone();
    normalise(&mut review);
    let file = folder().join(format!("{name}.json"));
    if std::env::var_os("INJECTOR_UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(folder()).unwrap();
        fs::write(&file, serde_json::to_string_pretty(&review).unwrap() + "\n").unwrap();
        return;
    }
    let kept = fs::read(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; run this test with INJECTOR_UPDATE=1", file.display());
    });
    let kept: Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(shape(&review), shape(&kept), "{name} is not as it is kept; INJECTOR_UPDATE=1 writes it anew");
}

/// The last review for which this holds.
fn last(recorder: &Recorder, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    let seen = recorder.seen();
    let found = seen.iter().rev().find(|review| is(&review["request"]));
    found.unwrap_or_else(|| panic!("no review of {what}")).clone()
}

pub(super) fn only_the_creation_of_a_pod_is_answered_with_a_patch(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let server = InProcess::start(recorder.clone());
    let mut everything = hook("everything", &server.url("/mutate"), server.ca());
    everything["webhooks"][0]["rules"] = json!([{
        "operations": ["*"],
        "apiGroups": ["", "apps"],
        "apiVersions": ["*"],
        "resources": ["pods", "pods/*", "deployments", "deployments/*", "configmaps"],
        "scope": "*",
    }]);
    namespace(plane, "everything-asked", "everything");
    let _applied = Applied::new(plane, &everything, "everything-asked", |_| !recorder.seen().is_empty());
    let in_namespace = |args: &str, stdin: &str| plane.ok(&format!("-n everything-asked {args}"), stdin);

    let bare = created(plane, "everything-asked", &[pod("bare")]);
    assert!(is_injected(&bare[0]));
    keep("pod-create", &last(&recorder, "a creation", |request| request["name"] == "bare"));

    in_namespace("label pod bare changed=yes", "");
    in_namespace("annotate pod bare proxy-injection=disabled", "");
    let updated = plane.get("pod bare -n everything-asked");
    assert_eq!(super::stored(&updated)["spec"], super::stored(&bare[0])["spec"], "an update changes nothing of ours");
    keep("pod-update", &last(&recorder, "an update", |request| request["operation"] == "UPDATE"));

    let status = r#"{"status": {"conditions": [{"type": "Tested", "status": "True"}]}}"#;
    let patch =
        ["-n", "everything-asked", "patch", "pod", "bare", "--subresource=status", "--type=merge", "-p", status];
    assert!(plane.kubectl(patch, "").success);
    keep("pod-status-update", &last(&recorder, "a status", |request| request["subResource"] == "status"));

    let ephemeral = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "debug:1"}]}}).to_string();
    let patch =
        ["-n", "everything-asked", "patch", "pod", "bare", "--subresource=ephemeralcontainers", "-p", &ephemeral];
    let patched = plane.kubectl(patch, "");
    assert!(patched.success, "{patched:?}");
    let is_ephemeral = |request: &Value| request["subResource"] == "ephemeralcontainers";
    keep("pod-ephemeralcontainers-update", &last(&recorder, "an ephemeral container", is_ephemeral));

    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "bare"},
        "target": {"apiVersion": "v1", "kind": "Node", "name": "nowhere"}});
    let raw = "create --raw /api/v1/namespaces/everything-asked/pods/bare/binding -f -";
    in_namespace(raw, &binding.to_string());
    keep("pod-binding-create", &last(&recorder, "a binding", |request| request["subResource"] == "binding"));

    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": "bare", "namespace": "everything-asked"}});
    let raw = "create --raw /api/v1/namespaces/everything-asked/pods/bare/eviction -f -";
    in_namespace(raw, &eviction.to_string());
    keep("pod-eviction-create", &last(&recorder, "an eviction", |request| request["subResource"] == "eviction"));
    in_namespace("delete pod bare --grace-period=0 --force --ignore-not-found", "");
    keep("pod-delete", &last(&recorder, "a deletion", |request| request["operation"] == "DELETE"));

    in_namespace("create configmap other --from-literal=a=b", "");
    let other = last(&recorder, "a ConfigMap", |request| request["kind"]["kind"] == "ConfigMap");
    keep("configmap-create", &other);
}

pub(super) fn what_is_created_by_a_deployment_has_no_name_yet(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let server = InProcess::start(recorder.clone());
    namespace(plane, "of-a-deployment", "unnamed");
    let configuration = hook("unnamed", &server.url("/mutate"), server.ca());
    let _applied = Applied::new(plane, &configuration, "of-a-deployment", |_| !recorder.seen().is_empty());
    plane.ok("create deployment web --image=web:1 -n of-a-deployment", "");
    let review = plane.eventually("the Deployment's pod is reviewed", || {
        let reviews = recorder.seen();
        reviews.into_iter().find(|review| review["request"]["object"]["metadata"]["generateName"].is_string())
    });
    let request = &review["request"];
    assert_eq!(request["namespace"], "of-a-deployment");
    assert_eq!(request["object"]["metadata"]["ownerReferences"][0]["kind"], "ReplicaSet");
    assert!(request["object"]["metadata"]["name"].is_null());
    keep("pod-create-of-a-deployment", &review);
    let pods = plane.eventually("the pod is stored", || {
        let pods = super::items(&plane.get("pods -n of-a-deployment"));
        (!pods.is_empty()).then_some(pods)
    });
    assert!(is_injected(&pods[0]), "{:#}", pods[0]);
}

pub(super) fn a_dry_run_is_answered_the_same_and_stores_nothing(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let server = InProcess::start(recorder.clone());
    namespace(plane, "dry", "dry");
    let configuration = hook("dry", &server.url("/mutate"), server.ca());
    let _applied = Applied::new(plane, &configuration, "dry", |_| !recorder.seen().is_empty());
    let dry = plane.ok("create --dry-run=server -o json -n dry -f -", pod("tried").to_string());
    let dry: Value = serde_json::from_str(&dry).unwrap();
    assert!(is_injected(&dry));
    let review = last(&recorder, "a dry run", |request| request["name"] == "tried");
    assert_eq!(review["request"]["dryRun"], true);
    keep("pod-create-dry-run", &review);
    assert_eq!(super::items(&plane.get("pods -n dry")), [] as [Value; 0]);
    let real = created(plane, "dry", &[pod("tried")]);
    super::assert_same("a dry run and a real one", &super::stored(&dry), &super::stored(&real[0]));
}

pub(super) fn either_version_of_reviews_is_answered(plane: &ControlPlane) {
    let mut pods = Vec::new();
    for version in ["v1", "v1beta1"] {
        let recorder = Recorder::new();
        let server = InProcess::start(recorder.clone());
        namespace(plane, &format!("version-{version}"), version);
        let mut configuration = hook(version, &server.url("/mutate"), server.ca());
        configuration["webhooks"][0]["admissionReviewVersions"] = json!([version]);
        let space = format!("version-{version}");
        let _applied = Applied::new(plane, &configuration, &space, |_| !recorder.seen().is_empty());
        let made = created(plane, &space, &[pod("versioned")]);
        assert!(is_injected(&made[0]), "{version}");
        let review = last(&recorder, version, |request| request["name"] == "versioned");
        assert_eq!(review["apiVersion"], format!("admission.k8s.io/{version}"));
        keep(&format!("pod-create-{version}"), &review);
        pods.push(super::stored(&made[0]));
    }
    super::assert_same("v1 and v1beta1", &pods[0], &pods[1]);
}
