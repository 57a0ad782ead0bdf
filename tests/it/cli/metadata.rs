//! Annotations and labels that the user has already, and a profile appends to or overwrites: undoing gives them back.

use serde_json::Value;

use crate::support::injector;
use crate::support::manifests::{RESOURCES, profile};

const OVERWRITE: &str = "  annotations: [{key: port, value: \"15020\", policy: Overwrite}]\n";
const APPEND: &str = "  annotations: [{key: port, value: net/b, policy: Append, separator: \", \"}]\n";
const LABEL: &str = "  labels: [{key: port, value: \"15020\", policy: Overwrite}]\n";

fn pod(metadata: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{metadata}spec:\n  containers:\n  - name: a\n    image: b\n    {RESOURCES}\n"
    )
}

fn run(command: &'static str, profiles: &[(&'static str, String)], text: &str) -> String {
    let args = profiles.iter().flat_map(|(file, _)| ["-p", file]);
    injector([command, "-q"].into_iter().chain(args)).files(profiles.to_vec()).stdin(text).succeeds().stdout
}

fn at(text: &str, map: &str) -> Value {
    let object: Value = serde_yaml::from_str(text).unwrap();
    object["metadata"][map]["port"].clone()
}

/// Values of the user's own, in forms that come back to the byte.
fn spellings(map: &str) -> Vec<String> {
    let mut all = Vec::new();
    for value in ["'8080'", "\"8080\"", "web", "'it''s'", "\"a\\tb\"", "a/b", "net/a, net/c", "''", "\"\""] {
        all.push(format!("  {map}:\n    port: {value} # c\n    z: y\n"));
        all.push(format!("  {map}: {{port: {value}, z: y}} # c\n").replace("net/a, net/c", "'net/a, net/c'"));
    }
    all
}

#[test]
fn an_annotation_or_label_is_overwritten_and_put_back_to_the_byte() {
    for (map, spec) in [("annotations", OVERWRITE), ("labels", LABEL)] {
        let profiles = [("one.yaml", profile("one", spec))];
        for metadata in spellings(map) {
            let text = pod(&metadata);
            let injected = run("inject", &profiles, &text);
            assert_eq!(at(&injected, map), "15020", "{injected}");
            assert_eq!(run("inject", &profiles, &injected), injected, "injecting twice changes nothing");
            assert_eq!(run("uninject", &profiles, &injected), text, "{injected}");
        }
    }
}

#[test]
fn text_goes_behind_an_annotation_and_is_taken_out_again_to_the_byte() {
    let profiles = [("one.yaml", profile("one", APPEND))];
    for metadata in spellings("annotations") {
        let text = pod(&metadata);
        let injected = run("inject", &profiles, &text);
        let value = at(&injected, "annotations");
        let before = at(&text, "annotations");
        let wanted = if before == "" { "net/b".to_owned() } else { format!("{}, net/b", before.as_str().unwrap()) };
        assert_eq!(value, wanted.as_str(), "{injected}");
        assert_eq!(run("inject", &profiles, &injected), injected, "injecting twice changes nothing");
        assert_eq!(run("uninject", &profiles, &injected), text, "{injected}");
    }
}

#[test]
fn what_is_not_there_is_added_and_removed() {
    for spec in [OVERWRITE, APPEND, LABEL] {
        let profiles = [("one.yaml", profile("one", spec))];
        for metadata in ["", "  annotations: {}\n", "  labels: {z: y}\n", "  annotations:\n    z: y\n"] {
            let text = pod(metadata);
            let injected = run("inject", &profiles, &text);
            assert!(!injected.contains("\"edited\""), "{injected}");
            assert_eq!(run("uninject", &profiles, &injected), text, "{injected}");
        }
    }
}

