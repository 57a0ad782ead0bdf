//! A run for some objects of its input does with them what a run for all does, and nothing with the rest; and which objects
//! these are is as for kubectl.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use injector::internals::kube::selector::Selector;
use injector::internals::process::picks::{ObjectName, Picks};
use injector::internals::process::run::Action;
use injector::internals::profile::Profile;
use injector::internals::value::pointer::Pointer;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures::for_each;
use super::generated::{bytes, document, runner};
use super::law::{asked, run_as};
use super::profile_sets;
use crate::support::oracle::Oracle;

/// What happens to each object: where it is, its kind and name, and its patch.
type Happened = BTreeMap<(usize, Pointer), (String, Option<String>, String)>;

fn happened(stream: &str, profiles: &[Profile], picks: Picks) -> Result<(Happened, String), String> {
    let mut asked = asked(profiles, &BTreeMap::new(), Action::Inject);
    asked.picks = picks;
    let run = run_as(stream, &asked)?;
    let mut all = Happened::new();
    for (document, processed) in &run.documents {
        for object in &processed.objects {
            let at = (document.range.start, object.location.place.clone());
            let patch = format!("{:?}", object.outcome.patch);
            all.insert(at, (object.identity.kind.clone(), object.identity.name.clone(), patch));
        }
    }
    Ok((all, run.text))
}

fn selector(text: &str) -> Picks {
    Picks { selector: Some(text.parse().unwrap()), ..Picks::default() }
}

/// Whatever parts the objects are picked in, the parts are what a run for all makes; the error is what differs.
fn hold(stream: &str, profiles: &[Profile]) -> Result<usize, String> {
    let Ok((all, text)) = happened(stream, profiles, Picks::default()) else { return Ok(0) };
    let kinds: BTreeSet<&String> = all.values().map(|(kind, ..)| kind).collect();
    let of_kind = |kind: &&String| Picks { kinds: vec![kind.parse().unwrap()], ..Picks::default() };
    let names: BTreeSet<_> = all.values().filter_map(|(kind, name, _)| Some((kind, name.as_ref()?))).collect();
    let of_name = |(kind, name): &(&String, &String)| {
        let object = ObjectName { kind: kind.parse().unwrap(), name: (*name).clone(), hint: None };
        Picks { objects: vec![object], ..Picks::default() }
    };
    let parts: [(Vec<Picks>, bool); 3] = [
        (vec![selector("app"), selector("!app")], true),
        (kinds.iter().map(of_kind).collect(), true),
        // Not every object has a name.
        (names.iter().map(of_name).collect(), false),
    ];
    for (parts, is_whole) in parts {
        let mut together = Happened::new();
        for picks in parts {
            let shown = format!("{picks:?}");
            let (part, of_part) = happened(stream, profiles, picks)?;
            if part.is_empty() && of_part != stream {
                return Err(format!("{shown} picks nothing and changes the text: {stream}"));
            }
            if part.len() == all.len() && of_part != text {
                return Err(format!("{shown} picks all, and the text differs:\n{of_part}\n---\n{text}"));
            }
            for (at, what) in part {
                if let Some(twice) = together.insert(at, what) {
                    return Err(format!("{shown} picks {twice:?} again: {stream}"));
                }
            }
        }
        let is_same = together == all || !is_whole && together.iter().all(|(at, what)| all.get(at) == Some(what));
        if !is_same {
            return Err(format!("{together:?}\nis not\n{all:?}\nof\n{stream}"));
        }
    }
    Ok(all.len())
}

#[test]
fn the_parts_of_a_stream_are_what_the_whole_is() {
    let sets = profile_sets();
    let mut objects = 0;
    // Without a kind, an object is not picked by anything: it is no object of Kubernetes.
    let is_whole = |stream: &str| !stream.contains("AdmissionReview");
    for_each(|fixture| {
        if is_whole(&fixture.input) {
            objects += hold(&fixture.input, &sets[0]).unwrap_or_else(|why| panic!("{}: {why}", fixture.name));
        }
    });
    assert!(objects > 50, "{objects}");
    let law = |(content, style): (Vec<u8>, Vec<u8>)| {
        let (_, text) = document(&content, &style);
        hold(&text, &sets[content.len() % sets.len()]).map(drop).map_err(TestCaseError::fail)
    };
    runner(200).run(&bytes(), law).unwrap_or_else(|error| panic!("{error}"));
}

/// Texts that are selectors, nearly selectors, or neither.
fn selectors() -> impl Strategy<Value = String> {
    let key = || prop::sample::select(vec!["a", "b", "in", "notin", "x.example/a", "A-b", "-a", "", "a b", "X/a"]);
    let value = || prop::sample::select(vec!["x", "y", "", "in", "1.2", "x_", "a,b", "_", "(", "x y"]);
    let space = || prop::sample::select(vec!["", "", "", " ", "  "]);
    let of_value = (key(), space(), prop::sample::select(vec!["=", "==", "!=", "=!"]), space(), value());
    let of_value = of_value.prop_map(|(key, before, sign, after, value)| format!("{key}{before}{sign}{after}{value}"));
    let list = prop::collection::vec(value(), 0..3).prop_map(|values| values.join(","));
    let of_list = (key(), prop::sample::select(vec![" in ", " notin ", " in", "in ", " at "]), space(), list, space());
    let of_list = of_list.prop_map(|(key, word, before, list, after)| format!("{key}{word}({before}{list}{after})"));
    let of_key = (prop::sample::select(vec!["", "!", "! ", "!!"]), key()).prop_map(|(not, key)| format!("{not}{key}"));
    let one = (space(), prop_oneof![of_value, of_list, of_key], space());
    let one = one.prop_map(|(before, one, after)| format!("{before}{one}{after}"));
    prop::collection::vec(one, 1..4).prop_map(|all| all.join(","))
}

#[test]
fn a_selector_selects_what_it_selects_for_kubectl() {
    let Some(oracle) = Oracle::start("a_selector_selects_what_it_selects_for_kubectl") else { return };
    let oracle = RefCell::new(oracle);
    let labels = [json!({}), json!({"a": "x"}), json!({"a": "", "b": "y"}), json!({"x.example/a": "1.2", "in": "in"})];
    let counts = RefCell::new([0; 3]);
    let law = |text: String| {
        let theirs = oracle.borrow_mut().selected_all(labels.iter().map(|labels| (text.as_str(), labels)));
        let ours = text.parse::<Selector>();
        let holds =
            |selector: &Selector, labels: &Value| selector.0.iter().all(|one| one.holds(labels[&one.key].as_str()));
        for (labels, theirs) in labels.iter().zip(theirs) {
            let ours = ours.as_ref().map(|selector| holds(selector, labels));
            prop_assert_eq!(ours.ok(), theirs.clone().ok(), "`{}`: {:?} | {:?}", text, ours, theirs);
            counts.borrow_mut()[theirs.map_or(0, |selects| 1 + usize::from(selects))] += 1;
        }
        Ok(())
    };
    runner(3000).run(&selectors(), law).unwrap_or_else(|error| panic!("{error}"));
    assert!(counts.borrow().iter().all(|count| *count > 200), "{counts:?}");
}
