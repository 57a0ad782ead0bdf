//! Guards of a patch: on the object that it was made for they change nothing, and where something has come at a place that
//! the patch makes, it fails. Once with an applier of ours, and once with the library of the API server.

use std::cell::RefCell;

use injector::internals::decide::uninject::{Leftovers, Which};
use injector::internals::process::guard::{Guard, guarded};
use injector::internals::process::run::Action;
use injector::internals::profile::Profile;
use injector::internals::value::view::View as _;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures::for_each;
use super::generated::{bytes, document, runner};
use super::law::{Run, run};
use super::profile_sets;
use crate::support::oracle::Oracle;

/// An object, its guarded patch, and what the plain patch makes of it.
struct Case {
    object: Value,
    guarded: Vec<Value>,
    result: Value,
}

/// Applies operation by operation. As for the API server, a test for `null` holds where there is no such member.
fn apply(object: &Value, ops: &[Value]) -> Result<Value, String> {
    let mut object = object.clone();
    for op in ops {
        let path = op["path"].as_str().unwrap();
        if op["op"] == "test" {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let there = object.pointer(parent).ok_or("no parent")?;
            let found = object.pointer(path).cloned().unwrap_or_default();
            let is_same = found == op["value"] && (there.is_object() || object.pointer(path).is_some());
            is_same.then_some(()).ok_or_else(|| format!("not so: {op}"))?;
        } else {
            let one: json_patch::Patch = serde_json::from_value(json!([op])).unwrap();
            json_patch::patch(&mut object, &one).map_err(|error| error.to_string())?;
        }
    }
    Ok(object)
}

fn cases(stream: &str, profiles: &[Profile]) -> Vec<Case> {
    let mut cases = Vec::new();
    let Ok(injected) = run(stream, profiles, Action::Inject) else { return cases };
    if !injected.errors.is_empty() {
        return cases;
    }
    let undone = run(&injected.text, profiles, Action::Uninject(Which::All, Leftovers::Refuse));
    let undone = undone.ok().filter(|undone| undone.errors.is_empty());
    for (text, run) in [(stream, Some(&injected)), (injected.text.as_str(), undone.as_ref())] {
        let patches = run.into_iter().flat_map(Run::patches);
        let patches =
            patches.flat_map(|(document, all)| all.into_iter().map(move |(place, patch)| (document, place, patch)));
        for (document, place, patch) in patches.filter(|(_, _, patch)| !patch.is_empty()) {
            let tree = document.parse(text).unwrap();
            let whole = tree.view(tree.root().unwrap()).value();
            let object = whole.pointer(&place.to_string()).unwrap().clone();
            let plain: Vec<Value> = json!(patch).as_array().unwrap().clone();
            let result = apply(&object, &plain).unwrap();
            let guarded = json!(guarded(object.clone(), patch, Guard::Parts).unwrap()).as_array().unwrap().clone();
            assert_eq!(guarded.iter().filter(|op| op["op"] != "test").cloned().collect::<Vec<_>>(), plain);
            cases.push(Case { object, guarded, result });
        }
    }
    cases
}

/// A place in a patch, as a place in the object: an index counts elements that operations before it have added, and the name
/// that is tested says which one is meant. `None` where it is not one element.
fn in_object(case: &Case, at: usize) -> Option<String> {
    let path = case.guarded[at]["path"].as_str()?;
    let mut place = String::new();
    let mut of_patch = String::new();
    for token in path.split('/').skip(1) {
        of_patch = format!("{of_patch}/{token}");
        let list = case.object.pointer(&place).and_then(Value::as_array);
        let token = match list {
            None => token.to_owned(),
            Some(list) => {
                let name = format!("{of_patch}/name");
                let test = case.guarded[..at].iter().rfind(|op| op["op"] == "test" && op["path"] == name.as_str())?;
                let is_it = |element: &&Value| element["name"] == test["value"];
                if list.iter().filter(is_it).count() != 1 {
                    return None;
                }
                list.iter().position(|element| is_it(&element))?.to_string()
            }
        };
        place = format!("{place}/{token}");
    }
    Some(place)
}

/// The same object with something at each place that the patch makes, one at a time.
fn with_more(case: &Case) -> Vec<(String, Value)> {
    let made = case.guarded.iter().enumerate().filter(|(_, op)| op["op"] == "test" && op["value"].is_null());
    let more = made.filter_map(|(at, _)| {
        let path = in_object(case, at)?;
        let (parent, name) = path.rsplit_once('/')?;
        let mut object = case.object.clone();
        let members = object.pointer_mut(parent)?.as_object_mut()?;
        members.insert(name.replace("~1", "/").replace("~0", "~"), json!({"came": "since"}));
        Some((path, object))
    });
    more.collect()
}

