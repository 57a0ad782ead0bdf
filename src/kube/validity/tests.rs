use crate::diagnostic::Code;
use serde_json::json;

use super::*;

fn told(found: &[Diagnostic]) -> Vec<String> {
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
    told(&containers(&[&container(fields)], role, &volume_names(), &Pointer::root()))
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
fn what_an_api_server_refuses_in_a_container_is_told() {
    for (fields, expected) in [
        (json!({"name": ""}), "/0: container has no `name`"),
        (json!({"name": "A"}), "/0/name: container name `A` may have lower-case letters"),
        (json!({"name": "a".repeat(64)}), "/0/name: container name `aaaa"),
        (json!({"image": ""}), "/0: container has no `image`"),
        (json!({"image": " i"}), "/0/image: image ` i` has blanks around it"),
        (json!({"imagePullPolicy": "always"}), "/0/imagePullPolicy: `imagePullPolicy` is `always`"),
        (json!({"terminationMessagePolicy": "x"}), "/0/terminationMessagePolicy: "),
        (json!({"restartPolicy": "Sometimes"}), "/0/restartPolicy: `restartPolicy` is `Sometimes`"),
        (
            json!({"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]}),
            "/0/restartPolicyRules: `restartPolicyRules` needs a `restartPolicy`",
        ),
        (json!({"ports": [{"name": "a"}]}), "/0/ports/0: port has no `containerPort`"),
        (
            json!({"ports": [{"containerPort": 65536}]}),
            "/0/ports/0/containerPort: `containerPort` is `65536`, and has to be from 1 to 65535",
        ),
        (json!({"ports": [{"containerPort": -1}]}), "/0/ports/0/containerPort: `containerPort` is `-1`"),
        (json!({"ports": [{"containerPort": 1, "hostPort": 65536}]}), "/0/ports/0/hostPort: "),
        (json!({"ports": [{"containerPort": 1, "protocol": "tcp"}]}), "/0/ports/0/protocol: `protocol` is `tcp`"),
        (
            json!({"ports": [{"containerPort": 1, "name": "much-too-long-a-name"}]}),
            "/0/ports/0/name: port name `much-too-long-a-name` has 20 characters, more than 15",
        ),
        (
            json!({"ports": [{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]}),
            "/0/ports/1/name: two ports of one container have the name `a`",
        ),
        (
            json!({"ports": [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9, "protocol": "TCP"}]}),
            "/0/ports/1/hostPort: host port `9/TCP` is used twice",
        ),
        (json!({"env": [{"value": "a"}]}), "/0/env/0: environment variable has no `name`"),
        (json!({"env": [{"name": "a=b"}]}), "/0/env/0/name: environment variable name `a=b` may have"),
        (json!({"env": [{"name": "a", "valueFrom": {}}]}), "/0/env/0/valueFrom: `valueFrom` needs exactly one source"),
        (
            json!({"env": [{"name": "a", "value": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}),
            "/0/env/0/valueFrom: `value` and `valueFrom` exclude each other",
        ),
        (
            json!({"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}]}),
            "/0/env/0/valueFrom/fieldRef/fieldPath: `fieldPath` is `metadata.labels`",
        ),
        (
            json!({"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a b']"}}}]}),
            "/0/env/0/valueFrom/fieldRef/fieldPath: field path",
        ),
        (
            json!({"env": [{"name": "a", "valueFrom": {"configMapKeyRef": {"name": "m"}}}]}),
            "/0/env/0/valueFrom/configMapKeyRef: configMapKeyRef has no `key`",
        ),
        (json!({"envFrom": [{}]}), "/0/envFrom/0: `envFrom` needs exactly one"),
        (
            json!({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}}}),
            "/0/resources/requests/cpu: request of `2` of cpu is above its limit of `1500m`",
        ),
        (json!({"resources": {"limits": {"cpu": "1gb"}}}), "/0/resources/limits/cpu: `1gb` is not a quantity"),
        (json!({"resources": {"limits": {"cpu": "-1"}}}), "/0/resources/limits/cpu: `-1` of cpu is negative"),
        (json!({"resources": {"limits": {"gpu": "1"}}}), "/0/resources/limits/gpu: containers have no resource `gpu`"),
        (
            json!({"resources": {"limits": {"example.com/gpu": "500m"}}}),
            "/0/resources/limits/example.com~1gpu: `500m` of example.com/gpu is not a whole number",
        ),
        (
            json!({"resources": {"requests": {"example.com/gpu": "1"}}}),
            "/0/resources/requests/example.com~1gpu: request of example.com/gpu needs a limit",
        ),
        (json!({"resources": {"limits": {"hugepages-2Mi": "2Mi"}}}), "/0/resources: huge pages need"),
        (json!({"volumeMounts": [{"name": "v"}]}), "/0/volumeMounts/0: volume mount has no `mountPath`"),
        (
            json!({"volumeMounts": [{"name": "x", "mountPath": "/a"}]}),
            "/0/volumeMounts/0/name: volume `x` is mounted, and the pod has none of that name",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "w", "mountPath": "/a"}]}),
            "/0/volumeMounts/1/mountPath: two volumes are mounted at `/a`",
        ),
        (json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "subPath": "../b"}]}), "/0/volumeMounts/0/subPath: "),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "mountPropagation": "Bidirectional"}]}),
            "/0/volumeMounts/0/mountPropagation: `mountPropagation: Bidirectional` is for privileged",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "recursiveReadOnly": "Enabled"}]}),
            "/0/volumeMounts/0/recursiveReadOnly: `recursiveReadOnly` needs `readOnly: true`",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a"}], "volumeDevices": [{"name": "v", "devicePath": "/d"}]}),
            "/0/volumeDevices/0/name: volume `v` is used twice in one container",
        ),
        (json!({"livenessProbe": {"periodSeconds": 1}}), "/0/livenessProbe: `livenessProbe` needs exactly one of"),
        (
            json!({"livenessProbe": {"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}}),
            "/0/livenessProbe: `livenessProbe` needs exactly one of exec, httpGet, tcpSocket, grpc, and has 2",
        ),
        (json!({"livenessProbe": {"exec": {"command": []}}}), "/0/livenessProbe/exec: `exec` has no `command`"),
        (
            json!({"livenessProbe": {"tcpSocket": {"port": 1}, "periodSeconds": -1}}),
            "/0/livenessProbe/periodSeconds: `periodSeconds` is `-1`, and has to be at least 0",
        ),
        (
            json!({"startupProbe": {"tcpSocket": {"port": 1}, "successThreshold": 2}}),
            "/0/startupProbe/successThreshold: `successThreshold` is `2`, and has to be 1",
        ),
        (
            json!({"readinessProbe": {"tcpSocket": {"port": 1}, "terminationGracePeriodSeconds": 2}}),
            "/0/readinessProbe/terminationGracePeriodSeconds: ",
        ),
        (json!({"livenessProbe": {"httpGet": {"port": 0}}}), "/0/livenessProbe/httpGet/port: `port` is `0`"),
        (json!({"livenessProbe": {"httpGet": {"port": "a--b"}}}), "/0/livenessProbe/httpGet/port: port `a--b` has two"),
        (json!({"livenessProbe": {"httpGet": {}}}), "/0/livenessProbe/httpGet: handler has no `port`"),
        (json!({"lifecycle": {"preStop": {}}}), "/0/lifecycle/preStop: `preStop` needs exactly one of"),
        (
            json!({"securityContext": {"privileged": true, "allowPrivilegeEscalation": false}}),
            "/0/securityContext/allowPrivilegeEscalation: `privileged: true` contradicts",
        ),
        (
            json!({"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": false}}),
            "/0/securityContext/allowPrivilegeEscalation: capability `CAP_SYS_ADMIN` contradicts",
        ),
        (json!({"securityContext": {"runAsUser": -1}}), "/0/securityContext/runAsUser: `runAsUser` is `-1`"),
        (
            json!({"securityContext": {"seccompProfile": {"type": "Localhost"}}}),
            "/0/securityContext/seccompProfile: `seccompProfile` of type `Localhost` has no `localhostProfile`",
        ),
        (
            json!({"securityContext": {"appArmorProfile": {"type": "Unconfined", "localhostProfile": "p"}}}),
            "/0/securityContext/appArmorProfile/localhostProfile: `localhostProfile` is for",
        ),
        (
            json!({"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "../p"}}}),
            "/0/securityContext/seccompProfile/localhostProfile: seccomp profile `../p` is not",
        ),
        (
            json!({"securityContext": {"appArmorProfile": {"type": "Localhost", "localhostProfile": " p"}}}),
            "/0/securityContext/appArmorProfile/localhostProfile: AppArmor profile ` p` is empty",
        ),
        (json!({"restartPolicy": ""}), "/0/restartPolicy: `restartPolicy` is ``"),
        (json!({"securityContext": {"procMount": ""}}), "/0/securityContext/procMount: `procMount` is ``"),
        (json!({"resizePolicy": [{"resourceName": "cpu"}]}), "/0/resizePolicy/0: resize policy has no `restartPolicy`"),
    ] {
        let found = check(Role::Container, fields.clone());
        assert_eq!(found.len(), 1, "{fields}: {found:?}");
        assert!(found[0].starts_with(expected), "{fields}: {found:?}");
    }
}

#[test]
fn plain_init_containers_have_no_probes_and_no_hooks() {
    let probe = json!({"tcpSocket": {"port": 1}});
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let found = check(Role::Init, json!({field: probe}));
        assert_eq!(
            found,
            [format!("/0/{field}: an init container has no `{field}`, unless it has `restartPolicy: Always`")]
        );
        assert_eq!(check(Role::Init, json!({field: probe, "restartPolicy": "Always"})), [""; 0]);
    }
    assert_eq!(check(Role::Init, json!({"lifecycle": {}})).len(), 1);
    let restart = json!({"resizePolicy": [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]});
    assert_eq!(check(Role::Init, restart.clone()).len(), 1);
    assert_eq!(check(Role::Container, restart), [""; 0]);
}

#[test]
fn names_and_host_ports_are_unique_among_what_is_added() {
    let one = container(json!({"ports": [{"containerPort": 1, "hostPort": 80}]}));
    let list = [&one, &one];
    let found = told(&containers(&list, Role::Container, &volume_names(), &Pointer::of(["spec"])));
    assert_eq!(
        found,
        [
            "/spec/1/name: two containers have the name `c`",
            "/spec/1/ports/0/hostPort: host port `80/TCP` is used twice"
        ]
    );
    let found = told(&containers(&list, Role::Init, &volume_names(), &Pointer::root()));
    assert_eq!(found, ["/1/name: two containers have the name `c`"]);
}

#[test]
fn what_an_api_server_refuses_in_a_volume_is_told() {
    for (volume, expected) in [
        (json!({"emptyDir": {}}), vec!["/0: volume has no `name`"]),
        (json!({"name": "A"}), vec!["/0/name: volume name `A` may have"]),
        (
            json!({"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}),
            vec!["/0: volume has more than one source: `hostPath`, `emptyDir`"],
        ),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "1gb"}}), vec!["/0/emptyDir/sizeLimit: `1gb` is not"]),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "-1"}}), vec!["/0/emptyDir/sizeLimit: `sizeLimit` `-1`"]),
        (json!({"name": "v", "hostPath": {}}), vec!["/0/hostPath: hostPath has no `path`"]),
        (json!({"name": "v", "hostPath": {"path": "/a/../b"}}), vec!["/0/hostPath/path: "]),
        (json!({"name": "v", "configMap": {}}), vec!["/0/configMap: configMap has no `name`"]),
        (json!({"name": "v", "secret": {"name": "s"}}), vec!["/0/secret: secret has no `secretName`"]),
        (
            json!({"name": "v", "configMap": {"name": "m", "defaultMode": 644}}),
            vec!["/0/configMap/defaultMode: `defaultMode` is `644`"],
        ),
        (
            json!({"name": "v", "configMap": {"name": "m", "items": [{"key": "k", "path": "..a"}]}}),
            vec!["/0/configMap/items/0/path: path `..a`"],
        ),
        (
            json!({"name": "v", "projected": {"sources": [{}, {"secret": {"name": "s"}, "configMap": {"name": "m"}}]}}),
            vec!["/0/projected/sources/1: a projected source is of one kind, and has 2"],
        ),
        (
            json!({"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 60}}]}}),
            vec!["/0/projected/sources/0/serviceAccountToken/expirationSeconds: "],
        ),
        (json!({"name": "v", "csi": {"driver": "D d"}}), vec!["/0/csi/driver: csi driver `D d` may have"]),
        (
            json!({"name": "v", "downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "status.podIP"}}]}}),
            vec!["/0/downwardAPI/items/0/fieldRef/fieldPath: `fieldPath` is `status.podIP`"],
        ),
        (
            json!({"name": "v", "downwardAPI": {"items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}}]}}),
            vec!["/0/downwardAPI/items/0/resourceFieldRef: resourceFieldRef has no `containerName`"],
        ),
        (json!({"name": "v", "csi": {}}), vec!["/0/csi: csi has no `driver`"]),
        (json!({"name": "v", "image": {"pullPolicy": "x"}}), vec!["/0/image: image has no", "/0/image/pullPolicy: "]),
        (json!({"name": "v", "ephemeral": {}}), vec!["/0/ephemeral: `ephemeral` has no"]),
        (json!({"name": "v"}), vec![]),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "1Gi"}, "hostPath": null}), vec![]),
    ] {
        let found = told(&volumes(&[&volume], &Pointer::root()));
        assert_eq!(found.len(), expected.len(), "{volume}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{volume}: {found}");
        }
    }
    let volume = json!({"name": "v"});
    assert_eq!(told(&volumes(&[&volume, &volume], &Pointer::root())), ["/1/name: two volumes have the name `v`"]);
}

