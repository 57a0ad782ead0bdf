//! Annotations that are lists of names: a profile adds to the pod's own list, and undoing takes out what it added.

use serde_json::Value;

use crate::support::injector;
use crate::support::manifests::{RESOURCES, profile};

const KEY: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

/// A profile that brings a volume whose data may be lost.
fn cache(name: &str) -> String {
    let spec = format!(
        "  containers: [{{name: {name}, image: \"c:1\", {RESOURCES}, volumeMounts: [{{name: {name}-run, mountPath: /{name}}}]}}]\n  \
         volumes: [{{name: {name}-run, emptyDir: {{}}}}]\n  annotations: {{{KEY}: {name}-run}}\n"
    );
    profile(name, &spec)
}

/// A pod with this below `metadata`.
fn pod(metadata: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{metadata}spec:\n  containers:\n  - name: a\n    image: b\n    {RESOURCES}\n"
    )
}

fn run(command: &'static str, args: &[&'static str], text: &str) -> String {
    injector([command, "-q"].into_iter().chain(args.iter().copied()))
        .files([("one.yaml", cache("one")), ("two.yaml", cache("two"))])
        .stdin(text)
        .succeeds()
        .stdout
}

/// The annotation of the object, which is YAML or JSON.
fn list(text: &str) -> Option<String> {
    let object: Value = serde_yaml::from_str(text).unwrap();
    object["metadata"]["annotations"][KEY].as_str().map(str::to_owned)
}

const ONE: [&str; 2] = ["-p", "one.yaml"];
const TWO: [&str; 2] = ["-p", "two.yaml"];
const BOTH: [&str; 4] = ["-p", "one.yaml", "-p", "two.yaml"];

/// Each spelling of the annotation, with the value that it has.
fn spellings() -> Vec<(String, Option<&'static str>)> {
    let mut all = vec![(String::new(), None), ("  annotations: {}\n".to_owned(), None)];
    let values = [
        ("tmp", "tmp"),
        ("\"tmp\"", "tmp"),
        ("'tmp'", "tmp"),
        ("!!str tmp", "tmp"),
        ("\"tmp,cache\"", "tmp,cache"),
        ("'tmp,cache'", "tmp,cache"),
        ("\"tmp\\x2ccache\"", "tmp,cache"),
        ("\"\"", ""),
        ("''", ""),
        ("'1'", "1"),
        ("\"one\"", "one"),
        ("\"two-run\"", "two-run"),
        ("tmp\n      x", "tmp x"),
        ("'tmp\n      x'", "tmp x"),
        ("\"tmp,\n      x\"", "tmp, x"),
    ];
    for (text, value) in values {
        all.push((format!("  annotations: {{{KEY}: {text}}}\n"), Some(value)));
        all.push((format!("  annotations: {{ {KEY}: {text} , a: b }} # c\n"), Some(value)));
        all.push((format!("  annotations:\n    a: b\n    {KEY}: {text} # c\n"), Some(value)));
        all.push((format!("  annotations:\n    {KEY}: {text}\n    a: b\n"), Some(value)));
    }
    for text in
        ["tmp,cache", "|-\n      tmp,cache", ">-\n      tmp,cache\n", "tmp,\n      cache", "\n      tmp,cache # c"]
    {
        let value = if text.starts_with("tmp,\n") { "tmp, cache" } else { "tmp,cache" };
        all.push((format!("  annotations:\n    {KEY}: {text}\n    a: b\n"), Some(value)));
    }
    all
}

#[test]
fn names_are_added_behind_the_pods_own_and_taken_out_again_to_the_byte() {
    let (metadata, own): (Vec<String>, Vec<_>) = spellings().into_iter().unzip();
    let documents = metadata.iter().map(|metadata| pod(metadata)).collect::<Vec<_>>().join("---\n");
    for text in [documents.clone(), documents.replace('\n', "\r\n")] {
        let one = run("inject", &ONE, &text);
        let both = run("inject", &BOTH, &text);
        let all = |text: &str| text.split("---").map(list).collect::<Vec<_>>();
        for (index, own) in own.iter().enumerate() {
            assert_eq!(all(&text)[index].as_deref(), *own, "{text}");
            let mut expected: Vec<&str> = own.iter().copied().filter(|own| !own.is_empty()).collect();
            expected.push("one-run");
            assert_eq!(all(&one)[index], Some(expected.join(",")), "{one}");
            if *own != Some("two-run") {
                expected.push("two-run");
            }
            assert_eq!(all(&both)[index], Some(expected.join(",")), "{both}");
        }
        assert_eq!(run("inject", &ONE, &one), one, "once");
        assert_eq!(run("inject", &["--reinject", "-p", "one.yaml"], &one), one);
        injector(["check", "-p", "one.yaml"]).file("one.yaml", cache("one")).stdin(one.as_str()).succeeds();
        assert_eq!(run("uninject", &[], &one), text);
        assert_eq!(run("uninject", &[], &both), text);
        assert_eq!(run("uninject", &TWO, &both), one);
        assert_eq!(run("uninject", &ONE, &both), run("inject", &TWO, &text));
    }
}