#[test]
fn an_annotation_that_would_not_come_back_to_the_byte_is_refused() {
    for (spec, value) in [
        (OVERWRITE, "\"\\x61bc\""),
        (OVERWRITE, "|-\n      8080"),
        (OVERWRITE, "!!str 8080"),
        (APPEND, "|-\n      net/a; net/c"),
        (APPEND, "&x net/a\n    other: *x"),
    ] {
        let one = profile("one", spec);
        let text = pod(&format!("  annotations:\n    port: {value}\n"));
        let injector =
            |args: &[&'static str]| injector(args.iter().copied()).files([("one.yaml", one.clone())]).stdin(&*text);
        let refused = injector(&["inject", "-p", "one.yaml"]).fails();
        assert!(
            ["is not written in quotes", "has an alias"].iter().any(|why| refused.stderr.contains(why)),
            "{value}: {}",
            refused.stderr
        );
        injector(&["inject", "-q", "--expand", "-p", "one.yaml"]).succeeds();
    }
}

#[test]
fn an_overwritten_annotation_that_another_tool_wrote_in_another_form_gets_its_value_back() {
    let one = [("one.yaml", profile("one", OVERWRITE))];
    let injected = run("inject", &one, &pod("  annotations:\n    port: '8080'\n"));
    let formatted = injected.replace("port: '15020'", "port: |-\n      15020");
    assert_ne!(formatted, injected);
    assert_eq!(at(&run("uninject", &one, &formatted), "annotations"), "8080");
}

#[test]
fn two_profiles_cannot_change_one_annotation_in_two_ways() {
    let text = pod("  annotations:\n    port: '8080'\n");
    let one = |spec: &str| ("one.yaml", profile("one", spec));
    let other = |spec: &str| ("two.yaml", profile("two", spec));
    let different = OVERWRITE.replace("15020", "9");
    for (first, second, why) in [
        (OVERWRITE, &*different, "cannot overwrite it"),
        (OVERWRITE, APPEND, "cannot add text to it"),
        (APPEND, OVERWRITE, "cannot overwrite it"),
    ] {
        let failed = injector(["inject", "-p", "one.yaml", "-p", "two.yaml"])
            .files([one(first), other(second)])
            .stdin(&*text)
            .fails();
        assert!(failed.stderr.contains(why), "{}", failed.stderr);
        assert_eq!(failed.stdout, "");
    }
}

#[test]
fn two_profiles_that_want_the_same_value_give_back_the_old_one_with_the_last() {
    let text = pod("  annotations:\n    port: '8080'\n");
    for second in [OVERWRITE, "  annotations: {port: \"15020\"}\n", &*APPEND.replace("net/b", "'15020'")] {
        let both = [("one.yaml", profile("one", OVERWRITE)), ("two.yaml", profile("two", second))];
        let injected = run("inject", &both, &text);
        for order in [["one.yaml", "two.yaml"], ["two.yaml", "one.yaml"]] {
            let mut undone = injected.clone();
            for name in order {
                let output =
                    injector(["uninject", "-q", "--profile", name]).files(both.to_vec()).stdin(&*undone).succeeds();
                undone = output.stdout;
            }
            assert_eq!(undone, text, "{injected}");
        }
        assert_eq!(run("uninject", &both, &injected), text);
    }
}

#[test]
fn a_policy_or_separator_that_does_not_fit_is_reported_when_the_profile_is_loaded() {
    for (entry, message) in [
        ("{key: a, value: b, policy: Replace}", "Replace"),
        ("{key: a, value: b, separator: \",\"}", "goes with `policy: Append`"),
        ("{key: a, value: b, policy: Keep, separator: \",\"}", "goes with `policy: Append`"),
    ] {
        let spec = format!("  annotations: [{entry}]\n");
        let failed =
            injector(["inject", "-p", "one.yaml"]).files([("one.yaml", profile("one", &spec))]).stdin(pod("")).fails();
        assert!(failed.stderr.contains(message), "{entry}: {}", failed.stderr);
    }
}

#[test]
fn a_label_that_a_workload_selects_its_pods_by_is_never_changed() {
    let profile = |label: &str| {
        format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: p}}\nspec:\n  policy: OptOut\n  \
             labels: [{label}]\n"
        )
    };
    let workload = |head: &str, selector: &str| {
        format!(
            "{head}\nmetadata: {{name: web}}\nspec:\n  selector: {selector}\n  template:\n    metadata: {{labels: {{app: web, \
             tier: front}}}}\n    spec: {{containers: [{{name: web, image: 'web:1'}}]}}\n"
        )
    };
    let deployment = |selector: &str| workload("apiVersion: apps/v1\nkind: Deployment", selector);
    let controller = workload("apiVersion: v1\nkind: ReplicationController", "{app: web}");
    for text in [
        deployment("{matchLabels: {app: web}}"),
        deployment("{matchExpressions: [{key: app, operator: In, values: [web]}]}"),
        deployment("{matchLabels: {tier: front}, matchExpressions: [{key: app, operator: Exists}]}"),
        controller,
    ] {
        for label in ["{key: app, value: x, policy: Overwrite}", "{key: app, value: x, policy: Append, separator: '-'}"]
        {
            let ran = injector(["inject", "-p", "p.yaml"]).file("p.yaml", profile(label)).stdin(text.clone()).fails();
            let said = "the workload selects its pods by the label `app`, so the profile `p` cannot change it";
            assert!(ran.stdout.is_empty() && ran.stderr.contains(said), "{text}{label}: {}", ran.stderr);
        }
        for label in ["{key: app, value: x}", "{key: app, value: web, policy: Overwrite}"] {
            injector(["inject", "-p", "p.yaml"]).file("p.yaml", profile(label)).stdin(text.clone()).succeeds();
        }
    }
    let other = deployment("{matchLabels: {app: web}}");
    let label = profile("{key: tier, value: back, policy: Overwrite}");
    let ran = injector(["inject", "-p", "p.yaml"]).file("p.yaml", label).stdin(other).succeeds();
    assert!(ran.stdout.contains("tier: back"), "{}", ran.stdout);
}
