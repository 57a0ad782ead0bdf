//! A profile that extends another: two documents become one, which knows where each of its values is from.
//!
//! Members of objects are merged, and the child's win; a null takes a member away. Lists whose items have names are merged by
//! name, and new items go last. Any other list is the child's, where it has one.

use serde_json::{Map, Value, json};

use crate::value::pointer::{Pointer, ReferenceToken};

/// The members by which items of a list are known, the first that an item has.
const NAMES: &[&str] = &["mountPath", "name", "key", "ip", "conditionType"];

/// Lists in which several items may have the same key.
const WITHOUT_NAMES: &[&str] = &["tolerations", "ports"];

/// A document that was made of several.
#[derive(Clone, Debug)]
pub(crate) struct MergedProfile {
    pub(crate) document: Value,
    /// Where values are from: what is below one of these is from below its origin.
    origins: Vec<(Pointer, ValueOrigin)>,
}

/// A place in one of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValueOrigin {
    /// The document's index, as it was given.
    pub(crate) source: usize,
    pub(crate) at: Pointer,
}

/// The value of `spec.extends`: a built-in profile's name, or a file.
pub(crate) fn extended(document: &Value) -> Option<&str> {
    document.get("spec")?.get("extends")?.as_str()
}

impl MergedProfile {
    /// A document as it is.
    pub(crate) fn new(document: Value, source: usize) -> Self {
        let root = ValueOrigin { source, at: Pointer::root() };
        Self { document, origins: vec![(Pointer::root(), root)] }
    }

    /// The document of a profile that extends this one.
    pub(crate) fn with(&self, child: &Value, source: usize) -> Self {
        let mut merger = Merger { parent: self, source, origins: Vec::new() };
        let root = Pointer::root();
        let mut document = merger.merge(&root, (&root, &self.document), (&root, child));
        if let Some(spec) = document.get_mut("spec").and_then(Value::as_object_mut) {
            spec.shift_remove("extends");
        }
        Self { document, origins: merger.origins }
    }

    /// Where the value at a place is from.
    pub(crate) fn origin(&self, at: &Pointer) -> ValueOrigin {
        let known = self.origins.iter().filter(|(place, _)| at.tokens().starts_with(place.tokens()));
        match known.max_by_key(|(place, _)| place.tokens().len()) {
            Some((place, origin)) => below(origin, at.tokens().get(place.tokens().len()..).unwrap_or_default()),
            None => ValueOrigin { source: 0, at: at.clone() },
        }
    }
}

fn below(origin: &ValueOrigin, rest: &[ReferenceToken]) -> ValueOrigin {
    let at = origin.at.append(&Pointer::of(rest.iter().cloned()));
    ValueOrigin { source: origin.source, at }
}

struct Merger<'m> {
    parent: &'m MergedProfile,
    source: usize,
    origins: Vec<(Pointer, ValueOrigin)>,
}

/// An item of a list, with its place in its own document.
type PlacedItem<'v> = (Pointer, std::borrow::Cow<'v, Value>);

impl Merger<'_> {
    /// Both values become one, at this place of the new document.
    fn merge(&mut self, at: &Pointer, parent: (&Pointer, &Value), child: (&Pointer, &Value)) -> Value {
        match (parent.1, child.1) {
            (Value::Object(old), Value::Object(new)) if !is_whole(at) => {
                self.objects(at, (parent.0, old), (child.0, new))
            }
            _ => match (items(at, parent), items(at, child)) {
                (Some(old), Some(new))
                    if may_be_named(at) && is_named(&old) && is_named(&new) || is_application(at) =>
                {
                    self.lists(at, old, new)
                }
                _ => self.of_child(at, child),
            },
        }
    }

    fn objects(
        &mut self,
        at: &Pointer,
        (old_at, old): (&Pointer, &Map<String, Value>),
        (new_at, new): (&Pointer, &Map<String, Value>),
    ) -> Value {
        self.origins.push((at.clone(), ValueOrigin { source: self.source, at: new_at.clone() }));
        let is_parameter = matches!(at.tokens(), [_, list, _] if list == "parameters");
        let mut merged = Map::new();
        for (name, value) in old {
            // A child says itself what it is, and how it is called.
            if at.tokens().is_empty() && name != "spec" && !new.contains_key(name) {
                continue;
            }
            // A parameter that has a default by now need not be set.
            if is_parameter && name == "required" && new.contains_key("default") {
                continue;
            }
            let (at, old_at, new_at) = (at.join(name.as_str()), old_at.join(name.as_str()), new_at.join(name.as_str()));
            match new.get(name) {
                Some(Value::Null) => {}
                Some(member) => drop(merged.insert(name.clone(), self.merge(&at, (&old_at, value), (&new_at, member)))),
                None => drop(merged.insert(name.clone(), self.of_parent(&at, (&old_at, value)))),
            }
        }
        for (name, value) in new.iter().filter(|(name, value)| !old.contains_key(*name) && !value.is_null()) {
            let member = self.of_child(&at.join(name.as_str()), (&new_at.join(name.as_str()), value));
            merged.insert(name.clone(), member);
        }
        Value::Object(merged)
    }

    fn lists(&mut self, at: &Pointer, old: Vec<PlacedItem<'_>>, new: Vec<PlacedItem<'_>>) -> Value {
        let mut merged = Vec::new();
        for (old_at, value) in &old {
            let at = at.join(merged.len().to_string());
            let same = |(_, item): &&PlacedItem<'_>| name(value).is_some() && name(item) == name(value);
            merged.push(match new.iter().find(same) {
                Some((new_at, item)) => self.merge(&at, (old_at, value), (new_at, item)),
                None => self.of_parent(&at, (old_at, value)),
            });
        }
        for (new_at, item) in &new {
            if name(item).is_none() || !old.iter().any(|(_, value)| name(value) == name(item)) {
                let at = at.join(merged.len().to_string());
                merged.push(self.of_child(&at, (new_at, item)));
            }
        }
        Value::Array(merged)
    }

    fn of_child(&mut self, at: &Pointer, (place, value): (&Pointer, &Value)) -> Value {
        self.origins.push((at.clone(), ValueOrigin { source: self.source, at: place.clone() }));
        value.clone()
    }

    fn of_parent(&mut self, at: &Pointer, (place, value): (&Pointer, &Value)) -> Value {
        self.origins.push((at.clone(), self.parent.origin(place)));
        for (known, origin) in &self.parent.origins {
            if let Some(rest) = known.tokens().strip_prefix(place.tokens()).filter(|rest| !rest.is_empty()) {
                self.origins.push((at.append(&Pointer::of(rest.iter().cloned())), origin.clone()));
            }
        }
        value.clone()
    }
}

