//! The fields of what `explain` and `profile list` print as JSON, against their tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::markdown::{code, rows, set};
use crate::support::injector;
use crate::support::manifests::{WEB, adding, injected, known};

const PAGE: &str = "docs/reports.md";

/// The fields of an object's table, by object.
fn documented(heading: &str) -> BTreeMap<String, BTreeSet<String>> {
    rows(PAGE, heading).into_iter().map(|row| (row[0].clone(), set(code(&row[1])))).collect()
}

/// The fields of all objects that a path of member names leads to; a list is gone through.
fn fields(values: &[Value], path: &[&str]) -> BTreeSet<String> {
    let mut found: Vec<&Value> = values.iter().collect();
    for name in path {
        let inner = found.iter().filter_map(|value| value.get(*name));
        found = inner
            .flat_map(|value| value.as_array().map_or_else(|| vec![value], |list| list.iter().collect()))
            .collect();
    }
    found.iter().flat_map(|value| value.as_object().unwrap().keys().cloned()).collect()
}

fn explained(args: &[&'static str], text: &str) -> Value {
    let ran = known(
        "explain",
        ["-o=json", "--set=tcpPort=7000", "-p=cortexflow", "-p=one.yaml", "-p=linkerd"].iter().chain(args).copied(),
    )
    .file("one.yaml", adding("one", "helper"))
    .stdin(text)
    .exits_any();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn every_field_of_an_explanation_is_in_its_table_and_no_other() {
    let injected = injected();
    let annotated =
        |line: &str| WEB.replace("      labels:\n", &format!("      annotations: {{{line}}}\n      labels:\n"));
    let wrong = annotated("config.linkerd.io/proxy-cpu-limit: many, linkerd.io/inject: enabled");
    let off = injected.replacen("      annotations:\n", "      annotations:\n        proxy-injection: disabled\n", 1);
    assert_ne!(off, injected);
    let texts = [
        format!("{WEB}---\na: [\n"),
        injected.clone(),
        off,
        injected[..injected.find("        - name: proxy-sidecar").unwrap()].to_owned(),
        annotated("sidecar-injector/status: '{'"),
        wrong,
        annotated("config.linkerd.io/proxy-log-level: debug"),
        WEB.replace("metadata:\n  name", "metadata:\n  annotations: {proxy-injection: enabled}\n  name"),
    ];
    let mut all: Vec<Value> = texts.iter().map(|text| explained(&[], text)).collect();
    let edited = injected.replace("image: lorenzotettamanti/cortexflow-proxy:latest", "image: other:1");
    assert_ne!(edited, injected);
    let ran = known("explain", ["-o=json"]).stdin(edited).succeeds();
    all.push(serde_json::from_str(&ran.stdout).unwrap());
    let settings = "apiVersion: sidecar-injector/v1\nkind: Config\nspec: {set: {cortexflow: {proxyCpuLimit: 2}}}\n";
    let ran = injector(["explain", "-o=json"]).file(".injector.yaml", settings).stdin(WEB).succeeds();
    all.push(serde_json::from_str(&ran.stdout).unwrap());
    let workloads = ["workloads"];
    let templates = ["workloads", "templates"];
    let profiles = ["workloads", "templates", "profiles"];
    let below = |last: &'static str| [&profiles[..], &[last]].concat();
    let mut edits = fields(&all, &["workloads", "templates", "record", "edits"]);
    // Of an item that is at another index.
    edits.extend(set(["wantedIndex", "foundIndex"]));
    let expected = BTreeMap::from([
        ("the explanation".to_owned(), fields(&all, &[])),
        ("workload".to_owned(), fields(&all, &workloads)),
        ("template".to_owned(), fields(&all, &templates)),
        ("entry of the record".to_owned(), fields(&all, &["workloads", "templates", "record"])),
        ("edit".to_owned(), edits),
        ("profile".to_owned(), fields(&all, &profiles)),
        ("rule".to_owned(), fields(&all, &below("rules"))),
        ("parameter".to_owned(), fields(&all, &below("parameters"))),
        ("policy".to_owned(), fields(&all, &["policies"])),
        ("obstacle".to_owned(), fields(&all, &["policies", "obstacles"])),
    ]);
    assert_eq!(documented("## `explain -o json`"), expected);
}

#[test]
fn every_field_of_a_listed_profile_is_in_its_table_and_no_other() {
    let all: Value = serde_json::from_str(&injector(["profile", "list", "-o", "json"]).succeeds().stdout).unwrap();
    let all = [all];
    let mut switch = fields(&all, &["profiles", "podSwitch"]);
    switch.extend(fields(&all, &["profiles", "namespaceSwitch"]));
    let expected = BTreeMap::from([
        ("the list".to_owned(), fields(&all, &[])),
        ("profile".to_owned(), fields(&all, &["profiles"])),
        ("switch".to_owned(), switch),
        ("parameter".to_owned(), fields(&all, &["profiles", "parameters"])),
    ]);
    assert_eq!(documented("## `profile list -o json`"), expected);
}

#[test]
fn every_field_of_a_case_is_in_its_table_and_no_other() {
    let test = "apiVersion: sidecar-injector/v1\nkind: Test\nmetadata: {name: t}\nspec:\n  profiles: [nginx]\n  cases:\n    \
                - {name: a, input: web.yaml, expect: {verdict: rejected, warnings: [{code: round-trip}]}}\n    \
                - {name: b, input: web.yaml, expect: {golden: none.yaml}}\n";
    let ran = injector(["test", "--report", "json"]).file("t.yaml", test).file("web.yaml", WEB).finds();
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let whole = std::slice::from_ref(&report);
    let placed = set(["severity", "code", "message", "hint", "file", "line", "column", "path"]);
    let of_problem: BTreeSet<String> = fields(whole, &["cases", "problems"]).difference(&placed).cloned().collect();
    let of_report =
        fields(whole, &[]).difference(&set(["version", "entries", "diagnostics", "summary"])).cloned().collect();
    let expected = BTreeMap::from([
        ("the report".to_owned(), of_report),
        ("case".to_owned(), fields(whole, &["cases"])),
        ("problem".to_owned(), of_problem),
    ]);
    let shown: BTreeMap<String, BTreeSet<String>> =
        rows("docs/tests.md", "## In CI").into_iter().map(|row| (row[0].clone(), set(code(&row[1])))).collect();
    assert_eq!(shown, expected);
}
