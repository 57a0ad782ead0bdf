//! What comes out of a live cluster, is injected, and goes in again: only the API server says what is right.

use std::thread;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::Value;

use super::set;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

const WORKLOADS: &str = include_str!("../../../testdata/cluster/workloads.yaml");

/// A namespace in which every workload of `testdata/cluster` has been created, and its pods too.
fn workloads(plane: &ControlPlane, namespace: &str) {
    plane.namespace(namespace, &[]);
    plane.ok(&format!("create -n {namespace} -f -"), WORKLOADS);
    plane.eventually("the Deployment has two pods", || (pods(plane, namespace, "web").len() == 2).then_some(()));
    settle(plane, namespace);
}

/// The pods with this label `app`.
fn pods(plane: &ControlPlane, namespace: &str, app: &str) -> Vec<Value> {
    items(&plane.get(&format!("pods -n {namespace} -l app={app}")))
}

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().clone()
}

/// The names of the containers in this list of a pod's spec.
fn names(spec: &Value, list: &str) -> Vec<String> {
    let containers = spec[list].as_array().into_iter().flatten();
    containers.map(|container| container["name"].as_str().unwrap().to_owned()).collect()
}

const PIPED: &str = "deploy,sts,cronjob";

/// Waits until the controllers have seen everything, and are done for the moment.
fn settle(plane: &ControlPlane, namespace: &str) {
    let versions = || {
        let seen = |object: &Value| {
            let observed = &object["status"]["observedGeneration"];
            observed.is_null() || *observed == object["metadata"]["generation"]
        };
        let objects = items(&plane.get(&format!("{PIPED},rs,pods -n {namespace}")));
        let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
        objects.iter().all(seen).then(|| objects.iter().map(version).collect::<Vec<_>>())
    };
    plane.eventually("the controllers have nothing to do", || {
        let before = versions()?;
        thread::sleep(Duration::from_millis(300));
        (versions()? == before).then_some(())
    });
}

/// `kubectl get … -o yaml | injector inject | kubectl apply -f -`
fn pipe(plane: &ControlPlane, namespace: &str) {
    let live = plane.ok(&format!("get {PIPED} -n {namespace} -o yaml"), "");
    let injected = injector(["inject"]).stdin(live).succeeds();
    plane.ok("apply -f -", injected.bytes);
}

/// The generation of each object that the pipe touches, by its kind.
fn generations(plane: &ControlPlane, namespace: &str) -> Value {
    let objects = items(&plane.get(&format!("{PIPED} -n {namespace}")));
    let entry =
        |object: &Value| (object["kind"].as_str().unwrap().to_owned(), object["metadata"]["generation"].clone());
    Value::Object(objects.iter().map(entry).collect())
}

/// What may not change when the pipe runs again: the specs, and the ReplicaSets with their templates.
fn state(plane: &ControlPlane, namespace: &str) -> Value {
    let of = |object: &Value| {
        let replica_set = object["kind"] == "ReplicaSet";
        // How many pods each ReplicaSet has is the Deployment's affair: its rollout goes on meanwhile.
        let spec = if replica_set { &object["spec"]["template"] } else { &object["spec"] };
        serde_json::json!({"kind": object["kind"], "metadata": {"name": object["metadata"]["name"]}, "spec": spec})
    };
    items(&plane.get(&format!("{PIPED},rs -n {namespace}"))).iter().map(of).collect()
}

pub(super) fn the_pipe_gives_a_deployment_new_pods_with_the_sidecar(plane: &ControlPlane) {
    workloads(plane, "pipe");
    let old = items(&plane.get("rs -n pipe"));
    assert_eq!(old.len(), 1);
    pipe(plane, "pipe");
    let new = plane.eventually("the Deployment has a second ReplicaSet", || {
        let sets = items(&plane.get("rs -n pipe"));
        sets.into_iter().find(|set| set["metadata"]["uid"] != old[0]["metadata"]["uid"])
    });
    let expect = |spec: &Value, application: &str| {
        assert_eq!(names(spec, "containers"), [application, "proxy-sidecar"]);
        assert_eq!(names(spec, "initContainers"), ["init-iptables"]);
    };
    expect(&new["spec"]["template"]["spec"], "web");
    let pod = plane.eventually("the new ReplicaSet has a pod", || {
        let of_new = |pod: &Value| pod["metadata"]["ownerReferences"][0]["uid"] == new["metadata"]["uid"];
        pods(plane, "pipe", "web").into_iter().find(of_new)
    });
    expect(&pod["spec"], "web");
    expect(&plane.get("sts db -n pipe")["spec"]["template"]["spec"], "db");
    let job = &plane.get("cronjob report -n pipe")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(names(job, "containers"), ["report"]);
    assert_eq!(names(job, "initContainers"), ["init-iptables", "proxy-sidecar"], "native, or the job never completes");
}

