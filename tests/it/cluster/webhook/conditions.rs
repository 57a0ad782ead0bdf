//! `matchConditions`: the API server does not even ask about pods that could not be injected.

use serde_json::{Value, json};

use super::super::set;
use super::configuration::{Applied, hook, namespace};
use super::in_process::{InProcess, Recorder};
use super::install::{called_at, printed};
use super::{created, is_injected, pod};
use crate::support::control_plane::{ControlPlane, free_ports};

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
    // A pod with a record is asked about, so that the webhook can warn.
    let mut recorded = pod("recorded");
    set(&mut recorded, "/spec/hostNetwork", json!(true));
    set(&mut recorded, "/metadata/annotations", json!({"sidecar-injector/status": "[]"}));
    created(plane, "conditions", &[recorded]);
    assert!(!recorder.requests("recorded").is_empty());
}

/// A profile that injects only pods whose switch says so.
fn opt_in(name: &str, keys: &Value, inject: &[&str], skip: &[&str]) -> Value {
    let mut switch = json!({"inject": inject, "skip": skip});
    keys.as_object().unwrap().iter().for_each(|(member, key)| switch[member] = key.clone());
    json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": name}, "spec": {
        "policy": "OptIn", "podSwitch": switch, "containers": [{"name": name, "image": "side:1"}]}})
}

pub(super) fn under_fail_an_outage_touches_only_pods_that_asked(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let odd = "it's \"off\" \\";
    let mut flags = vec!["--only=webhook".to_owned(), "--failure-policy=Fail".into(), "--name=outage".into()];
    flags.push(format!("--generate-certs={}", folder.path().join("certs").display()));
    for profile in [
        opt_in("noted", &json!({"annotation": "a.test/noted"}), &["true", "enabled"], &["false", odd]),
        opt_in("labelled", &json!({"label": "a.test/labelled"}), &["yes"], &["no", odd]),
        opt_in("both", &json!({"annotation": "a.test/both", "label": "a.test/both"}), &["on"], &["off"]),
    ] {
        let file = folder.path().join(format!("{}.json", profile["metadata"]["name"].as_str().unwrap()));
        std::fs::write(&file, profile.to_string()).unwrap();
        flags.push(format!("--profile={}", file.display()));
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut configuration = printed(&flags).remove(0);
    let [port] = free_ports();
    called_at(&mut configuration, port);
    plane.namespace("outage", &[]);
    let refused = |name: &str, annotations: &Value, labels: &Value| {
        let mut manifest = pod(name);
        manifest["metadata"]["annotations"] = annotations.clone();
        manifest["metadata"]["labels"] = labels.clone();
        let ran = plane.kubectl(["create", "-n", "outage", "-f", "-"], manifest.to_string());
        assert!(ran.success || ran.stderr.contains("failed calling webhook"), "{name}: {ran:#?}");
        !ran.success
    };
    let asks = json!({"a.test/noted": "true"});
    let _applied = Applied::new(plane, &configuration, "outage", |_| {
        let refused = refused("first", &asks, &json!({}));
        plane.ok("delete pod first -n outage --ignore-not-found --wait --grace-period=0 --force", "");
        refused
    });
    let (noted, labelled, both) = ("a.test/noted", "a.test/labelled", "a.test/both");
    for (name, asked, annotations, labels) in [
        ("plain", false, json!({}), json!({})),
        ("other", false, json!({"a.test/labelled": "yes"}), json!({"a.test/noted": "true"})),
        ("noted", true, json!({noted: "true"}), json!({})),
        ("noted-otherwise", true, json!({noted: "enabled"}), json!({})),
        ("noted-no", false, json!({noted: "false"}), json!({})),
        ("noted-odd", false, json!({noted: odd}), json!({})),
        ("noted-wrong", true, json!({noted: "ture"}), json!({})),
        ("noted-empty", true, json!({noted: ""}), json!({})),
        ("labelled", true, json!({}), json!({labelled: "yes"})),
        ("labelled-no", false, json!({}), json!({labelled: "no"})),
        ("labelled-wrong", true, json!({}), json!({labelled: "yess"})),
        ("both", true, json!({both: "on"}), json!({both: "on"})),
        ("both-label", true, json!({}), json!({both: "on"})),
        ("both-no-label", false, json!({}), json!({both: "off"})),
        ("both-annotation-wins", false, json!({both: "off"}), json!({both: "on"})),
        ("both-annotation-asks", true, json!({both: "on"}), json!({both: "off"})),
    ] {
        assert_eq!(refused(name, &annotations, &labels), asked, "{name}");
    }
}
