//! `install --as policy`, `uninstall --as policy`, `profile compile`: which objects, in which order, and what is refused. What the
//! policies do is tried in `cluster::policies`.

use injector::internals::profile::builtin;
use serde_json::Value;

use crate::support::{Ran, injector};

/// The documents of a YAML stream.
pub(super) fn documents(ran: &Ran) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(&ran.stdout)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect()
}

/// Each document's kind and name.
pub(super) fn names(documents: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    documents.iter().map(|object| format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))).collect()
}

/// Built-in profiles that can be policies, by what the page says.
fn compilable() -> Vec<String> {
    let page = include_str!("../../../docs/policies.md");
    let line = page.lines().find(|line| line.starts_with("Of the built-in profiles, ")).unwrap();
    line.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn what_refuses_a_pod_comes_after_what_patches_it_and_goes_before_it() {
    let installed = documents(&injector(["install", "--as", "policy", "-p", "curl"]).succeeds());
    assert_eq!(
        names(&installed),
        [
            "MutatingAdmissionPolicy injector-curl",
            "MutatingAdmissionPolicyBinding injector-curl",
            "ValidatingAdmissionPolicy injector-curl",
            "ValidatingAdmissionPolicyBinding injector-curl",
            "ValidatingAdmissionPolicy injector-curl-warnings",
            "ValidatingAdmissionPolicyBinding injector-curl-warnings",
        ]
    );
    let mut removed = names(&documents(&injector(["uninstall", "--as", "policy", "-p", "curl"]).succeeds()));
    removed.reverse();
    let mut expected = names(&installed);
    // A binding is made after its policy, and is removed before it.
    for pair in expected.chunks_mut(2) {
        pair.reverse();
    }
    for pair in removed.chunks_mut(2) {
        pair.reverse();
    }
    assert_eq!(removed, expected);
    assert!(installed.iter().all(|object| object["apiVersion"] == "admissionregistration.k8s.io/v1"));
}

#[test]
fn several_profiles_have_one_mutating_policy_that_keeps_their_order() {
    let args = ["install", "--as", "policy", "--name", "mesh", "-p", "nginx,curl", "--without-warnings"];
    let objects = documents(&injector(args).succeeds());
    assert_eq!(
        names(&objects),
        [
            "MutatingAdmissionPolicy mesh",
            "MutatingAdmissionPolicyBinding mesh",
            "ValidatingAdmissionPolicy mesh-nginx",
            "ValidatingAdmissionPolicyBinding mesh-nginx",
            "ValidatingAdmissionPolicy mesh-curl",
            "ValidatingAdmissionPolicyBinding mesh-curl",
        ]
    );
    let mutations = objects[0]["spec"]["mutations"].as_array().unwrap();
    let adds = |index: usize, container: &str| {
        mutations[index]["jsonPatch"]["expression"]
            .as_str()
            .unwrap()
            .contains(&format!("variables.p{index}_{container}"))
    };
    assert_eq!(mutations.len(), 2);
    assert!(adds(0, "container0") && adds(1, "container0"));
    // Their gates differ, so the policy asks them itself.
    assert_eq!(objects[0]["spec"]["matchConstraints"]["objectSelector"], serde_json::json!({}));
    let args = ["uninstall", "--as", "policy", "--name", "mesh", "-p", "nginx,curl"];
    let removed = names(&documents(&injector(args).succeeds()));
    assert_eq!(removed.last().unwrap(), "MutatingAdmissionPolicy mesh");
    assert!(names(&objects).iter().all(|object| removed.contains(object)));
}

#[test]
fn the_same_profile_gives_the_same_bytes_and_no_object_is_too_large() {
    for profile in compilable() {
        let first = injector(["profile", "compile", &profile]).succeeds();
        assert_eq!(
            first.stdout,
            injector(["install", "--as", "policy", "-p", &profile]).succeeds().stdout,
            "{profile}"
        );
        let with_params = injector(["profile", "compile", &profile, "--params"]).exits_any();
        for object in [documents(&first), documents(&with_params)].concat() {
            let size = object.to_string().len();
            assert!(size < 256 * 1024, "{profile}: {size} bytes");
            for variable in object["spec"]["variables"].as_array().into_iter().flatten() {
                let size = variable["expression"].as_str().unwrap().chars().count();
                assert!(size < 50_000, "{profile}: {} has {size} characters", variable["name"]);
            }
        }
    }
}

/// The names of the variables in an expression.
fn read(expression: &str) -> impl Iterator<Item = &str> {
    let name =
        |rest: &'_ str| rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(rest.len());
    expression.split("variables.").skip(1).map(move |rest| &rest[..name(rest)])
}

#[test]
fn a_policy_has_the_variables_that_it_reads_each_before_it_is_read_and_no_others() {
    for profile in compilable() {
        for object in documents(&injector(["profile", "compile", &profile]).succeeds()) {
            let mut known: Vec<String> = Vec::new();
            let mut unread = Vec::new();
            let see = |expression: &str, known: &[String], unread: &mut Vec<String>| {
                for name in read(expression) {
                    assert!(known.iter().any(|known| known == name), "{profile}: `{name}` in {expression}");
                    unread.retain(|known| known != name);
                }
            };
            for variable in object["spec"]["variables"].as_array().into_iter().flatten() {
                see(variable["expression"].as_str().unwrap(), &known, &mut unread);
                known.push(variable["name"].as_str().unwrap().to_owned());
                unread.push(variable["name"].as_str().unwrap().to_owned());
            }
            let spec = &object["spec"];
            let rest: Vec<&Value> =
                ["mutations", "validations", "auditAnnotations"].iter().map(|part| &spec[*part]).collect();
            let texts = rest.into_iter().flat_map(|part| part.as_array().into_iter().flatten());
            for text in texts.flat_map(|part| part.as_object().unwrap().values()) {
                let text = text["expression"].as_str().or(text.as_str()).unwrap_or_default();
                see(text, &known, &mut unread);
            }
            assert_eq!(unread, [""; 0], "{profile}");
        }
    }
}

#[test]
fn a_built_in_profile_compiles_or_says_what_keeps_it_from_that() {
    let compilable = compilable();
    for profile in builtin::ALL.iter().map(|builtin| builtin.name) {
        let ran = injector(["profile", "compile", profile]).exits_any();
        let lint = injector(["profile", "lint", profile]).exits_any();
        let is_listed = compilable.iter().any(|known| known == profile);
        assert_eq!(ran.stderr.contains("cannot be a policy"), !is_listed, "{profile}: {}", ran.stderr);
        assert_eq!(lint.stderr.contains("it cannot be a MutatingAdmissionPolicy"), !is_listed, "{profile}");
        if !is_listed {
            assert_eq!(ran.stdout, "", "{profile}: nothing is left out in silence");
        }
    }
}

#[test]
fn what_keeps_a_profile_from_being_a_policy_has_its_place() {
    let profile = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: mine}\nspec:\n  policy: OptOut\n  labels:\n    digest: \"{{ cut(sha256(pod.metadata.name), 8) }}\"\n";
    let ran = injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile).fails();
    assert_eq!(
        ran.stderr,
        "error: mine.yaml:7:5: the profile `mine` cannot be a policy: a policy has no function `sha256`\n"
    );
    let told = injector(["explain", "-p", "mine.yaml", "pod.yaml"])
        .file("mine.yaml", profile)
        .file("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n")
        .succeeds();
    assert!(told.stdout.ends_with(
        "mine cannot be a policy, for 1 reason: injector profile lint\n  /spec/labels/digest: a policy has no function `sha256`\n"
    ), "{}", told.stdout);
    // A value that no pod changes is made when the profile is compiled.
    let constant = profile.replace("pod.metadata.name", "'fixed'");
    let ran = injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", constant).succeeds();
    assert!(ran.stdout.contains("992a9345") && !ran.stdout.contains("sha256"), "{}", ran.stdout);
}