pub(super) fn a_second_run_of_the_pipe_changes_nothing(plane: &ControlPlane) {
    workloads(plane, "twice");
    pipe(plane, "twice");
    settle(plane, "twice");
    let (before, mut expected) = (state(plane, "twice"), generations(plane, "twice"));
    assert_eq!(expected, serde_json::json!({"Deployment": 2, "StatefulSet": 2, "CronJob": 2}));
    pipe(plane, "twice");
    settle(plane, "twice");
    assert_same(&before, &state(plane, "twice"));
    // A Deployment's generation counts its annotations too (PrepareForUpdate in pkg/registry/apps/deployment), and
    // `kubectl apply` writes the resourceVersion into its own: so it rises with every apply of what `kubectl get`
    // gave, with or without injector.
    expected["Deployment"] = 3.into();
    assert_eq!(generations(plane, "twice"), expected);
    let live = plane.ok(&format!("get {PIPED} -n twice -o yaml"), "");
    plane.ok("apply -f -", live);
    expected["Deployment"] = 4.into();
    assert_eq!(generations(plane, "twice"), expected);
}

pub(super) fn a_cleaned_object_settles(plane: &ControlPlane) {
    workloads(plane, "settles");
    let run = || {
        let live = plane.ok(&format!("get {PIPED} -n settles -o yaml"), "");
        let printed = plane.ok("apply -f -", injector(["inject", "--clean"]).stdin(live).succeeds().bytes);
        settle(plane, "settles");
        (printed, state(plane, "settles"), generations(plane, "settles"))
    };
    let first = run();
    // What the API server filled into the added containers is in the second apply, and from then on in each.
    let second = run();
    assert_same(&first.1, &second.1);
    let third = run();
    let unchanged = "deployment.apps/web unchanged\nstatefulset.apps/db unchanged\ncronjob.batch/report unchanged\n";
    assert_eq!(third, (unchanged.to_owned(), second.1, second.2));
}

pub(super) fn a_patch_is_applied_once_and_then_is_empty(plane: &ControlPlane) {
    workloads(plane, "patch");
    let patch = || {
        let live = plane.ok("get deploy web -n patch -o yaml", "");
        injector(["inject", "-o", "patch"]).stdin(live).succeeds().bytes
    };
    let apply = |patch| plane.ok("patch deploy web -n patch --type=json --patch-file=/dev/stdin", patch);
    apply(patch());
    settle(plane, "patch");
    let web = plane.get("deploy web -n patch");
    let spec = &web["spec"]["template"]["spec"];
    assert_eq!(names(spec, "containers"), ["web", "proxy-sidecar"]);
    assert_eq!(names(spec, "initContainers"), ["init-iptables"]);
    let second = patch();
    assert_eq!(String::from_utf8_lossy(&second).trim(), "[]");
    assert_eq!(apply(second), "deployment.apps/web patched (no change)\n");
    assert_eq!(plane.get("deploy web -n patch")["metadata"]["generation"], 2);
}

pub(super) fn uninject_and_replace_bring_the_old_template_back(plane: &ControlPlane) {
    workloads(plane, "undo");
    let template = || plane.get("deploy web -n undo")["spec"]["template"].clone();
    let before = template();
    pipe(plane, "undo");
    assert_ne!(template(), before);
    let live = plane.ok("get deploy web -n undo -o yaml", "");
    let uninjected = injector(["uninject"]).stdin(live).succeeds();
    plane.ok("replace -f -", uninjected.bytes);
    assert_same(&before, &template());
}

