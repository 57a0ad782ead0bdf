//! Fields of the pod's spec that a webhook sets after admission has filled in what belongs to the old values.

use std::fs;

use injector::internals::shell::files::selection::Given;
use serde_json::{Value, json};

use super::configuration::{Applied, Tried, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::{created, pod};
use crate::cluster::pod_fields::{everything, profile};
use crate::support::control_plane::ControlPlane;

pub(super) fn what_is_set_in_a_pod_is_stored(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fields.json");
    let mut set = everything();
    set["priorityClassName"]["value"] = json!("fields");
    set["runtimeClassName"]["value"] = json!("fields");
    fs::write(&file, profile(&set)).unwrap();
    let profiles = vec![file.to_str().unwrap().parse().unwrap()];
    let server = InProcess::start(Recorder::with(Given { profiles, ..Given::default() }));
    namespace(plane, "fields", "fields");
    for object in [
        json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "fields"},
            "value": 1000, "preemptionPolicy": "Never"}),
        json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "fields"}, "handler": "runc"}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "agent", "namespace": "fields"}}),
    ] {
        plane.ok("create -f -", object.to_string());
    }
    let configuration = hook("fields", &server.url("/mutate"), server.ca());
    let is_asked = |tried: &Tried| match tried {
        Tried::Stored(pod) => pod["spec"]["shareProcessNamespace"] == true,
        Tried::Refused => server.answers(200) > 0,
    };
    let _applied = Applied::new(plane, &configuration, "fields", is_asked);
    let spec: Value = created(plane, "fields", &[pod("web")])[0]["spec"].take();
    assert_eq!((&spec["priority"], &spec["preemptionPolicy"]), (&json!(1000), &json!("Never")));
    assert_eq!((&spec["serviceAccount"], &spec["dnsPolicy"]), (&json!("agent"), &json!("None")));
    assert_eq!(spec["securityContext"]["sysctls"], set["securityContext"]["sysctls"]);
}
