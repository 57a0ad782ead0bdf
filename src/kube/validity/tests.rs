use crate::diagnostic::Code;
use serde_json::json;

use super::*;

mod container;
mod resources;
mod volume;

fn messages(found: &[Diagnostic]) -> Vec<String> {
    assert!(found.iter().all(|diagnostic| diagnostic.code == Code::Invalid));
    found.iter().map(|diagnostic| format!("{}: {}", diagnostic.at, diagnostic.message)).collect()
}

fn volume_names() -> BTreeSet<String> {
    ["v", "w"].into_iter().map(str::to_owned).collect()
}

/// A valid container with some fields set otherwise.
fn container(fields: Value) -> Value {
    let mut value = json!({"name": "c", "image": "i"});
    for (name, field) in fields.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

fn check(role: Role, fields: Value) -> Vec<String> {
    messages(&containers(&[&container(fields)], role, &volume_names(), &Pointer::root()))
}

#[test]
fn a_complete_container_is_valid() {
    let full = json!({
        "imagePullPolicy": "Always", "terminationMessagePolicy": "File",
        "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "hostPort": 0}],
        "env": [
            {"name": "A", "value": "1"}, {"name": "a.b-c"},
            {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app.kubernetes.io/name']"}}},
            {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "status.podIPs"}}},
            {"name": "D", "valueFrom": {"resourceFieldRef": {"resource": "limits.hugepages-2Mi"}}},
            {"name": "E", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k_1", "optional": true}}},
        ],
        "envFrom": [{"prefix": "P_", "configMapRef": {"name": "m"}}],
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi", "example.com/gpu": 1},
            "limits": {"cpu": 1, "memory": "32Mi", "example.com/gpu": "1", "ephemeral-storage": "1Gi"},
        },
        "volumeMounts": [
            {"name": "v", "mountPath": "/a", "subPath": "x/y"},
            {"name": "v", "mountPath": "/b", "readOnly": true, "recursiveReadOnly": "Enabled"},
            {"name": "w", "mountPath": "C:\\c"},
        ],
        "livenessProbe": {"httpGet": {"port": "http", "path": "/", "scheme": "HTTPS"}, "successThreshold": 1},
        "readinessProbe": {"exec": {"command": ["true"]}, "successThreshold": 3, "initialDelaySeconds": 0},
        "startupProbe": {"grpc": {"port": 9000}, "terminationGracePeriodSeconds": 5},
        "lifecycle": {"preStop": {"sleep": {"seconds": 0}}, "postStart": {"tcpSocket": {"port": 80}}},
        "securityContext": {
            "runAsUser": 0, "runAsNonRoot": true, "allowPrivilegeEscalation": false, "privileged": false,
            "seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"},
            "appArmorProfile": {"type": "RuntimeDefault"}, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]},
        },
        "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}],
    });
    assert_eq!(check(Role::Container, full.clone()), [""; 0]);
    let mut native = full;
    native["restartPolicy"] = json!("Always");
    assert_eq!(check(Role::Init, native), [""; 0]);
}

#[test]
fn labels_and_annotations_follow_their_rules() {
    let at = Pointer::root();
    assert_eq!(labels(&[("a.b/c", "v")], &at), []);
    assert_eq!(annotations(&[("Example.COM/c", "any {value}")], &at), []);
    assert_eq!(messages(&labels(&[("a b", "v")], &at)).len(), 1);
    assert_eq!(messages(&labels(&[("Example.com/a", "v")], &at)).len(), 1);
    let found = messages(&labels(&[("a", &"v".repeat(64))], &at));
    assert!(found[0].ends_with("of label `a` has 64 characters, more than 63"), "{found:?}");
    assert_eq!(messages(&annotations(&[("a/b/c", "v")], &at)), ["/a~1b~1c: annotation `a/b/c` has more than one `/`"]);
    assert_eq!(annotations(&[("a", &"v".repeat(256 * 1024 - 1))], &at), []);
    let found = messages(&annotations(&[("a", &"v".repeat(256 * 1024))], &at));
    assert_eq!(found, [": the annotations have `262145` bytes, more than 262144"]);
}