/// The workloads that the pipe touches as a list, each with the label on its pod template that `curl` wants.
fn opted_in(namespace: &str) -> Value {
    let documents = serde_yaml::Deserializer::from_str(WORKLOADS).map(|one| Value::deserialize(one).unwrap());
    let mut objects = Vec::new();
    for mut object in documents {
        let template = match object["kind"].as_str().unwrap() {
            "Deployment" | "StatefulSet" => "/spec/template",
            "CronJob" => "/spec/jobTemplate/spec/template",
            _ => continue,
        };
        set(&mut object, &format!("{template}/metadata/labels/sidecar.me~1inject"), "true".into());
        set(&mut object, "/metadata/namespace", namespace.into());
        objects.push(object);
    }
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects})
}

/// What of the live objects comes from a manifest, by their kinds.
fn specs(plane: &ControlPlane, namespace: &str) -> Value {
    let of = |object: &Value| (object["kind"].as_str().unwrap().to_owned(), object["spec"].clone());
    Value::Object(items(&plane.get(&format!("{PIPED} -n {namespace}"))).iter().map(of).collect())
}

pub(super) fn what_was_applied_and_defaulted_is_uninjected_without_a_warning(plane: &ControlPlane) {
    plane.namespace("plain", &[]);
    plane.ok("apply -f -", opted_in("plain").to_string());
    settle(plane, "plain");
    let plain = specs(plane, "plain");
    let ways = ["apply -f -", "apply --server-side -f -"];
    let everything = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/profiles/everything.yaml");
    let sets = [&["cortexflow"][..], &["nginx"], &["curl"], &["nginx", "curl"], &[everything, "cortexflow"]];
    for (index, (profiles, way)) in sets.iter().flat_map(|set| ways.map(|way| (set, way))).enumerate() {
        let namespace = format!("back-{index}");
        plane.namespace(&namespace, &["sidecar-inject=enabled"]);
        let facts = ["inject", "--namespace-labels=sidecar-inject=enabled", "--namespace-annotations=a=b"];
        let args = facts.into_iter().chain(profiles.iter().flat_map(|profile| ["-p", *profile]));
        let injected = injector(args).stdin(opted_in(&namespace).to_string()).succeeds();
        plane.ok(way, injected.bytes);
        settle(plane, &namespace);
        assert_ne!(specs(plane, &namespace), plain, "{profiles:?}");
        let live = plane.ok(&format!("get {PIPED} -n {namespace} -o yaml"), "");
        let undone = injector(["uninject"]).stdin(live).succeeds();
        assert_eq!(undone.stderr.matches(": uninjected: ").count(), 3, "{profiles:?}: {}", undone.stderr);
        // One line for each, and the summary.
        assert_eq!(undone.stderr.lines().count(), 4, "{profiles:?}: {}", undone.stderr);
        plane.ok("replace -f -", undone.bytes);
        assert_same(&plain, &specs(plane, &namespace));
    }
}

/// A pod that a node has, with what the API server mounts into it.
const BOUND: &str = "apiVersion: v1
kind: Pod
metadata:
  name: bound
