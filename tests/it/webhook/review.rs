//! Reviews, good and bad, through the router and the core: each has its answer, and none makes it fall.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use injector::internals::decide::facts::{Known, Namespace};
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::judge::{FactSource, Fetched, ObjectKey};
use injector::internals::shell::server::routes::MAX_BODY;
use serde_json::{Value, json};

use super::core::{denying, given, of_namespaces, pod, review};
use super::{Got, Served, assert_status};

/// Every place in a value, from its root on.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// An answer to this uid, or a 400 with a `Status`.
#[track_caller]
fn is_answered(got: &Got, uid: &str, what: &str) {
    let body = got.json();
    match got.status.as_u16() {
        200 => {
            assert_eq!(body["kind"], "AdmissionReview", "{what}");
            assert_eq!(body["response"]["uid"], uid, "{what}");
            assert!(body["response"]["allowed"].is_boolean(), "{what}");
        }
        400 => {
            assert_status(got, 400, "BadRequest");
        }
        other => panic!("{what}: {other}: {body}"),
    }
}

#[tokio::test]
async fn a_wrong_type_anywhere_has_its_answer() {
    let served = Served::over_core(given(&["cortexflow", "nginx", "curl"]), FactSources::default());
    let valid = review("v1", "u-1", &pod());
    let mut all = Vec::new();
    places(&valid, "", &mut all);
    assert!(all.len() > 50);
    let long = "x".repeat(300);
    let others = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(u64::MAX),
        json!(""),
        json!("text"),
        json!(long),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": {"b": []}}),
    ];
    for path in ["/mutate", "/mutate/curl"] {
        for place in &all {
            for other in &others {
                let mut wrong = valid.clone();
                *wrong.pointer_mut(place).unwrap() = other.clone();
                let uid = wrong.pointer("/request/uid").and_then(Value::as_str).unwrap_or_default().to_owned();
                let got = served.post(path, wrong.to_string()).await;
                is_answered(&got, &uid, &format!("{place}: {other}"));
            }
        }
    }
    assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
    assert_eq!(served.metric("injector_requests_total{code=\"500\"}"), 0.0);
}

#[tokio::test]
async fn a_review_that_breaks_off_is_refused_wherever_it_does() {
    let served = Served::over_core(given(&[]), FactSources::default());
    let whole = review("v1", "u-1", &pod()).to_string();
    for end in 0..whole.len() {
        assert_status(&served.post("/mutate", whole[..end].to_owned()).await, 400, "BadRequest");
    }
}

#[tokio::test]
async fn garbage_is_refused_and_says_where() {
    let served = Served::over_core(given(&[]), FactSources::default());
    let deep = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let nested = |times| {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "spec": "DEEP"});
        review("v1", "u-1", &object).to_string().replace("\"DEEP\"", &deep("{\"a\":[", "]}", times))
    };
    let without = |place: &str| {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut review = review("v1", "u-1", &pod());
        review.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        review.to_string()
    };
    let good = review("v1", "u-1", &pod()).to_string();
    for (body, uid) in [
        (Vec::new(), None),
        (b"\xff\xfe".to_vec(), None),
        (b"null".to_vec(), None),
        (b"kind: AdmissionReview".to_vec(), None),
        (b"{}".to_vec(), None),
        (deep("[", "]", 500_000).into_bytes(), None),
        (deep("{\"a\":", "}", 500_000).into_bytes(), None),
        (vec![b'['; MAX_BODY], None),
        (nested(50).into_bytes(), Some("u-1")),
        (nested(100).into_bytes(), None),
        (nested(100_000).into_bytes(), None),
        (format!("{good}{good}").into_bytes(), None),
        (good.replace("\"uid\":\"u-1\"", "\"uid\":\"u-1\",\"uid\":\"u-2\"").into_bytes(), None),
        (good.replace("admission.k8s.io/v1", "admission.k8s.io/v2").into_bytes(), None),
        (good.replace("AdmissionReview", "ConversionReview").into_bytes(), None),
        (without("/request/uid").into_bytes(), None),
        (without("/request").into_bytes(), None),
        (without("/kind").into_bytes(), None),
    ] {
        let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let got = served.post("/mutate", body).await;
        let message = assert_status(&got, 400, "BadRequest");
        assert!(message.len() < 300, "{start}: {message}");
        if let Some(uid) = uid {
            assert_eq!(got.json()["details"]["uid"], uid, "{start}: {message}");
        }
    }
}

#[tokio::test]
async fn a_pod_is_injected_in_the_version_and_under_the_uid_that_came() {
    let served = Served::over_core(given(&[]), FactSources::default());
    for version in ["v1", "v1beta1"] {
        for path in ["/mutate", "/mutation/pod", "/inject", "/mutate/cortexflow"] {
            let body = served.post(path, review(version, "a uid", &pod()).to_string()).await.json();
            assert_eq!(body["apiVersion"], format!("admission.k8s.io/{version}"));
            assert_eq!(body["response"]["uid"], "a uid");
            assert_eq!(body["response"]["allowed"], true);
            assert_eq!(body["response"]["patchType"], "JSONPatch");
            assert!(body["response"]["patch"].is_string());
        }
    }
    let injected = r#"sidecar_injection_total{profile="cortexflow",result="injected",reason="default"}"#;
    assert_eq!(served.metric(injected), 8.0);
}

