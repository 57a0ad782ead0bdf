//! Pods to try, each a change of the pod that a profile is injected into.

use serde_json::{Map, Value, json};

use super::subject::Subject;

/// What stands for the name of the application's first container.
pub(super) const APPLICATION: &str = "$app";

/// A pod to try.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) name: String,
    /// Which of the subject's namespaces it is created in.
    pub(super) namespace: &'static str,
    /// How it differs from the subject's pod.
    pub(super) change: Value,
    pub(super) pod: Value,
}

/// The pod of a subject with a change.
pub(super) fn row(subject: &Subject, name: &str, change: &Value) -> Row {
    in_namespace(subject, subject.namespaces[0].0, name, change)
}

/// The same, in another of its namespaces.
pub(super) fn in_namespace(subject: &Subject, namespace: &'static str, name: &str, change: &Value) -> Row {
    let mut pod = subject.base.clone();
    merge(&mut pod, change, subject.application());
    Row { name: name.to_owned(), namespace, change: change.clone(), pod }
}

/// Lays a change over a value: objects by their members, lists of things with names by these, all else whole. Null removes.
/// The text [`APPLICATION`] is the name of the application's first container.
pub(super) fn merge(value: &mut Value, change: &Value, application: &str) {
    match change {
        Value::Object(members) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            for (name, change) in members {
                let object = value.as_object_mut().unwrap();
                if change.is_null() {
                    object.remove(name);
                } else {
                    let member = object.entry(name.clone()).or_insert(Value::Null);
                    merge(member, change, application);
                    // Where all was removed there is nothing: a manifest with an empty object is another thing than one without.
                    if member.as_object().is_some_and(Map::is_empty) && change != &json!({}) {
                        object.remove(name);
                    }
                }
            }
        }
        Value::Array(items) if items.iter().any(|item| item["name"].is_string()) => {
            if !value.is_array() {
                *value = json!([]);
            }
            for item in items {
                let name = if item["name"] == APPLICATION { json!(application) } else { item["name"].clone() };
                let mut item = item.clone();
                item["name"] = name.clone();
                let list = value.as_array_mut().unwrap();
                match list.iter_mut().find(|known| known["name"] == name) {
                    Some(known) => merge(known, &item, application),
                    None => list.push(item),
                }
            }
        }
        Value::String(text) if text == APPLICATION => *value = json!(application),
        other => *value = other.clone(),
    }
}

#[test]
fn a_change_is_laid_over_a_pod() {
    let mut pod =
        json!({"a": {"b": 1, "c": 2}, "all": {"x": 1}, "containers": [{"name": "web", "image": "i"}], "args": ["x"]});
    let change = json!({"a": {"b": null, "d": 3}, "all": {"x": null}, "none": {"y": null}, "args": ["y", "z"], "containers": [{"name": "$app", "tty": true}, {"name": "two"}]});
    merge(&mut pod, &change, "web");
    let wanted = json!({"a": {"c": 2, "d": 3}, "args": ["y", "z"], "containers": [{"name": "web", "image": "i", "tty": true}, {"name": "two"}]});
    assert_eq!(pod, wanted);
}