spec:
  nodeName: nowhere
  containers:
  - name: app
    image: nginx:1.27
    volumeMounts:
    - {name: kube-api-access-x7k2p, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
  - name: kube-api-access-x7k2p
    projected:
      sources: [{configMap: {name: kube-root-ca.crt}}]
";

pub(super) fn a_cleaned_object_can_be_created_elsewhere(plane: &ControlPlane) {
    workloads(plane, "origin");
    plane.ok("create -n origin -f -", BOUND);
    // So that there is an annotation of kubectl's.
    plane.ok("apply -n origin -f -", WORKLOADS);
    let live = ["deploy,sts,cronjob,job", "pods lonely bound"]
        .map(|objects| plane.ok(&format!("get {objects} -n origin -o yaml"), ""))
        .join("---\n");
    assert!(live.contains("last-applied") && live.contains("deployment.kubernetes.io/revision"));
    let cleaned = injector(["inject", "--clean", "-o", "json"]).stdin(live).succeeds();
    let objects = items(&serde_json::from_str(&cleaned.stdout).unwrap());
    assert_eq!(objects.len(), 6, "{}", cleaned.stdout);
    for object in &objects {
        let text = object.to_string();
        assert_eq!(object.get("status"), None);
        for field in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"] {
            assert_eq!(object["metadata"].get(field), None, "{text}");
        }
        for word in ["last-applied", "kubernetes.io/revision", "nodeName", "kube-api-access", "controller-uid"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    plane.namespace("elsewhere", &[]);
    let created =
        plane.ok("create -f -", cleaned.stdout.replace(r#""namespace": "origin""#, r#""namespace": "elsewhere""#));
    assert_eq!(created.lines().count(), 6, "{created}");
    for pod in ["lonely", "bound"] {
        assert_eq!(
            names(&plane.get(&format!("pods {pod} -n elsewhere"))["spec"], "containers"),
            ["app", "proxy-sidecar"]
        );
    }
}

pub(super) fn what_the_report_says_is_refused_is_refused(plane: &ControlPlane) {
    workloads(plane, "live");
    for (object, warned, refusal) in [
        ("deploy web", false, ""),
        ("sts db", false, ""),
        ("cronjob report", false, ""),
        ("job migrate", true, "field is immutable"),
        ("pod lonely", true, "pod updates may not add or remove containers"),
    ] {
        let live = plane.ok(&format!("get {object} -n live -o yaml"), "");
        let injected = injector(["inject", "--report", "json"]).stdin(live).succeeds();
        let told = |text: &str| injected.stderr.contains(text);
        assert!(told(r#""round-trip""#), "{object}: {}", injected.stderr);
        assert_eq!(told("an apply is refused"), warned, "{object}: {}", injected.stderr);
        let applied = plane.kubectl(["apply", "-f", "-"], injected.bytes);
        assert_eq!(applied.success, !warned, "{object}: {}", applied.stderr);
        assert!(applied.stderr.contains(refusal), "{object}: {}", applied.stderr);
    }
}

pub(super) fn an_object_that_changed_meanwhile_is_a_conflict_unless_it_is_cleaned(plane: &ControlPlane) {
    workloads(plane, "meanwhile");
    let live = plane.ok("get deploy web -n meanwhile -o yaml", "");
    plane.ok("scale deploy web -n meanwhile --replicas=3", "");
    settle(plane, "meanwhile");
    let injected = injector(["inject"]).stdin(live.clone()).succeeds();
    assert!(injected.stderr.contains("an apply fails with a conflict when"), "{}", injected.stderr);
    let applied = plane.kubectl(["apply", "-f", "-"], injected.bytes);
    assert!(!applied.success && applied.stderr.contains("the object has been modified"), "{applied:#?}");
    let cleaned = injector(["inject", "--clean"]).stdin(live).succeeds();
    assert!(!cleaned.stderr.contains("conflict"), "{}", cleaned.stderr);
    plane.ok("apply -f -", cleaned.bytes);
}

pub(super) fn of_all_that_is_live_only_what_owns_the_rest_is_injected(plane: &ControlPlane) {
    workloads(plane, "everything");
    let live = plane.ok("get all -n everything -o yaml", "");
    for flags in [&["inject"][..], &["inject", "--clean"]] {
        let injected = injector(flags.iter().copied()).stdin(live.clone()).succeeds();
        let lines = || injected.stderr.lines().filter(|line| line.contains("(everything): "));
        let owned = |line: &&str| line.contains(": skipped: owned-live: ");
        // The Deployment's ReplicaSet, and the pods of all.
        assert_eq!(lines().filter(owned).count(), 5, "{}", injected.stderr);
        let mut rest: Vec<_> = lines().filter(|line| !owned(line)).collect();
        rest.sort_unstable();
        let expected = ["cronjob/report", "deployment/web", "job/migrate", "pod/lonely", "statefulset/db"];
        assert_eq!(rest, expected.map(|object| format!("{object} (everything): injected by cortexflow")));
    }
}

/// As `assert_eq!`, telling only what differs.
fn assert_same(before: &Value, after: &Value) {
    let text = |value| serde_json::to_string_pretty(value).unwrap();
    let (before, after) = (text(before), text(after));
    let diff = similar::TextDiff::from_lines(&before, &after);
    assert!(before == after, "{}", diff.unified_diff().context_radius(8));
}
