//! What a profile's validity checks let through is taken by the API server, and what they refuse is refused by it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::set;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// What is added: a container with a volume, and one value set otherwise at a JSON Pointer.
fn added(pointer: &str, value: &Value) -> Value {
    let mut added = json!({
        "containers": [{
            "name": "own",
            "image": "own:1",
            "volumeMounts": [{"name": "own", "mountPath": "/own"}],
        }],
        "volumes": [{"name": "own", "emptyDir": {}}],
    });
    set(&mut added, pointer, value.clone());
    added
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    })
}

fn profile(added: &Value) -> String {
    let mut profile = json!({
        "apiVersion": "sidecar-injector/v1",
        "kind": "Profile",
        "metadata": {"name": "own"},
        "spec": {"policy": "OptOut"},
    });
    for (field, value) in added.as_object().unwrap() {
        profile["spec"][field] = value.clone();
    }
    profile.to_string()
}

/// The same pod, made by hand.
fn by_hand(added: &Value) -> String {
    let mut pod = pod();
    for (field, value) in added.as_object().unwrap() {
        match field.as_str() {
            "annotations" | "labels" => pod["metadata"][field] = value.clone(),
            "containers" => pod["spec"]["containers"].as_array_mut().unwrap().extend(value.as_array().unwrap().clone()),
            _ => pod["spec"][field] = value.clone(),
        }
    }
    pod.to_string()
}

/// What both refuse: where it is in what is added, and what is there.
fn refused() -> Vec<(&'static str, Value)> {
    [of_a_container(), of_a_pod()].concat()
}

