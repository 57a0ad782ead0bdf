//! What can be printed.

use serde_json::Value;

use crate::support::manifests::{SERVICE, WEB, injected, known};
use crate::support::{Lack, injector, skipped};

const OPTED_OUT: &str = "      annotations: {proxy-injection: disabled}\n      labels:\n";

fn opted_out() -> String {
    WEB.replace("      labels:\n", OPTED_OUT)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The YAML as values, as a reader of our own would have it.
fn yaml(text: &str) -> Value {
    let tree = injector::internals::text::yaml::parse_yaml(text).unwrap();
    injector::internals::value::view::View::value(tree.view(tree.root().unwrap()))
}

#[test]
fn yaml_is_the_default() {
    assert_eq!(known("inject", ["-q", "-o", "yaml"]).stdin(WEB).succeeds().stdout, injected());
}

#[test]
fn json_is_one_object_or_one_list() {
    let one = known("inject", ["-q", "-o", "json"]).stdin(WEB).succeeds().stdout;
    assert_eq!(json(&one), yaml(&injected()));
    assert!(
        one.starts_with("{\n    \"apiVersion\": \"apps/v1\",\n    \"kind\": \"Deployment\",\n"),
        "as kubectl prints it"
    );
    let two =
        known("inject", ["-q", "-o", "json"]).stdin(format!("{WEB}---\n# nothing\n---\n{SERVICE}")).succeeds().stdout;
    let two = json(&two);
    assert_eq!((&two["apiVersion"], &two["kind"]), (&"v1".into(), &"List".into()));
    assert_eq!(two["items"][0], yaml(&injected()));
    assert_eq!(two["items"][1]["kind"], "Service");
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}\n", WEB.replace('\n', "\n  ").trim_end());
    let flat = known("inject", ["-q", "-o", "json"]).stdin(format!("{list}---\n{SERVICE}")).succeeds().stdout;
    assert_eq!(json(&flat)["items"].as_array().unwrap().len(), 2, "lists do not nest");
}

#[test]
fn a_patch_is_one_array_for_one_workload() {
    let text =
        known("inject", ["-q", "-o", "patch", "--guard=none"]).stdin(format!("{SERVICE}---\n{WEB}")).succeeds().stdout;
    assert_eq!(text.lines().count(), 1);
    let patch: json_patch::Patch = serde_json::from_str(&text).unwrap();
    let mut object = yaml(WEB);
    json_patch::patch(&mut object, &patch).unwrap();
    assert_eq!(object, yaml(&injected()));
}

#[test]
fn a_patch_of_a_skipped_workload_is_empty() {
    assert_eq!(known("inject", ["-o", "patch"]).stdin(opted_out()).succeeds().stdout, "[]\n");
    assert_eq!(known("inject", ["-o", "patch"]).stdin(injected()).succeeds().stdout, "[]\n");
}

#[test]
fn patches_of_several_workloads_are_named_a_line_each() {
    let b = WEB.replace("name: web", "name: b").replace("metadata:\n  name", "metadata:\n  namespace: prod\n  name");
    let stream = format!("{WEB}---\n{}---\n{b}", opted_out());
    let text = injector(["inject", "-q", "-o", "patch", "--guard=none"]).stdin(stream).succeeds().stdout;
    let lines: Vec<Value> = text.lines().map(json).collect();
    let names: Vec<_> =
        lines.iter().map(|line| (line["namespace"].as_str().unwrap(), line["name"].as_str().unwrap())).collect();
    assert_eq!(names, [("default", "web"), ("prod", "b")]);
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["apiVersion", "kind", "namespace", "name", "patch"]);
    let patch: json_patch::Patch = serde_json::from_value(lines[1]["patch"].clone()).unwrap();
    let mut object = yaml(&b);
    json_patch::patch(&mut object, &patch).unwrap();
    assert_eq!(object["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 2);
}

#[test]
fn the_forms_of_uninject() {
    let back = |format: &'static str| injector(["uninject", "-q", "-o", format]).stdin(injected()).succeeds().stdout;
    assert_eq!(back("yaml"), WEB);
    assert_eq!(json(&back("json")), yaml(WEB));
    let patch: json_patch::Patch = serde_json::from_str(&back("patch")).unwrap();
    let mut object = yaml(&injected());
    json_patch::patch(&mut object, &patch).unwrap();
    assert_eq!(object, yaml(WEB));
}

#[test]
fn a_diff_can_be_applied() {
    let ran = known("diff", ["web.yaml"]).file("web.yaml", WEB).finds();
    assert!(ran.stdout.starts_with("--- a/web.yaml\n+++ b/web.yaml\n@@ "), "{}", ran.stdout);
    std::fs::write(ran.folder().join("p"), &ran.bytes).unwrap();
    let applied = std::process::Command::new("git").args(["apply", "p"]).current_dir(ran.folder()).status();
    match applied {
        Ok(status) => {
            assert!(status.success());
            assert_eq!(ran.read("web.yaml"), injected().as_bytes());
        }
        Err(_) => skipped("a_diff_can_be_applied", &Lack::Program("git", "git")),
    }
}

#[test]
fn standard_output_is_data_only() {
    for args in [vec![], vec!["-o", "json"], vec!["-o", "patch"], vec!["-o", "response"]] {
        let loud = injector(["inject"].into_iter().chain(args.clone())).stdin(WEB).succeeds();
        let quiet = injector(["inject", "-q"].into_iter().chain(args)).stdin(WEB).succeeds();
        assert_eq!(loud.stdout, quiet.stdout);
        assert_eq!(quiet.stderr, "");
        assert!(loud.stderr.starts_with("deployment/web (default): injected by cortexflow\n"), "{}", loud.stderr);
    }
    assert_eq!(injector(["check"]).stdin(WEB).finds().stdout, "");
}