#[test]
fn labels_and_annotations_follow_their_rules() {
    let map = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let at = Pointer::root();
    assert_eq!(labels(&map("a.b/c", "v"), &at), []);
    assert_eq!(annotations(&map("Example.COM/c", "any {value}"), &at), []);
    assert_eq!(told(&labels(&map("a b", "v"), &at)).len(), 1);
    assert_eq!(told(&labels(&map("Example.com/a", "v"), &at)).len(), 1);
    let found = told(&labels(&map("a", &"v".repeat(64)), &at));
    assert!(found[0].ends_with("of label `a` has 64 characters, more than 63"), "{found:?}");
    assert_eq!(told(&annotations(&map("a/b/c", "v"), &at)), ["/a~1b~1c: annotation `a/b/c` has more than one `/`"]);
    assert_eq!(annotations(&map("a", &"v".repeat(256 * 1024 - 1)), &at), []);
    let found = told(&annotations(&map("a", &"v".repeat(256 * 1024)), &at));
    assert_eq!(found, [": the annotations have `262145` bytes, more than 262144"]);
}

fn asks(name: &str, requests: Value, limits: Value) -> Value {
    json!({"name": name, "resources": {"requests": requests, "limits": limits}})
}

#[test]
fn pod_level_resources_bound_what_is_added() {
    let app = asks("app", json!({"cpu": "300m"}), json!({}));
    let sidecar = |cpu: &str| asks("sidecar", json!({"cpu": cpu}), json!({}));
    let spec = |resources: Value, containers: Vec<&Value>, init: Vec<Value>| json!({"resources": resources, "containers": containers, "initContainers": init});
    let requests = json!({"requests": {"cpu": "500m"}});
    let limits = json!({"limits": {"cpu": "500m"}});
    let mut native = sidecar("300m");
    native["restartPolicy"] = json!("Always");
    let limited = asks("sidecar", json!({"cpu": "1m"}), json!({"cpu": "1"}));
    for (resources, added, init, expected) in [
        (json!(null), Some(sidecar("300m")), vec![], None),
        (requests.clone(), Some(sidecar("200m")), vec![], None),
        (
            requests.clone(),
            Some(sidecar("0.3")),
            vec![],
            Some(
                "/resources/requests/cpu: with `sidecar` the containers request `600m` of cpu, more than the pod's own \
                 `resources.requests` of `500m`",
            ),
        ),
        // A plain init container runs before the others; a native sidecar runs beside them.
        (requests.clone(), None, vec![sidecar("500m")], None),
        (requests.clone(), None, vec![sidecar("501m")], Some("/resources/requests/cpu: with `sidecar`")),
        (requests.clone(), None, vec![native.clone()], Some("/resources/requests/cpu: with `sidecar`")),
        (
            requests.clone(),
            None,
            vec![
                {
                    let mut n = native.clone();
                    n["resources"]["requests"]["cpu"] = json!("100m");
                    n
                },
                asks("init", json!({"cpu": "450m"}), json!({})),
            ],
            Some("/resources/requests/cpu: with `sidecar`, `init` the containers request `550m`"),
        ),
        // A limit without a request is bound too, since the requests of all become the pod's.
        (limits.clone(), Some(sidecar("300m")), vec![], Some("/resources/limits/cpu: with `sidecar`")),
        // A request that is absent is the limit.
        (
            requests,
            Some(asks("sidecar", json!({}), json!({"cpu": "300m"}))),
            vec![],
            Some("/resources/requests/cpu: with `sidecar`"),
        ),
        (limits, Some(limited), vec![], Some("/resources/limits/cpu: container `sidecar` has a limit of `1` of cpu")),
        (json!({"requests": {"memory": "1Gi"}}), Some(sidecar("9")), vec![], None),
    ] {
        let before = spec(resources.clone(), vec![&app], vec![]);
        let mut all = vec![&app];
        all.extend(&added);
        let after = spec(resources, all, init);
        let found = told(&pod_resources(&before, &after, &Pointer::root()));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{after}: {found:?}");
        assert!(found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected)), "{after}: {found:?}");
    }
    let hopeless = spec(json!({"requests": {"cpu": "1m"}}), vec![&app], vec![]);
    let sidecar = sidecar("1m");
    let after = spec(json!({"requests": {"cpu": "1m"}}), vec![&app, &sidecar], vec![]);
    assert_eq!(pod_resources(&hopeless, &after, &Pointer::root()), [], "what was refused before is not ours");
}

