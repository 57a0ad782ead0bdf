//! Fields that Kubernetes does not have, and values of the wrong type, in what a profile adds.

use serde_json::{Value, json};

use super::super::parser::{Parser, Within};
use super::super::{Errors, Node};
use crate::expression::Scope;
use crate::kube::schema::{CONTAINER, Shape, VOLUME};
use crate::value::pointer::Pointer;

fn errors(value: Value, shape: &'static Shape) -> Vec<String> {
    let names: Vec<String> = ["image", "port", "x"].map(str::to_owned).to_vec();
    let mut scope = Scope::default();
    for name in &names {
        scope.add(name.as_str(), crate::expression::Type::Dyn);
    }
    let mut errors = Errors::default();
    let mut parser = Parser { names: &names, parameters: &[], scope, errors: &mut errors };
    parser.parse(&Node { view: &value, at: Pointer::root() }, Some(shape), Within::Object);
    let line = |error: super::super::ProfileError| match error.hint() {
        Some(hint) => format!("{}: {error} ({hint})", error.at),
        None => format!("{}: {error}", error.at),
    };
    errors.0.into_iter().map(line).collect()
}

#[test]
fn a_container_with_every_kind_of_field_is_accepted() {
    let container = json!({
        "name": "c", "image": "{{ image }}", "command": ["sh"], "args": [], "workingDir": "/", "tty": false,
        "ports": [{"containerPort": "{{ port }}", "protocol": "TCP", "name": "http", "hostIP": null}],
        "envFrom": [{"prefix": "p", "configMapRef": {"name": "m", "optional": true}}],
        "env": [
            {"name": "a", "value": "1"},
            {"name": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "d", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": 1}}},
            {"name": "e", "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "p", "key": "k"}}},
        ],
        "resources": {"limits": {"cpu": 1, "memory": "1Gi", "example.com/gpu": "1"}, "claims": [{"name": "x"}]},
        "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}],
        "restartPolicy": "Always",
        "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}],
        "volumeMounts": [{"name": "v", "mountPath": "/m", "recursiveReadOnly": "Enabled", "readOnly": true}],
        "volumeDevices": [{"name": "d", "devicePath": "/dev/x"}],
        "livenessProbe": {"httpGet": {"port": "http", "httpHeaders": [{"name": "a", "value": "b"}]}},
        "readinessProbe": {"grpc": {"port": 1, "service": "s"}, "periodSeconds": 1},
        "startupProbe": {"tcpSocket": {"port": 80}},
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}, "stopSignal": "SIGTERM"},
        "securityContext": {
            "capabilities": {"drop": ["ALL"]}, "runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"},
            "appArmorProfile": {"type": "Unconfined"}, "windowsOptions": {"hostProcess": "{{ x }}"},
        },
    });
    assert_eq!(errors(container, &CONTAINER), Vec::<String>::new());
}

#[test]
fn volumes_of_all_sources_are_accepted() {
    for source in [
        json!({"name": "v"}),
        json!({"name": "v", "emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}}),
        json!({"name": "v", "configMap": {"name": "m", "defaultMode": 420, "items": [{"key": "k", "path": "p"}]}}),
        json!({"name": "v", "projected": {"sources": [
            {"serviceAccountToken": {"path": "t", "expirationSeconds": 60, "audience": "a"}},
            {"podCertificate": {"signerName": "s", "keyType": "ED25519", "userAnnotations": {"a": "b"}}},
            {"clusterTrustBundle": {"path": "p", "labelSelector": {"matchLabels": {"a": "b"}}}},
            {"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
        ]}}),
        json!({"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": "b"}}}),
        json!({"name": "v", "ephemeral": {"volumeClaimTemplate": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }}}),
        json!({"name": "v", "image": {"reference": "r", "pullPolicy": "Always"}}),
    ] {
        assert_eq!(errors(source, &VOLUME), Vec::<String>::new());
    }
}

#[test]
fn unknown_fields_are_errors_with_the_nearest_known_name() {
    for (value, expected) in [
        (
            json!({"imagePullPolcy": "Always"}),
            "/imagePullPolcy: unknown field `imagePullPolcy` (did you mean `imagePullPolicy`?)",
        ),
        (json!({"livenessprobe": {}}), "/livenessprobe: unknown field `livenessprobe` (did you mean `livenessProbe`?)"),
        (
            json!({"ports": [{"containerport": 1}]}),
            "/ports/0/containerport: unknown field `containerport` (did you mean `containerPort`?)",
        ),
        (json!({"arg": []}), "/arg: unknown field `arg` (did you mean `args`?)"),
        (json!({"hostNetwork": true}), "/hostNetwork: unknown field `hostNetwork`"),
        (json!({"a/b": null}), "/a~1b: unknown field `a/b`"),
        (json!({"securityContext": {"runAsRoot": true}}), "/securityContext/runAsRoot: unknown field `runAsRoot`"),
    ] {
        assert_eq!(errors(value, &CONTAINER), [expected]);
    }
}

#[test]
fn values_of_the_wrong_type_are_errors() {
    for (value, expected) in [
        (json!({"name": 5}), "/name: expected a string, found a number `5` (quote the value)"),
        (
            json!({"env": [{"name": "a", "value": true}]}),
            "/env/0/value: expected a string, found a boolean `true` (quote the value)",
        ),
        (json!({"tty": "yes"}), "/tty: expected `true` or `false`, found a string `yes`"),
        (
            json!({"ports": [{"containerPort": "80"}]}),
            "/ports/0/containerPort: expected an integer, found a string `80`",
        ),
        (
            json!({"ports": [{"containerPort": 80.5}]}),
            "/ports/0/containerPort: expected an integer, found a number `80.5`",
        ),
        (json!({"ports": {"containerPort": 80}}), "/ports: expected a list, found an object"),
        (json!({"command": "sh"}), "/command: expected a list, found a string `sh`"),
        (json!({"command": "{{ x }}"}), "/command: expected a list, found a string `{{ x }}`"),
        (json!({"args": [null]}), "/args/0: expected a string, found null"),
        (
            json!({"livenessProbe": {"tcpSocket": {"port": true}}}),
            "/livenessProbe/tcpSocket/port: expected an integer or a string, found a boolean `true`",
        ),
        (json!({"resources": {"limits": {"cpu": [1]}}}), "/resources/limits/cpu: expected a quantity, found a list"),
        (json!({"resources": {"limits": {"cpu": null}}}), "/resources/limits/cpu: expected a quantity, found null"),
        (json!([]), ": expected an object, found a list"),
        (
            json!({"stdin": "x".repeat(50)}),
            "/stdin: expected `true` or `false`, found a string `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`",
        ),
    ] {
        assert_eq!(errors(value, &CONTAINER), [expected]);
    }
}

#[test]
fn all_errors_are_in_the_order_of_the_document() {
    let found = errors(json!({"z": 1, "tty": 1, "env": [1, {"nam": "a"}]}), &CONTAINER);
    assert_eq!(
        found,
        [
            "/z: unknown field `z`",
            "/tty: expected `true` or `false`, found a number `1`",
            "/env/0: expected an object, found a number `1`",
            "/env/1/nam: unknown field `nam` (did you mean `name`?)",
        ]
    );
}
