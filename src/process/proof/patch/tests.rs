use serde_json::json;

use super::*;

#[test]
fn a_patch_is_held_against_all_that_was_intended() {
    let object = json!({"spec": {"containers": [{"name": "a"}], "dnsPolicy": "None"}});
    let (container, empty) = (Arc::new(json!({"name": "b"})), Arc::new(json!([])));
    let tokens = |at: &str| at.split('/').map(ReferenceToken::from).collect::<Vec<_>>();
    let add = |at: &str, value: &Arc<Value>| Op::Add(Pointer::of(at.split('/')), Arc::clone(value));
    let mut change = Change::default();
    assert!(change.add(&object, &tokens("spec/containers/-"), &container));
    assert!(change.add(&object, &tokens("spec/volumes"), &empty));
    assert!(change.remove(&object, &tokens("spec/dnsPolicy")));
    let (first, second) = (add("spec/containers/-", &container), add("spec/volumes", &empty));
    let third = Op::Remove(Pointer::of(["spec", "dnsPolicy"]));
    let changed = [(Pointer::root(), change)];
    let prove = |ops: &[&Op]| {
        let patch = Patch(ops.iter().copied().cloned().collect());
        prove_patch(&object, &patch, &changed, &Encodings::default()).map(|_| ())
    };
    let different = Err(ProofError::Different(String::new()));
    assert_eq!(prove(&[&first, &second, &third]), Ok(()));
    assert_eq!(prove(&[&first, &third]), different, "something was not added");
    assert_eq!(prove(&[&first, &second]), different, "something was not removed");
    assert_eq!(prove(&[&second, &third]), different, "a list has too few elements");
    assert_eq!(prove(&[&add("spec/containers/0", &container), &second, &third]), different, "a wrong position");
    let null = Arc::new(Value::Null);
    assert_eq!(prove(&[&add("spec/containers/-", &null), &second, &third]), different, "a wrong value");
    assert!(matches!(prove(&[&add("a/b", &null)]), Err(ProofError::Inapplicable(_))));
}

fn tokens(at: &str) -> Vec<ReferenceToken> {
    at.split('/').map(ReferenceToken::from).collect()
}

/// Operations of all kinds: with large and small values, into lists that they made, and into what they added.
fn operations() -> Vec<Op> {
    let add = |at: &str, value: Value| Op::Add(Pointer::of(tokens(at)), Arc::new(value));
    vec![
        add("metadata/annotations", json!({})),
        add("metadata/annotations/a", json!("one")),
        add("metadata/annotations/b", json!("two")),
        add("spec/containers/-", json!({"name": "proxy", "args": ["a", "b"]})),
        add("spec/containers/0/env", json!([])),
        add("spec/containers/0/env/-", json!({"name": "A", "value": "1"})),
        add("spec/containers/0/env/0", json!({"name": "B", "value": "2"})),
        add("spec/initContainers", json!([{"name": "init"}])),
        add("spec/volumes/0", json!({"name": "v", "emptyDir": {}})),
        Op::Replace(Pointer::of(["spec", "dnsPolicy"]), Arc::new(json!("Default"))),
        Op::Replace(Pointer::of(["spec", "priority"]), Arc::new(json!(5))),
        Op::Remove(Pointer::of(["spec", "gone"])),
    ]
}

/// What becomes of an object, operation by operation.
fn intended(object: &Value, ops: &[Op]) -> Change {
    let mut change = Change::default();
    for op in ops {
        let at = op.path().tokens();
        let is_done = match op {
            Op::Add(_, value) => change.add(object, at, value),
            Op::Replace(_, value) => change.replace(object, at, value),
            Op::Remove(_) => change.remove(object, at),
        };
        assert!(is_done, "{op:?}");
    }
    change
}

/// One of the mistakes that a planner could make, chosen by a number.
fn spoil(ops: &mut Vec<Op>, mut choice: usize) {
    let mut pick = |of: usize| {
        let picked = choice % of.max(1);
        choice /= of.max(1);
        picked
    };
    let (kind, index) = (pick(6), pick(ops.len()));
    let other = ops[pick(ops.len())].clone();
    let value = match &other {
        Op::Add(_, value) | Op::Replace(_, value) => Arc::clone(value),
        Op::Remove(_) => Arc::new(Value::Null),
    };
    let at = ops[index].path().clone();
    match kind {
        // Not at all.
        0 => drop(ops.remove(index)),
        // Another time.
        1 => ops.insert(pick(ops.len()), other),
        // Another value.
        2 => ops[index] = Op::Add(at, value),
        3 => ops[index] = Op::Replace(at, value),
        // Another position, or another name.
        4 => {
            let (parent, last) = at.split_last().unwrap();
            let last =
                [last.to_owned(), "0".to_owned(), "1".to_owned(), "-".to_owned(), "c".to_owned()][pick(5)].clone();
            ops[index] = Op::Add(parent.join(last), value);
        }
        // A text that looks like a token.
        _ => ops[index] = Op::Add(at, Arc::new(json!(format!("\0{}", pick(ops.len()))))),
    }
}

