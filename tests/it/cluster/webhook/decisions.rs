//! What is stored: pods of every kind, by hand and by controllers, under what `install` prints.

use serde_json::{Value, json};

use super::super::set;
use super::install::Installed;
use super::{containers, created, init_containers, is_injected, pod, stored};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// What a pod comes out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// With a sidecar among the containers.
    Classic,
    /// With a sidecar among the init containers.
    Native,
    /// As it was.
    Untouched,
}

/// One value of a pod.
type Edit = (&'static str, Value);

/// A pod's name, what it comes out as, and what it has beside [`pod`].
type Case = (&'static str, Comes, Vec<Edit>);

fn container(name: &str) -> Value {
    json!({"name": name, "image": "other:1"})
}

/// Rows of the table of eligibility, as far as a pod by itself can have them.
fn eligible_or_not() -> Vec<Case> {
    use Comes::{Classic, Native, Untouched};
    let annotation = |key: &str, value: &str| json!({key: value});
    vec![
        ("plain", Classic, vec![]),
        ("by-hand", Untouched, vec![("/spec/containers/1", container("proxy-sidecar"))]),
        ("by-hand-too", Untouched, vec![("/spec/containers/1", container("my-cortexflow-proxy"))]),
        (
            "mirror",
            Untouched,
            vec![
                ("/metadata/annotations", annotation("kubernetes.io/config.mirror", "x")),
                ("/spec/nodeName", json!("nowhere")),
            ],
        ),
        ("host-network", Untouched, vec![("/spec/hostNetwork", json!(true))]),
        ("windows", Untouched, vec![("/spec/os", json!({"name": "windows"}))]),
        ("windows-node", Untouched, vec![("/spec/nodeSelector", json!({"kubernetes.io/os": "windows"}))]),
        ("other-mesh", Untouched, vec![("/spec/containers/1", container("istio-proxy"))]),
        ("opted-out", Untouched, vec![("/metadata/annotations", annotation("proxy-injection", "disabled"))]),
        ("opted-in", Classic, vec![("/metadata/annotations", annotation("proxy-injection", "enabled"))]),
        ("never", Native, vec![("/spec/restartPolicy", json!("Never"))]),
        ("on-failure", Native, vec![("/spec/restartPolicy", json!("OnFailure"))]),
    ]
}

/// Shapes of pods.
fn shapes() -> Vec<Case> {
    use Comes::{Classic, Native};
    vec![
        (
            "own-native-sidecar",
            Classic,
            vec![("/spec/initContainers", json!([{"name": "log", "image": "log:1", "restartPolicy": "Always"}]))],
        ),
        (
            "never-with-own-native-sidecar",
            Native,
            vec![
                ("/spec/restartPolicy", json!("Never")),
                ("/spec/initContainers", json!([{"name": "log", "image": "log:1", "restartPolicy": "Always"}])),
            ],
        ),
        ("own-init", Classic, vec![("/spec/initContainers", json!([container("migrate")]))]),
        (
            "completed",
            Classic,
            // The API server has put its defaults into a container before the webhook sees it: what they would stand for
            // is said, so that there is nothing for them to add.
            vec![(
                "/spec/containers/1",
                json!({
                    "name": "proxy-sidecar",
                    "image": "auto",
                    "imagePullPolicy": "Never",
                    "resources": {"requests": {"cpu": "10m"}},
                    "env": [{"name": "A"}],
                }),
            )],
        ),
        (
            "parameters",
            Classic,
            vec![(
                "/metadata/annotations",
                json!({"sidecar-injector/tcp-port": "6000", "sidecar-injector/exclude-inbound-ports": "9090"}),
            )],
        ),
        (
            "of-many-fields",
            Classic,
            vec![
                ("/metadata/labels", json!({"app": "web"})),
                ("/metadata/finalizers", json!(["example.com/kept"])),
                ("/spec/securityContext", json!({"runAsUser": 1000, "fsGroup": 1000})),
                ("/spec/volumes", json!([{"name": "data", "emptyDir": {"sizeLimit": "1Gi"}}])),
                ("/spec/containers/0/volumeMounts", json!([{"name": "data", "mountPath": "/data"}])),
                ("/spec/containers/0/resources", json!({"limits": {"cpu": "1", "memory": "64Mi"}})),
                ("/spec/containers/0/livenessProbe", json!({"httpGet": {"path": "/", "port": 8080}})),
                ("/spec/tolerations", json!([{"operator": "Exists"}])),
                ("/spec/imagePullSecrets", json!([{"name": "pull"}])),
                ("/spec/hostAliases", json!([{"ip": "127.0.0.1", "hostnames": ["here"]}])),
                ("/spec/dnsConfig", json!({"nameservers": ["10.0.0.10"]})),
            ],
        ),
    ]
}

fn comes(pod: &Value) -> Comes {
    let (classic, native) = (containers(pod), init_containers(pod));
    let ours = |name: &String| name == "proxy-sidecar";
    if !is_injected(pod) {
        Comes::Untouched
    } else if native.iter().any(ours) {
        Comes::Native
    } else {
        assert!(classic.iter().any(ours), "{pod:#}");
        Comes::Classic
    }
}

pub(super) fn pods_come_out_as_the_truth_table_says(plane: &ControlPlane) {
    let installed = Installed::new(plane, "truth", &[]);
    plane.namespace("truth", &[]);
    let cases = [eligible_or_not(), shapes()].concat();
    let manifests: Vec<Value> = cases
        .iter()
        .map(|(name, _, edits)| {
            let mut manifest = pod(name);
            edits.iter().for_each(|(pointer, value)| set(&mut manifest, pointer, value.clone()));
            manifest
        })
        .collect();
    let by_webhook = created(plane, "truth", &manifests);
    for (((name, expected, _), manifest), pod) in cases.iter().zip(&manifests).zip(&by_webhook) {
        assert_eq!(comes(pod), *expected, "{name}: {pod:#}\n{}", installed.log());
        // What was the pod's own is there as well, native sidecars above all.
        for list in ["containers", "initContainers"] {
            for container in manifest["spec"][list].as_array().into_iter().flatten() {
                let mut found = pod["spec"][list].as_array().into_iter().flatten();
                let found = found.find(|other| other["name"] == container["name"]);
                let found = found.unwrap_or_else(|| panic!("{name}: {container} is gone: {pod:#}"));
                assert_eq!(found["restartPolicy"], container["restartPolicy"], "{name}");
            }
        }
        if *expected == Comes::Native {
            let sidecar = pod["spec"]["initContainers"].as_array().unwrap();
            let sidecar = sidecar.iter().find(|container| container["name"] == "proxy-sidecar").unwrap();
            assert_eq!(sidecar["restartPolicy"], "Always", "{name}");
        }
    }

    // The CLI's output, where no webhook is asked, and where one is: it finds its own record.
    let texts: Vec<String> = manifests.iter().map(Value::to_string).collect();
    let injected = injector(["inject", "-o", "json"]).stdin(texts.join("\n")).succeeds();
    let list: Value = serde_json::from_str(&injected.stdout).unwrap();
    let by_cli = list["items"].as_array().unwrap();
    assert_eq!(by_cli.len(), manifests.len());
    plane.namespace("truth-again", &[]);
    for namespace in ["kube-public", "truth-again"] {
        let by_hand = created(plane, namespace, by_cli);
        for ((webhook, hand), (name, ..)) in by_webhook.iter().zip(&by_hand).zip(&cases) {
            super::assert_same(&format!("{name} in {namespace}"), &stored(webhook), &stored(hand));
        }
    }
    // They would meet the next scenario's pods of the same names.
    plane.ok("delete pods --all -n kube-public --wait=false --grace-period=0 --force", "");
}

pub(super) fn pods_of_the_systems_namespaces_are_left_alone(plane: &ControlPlane) {
    let installed = Installed::new(plane, "system", &[]);
    let mut manifest = pod("of-the-system");
    // The webhook's own namespace enforces the Pod Security level "restricted".
    set(
        &mut manifest,
        "/spec/containers/0/securityContext",
        json!({
            "allowPrivilegeEscalation": false,
            "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }),
    );
    for namespace in ["kube-system", "kube-node-lease", "injector-system-of-system"] {
        let before = installed.decisions();
        let pods = created(plane, namespace, std::slice::from_ref(&manifest));
        assert_eq!(comes(&pods[0]), Comes::Untouched, "{namespace}");
        assert_eq!(installed.decisions(), before, "the webhook is not even asked about {namespace}");
        plane.ok(&format!("delete pod of-the-system -n {namespace} --wait=false --grace-period=0 --force"), "");
    }
}

/// Owners that [`super::super::round_trip`]'s workloads lack.
const SETS: &str = "
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: set}
spec:
  selector: {matchLabels: {app: set}}
  template: {metadata: {labels: {app: set}}, spec: {containers: [{name: app, image: 'app:1'}]}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: controller}
spec:
  selector: {app: controller}
  template: {metadata: {labels: {app: controller}}, spec: {containers: [{name: app, image: 'app:1'}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: opted-out}
spec:
  selector: {matchLabels: {app: opted-out}}
  template:
    metadata: {labels: {app: opted-out}, annotations: {proxy-injection: disabled}}
    spec: {containers: [{name: app, image: 'app:1'}]}
";

const WORKLOADS: &str = include_str!("../../../../testdata/cluster/workloads.yaml");

pub(super) fn what_controllers_make_comes_out_injected(plane: &ControlPlane) {
    let installed = Installed::new(plane, "controllers", &[]);
    plane.namespace("controllers", &[]);
    plane.ok("create -n controllers -f -", format!("{WORKLOADS}---{SETS}"));
    // A run that was missed long ago is made up for at once.
    let missed = r#"{"status": {"lastScheduleTime": "2026-01-01T00:00:00Z"}}"#;
    let patch =
        ["patch", "cronjob", "report", "-n", "controllers", "--subresource=status", "--type=merge", "-p", missed];
    let patched = plane.kubectl(patch, "");
    assert!(patched.success, "{patched:?}");
    for (owner, name, count, expected) in [
        ("ReplicaSet", "web-", 2, Comes::Classic),
        ("StatefulSet", "db", 1, Comes::Classic),
        ("Job", "migrate", 1, Comes::Native),
        // The CronJob's.
        ("Job", "report-", 1, Comes::Native),
        ("ReplicaSet", "set", 1, Comes::Classic),
        ("ReplicationController", "controller", 1, Comes::Classic),
        ("ReplicaSet", "opted-out-", 1, Comes::Untouched),
    ] {
        let pods = plane.eventually(&format!("{owner} {name} has {count} pods\n{}", installed.log()), || {
            let of_owner = |pod: &Value| {
                let reference = &pod["metadata"]["ownerReferences"][0];
                reference["kind"] == owner && reference["name"].as_str().is_some_and(|one| one.starts_with(name))
            };
            let mut pods = super::items(&plane.get("pods -n controllers"));
            pods.retain(of_owner);
            (pods.len() == count).then_some(pods)
        });
        for pod in pods {
            assert_eq!(comes(&pod), expected, "{owner} {name}: {pod:#}");
        }
    }
    let migrate = &super::items(&plane.get("pods -n controllers -l job-name=migrate"))[0];
    assert_eq!(init_containers(migrate), ["init-iptables", "proxy-sidecar", "log-shipper"]);
    assert_eq!(migrate["spec"]["initContainers"][2]["restartPolicy"], "Always", "a native sidecar of the user's stays");
}
