use serde_json::{Value, json};

use super::import;
use crate::diagnostic::Severity;
use crate::lint::lint;
use crate::profile::load;
use crate::text::yaml::parse_yaml;
use crate::value::pointer::Pointer;

const FIXTURES: [(&str, &str); 7] = [
    ("tumblr", include_str!("../../../testdata/import/tumblr.yaml")),
    ("tumblr-config-map", include_str!("../../../testdata/import/tumblr-config-map.yaml")),
    ("expedia", include_str!("../../../testdata/import/expedia.yaml")),
    ("expedia-list", include_str!("../../../testdata/import/expedia-list.yaml")),
    ("morvencao", include_str!("../../../testdata/import/morvencao.yaml")),
    ("kruise", include_str!("../../../testdata/import/kruise.yaml")),
    ("kruise-v1beta1", include_str!("../../../testdata/import/kruise-v1beta1.yaml")),
];

/// A fixture as one value, with the documents that are in texts of it.
fn unpacked(text: &str) -> Value {
    let mut value: Value = serde_yaml::from_str(text).unwrap();
    for (_, entry) in value.get_mut("data").and_then(Value::as_object_mut).into_iter().flatten() {
        let inner: Value = serde_yaml::from_str(entry.as_str().unwrap()).unwrap();
        if !inner.is_string() {
            *entry = inner;
        }
    }
    value
}

/// The fixture again.
fn packed(value: &Value) -> String {
    let mut value = value.clone();
    for (_, entry) in value.get_mut("data").and_then(Value::as_object_mut).into_iter().flatten() {
        if !entry.is_string() {
            *entry = serde_yaml::to_string(entry).unwrap().into();
        }
    }
    value.to_string()
}

fn leaves(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| leaves(value, &at.join(name), found)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| leaves(value, &at.element(index), found));
        }
        _ => found.push(at.clone()),
    }
}

/// The paths of the comments.
fn comments(profile: &str) -> Vec<&str> {
    let paths = profile.lines().filter_map(|line| line.trim_start().strip_prefix("# not carried over: "));
    paths.map(|rest| rest.split_once(": ").unwrap().0).collect()
}

/// What an import gives, or its errors in lines.
fn imported(text: &str) -> Result<String, String> {
    import(text, None).map_err(|errors| errors.iter().map(|error| format!("{}\n", error.message)).collect())
}

#[test]
fn no_leaf_is_lost() {
    for (name, text) in FIXTURES {
        let original = unpacked(text);
        let before = imported(&packed(&original)).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let mut all = Vec::new();
        leaves(&original, &Pointer::root(), &mut all);
        assert!(all.len() > 2, "{name}");
        for (index, at) in all.iter().enumerate() {
            let mut changed = original.clone();
            let leaf = changed.pointer_mut(&at.to_string()).unwrap();
            let (value, mark) = match leaf {
                Value::Bool(flag) => (json!(!*flag), String::new()),
                Value::Number(_) => (json!(41000 + index), (41000 + index).to_string()),
                _ => (json!(format!("mark{index}x")), format!("mark{index}x")),
            };
            *leaf = value;
            match imported(&packed(&changed)) {
                Ok(after) => {
                    assert!(after.contains(&mark), "{name}: {at} is lost:\n{after}");
                    assert_ne!(after, before, "{name}: {at} has no effect");
                }
                Err(errors) => {
                    let is_about_format = at.to_string() == "/kind" || at.to_string() == "/apiVersion";
                    assert!(is_about_format || (!mark.is_empty() && errors.contains(&mark)), "{name}: {at}: {errors}");
                }
            }
        }
    }
}

/// The places of all objects.
fn objects(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => {
            found.push(at.clone());
            members.iter().for_each(|(name, value)| objects(value, &at.join(name), found));
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| objects(value, &at.element(index), found));
        }
        _ => {}
    }
}

