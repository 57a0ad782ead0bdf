//! The states of an injection that is there, a row each, as the webhook answers for them: it is asked again after another
//! webhook, and about pods that someone made from an injected manifest. `inject` answers the same.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use injector::internals::shell::server::judge::FactSources;
use serde_json::{Value, json};

use super::Served;
use super::core::{Alike, denying, given, of_namespaces, pod, review};
use crate::support::injector;
use crate::support::manifests::{RESOURCES, profile};

/// A profile with a container, env for the application, a label and a switch.
fn trace(image: &str) -> String {
    let spec = format!(
        "  podSwitch: {{annotation: trace, inject: [\"yes\"], skip: [\"no\"]}}\n  skip: [host-network]\n  \
         containers: [{{name: agent, image: \"{image}\", {RESOURCES}}}]\n  \
         application: {{env: [{{name: TRACE_HOST, value: localhost}}]}}\n  labels: {{traced: full}}\n"
    );
    profile("trace", &spec)
}

/// What the webhook answers for a pod with an injection.
struct Answered {
    response: Value,
    /// The pod as it was sent, and what the answer makes of it.
    sent: Value,
    made: Value,
    /// The series of decisions that the answer was counted in.
    counted: Vec<String>,
}

impl Answered {
    /// The answer of a webhook with this profile.
    async fn of(sent: Value, profile: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trace.yaml");
        fs::write(&file, profile).unwrap();
        let file = file.to_str().unwrap();
        let served = Served::over_core(given(&[file]), FactSources::default());
        let review = review("v1", "u-1", &sent).to_string();
        let got = served.post("/mutate", review.clone()).await;
        let line = injector(["inject", "-q", "-p", file, "-o", "response"]).stdin(review).exits_any().stdout;
        assert_eq!(std::str::from_utf8(&got.body).unwrap(), line.trim_end(), "`inject` answers the same");
        let response = got.json()["response"].clone();
        let mut made = sent.clone();
        if let Some(patch) = response.get("patch") {
            let patch = STANDARD.decode(patch.as_str().unwrap()).unwrap();
            let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
            json_patch::patch(&mut made, &patch).unwrap();
        }
        let metrics = served.metrics.text();
        let counted = metrics.lines().filter_map(|line| line.strip_prefix("sidecar_injection_total"));
        Self { response, sent, made, counted: counted.map(str::to_owned).collect() }
    }

    fn warnings(&self) -> Vec<&str> {
        self.response["warnings"].as_array().into_iter().flatten().map(|warning| warning.as_str().unwrap()).collect()
    }

