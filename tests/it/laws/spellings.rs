//! Null and empty values, in every spelling and at every place where something is added: undoing gives each back as it was
//! written, byte for byte.

use injector::internals::decide::uninject::Which;
use serde_json::Value;

use super::law::{Held, laws, undo, values};
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

/// Blanks inside brackets say how a null was spelt, and another tool may have set others: then the null is one in another
/// spelling, and always a null.
#[test]
fn a_null_comes_back_as_a_null_where_another_tool_has_set_the_blanks() {
    let record = r#"[{"profile":"before","version":"0.1.0","hash":"1","labels":["a"],"created":["/metadata/annotations","/metadata/labels"],"replaced":{"/metadata":null}}]"#;
    let spec = "spec: {containers: [{name: web, image: nginx}]}";
    for blanks in 0..8 {
        let blanks = " ".repeat(blanks);
        let metadata =
            format!("{{{blanks}annotations: {{sidecar-injector/status: '{record}'}}, labels: {{a: b}}{blanks}}}");
        for key in ["metadata: ", "\"metadata\":", "? metadata\n : ", "metadata:\n   "] {
            let block = format!("apiVersion: v1\nkind: Pod\n{}{metadata}\n{spec}\n", key.replace("\n :", "\n:"));
            for text in [
                format!("{{apiVersion: v1, kind: Pod, {key}{metadata},{spec}}}\n"),
                format!("{{apiVersion: v1, kind: Pod, {spec}, {key}{metadata}}}\n"),
                // Behind a key in quotes the colon has no blank in flow style alone.
                block.replace("\":", "\": "),
            ] {
                let undone = undo(&text, &[], Which::All).unwrap_or_else(|error| panic!("{error}\n{text}"));
                let values = values(&undone).unwrap();
                assert!(values[0].get("metadata").is_some_and(Value::is_null), "{text}{undone}");
            }
        }
    }
}

/// What is added behind a key without a value begins with a space, and the bracket that comes next may need that space.
#[test]
fn what_goes_behind_a_key_without_a_value_leaves_its_colon_a_colon() {
    let record = r#"[{"profile":"before","version":"0.1.0","hash":"1","labels":["a"],"created":["/metadata/labels"]}]"#;
    let annotations = format!("annotations: {{x: y, sidecar-injector/status: '{record}'}}");
    for name in ["name:", "'name':", "name: &x", "name: !!null", "? name\n :", "name"] {
        for gap in ["", " "] {
            for (behind, rest) in [("", ""), ("", ", x: 1"), (" ", ", x: 1"), (" ", "")] {
                let text = format!(
                    "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: web, image: nginx}}]}}, metadata: {{{annotations}, {name}{gap}, labels: {{a: b}}{behind}{rest}}}}}\n"
                );
                // Without a space the colon or the tag goes on.
                let Ok(before) = values(&text) else { continue };
                let undone = undo(&text, &[], Which::All).unwrap_or_else(|error| panic!("{error}\n{text}"));
                let after = values(&undone).unwrap();
                assert_eq!(after[0]["metadata"].get("name"), before[0]["metadata"].get("name"), "{text}{undone}");
            }
        }
    }
}

#[test]
fn a_null_comes_back_as_a_null_where_what_is_behind_it_goes_too() {
    let record = r#"[{"profile":"p","version":"0.1.0","hash":"1","labels":["a"],"created":["/metadata/annotations"],"replaced":{"/metadata/labels":null}}]"#;
    let status = format!("annotations: {{sidecar-injector/status: '{record}'}}");
    for blanks in 0..8 {
        let blanks = " ".repeat(blanks);
        for key in ["labels: ", "\"labels\":", "? labels\n : "] {
            for gap in [", ", "\n , "] {
                for rest in ["", " ", ", x: 1", "\n"] {
                    let text = format!(
                        "{{apiVersion: v1, kind: Pod, metadata: {{{key}{{{blanks}a: b}}{gap}{status}{rest}}}, spec: {{containers: [{{name: web, image: nginx}}]}}}}\n"
                    );
                    let undone = undo(&text, &[], Which::All).unwrap_or_else(|error| panic!("{error}\n{text}"));
                    let values = values(&undone).unwrap();
                    assert!(values[0]["metadata"].get("labels").is_some_and(Value::is_null), "{text}{undone}");
                }
            }
        }
    }
}

/// The bracket keeps no comma of its own: `[, ]` is no YAML.
#[test]
fn an_emptied_list_keeps_no_comma() {
    let record = r#"[{"profile":"p","version":"0.1.0","hash":"1","volumes":["v"]}]"#;
    let annotations = format!("annotations: {{x: y, sidecar-injector/status: '{record}'}}");
    for (list, expected) in [
        ("[{name: v}]", "[]"),
        ("[{name: v},]", "[]"),
        ("[ {name: v}, ]", "[]"),
        ("[{name: v} , ]", "[  ]"),
        ("[{name: v}, # c, d\n]", "[ # c, d\n]"),
        ("[{name: v} # c, d\n,]", "[ # c, d\n]"),
    ] {
        let text = |list: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: web, image: nginx}}], volumes: {list} }}\n"
            )
        };
        let before = text(list).replace("name: a", &annotations);
        let undone = undo(&before, &[], Which::All).unwrap_or_else(|error| panic!("{error}\n{before}"));
        assert_eq!(undone, text(expected).replace("name: a", "annotations: {x: y}"));
    }
}

/// Lines of which nothing stays become `{}` or `[]`, behind an anchor and a tag, and before a comment.
#[test]
fn emptied_lines_leave_an_anchor_before_the_brackets() {
    let record = r#"[{"profile":"p","version":"0.1.0","hash":"1","volumes":["v"]}]"#;
    for properties in ["", " &a", " !!map", " &a !!map", " !!map &a", "\n    &a", " &a # c"] {
        let list = properties.replace("map", "seq").replace("&a", "&b");
        let injected = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:{properties}\n    sidecar-injector/status: '{record}'\nspec:\n  volumes:{list}\n    - name: v\n  containers: [{{name: web, image: nginx}}]\n"
        );
        let (head, comment) = properties.split_once(" #").map_or((properties, ""), |(head, _)| (head, " # c"));
        let of_list = head.replace("map", "seq").replace("&a", "&b");
        let expected = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:{head} {{}}{comment}\nspec:\n  volumes:{of_list} []{comment}\n  containers: [{{name: web, image: nginx}}]\n"
        );
        assert_eq!(undo(&injected, &[], Which::All), Ok(expected));
    }
}

/// Blank lines and comments that someone put below what was injected do not become lines of a text above it.
#[test]
fn a_block_scalar_takes_no_lines_from_below_what_was_injected() {
    let record = r#"[{"profile":"p","version":"0.1.0","hash":"1","annotations":["b"]}]"#;
    for header in ["|+", ">+", "|2+", "|"] {
        for below in ["\n", "\n  \n", "\n# c\n\n", "          \n", ""] {
            let text = |more: &str| {
                format!(
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    a: {header}\n      x\n\n{more}{below}spec:\n  containers: [{{name: web, image: nginx}}]\n"
                )
            };
            let injected = text(&format!("    b: c\n    sidecar-injector/status: '{record}'\n"));
            let undone = undo(&injected, &[], Which::All).unwrap_or_else(|error| panic!("{error}\n{injected}"));
            let annotations = |text: &str| values(text).unwrap()[0]["metadata"]["annotations"]["a"].clone();
            assert_eq!(annotations(&undone), annotations(&injected), "{injected}");
        }
    }
}
