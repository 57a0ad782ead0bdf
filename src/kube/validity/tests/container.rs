//! What an API server refuses in a container, by subject.

use serde_json::{Value, json};

use super::{Role, check, container, messages, volume_names};
use crate::kube::validity::containers;
use crate::value::pointer::Pointer;

/// Each of these fields in a valid container gives exactly one error. Its text begins as in the row.
fn refused(rows: &[(Value, &str)]) {
    for (fields, expected) in rows {
        let found = check(Role::Container, fields.clone());
        assert_eq!(found.len(), 1, "{fields}: {found:?}");
        assert!(found[0].starts_with(expected), "{fields}: {found:?}");
    }
}

#[test]
fn a_name_an_image_and_known_words_are_asked_for() {
    refused(&[
        (json!({"name": ""}), "/0: container has no `name`"),
        (json!({"name": "A"}), "/0/name: container name `A` must have only lower-case letters"),
        (json!({"name": "a".repeat(64)}), "/0/name: container name `aaaa"),
        (json!({"image": ""}), "/0: container has no `image`"),
        (json!({"image": " i"}), "/0/image: image ` i` has a space before or after it"),
        (json!({"imagePullPolicy": "always"}), "/0/imagePullPolicy: `imagePullPolicy` cannot be `always`"),
        (json!({"terminationMessagePolicy": "x"}), "/0/terminationMessagePolicy: "),
        (json!({"restartPolicy": "Sometimes"}), "/0/restartPolicy: `restartPolicy` cannot be `Sometimes`"),
        (
            json!({"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]}),
            "/0/restartPolicyRules: `restartPolicyRules` needs a `restartPolicy`",
        ),
        (json!({"restartPolicy": ""}), "/0/restartPolicy: `restartPolicy` cannot be ``"),
        (json!({"resizePolicy": [{"resourceName": "cpu"}]}), "/0/resizePolicy/0: resize policy has no `restartPolicy`"),
    ]);
}

#[test]
fn ports_have_numbers_and_names_of_their_own() {
    refused(&[
        (json!({"ports": [{"name": "a"}]}), "/0/ports/0: port has no `containerPort`"),
        (
            json!({"ports": [{"containerPort": 65536}]}),
            "/0/ports/0/containerPort: `containerPort` is `65536`, but must be from 1 to 65535",
        ),
        (json!({"ports": [{"containerPort": -1}]}), "/0/ports/0/containerPort: `containerPort` is `-1`"),
        (json!({"ports": [{"containerPort": 1, "hostPort": 65536}]}), "/0/ports/0/hostPort: "),
        (
            json!({"ports": [{"containerPort": 1, "protocol": "tcp"}]}),
            "/0/ports/0/protocol: `protocol` cannot be `tcp`",
        ),
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
    ]);
}

#[test]
fn a_variable_has_a_name_and_one_source() {
    refused(&[
        (json!({"env": [{"value": "a"}]}), "/0/env/0: environment variable has no `name`"),
        (json!({"env": [{"name": "a=b"}]}), "/0/env/0/name: environment variable name `a=b` must have"),
        (json!({"env": [{"name": "a", "valueFrom": {}}]}), "/0/env/0/valueFrom: `valueFrom` needs exactly one source"),
        (
            json!({"env": [{"name": "a", "value": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}),
            "/0/env/0/valueFrom: `value` and `valueFrom` cannot both be set",
        ),
        (
            json!({"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}]}),
            "/0/env/0/valueFrom/fieldRef/fieldPath: `fieldPath` cannot be `metadata.labels`",
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
    ]);
}

#[test]
fn requests_and_limits_are_quantities_that_fit_each_other() {
    refused(&[
        (
            json!({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}}}),
            "/0/resources/requests/cpu: request of `2` of cpu is above its limit of `1500m`",
        ),
        (json!({"resources": {"limits": {"cpu": "1gb"}}}), "/0/resources/limits/cpu: `1gb` is not a quantity"),
        (json!({"resources": {"limits": {"cpu": "-1"}}}), "/0/resources/limits/cpu: `-1` of cpu is negative"),
        (
            json!({"resources": {"limits": {"gpu": "1"}}}),
            "/0/resources/limits/gpu: there is no resource `gpu` for containers",
        ),
        (
            json!({"resources": {"limits": {"example.com/gpu": "500m"}}}),
            "/0/resources/limits/example.com~1gpu: `500m` of example.com/gpu is not a whole number",
        ),
        (
            json!({"resources": {"requests": {"example.com/gpu": "1"}}}),
            "/0/resources/requests/example.com~1gpu: request of example.com/gpu needs an equal limit",
        ),
        (json!({"resources": {"limits": {"hugepages-2Mi": "2Mi"}}}), "/0/resources: huge pages also need"),
    ]);
}

#[test]
fn mounts_and_devices_name_volumes_of_the_pod() {
    refused(&[
        (json!({"volumeMounts": [{"name": "v"}]}), "/0/volumeMounts/0: volume mount has no `mountPath`"),
        (
            json!({"volumeMounts": [{"name": "x", "mountPath": "/a"}]}),
            "/0/volumeMounts/0/name: the pod has no volume `x` to mount",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "w", "mountPath": "/a"}]}),
            "/0/volumeMounts/1/mountPath: two volumes are mounted at `/a`",
        ),
        (json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "subPath": "../b"}]}), "/0/volumeMounts/0/subPath: "),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "mountPropagation": "Bidirectional"}]}),
            "/0/volumeMounts/0/mountPropagation: `mountPropagation: Bidirectional` needs a privileged",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a", "recursiveReadOnly": "Enabled"}]}),
            "/0/volumeMounts/0/recursiveReadOnly: `recursiveReadOnly` needs `readOnly: true`",
        ),
        (
            json!({"volumeMounts": [{"name": "v", "mountPath": "/a"}], "volumeDevices": [{"name": "v", "devicePath": "/d"}]}),
            "/0/volumeDevices/0/name: volume `v` is used twice in one container",
        ),
    ]);
}

