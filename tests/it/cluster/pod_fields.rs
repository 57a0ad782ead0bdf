//! What a profile may set in the pod's spec: the API server takes every row, and stores the same whether the webhook's patch
//! or a manifest brought it.

use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// Every field and every list, with a value that the API server takes.
pub(super) fn everything() -> Value {
    json!({
        "shareProcessNamespace": {"value": true},
        "dnsPolicy": {"value": "None"},
        "dnsConfig": {"value": {"nameservers": ["10.0.0.10"], "searches": ["a.example"], "options": [{"name": "ndots", "value": "2"}]}},
        "serviceAccountName": {"value": "agent"},
        "automountServiceAccountToken": {"value": false},
        "terminationGracePeriodSeconds": {"value": 45},
        "runtimeClassName": {"value": "runc"},
        "priorityClassName": {"value": "system-node-critical"},
        "securityContext": {
            "runAsUser": {"value": 1337},
            "runAsGroup": {"value": 1337},
            "runAsNonRoot": {"value": true},
            "fsGroup": {"value": 1337},
            "fsGroupChangePolicy": {"value": "OnRootMismatch"},
            "supplementalGroups": {"value": [1, 2]},
            "seccompProfile": {"value": {"type": "RuntimeDefault"}},
            "sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}],
        },
        "hostAliases": [{"ip": "10.1.2.3", "hostnames": ["vault.local"]}],
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "readinessGates": [{"conditionType": "example.com/ready"}],
        "nodeSelector": {"disk": "ssd"},
    })
}

pub(super) fn profile(pod: &Value) -> String {
    json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "fields"},
        "spec": {"policy": "OptOut", "pod": pod}})
    .to_string()
}

fn template(spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "web"}, "template": {"spec": spec}})
}

/// The template as the API server stores it.
fn stored(plane: &ControlPlane, template: &[u8]) -> Value {
    let ran = plane.kubectl("create --dry-run=server -n pod-fields -o json -f -".split(' '), template);
    assert!(ran.success, "{}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).unwrap()["template"].take()
}

pub(super) fn every_field_is_taken(plane: &ControlPlane) {
    plane.namespace("pod-fields", &["pod-security.kubernetes.io/enforce=privileged"]);
    let run = |command: &str, object: &Value| {
        let run = injector([command, "-p", "fields.json", "--template-path", "PodTemplate=/template"]);
        run.file("fields.json", profile(&everything())).stdin(object.to_string()).succeeds().bytes
    };
    let written = template(json!({"containers": [{"name": "web", "image": "web:1"}]}));
    // What the API server fills in is there already when a webhook sees it.
    let mut seen = template(Value::Null);
    seen["template"] = stored(plane, written.to_string().as_bytes());
    seen["template"]["spec"]["serviceAccountName"] = json!("default");
    let from_manifest = stored(plane, &run("inject", &written));
    let from_stored = stored(plane, &run("inject", &seen));
    let spec = &from_manifest["spec"];
    for (field, set) in everything().as_object().unwrap() {
        match (field.as_str(), set.get("value")) {
            ("securityContext", _) => {
                for (field, set) in set.as_object().unwrap() {
                    assert_eq!(spec["securityContext"][field], *set.get("value").unwrap_or(set), "{field}");
                }
            }
            (field, value) => assert_eq!(spec[field], *value.unwrap_or(set), "{field}"),
        }
    }
    assert_eq!(from_stored["spec"], *spec);
    // The injection is current in the cluster too, and is undone.
    let mut object = template(Value::Null);
    object["template"] = from_manifest;
    assert_eq!(run("inject", &object), object.to_string().into_bytes());
    let undone: Value = serde_json::from_slice(&run("uninject", &object)).unwrap();
    let mut before = stored(plane, written.to_string().as_bytes());
    // The API server keeps what it has filled in; what was added to that is gone.
    let members = before["spec"].as_object_mut().unwrap();
    members
        .retain(|name, _| !matches!(name.as_str(), "dnsPolicy" | "terminationGracePeriodSeconds" | "securityContext"));
    assert_eq!(undone["template"]["spec"], before["spec"]);
}

/// What is refused, each with what the pod has beside it.
fn refused() -> Vec<(Value, Value)> {
    let value = |field: &str, value: Value| (json!({field: {"value": value}}), json!({}));
    let context = |field: &str, value: Value| (json!({"securityContext": {field: {"value": value}}}), json!({}));
    let elements = |list: &str, elements: Value| (json!({list: elements}), json!({}));
    vec![
        (json!({"shareProcessNamespace": {"value": true}}), json!({"hostPID": true})),
        (json!({"dnsPolicy": {"value": "None"}}), json!({"dnsConfig": {"searches": ["a.example"]}})),
        value("dnsPolicy", json!("None")),
        value("dnsPolicy", json!("none")),
        value("dnsConfig", json!({"nameservers": ["a"]})),
        value("dnsConfig", json!({"nameservers": ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"]})),
        value("dnsConfig", json!({"options": [{"value": "a"}]})),
        value("serviceAccountName", json!("A")),
        value("runtimeClassName", json!("a_b")),
        value("priorityClassName", json!("a/b")),
        context("runAsUser", json!(-1)),
        context("fsGroup", json!(2_147_483_648_u64)),
        context("supplementalGroups", json!([-1])),
        context("fsGroupChangePolicy", json!("Never")),
        context("seccompProfile", json!({"type": "Localhost"})),
        (json!({"securityContext": {"sysctls": [{"name": "a..b", "value": "1"}]}}), json!({})),
        elements("hostAliases", json!([{"ip": "10.0.0.256", "hostnames": ["a"]}])),
        elements("hostAliases", json!([{"ip": "10.0.0.1", "hostnames": ["A_b"]}])),
        elements("tolerations", json!([{"key": "a b"}])),
        elements("tolerations", json!([{"effect": "NoSchedule"}])),
        elements("tolerations", json!([{"key": "a", "operator": "Exists", "value": "b"}])),
        elements("tolerations", json!([{"key": "a", "effect": "Never"}])),
        elements("tolerations", json!([{"key": "a", "tolerationSeconds": 1}])),
        elements("readinessGates", json!([{"conditionType": "a b"}])),
        elements("nodeSelector", json!({"a b": "c"})),
        elements("nodeSelector", json!({"a": "b c"})),
    ]
}

/// The pod's spec with these fields, as they are in a pod.
fn by_hand(spec: &mut Value, fields: &Value) {
    for (name, set) in fields.as_object().unwrap() {
        match name.as_str() {
            "securityContext" => by_hand(&mut spec[name], set),
            name => spec[name] = set.get("value").unwrap_or(set).clone(),
        }
    }
}

pub(super) fn what_is_refused_is_refused(plane: &ControlPlane) {
    plane.namespace("pod-refused", &["pod-security.kubernetes.io/enforce=privileged"]);
    let mut wrong = Vec::new();
    for (fields, beside) in refused() {
        let mut spec = json!({"containers": [{"name": "web", "image": "web:1"}]});
        spec.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        let run = injector(["inject", "-p", "fields.json", "--template-path", "PodTemplate=/template"]);
        let ran = run.file("fields.json", profile(&fields)).stdin(template(spec.clone()).to_string()).exits_any();
        if ran.stderr.is_empty() || !ran.stdout.is_empty() {
            wrong.push(format!("let through: {fields}"));
        }
        by_hand(&mut spec, &fields);
        let args = "create --dry-run=server -n pod-refused -f -".split(' ');
        if plane.kubectl(args, template(spec).to_string()).success {
            wrong.push(format!("the API server takes {fields}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
