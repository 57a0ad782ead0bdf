use serde_json::{Value, json};

use super::{Again, Reads, Trace};
use crate::value::view::{Kind, View};

fn again(value: &Value) -> Again<&Value> {
    Again::new(value, "beside")
}

/// What is noted when a value is read so.
fn reads(value: &Value, read: impl FnOnce(&dyn Fn(&str) -> Option<Value>)) -> Reads {
    let trace = Trace::default();
    let root = trace.of(value);
    let at = |path: &str| {
        let found = path.split('/').try_fold(root, |node, token| match token.parse() {
            Ok(index) => node.element(index),
            Err(_) => node.member(token),
        });
        found.map(View::value)
    };
    trace.read_by(0, || read(&at));
    trace.reads(0).unwrap()
}

#[test]
fn what_was_not_read_does_not_count() {
    let of = |image: &str, port: u64| json!({"spec": {"containers": [{"image": image, "ports": [port, 443]}]}});
    let read = reads(&of("a", 80), |at| drop(at("spec/containers/0/ports/0")));
    assert!(read.are_of(&again(&of("a", 80))) && read.are_of(&again(&of("b", 80))));
    assert!(!read.are_of(&again(&of("a", 81))));
    assert!(!read.are_of(&again(&json!({"spec": {"containers": []}}))), "it is not there");
    assert!(!read.are_of(&again(&json!(["spec"]))), "the root is of another kind");
    let nothing = reads(&of("a", 80), |_| {});
    assert!(nothing.are_of(&again(&json!({}))) && !nothing.are_of(&again(&json!([]))));
}

#[test]
fn that_something_is_not_there_is_read_too() {
    let read = reads(&json!({"a": {"b": 1}}), |at| drop(at("a/c")));
    assert!(read.are_of(&again(&json!({"a": {"b": 2}}))));
    assert!(!read.are_of(&again(&json!({"a": {"c": null}}))));
    assert!(!read.are_of(&again(&json!({"a": 1}))), "what it would be in is of another kind");
}

#[test]
fn a_single_value_is_the_same_to_the_letter() {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(1),
        json!(1.0),
        json!(0.0),
        json!(-0.0),
        json!("1"),
        json!([]),
        json!({}),
    ];
    for (index, value) in values.iter().enumerate() {
        let read = reads(&json!({"a": value}), |at| drop(at("a")));
        for (other, found) in values.iter().enumerate() {
            assert_eq!(read.are_of(&again(&json!({"a": found}))), index == other, "{value} {found}");
        }
    }
}

#[test]
fn how_long_a_list_is_and_which_members_there_are_counts_where_it_was_asked() {
    let of = |elements: &[u64]| json!({"list": elements, "map": {"a": elements.len()}});
    let trace = Trace::default();
    let value = of(&[1, 2]);
    let root = trace.of(&value);
    let list = root.member("list").unwrap();
    trace.read_by(0, || list.element(0).map(View::kind));
    trace.read_by(1, || list.elements().len());
    trace.read_by(2, || root.members().len());
    let of_reader = |reader| trace.reads(reader).unwrap();
    assert!(of_reader(0).are_of(&again(&of(&[1, 3, 4]))));
    assert!(!of_reader(1).are_of(&again(&of(&[1, 2, 3]))) && !of_reader(1).are_of(&again(&of(&[1, 3]))));
    assert!(of_reader(1).are_of(&again(&json!({"list": [1, 2]}))));
    assert!(of_reader(2).are_of(&again(&json!({"list": [], "map": {}}))));
    assert!(!of_reader(2).are_of(&again(&json!({"map": {}, "list": []}))), "the order of members can be read");
    assert!(!of_reader(2).are_of(&again(&json!({"list": [], "map": {}, "more": 1}))));
}

#[test]
fn each_reader_has_read_what_it_read_itself() {
    let value = json!({"a": 1, "b": 2, "c": 3});
    let trace = Trace::default();
    let root = trace.of(&value);
    trace.read_by(0, || {
        let _ = root.member("a");
        trace.read_by(1, || root.member("b").map(View::kind));
        let _ = root.member("c");
    });
    let _ = root.member("none reads this");
    for (reader, wanted) in [(0, ["a", "c"].as_slice()), (1, &["b"]), (2, &[])] {
        for name in ["a", "b", "c"] {
            let mut other = value.clone();
            other[name] = json!("other");
            let reads = trace.reads(reader).unwrap();
            assert_eq!(reads.are_of(&again(&other)), !wanted.contains(&name), "{reader} {name}");
        }
    }
}