#[test]
fn probes_and_hooks_have_one_handler() {
    refused(&[
        (json!({"livenessProbe": {"periodSeconds": 1}}), "/0/livenessProbe: `livenessProbe` needs exactly one of"),
        (
            json!({"livenessProbe": {"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}}),
            "/0/livenessProbe: `livenessProbe` needs exactly one of exec, httpGet, tcpSocket, grpc, and has 2",
        ),
        (json!({"livenessProbe": {"exec": {"command": []}}}), "/0/livenessProbe/exec: `exec` has no `command`"),
        (
            json!({"livenessProbe": {"tcpSocket": {"port": 1}, "periodSeconds": -1}}),
            "/0/livenessProbe/periodSeconds: `periodSeconds` is `-1`, but must be at least 0",
        ),
        (
            json!({"startupProbe": {"tcpSocket": {"port": 1}, "successThreshold": 2}}),
            "/0/startupProbe/successThreshold: `successThreshold` is `2`, but must be 1",
        ),
        (
            json!({"readinessProbe": {"tcpSocket": {"port": 1}, "terminationGracePeriodSeconds": 2}}),
            "/0/readinessProbe/terminationGracePeriodSeconds: ",
        ),
        (json!({"livenessProbe": {"httpGet": {"port": 0}}}), "/0/livenessProbe/httpGet/port: `port` is `0`"),
        (json!({"livenessProbe": {"httpGet": {"port": "a--b"}}}), "/0/livenessProbe/httpGet/port: port `a--b` has two"),
        (json!({"livenessProbe": {"httpGet": {}}}), "/0/livenessProbe/httpGet: handler has no `port`"),
        (json!({"lifecycle": {"preStop": {}}}), "/0/lifecycle/preStop: `preStop` needs exactly one of"),
    ]);
}

#[test]
fn a_security_context_does_not_contradict_itself() {
    refused(&[
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
            "/0/securityContext/appArmorProfile/localhostProfile: `localhostProfile` needs a",
        ),
        (
            json!({"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "../p"}}}),
            "/0/securityContext/seccompProfile/localhostProfile: seccomp profile `../p` is not",
        ),
        (
            json!({"securityContext": {"appArmorProfile": {"type": "Localhost", "localhostProfile": " p"}}}),
            "/0/securityContext/appArmorProfile/localhostProfile: AppArmor profile ` p` is empty",
        ),
        (json!({"securityContext": {"procMount": ""}}), "/0/securityContext/procMount: `procMount` cannot be ``"),
    ]);
}

#[test]
fn plain_init_containers_have_no_probes_and_no_hooks() {
    let probe = json!({"tcpSocket": {"port": 1}});
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let found = check(Role::Init, json!({field: probe}));
        assert_eq!(
            found,
            [format!("/0/{field}: an init container cannot have a `{field}` without `restartPolicy: Always`")]
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
    let found = messages(&containers(&list, Role::Container, &volume_names(), &Pointer::of(["spec"])));
    assert_eq!(
        found,
        [
            "/spec/1/name: two containers have the name `c`",
            "/spec/1/ports/0/hostPort: host port `80/TCP` is used twice"
        ]
    );
    let found = messages(&containers(&list, Role::Init, &volume_names(), &Pointer::root()));
    assert_eq!(found, ["/1/name: two containers have the name `c`"]);
}
