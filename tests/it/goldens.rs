//! The profiles of meshes, held against what the meshes' own injectors made of the same manifests.
//!
//! These results are files of other projects, and are not in this repository. `INJECTOR_GOLDENS` names the folder that has
//! `istio/` (of istio/istio, `pkg/kube/inject/testdata/inject`) and `linkerd/` (of linkerd/linkerd2, `cli/cmd/testdata`). Each
//! table beside this file has a row for each result: its input, the flags that say the same settings, and what is expected.
//!
//! Objects are compared, not text: both meshes write an object in the types of Go. What counts as equal is in [`clean`].

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::support::{Lack, injector, skipped};

/// What a row expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Equal,
    /// The mesh and injector both refuse the input.
    Refused,
    /// Neither injects anything.
    Unchanged,
    /// It differs, for a reason that the page of the profile gives.
    Differs,
}

struct Row {
    input: String,
    golden: String,
    flags: Vec<String>,
    expected: Expected,
}

/// The rows of a table: input, golden, flags, and `equal`, `refused`, `unchanged` or `differs`. A line that begins with `#` is a comment.
fn rows(table: &str) -> Vec<Row> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let &[input, golden, flags, expected] = cells.as_slice() else { panic!("not four cells: {line}") };
        let expected = match expected {
            "equal" => Expected::Equal,
            "refused" => Expected::Refused,
            "unchanged" => Expected::Unchanged,
            "differs" => Expected::Differs,
            other => panic!("{line}: {other}"),
        };
        let flags = flags.split(' ').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
        Row { input: input.to_owned(), golden: golden.to_owned(), flags, expected }
    };
    lines.map(row).collect()
}

/// Members that Go's types leave out where they are zero.
const ZERO: &[&str] = &["initialDelaySeconds", "minReadySeconds", "hostNetwork", "paused", "test"];
/// The records of the meshes and ours.
const RECORDS: &[&str] = &["sidecar.istio.io/status", "linkerd.io/created-by", "sidecar-injector/status"];

/// A value without what means nothing: null, empty lists and objects, zeros that Go leaves out, records. Quantities are in one
/// form; volumes and pull secrets are in the order of their names.
fn clean(value: Value, key: &str, above: &str) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(members) => {
            let is_variable = members.contains_key("name");
            let mut kept = Map::new();
            for (name, value) in members {
                let is_zero = ZERO.contains(&name.as_str()) && (value == 0 || value == false);
                let is_record = key == "annotations" && RECORDS.contains(&name.as_str());
                let is_empty = name == "value" && is_variable && value == "";
                if is_zero || is_record || is_empty {
                    continue;
                }
                if let Some(value) = clean(value, &name, key) {
                    let is_quantity = above == "resources" && matches!(key, "limits" | "requests");
                    kept.insert(name, if is_quantity { quantity(&value) } else { value });
                }
            }
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(elements) => {
            let mut kept: Vec<Value> = elements
                .into_iter()
                .map(|element| clean(element, key, above).unwrap_or(Value::Object(Map::new())))
                .collect();
            if matches!(key, "volumes" | "imagePullSecrets") {
                kept.sort_by_key(|element| element["name"].as_str().unwrap_or_default().to_owned());
            }
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        other => Some(other),
    }
}

/// A quantity in thousandths, where it is one that a manifest has.
fn quantity(value: &Value) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "m" => 1.0,
        "" => 1e3,
        "k" => 1e6,
        "M" => 1e9,
        "G" => 1e12,
        "Ki" => 1024e3,
        "Mi" => 1024.0 * 1024e3,
        "Gi" => 1024.0 * 1024.0 * 1024e3,
        _ => return value.clone(),
    };
    digits.parse::<f64>().map_or_else(|_| value.clone(), |number| Value::from((number * unit).round()))
}

/// The objects of a YAML stream.
fn objects(text: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut value: Value = serde::Deserialize::deserialize(document).unwrap();
        if let Some(object) = value.as_object_mut() {
            object.remove("status");
            objects.extend(clean(value, "", ""));
        }
    }
    objects
}

