//! Whose failure it is: a user's mistake is told to the user, and what fails of ours follows the failure policy.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use injector::internals::shell::server::judge::{Asked, Judge, Judged, Unanswered};
use serde_json::{Value, json};

use super::configuration::{Applied, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::{containers, pod};
use crate::support::control_plane::ControlPlane;

/// Fails in the way that the path names.
struct Failing;

impl Judge for Failing {
    fn judge(&self, body: Bytes, asked: Asked, _: Instant) -> Judged<'_> {
        let Asked::Named(names) = asked else { panic!("no way of failing is named") };
        Box::pin(async move {
            match names[0].as_str() {
                "panic" => panic!("made to happen by a test"),
                "deadline" => std::future::pending().await,
                "unproved" => {
                    let review: Value = serde_json::from_slice(&body).unwrap();
                    let uid = review["request"]["uid"].as_str().unwrap().to_owned();
                    Err(Unanswered::Unproved { message: "made to happen by a test".into(), uid })
                }
                other => panic!("`{other}` is no way of failing"),
            }
        })
    }
}

pub(super) fn a_failure_of_ours_follows_the_failure_policy(plane: &ControlPlane) {
    let server = InProcess::start(Arc::new(Failing));
    namespace(plane, "failing", "failing");
    let mut configuration = hook("failing", &server.url("/mutate"), server.ca());
    let template = configuration["webhooks"][0].clone();
    let mut webhooks = Vec::new();
    let cases = ["panic", "deadline", "unproved"].map(|way| ["Ignore", "Fail"].map(|policy| (way, policy))).concat();
    for (way, policy) in &cases {
        let mut webhook = template.clone();
        webhook["name"] = format!("{way}.{}.test", policy.to_lowercase()).into();
        webhook["clientConfig"]["url"] = server.url(&format!("/mutate/{way}")).into();
        webhook["failurePolicy"] = (*policy).into();
        webhook["objectSelector"] = json!({"matchLabels": {"way": way, "policy": policy}});
        webhook["timeoutSeconds"] = 2.into();
        webhooks.push(webhook);
    }
    // One that is asked about what `Applied` tries, to see when the configuration is in use.
    let mut first = template;
    first["clientConfig"]["url"] = server.url("/mutate/unproved").into();
    first["failurePolicy"] = "Ignore".into();
    first["objectSelector"] = json!({"matchExpressions": [{"key": "way", "operator": "DoesNotExist"}]});
    webhooks.push(first);
    configuration["webhooks"] = webhooks.into();
    let _applied = Applied::new(plane, &configuration, "failing", |_| server.answers(500) > 0);

    for (way, policy) in cases {
        // Who gives up first at the deadline is a matter of microseconds: 499 is a client that has gone away.
        let codes: &[u16] = if way == "deadline" { &[504, 499] } else { &[500] };
        let answers = || codes.iter().map(|code| server.answers(*code)).sum::<usize>();
        let before = answers();
        let name = format!("{way}-{}", policy.to_lowercase());
        let mut manifest = pod(&name);
        manifest["metadata"]["labels"] = json!({"way": way, "policy": policy});
        let ran = plane.kubectl(["create", "-n", "failing", "-o", "json", "-f", "-"], manifest.to_string());
        assert_eq!(ran.success, policy == "Ignore", "{name}: {ran:#?}");
        if ran.success {
            let stored: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(containers(&stored), ["app"], "{name}: created as it was");
        } else {
            assert!(ran.stderr.contains(&format!("failed calling webhook \"{way}.fail.test\"")), "{}", ran.stderr);
            assert!(!plane.kubectl(["get", "pod", &name, "-n", "failing"], "").success, "{name}");
        }
        plane.eventually(&format!("{name} is counted"), || (answers() > before).then_some(()));
    }
}

pub(super) fn an_invalid_annotation_is_refused_with_words_for_a_user_of_kubectl(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let server = InProcess::start(recorder);
    namespace(plane, "invalid", "invalid");
    let mut configuration = hook("invalid", &server.url("/mutate"), server.ca());
    // A refusal is no failure: it counts under either policy.
    configuration["webhooks"][0]["failurePolicy"] = "Ignore".into();
    let _applied = Applied::new(plane, &configuration, "invalid", |tried| tried.is_injected());
    let mut told = Vec::new();
    for (key, value) in [("proxy-injection", "disable"), ("sidecar-injector/tcp-port", "http")] {
        let mut manifest = pod("wrong");
        manifest["metadata"]["annotations"] = json!({key: value});
        let ran = plane.kubectl(["create", "-n", "invalid", "-f", "-"], manifest.to_string());
        assert!(!ran.success, "{ran:#?}");
        told.push(ran.stderr);
    }
    insta::assert_snapshot!(told.concat(), @r#"
    Error from server: error when creating "STDIN": admission webhook "invalid.injector.test" denied the request: injector: annotation `proxy-injection`: `disable` is not one of `enabled`, `disabled` (did you mean `disabled`?), at /metadata/annotations/proxy-injection
    Error from server: error when creating "STDIN": admission webhook "invalid.injector.test" denied the request: injector: annotation `sidecar-injector/tcp-port`: `http` is not a port: a number from 1 to 65535, at /metadata/annotations/sidecar-injector~1tcp-port
    "#);
    assert!(!plane.kubectl(["get", "pod", "wrong", "-n", "invalid"], "").success);

    // The Deployment is taken, and says what its pods are refused for.
    let mut deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "wrong"},
        "spec": {"selector": {"matchLabels": {"app": "wrong"}}, "template": {}},
    });
    let mut template = pod("");
    template["metadata"] = json!({"labels": {"app": "wrong"}, "annotations": {"proxy-injection": "disable"}});
    deployment["spec"]["template"] = json!({"metadata": template["metadata"], "spec": template["spec"]});
    plane.ok("create -n invalid -f -", deployment.to_string());
    let message = plane.eventually("the Deployment says why it has no pods", || {
        let deployment = plane.get("deployment wrong -n invalid");
        let conditions = deployment["status"]["conditions"].as_array()?.clone();
        let failure = conditions.into_iter().find(|condition| condition["type"] == "ReplicaFailure")?;
        failure["message"].as_str().map(str::to_owned)
    });
    assert!(message.contains("`disable`"), "{message}");
}
