//! The page of `contrib/playground`: its answers against what the program prints, in this process and in a browser.
//!
//! `INJECTOR_PLAYGROUND` names the page, which `contrib/playground/build` makes; `test/run.mjs` beside it opens the page in
//! Chromium.

use std::fs;
use std::path::Path;
use std::process::Command;

use injector::internals::profile::builtin;
use injector::internals::report::exit::ExitStatus;
use serde_json::{Value, json};

use crate::support::{Lack, Ran, injector, skipped};

fn example(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples").join(name)).unwrap()
}

fn ask(question: &Value) -> Value {
    serde_json::from_str(&injector::answer(&question.to_string())).unwrap()
}

/// The answer about a manifest, with more members in the question.
fn asked(manifest: &str, profile: &Value, more: &Value) -> Value {
    let mut question = json!({"ask": "inject", "file": "manifest.yaml", "manifest": manifest, "profile": profile});
    question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ask(&question)
}

fn run(manifest: &str, command: &[&str], flags: &[&str]) -> Ran {
    let args = [command, flags, &["--no-config", "manifest.yaml"]].concat();
    injector(args).file("manifest.yaml", manifest).file("own.yaml", example("tail.yaml")).exits_any()
}

/// Holds an answer against what the program prints with these flags.
fn same(manifest: &str, answer: &Value, flags: &[&str]) {
    assert_eq!(answer["faults"], json!([]), "{flags:?}");
    let outcome = &answer["outcome"];
    let inject = run(manifest, &["inject", "-o", "yaml", "--report", "json"], flags);
    let report: Value = serde_json::from_str(&inject.stderr).unwrap();
    let printed = |text: String, status: ExitStatus| (status != ExitStatus::Error).then_some(text);
    let text = |name: &str| outcome[name].as_str().map(str::to_owned);
    assert_eq!(text("text"), printed(inject.stdout, inject.status), "{flags:?}");
    assert_eq!(outcome["report"]["entries"], report["entries"], "{flags:?}");
    let diff = run(manifest, &["diff"], flags);
    assert_eq!(text("diff"), printed(diff.stdout, diff.status), "{flags:?}");
    let patch = run(manifest, &["inject", "-o", "patch"], flags);
    assert_eq!(text("patch"), printed(patch.stdout, patch.status), "{flags:?}");
    let response = run(manifest, &["inject", "-o", "response"], flags);
    assert_eq!(text("response").unwrap_or_default(), response.stdout, "{flags:?}");
    let explained: Value = serde_json::from_str(&run(manifest, &["explain", "-o", "json"], flags).stdout).unwrap();
    assert_eq!(outcome["explanation"], explained, "{flags:?}");
}

#[test]
fn the_answer_about_every_built_in_profile_is_what_the_program_prints() {
    let manifest = example("web.yaml");
    for builtin in builtin::ALL {
        let answer = asked(&manifest, &json!({"builtIn": builtin.name}), &json!({}));
        assert_eq!(answer["profile"]["name"], builtin.name);
        same(&manifest, &answer, &["-p", builtin.name]);
    }
}

#[test]
fn the_answer_about_every_kind_of_input_is_what_the_program_prints() {
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: {}}\n";
    let aliased = "apiVersion: v1\nkind: Pod\nmetadata: &m {name: a}\nspec: {containers: [{name: a, x: *m}]}\n";
    let all = ["opt-out.yaml", "pod.yaml", "probes.yaml", "live.yaml", "review.json"].map(example);
    for manifest in all.iter().map(String::as_str).chain([broken, aliased, "a: [\n", "", "text\n", "---\n# none\n"]) {
        same(manifest, &asked(manifest, &json!({"own": example("tail.yaml")}), &json!({})), &["-p", "own.yaml"]);
    }
}

#[test]
fn parameters_and_facts_count_as_flags_do() {
    let manifest = example("shop.yaml");
    let more = json!({
        "set": {"cpuRequest": "20m"}, "namespace": "shop", "namespaceLabels": "shop:istio-injection=enabled",
        "namespaceAnnotations": "shop:a=b", "kubernetesVersion": "1.28",
    });
    let answer = asked(&manifest, &json!({"builtIn": "istio"}), &more);
    let flags = ["-p", "istio", "--set", "cpuRequest=20m", "-n", "shop", "--kubernetes-version", "1.28"];
    let facts = ["--namespace-labels", "shop:istio-injection=enabled", "--namespace-annotations", "shop:a=b"];
    same(&manifest, &answer, &[&flags[..], &facts].concat());
    assert!(answer["outcome"]["text"].as_str().unwrap().contains("20m"), "{answer}");
}

