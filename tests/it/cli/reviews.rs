//! Admission reviews: what the webhook would answer.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::injector;
use crate::support::manifests::{WEB, known};

fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-"},
        "spec": {"containers": [{"name": "web", "image": "web:1", "resources": {"requests": {"cpu": "1m"}}}]}
    })
}

fn review(version: &str, more: Value) -> Value {
    let mut request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": "prod", "operation": "CREATE", "object": pod()
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"apiVersion": format!("admission.k8s.io/{version}"), "kind": "AdmissionReview", "request": request})
}

fn answer(review: &Value) -> Value {
    let out = injector(["inject", "-q"]).stdin(review.to_string()).succeeds().stdout;
    serde_json::from_str(&out).unwrap()
}

fn patched(answer: &Value, mut object: Value) -> Value {
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(answer["response"]["patch"].as_str().unwrap()).unwrap();
    let patch: json_patch::Patch = serde_json::from_slice(&bytes).unwrap();
    json_patch::patch(&mut object, &patch).unwrap();
    object
}

#[test]
fn a_review_is_answered_in_its_version_with_its_uid() {
    for version in ["v1", "v1beta1"] {
        let answer = answer(&review(version, json!({})));
        assert_eq!(answer["apiVersion"], format!("admission.k8s.io/{version}"));
        assert_eq!(answer["kind"], "AdmissionReview");
        assert_eq!(answer["response"]["uid"], "705ab4f5-6393-11e8-b7cc-42010a800002");
        assert_eq!(answer["response"]["allowed"], true);
        assert_eq!(answer["response"]["patchType"], "JSONPatch");
        assert!(answer.get("request").is_none());
        let containers = patched(&answer, pod())["spec"]["containers"].clone();
        assert_eq!(containers[1]["name"], "proxy-sidecar");
    }
}

#[test]
fn what_a_review_patches_is_what_a_manifest_becomes() {
    let injected = injector(["inject", "-q", "-n", "prod", "-o", "json"]).stdin(pod().to_string()).succeeds().stdout;
    assert_eq!(patched(&answer(&review("v1", json!({}))), pod()), serde_json::from_str::<Value>(&injected).unwrap());
}

#[test]
fn anything_but_the_creation_of_a_whole_object_is_allowed_unchanged() {
    for more in [
        json!({"operation": "UPDATE", "oldObject": pod()}),
        json!({"operation": "DELETE", "object": null, "oldObject": pod()}),
        json!({"operation": "CONNECT"}),
        json!({"subResource": "status"}),
        json!({"kind": {"group": "", "version": "v1", "kind": "Service"}, "object": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}}),
    ] {
        let response = answer(&review("v1", more.clone()))["response"].clone();
        let expected = json!({"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "allowed": true});
        assert_eq!(response, expected, "{more}");
    }
}

#[test]
fn an_object_without_its_kind_has_that_of_the_request() {
    let mut bare = pod();
    bare.as_object_mut().unwrap().retain(|key, _| key == "metadata" || key == "spec");
    let answer = answer(&review("v1", json!({"object": bare.clone()})));
    assert_eq!(patched(&answer, bare)["spec"]["containers"][1]["name"], "proxy-sidecar");
}

#[test]
fn a_refusal_is_an_answer_too() {
    let mut bad = pod();
    bad["metadata"]["annotations"] = json!({"proxy-injection": "off"});
    let ran = injector(["inject"])
        .stdin(review("v1", json!({"object": bad})).to_string())
        .exits(injector::internals::report::exit::ExitStatus::Error);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["response"]["allowed"], false);
    assert_eq!(answer["response"]["status"]["code"], 400);
    let message = answer["response"]["status"]["message"].as_str().unwrap();
    assert!(message.contains("`off` is not one of `enabled`, `disabled`"), "{message}");
    assert!(!ran.stderr.contains("nothing was printed"), "{}", ran.stderr);
}

#[test]
fn who_opted_out_is_denied_only_on_request() {
    let mut out = pod();
    out["metadata"]["annotations"] = json!({"proxy-injection": "disabled"});
    let review = review("v1", json!({"object": out})).to_string();
    let ask = |args: &[&'static str]| -> Value {
        let out = injector(["inject", "-q"].iter().chain(args)).stdin(review.clone()).succeeds().stdout;
        serde_json::from_str::<Value>(&out).unwrap()["response"].clone()
    };
    assert_eq!(ask(&[])["allowed"], true);
    assert!(ask(&[])["auditAnnotations"]["cortexflow.injector"].as_str().unwrap().contains("pod-opted-out"));
    let denied = ask(&["--on-ineligible", "deny"]);
    assert_eq!((&denied["allowed"], &denied["status"]["code"]), (&false.into(), &400.into()));
}

#[test]
fn a_manifest_can_be_answered_as_the_request_that_would_be_sent() {
    let out = known("inject", ["-q", "-o", "response"]).stdin(format!("{WEB}---\n{WEB}")).succeeds().stdout;
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["apiVersion"], "admission.k8s.io/v1");
    assert_eq!(answers[0]["response"]["patchType"], "JSONPatch");
}

#[test]
fn a_review_can_be_rewritten_instead_and_undone() {
    let text = review("v1", json!({})).to_string();
    let out = injector(["inject", "-q", "-o", "yaml"]).stdin(text.clone()).succeeds().stdout;
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["request"]["object"]["spec"]["containers"][1]["name"], "proxy-sidecar");
    assert_eq!(injector(["uninject", "-q"]).stdin(out).succeeds().stdout, text);
}

#[test]
fn a_manifest_that_only_speaks_of_reviews_is_no_review() {
    let text = WEB.replace("metadata:\n  name: web", "# AdmissionReview of admission.k8s.io\nmetadata:\n  name: web");
    assert!(known("inject", ["-q"]).stdin(text).succeeds().stdout.starts_with("apiVersion: apps/v1"));
}
