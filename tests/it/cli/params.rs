//! `--params`: settings of policies in a ConfigMap. What a cluster makes of it is tried in `cluster::policies`.

use serde_json::Value;

use super::policies::{documents, names};
use crate::support::injector;

#[test]
fn with_params_the_settings_are_in_a_config_map_and_no_policy_depends_on_them() {
    let install = |more: &[&str]| {
        let all = ["install", "--as", "policy", "-p", "nginx,k8tz"].iter().chain(more).copied();
        documents(&injector(all).succeeds())
    };
    let usual = install(&["--params"]);
    let set = install(&["--params", "--set", "nginx.image=nginx:1", "--set", "timezone=Europe/Berlin"]);
    assert_eq!(names(&usual)[..2], ["ConfigMap injector-params", "MutatingAdmissionPolicy injector"]);
    assert_eq!(usual[1..], set[1..]);
    assert_eq!(
        (&set[0]["data"]["nginx.image"], &set[0]["data"]["k8tz.timezone"], &set[0]["data"]["nginx.port"]),
        (&"nginx:1".into(), &"Europe/Berlin".into(), &"80".into())
    );
    // A place in the pod counts after a setting, so this parameter has none until it is given one.
    assert_eq!(usual[0]["data"]["nginx.upstreamPort"], Value::Null);
    assert_eq!(usual[0]["metadata"]["namespace"], "kube-system");
    let reference = serde_json::json!({"name": "injector-params", "namespace": "a", "parameterNotFoundAction": "Deny"});
    for object in &install(&["--params", "--namespace", "a"])[1..] {
        let spec = &object["spec"];
        match object["kind"].as_str().unwrap().ends_with("Binding") {
            true => assert_eq!(spec["paramRef"], reference),
            false => assert_eq!(spec["paramKind"], serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap"})),
        }
    }
    // The rest stays in the policies, and what does not depend on a ConfigMap is as it was without one.
    let some = install(&["--params=image,port", "--set", "nginx.memoryLimit=77Mi"]);
    let data: Vec<&String> = some[0]["data"].as_object().unwrap().keys().collect();
    assert_eq!(data, ["nginx.image", "nginx.port", "k8tz.image"]);
    assert!(some[1].to_string().contains("77Mi"));
    let args = ["uninstall", "--as", "policy", "-p", "nginx,k8tz", "--params", "--namespace", "a"];
    let removed = documents(&injector(args).succeeds());
    assert_eq!(names(&removed).last().unwrap(), "ConfigMap injector-params");
    assert_eq!(removed.last().unwrap()["metadata"]["namespace"], "a");
}

#[test]
fn a_name_that_no_parameter_has_is_no_param() {
    let ran = injector(["profile", "compile", "nginx", "--params=imag"]).fails();
    assert_eq!(
        ran.stderr,
        "error: --params: no profile of this run has a parameter `imag`\n  hint: did you mean `image`?\n"
    );
}

#[test]
fn what_a_policy_has_to_know_keeps_out_of_a_config_map() {
    let profile = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: mine}\nspec:\n  policy: OptOut\n  parameters: [{name: key, type: string, default: a}, {name: word, type: string, default: b}]\n  labels:\n    digest: \"{{ cut(sha256(key), 8) }}\"\n    word: \"{{ word }}\"\n";
    let ran = injector(["profile", "compile", "mine.yaml", "--params"]).file("mine.yaml", profile).fails();
    assert!(
        ran.stderr.contains("mine.yaml:8:5: the profile `mine` cannot be a policy: a policy has no function `sha256`")
    );
    assert!(ran.stderr.contains("`--params=NAME,…` keeps only these settings in the ConfigMap"), "{}", ran.stderr);
    injector(["profile", "compile", "mine.yaml", "--params=word"]).file("mine.yaml", profile).succeeds();
}

#[test]
fn params_are_named_as_settings_are_and_only_what_a_text_can_say() {
    let data = |args: &[&str]| {
        let all = ["install", "--as", "policy"].iter().chain(args).copied();
        let documents = documents(&injector(all).succeeds());
        documents[0]["data"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(data(&["-p", "nginx,k8tz", "--params=nginx.image,k8tz.timezone"]), ["nginx.image", "k8tz.timezone"]);
    let object = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/profiles/object.yaml");
    assert_eq!(data(&["-p", object, "--params"]), ["object.names", "object.first"], "a list has its own separator");
    let parameters = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/profiles/parameters.yaml");
    let ran = injector(["profile", "compile", parameters, "--params=pairs"]).fails();
    assert!(
        ran.stderr.contains("--params: a policy reads no `map` from a text, as `pairs` of `parameters` is"),
        "{}",
        ran.stderr
    );
    let with_names = ["uninstall", "--as", "policy", "-p", "nginx", "--params=image"];
    assert!(injector(with_names).succeeds().stdout.contains("injector-nginx-params"));
}

#[test]
fn a_setting_that_is_missing_in_a_config_map_is_told_with_its_key() {
    let profile = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: mine}\nspec:\n  policy: OptOut\n  parameters: [{name: word, type: string}]\n  labels: {a: \"{{ word }}\"}\n";
    let ran = injector(["profile", "compile", "mine.yaml", "--params"]).file("mine.yaml", profile).succeeds();
    let words = "parameter `word` has no value: set key `mine.word` of ConfigMap `kube-system/injector-mine-params`";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
}
