//! The states of an injection that is there, a row each: what `check` finds, what `inject` leaves, what `--reinject` makes.

use serde_json::Value;

use crate::support::injector;
use crate::support::manifests::{WEB, adding, injected, known, profile};

/// The verdict, state and fields that `check` reports as JSON.
fn found(manifest: &str, profile: &str, args: &[&'static str]) -> (String, String, Vec<String>) {
    let run = known("check", ["--report=json", "-p", "p.yaml"].into_iter().chain(args.iter().copied()));
    let ran = run.file("p.yaml", profile).stdin(manifest).exits_any();
    let report: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let result = &report["entries"][0]["results"][0];
    let text = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
    let fields = result["fields"].as_array().into_iter().flatten().map(|field| field.as_str().unwrap().to_owned());
    (text("verdict"), text("state"), fields.collect())
}

fn tracing() -> String {
    profile("trace", "  application: {env: [{name: TRACE_HOST, value: localhost}]}\n  labels: {traced: \"yes\"}\n")
}

fn inject(manifest: &str, profile: &str, args: &[&'static str]) -> String {
    known("inject", ["-q", "-p", "p.yaml"].into_iter().chain(args.iter().copied()))
        .file("p.yaml", profile)
        .stdin(manifest)
        .succeeds()
        .stdout
}

fn undone(manifest: &str, profile: &str) -> String {
    injector(["uninject", "-q", "-p", "p.yaml"]).file("p.yaml", profile).stdin(manifest).succeeds().stdout
}

#[test]
fn an_injection_that_is_as_it_would_be_is_current() {
    let web = inject(WEB, &tracing(), &[]);
    assert_eq!(found(&web, &tracing(), &[]), ("injected".to_owned(), "current".to_owned(), vec![]));
    assert_eq!(inject(&web, &tracing(), &["--reinject"]), web);
}

#[test]
fn a_container_that_came_later_gets_what_it_lacks() {
    let later =
        |text: &str| text.replacen("      containers:\n", "      containers:\n        - {name: worker, image: w}\n", 1);
    let incomplete = later(&inject(WEB, &tracing(), &[]));
    assert_ne!(incomplete, inject(WEB, &tracing(), &[]));
    assert_eq!(found(&incomplete, &tracing(), &[]), ("incomplete".to_owned(), "incomplete".to_owned(), vec![]));
    let whole = inject(&incomplete, &tracing(), &[]);
    assert_eq!(whole.matches("TRACE_HOST, value").count() + whole.matches("name: TRACE_HOST\n").count(), 2, "{whole}");
    assert_eq!(found(&whole, &tracing(), &[]).1, "current");
    assert_eq!(inject(&whole, &tracing(), &[]), whole, "it is injected once");
    assert_eq!(undone(&whole, &tracing()), later(WEB), "and undone exactly");
}

#[test]
fn what_was_edited_is_found_and_put_right() {
    for (from, to) in [("traced: \"yes\"", "traced: \"no\""), ("value: localhost", "value: elsewhere")] {
        let web = inject(WEB, &tracing(), &[]);
        let edited = web.replacen(from, to, 1);
        assert_ne!(edited, web, "{from}");
        let (verdict, state, fields) = found(&edited, &tracing(), &[]);
        assert_eq!((verdict.as_str(), state.as_str(), fields.len()), ("edited", "edited", 1), "{fields:?}");
        assert_eq!(inject(&edited, &tracing(), &[]), edited, "only `--reinject` changes it");
        assert_eq!(inject(&edited, &tracing(), &["--reinject"]), web);
    }
}

#[test]
fn what_the_rules_would_skip_by_now_is_unwanted() {
    let cortexflow = ["--namespace-annotations=default:proxy-injection=disabled"];
    let ran = known("check", cortexflow).stdin(injected()).exits_any();
    assert!(ran.stderr.contains("unwanted injection by cortexflow"), "{}", ran.stderr);
    assert!(ran.stderr.contains("would skip it now: namespace-opted-out"), "{}", ran.stderr);
    let host = injected().replacen("    spec:\n", "    spec:\n      hostNetwork: true\n", 1);
    let ran = known("check", []).stdin(host.as_str()).finds();
    assert!(ran.stderr.contains("would skip it now: host-network"), "{}", ran.stderr);
    assert_eq!(known("inject", ["-q"]).stdin(host.as_str()).succeeds().stdout, host);
    let removed = known("inject", ["-q", "--reinject"]).stdin(host.as_str()).succeeds().stdout;
    assert_eq!(removed, WEB.replacen("    spec:\n", "    spec:\n      hostNetwork: true\n", 1));
}

#[test]
fn what_is_partly_gone_is_made_again() {
    let web = inject(WEB, &tracing(), &[]);
    let label = web.lines().find(|line| line.trim().starts_with("traced:")).unwrap();
    let partial = web.replacen(&format!("{label}\n"), "", 1);
    assert_eq!(found(&partial, &tracing(), &[]).1, "partial");
    known("inject", ["-q", "-p", "p.yaml"]).file("p.yaml", tracing()).stdin(partial.as_str()).fails();
    assert_eq!(found(&inject(&partial, &tracing(), &["--reinject"]), &tracing(), &[]).1, "current");
}

#[test]
fn what_is_not_known_of_a_namespace_makes_nothing_unwanted() {
    let nginx = ["-p", "nginx", "--namespace-labels=default:sidecar-inject=enabled"];
    let web = known("inject", ["-q"].into_iter().chain(nginx)).stdin(WEB).succeeds().stdout;
    injector(["check", "-p", "nginx"]).stdin(web).succeeds();
}

#[test]
fn a_container_at_another_place_than_its_placement_is_edited() {
    let first = adding("gate", "gate").replace("  containers:", "  placement: First\n  containers:");
    let web = inject(WEB, &first, &[]);
    let before =
        |text: &str| text.replacen("      containers:\n", "      containers:\n        - {name: late, image: a}\n", 1);
    let (verdict, _, fields) = found(&before(&web), &first, &[]);
    assert_eq!((verdict.as_str(), fields), ("edited", vec!["/spec/template/spec/containers/1".to_owned()]));
    assert_eq!(undone(&inject(&before(&web), &first, &["--reinject"]), &first), before(WEB));
    // The default says nothing about what comes later.
    let last = adding("gate", "gate");
    assert_eq!(found(&before(&inject(WEB, &last, &[])), &last, &[]).1, "current");
}

#[test]
fn another_image_in_a_container_that_was_completed_is_found_and_put_right() {
    let profile = profile("agent", "  containers: [{name: agent, image: 'agent:1', args: [run]}]\n");
    let web = WEB.replacen("      containers:\n", "      containers:\n        - {name: agent, image: auto}\n", 1);
    let completed = inject(&web, &profile, &[]);
    assert_eq!(found(&completed, &profile, &[]).1, "current");
    let swapped = completed.replace("agent:1", "evil:1");
    assert_ne!(swapped, completed);
    let image = "/spec/template/spec/containers/0/image".to_owned();
    assert_eq!(found(&swapped, &profile, &[]), ("edited".to_owned(), "edited".to_owned(), vec![image]));
    assert_eq!(inject(&swapped, &profile, &[]), swapped);
    assert_eq!(inject(&swapped, &profile, &["--reinject"]), completed);
    assert_eq!(undone(&swapped, &profile), web);
}

#[test]
fn what_a_rule_protects_stays_as_it_is_with_reinject() {
    let edited = inject(WEB, &tracing(), &[]).replacen("value: localhost", "value: elsewhere", 1);
    let owner = "{apiVersion: apps/v1, kind: A, name: a, uid: b, controller: true}";
    for (what, field) in [
        ("owned-live", format!("  resourceVersion: \"1\"\n  ownerReferences: [{owner}]\n")),
        ("terminating", "  deletionTimestamp: \"2026-01-01T00:00:00Z\"\n".to_owned()),
    ] {
        let protected = edited.replacen("metadata:\n", &format!("metadata:\n{field}"), 1);
        assert_ne!(protected, edited, "{what}");
        assert_eq!(inject(&protected, &tracing(), &["--reinject"]), protected, "{what}");
    }
}

/// Each of `testdata/records` was injected when the hash was one of all that was rendered.
#[test]
fn a_record_with_the_hash_of_before_is_not_outdated() {
    let read = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/records").join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    for name in ["agent", "logs", "tenant"] {
        let injected = read(&format!("{name}.injected.yaml"));
        let run = |args: &[&'static str]| {
            injector(args.iter().copied()).file("p.yaml", read(&format!("{name}.yaml"))).stdin(&*injected)
        };
        run(&["check", "-p", "p.yaml"]).succeeds();
        for args in [&["inject", "-q", "-p", "p.yaml"][..], &["inject", "-q", "-p", "p.yaml", "--reinject"]] {
            assert_eq!(run(args).succeeds().stdout, injected, "{name}: {args:?}");
        }
        let undone = run(&["uninject", "-q"]).succeeds().stdout;
        let again = injector(["inject", "-q", "-p", "p.yaml"]).file("p.yaml", read(&format!("{name}.yaml")));
        let hash = |text: &str| {
            let (_, rest) = text.split_once("\"hash\":\"").unwrap();
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        let again = again.stdin(undone).succeeds().stdout;
        assert_ne!(hash(&again), hash(&injected), "{name}: it has the hash of before");
    }
}