/// The first places where two values differ.
fn differences(wanted: &Value, found: &Value, at: &str, all: &mut Vec<String>) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            for name in wanted.keys().chain(found.keys().filter(|name| !wanted.contains_key(*name))) {
                let null = &Value::Null;
                let of = |map: &Map<String, Value>| map.get(name).unwrap_or(null).clone();
                differences(&of(wanted), &of(found), &format!("{at}/{name}"), all);
            }
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                differences(wanted, found, &format!("{at}/{index}"), all);
            }
        }
        _ if wanted == found => {}
        _ => all.push(format!(
            "    {at}\n      mesh     {:.150}\n      injector {:.150}",
            wanted.to_string(),
            found.to_string()
        )),
    }
}

/// A second run changes nothing; undoing gives the input back to the byte, so every line of it was there; and the webhook's answer
/// to each object makes of it what the command line made.
fn check_laws(arguments: &[String], input: &str, injected: &str, row: &Row) {
    let run = |command: &str, text: &str| {
        let arguments = arguments.iter().map(|argument| if argument == "inject" { command } else { argument.as_str() });
        injector(arguments).stdin(text).succeeds().stdout
    };
    assert_eq!(run("inject", injected), injected, "{}: twice", row.golden);
    let undone = injector(["uninject", "-q"]).stdin(injected).succeeds().stdout;
    assert_eq!(undone, input, "{}: undone", row.golden);
    for (before, after) in documents(input).into_iter().zip(documents(injected)) {
        assert_eq!(reviewed(arguments, before), after, "{}: as a review", row.golden);
    }
}

/// What the patch makes of an object that is answered as in the webhook: the review of its creation, as JSON.
fn reviewed(arguments: &[String], object: Value) -> Value {
    let (group, version) = object["apiVersion"].as_str().and_then(|text| text.split_once('/')).unwrap_or(("", "v1"));
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "CREATE", "namespace": namespace, "name": object["metadata"]["name"], "object": object,
        "kind": {"group": group, "version": version, "kind": object["kind"]},
    }});
    let ran = injector(arguments).stdin(review.to_string()).succeeds();
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut object = object;
    if let Some(patch) = answer["response"]["patch"].as_str() {
        let patch: json_patch::Patch = serde_json::from_slice(&STANDARD.decode(patch).unwrap()).unwrap();
        json_patch::patch(&mut object, &patch).unwrap();
    }
    object
}

/// The objects of a YAML stream, as they are, with those of lists.
fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let read = |document| <Value as serde::Deserialize>::deserialize(document).unwrap();
    let items = |document: Value| match document["items"].as_array() {
        Some(items) => items.clone(),
        None => vec![document],
    };
    documents.map(read).filter(Value::is_object).flat_map(items).collect()
}

/// What is wrong with a row; `None` where it is as expected.
fn judge(folder: &Path, profile: &str, row: &Row, settings: &dyn Fn(&str, &str) -> Vec<String>) -> Option<String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let input = read(&row.input);
    let golden = if row.expected == Expected::Refused { String::new() } else { read(&row.golden) };
    let mut arguments: Vec<String> = ["inject", "-q", "-p", profile].map(str::to_owned).to_vec();
    arguments.extend(settings(&input, &golden));
    arguments.extend(row.flags.iter().cloned());
    let ran = injector(&arguments).stdin(input.as_str()).exits_any();
    if row.expected == Expected::Refused {
        return (!ran.stdout.is_empty()).then(|| "    it was not refused".to_owned());
    }
    if row.expected == Expected::Unchanged {
        return (ran.stdout != input).then(|| "    something was injected".to_owned());
    }
    let (wanted, found) = (objects(&golden), objects(&ran.stdout));
    let mut all = Vec::new();
    differences(&Value::Array(wanted), &Value::Array(found), "", &mut all);
    match (row.expected, all.is_empty()) {
        (Expected::Differs, false) => None,
        (Expected::Differs, true) => Some("    it is equal by now".to_owned()),
        (_, true) => {
            check_laws(&arguments, &input, &ran.stdout, row);
            None
        }
        (_, false) => {
            all.truncate(3);
            Some(format!("{}\n{}", all.join("\n"), ran.stderr))
        }
    }
}

