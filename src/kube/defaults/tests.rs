use serde_json::{Value, json};

use super::{DefaultsOf, PodNetwork, differences};

const CONTAINER: DefaultsOf = DefaultsOf::Container(PodNetwork::Own);
const ON_HOST: DefaultsOf = DefaultsOf::Container(PodNetwork::Host);

/// Where they differ, with both values.
fn compared(subject: DefaultsOf, wanted: &Value, found: &Value) -> Vec<String> {
    let text = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    differences(subject, wanted, found)
        .into_iter()
        .map(|difference| format!("{} {} {}", difference.at, text(difference.wanted), text(difference.found)))
        .collect()
}

/// An item, an equal one with defaults, one that is not equal, and where that differs.
type Case = (DefaultsOf, Value, Value, Value, &'static str);

fn check(cases: Vec<Case>) {
    for (subject, wanted, equal, other, at) in cases {
        assert_eq!(compared(subject, &wanted, &equal), Vec::<String>::new(), "{wanted} {equal}");
        assert_eq!(compared(subject, &equal, &wanted), Vec::<String>::new(), "{equal} {wanted}");
        let found: Vec<_> = differences(subject, &wanted, &other).into_iter().map(|d| d.at.to_string()).collect();
        assert_eq!(found, [at], "{wanted} {other}");
    }
}

#[test]
fn a_containers_defaults_are_no_differences() {
    check(vec![
        (
            CONTAINER,
            json!({}),
            json!({"terminationMessagePath": "/dev/termination-log"}),
            json!({"terminationMessagePath": "/dev/log"}),
            "/terminationMessagePath",
        ),
        (
            CONTAINER,
            json!({"terminationMessagePolicy": ""}),
            json!({"terminationMessagePolicy": "File"}),
            json!({"terminationMessagePolicy": "FallbackToLogsOnError"}),
            "/terminationMessagePolicy",
        ),
        (
            CONTAINER,
            json!({}),
            json!({"resources": {}}),
            json!({"resources": {"limits": {"cpu": 1}}}),
            "/resources/limits",
        ),
        (
            CONTAINER,
            json!({"securityContext": {}}),
            json!({"securityContext": {"procMount": "Default"}}),
            json!({"securityContext": {"procMount": "Unmasked"}}),
            "/securityContext/procMount",
        ),
        (
            CONTAINER,
            json!({"ports": [{"containerPort": 1}]}),
            json!({"ports": [{"containerPort": 1, "protocol": "TCP"}]}),
            json!({"ports": [{"containerPort": 1, "hostPort": 1}]}),
            "/ports/0/hostPort",
        ),
        (
            ON_HOST,
            json!({"ports": [{"containerPort": 1}]}),
            json!({"ports": [{"containerPort": 1, "hostPort": 1, "protocol": "TCP"}]}),
            json!({"ports": [{"containerPort": 1, "hostPort": 2}]}),
            "/ports/0/hostPort",
        ),
    ]);
}

#[test]
fn the_defaults_of_probes_and_hooks_are_no_differences() {
    let probe = |fields: Value| json!({"livenessProbe": fields});
    check(vec![
        (
            CONTAINER,
            probe(json!({"timeoutSeconds": 0})),
            probe(json!({"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})),
            probe(json!({"periodSeconds": 11})),
            "/livenessProbe/periodSeconds",
        ),
        (
            CONTAINER,
            json!({"lifecycle": {"preStop": {"httpGet": {"port": 1}}}}),
            json!({"lifecycle": {"preStop": {"httpGet": {"port": 1, "path": "/", "scheme": "HTTP"}}}}),
            json!({"lifecycle": {"preStop": {"httpGet": {"port": 1, "path": "/", "scheme": "HTTPS"}}}}),
            "/lifecycle/preStop/httpGet/scheme",
        ),
        (
            CONTAINER,
            probe(json!({"grpc": {"port": 1}})),
            probe(json!({"grpc": {"port": 1, "service": ""}})),
            probe(json!({"grpc": {"port": 1, "service": "s"}})),
            "/livenessProbe/grpc/service",
        ),
    ]);
}

#[test]
fn the_pull_policy_depends_on_the_image() {
    let digest = format!("a@sha256:{}", "a".repeat(64));
    let moving = format!("a:latest@sha256:{}", "a".repeat(64));
    for (image, policy, other) in [
        ("a", "Always", "IfNotPresent"),
        ("a:latest", "Always", "IfNotPresent"),
        ("host:5000/a", "Always", "IfNotPresent"),
        (&moving, "Always", "IfNotPresent"),
        ("a:1", "IfNotPresent", "Always"),
        (&digest, "IfNotPresent", "Always"),
        ("a:1", "IfNotPresent", "Never"),
    ] {
        let container = |policy| json!({"image": image, "imagePullPolicy": policy});
        let volume = |policy| json!({"image": {"reference": image, "pullPolicy": policy}});
        check(vec![
            (CONTAINER, json!({"image": image}), container(policy), container(other), "/imagePullPolicy"),
            (DefaultsOf::Volume, volume(""), volume(policy), volume(other), "/image/pullPolicy"),
        ]);
    }
    // `kubectl set image` leaves the policy as it was.
    let (wanted, found) = (json!({"image": "a:1"}), json!({"image": "a", "imagePullPolicy": "IfNotPresent"}));
    assert_eq!(compared(CONTAINER, &wanted, &found), [r#"/image "a:1" "a""#]);
    let found = json!({"image": "a", "imagePullPolicy": "Always"});
    assert_eq!(compared(CONTAINER, &wanted, &found), [r#"/image "a:1" "a""#]);
}

#[test]
fn quantities_are_compared_by_value_and_requests_filled_from_limits() {
    let resources = |limits: Value, requests: Value| json!({"resources": {"limits": limits, "requests": requests}});
    check(vec![
        (
            CONTAINER,
            resources(json!({"cpu": "1000m", "memory": "1024Mi"}), json!({"cpu": 0.5})),
            resources(json!({"cpu": 1, "memory": "1Gi"}), json!({"cpu": "500m", "memory": "1Gi"})),
            resources(json!({"cpu": 1, "memory": "1Gi"}), json!({"cpu": "500m", "memory": "2Gi"})),
            "/resources/requests/memory",
        ),
        (
            CONTAINER,
            resources(json!({"cpu": 1}), Value::Null),
            resources(json!({"cpu": 1}), json!({"cpu": 1})),
            resources(json!({"cpu": 2}), json!({"cpu": 2})),
            "/resources/limits/cpu",
        ),
        (
            CONTAINER,
            resources(json!({"cpu": 1}), Value::Null),
            resources(json!({"cpu": 1}), json!({})),
            resources(json!({"cpu": 1}), json!({"cpu": 0})),
            "/resources/requests/cpu",
        ),
        (
            DefaultsOf::EnvVar,
            json!({"name": "a", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}),
            json!({"name": "a", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}}),
            json!({"name": "a", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}}),
            "/valueFrom/resourceFieldRef/divisor",
        ),
    ]);
}

#[test]
fn a_volumes_defaults_are_no_differences() {
    // The source, its fields with their defaults, and one of them changed.
    let sources = [
        ("secret", json!({}), json!({"defaultMode": 420}), json!({"defaultMode": 0}), "/secret/defaultMode"),
        ("configMap", json!({}), json!({"defaultMode": 420}), json!({"defaultMode": 256}), "/configMap/defaultMode"),
        ("downwardAPI", json!({}), json!({"defaultMode": 420}), json!({"defaultMode": 1}), "/downwardAPI/defaultMode"),
        ("hostPath", json!({"path": "/a"}), json!({"path": "/a", "type": ""}), json!({"path": "/b"}), "/hostPath/path"),
        ("iscsi", json!({}), json!({"iscsiInterface": "default"}), json!({"lun": 1}), "/iscsi/lun"),
        (
            "rbd",
            json!({}),
            json!({"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}),
            json!({"pool": "p"}),
            "/rbd/pool",
        ),
        (
            "azureDisk",
            json!({}),
            json!({"cachingMode": "ReadWrite", "kind": "Shared", "fsType": "ext4", "readOnly": false}),
            json!({"readOnly": true}),
            "/azureDisk/readOnly",
        ),
        (
            "scaleIO",
            json!({}),
            json!({"storageMode": "ThinProvisioned", "fsType": "xfs"}),
            json!({"fsType": "ext4"}),
            "/scaleIO/fsType",
        ),
    ];
    let volume = |source: &str, fields: Value| json!({"name": "v", source: fields});
    for (source, wanted, equal, other, at) in sources {
        check(vec![(DefaultsOf::Volume, volume(source, wanted), volume(source, equal), volume(source, other), at)]);
    }
}

#[test]
fn defaults_deep_in_a_volume_are_no_differences() {
    let sources = [
        (
            "projected",
            json!({"sources": [{"serviceAccountToken": {}}, {"podCertificate": {}}]}),
            json!({"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3600}}, {"podCertificate": {"maxExpirationSeconds": 86400}},
            ]}),
            json!({"sources": [{"serviceAccountToken": {"expirationSeconds": 600}}, {"podCertificate": {}}]}),
            "/projected/sources/0/serviceAccountToken/expirationSeconds",
        ),
        (
            "ephemeral",
            json!({"volumeClaimTemplate": {"spec": {}}}),
            json!({"volumeClaimTemplate": {"metadata": {}, "spec": {"volumeMode": "Filesystem", "resources": {}}}}),
            json!({"volumeClaimTemplate": {"spec": {"volumeMode": "Block"}}}),
            "/ephemeral/volumeClaimTemplate/spec/volumeMode",
        ),
        (
            "downwardAPI",
            json!({"items": [{"path": "p", "fieldRef": {"fieldPath": "f"}}]}),
            json!({"items": [{"path": "p", "fieldRef": {"apiVersion": "v1", "fieldPath": "f"}}]}),
            json!({"items": [{"path": "p", "fieldRef": {"fieldPath": "g"}}]}),
            "/downwardAPI/items/0/fieldRef/fieldPath",
        ),
        (
            "emptyDir",
            json!({"sizeLimit": "1Gi"}),
            json!({"sizeLimit": "1024Mi"}),
            json!({"sizeLimit": 1}),
            "/emptyDir/sizeLimit",
        ),
    ];
    let volume = |source: &str, fields: Value| json!({"name": "v", source: fields});
    for (source, wanted, equal, other, at) in sources {
        check(vec![(DefaultsOf::Volume, volume(source, wanted), volume(source, equal), volume(source, other), at)]);
    }
    check(vec![(
        DefaultsOf::Volume,
        json!({"name": "v"}),
        json!({"name": "v", "emptyDir": {}}),
        json!({"name": "v", "emptyDir": {"medium": "Memory"}}),
        "/emptyDir/medium",
    )]);
}

#[test]
fn what_means_nothing_is_no_difference_and_what_means_something_is() {
    for (zero, at) in [
        (json!({"command": []}), None),
        (json!({"workingDir": ""}), None),
        (json!({"tty": false}), None),
        (json!({"env": null}), None),
        (json!({"resources": {"limits": {}}}), None),
        (json!({"securityContext": {}}), Some("/securityContext")),
        (json!({"restartPolicy": ""}), Some("/restartPolicy")),
    ] {
        let expected: Vec<_> = at.into_iter().collect();
        for found in [differences(CONTAINER, &zero, &json!({})), differences(CONTAINER, &json!({}), &zero)] {
            assert_eq!(found.into_iter().map(|d| d.at.to_string()).collect::<Vec<_>>(), expected, "{zero}");
        }
    }
    let context = |fields: Value| json!({"securityContext": fields});
    assert_eq!(
        compared(CONTAINER, &context(json!({"privileged": false})), &context(json!({}))),
        ["/securityContext/privileged false -"]
    );
}

#[test]
fn lists_are_compared_by_key_or_by_position() {
    let env = |items: Value| json!({"env": items});
    let (a, b) = (json!({"name": "a", "value": "1"}), json!({"name": "b", "value": ""}));
    assert_eq!(compared(CONTAINER, &env(json!([a, b])), &env(json!([{"name": "b"}, a]))), Vec::<String>::new());
    assert_eq!(
        compared(CONTAINER, &env(json!([a, b])), &env(json!([{"name": "c"}, {"name": "a", "value": "2"}]))),
        [r#"/env/1/value "1" "2""#, r#"/env/1 {"name":"b","value":""} -"#, r#"/env/0 - {"name":"c"}"#,]
    );
    let udp = json!({"ports": [{"containerPort": 1, "protocol": "UDP"}, {"containerPort": 1, "name": "x"}]});
    let found = json!({"ports": [{"containerPort": 1, "name": "x"}, {"containerPort": 1, "protocol": "UDP"}]});
    assert_eq!(compared(CONTAINER, &udp, &found), Vec::<String>::new());
    let args = |items: Value| json!({"args": items});
    assert_eq!(compared(CONTAINER, &args(json!(["a", "b"])), &args(json!(["a", "c"]))), [r#"/args/1 "b" "c""#]);
    assert_eq!(compared(CONTAINER, &args(json!(["a"])), &args(json!(["b", "a"]))), [r#"/args ["a"] ["b","a"]"#]);
}

#[test]
fn what_admission_adds_is_no_difference() {
    let token = json!({
        "name": "kube-api-access-x7k2p", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true,
    });
    let found =
        json!({"volumeMounts": [token], "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]});
    assert_eq!(compared(CONTAINER, &json!({}), &found), Vec::<String>::new());
    let found =
        json!({"volumeMounts": [{"name": "own", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]});
    assert_eq!(compared(CONTAINER, &json!({"volumeMounts": []}), &found).len(), 1);
}

#[test]
fn any_other_change_is_a_difference_as_deep_as_can_be() {
    for (subject, wanted, found, expected) in [
        (CONTAINER, json!({"image": "a:1"}), json!({"image": "a:2"}), r#"/image "a:1" "a:2""#),
        (
            CONTAINER,
            json!({"securityContext": {"privileged": true}}),
            json!({"securityContext": {"privileged": false}}),
            "/securityContext/privileged true false",
        ),
        (CONTAINER, json!({}), json!({"newField": {}}), "/newField - {}"),
        (CONTAINER, json!({"env": []}), json!({"env": {}}), "/env - {}"),
        (CONTAINER, json!({}), json!("a"), r#" {} "a""#),
        (DefaultsOf::Text, json!("a"), json!("b"), r#" "a" "b""#),
        (DefaultsOf::Text, json!("1"), json!(1), r#" "1" 1"#),
        (DefaultsOf::PullSecret, json!({"name": "a"}), json!({"name": "b"}), r#"/name "a" "b""#),
        (
            DefaultsOf::VolumeMount,
            json!({"name": "a", "mountPath": "/a", "readOnly": false}),
            json!({"name": "a", "mountPath": "/a", "readOnly": true}),
            "/readOnly - true",
        ),
    ] {
        assert_eq!(compared(subject, &wanted, &found), [expected]);
        assert_eq!(compared(subject, &wanted, &wanted), Vec::<String>::new());
    }
}