/// The items of a list; those of annotations and labels that are a map, and of an `application` in one piece, as of a list.
fn items<'v>(at: &Pointer, (place, value): (&Pointer, &'v Value)) -> Option<Vec<PlacedItem<'v>>> {
    use std::borrow::Cow;
    match value {
        Value::Array(list) => {
            Some(list.iter().enumerate().map(|(index, item)| (place.element(index), Cow::Borrowed(item))).collect())
        }
        Value::Object(map) if matches!(at.tokens(), [_, field] if field == "annotations" || field == "labels") => {
            let entry = |(key, value): (&String, &Value)| {
                (place.join(key.as_str()), Cow::Owned(json!({"key": key, "value": value})))
            };
            Some(map.iter().map(entry).collect())
        }
        Value::Object(_) if is_application(at) => Some(vec![(place.clone(), Cow::Borrowed(value))]),
        _ => None,
    }
}

fn is_application(at: &Pointer) -> bool {
    matches!(at.tokens(), [spec, field] if spec == "spec" && field == "application")
}

/// What is the child's own, where it has it: the metadata, and items that have one of several sources.
fn is_whole(at: &Pointer) -> bool {
    match at.tokens() {
        [metadata] => metadata == "metadata",
        [.., list, _] => list == "env" || list == "volumes",
        [] => false,
    }
}

fn may_be_named(at: &Pointer) -> bool {
    at.tokens().last().is_none_or(|list| !WITHOUT_NAMES.contains(&list.as_str()))
}

fn is_named(items: &[PlacedItem<'_>]) -> bool {
    items.iter().all(|(_, item)| item.is_object()) && items.iter().any(|(_, item)| name(item).is_some())
}

fn name(item: &Value) -> Option<&str> {
    NAMES.iter().find_map(|name| item.get(name)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(parent: Value, child: &Value) -> MergedProfile {
        MergedProfile::new(parent, 0).with(child, 1)
    }

    #[test]
    fn a_child_wins_adds_and_takes_away() {
        let parent = json!({"metadata": {"name": "a", "labels": {"x": "y"}}, "spec": {
            "policy": "OptIn", "skip": ["windows"],
            "parameters": [{"name": "p", "type": "string", "required": true}, {"name": "q", "type": "port"}],
            "containers": [{"name": "c", "image": "i", "args": ["a", "b"], "env": [{"name": "E", "value": "1"}]}],
        }});
        let child = json!({"metadata": {"name": "b"}, "spec": {
            "extends": "a", "skip": null,
            "parameters": [{"name": "p", "default": "x"}, {"name": "r", "type": "string"}],
            "containers": [{"name": "d", "image": "j"}, {"name": "c", "args": ["z"], "env": [{"name": "F", "value": "2"}, {"name": "E", "value": "3"}]}],
        }});
        let merged = merged(parent, &child);
        assert_eq!(
            merged.document,
            json!({"metadata": {"name": "b"}, "spec": {
                "policy": "OptIn",
                "parameters": [{"name": "p", "type": "string", "default": "x"}, {"name": "q", "type": "port"}, {"name": "r", "type": "string"}],
                "containers": [
                    {"name": "c", "image": "i", "args": ["z"], "env": [{"name": "E", "value": "3"}, {"name": "F", "value": "2"}]},
                    {"name": "d", "image": "j"},
                ],
            }})
        );
        let origin = |at: &str| {
            let ValueOrigin { source, at } = merged.origin(&Pointer::parse(at).unwrap());
            (source, at.to_string())
        };
        assert_eq!(origin("/spec/policy"), (0, "/spec/policy".to_owned()));
        assert_eq!(origin("/spec/containers/0/image"), (0, "/spec/containers/0/image".to_owned()));
        assert_eq!(origin("/spec/containers/0/args/0"), (1, "/spec/containers/1/args/0".to_owned()));
        assert_eq!(origin("/spec/containers/0/env/0/value"), (1, "/spec/containers/1/env/1/value".to_owned()));
        assert_eq!(origin("/spec/containers/1/image"), (1, "/spec/containers/0/image".to_owned()));
        assert_eq!(origin("/spec/parameters/0/type"), (0, "/spec/parameters/0/type".to_owned()));
    }

    #[test]
    fn two_ways_to_write_one_thing_are_merged() {
        let parent = json!({"spec": {"labels": {"a": "1", "b": "2"}, "application": {"targets": ["x"]}}});
        let child = json!({"spec": {"labels": [{"key": "b", "value": "3"}], "application": [{"targets": ["y"]}]}});
        assert_eq!(
            merged(parent, &child).document["spec"],
            json!({
                "labels": [{"key": "a", "value": "1"}, {"key": "b", "value": "3"}],
                "application": [{"targets": ["x"]}, {"targets": ["y"]}],
            })
        );
    }
}