    /// Allowed without a patch, and counted and written to the audit log as skipped.
    #[track_caller]
    fn is_skipped(&self) {
        assert_eq!(self.response["allowed"], true, "{}", self.response);
        assert_eq!(self.made, self.sent, "there is no patch");
        let audit = json!({"trace.injector": "skipped: already-injected: the record has profile `trace`"});
        assert_eq!(self.response["auditAnnotations"], audit);
        assert_eq!(self.counted, [r#"{profile="trace",result="skipped",reason="already-injected"} 1"#]);
    }
}

/// What someone does to a pod.
type Edit = fn(&mut Value);

/// The pod as the webhook makes it.
async fn injected() -> Value {
    Answered::of(pod(), &trace("agent:1")).await.made
}

/// The answer for a pod that was injected and then changed like this.
async fn asked_again(change: impl FnOnce(&mut Value)) -> Answered {
    let mut pod = injected().await;
    change(&mut pod);
    Answered::of(pod, &trace("agent:1")).await
}

/// The pod without its injection.
fn undone(pod: &Value, args: &[&str]) -> Value {
    let args = ["uninject", "-q", "-o", "json"].into_iter().chain(args.iter().copied());
    serde_json::from_str(&injector(args).stdin(pod.to_string()).succeeds().stdout).unwrap()
}

#[tokio::test]
async fn what_is_current_is_left_alone() {
    let answered = asked_again(|_| ()).await;
    answered.is_skipped();
    assert_eq!(answered.warnings(), Vec::<&str>::new());
    // What the API server filled in meanwhile is no edit, and neither is another order of members.
    let answered = asked_again(|pod| {
        pod["spec"]["containers"][1]["imagePullPolicy"] = "IfNotPresent".into();
        pod["spec"]["containers"][1]["terminationMessagePath"] = "/dev/termination-log".into();
        pod["spec"]["containers"][1]["resources"]["requests"] = json!({"memory": "1024Ki", "cpu": "0.001"});
        pod["spec"]["containers"][0]["env"][0] = json!({"value": "localhost", "name": "TRACE_HOST"});
    })
    .await;
    answered.is_skipped();
    assert_eq!(answered.warnings(), Vec::<&str>::new());
}

#[tokio::test]
async fn what_a_later_container_lacks_is_added_and_recorded() {
    let late = |pod: &mut Value| {
        pod["spec"]["containers"].as_array_mut().unwrap().insert(0, json!({"name": "late", "image": "late:1"}));
    };
    let answered = asked_again(late).await;
    assert_eq!(answered.response["allowed"], true);
    assert_eq!(answered.warnings(), Vec::<&str>::new());
    assert_eq!(answered.response["auditAnnotations"], json!({"trace.injector": "extended: default"}));
    assert_eq!(answered.counted, [r#"{profile="trace",result="injected",reason="default"} 1"#]);
    let spec = &answered.made["spec"];
    assert_eq!(spec["containers"][0]["env"], json!([{"name": "TRACE_HOST", "value": "localhost"}]));
    assert_eq!(spec["containers"][1], answered.sent["spec"]["containers"][1], "what was there stays");
    let record = answered.made["metadata"]["annotations"]["sidecar-injector/status"].as_str().unwrap();
    let record: Value = serde_json::from_str(record).unwrap();
    let field = |container: &str| format!("/spec/containers/{container}/env/TRACE_HOST");
    assert_eq!(record[0]["fields"], json!([field("web"), field("late")]));
    let again = Answered::of(answered.made.clone(), &trace("agent:1")).await;
    again.is_skipped();
    let mut expected = pod();
    late(&mut expected);
    assert_eq!(undone(&answered.made, &[]), expected);
}

#[tokio::test]
async fn an_edited_pod_is_allowed_with_a_warning_for_each_field() {
    let answered = asked_again(|pod| {
        pod["spec"]["containers"][1]["image"] = "other:1".into();
        pod["spec"]["containers"][1]["securityContext"] = json!({"privileged": true});
        pod["spec"]["containers"][0]["env"][0]["value"] = "elsewhere".into();
        pod["metadata"]["labels"]["traced"] = "no".into();
    })
    .await;
    answered.is_skipped();
    let fields = [
        "/spec/containers/1/image",
        "/spec/containers/1/securityContext",
        "/spec/containers/0/env/0/value",
        "/metadata/labels/traced",
    ];
    let warnings = answered.warnings();
    assert_eq!(warnings.len(), fields.len(), "{warnings:#?}");
    for field in fields {
        let named = |warning: &&&str| warning.starts_with(&format!("`{field}"));
        assert_eq!(warnings.iter().filter(named).count(), 1, "{field}: {warnings:#?}");
    }
    assert!(warnings.iter().all(|warning| warning.contains("profile `trace`")), "{warnings:#?}");
}

#[tokio::test]
async fn an_outdated_pod_is_allowed_as_it_is() {
    let answered = Answered::of(injected().await, &trace("agent:2")).await;
    answered.is_skipped();
    assert_eq!(answered.warnings(), Vec::<&str>::new());
}

#[tokio::test]
async fn an_unwanted_injection_is_a_warning_that_names_the_rule() {
    let opted_out = |pod: &mut Value| pod["metadata"]["annotations"]["trace"] = "no".into();
    let host_network = |pod: &mut Value| pod["spec"]["hostNetwork"] = true.into();
    let changes: [(Edit, &str); 2] =
        [(opted_out, "skip it now: pod-opted-out: "), (host_network, "skip it now: host-network: ")];
    for (change, rule) in changes {
        let answered = asked_again(change).await;
        answered.is_skipped();
        let warnings = answered.warnings();
        assert!(warnings.len() == 1 && warnings[0].contains(rule), "{rule}: {warnings:#?}");
    }
}

/// Nor is it denied by a webhook that denies what is not injected: the pod has its sidecar.
#[tokio::test]
async fn an_unwanted_injection_is_never_denied() {
    let injected = |metadata: Value| {
        let mut pod = pod();
        pod["metadata"] = metadata;
        let text = injector(["inject", "-q", "-o", "json"]).stdin(pod.to_string()).succeeds().stdout;
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let mut opted_out = injected(json!({"name": "a", "annotations": {"proxy-injection": "enabled"}}));
    opted_out["metadata"]["annotations"]["proxy-injection"] = "disabled".into();
    let annotations = [("proxy-injection".to_owned(), "disabled".to_owned())].into();
    let out = of_namespaces(Alike { labels: [].into(), annotations });
    for (pod, namespaces, rule) in [
        (opted_out, FactSources::default(), "pod-opted-out"),
        (injected(json!({"name": "a"})), out, "namespace-opted-out"),
    ] {
        let served = Served::over_core(denying(&[]), namespaces);
        let body = served.post("/mutate", review("v1", "u-1", &pod).to_string()).await.json();
        let response = &body["response"];
        assert_eq!((&response["allowed"], response.get("patch")), (&true.into(), None), "{response}");
        assert!(response["warnings"].to_string().contains(&format!("skip it now: {rule}: ")), "{response}");
    }
}

#[tokio::test]
async fn a_partial_injection_is_refused_as_inject_refuses_it() {
    let changes: [(Edit, &str); 3] = [
        (|pod| drop(pod["spec"]["containers"].as_array_mut().unwrap().pop()), "/spec/containers/agent"),
        (|pod| drop(pod["metadata"]["labels"].as_object_mut().unwrap().remove("traced")), "/metadata/labels/traced"),
        (|pod| pod["spec"]["containers"][0]["env"] = json!([]), "/spec/containers/web/env/TRACE_HOST"),
    ];
    for (change, gone) in changes {
        let answered = asked_again(change).await;
        assert_eq!((&answered.response["allowed"], answered.response.get("patch")), (&false.into(), None), "{gone}");
        let status = &answered.response["status"];
        assert_eq!(status["code"], 400, "{gone}");
        assert!(status["message"].as_str().unwrap().contains(&format!("`{gone}`, which is not there")), "{status}");
        assert_eq!(answered.counted, [r#"{profile="trace",result="rejected",reason="partial-injection"} 1"#]);
    }
}
