//! Pods that any profile may meet.

use serde_json::{Value, json};

use super::rows::{Row, in_namespace, row};
use super::subject::{Subject, Switch, switches};

/// Changes of a pod, each with its name.
fn changes() -> Vec<(&'static str, Value)> {
    [of_the_pod(), of_containers(), of_probes(), of_ports(), of_others(), of_volumes(), of_metadata()].concat()
}

fn of_the_pod() -> Vec<(&'static str, Value)> {
    let setup = json!([{"name": "setup", "image": "setup:1"}]);
    let native =
        json!([{"name": "setup", "image": "setup:1"}, {"name": "mine", "image": "mine:1", "restartPolicy": "Always"}]);
    vec![
        ("plain", json!({})),
        ("never", json!({"spec": {"restartPolicy": "Never"}})),
        ("on-failure", json!({"spec": {"restartPolicy": "OnFailure"}})),
        ("always", json!({"spec": {"restartPolicy": "Always"}})),
        ("init", json!({"spec": {"initContainers": setup}})),
        ("native-init", json!({"spec": {"initContainers": native}})),
        ("job-with-init", json!({"spec": {"restartPolicy": "Never", "initContainers": setup}})),
        ("job-with-native-init", json!({"spec": {"restartPolicy": "OnFailure", "initContainers": native}})),
        ("host-network", json!({"spec": {"hostNetwork": true}})),
        ("host-network-false", json!({"spec": {"hostNetwork": false}})),
        ("host-pid", json!({"spec": {"hostPID": true}})),
        ("share-processes", json!({"spec": {"shareProcessNamespace": true}})),
        ("share-no-processes", json!({"spec": {"shareProcessNamespace": false}})),
        ("windows", json!({"spec": {"os": {"name": "windows"}, "securityContext": null}})),
        ("linux", json!({"spec": {"os": {"name": "linux"}}})),
        ("windows-node", json!({"spec": {"nodeSelector": {"kubernetes.io/os": "windows"}}})),
        ("windows-beta-node", json!({"spec": {"nodeSelector": {"beta.kubernetes.io/os": "windows"}}})),
        ("linux-node", json!({"spec": {"nodeSelector": {"kubernetes.io/os": "linux"}}})),
        ("non-root", json!({"spec": {"securityContext": {"runAsNonRoot": true, "runAsUser": 1000}}})),
        ("root", json!({"spec": {"securityContext": {"runAsUser": 0}}})),
        ("groups", json!({"spec": {"securityContext": {"fsGroup": 2000, "supplementalGroups": [1, 2]}}})),
        (
            "sysctls",
            json!({"spec": {"securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]}}}),
        ),
        ("account", json!({"spec": {"serviceAccountName": "other"}})),
        ("no-token", json!({"spec": {"automountServiceAccountToken": false}})),
        ("grace", json!({"spec": {"terminationGracePeriodSeconds": 5}})),
        ("long-grace", json!({"spec": {"terminationGracePeriodSeconds": 600}})),
        ("deadline", json!({"spec": {"activeDeadlineSeconds": 60}})),
        (
            "dns",
            json!({"spec": {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.1"], "searches": ["a.b"]}}}),
        ),
        ("aliases", json!({"spec": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}]}})),
        ("host-name", json!({"spec": {"hostname": "web", "subdomain": "sub"}})),
        ("pull-secret", json!({"spec": {"imagePullSecrets": [{"name": "registry"}]}})),
        ("toleration", json!({"spec": {"tolerations": [{"key": "dedicated", "operator": "Exists"}]}})),
        ("priority", json!({"spec": {"priority": 0, "priorityClassName": ""}})),
        ("scheduler", json!({"spec": {"schedulerName": "mine", "nodeName": "node-1"}})),
        (
            "gates",
            json!({"spec": {"schedulingGates": [{"name": "a.b/c"}], "readinessGates": [{"conditionType": "a.b/ready"}]}}),
        ),
        ("of-the-pod", json!({"spec": {"resources": {"requests": {"cpu": "50m"}, "limits": {"cpu": "50m"}}}})),
        ("no-links", json!({"spec": {"enableServiceLinks": false}})),
        (
            "spread",
            json!({"spec": {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]}}),
        ),
    ]
}

fn of_containers() -> Vec<(&'static str, Value)> {
    let guaranteed =
        json!({"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}});
    let app = of_application;
    let variables: Vec<Value> = (0..50).map(|i| json!({"name": format!("V{i}"), "value": "x".repeat(5000)})).collect();
    vec![
        ("guaranteed", app(json!({"resources": guaranteed}))),
        ("burstable", app(json!({"resources": {"requests": {"cpu": "1"}}}))),
        ("best-effort", app(json!({"resources": {}}))),
        ("limited", app(json!({"resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}))),
        ("quoted", app(json!({"args": ["a\"b", "c\\d", "$(X)", "é", "\t", "{{ x }}"]}))),
        ("multi-line", app(json!({"command": ["sh", "-c", "set -e\nexec app\n"]}))),
        (
            "variables",
            app(
                json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}),
            ),
        ),
        ("environment-of-a-map", app(json!({"envFrom": [{"configMapRef": {"name": "all"}}]}))),
        ("big", app(json!({"env": variables}))),
        ("working-dir", app(json!({"workingDir": "/srv", "tty": true, "stdin": true}))),
        ("pull-always", app(json!({"image": "app", "imagePullPolicy": "Always"}))),
        ("digest", app(json!({"image": format!("registry.example/app@sha256:{}", "0".repeat(64))}))),
        ("lifecycle", app(json!({"lifecycle": {"preStop": {"exec": {"command": ["true"]}}}}))),
        (
            "capabilities",
            app(json!({"securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false}})),
        ),
        ("privileged", app(json!({"securityContext": {"privileged": true}}))),
        ("other-user", app(json!({"securityContext": {"runAsUser": 1234, "runAsGroup": 1234}}))),
        ("no-image", app(json!({"image": ""}))),
        ("read-only", app(json!({"securityContext": {"readOnlyRootFilesystem": true}}))),
    ]
}

/// A change of the application's container.
fn of_application(change: Value) -> Value {
    let mut container = json!({"name": "$app"});
    container.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"spec": {"containers": [container]}})
}

fn of_probes() -> Vec<(&'static str, Value)> {
    let app = of_application;
    vec![
        ("http-probe", app(json!({"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}))),
        (
            "named-probe",
            app(
                json!({"ports": [{"name": "web", "containerPort": 8080}], "livenessProbe": {"httpGet": {"path": "/", "port": "web"}}}),
            ),
        ),
        ("tcp-probe", app(json!({"livenessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 3}}))),
        ("exec-probe", app(json!({"startupProbe": {"exec": {"command": ["true"]}}}))),
        ("grpc-probe", app(json!({"readinessProbe": {"grpc": {"port": 9000}}}))),
        (
            "unknown-port",
            app(
                json!({"readinessProbe": {"httpGet": {"port": "nope"}}, "livenessProbe": {"tcpSocket": {"port": "nope"}}}),
            ),
        ),
        ("every-probe", app(every_probe())),
        ("every-probe-of-a-second", json!({"spec": {"containers": [second(&every_probe())]}})),
        ("every-probe-of-a-native", native(&every_probe())),
        (
            "a-probe-of-another",
            of_another(app(json!({"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}))),
        ),
    ]
}

/// Probes and hooks with all that they may have.
fn every_probe() -> Value {
    let headers = json!([{"name": "X-A", "value": "a\"b\\\n\u{1}é"}, {"name": "X-B", "value": ""}]);
    let asked =
        json!({"path": "/r?a=\"b\"\\\té", "port": "web", "scheme": "HTTPS", "host": "h", "httpHeaders": headers});
    json!({
        "ports": [{"name": "web", "containerPort": 9090}],
        "readinessProbe": {"httpGet": asked, "initialDelaySeconds": 5, "failureThreshold": 9},
        "livenessProbe": {"tcpSocket": {"port": "web", "host": "x"}, "periodSeconds": 7, "terminationGracePeriodSeconds": 3},
        "startupProbe": {"grpc": {"port": 9000, "service": "s\"x"}, "timeoutSeconds": 2},
        "lifecycle": {"preStop": {"httpGet": {"port": 1, "path": "/"}}, "postStart": {"tcpSocket": {"port": "2"}}},
    })
}

fn second(with: &Value) -> Value {
    let mut container = json!({"name": "second", "image": "s:1"});
    container.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    container
}

fn native(with: &Value) -> Value {
    let mut container = second(with);
    container["restartPolicy"] = json!("Always");
    json!({"spec": {"initContainers": [container]}})
}

/// The record says that another profile has rewritten the application's probe.
fn of_another(mut change: Value) -> Value {
    let old = r#"{"/spec/containers/app/readinessProbe":{"httpGet":{"path":"/old","port":1}}}"#;
    let record = format!(r#"[{{"profile":"another","version":"1","hash":"h","replaced":{old}}}]"#);
    change["metadata"]["annotations"] = json!({"sidecar-injector/status": record});
    change
}

fn of_others() -> Vec<(&'static str, Value)> {
    let beside = |container: Value| json!({"spec": {"containers": [container]}});
    let in_init = |container: Value| json!({"spec": {"initContainers": [container]}});
    let many: Vec<Value> = (0..14)
        .map(|i| json!({"name": format!("c{i}"), "image": "c:1", "ports": [{"containerPort": 18000 + i}]}))
        .collect();
    vec![
        ("two", beside(json!({"name": "two", "image": "two:1", "ports": [{"containerPort": 9000}]}))),
        ("many", json!({"spec": {"containers": many}})),
        ("istio-by-name", beside(json!({"name": "istio-proxy", "image": "x:1"}))),
        (
            "istio-by-image",
            in_init(json!({"name": "p", "image": "docker.io/istio/proxyv2:1.20", "restartPolicy": "Always"})),
        ),
        ("linkerd-by-image", beside(json!({"name": "p", "image": "cr.l5d.io/linkerd/proxy:edge"}))),
        ("linkerd-by-name", beside(json!({"name": "linkerd-proxy", "image": "p:1"}))),
        ("kuma", in_init(json!({"name": "kuma-sidecar", "image": "p:1", "restartPolicy": "Always"}))),
        ("cortexflow-by-pattern", beside(json!({"name": "my-cortexflow-proxy-2", "image": "p:1"}))),
        (
            "instrumented-by-pattern",
            in_init(json!({"name": "opentelemetry-auto-instrumentation-java", "image": "p:1"})),
        ),
    ]
}

fn of_ports() -> Vec<(&'static str, Value)> {
    let ports = |ports: Value| json!({"spec": {"containers": [{"name": "$app", "ports": null}, {"name": "$app", "ports": ports}]}});
    let native = |port: u16| json!({"name": "mine", "image": "mine:1", "restartPolicy": "Always", "ports": [{"containerPort": port}]});
    let two_ports = json!([{"containerPort": 3217}, {"containerPort": 3218}]);
    vec![
        ("no-ports", json!({"spec": {"containers": [{"name": "$app", "ports": null}]}})),
        ("port-3000", ports(json!([{"containerPort": 3000}]))),
        ("two-ports", ports(two_ports)),
        ("udp-then-tcp", ports(json!([{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 5300}]))),
        ("udp-alone", ports(json!([{"containerPort": 53, "protocol": "UDP"}]))),
        ("sctp", ports(json!([{"containerPort": 3868, "protocol": "SCTP"}]))),
        ("named-port", ports(json!([{"name": "http", "containerPort": 8000}]))),
        ("host-port", ports(json!([{"containerPort": 8000, "hostPort": 8000}]))),
        ("zero-port", ports(json!([{"containerPort": 0}]))),
        ("port-of-an-init", json!({"spec": {"initContainers": [native(7777)]}})),
        (
            "second-has-the-port",
            json!({"spec": {"containers": [{"name": "$app", "ports": null}, {"name": "two", "image": "two:1", "ports": [{"containerPort": 9000}]}]}}),
        ),
    ]
}

fn of_volumes() -> Vec<(&'static str, Value)> {
    let with_volume = |volume: Value, mount: Value| json!({"spec": {"volumes": [volume], "containers": [{"name": "$app", "volumeMounts": [mount]}]}});
    vec![
        (
            "empty-dir",
            with_volume(json!({"name": "mine", "emptyDir": {}}), json!({"name": "mine", "mountPath": "/mine"})),
        ),
        (
            "config-map",
            with_volume(
                json!({"name": "mine", "configMap": {"name": "c"}}),
                json!({"name": "mine", "mountPath": "/mine", "readOnly": true}),
            ),
        ),
        (
            "sub-path",
            with_volume(
                json!({"name": "mine", "emptyDir": {}}),
                json!({"name": "mine", "mountPath": "/etc/mine", "subPath": "a"}),
            ),
        ),
        (
            "memory",
            with_volume(
                json!({"name": "mine", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}),
                json!({"name": "mine", "mountPath": "/mine"}),
            ),
        ),
        (
            "unmounted",
            json!({"spec": {"volumes": [{"name": "mine", "secret": {"secretName": "s", "defaultMode": 256}}]}}),
        ),
        (
            "host-path",
            with_volume(
                json!({"name": "mine", "hostPath": {"path": "/var/log"}}),
                json!({"name": "mine", "mountPath": "/mine"}),
            ),
        ),
        (
            "projected",
            json!({"spec": {"volumes": [{"name": "mine", "projected": {"sources": [{"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}}]}}]}}),
        ),
    ]
}

fn of_metadata() -> Vec<(&'static str, Value)> {
    let annotated = |key: &str, value: &str| json!({"metadata": {"annotations": {key: value}}});
    let many: Value =
        (0..20).map(|i| (format!("a{i}"), json!("y".repeat(10000)))).collect::<serde_json::Map<_, _>>().into();
    vec![
        ("annotated", annotated("x", "y")),
        ("labelled", json!({"metadata": {"labels": {"app": "web", "team": "a"}}})),
        ("odd-annotation", annotated("odd", "a\"b\\c\nd\te é😀")),
        ("slash", annotated("example.com/a~b", "c")),
        ("many-annotations", json!({"metadata": {"annotations": many}})),
        ("mirror", annotated("kubernetes.io/config.mirror", "h")),
        ("default-container", annotated("kubectl.kubernetes.io/default-container", "$app")),
        ("default-container-absent", annotated("kubectl.kubernetes.io/default-container", "none")),
        ("asks-istio", json!({"metadata": {"labels": {"sidecar.istio.io/inject": "true"}}})),
        ("asks-istio-yes", annotated("sidecar.istio.io/inject", "Yes")),
        ("asks-linkerd", annotated("linkerd.io/inject", "enabled")),
        ("asks-no-linkerd", annotated("linkerd.io/inject", "disabled")),
        ("asks-kuma", json!({"metadata": {"labels": {"kuma.io/sidecar-injection": "enabled"}}})),
        ("asks-consul", annotated("consul.hashicorp.com/connect-inject", "true")),
        ("safe-to-evict", annotated("cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes", "mine")),
        (
            "owned",
            json!({"metadata": {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "1", "controller": true}]}}),
        ),
        ("finalizer", json!({"metadata": {"finalizers": ["example.com/wait"]}})),
    ]
}

/// All of these for a subject, and what its switches, gates and namespaces do.
pub(super) fn rows(subject: &Subject) -> Vec<Row> {
    let mut rows: Vec<Row> = changes()
        .iter()
        // One that stays would be in the way of the next.
        .filter(|(name, _)| *name != "finalizer")
        .map(|(name, change)| row(subject, name, change))
        .collect();
    let pod_switches = switches(&subject.spec["podSwitch"]);
    for switch in &pod_switches {
        for value in said(switch) {
            let name = format!("switch-{}-{value:?}", switch.list);
            rows.push(row(subject, &name, &switched(switch, &value)));
        }
        rows.push(row(subject, "switch-typo-on-host-network", &{
            let mut change = switched(switch, "tru e");
            change["spec"] = json!({"hostNetwork": true});
            change
        }));
        rows.push(row(
            subject,
            &format!("switch-absent-{}", switch.list),
            &json!({"metadata": {switch.list: {&switch.key: null}}}),
        ));
    }
    for (key, value) in subject.base["metadata"]["labels"].as_object().into_iter().flatten() {
        let upper = value.as_str().unwrap_or_default().to_uppercase();
        for (name, value) in [("absent", Value::Null), ("upper", json!(upper)), ("other", json!("other"))] {
            rows.push(row(subject, &format!("label-{key}-{name}"), &json!({"metadata": {"labels": {key: value}}})));
        }
    }
    for (namespace, _) in &subject.namespaces {
        rows.push(in_namespace(subject, namespace, "namespace", &json!({})));
        for switch in &pod_switches {
            for value in [&switch.inject[0], &switch.skip[0]] {
                rows.push(in_namespace(
                    subject,
                    namespace,
                    &format!("namespace-{}-{value}", switch.list),
                    &switched(switch, value),
                ));
            }
            let absent = json!({"metadata": {switch.list: {&switch.key: null}}});
            rows.push(in_namespace(subject, namespace, &format!("namespace-{}-absent", switch.list), &absent));
        }
    }
    rows
}

fn switched(switch: &Switch, value: &str) -> Value {
    json!({"metadata": {switch.list: {&switch.key: value}}})
}

/// What a switch may be told, right and wrong.
fn said(switch: &Switch) -> Vec<String> {
    let odd = ["", "no", "x y", "TRUE"].map(str::to_owned);
    let typo = format!("{}x", switch.inject[0]);
    let cased = switch.inject[0].to_uppercase();
    let mut all: Vec<String> = [&switch.inject[..], &switch.skip[..], &odd[..], &[typo, cased]].concat();
    all.sort();
    all.dedup();
    all.into_iter().filter(|value| switch.list == "annotations" || value != "x y").collect()
}