/// With tokens less is looked at; what is found right has to be right as a whole.
#[test]
fn whatever_is_proved_of_a_patch_is_right() {
    let spec = json!({"containers": [{"name": "web", "image": "\u{0}3"}], "volumes": [{"name": "x"}, "\u{0}8"],
        "dnsPolicy": "None", "priority": 1, "gone": {"a": 1}, "note": "\u{0}9"});
    let plain = json!({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "web"}], "volumes": [{"name": "x"}, null],
        "dnsPolicy": "None", "priority": 1, "gone": [1]}});
    let (mut right, mut wrong) = (0_u32, 0_u32);
    for object in [plain, json!({"metadata": {}, "spec": spec})] {
        let ops = operations();
        let changed = [(Pointer::root(), intended(&object, &ops))];
        let expected = Layer::of(Some(&object), &changed[0].1).unwrap().value();
        let encodings = Encodings::default();
        assert!(prove_patch(&object, &Patch(ops.clone()), &changed, &encodings).is_ok());
        for choice in 0..20_000 {
            let mut spoiled = ops.clone();
            spoil(&mut spoiled, choice);
            if choice % 2 == 0 {
                spoil(&mut spoiled, choice / 7);
            }
            let patch = Patch(spoiled);
            let is_right = super::super::applied(object.clone(), &patch).is_ok_and(|after| after == expected);
            let is_proved = prove_patch(&object, &patch, &changed, &encodings).is_ok();
            assert_eq!(is_proved, is_right, "{patch:?}");
            if is_right { right += 1 } else { wrong += 1 }
        }
    }
    assert!(right > 100 && wrong > 5_000, "{right} {wrong}");
}

/// The text of a patch leaves, and not its operations.
#[test]
fn tokens_are_for_a_patch_that_was_decoded_as_it_was_meant() {
    let patch = Patch(operations());
    let text = serde_json::to_string(&patch).unwrap();
    let decoded: json_patch::Patch = serde_json::from_str(&text).unwrap();
    assert!(with_tokens(&patch, &decoded).is_some());
    for (index, op) in patch.0.iter().enumerate() {
        let mut other = Patch(patch.0.clone());
        other.0[index] = Op::Add(op.path().clone(), Arc::new(json!({"name": "other"})));
        assert!(with_tokens(&other, &decoded).is_none(), "{index}");
        other.0.remove(index);
        assert!(with_tokens(&other, &decoded).is_none(), "{index}");
    }
}

/// A pod may have any text in it.
#[test]
fn a_text_of_the_pod_is_not_taken_for_a_token() {
    let value = Arc::new(json!("new"));
    let add = |at: &str| Op::Add(Pointer::of(tokens(at)), Arc::clone(&value));
    let remove = |at: &str| Op::Remove(Pointer::of(tokens(at)));
    let prove = |object: &Value, ops: Vec<Op>, change: Change| {
        prove_patch(object, &Patch(ops), &[(Pointer::root(), change)], &Encodings::default()).map(drop)
    };
    let different = Err(ProofError::Different(String::new()));
    // In what is looked at: the image was to be replaced, and looks like the operation that adds something else.
    let object = json!({"containers": [{"image": "\u{0}1", "args": []}]});
    let mut change = Change::default();
    assert!(change.add(&object, &tokens("containers/0/args/-"), &value));
    assert!(change.replace(&object, &tokens("containers/0/image"), &value));
    let ops = vec![add("containers/0/args/-"), add("other"), remove("other")];
    assert_eq!(prove(&object, ops, change), different);
    // In what is not: the first element was to stay.
    let object = json!({"volumes": ["\u{0}0", "second"]});
    let mut change = Change::default();
    assert!(change.add(&object, &tokens("volumes/-"), &value));
    let ops = vec![add("volumes/0"), remove("volumes/1"), add("volumes/-")];
    assert_eq!(prove(&object, ops, change), different);
}