#[test]
fn a_cluster_without_such_policies_gets_the_webhook_for_a_hint() {
    for (args, message, hint) in [
        (
            &["--kubernetes-version", "1.35"][..],
            "Kubernetes 1.35 has no mutating admission policies",
            "--policy-api v1beta1",
        ),
        (
            &["--kubernetes-version", "1.33"],
            "Kubernetes 1.33 has no mutating admission policies",
            "install the webhook",
        ),
        (
            &["--kubernetes-version", "1.33", "--policy-api", "v1beta1"],
            "Kubernetes 1.33 has no mutating admission policies",
            "install the webhook",
        ),
    ] {
        let all: Vec<&str> = ["install", "--as", "policy"].iter().chain(args).copied().collect();
        let ran = injector(all).fails();
        assert!(ran.stderr.contains(message) && ran.stderr.contains(hint), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let beta = ["install", "--as", "policy", "--policy-api", "v1beta1", "--kubernetes-version", "1.34", "-p", "curl"];
    let ran = injector(beta).succeeds();
    assert!(
        ran.stdout.starts_with("# The API server needs --feature-gates=MutatingAdmissionPolicy=true"),
        "{}",
        ran.stdout
    );
    let versions: Vec<Value> = documents(&ran).iter().map(|object| object["apiVersion"].clone()).collect();
    assert_eq!(versions[..2], ["admissionregistration.k8s.io/v1beta1"; 2]);
    assert_eq!(versions[2..], ["admissionregistration.k8s.io/v1"; 4]);
}

#[test]
fn a_bad_setting_is_an_error_before_anything_is_printed() {
    let ran = injector(["install", "--as", "policy", "-p", "nginx", "--set", "port=99999"]).fails();
    assert!(ran.stderr.contains("--set port: `99999` is not a port"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_flag_without_effect_is_refused() {
    for (args, message) in [
        (&["install", "--as", "policy", "--cert-manager"][..], "'--cert-manager' is for the webhook"),
        (&["install", "--as", "policy", "--image", "a:1"], "'--image' is for the webhook"),
        (&["install", "--as", "policy", "--replicas", "3"], "'--replicas' is for the webhook"),
        (&["install", "--cert-manager", "--without-warnings"], "'--without-warnings' needs '--as policy'"),
        (&["uninstall", "--as", "policy", "--delete-namespace"], "'--delete-namespace' is for the webhook"),
        (&["uninstall", "-p", "nginx"], "'--profile' needs '--as policy'"),
        (&["install", "--cert-manager", "--params"], "'--params' needs '--as policy'"),
        (&["uninstall", "--params"], "'--params' needs '--as policy'"),
        (
            &["install", "--as", "policy", "--namespace", "a"],
            "'--namespace' has no effect with '--as policy', unless '--params'",
        ),
        (
            &["uninstall", "--as", "policy", "--namespace", "a"],
            "'--namespace' has no effect with '--as policy', unless '--params'",
        ),
        (&["profile", "compile", "nginx", "--namespace", "a"], "the following required arguments were not provided"),
    ] {
        let ran = injector(args.iter().copied()).fails();
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn what_keeps_an_extended_profile_from_being_a_policy_is_placed_in_the_file_that_has_it() {
    let base = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: base}\nspec:\n  policy: OptOut\n  labels:\n    digest: \"{{ sha256(pod.metadata.name) }}\"\n";
    let child =
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: child}\nspec:\n  extends: base.yaml\n";
    for command in [&["profile", "compile", "child.yaml"][..], &["install", "--as", "policy", "-p", "child.yaml"]] {
        let ran = injector(command.iter().copied()).file("base.yaml", base).file("child.yaml", child).fails();
        assert!(ran.stderr.contains("base.yaml:7:5: the profile `child` cannot be a policy"), "{}", ran.stderr);
    }
}

#[test]
fn what_changes_values_under_computed_keys_needs_a_version_that_sorts() {
    let profile = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: mine}\nspec:\n  policy: OptOut\n  annotations:\n    - {key: \"a/{{ pod.spec.containers.size() }}\", value: a, policy: Overwrite}\n";
    let install = ["install", "--as", "policy", "-p", "mine.yaml"];
    injector(install).file("mine.yaml", profile).succeeds();
    let beta = ["--policy-api", "v1beta1", "--kubernetes-version", "1.34"];
    let ran = injector(install.iter().chain(&beta).copied()).file("mine.yaml", profile).fails();
    let message = "what changes an annotation or label whose key depends on the pod needs Kubernetes 1.35 in a policy";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
}

#[test]
fn the_class_of_a_pod_takes_away_what_admission_has_computed_from_the_old_one() {
    let profile = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: mine}\nspec:\n  policy: OptOut\n  pod:\n    priorityClassName: {value: system-node-critical}\n    hostAliases: [{ip: 10.0.0.1, hostnames: [\"{{ pod.spec.containers[0].name }}\"]}]\n";
    let ran = injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile).succeeds();
    let objects = documents(&ran);
    let patch = objects[0]["spec"]["mutations"][0]["jsonPatch"]["expression"].as_str().unwrap();
    for place in ["/spec/priority", "/spec/preemptionPolicy"] {
        assert!(patch.contains(&format!("JSONPatch{{op: \"remove\", path: \"{place}\"}}")), "{patch}");
    }
}

#[test]
fn two_blocks_rewrite_one_probe_only_where_they_cannot_meet() {
    let profile = |second: &str| {
        let row = "rewrite: [{handlers: [readinessProbe], to: {httpGet: {port: 1}}}]";
        format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: mine}}\nspec:\n  policy: OptOut\n  labels: {{a: b}}\n  application:\n    - {{targets: Containers, {row}}}\n    - {{targets: {second}, {row}}}\n"
        )
    };
    injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile("InitContainers")).succeeds();
    for second in ["All", "[web]", "\"{{ pod.spec.containers.map(c, c.name) }}\""] {
        let ran = injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile(second)).fails();
        let message =
            "the profile `mine` cannot be a policy: two blocks that rewrite `readinessProbe` are not compiled";
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn what_is_repeated_compiles_and_text_for_repeated_variables_does_not() {
    let profile = |env: &str| {
        format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: mine}}\nspec:\n  policy: OptOut\n  containers:\n    - {{forEach: {{name: part, in: \"pod.spec.containers.map(c, c.name)\"}}, name: one, image: \"x:{{{{ part }}}}\"}}\n  application:\n    - targets: Containers\n      env:\n        - {env}\n"
        )
    };
    let each = "forEach: {name: part, in: \"['A', pod.metadata.name]\"}, name: \"{{ part }}\"";
    let compile = |env: &str| injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile(env));
    let ran = compile(&format!("{{{each}, value: a}}")).succeeds();
    assert!(ran.stdout.contains("makes `one` a second time"), "{}", ran.stdout);
    let ran = compile(&format!("{{{each}, append: a}}")).fails();
    let message = "mine.yaml:11:11: the profile `mine` cannot be a policy: a variable under `forEach` is not compiled";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
}

#[test]
fn an_object_that_kubectl_cannot_keep_is_refused() {
    let labels: String =
        (0..400).map(|index| format!("    l{index}.example/key: \"{{{{ pod.metadata.name }}}}\"\n")).collect();
    let profile = format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: mine}}\nspec:\n  policy: OptOut\n  labels:\n{labels}"
    );
    let ran = injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile).fails();
    assert!(
        ran.stderr.contains("mine.yaml:4:1: the profile `mine` cannot be a policy: MutatingAdmissionPolicy"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("bytes in an annotation of kubectl are more than 262144"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn how_a_variable_is_added_does_not_depend_on_an_alternative_or_on_the_pod() {
    let profile = |env: &str| {
        format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: mine}}\nspec:\n  policy: OptOut\n  parameters: [{{name: is, type: boolean, default: false, annotation: a/is}}]\n  labels: {{a: b}}\n  application:\n    env: [{env}]\n"
        )
    };
    let compile = |env: &str| injector(["profile", "compile", "mine.yaml"]).file("mine.yaml", profile(env));
    for (env, word) in [
        ("{oneOf: [{when: is, name: A, append: one}, {name: A, append: two}]}", "append"),
        ("{name: A, oneOf: [{when: is, value: one}, {prepend: two}]}", "prepend"),
        ("{name: A, append: one, oneOf: [{when: is, separator: ','}, {separator: ';'}]}", "append"),
        ("{name: A, oneOf: [{when: is, value: one, at: First}, {value: two}]}", "at"),
        (
            "{forEach: {name: key, in: \"['A', pod.metadata.name]\"}, name: '{{ key }}', oneOf: [{when: is, append: one}, {append: two}]}",
            "append",
        ),
    ] {
        let ran = compile(env).fails();
        let message =
            format!("mine.yaml:9:11: the profile `mine` cannot be a policy: `{word}` under `oneOf` is not compiled");
        assert!(ran.stderr.contains(&message), "{env}: {}", ran.stderr);
    }
    let ran = compile("{name: A, at: First, oneOf: [{when: is, value: one}, {value: two}]}").succeeds();
    assert!(!ran.stdout.contains("\"at\""), "{}", ran.stdout);
}