/// The list and the index of the first element that an operation reaches into.
fn reached(object: &Value, op: &Value) -> Option<(String, String)> {
    let mut place = String::new();
    for token in op["path"].as_str()?.split('/').skip(1) {
        match object.pointer(&place)? {
            Value::Array(_) if op["op"] == "add" && op["path"] == format!("{place}/{token}") => return None,
            Value::Array(_) => return token.parse::<usize>().ok().map(|_| (place, token.to_owned())),
            _ => place = format!("{place}/{token}"),
        }
    }
    None
}

/// The same object with another element before those that the patch reaches into by their index, one list at a time. It goes by
/// the patch alone, so that a guard that is missing is noticed.
fn with_others_before(case: &Case) -> Vec<(String, Value)> {
    let mut more = Vec::new();
    let mut shifted: Vec<String> = Vec::new();
    for op in case.guarded.iter().filter(|op| op["op"] != "test") {
        if let Some((list, index)) = reached(&case.object, op).filter(|(list, _)| !shifted.contains(list)) {
            let mut object = case.object.clone();
            object.pointer_mut(&list).and_then(Value::as_array_mut).unwrap().insert(0, json!({"name": "came-since"}));
            more.push((format!("{list}/{index}"), object));
        }
        // From here on, an index of this list means another element than in the object.
        shifted.extend(op["path"].as_str().unwrap().rsplit_once('/').map(|(list, _)| list.to_owned()));
    }
    more
}

fn hold(stream: &str, profiles: &[Profile]) -> usize {
    let cases = cases(stream, profiles);
    for case in &cases {
        assert_eq!(apply(&case.object, &case.guarded).as_ref(), Ok(&case.result), "{stream}");
        for (path, object) in with_more(case) {
            assert!(apply(&object, &case.guarded).is_err(), "{path} is replaced by {}\n{stream}", json!(case.guarded));
        }
        for (path, object) in with_others_before(case) {
            assert!(apply(&object, &case.guarded).is_err(), "{path} is another by {}\n{stream}", json!(case.guarded));
        }
    }
    cases.iter().map(|case| with_more(case).len() + with_others_before(case).len()).sum()
}

fn hold_for_kubernetes(oracle: &mut Oracle, stream: &str, profiles: &[Profile]) -> Result<(), String> {
    for case in cases(stream, profiles) {
        let patch = json!(case.guarded);
        let theirs = oracle.patched(&case.object, &patch)?;
        if theirs != case.result {
            return Err(format!("{theirs} is not {}\n{stream}", case.result));
        }
        let more = with_more(&case);
        let pairs: Vec<_> = more.iter().map(|(_, object)| (object, &patch)).collect();
        if oracle.patched_all(pairs).iter().any(Result::is_ok) {
            return Err(format!("what came since is replaced\n{stream}"));
        }
    }
    Ok(())
}

#[test]
fn guards_hold_over_every_fixture() {
    let sets = profile_sets();
    let mut tried = 0;
    for_each(|fixture| tried += sets.iter().skip(1).step_by(2).map(|set| hold(&fixture.input, set)).sum::<usize>());
    assert!(tried > 500, "only {tried} places were tried");
}

#[test]
fn guards_hold_over_generated_documents() {
    let sets = profile_sets();
    let law = |(content, style): (Vec<u8>, Vec<u8>)| {
        hold(&document(&content, &style).1, &sets[content.len() % sets.len()]);
        Ok(())
    };
    runner(300).run(&bytes(), law).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn kubernetes_takes_the_guards_as_we_do() {
    let Some(oracle) = Oracle::start("kubernetes_takes_the_guards_as_we_do") else { return };
    let oracle = RefCell::new(oracle);
    let sets = profile_sets();
    for_each(|fixture| {
        for set in sets.iter().skip(2).step_by(3) {
            hold_for_kubernetes(&mut oracle.borrow_mut(), &fixture.input, set).unwrap_or_else(|why| panic!("{why}"));
        }
    });
    let law = |(content, style): (Vec<u8>, Vec<u8>)| {
        let (_, text) = document(&content, &style);
        hold_for_kubernetes(&mut oracle.borrow_mut(), &text, &sets[content.len() % sets.len()])
            .map_err(TestCaseError::fail)
    };
    runner(100).run(&bytes(), law).unwrap_or_else(|error| panic!("{error}"));
}
