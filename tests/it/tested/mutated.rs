//! Whatever a test holds, it is run or refused: the program does not panic, and ends by a status of its own.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::run;

fn whole() -> Value {
    json!({
        "apiVersion": "sidecar-injector/v1",
        "kind": "Test",
        "metadata": {"name": "tail"},
        "spec": {
            "config": "../settings.yaml",
            "profiles": ["../tail.yaml"],
            "set": {"tail": {"lines": 3}},
            "namespace": "shop",
            "namespaces": [{"name": "shop", "labels": {"tail": "on"}}],
            "kubernetesVersion": "1.33",
            "templatePaths": ["Worker=/spec/template"],
            "cases": [
                {"name": "a", "input": "../web.yaml", "object": "pod/web", "expect": {
                    "verdict": {"tail": "injected"}, "rule": "namespace-opted-in", "errors": [], "warnings": ["qos-changed"],
                    "notes": [{"code": "guessed-port", "message": "x", "path": "/a"}],
                    "patch": [{"op": "add", "path": "/a", "value": {}}],
                    "contains": {"spec": {"containers": [{"name": "tail", "args": ["3"], "ports": null}]}},
                    "golden": "a.yaml", "report": "a.txt",
                }},
                {"name": "b", "command": "check", "reinject": true, "set": {"tail": {"lines": "4"}},
                 "input": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", "image": "y"}]}}],
                 "expect": {"verdict": "missing", "patch": "a.json"}},
            ],
        },
    })
}

fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

fn odd() -> impl Strategy<Value = Value> {
    let deep = (0..120).fold(json!("x"), |inner, _| json!([inner]));
    prop_oneof![
        Just(Value::Null),
        Just(json!(-1)),
        Just(json!(1.5)),
        Just(json!("")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, {"a": null}])),
        Just(json!({"": [[]], "a/b": {"~": 1}})),
        Just(json!("../web.yaml")),
        Just(json!(".")),
        Just(deep),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_test_is_run_or_refused(changes in prop::collection::vec((any::<Index>(), odd()), 1..3), cut in any::<(Index, Index)>(), is_cut in prop::bool::weighted(0.3)) {
        let mut test = whole();
        for (which, value) in changes {
            let mut all = Vec::new();
            pointers(&test, String::new(), &mut all);
            let at = which.get(&all).clone();
            *test.pointer_mut(&at).unwrap() = value;
        }
        let mut text = serde_yaml::to_string(&test).unwrap();
        if is_cut {
            let ends: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
            let (one, other) = (*cut.0.get(&ends), *cut.1.get(&ends));
            text.replace_range(one.min(other)..one.max(other), "");
        }
        let settings = "apiVersion: sidecar-injector/v1\nkind: Config\nspec: {}\n";
        let ran = run(["--update"], &text).file("settings.yaml", settings).exits_any();
        prop_assert!(!ran.stderr.is_empty());
        prop_assert_eq!(ran.stdout.as_str(), "");
        // A file with the text of what goes in is as it was.
        prop_assert_eq!(ran.read("web.yaml"), super::POD.as_bytes());
        prop_assert_eq!(ran.read("tail.yaml"), super::TAIL.as_bytes());
    }
}
