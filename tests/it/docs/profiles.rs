//! The pages of the built-in profiles: each has one, a part of it is made from the profile, and its example is what comes out.

use std::fmt::Write as _;
use std::fs;

use injector::internals::profile::builtin::{self, Builtin, Group};
use serde_json::Value;

use super::markdown::root;
use crate::support::injector;

const BEGIN: &str = "<!-- generated from the profile -->\n";
const END: &str = "<!-- end -->\n";

fn spec(builtin: &Builtin) -> Value {
    serde_yaml::from_str::<Value>(builtin.text).unwrap()["spec"].take()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in a cell of a table; an empty one is an empty cell.
fn cell(text: &str) -> String {
    let text = text.replace('\n', " ").replace('|', "\\|");
    if text.is_empty() { text } else { format!("`{text}`") }
}

/// The rows of the parameters.
fn parameters(spec: &Value) -> String {
    let mut table = "| Parameter | Type | Default | Annotation | Meaning |\n|---|---|---|---|---|\n".to_owned();
    for one in spec["parameters"].as_array().into_iter().flatten() {
        let default = match &one["default"] {
            Value::Null if one["required"] == true => "required".to_owned(),
            Value::Null => String::new(),
            Value::String(text) if text.len() > 60 => "see the profile".to_owned(),
            value => cell(&text(value)),
        };
        let keys = match &one["annotation"] {
            Value::Array(keys) => keys.iter().map(|key| cell(&text(key))).collect::<Vec<_>>().join(", "),
            Value::Null => {
                one["annotationPrefix"].as_str().map(|prefix| cell(&format!("{prefix}…"))).unwrap_or_default()
            }
            key => cell(&text(key)),
        };
        let keys = if one["inherit"] == "Namespace" { format!("{keys}, also of the namespace") } else { keys };
        let of = one["of"].as_str().map(|of| format!(" of {of}")).unwrap_or_default();
        let values = one["values"].as_array().into_iter().flatten().map(|value| cell(&text(value)));
        let values = values.collect::<Vec<_>>().join(", ");
        let meaning = one["description"].as_str().unwrap_or_default();
        let meaning = if values.is_empty() { meaning.to_owned() } else { format!("{meaning}: {values}") };
        let (name, kind) = (cell(&text(&one["name"])), text(&one["type"]));
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {name} | {kind}{of} | {default} | {keys} | {} |", meaning.replace('|', "\\|"));
    }
    table
}

/// What the profile adds to each part of a pod, by name.
fn added(spec: &Value) -> String {
    let mut lines = String::new();
    let named = |list: &Value, member: &str| -> Vec<String> {
        let mut names: Vec<String> = match list {
            Value::Object(map) => map.keys().cloned().collect(),
            list => list
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| item[member].as_str().map(str::to_owned))
                .collect(),
        };
        names.dedup();
        names
    };
    let blocks: Vec<&Value> = match &spec["application"] {
        Value::Array(blocks) => blocks.iter().collect(),
        one => vec![one],
    };
    let of_application = |list: &str, member: &str| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in blocks.iter().flat_map(|block| named(&block[list], member)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let rows = [
        ("Init containers", named(&spec["initContainers"], "name")),
        ("Containers", named(&spec["containers"], "name")),
        ("Volumes", named(&spec["volumes"], "name")),
        ("Annotations", named(&spec["annotations"], "key")),
        ("Labels", named(&spec["labels"], "key")),
        ("Variables of the application", of_application("env", "name")),
        ("Mounts of the application", of_application("volumeMounts", "mountPath")),
        ("Fields of the pod", named(&spec["pod"], "name")),
    ];
    for (what, names) in rows.iter().filter(|(_, names)| !names.is_empty()) {
        let names: Vec<String> = names.iter().map(|name| cell(name)).collect();
        let _ = writeln!(lines, "* {what}: {}", names.join(", "));
    }
    lines
}

/// What lint says of levels and versions.
fn notes(builtin: &Builtin) -> String {
    let run = injector(["profile", "lint", "--fail-on", "error", builtin.name]).exits_any();
    let notes =
        run.stderr.lines().filter_map(|line| line.strip_prefix("note: ")?.split_once(": ").map(|(_, note)| note));
    let notes = notes
        .filter(|note| note.contains("Kubernetes") || note.contains("Pod Security"))
        .map(|note| format!("* {note}\n"));
    notes.collect()
}

fn generated(builtin: &Builtin) -> String {
    let spec = spec(builtin);
    format!(
        "\n## What it adds\n\nSome of it only where parameters or the pod ask for it.\n\n{}\n`injector profile lint {}` says:\n\n{}\n## Parameters\n\nSet one with `--set name=value`, or with its annotation.\n\n{}\n",
        added(&spec),
        builtin.name,
        notes(builtin),
        parameters(&spec)
    )
}

#[test]
fn every_built_in_profile_has_a_page_and_what_is_made_from_the_profile_is_fresh() {
    let mut stale = Vec::new();
    for builtin in builtin::ALL {
        let path = root().join(format!("docs/profiles/{}.md", builtin.name));
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (before, rest) = page.split_once(BEGIN).expect("the place for what is made from the profile");
        let (found, after) = rest.split_once(END).expect("its end");
        let wanted = generated(builtin);
        if found == wanted {
            continue;
        }
        if std::env::var_os("INJECTOR_UPDATE_DOCS").is_some() {
            fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        } else {
            stale.push(builtin.name);
        }
    }
    assert!(stale.is_empty(), "`INJECTOR_UPDATE_DOCS=1 cargo test --test it -- docs::profiles` renews {stale:?}");
}

#[test]
fn every_parameter_is_described() {
    for builtin in builtin::ALL {
        for parameter in spec(builtin)["parameters"].as_array().unwrap() {
            let description = parameter["description"].as_str().unwrap_or_default();
            assert!(description.len() > 2, "{}: {}", builtin.name, parameter["name"]);
        }
    }
}

/// The example of a page: its file, and what comes out of it.
pub(crate) fn example(name: &str) -> (String, String) {
    let read = |ending: &str| {
        let path = root().join(format!("testdata/examples/profiles/{name}{ending}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    (read(".yaml"), read(".injected.yaml"))
}

/// What the example of a page needs beside `-p`.
pub(crate) fn flags(name: &str) -> Vec<String> {
    let flags = match name {
        "linkerd" => {
            let certificates = fs::read_to_string(root().join("testdata/examples/profiles/linkerd.crt")).unwrap();
            ["--set".to_owned(), format!("trustAnchors={certificates}")]
        }
        _ => return Vec::new(),
    };
    flags.to_vec()
}

#[test]
fn the_example_of_every_page_is_what_comes_out_and_is_undone_to_the_byte() {
    for builtin in builtin::ALL.iter().filter(|builtin| builtin.group != Group::Basic) {
        let name = builtin.name;
        let (before, after) = example(name);
        let inject = |input: &str| {
            let flags = flags(name);
            let arguments = ["inject", "-p", name].into_iter().chain(flags.iter().map(String::as_str));
            injector(arguments).stdin(input).succeeds().stdout
        };
        let injected = inject(&before);
        if injected != after && std::env::var_os("INJECTOR_UPDATE_GOLDEN").is_some() {
            fs::write(root().join(format!("testdata/examples/profiles/{name}.injected.yaml")), &injected).unwrap();
            continue;
        }
        assert_eq!(injected, after, "{name}");
        assert_ne!(injected, before, "{name}");
        assert_eq!(inject(&injected), injected, "{name}: twice");
        assert_eq!(injector(["uninject"]).stdin(injected).succeeds().stdout, before, "{name}: undone");
    }
}