#[test]
fn what_is_wrong_with_the_question_is_said_of_each_field() {
    let wrong = json!({
        "set": {"lines": "many", "line": "1"}, "namespace": "A", "namespaceLabels": "x", "namespaceAnnotations": "y",
        "kubernetesVersion": "one",
    });
    let answer = asked("", &json!({"own": example("tail.yaml")}), &wrong);
    let told = |answer: &Value| {
        let faults = answer["faults"].as_array().unwrap().clone();
        let line = |fault: &Value| {
            let error = &fault["error"];
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let place = error["line"].as_u64().map_or_else(String::new, |line| format!("{line}: "));
            let field = format!("{} {}", text(&fault["field"]), text(&fault["parameter"]));
            format!("{field} | {place}{} | {}\n", text(&error["message"]), text(&error["hint"]))
        };
        faults.iter().map(line).collect::<String>()
    };
    assert_eq!(answer["outcome"], Value::Null);
    insta::assert_snapshot!(told(&answer), @r"
    set line | no profile of this run has a parameter `line` | did you mean `lines`?
    set lines | `many` is not a whole number | -
    namespace - | not a name of lower case letters, digits and `-`, at most 63 | -
    kubernetesVersion - | `one` is not a Kubernetes version: write `1.29` or `v1.29.3` | -
    namespaceLabels - | `x` has no `=`: write `[NAMESPACE:]key=value,…` | -
    namespaceAnnotations - | `y` has no `=`: write `[NAMESPACE:]key=value,…` | -
    ");
    let own = |from: &str, to: &str| asked("", &json!({"own": example("tail.yaml").replace(from, to)}), &json!({}));
    let extends = |name: &str| own("spec:\n", &format!("spec:\n  extends: {name}\n"));
    assert_eq!(extends("curl")["faults"], json!([]));
    let all = [
        asked("", &json!({"builtIn": "none"}), &json!({})),
        own("OptOut", "Sometimes"),
        own("kind: Profile", "kind: Pod"),
        extends("./other.yaml"),
    ];
    insta::assert_snapshot!(all.iter().map(told).collect::<String>(), @r"
    profile - | there is no built-in profile `none` | -
    profile - | 8: `Sometimes` is not one of `OptOut`, `OptIn` | -
    profile - | 3: `Pod` is not `Profile` | -
    profile - | 7: `extends`: there is no built-in profile `./other.yaml`, and a page reads no files | the built-in profiles are cortexflow, nginx, curl, istio, linkerd, otel-java, otel-nodejs, otel-python, otel-collector, fluent-bit, vault-agent, cloud-sql-proxy, oauth2-proxy, dapr, k8tz
    ");
    insta::assert_snapshot!(
        ask(&json!({"ask": "more"})),
        @r#"{"refused":"unknown variant `more`, expected `profiles` or `inject` at line 1 column 13"}"#
    );
}

#[test]
fn the_built_in_profiles_are_offered_by_group() {
    let offered = ask(&json!({"ask": "profiles"}));
    let names: Vec<&str> =
        offered["profiles"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, builtin::ALL.iter().map(|one| one.name).collect::<Vec<_>>());
    let istio = json!({"name": "istio", "group": "Service meshes", "text": builtin::text("istio")});
    assert_eq!(offered["profiles"][3], istio);
}

#[test]
fn the_page_in_a_browser_says_what_the_program_prints() {
    let test = "the_page_in_a_browser_says_what_the_program_prints";
    let Some(page) = std::env::var_os("INJECTOR_PLAYGROUND") else { return skipped(test, &Lack::Playground) };
    let path = std::env::var_os("PATH").unwrap();
    let Some(chromium) = std::env::split_paths(&path).map(|folder| folder.join("chromium")).find(|file| file.exists())
    else {
        return skipped(test, &Lack::Program("chromium", "chromium"));
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/playground/test/run.mjs");
    let ran = Command::new("node")
        .args(["--test", "--test-reporter=spec"])
        .arg(script)
        .env("INJECTOR", env!("CARGO_BIN_EXE_injector"))
        .env("PAGE", page)
        .env("CHROMIUM", chromium)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success(), "{said}");
}