/// Refused in a container.
fn of_a_container() -> Vec<(&'static str, Value)> {
    let port = |fields: Value| json!([fields]);
    vec![
        ("/containers/0/name", json!("Own")),
        ("/containers/0/name", json!("a".repeat(64))),
        ("/containers/0/name", json!("a.b")),
        ("/containers/0/imagePullPolicy", json!("always")),
        ("/containers/0/terminationMessagePolicy", json!("x")),
        ("/containers/0/ports", port(json!({"containerPort": 1, "name": "much-too-long-a-name"}))),
        ("/containers/0/ports", port(json!({"containerPort": 1, "name": "123"}))),
        ("/containers/0/ports", port(json!({"containerPort": 1, "name": "a--b"}))),
        ("/containers/0/ports", json!([{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}])),
        ("/containers/0/ports", port(json!({"containerPort": 65536}))),
        ("/containers/0/ports", port(json!({"containerPort": 1, "protocol": "tcp"}))),
        ("/containers/0/ports", port(json!({"containerPort": 1, "hostPort": 65536}))),
        ("/containers/0/env", json!([{"name": "a=b"}])),
        ("/containers/0/env", json!([{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}])),
        ("/containers/0/env", json!([{"name": "a", "valueFrom": {"configMapKeyRef": {"name": "m"}}}])),
        ("/containers/0/env", json!([{"name": "a", "valueFrom": {}}])),
        ("/containers/0/envFrom", json!([{}])),
        ("/containers/0/resources", json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}})),
        ("/containers/0/resources", json!({"limits": {"cpu": "1gb"}})),
        ("/containers/0/resources", json!({"limits": {"cpu": "-1"}})),
        ("/containers/0/resources", json!({"limits": {"gpu": "1"}})),
        ("/containers/0/resources", json!({"limits": {"example.com/gpu": "500m"}})),
        ("/containers/0/resources", json!({"requests": {"example.com/gpu": "1"}})),
        ("/containers/0/resources", json!({"limits": {"hugepages-2Mi": "2Mi"}})),
        ("/containers/0/volumeMounts/0/name", json!("other")),
        ("/containers/0/volumeMounts/1", json!({"name": "own", "mountPath": "/own"})),
        ("/containers/0/volumeMounts/0/subPath", json!("../a")),
        ("/containers/0/volumeMounts/0/subPath", json!("/a")),
        ("/containers/0/volumeMounts/0/mountPropagation", json!("Bidirectional")),
        ("/containers/0/volumeMounts/0/recursiveReadOnly", json!("Enabled")),
        ("/containers/0/livenessProbe", json!({"periodSeconds": 1})),
        ("/containers/0/livenessProbe", json!({"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}})),
        ("/containers/0/livenessProbe", json!({"tcpSocket": {"port": 1}, "periodSeconds": -1})),
        ("/containers/0/startupProbe", json!({"tcpSocket": {"port": 1}, "successThreshold": 2})),
        ("/containers/0/readinessProbe", json!({"tcpSocket": {"port": 1}, "terminationGracePeriodSeconds": 2})),
        ("/containers/0/livenessProbe", json!({"httpGet": {"port": 0}})),
        ("/containers/0/lifecycle", json!({"preStop": {}})),
        ("/containers/0/securityContext", json!({"privileged": true, "allowPrivilegeEscalation": false})),
        (
            "/containers/0/securityContext",
            json!({"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": false}),
        ),
        ("/containers/0/securityContext", json!({"procMount": "Unmasked"})),
        ("/containers/0/securityContext", json!({"runAsUser": -1})),
        ("/containers/0/securityContext", json!({"seccompProfile": {"type": "Localhost"}})),
    ]
}

/// Refused elsewhere in a pod.
fn of_a_pod() -> Vec<(&'static str, Value)> {
    vec![
        ("/initContainers", json!([{"name": "set-up", "image": "i", "readinessProbe": {"tcpSocket": {"port": 1}}}])),
        ("/initContainers", json!([{"name": "own", "image": "i"}])),
        ("/initContainers", json!([{"name": "a", "image": "i"}, {"name": "a", "image": "i"}])),
        ("/volumes/0/name", json!("a.b")),
        ("/volumes/1", json!({"name": "own", "emptyDir": {}})),
        ("/volumes/1", json!({"name": "two", "emptyDir": {}, "hostPath": {"path": "/"}})),
        ("/volumes/1", json!({"name": "host", "hostPath": {"path": "/a/../b"}})),
        ("/volumes/1", json!({"name": "map", "configMap": {"name": "m", "defaultMode": 512}})),
        ("/labels", json!({"a b": "c"})),
        ("/labels", json!({"a": "b c"})),
        ("/annotations", json!({"a b": "c"})),
    ]
}

/// What both take.
fn taken() -> Vec<(&'static str, Value)> {
    vec![
        ("", added("/containers/0/tty", &json!(true))),
        ("/containers/0/name", json!("a".repeat(63))),
        ("/containers/0/ports", json!([{"containerPort": 65535, "name": "fifteen-letters"}])),
        (
            "/containers/0/ports",
            json!([{"containerPort": 1, "protocol": "TCP"}, {"containerPort": 1, "protocol": "UDP"}]),
        ),
        ("/containers/0/env", json!([{"name": "a b.c-d", "value": ""}, {"name": "_"}])),
        ("/containers/0/env", json!([{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['b']"}}}])),
        ("/containers/0/resources", json!({"requests": {"cpu": "1500m"}, "limits": {"cpu": 1.5}})),
        ("/containers/0/resources", json!({"limits": {"example.com/gpu": 1, "memory": "1e3"}})),
        ("/containers/0/volumeMounts/1", json!({"name": "own", "mountPath": "/own/"})),
        ("/containers/0/volumeMounts/1", json!({"name": "own", "mountPath": "relative", "subPath": "a/b"})),
        ("/containers/0/volumeMounts/0/mountPath", json!("/a:b")),
        ("/containers/0/livenessProbe", json!({"httpGet": {"port": "anything"}, "initialDelaySeconds": 0})),
        ("/containers/0/securityContext", json!({"privileged": true, "runAsUser": 0})),
        ("/containers/0/lifecycle", json!({"preStop": {"sleep": {"seconds": 1}}})),
        (
            "/initContainers",
            json!([{"name": "native", "image": "i", "restartPolicy": "Always", "startupProbe": {"tcpSocket": {"port": 1}}}]),
        ),
        ("/volumes/1", json!({"name": "bare"})),
        ("/volumes/1", json!({"name": "map", "configMap": {"name": "m", "defaultMode": 511}})),
        ("/labels", json!({"a.b/c": ""})),
        ("/annotations", json!({"A.B/c": "d e"})),
        ("/imagePullSecrets", json!([{"name": "s"}])),
    ]
}

pub(super) fn the_checks_refuse_what_the_api_server_refuses(plane: &ControlPlane) {
    plane.namespace("validity", &[]);
    let takes = |pod: &[u8]| {
        let ran = plane.kubectl("create --dry-run=server -n validity -f -".split(' '), pod);
        if ran.success { None } else { Some(ran.stderr) }
    };
    let inject = |added: &Value| {
        let run = injector(["inject", "-p", "own.json", "-n", "validity"]);
        run.file("own.json", profile(added)).stdin(pod().to_string())
    };
    let mut wrong = Vec::new();
    for (pointer, value) in refused() {
        let added = added(pointer, &value);
        // Panics with the title, where the exit status is another one.
        if catch_unwind(AssertUnwindSafe(|| inject(&added).fails())).is_err() {
            wrong.push(format!("let through: {pointer} = {value}"));
        }
        if takes(by_hand(&added).as_bytes()).is_none() {
            wrong.push(format!("the API server takes {pointer} = {value}"));
        }
    }
    for (pointer, value) in taken() {
        match catch_unwind(AssertUnwindSafe(|| inject(&added(pointer, &value)).succeeds())) {
            Err(_) => wrong.push(format!("refused: {pointer} = {value}")),
            Ok(ran) => {
                wrong.extend(takes(&ran.bytes).map(|why| format!("the API server refuses {pointer} = {value}: {why}")))
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every kind whose template the API server knows, and what of its spec is not the template.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("apps/v1", "Deployment", "/spec/template", r#"{"selector": {"matchLabels": {"app": "web"}}}"#),
    (
        "apps/v1",
        "StatefulSet",
        "/spec/template",
        r#"{"serviceName": "web", "selector": {"matchLabels": {"app": "web"}}}"#,
    ),
    ("apps/v1", "DaemonSet", "/spec/template", r#"{"selector": {"matchLabels": {"app": "web"}}}"#),
    ("apps/v1", "ReplicaSet", "/spec/template", r#"{"selector": {"matchLabels": {"app": "web"}}}"#),
    ("v1", "ReplicationController", "/spec/template", r#"{"selector": {"app": "web"}}"#),
    ("batch/v1", "Job", "/spec/template", "{}"),
    ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template", r#"{"schedule": "@daily"}"#),
    ("v1", "Pod", "", "{}"),
];

pub(super) fn every_kind_is_taken_with_every_built_in_profile(plane: &ControlPlane) {
    plane.namespace("kinds", &["pod-security.kubernetes.io/enforce=privileged"]);
    for (version, kind, template, spec) in KINDS {
        let mut object = json!({"apiVersion": version, "kind": kind});
        if !template.is_empty() {
            object["spec"] = serde_json::from_str(spec).unwrap();
        }
        set(&mut object, &format!("{template}/metadata/labels"), json!({"app": "web", "sidecar.me/inject": "true"}));
        set(&mut object, &format!("{template}/spec/containers"), json!([{"name": "web", "image": "web:1"}]));
        if kind.contains("Job") {
            set(&mut object, &format!("{template}/spec/restartPolicy"), json!("Never"));
        }
        object["metadata"]["name"] = json!("web");
        for profiles in [&["cortexflow"][..], &["nginx"], &["curl"], &["cortexflow", "nginx", "curl"]] {
            let flags = profiles.iter().flat_map(|profile| ["-p", profile]);
            let args =
                ["inject", "-n", "kinds", "--namespace-labels", "sidecar-inject=enabled"].into_iter().chain(flags);
            let injected = injector(args).stdin(object.to_string()).succeeds();
            assert!(injected.stderr.contains("injected by"), "{}", injected.stderr);
            plane.ok("create --dry-run=server -n kinds -f -", &injected.bytes);
        }
    }
}