#[test]
fn the_quality_of_service_class_is_that_of_kubernetes() {
    let both = || json!({"cpu": "1", "memory": "1Gi"});
    let none = || json!({"name": "n"});
    let guaranteed = || asks("g", json!({"cpu": "1000m", "memory": "1024Mi"}), both());
    for (spec, expected) in [
        (json!({"containers": [none()]}), Qos::BestEffort),
        (json!({"containers": [asks("z", json!({"cpu": "0"}), json!({}))]}), Qos::BestEffort),
        (json!({"containers": [asks("e", json!({"ephemeral-storage": "1Gi"}), json!({}))]}), Qos::BestEffort),
        (json!({"containers": [guaranteed()]}), Qos::Guaranteed),
        (json!({"containers": [asks("l", json!({}), both())]}), Qos::Guaranteed),
        (json!({"containers": [guaranteed(), none()]}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "initContainers": [none()]}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "initContainers": [guaranteed()]}), Qos::Guaranteed),
        (json!({"containers": [asks("c", json!({"cpu": "1"}), json!({}))]}), Qos::Burstable),
        (json!({"containers": [asks("c", json!({}), json!({"cpu": "1"}))]}), Qos::Burstable),
        (json!({"containers": [asks("c", json!({"cpu": "500m"}), both())]}), Qos::Burstable),
        (json!({"containers": [none()], "resources": {"limits": both()}}), Qos::Guaranteed),
        (
            json!({"containers": [asks("c", json!({"cpu": "1m"}), json!({}))], "resources": {"limits": both()}}),
            Qos::Burstable,
        ),
        (json!({"containers": [guaranteed()], "resources": {"requests": {"cpu": "2"}}}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "resources": {"limits": {"cpu": "2"}}}), Qos::Burstable),
        (json!({}), Qos::BestEffort),
    ] {
        assert_eq!(qos_class(&spec), expected, "{spec}");
    }
}
