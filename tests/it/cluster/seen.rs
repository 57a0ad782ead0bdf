//! What expressions see: a manifest and the pod that the API server makes of it give the same values.

use injector::internals::kube::defaults::seen;
use injector::internals::kube::workload::{KINDS, identify};
use injector::internals::value::view::View;
use serde_json::{Value, json};

use super::defaults::{containers, volumes};
use crate::laws::fixtures::fixtures;
use crate::support::control_plane::ControlPlane;

const NAMESPACE: &str = "seen";

/// What admission adds, and what the server says of the object itself.
const ADDED: [(&str, &[&str]); 2] = [
    ("metadata", &["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"]),
    ("spec", &["tolerations", "priority", "preemptionPolicy"]),
];

fn what_is_seen(pod: &Value) -> Value {
    let mut found = seen(pod, NAMESPACE).value();
    for (object, names) in ADDED {
        let members = found[object].as_object_mut().unwrap();
        members.retain(|name, _| !names.contains(&&**name));
    }
    found
}

/// Templates with all that the API server fills in or leaves out.
fn written() -> Vec<Value> {
    let spec = |list: &str, item: Value| {
        let mut spec = json!({"containers": [{"name": "app", "image": "app"}]});
        match &mut spec[list] {
            Value::Array(list) => list.push(item),
            absent => *absent = json!([{"name": "own"}, item]),
        }
        spec
    };
    let mut specs = Vec::new();
    for mut container in containers() {
        // Only a native sidecar may have a lifecycle.
        if container.get("lifecycle").is_none() || container.get("restartPolicy").is_some() {
            specs.push(json!({"containers": [{"name": "app", "image": "app"}], "initContainers": [container]}));
        }
        container.as_object_mut().unwrap().remove("restartPolicy");
        specs.push(spec("containers", container.clone()));
        specs.push(spec("containers", container));
        specs.last_mut().unwrap()["hostNetwork"] = json!(true);
    }
    for spec in &mut specs {
        spec["volumes"] = json!([{"name": "own"}]);
    }
    specs.extend(volumes().into_iter().map(|volume| {
        let mut spec = spec("volumes", volume);
        spec["serviceAccountName"] = json!("robot");
        spec
    }));
    let term = json!({"topologyKey": "a", "labelSelector": {"matchLabels": {"b": "1", "a": ""}}, "namespaces": []});
    let more = [
        json!({"hostNetwork": false, "hostPID": false, "shareProcessNamespace": false, "nodeSelector": {}}),
        json!({"enableServiceLinks": false, "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": false}),
        json!({"restartPolicy": "Never", "dnsPolicy": "", "schedulerName": "", "hostname": "", "serviceAccount": "robot"}),
        json!({"serviceAccountName": "robot", "activeDeadlineSeconds": 5, "setHostnameAsFQDN": false}),
        json!({"securityContext": {"runAsUser": 0, "fsGroup": 0, "sysctls": [], "supplementalGroups": []}}),
        json!({"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}}),
        json!({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}], "imagePullSecrets": [{"name": "s"}]}),
        json!({"dnsConfig": {"nameservers": [], "options": [{"name": "ndots", "value": "2"}, {"name": "a"}]}}),
        json!({"readinessGates": [{"conditionType": "a.example.com/b"}], "os": {"name": "linux"}}),
        json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}),
        json!({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"}]}),
        json!({"containers": [{"name": "app", "image": "app", "args": ["a", null], "resources": {"limits": {"cpu": null}}}]}),
        json!({"schedulingGates": [{"name": "a.example.com/b"}]}),
    ];
    specs.extend(more.map(|more| {
        let mut spec = json!({"containers": [{"name": "app", "image": "app:1"}]});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        spec
    }));
    let metadata = json!({"labels": {"b": "1", "a": ""}, "annotations": {"a": null}, "finalizers": []});
    specs.into_iter().map(|spec| json!({"metadata": metadata, "spec": spec})).collect()
}

/// The pod templates of the fixtures that have one in each document.
fn of_fixtures() -> Vec<Value> {
    let mut found = Vec::new();
    for fixture in fixtures() {
        for document in fixture.input.split("\n---") {
            let Ok(object) = serde_yaml::from_str::<Value>(document) else { continue };
            let Some(identity) = identify(&object) else { continue };
            let row = KINDS.iter().find(|row| row.kind == identity.kind && !row.kind.contains("Ray"));
            let place = row
                .and_then(|row| row.templates.first())
                .map(|path| path.iter().fold(String::new(), |all, name| all + "/" + name));
            found.extend(place.and_then(|place| object.pointer(&place).cloned()).filter(Value::is_object));
        }
    }
    found
}

pub(super) fn a_manifest_and_its_pod_are_seen_alike(plane: &ControlPlane) {
    plane.namespace(NAMESPACE, &[]);
    let mut pods: Vec<Value> = written();
    let must = pods.len();
    pods.extend(of_fixtures());
    for (index, pod) in pods.iter_mut().enumerate() {
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        if !pod["metadata"].is_object() {
            pod["metadata"] = json!({});
        }
        pod["metadata"]["name"] = json!(format!("p{index}"));
        pod["metadata"].as_object_mut().unwrap().remove("namespace");
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": pods});
    let ran = plane.kubectl(
        ["create", "--dry-run=server", "--validate=false", "-n", NAMESPACE, "-o", "json", "-f", "-"],
        list.to_string(),
    );
    let made: Vec<Value> = serde_json::Deserializer::from_str(&ran.stdout).into_iter().map(Result::unwrap).collect();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (index, pod) in pods.iter().enumerate() {
        let Some(stored) = made.iter().find(|made| made["metadata"]["name"] == pod["metadata"]["name"]) else {
            assert!(
                index >= must,
                "{pod} is refused: {}",
                ran.stderr.lines().filter(|line| line.contains("rror")).collect::<Vec<_>>().join("\n")
            );
            continue;
        };
        compared += 1;
        let (before, after) = (what_is_seen(pod), what_is_seen(stored));
        if before != after {
            wrong.push(format!("{pod}\nis seen as\n{before}\nand stored as\n{after}"));
        }
        // All that a server stores of the spec is seen.
        let mut spec = stored["spec"].clone();
        for name in ADDED[1].1.iter().chain(&["serviceAccount", "serviceAccountName"]) {
            spec.as_object_mut().unwrap().remove(*name);
        }
        for (name, value) in spec.as_object().unwrap() {
            if after["spec"].get(name).is_none() {
                wrong.push(format!("{name}: {value} is not seen"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > must + 50, "only {compared} were compared");
}