fn goldens(mesh: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("INJECTOR_GOLDENS").map(|folder| PathBuf::from(folder).join(mesh));
    if folder.is_none() {
        skipped(mesh, &Lack::Goldens);
    }
    folder
}

#[expect(clippy::print_stdout, reason = "the score, with --nocapture")]
fn hold(mesh: &str, table: &str, settings: &dyn Fn(&str, &str) -> Vec<String>) {
    let Some(folder) = goldens(mesh) else { return };
    let (rows, mut wrong) = (rows(table), String::new());
    for row in &rows {
        if let Some(why) = judge(&folder, mesh, row, settings) {
            // Writing to a string cannot fail.
            let _ = writeln!(wrong, "{} -> {}:\n{why}", row.input, row.golden);
        }
    }
    let equal = rows.iter().filter(|row| row.expected != Expected::Differs).count();
    println!("{mesh}: {equal} of {} results are equal", rows.len());
    assert!(wrong.is_empty(), "{wrong}");
}

/// The namespaces that a text names, and the default one.
fn namespaces(input: &str) -> Vec<&str> {
    let mut named: Vec<&str> = input.lines().filter_map(|line| line.trim_start().strip_prefix("namespace: ")).collect();
    named.push("default");
    named.sort_unstable();
    named.dedup();
    named
}

const ISTIO: &str = include_str!("goldens/istio.tsv");
const LINKERD: &str = include_str!("goldens/linkerd.tsv");

#[test]
fn istio_gives_what_istios_own_injector_gives() {
    hold("istio", ISTIO, &|input, _| {
        let labels = namespaces(input)
            .into_iter()
            .flat_map(|name| ["--namespace-labels".to_owned(), format!("{name}:istio-injection=enabled")]);
        let fixed = ["--set", "hub=registry.istio.io/testing", "--set", "version=latest", "--set", "variant="];
        fixed.map(str::to_owned).into_iter().chain(labels).collect()
    });
}

#[test]
fn linkerd_gives_what_linkerds_own_injector_gives() {
    hold("linkerd", LINKERD, &|_, golden| {
        // The certificates of Linkerd's test are in its results alone.
        let anchors =
            objects(golden).iter().find_map(|object| find_variable(object, "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"));
        let mut settings = vec!["--namespace-annotations".to_owned(), "linkerd.io/inject=enabled".to_owned()];
        for setting in [
            "version=test-inject-proxy-version".to_owned(),
            "debugVersion=test-inject-debug-version".to_owned(),
            format!("trustAnchors={}", anchors.unwrap_or_else(|| "none".to_owned())),
        ] {
            settings.extend(["--set".to_owned(), setting]);
        }
        settings
    });
}

/// The value of a variable, wherever it is.
fn find_variable(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(members) if members.get("name").is_some_and(|found| found == name) => {
            members.get("value")?.as_str().map(str::to_owned)
        }
        Value::Object(members) => members.values().find_map(|value| find_variable(value, name)),
        Value::Array(elements) => elements.iter().find_map(|value| find_variable(value, name)),
        _ => None,
    }
}

#[test]
fn every_result_that_is_not_equal_is_on_the_page_of_its_profile() {
    for (mesh, table) in [("istio", ISTIO), ("linkerd", LINKERD)] {
        let page = fs::read_to_string(format!("docs/profiles/{mesh}.md")).unwrap();
        for row in rows(table).iter().filter(|row| row.expected == Expected::Differs) {
            let name = row.golden.trim_end_matches(".injected").trim_end_matches(".golden.yml");
            assert!(page.contains(&format!("`{name}`")), "docs/profiles/{mesh}.md does not name `{name}`");
        }
    }
}
