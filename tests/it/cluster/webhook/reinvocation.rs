//! A second webhook that changes the pod after ours: ours is asked again, and finds its own record.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use injector::internals::process::admission::{AdmissionResponse, AdmissionReview};
use injector::internals::process::proof::{Encodings, prove_patch};
use injector::internals::shell::server::judge::{Asked, Judge, Judged, Reply};
use injector::internals::value::patch::{Op, Patch};
use injector::internals::value::pointer::Pointer;
use serde_json::{Value, json};

use super::configuration::{Applied, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::{containers, created, init_containers, is_injected, pod};
use crate::support::control_plane::ControlPlane;

/// Puts a container of its own, of this name, at the head of the list, into the midst of ours, as a mesh does.
struct Other(&'static str);

impl Judge for Other {
    fn judge(&self, body: Bytes, _: Asked, _: Instant) -> Judged<'_> {
        Box::pin(async move {
            let review: Value = serde_json::from_slice(&body).unwrap();
            let request = &review["request"];
            let there = containers(&request["object"]).contains(&self.0.to_owned());
            let add = |list: &str, at: &str, value: Value| Op::Add(Pointer::of(["spec", list, at]), Arc::new(value));
            let mut patch = Patch(vec![add("containers", "0", json!({"name": self.0, "image": "other:1"}))]);
            if request["object"]["spec"]["initContainers"].is_array() {
                patch.0.push(add("initContainers", "-", json!({"name": "other-init", "image": "other:1"})));
            }
            let mut response =
                AdmissionResponse { uid: request["uid"].as_str().unwrap().into(), allowed: true, ..Default::default() };
            if !there {
                let proved = prove_patch(&request["object"], &patch, &[], &Encodings::default());
                response.patch = Some(proved.unwrap());
                response.patch_type = Some("JSONPatch");
            }
            let review =
                AdmissionReview { api_version: "admission.k8s.io/v1".into(), kind: "AdmissionReview", response };
            Ok(Reply { review, verdicts: Vec::new(), subject: Default::default() })
        })
    }
}

pub(super) fn after_another_webhook_ours_is_asked_again_and_adds_nothing(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let (ours, other) = (InProcess::start(recorder.clone()), InProcess::start(Arc::new(Other("other"))));
    // Webhooks are called in the order of their configurations' names.
    namespace(plane, "asked-again", "again-a");
    plane.ok("label namespace asked-again test.injector/other=yes", "");
    let mut second = hook("again-b", &other.url("/mutate"), other.ca());
    second["webhooks"][0]["namespaceSelector"] = json!({"matchLabels": {"test.injector/other": "yes"}});
    let first = hook("again-a", &ours.url("/mutate"), ours.ca());
    let _second = Applied::new(plane, &second, "asked-again", |_| other.answers(200) > 0);
    let _first = Applied::new(plane, &first, "asked-again", super::configuration::Tried::is_injected);

    for (name, native) in [("classic", false), ("native", true)] {
        let mut manifest = pod(name);
        if native {
            manifest["spec"]["restartPolicy"] = "Never".into();
        }
        let stored = &created(plane, "asked-again", &[manifest])[0];
        assert!(is_injected(stored));
        let mut all = [containers(stored), init_containers(stored)].concat();
        all.sort_unstable();
        assert_eq!(all, ["app", "init-iptables", "other", "other-init", "proxy-sidecar"], "{name}: each of them once");
        let requests = recorder.requests(name);
        assert_eq!(requests.len(), 2, "{name}: ours was asked twice");
        let before = |request: &Value| request["object"]["metadata"]["annotations"]["sidecar-injector/status"].clone();
        assert_eq!(before(&requests[0]), Value::Null, "{name}");
        let record = &stored["metadata"]["annotations"]["sidecar-injector/status"];
        assert_eq!(before(&requests[1]), *record, "{name}: the second time it found its record");
    }
}

pub(super) fn a_mesh_whose_webhook_comes_later_is_a_warning_for_the_user_of_kubectl(plane: &ControlPlane) {
    let (ours, mesh) = (InProcess::start(Recorder::new()), InProcess::start(Arc::new(Other("istio-proxy"))));
    namespace(plane, "mesh-later", "mesh-a");
    plane.ok("label namespace mesh-later test.injector/mesh=yes", "");
    let mut second = hook("mesh-b", &mesh.url("/mutate"), mesh.ca());
    second["webhooks"][0]["namespaceSelector"] = json!({"matchLabels": {"test.injector/mesh": "yes"}});
    let first = hook("mesh-a", &ours.url("/mutate"), ours.ca());
    let _second = Applied::new(plane, &second, "mesh-later", |_| mesh.answers(200) > 0);
    let _first = Applied::new(plane, &first, "mesh-later", |_| ours.answers(200) > 0);
    let warning = "Warning: profile `cortexflow` is injected, and its rules would skip it now: foreign-sidecar: container `istio-proxy` is another mesh's proxy";
    // The attempts that saw the webhooks in use may have been answered by one of the two alone.
    plane.eventually("both are asked", || {
        let args = ["create", "--dry-run=server", "-n", "mesh-later", "-f", "-"];
        plane.kubectl(args, pod("both").to_string()).stderr.contains(warning).then_some(())
    });
    let ran = plane.kubectl(["create", "-n", "mesh-later", "-f", "-"], pod("later").to_string());
    assert!(ran.success && ran.stderr.contains(warning), "{ran:#?}");
}
