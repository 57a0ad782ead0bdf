//! Patches that are kept: what they test, and what a real API server and real kustomize make of one on an object that changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;
use crate::support::{Lack, injector, skipped};

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - {name: web, image: images.example/web:1}
";

fn patch(flags: &[&str], input: &str) -> Vec<Value> {
    let args = ["inject", "-q", "-o", "patch"].into_iter().chain(flags.iter().copied());
    serde_json::from_str(&injector(args).stdin(input).succeeds().stdout).unwrap()
}

fn tests(patch: &[Value]) -> Vec<&Value> {
    patch.iter().filter(|op| op["op"] == "test").collect()
}

#[test]
fn a_patch_tests_the_version_of_a_live_object_and_the_parts_of_a_manifest() {
    let live = WEB.replace("namespace: shop", "namespace: shop, uid: u, resourceVersion: \"41\"");
    let version = json!({"op": "test", "path": "/metadata/resourceVersion", "value": "41"});
    let absent = json!({"op": "test", "path": "/spec/template/metadata/annotations", "value": null});
    let plain = patch(&["--guard", "none"], WEB);
    assert!(tests(&plain).is_empty());
    assert_eq!(patch(&["--guard=none"], &live), plain);
    for (flags, input, some) in [
        (&[][..], &live, &version),
        (&["--guard", "auto"], &live, &version),
        (&["--guard", "parts"], &live, &absent),
        (&[], &WEB.to_owned(), &absent),
    ] {
        let guarded = patch(flags, input);
        assert_eq!(&guarded[0], some, "{flags:?}");
        assert_eq!(tests(&guarded).len() == 1, some == &version, "{flags:?}: {guarded:?}");
        assert_eq!(guarded.iter().filter(|op| op["op"] != "test").cloned().collect::<Vec<_>>(), plain);
    }
    // Several, each with its own.
    let several = injector(["inject", "-q", "-o", "patch"]).stdin(format!("{WEB}---\n{live}")).succeeds().stdout;
    let firsts: Vec<Value> =
        several.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["patch"][0].clone()).collect();
    assert_eq!(firsts, [absent, version]);
}

/// What the settings say for some files says nothing of guards.
#[test]
fn files_with_settings_of_their_own_have_guards_too() {
    let config = "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  overrides:\n    - {files: web.yaml, namespace: other}\n";
    let run =
        injector(["inject", "-q", "-o", "patch", "web.yaml"]).file(".injector.yaml", config).file("web.yaml", WEB);
    let patch: Vec<Value> = serde_json::from_str(&run.succeeds().stdout).unwrap();
    assert!(!tests(&patch).is_empty(), "{patch:?}");
}

#[test]
fn an_answer_to_a_review_has_no_guards() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "resourceVersion": "1"},
        "spec": {"containers": [{"name": "a", "image": "b"}]}});
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": {"group": "", "version": "v1",
        "resource": "pods"}, "namespace": "shop", "operation": "CREATE", "object": pod}});
    let ran = patch(&[], &review.to_string());
    assert!(!ran.is_empty() && tests(&ran).is_empty(), "{ran:?}");
    let stderr = injector(["inject", "-opatch", "--clean"]).stdin(WEB).fails().stderr;
    assert!(stderr.starts_with("error: '--clean' is for manifests, and a patch is for the live object"), "{stderr}");
    for args in [["inject", "--guard", "auto"], ["inject", "--guard=none", "-oyaml"]] {
        let stderr = injector(args).stdin(WEB).fails().stderr;
        assert!(stderr.contains("error: '--guard' is for '--output patch'"), "{stderr}");
    }
}

#[test]
fn the_api_server_refuses_a_patch_where_something_came_since() {
    const NAME: &str = "the_api_server_refuses_a_patch_where_something_came_since";
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else { return skipped(NAME, &Lack::ControlPlane) };
    let plane = ControlPlane::start(Path::new(&assets));
    plane.namespace("shop", &[]);
    plane.ok("apply -f -", WEB);
    let kept = serde_json::to_string(&patch(&[], WEB)).unwrap();
    let apply = |patch: &str| {
        let args = ["patch", "deploy/web", "-n", "shop", "--type=json", "--patch-file=/dev/stdin"];
        let ran = plane.kubectl(args, patch);
        (ran.success, ran.stderr)
    };
    let containers = || {
        let spec = plane.get("deployment web -n shop")["spec"]["template"]["spec"].clone();
        spec["containers"].as_array().unwrap().len()
    };
    let more = r#"{"spec":{"template":{"spec":{"initContainers":[{"name":"mine","image":"images.example/mine:1"}]}}}}"#;
    plane.ok(&format!("patch deploy/web -n shop --type=merge -p {more}"), "");
    let (success, stderr) = apply(&kept);
    assert!(!success && stderr.contains("The request is invalid"), "{stderr}");
    let none = r#"[{"op":"remove","path":"/spec/template/spec/initContainers"}]"#;
    plane.ok(&format!("patch deploy/web -n shop --type=json -p {none}"), "");
    assert_eq!(containers(), 1);
    assert_eq!(apply(&kept), (true, String::new()));
    assert_eq!(containers(), 2);
    // A second time, what it makes is there.
    assert!(!apply(&kept).0);
    // Of a live object, the version.
    let live = plane.ok("get deploy/web -n shop -o yaml", "");
    let undo = injector(["uninject", "-q", "-o", "patch"]).stdin(live).succeeds().stdout;
    plane.ok("label deploy/web -n shop new=label", "");
    let (success, stderr) = apply(&undo);
    assert!(!success && stderr.contains("The request is invalid"), "{stderr}");
}

#[test]
fn kustomize_refuses_a_patch_where_something_came_since() {
    const NAME: &str = "kustomize_refuses_a_patch_where_something_came_since";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("patch.json", &serde_json::to_string(&patch(&[], WEB)).unwrap());
    write(
        "kustomization.yaml",
        "resources: [web.yaml]\npatches: [{path: patch.json, target: {kind: Deployment, name: web}}]\n",
    );
    let build = || Command::new("kubectl").arg("kustomize").arg(folder.path()).output();
    write("web.yaml", WEB);
    let Ok(built) = build() else { return skipped(NAME, &Lack::Program("kubectl", "kubernetes-client")) };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(String::from_utf8_lossy(&built.stdout).contains("name: proxy-sidecar"));
    // Another image is nothing that the patch relies on.
    write("web.yaml", &WEB.replace("web:1", "web:2"));
    assert!(build().unwrap().status.success());
    for (what, changed) in [
        (
            "annotations",
            WEB.replace("labels: {app: web}\n    spec", "labels: {app: web}\n      annotations: {a: b}\n    spec"),
        ),
        (
            "initContainers",
            WEB.replace("      containers:", "      initContainers: [{name: mine, image: i}]\n      containers:"),
        ),
    ] {
        assert_ne!(changed, WEB);
        write("web.yaml", &changed);
        let built = build().unwrap();
        let stderr = String::from_utf8_lossy(&built.stderr).into_owned();
        assert!(!built.status.success() && stderr.contains(what), "{what}: {stderr}");
    }
}
