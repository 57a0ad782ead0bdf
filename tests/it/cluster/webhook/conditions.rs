//! `matchConditions`: the API server does not even ask about pods that could not be injected.

use serde_json::{Value, json};

use super::super::set;
use super::configuration::{Applied, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::install::printed;
use super::{created, is_injected, pod};
use crate::support::control_plane::ControlPlane;

pub(super) fn match_conditions_leave_out_what_could_not_be_injected(plane: &ControlPlane) {
    let recorder = Recorder::new();
    let server = InProcess::start(recorder.clone());
    namespace(plane, "conditions", "conditions");
    let mut configuration = hook("conditions", &server.url("/mutate"), server.ca());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("certs");
    let of_ours = printed(&["--only=webhook", "--generate-certs", folder.to_str().unwrap()]).remove(0);
    let conditions = of_ours["webhooks"][0]["matchConditions"].clone();
    assert!(conditions.as_array().is_some_and(|list| list.len() >= 3), "{conditions}");
    configuration["webhooks"][0]["matchConditions"] = conditions;
    let _applied = Applied::new(plane, &configuration, "conditions", |tried| tried.is_injected());

    let mirror = json!({"kubernetes.io/config.mirror": "x"});
    let nowhere = json!("nowhere");
    let selector = |label: &str, value: &str| json!({label: value});
    for (name, asked, edits) in [
        ("plain", true, vec![]),
        ("annotated", true, vec![("/metadata/annotations", json!({"a": "b"}))]),
        ("mirror", false, vec![("/metadata/annotations", mirror), ("/spec/nodeName", nowhere)]),
        ("host-network", false, vec![("/spec/hostNetwork", json!(true))]),
        ("not-host-network", true, vec![("/spec/hostNetwork", json!(false))]),
        ("windows", false, vec![("/spec/os", json!({"name": "windows"}))]),
        ("linux", true, vec![("/spec/os", json!({"name": "linux"}))]),
        ("windows-node", false, vec![("/spec/nodeSelector", selector("kubernetes.io/os", "windows"))]),
        ("old-windows-node", false, vec![("/spec/nodeSelector", selector("beta.kubernetes.io/os", "windows"))]),
        ("linux-node", true, vec![("/spec/nodeSelector", selector("kubernetes.io/os", "linux"))]),
        ("disk-node", true, vec![("/spec/nodeSelector", selector("disk", "windows"))]),
    ] {
        let mut manifest = pod(name);
        edits.into_iter().for_each(|(pointer, value): (&str, Value)| set(&mut manifest, pointer, value));
        let stored = &created(plane, "conditions", &[manifest])[0];
        assert_eq!(!recorder.requests(name).is_empty(), asked, "{name}");
        assert_eq!(is_injected(stored), asked, "{name}: what is left out would not have been injected");
    }
}
