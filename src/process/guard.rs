//! Guards of a patch that leaves the program by itself: `test` operations, so that it fails where the object is no longer what it
//! was made for, and replaces or removes nothing that came since.
//!
//! RFC 6902 has no test for absence. The library of the API server, of kubectl and of kustomize takes a test for `null` as
//! one: it passes where there is no such member, and fails where there is one. `tests/it/laws/guards` holds it to that.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::proof::{self, ProofError};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;

/// Which guards a patch gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// The version of the object where it has one, and else the parts.
    Auto,
    /// Each part that the patch adds to, replaces or removes.
    Parts,
    /// None: the shape that an API server is answered with.
    #[default]
    None,
}

/// An operation of a guarded patch.
#[derive(Clone, Debug, PartialEq)]
pub enum GuardedOp {
    /// The value there is this one; `null` where there is none.
    Test(Pointer, Value),
    /// One of the patch's own.
    Change(Op),
}

impl Serialize for GuardedOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Change(op) => op.serialize(serializer),
            Self::Test(path, value) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("op", "test")?;
                map.serialize_entry("path", path)?;
                map.serialize_entry("value", value)?;
                map.end()
            }
        }
    }
}

/// The operations of a patch for this object, each behind its guards. A guard is about the object as the operations before it
/// have left it.
///
/// # Errors
///
/// The patch does not apply to the object.
pub fn guarded(mut object: Value, patch: &Patch, guard: Guard) -> Result<Vec<GuardedOp>, ProofError> {
    let version = object.pointer("/metadata/resourceVersion").filter(|version| version.is_string()).cloned();
    let changes = || patch.0.iter().cloned().map(GuardedOp::Change);
    let mut guarded = Vec::new();
    match (guard, version) {
        _ if patch.is_empty() => return Ok(guarded),
        (Guard::None, _) => return Ok(changes().collect()),
        (Guard::Auto, Some(version)) => {
            guarded.push(GuardedOp::Test(Pointer::of(["metadata", "resourceVersion"]), version));
            guarded.extend(changes());
            return Ok(guarded);
        }
        (Guard::Auto | Guard::Parts, _) => {}
    }
    let mut created: Vec<Pointer> = Vec::new();
    // Where an element was added or removed, an index means another element from then on: what was tested is tested again.
    let mut tested_from = 0;
    for op in &patch.0 {
        // In what the patch itself makes there is nothing of others.
        if !created.iter().any(|made| op.path().tokens().starts_with(made.tokens())) {
            for test in tests(&object, op) {
                if !guarded.get(tested_from..).is_some_and(|tested| tested.contains(&test)) {
                    guarded.push(test);
                }
            }
            if is_new_member(&object, op) {
                created.push(op.path().clone());
            }
        }
        guarded.push(GuardedOp::Change(op.clone()));
        if let Some(list) = shifted(&object, op) {
            created.retain(|made| !made.tokens().starts_with(list.tokens()));
            tested_from = guarded.len();
        }
        object = proof::applied(object, &Patch(vec![op.clone()]))?;
    }
    Ok(guarded)
}

/// The list in which an operation gives elements another index.
fn shifted(object: &Value, op: &Op) -> Option<Pointer> {
    let (list, last) = op.path().split_last()?;
    let value = list.tokens().iter().try_fold(object, |value, token| step(value, token))?;
    let shifts = value.is_array() && last != "-" && !matches!(op, Op::Replace(..));
    shifts.then_some(list)
}

/// What has to hold for an operation to do what it is meant to do.
fn tests(object: &Value, op: &Op) -> Vec<GuardedOp> {
    let mut tests = Vec::new();
    let mut value = Some(object);
    let mut place = Pointer::root();
    let Some((parent, last)) = op.path().split_last() else { return tests };
    for token in parent.tokens() {
        place = place.join(token.as_str());
        value = value.and_then(|value| {
            step(value, token).inspect(|element| {
                if value.is_array() {
                    tests.push(identity(&place, element));
                }
            })
        });
    }
    let path = op.path().clone();
    match (value, op) {
        // An element is added beside those that are there.
        (Some(Value::Array(_)), Op::Add(..)) => {}
        (Some(parent), _) => tests.push(GuardedOp::Test(path, step(parent, last).cloned().unwrap_or(json!(null)))),
        (None, _) => {}
    }
    tests
}

/// Whether an operation adds a member that was not there.
fn is_new_member(object: &Value, op: &Op) -> bool {
    let Some((parent, last)) = op.path().split_last() else { return false };
    let parent = parent.tokens().iter().try_fold(object, |value, token| step(value, token));
    let is_absent = |members: &serde_json::Map<String, Value>| members.get(last).is_none_or(Value::is_null);
    matches!(op, Op::Add(..)) && parent.and_then(Value::as_object).is_some_and(is_absent)
}

fn step<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(token),
        Value::Array(elements) => elements.get(token.parse::<usize>().ok()?),
        _ => None,
    }
}

/// That the element at an index is still the same one: its name, or else all of it.
fn identity(place: &Pointer, element: &Value) -> GuardedOp {
    match element.get("name").filter(|name| name.is_string()) {
        Some(name) => GuardedOp::Test(place.join("name"), name.clone()),
        None => GuardedOp::Test(place.clone(), element.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn shown(object: Value, ops: &[Op], guard: Guard) -> Value {
        json!(super::guarded(object, &Patch(ops.to_vec()), guard).unwrap())
    }

    fn add(path: &str, value: Value) -> Op {
        Op::Add(Pointer::parse(path).unwrap(), Arc::new(value))
    }

    #[test]
    fn a_patch_tests_what_it_relies_on() {
        let object = || json!({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "web"}, {"name": "old"}]}});
        let ops = [
            add("/metadata/annotations", json!({})),
            add("/metadata/annotations/a", json!("b")),
            add("/spec/containers/0/env", json!([])),
            add("/spec/containers/0/env/-", json!({"name": "E"})),
            Op::Remove(Pointer::parse("/spec/containers/1").unwrap()),
            add("/spec/containers/-", json!({"name": "new"})),
        ];
        let test = |path: &str, value: Value| json!({"op": "test", "path": path, "value": value});
        let [a, b, c, d, e, f] = ops.clone().map(|op| json!(op));
        let absent = test("/metadata/annotations", json!(null));
        let web = test("/spec/containers/0/name", json!("web"));
        let no_env = test("/spec/containers/0/env", json!(null));
        let old = test("/spec/containers/1", json!({"name": "old"}));
        let expected = json!([absent, a, b, web, no_env, c, d, old, e, f]);
        assert_eq!(shown(object(), &ops, Guard::Auto), expected);
        assert_eq!(shown(object(), &ops, Guard::None), json!(ops));
        let mut live = object();
        live["metadata"]["resourceVersion"] = json!("7");
        let version = test("/metadata/resourceVersion", json!("7"));
        assert_eq!(shown(live.clone(), &ops[..1], Guard::Auto), json!([version, ops[0]]));
        assert_eq!(shown(live, &ops, Guard::Parts), expected);
        assert_eq!(shown(object(), &[], Guard::Auto), json!([]));
    }
}