#[test]
fn a_whole_value_is_read_with_all_that_is_in_it() {
    let value = json!({"a": [{"b": [1, "x"]}, null], "c": true});
    let trace = Trace::default();
    assert_eq!(trace.read_by(0, || trace.of(&value).value()), value);
    let reads = trace.reads(0).unwrap();
    assert!(reads.are_of(&again(&value)));
    for (place, other) in [("/a/0/b/1", json!("y")), ("/a/1", json!(1)), ("/a/0/b", json!([1])), ("/c", json!({}))] {
        let mut changed = value.clone();
        *changed.pointer_mut(place).unwrap() = other;
        assert!(!reads.are_of(&again(&changed)), "{place}");
    }
}

#[test]
fn what_is_too_much_is_not_noted() {
    for value in [json!({"list": vec![0; super::MOST_BYTES / 64]}), json!({"text": "x".repeat(super::MOST_BYTES + 1)})]
    {
        let trace = Trace::default();
        let read = trace.read_by(0, || trace.of(&value).value());
        assert_eq!(read, value);
        assert!(trace.reads(0).is_none());
    }
    assert_eq!(Trace::default().of(&json!("text")).kind(), Kind::String);
}

#[test]
fn what_all_have_read_is_what_each_has() {
    let value = json!({"list": [1, 2], "map": {"a": 1, "b": 2}, "c": "x"});
    let trace = Trace::default();
    let root = trace.of(&value);
    trace.read_by(0, || root.member("list").map(View::kind));
    trace.read_by(1, || root.member("list").map(|list| list.elements().len()));
    trace.read_by(2, || root.member("map").map(|map| map.member("a").map(View::kind)));
    trace.read_by(3, || root.member("map").map(|map| map.members().len()));
    let each: Vec<Reads> = (0..5).map(|reader| trace.reads(reader).unwrap()).collect();
    for other in [
        value.clone(),
        json!({"list": [1, 3], "map": {"a": 1, "b": 2}}),
        json!({"list": [], "map": {"a": 1, "b": 2}}),
        json!({"list": [1, 2], "map": {"a": 2, "b": 2}}),
        json!({"list": [1, 2], "map": {"a": 1, "b": 2, "c": 3}}),
        json!({"list": [1, 2, 3], "map": {"a": 1}}),
        json!([]),
    ] {
        for one in 0..each.len() {
            for two in 0..each.len() {
                let (both, known) = (Reads::of_all([&each[one], &each[two]]), again(&other));
                let wanted = [one, two].iter().all(|reader| each[*reader].are_of(&again(&other)));
                assert_eq!(both.are_of(&known), wanted, "{one} {two} {other}");
                // What was read for one comparison is the same for the next.
                assert_eq!(both.are_of(&known), wanted, "{one} {two} {other}");
            }
        }
    }
}

#[test]
fn what_is_read_before_the_first_reader_counts_for_all() {
    let trace = Trace::default();
    let value = json!({"a": 1, "b": 2});
    let root = trace.of(&value);
    let _ = root.member("a");
    trace.read_by(0, || root.member("b").map(View::kind));
    let _ = root.member("none reads this");
    for reader in [0, 1] {
        let reads = trace.reads(reader).unwrap();
        assert!(!reads.are_of(&again(&json!({"a": 2, "b": 2}))), "{reader}");
        assert_eq!(reads.are_of(&again(&json!({"a": 1, "b": 3, "none reads this": 4}))), reader == 1);
    }
}

#[test]
fn whether_something_is_empty_is_read_without_what_is_in_it() {
    for (value, same, other) in [
        (json!([1]), json!([2, 3]), json!([])),
        (json!([]), json!([]), json!([1])),
        (json!({"b": 1}), json!({"c": 2}), json!({})),
        (json!({}), json!({}), json!({"b": 1})),
    ] {
        let trace = Trace::default();
        let (value, same, other) = (json!({"a": value}), json!({"a": same}), json!({"a": other}));
        let root = trace.of(&value);
        trace.read_by(0, || root.member("a").map(View::is_empty));
        let reads = trace.reads(0).unwrap();
        assert!(reads.are_of(&again(&same)) && !reads.are_of(&again(&other)), "{value}");
        assert_eq!(Reads::of_all([&reads, &reads]), reads);
    }
}

#[test]
fn the_text_beside_a_value_counts_for_who_has_read_it() {
    let (trace, value) = (Trace::default(), json!({}));
    let (_, text) = (trace.of(&value), trace.beside("here"));
    assert_eq!(trace.read_by(1, || text.read()), "here");
    let of = |reader| trace.reads(reader).unwrap();
    let both = Reads::of_all([&of(0), &of(1)]);
    for (other, is_same) in [("here", true), ("there", false), ("", false)] {
        let again = Again::new(&value, other);
        assert!(of(0).are_of(&again));
        assert_eq!((of(1).are_of(&again), both.are_of(&again)), (is_same, is_same), "{other}");
    }
}
