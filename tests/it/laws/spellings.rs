//! Null and empty values, in every spelling and at every place where something is added: undoing gives each back as it was
//! written, byte for byte.

use injector::internals::decide::uninject::Which;

use super::law::{Held, laws, undo};
use super::profile_sets;

/// What can be behind a key's colon: a null in each spelling, with blanks and comments.
const NULLS: [&str; 22] = [
    "",
    "   ",
    " # c",
    "   # c",
    " # null",
    " # ~ # c",
    " null",
    " null  ",
    " null # c",
    "   null   # c",
    "\tnull\t# c",
    " null # null",
    " ~",
    " ~ # c",
    "  ~",
    " Null",
    " Null # c",
    " NULL",
    " NULL   # c",
    "  # ~",
    " # {}",
    "\n          null # c",
];

const LISTS: [&str; 9] = [
    " []",
    " [ ]",
    "   []",
    " [   ] # c",
    " [] # c",
    " [] # []",
    " [] # null",
    " [ # c\n          ]",
    " [\n          ]",
];

const OBJECTS: [&str; 9] =
    [" {}", " { }", "   {}", " {   } # c", " {} # c", " {} # {}", " {} # ~", " { # c\n          }", " {\n          }"];

/// A Deployment in which every marker `@name` is a value that may be null. All but one get a value, or go.
const BLOCK: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:@metadata
      labels:@labels
        sidecar.me/inject: 'true'
      annotations:@annotations
        a: b
    spec:
      initContainers:@initContainers
      - {name: init, image: 'i:1'}
      containers:
      - name: web
        image: web:1
        env:@env
        - {name: A, value: b}
        volumeMounts:@volumeMounts
        - {name: v, mountPath: /v}
      - name: every-sidecar
        image:@image auto
      volumes:@volumes
      - {name: v, emptyDir: {}}
      imagePullSecrets:@imagePullSecrets
      - {name: s}
";

const OBJECT_KEYS: [&str; 3] = ["metadata", "labels", "annotations"];
const LIST_KEYS: [&str; 5] = ["initContainers", "env", "volumeMounts", "volumes", "imagePullSecrets"];

/// The Deployment with this text behind the key's colon, in place of the value there.
fn block(key: &str, spelling: &str) -> String {
    let mut out = String::new();
    let mut skipped: Option<usize> = None;
    for line in BLOCK.lines() {
        let column = line.len() - line.trim_start().len();
        if let Some(at) = skipped {
            if column > at || column == at && line.trim_start().starts_with('-') {
                continue;
            }
            skipped = None;
        }
        match line.split_once('@') {
            Some((before, name)) if name.split(' ').next() == Some(key) => {
                out.push_str(&format!("{before}{spelling}\n"));
                skipped = Some(column);
            }
            Some((before, name)) => {
                let value = name.split_once(' ').map(|(_, value)| format!(" {value}")).unwrap_or_default();
                out.push_str(&format!("{before}{value}\n"));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

fn hold(text: &str) {
    let everything = &profile_sets()[2];
    let held = laws(text, everything);
    let Held::Injected(injected) = held else { panic!("{held:?}\n{text}") };
    // The law allows another spelling of `auto`; here nothing may differ.
    let undone = undo(&injected, everything, Which::All).unwrap();
    assert_eq!(undone, text, "\n--- injected\n{injected}");
}

/// With each line end, and without a last one, in turn.
fn hold_in_lines(text: &str, turn: usize) {
    match turn % 3 {
        0 => hold(text),
        1 => hold(&text.replace('\n', "\r\n")),
        _ => hold(text.trim_end_matches('\n')),
    }
}

#[test]
fn a_null_or_empty_value_in_block_style_comes_back_as_it_was_written() {
    for key in OBJECT_KEYS.iter().chain(&LIST_KEYS).chain(&["image"]) {
        let empty: &[&str] = if OBJECT_KEYS.contains(key) {
            &OBJECTS
        } else if LIST_KEYS.contains(key) {
            &LISTS
        } else {
            &[]
        };
        for (turn, spelling) in NULLS.iter().chain(empty).enumerate() {
            hold_in_lines(&block(key, spelling), turn);
        }
    }
}

#[test]
fn a_null_or_empty_value_in_flow_style_comes_back_as_it_was_written() {
    let nulls = ["", " ", " null", " ~", " Null", " NULL", "  ~ ", " ~ # c\n  ", "\n  null\n  "];
    let pod = |key: &str, text: &str| {
        let member = format!("{key}:{text}");
        let at = |place: &[&str]| if place.contains(&key) { format!("{member} ,x: 1, ") } else { String::new() };
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{{}name: a}}\nspec: {{{}containers: [{{{}name: web, image: 'web:1'}}, {{name: every-sidecar, {}}}]}}\n",
            at(&["labels", "annotations"]),
            at(&["volumes", "initContainers", "imagePullSecrets"]),
            at(&["env", "volumeMounts"]),
            if key == "image" { format!("{member} ") } else { "image: auto".to_owned() },
        )
    };
    for key in OBJECT_KEYS[1..].iter().chain(&LIST_KEYS).chain(&["image"]) {
        let empty: &[&str] = match *key {
            "image" => &[],
            key if OBJECT_KEYS.contains(&key) => &[" {}", " { }", " {  } ", " { # c\n }"],
            _ => &[" []", " [ ]", " [  ] ", " [ # c\n ]"],
        };
        for spelling in nulls.iter().chain(empty) {
            hold(&pod(key, spelling));
        }
    }
}

#[test]
fn a_null_or_empty_value_in_json_comes_back_as_it_was_written() {
    for key in OBJECT_KEYS[1..].iter().chain(&LIST_KEYS) {
        let empty: &[&str] = if OBJECT_KEYS.contains(key) { &["{}", "{ }", "{\n}"] } else { &["[]", "[ ]", "[\n\n]"] };
        for (turn, value) in ["null"].iter().chain(empty).enumerate() {
            let member = format!("\"{key}\": {value},\n  ");
            let at = |place: &[&str]| if place.contains(key) { member.as_str() } else { "" };
            let text = format!(
                "{{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {{\n  {}\"name\": \"a\"}},\n  \"spec\": {{{}\"containers\": [{{{}\"name\": \"web\", \"image\": \"w\"}}]}}\n}}\n",
                at(&["labels", "annotations"]),
                at(&["volumes", "initContainers", "imagePullSecrets"]),
                at(&["env", "volumeMounts"]),
            );
            hold_in_lines(&text, turn);
            hold(&text.replace("\n  ", ""));
        }
    }
}