#[test]
fn json_has_its_names_added_too() {
    for list_before in ["tmp", ""] {
        let text = format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"a\", \"annotations\": {{\"{KEY}\": \"{list_before}\"}}}},\n \
             \"spec\": {{\"containers\": [{{\"name\": \"a\", \"image\": \"b\"}}]}}}}\n"
        );
        let both = run("inject", &BOTH, &text);
        let expected = ["tmp", "one-run", "two-run"].into_iter().skip(usize::from(list_before.is_empty()));
        assert_eq!(list(&both).unwrap(), expected.collect::<Vec<_>>().join(","));
        assert_eq!(run("uninject", &[], &both), text);
        assert_eq!(run("uninject", &TWO, &both), run("inject", &ONE, &text));
    }
}

#[test]
fn what_the_user_adds_to_the_list_afterwards_stays() {
    let text = pod(&format!("  annotations:\n    {KEY}: tmp\n"));
    let later = run("inject", &ONE, &text).replacen(": tmp,one-run\n", ": tmp,one-run,late\n", 1);
    assert_eq!(list(&later).unwrap(), "tmp,one-run,late");
    injector(["check", "-p", "one.yaml"]).file("one.yaml", cache("one")).stdin(later.as_str()).succeeds();
    assert_eq!(run("uninject", &[], &later), pod(&format!("  annotations:\n    {KEY}: tmp,late\n")));
    // Where what was added is gone, the injection is partial.
    let gone = run("inject", &ONE, &text).replacen(": tmp,one-run\n", ": tmp\n", 1);
    let ran = injector(["check", "-p", "one.yaml"]).file("one.yaml", cache("one")).stdin(gone.as_str()).finds();
    assert!(ran.stderr.contains("partial injection by one"), "{}", ran.stderr);
    assert_eq!(list(&run("inject", &["--reinject", "-p", "one.yaml"], &gone)).unwrap(), "tmp,one-run");
}

#[test]
fn a_record_cannot_take_out_names_that_its_profile_does_not_add() {
    let text = run("inject", &ONE, &pod(&format!("  annotations:\n    {KEY}: tmp\n")));
    let forged = text.replacen("volumes/one-run", "volumes/tmp", 1);
    assert_ne!(forged, text);
    let ran = injector(["inject", "--reinject", "-p", "one.yaml"]).file("one.yaml", cache("one")).stdin(forged).fails();
    assert!(ran.stderr.contains("which that profile does not add"), "{}", ran.stderr);
}

#[test]
fn a_name_that_two_profiles_add_stays_until_the_last_of_them_goes() {
    let same = profile("same", &format!("  annotations: {{{KEY}: \"one-run,more\"}}\n"));
    let text = pod(&format!("  annotations:\n    {KEY}: tmp\n"));
    let files = [("one.yaml", cache("one")), ("same.yaml", same)];
    let run = |args: &[&'static str], text: &str| {
        injector(args.iter().copied()).files(files.clone()).stdin(text).succeeds().stdout
    };
    let both = run(&["inject", "-q", "-p", "one.yaml", "-p", "same.yaml"], &text);
    assert_eq!(list(&both).unwrap(), "tmp,one-run,more");
    let one = run(&["uninject", "-q", "-p", "same.yaml"], &both);
    assert_eq!(one, run(&["inject", "-q", "-p", "one.yaml"], &text));
    let other = run(&["uninject", "-q", "-p", "one.yaml"], &both);
    assert_eq!(list(&other).unwrap(), "tmp,one-run,more");
    assert_eq!(run(&["uninject", "-q"], &other), text);
}