#[tokio::test]
async fn what_is_no_creation_of_a_workload_is_allowed_unchanged() {
    let served = Served::over_core(given(&[]), FactSources::default());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut review = review("v1", "u-1", &pod());
        change(&mut review["request"]);
        review
    };
    for review in [
        changed(&|request| request["operation"] = "UPDATE".into()),
        changed(&|request| {
            request["operation"] = "DELETE".into();
            request["oldObject"] = request["object"].take();
        }),
        changed(&|request| request["operation"] = "CONNECT".into()),
        changed(&|request| request["subResource"] = "ephemeralcontainers".into()),
        review("v1", "u-1", &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})),
    ] {
        let got = served.post("/mutate", review.to_string()).await;
        assert_eq!(got.json()["response"], json!({"uid": "u-1", "allowed": true}), "{review}");
    }
    assert!(!served.metrics.text().contains("sidecar_injection_total{"));
}

#[tokio::test]
async fn a_users_fault_is_an_answer_and_a_denial_is_one_where_it_is_asked_for() {
    let opted = |value: &str| {
        let mut pod = pod();
        pod["metadata"]["annotations"] = json!({"proxy-injection": value});
        review("v1", "u-1", &pod).to_string()
    };
    let series = |result: &str, reason: &str| {
        format!(r#"sidecar_injection_total{{profile="cortexflow",result="{result}",reason="{reason}"}}"#)
    };
    let allowing = Served::over_core(given(&[]), FactSources::default());
    let body = allowing.post("/mutate", opted("disable")).await.json();
    assert_eq!((&body["response"]["allowed"], &body["response"]["status"]["code"]), (&false.into(), &400.into()));
    assert!(body["response"]["status"]["message"].as_str().unwrap().contains("`disable`"), "{body}");
    assert_eq!(allowing.metric(&series("rejected", "bad-value")), 1.0);
    let body = allowing.post("/mutate", opted("disabled")).await.json();
    assert_eq!(body["response"]["allowed"], true);
    assert_eq!(allowing.metric(&series("skipped", "pod-opted-out")), 1.0);
    let denying = Served::over_core(denying(&[]), FactSources::default());
    let body = denying.post("/mutate", opted("disabled")).await.json();
    assert_eq!(body["response"]["allowed"], false);
    assert_eq!(denying.metric(&series("rejected", "pod-opted-out")), 1.0);
}

#[tokio::test]
async fn a_reinvocation_changes_nothing() {
    let served = Served::over_core(given(&[]), FactSources::default());
    let mut object = pod();
    let body = served.post("/mutate", review("v1", "u-1", &object).to_string()).await.json();
    let patch = body["response"]["patch"].as_str().unwrap();
    let patch = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, patch).unwrap();
    let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
    json_patch::patch(&mut object, &patch).unwrap();
    // Another webhook has been here in between.
    object["spec"]["containers"].as_array_mut().unwrap().insert(0, json!({"name": "other", "image": "other:1"}));
    let body = served.post("/mutate", review("v1", "u-2", &object).to_string()).await.json();
    assert_eq!(body["response"]["allowed"], true);
    assert!(body["response"].get("patch").is_none(), "{body}");
}

/// One namespace that has to be asked for, and whoever waits too long for another.
#[derive(Default)]
struct Far {
    asked: Arc<Mutex<Vec<String>>>,
}

impl FactSource<Namespace> for Far {
    fn known(&self, _: &ObjectKey) -> Option<Namespace> {
        None
    }

    fn fetch<'a>(&'a self, key: &'a ObjectKey, deadline: Instant) -> Fetched<'a, Namespace> {
        let name = &key.name;
        assert!(deadline <= Instant::now() + Duration::from_secs(10));
        self.asked.lock().unwrap().push(name.to_owned());
        let annotations = [("proxy-injection".to_owned(), "disabled".to_owned())].into();
        let namespace =
            Namespace { name: name.to_owned(), labels: Known::Yes([].into()), annotations: Known::Yes(annotations) };
        Box::pin(async { (namespace.name == "out").then_some(namespace) })
    }
}

#[tokio::test]
async fn a_namespace_is_asked_for_and_what_is_unknown_does_not_decide() {
    let far = Far::default();
    let asked = Arc::clone(&far.asked);
    let served = Served::over_core(given(&[]), of_namespaces(far));
    let of = |namespace: &str| {
        let mut review = review("v1", "u-1", &pod());
        review["request"]["namespace"] = namespace.into();
        review.to_string()
    };
    let body = served.post("/mutate", of("out")).await.json();
    assert!(body["response"].get("patch").is_none(), "{body}");
    let body = served.post("/mutate", of("elsewhere")).await.json();
    assert!(body["response"]["patch"].is_string(), "{body}");
    assert_eq!(*asked.lock().unwrap(), ["out", "elsewhere"]);
    for result in ["fetched", "unknown"] {
        assert_eq!(served.metric(&format!("injector_namespace_lookups_total{{result=\"{result}\"}}")), 1.0);
    }
}