#[test]
fn no_field_that_is_not_known_is_lost() {
    for (name, text) in FIXTURES {
        let original = unpacked(text);
        let mut all = Vec::new();
        objects(&original, &Pointer::root(), &mut all);
        for (at, field) in
            all.iter().flat_map(|at| ["notKnown", "when", "forEach", "oneOf", "copyFrom"].map(|field| (at, field)))
        {
            let mut changed = original.clone();
            changed.pointer_mut(&at.to_string()).unwrap()[field] = json!("mark1x");
            match imported(&packed(&changed)) {
                Ok(after) => assert!(after.contains("mark1x"), "{name}: {at}/{field} is lost:\n{after}"),
                Err(errors) => {
                    assert!(errors.contains(field) || errors.contains("mark1x"), "{name}: {at}/{field}: {errors}")
                }
            }
        }
    }
}

#[test]
fn every_comment_names_a_place_of_the_input() {
    for (name, text) in FIXTURES {
        let profile = import(text, None).unwrap();
        let original = unpacked(text);
        for path in comments(&profile) {
            assert!(original.pointer(path).is_some(), "{name}: {path}");
        }
    }
}

#[test]
fn what_is_printed_loads_and_lint_finds_no_error() {
    for (name, text) in FIXTURES {
        let profile = import(text, None).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let tree = parse_yaml(&profile).unwrap();
        let profile = load::load(tree.view(tree.root().unwrap())).unwrap();
        let errors: Vec<_> = lint(&profile).into_iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

/// The errors of an import, each with the line and column of its place.
fn wrong(text: &str, entry: Option<&str>) -> Vec<String> {
    let errors = import(text, entry).expect_err(text);
    let place = |at: usize| {
        let before = &text[..at];
        (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1)
    };
    let line = |error: &super::ImportError| {
        let (line, column) = place(error.at);
        let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{line}:{column}: {}{hint}", error.message)
    };
    errors.iter().map(line).collect()
}

#[test]
fn no_part_of_a_fixture_ends_the_program_and_each_error_is_in_the_file() {
    for (name, text) in FIXTURES {
        for end in (0..text.len()).step_by(5).filter(|end| text.is_char_boundary(*end)) {
            let part = &text[..end];
            for error in import(part, None).err().into_iter().flatten() {
                assert!(error.at <= part.len() && part.is_char_boundary(error.at), "{name}: {end}: {error:?}");
            }
        }
    }
}

#[test]
fn comments_at_the_top_are_in_the_order_of_the_input() {
    let profile = import(FIXTURES[5].1, None).unwrap();
    let paths: Vec<_> = comments(&profile).into_iter().filter(|path| path.matches('/').count() < 4).collect();
    let top = &paths[..6];
    let expected = [
        "/metadata/generation",
        "/spec/injectionStrategy/paused",
        "/spec/injectionStrategy/revision",
        "/spec/updateStrategy",
    ];
    assert_eq!(top[..4], expected);
    assert_eq!(top[4..], ["/spec/revisionHistoryLimit", "/status"]);
}

#[test]
fn a_mistake_is_told_at_its_place() {
    let map = |text: &str| {
        let inner = text.replace('\n', "\n    ");
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  sidecars.yaml: |\n    {inner}\n")
    };
    let set = "apiVersion: apps.kruise.io/v1alpha1\nkind: SidecarSet\nmetadata: {name: logs}\nspec:\n";
    for (text, expected) in [
        ("name: a b\ncontainers: [{name: c, image: i}]\n".to_owned(), "1:7: `a b` is not a DNS label"),
        ("name: a\nhostNetwork: true\n".to_owned(), "1:1: the profile adds nothing"),
        ("- 1\n".to_owned(), "1:3: expected an object, found a number"),
        ("env: []\n".to_owned(), "1:1: field `name` is missing"),
        ("name: a\ncontainers: [{image: i}]\n".to_owned(), "2:14: field `name` is missing"),
        ("name: a\ncontainers:\n- name: c\n- name: c\n".to_owned(), "4:9: container `c` is given twice"),
        ("name: a\nname: b\n".to_owned(), "2:1: the key `name` is already on line 1"),
        ("name: a\ncontainers: {name: c}\n".to_owned(), "2:13: expected a list, found an object"),
        ("name: a\ncontainers:\n- {name: c, ports: [{containerPort: http}]}\n".to_owned(), "3:37: expected an integer"),
        (
            "name: a\ncontainers:\n- {name: c, image: {value: i}}\n".to_owned(),
            "3:20: expected a string, found an object",
        ),
        ("name: a\ncontainers: []\n---\nname: b\n".to_owned(), "3:1: this is a second document"),
        ("name: a\ninherits: b\nenv: [{name: A}]\nvolumes: null\n".to_owned(), ""),
        (map("- containers:\n  - {name: C, image: i}"), "7:16: `C` is not a DNS label"),
        (map("- containers: [}"), "6:20: "),
        (map("nothing: here"), "5:18: this entry is in no format that can be imported"),
        (map("a\n  b: \tc: d"), "7:"),
        ("kind: Pod\n".to_owned(), "1:1: this is in no format that can be imported"),
        ("# nothing\n".to_owned(), "1:1: the file is empty"),
        (format!("{set}  containers: [{{name: c}}]\n"), "5:3: field `selector` is missing"),
        (
            format!("{set}  selector: {{matchLabel: {{a: b}}}}\n  containers: [{{name: c}}]\n"),
            "5:26: unknown field `matchLabel`",
        ),
    ] {
        match expected {
            "" => drop(import(&text, None).unwrap()),
            _ => {
                let found = wrong(&text, None);
                assert!(found.first().is_some_and(|first| first.starts_with(expected)), "{text}\n{found:?}");
            }
        }
    }
}

#[test]
fn one_of_several_entries_is_chosen() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  a: |\n    name: a\n    env: [{name: A}]\n  b: |\n    name: b\n    env: [{name: B}]\n";
    assert_eq!(
        wrong(text, None),
        [
            "5:3: several entries hold a configuration, and a profile is made of one (choose one with `--entry`; the entries are `a`, `b`)"
        ]
    );
    assert_eq!(wrong(text, Some("c")), ["5:3: there is no entry `c` (the entries are `a`, `b`)"]);
    let profile = import(text, Some("b")).unwrap();
    assert!(profile.contains("\n  name: b\n"), "{profile}");
    assert_eq!(comments(&profile), ["/metadata/name", "/data/a"]);
    assert_eq!(
        wrong("name: a\nenv: []\n", Some("a")),
        ["1:1: this is no ConfigMap, and only a ConfigMap has entries (leave out `--entry`)"]
    );
}

#[test]
fn texts_of_several_lines_and_comments_between_them_do_not_mix() {
    let texts = ["a\n  b\n", "# c\nd", "e\n\n", " f\ng", "h: i\nj\n", "- k\n# l\n", "\n", "é\tm\nn "];
    let container = json!({"name": "c", "image": "i:1", "args": texts, "when": "o\n# p\n", "env": [{"name": "A", "value": texts[0], "if": 1}]});
    let mut input = json!({"containers": [container], "volumes": [{"name": "v", "hostPath": {"path": "q\nr\n", "x\ny": "s\nt\n"}}]});
    let profile = import(&input.to_string(), None).unwrap();
    let spec: Value = serde_yaml::from_str::<Value>(&profile).unwrap()["spec"].take();
    for (place, field) in [("/containers/0", "when"), ("/containers/0/env/0", "if"), ("/volumes/0/hostPath", "x\ny")] {
        input.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(field);
    }
    assert_eq!([&spec["containers"], &spec["volumes"]], [&input["containers"], &input["volumes"]], "{profile}");
    assert!(
        profile.contains("        - |\n          a\n            b\n        - |-\n          # c\n          d\n"),
        "{profile}"
    );
    assert_eq!(comments(&profile).len(), 3, "{profile}");
}

#[test]
fn braces_stay_what_they_are() {
    let text = "name: a\ncontainers:\n- name: c\n  image: i:1\n  args: ['{{', '}}', '{{{{ a }}', \"{{ '{{' }}\", '{{ pod }}{']\n";
    let profile = import(text, None).unwrap();
    let tree = parse_yaml(&profile).unwrap();
    let profile = load::load(tree.view(tree.root().unwrap())).unwrap();
    let args: Vec<_> = profile.templates().flat_map(|template| template.expressions()).collect();
    assert!(args.is_empty(), "{args:?}");
}
