use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::text::splice::{self, Block, Edit, Frame, RenderedLines, UserStrings};
use crate::text::yaml::parse_yaml;
use crate::value::pointer::Pointer;

#[test]
fn numbers_are_compared_by_value_and_integers_exactly() {
    for (expected, text, same) in [
        ("1", "1", true),
        ("1", "1.0", true),
        ("1.0", "1", true),
        ("-1", "-1.0", true),
        ("1.5", "1", false),
        ("0", "-0.0", true),
        ("9007199254740993", "9007199254740993", true),
        ("9007199254740993", "9007199254740992", false),
        ("-9007199254740993", "-9007199254740992", false),
        ("18446744073709551615", "18446744073709551615", true),
        ("18446744073709551615", "18446744073709551614", false),
        ("9223372036854775807", "9223372036854775808", false),
    ] {
        let expected: Value = serde_json::from_str(&format!("{{\"a\": {expected}}}")).unwrap();
        for (text, language) in
            [(format!("a: {text}\n"), Language::Yaml), (format!("{{\"a\": {text}}}"), Language::Json)]
        {
            let proven = prove_text(&text, language, &expected);
            let wanted = if same { Ok(()) } else { Err(ProofError::Different("/a".to_owned())) };
            assert_eq!(proven, wanted, "{expected} {text}");
        }
    }
}

/// Documents, each with values that are added to it.
fn documents() -> Vec<(String, Patch)> {
    let container = Arc::new(json!({"name": "proxy", "image": "proxy:1", "args": ["--a", "b: c", ""], "env": [
        {"name": "A", "value": "# no comment"}, {"name": "B", "value": "two\nlines\n"}, {"name": "C", "value": "x"}]}));
    let volume = Arc::new(json!({"name": "v", "emptyDir": {}}));
    let scalar = Arc::new(json!("--flag"));
    let object = Arc::new(json!({"a": {"b": [1, 2.5, null, true]}, "c": "d"}));
    let at = |path: &str| Pointer::of(path.split('/'));
    let ops = vec![
        Op::Add(at("spec/containers/-"), Arc::clone(&container)),
        Op::Add(at("spec/containers/0/args/-"), scalar),
        Op::Add(at("spec/volumes/-"), volume),
        Op::Add(at("spec/initContainers"), Arc::new(json!([*container, *container]))),
        Op::Add(at("metadata/labels"), Arc::clone(&object)),
        Op::Add(at("metadata/annotations"), Arc::new(json!({}))),
        Op::Add(at("metadata/annotations/a"), Arc::clone(&object)),
        Op::Add(at("metadata/annotations/b"), Arc::new(json!("c"))),
        Op::Add(at("spec/hostAliases"), Arc::new(json!([]))),
        Op::Add(at("spec/hostAliases/-"), Arc::new(json!({"ip": "1.2.3.4", "hostnames": ["a", "b"]}))),
        Op::Add(at("spec/hostAliases/0"), Arc::new(json!({"ip": "1.2.3.5", "hostnames": ["c: d"]}))),
        Op::Replace(at("spec/dnsPolicy"), Arc::new(json!("Default"))),
        Op::Remove(at("spec/tail")),
    ];
    let texts = [
        "metadata:\n  name: a\nspec:\n  containers:\n  - name: web\n    args:\n    - one # two\n    # three\n  - name: b\n  volumes:\n  - name: x\n\n  # above\n  dnsPolicy: None\n",
        "metadata:\n    name: a\nspec:\n    volumes:\n      - name: x\n        # deep\n    containers:\n      - args:\n          - |\n            text\n          - 'a\n\n            b'\n        name: web\n    tail: >-\n      folded\n      text\n",
        "metadata: {name: a}\nspec:\n- unused\n",
        "spec: {containers: [{name: web, args: [a]}],\n  volumes: [\n  ]}\nmetadata:\n  name: a\n",
        "# a\nmetadata:\n  name: a\n  note: |\n    # text\n\n\n# b\nspec:\n  containers:\n  - name: web\n    script: |+\n      run\n\n\n  dnsPolicy: None\n  volumes: # c\n  - name: x\n    text: |\n      y\n",
        "spec:\n  containers:\n  - name: web\n    args:\n    - sh\n    - |-\n      a\n        b\n    ports:\n    - {a: b}\n  # c\n  volumes:\n  - name: x\nmetadata:\n  x:\n    a: \"b\n      c\"\n    plain:\n      of two\n      lines\n",
        "metadata:\r\n  name: a\r\nspec:\r\n  volumes:\r\n  - name: x\r\n  containers:\r\n  -\r\n    name: web\r\n    args:\r\n    - a\r\n",
    ];
    texts.into_iter().map(|text| (text.to_owned(), Patch(ops.clone()))).collect()
}

fn proves(frame: &Frame<'_>, patch: &Patch) -> Result<(), ProofError> {
    ProvedFrames::default().prove(frame, patch)
}

/// One of the mistakes that a splicer could make, chosen by a number.
fn spoil(text: &str, edits: &mut Vec<Edit>, mut choice: usize) {
    let mut pick = |of: usize| {
        let picked = choice % of.max(1);
        choice /= of.max(1);
        picked
    };
    let kind = pick(8);
    let index = pick(edits.len());
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).chain([0]).collect();
    let edit = &mut edits[index];
    match kind {
        // Anywhere else at the start of a line.
        0 => {
            let at = lines[pick(lines.len())];
            edit.range = at..at;
        }
        // Anywhere else, also in the middle of a line.
        1 => {
            let at = pick(text.len() + 1);
            edit.range = at..at;
        }
        // The place of another one.
        2 => {
            let other = pick(edits.len());
            let range = edits[index].range.clone();
            edits[index].range = std::mem::replace(&mut edits[other].range, range);
        }
        // Once more.
        3 => {
            let edit = edits[index].clone();
            edits.insert(pick(edits.len()), edit);
        }
        // Not at all.
        4 => drop(edits.remove(index)),
        // A byte, or a few, further on or before.
        5 => {
            let (start, end) = (edit.range.start + pick(9), edit.range.end + pick(9));
            let end = end.saturating_sub(4).min(text.len());
            edit.range = start.saturating_sub(4).min(end)..end;
        }
        // In another column, with all of its lines or with one.
        6 => {
            let (by, line) = (" ".repeat(1 + pick(4)), pick(edit.text.lines().count() + 1));
            let moved = |(index, text): (usize, &str)| {
                if line == 0 || line == index + 1 { format!("{by}{text}") } else { text.to_owned() }
            };
            edit.text = edit.text.split_inclusive('\n').enumerate().map(moved).collect::<String>().into();
        }
        // Without some of its indentation.
        _ => {
            let by = " ".repeat(1 + pick(4));
            let moved = |text: &str| text.strip_prefix(&by).unwrap_or(text).to_owned();
            edit.text = edit.text.split_inclusive('\n').map(moved).collect::<String>().into();
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
}

/// Whether edits can be made at all.
fn are_in_order(text: &str, edits: &[Edit]) -> bool {
    let are_whole = |edit: &Edit| text.is_char_boundary(edit.range.start) && text.is_char_boundary(edit.range.end);
    edits.iter().all(are_whole) && edits.windows(2).all(|two| two[0].range.end <= two[1].range.start)
}

/// A frame proves less than the whole text reads; what it finds right has to be right.
#[test]
fn whatever_a_frame_finds_right_is_right() {
    let (mut held, mut refused, mut wrong) = (0_u32, 0_u32, 0_u32);
    for (text, patch) in documents() {
        let tree = parse_yaml(&text).unwrap();
        let root = tree.root().unwrap();
        let rendered = RenderedLines::default();
        let spliced = |patch: &Patch| {
            splice::splice(&tree, root, patch, &rendered, UserStrings { is_one: |_| false, undo: splice::Undo::Value })
        };
        // Each operation that fits behind those before it, and the second time with stand-ins.
        let input = || tree.view(root).value();
        let fits = |ops: &[Op]| applied(input(), &Patch(ops.to_vec())).is_ok() && spliced(&Patch(ops.to_vec())).is_ok();
        let patch = patch.0.iter().fold(Vec::new(), |mut ops, op| {
            ops.push(op.clone());
            if !fits(&ops) {
                ops.pop();
            }
            ops
        });
        let patch = Patch(patch);
        let (edits, blocks): (Vec<Edit>, Vec<Block>) =
            spliced(&patch).map(|splice| (splice.edits, splice.blocks)).unwrap();
        let expected = applied(input(), &patch).unwrap();
        let is_right =
            |edits: &[Edit]| prove_text(&splice::pieces(&text, edits).concat(), Language::Yaml, &expected).is_ok();
        let is_framed = |edits: &[Edit]| {
            Frame::of((&tree, root), edits, &patch, &blocks).is_some_and(|frame| proves(&frame, &patch).is_ok())
        };
        assert!(is_right(&edits), "{text}");
        assert!(is_framed(&edits) || blocks.is_empty(), "{text}");
        for choice in 0..15_000 {
            let mut spoiled = edits.clone();
            spoil(&text, &mut spoiled, choice);
            if !are_in_order(&text, &spoiled) {
                continue;
            }
            let is_framed = is_framed(&spoiled);
            // Most do not hold, and of these it is enough to look at some.
            if !is_framed && choice % 16 > 0 {
                continue;
            }
            match (is_framed, is_right(&spoiled)) {
                (true, true) => held += 1,
                (true, false) => panic!("{}", splice::pieces(&text, &spoiled).concat()),
                (false, true) => refused += 1,
                (false, false) => wrong += 1,
            }
        }
    }
    assert!(held > 100 && wrong > 1000, "{held} {refused} {wrong}");
}

/// A block that was read in one column says nothing of another one, also where its first line would fit there.
#[test]
fn a_block_in_the_middle_of_a_line_has_no_stand_in() {
    let (usual, odd) = ("spec:\n  list:\n  - name: web\n", "spec:\n  list:\n  - \n        name: web\n");
    let patch = Patch(vec![Op::Add(Pointer::of(["spec", "list", "0", "labels"]), Arc::new(json!({"a": {"b": [1]}})))]);
    let rendered = RenderedLines::default();
    let tree = parse_yaml(usual).unwrap();
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let splice = || splice::splice(&tree, tree.root().unwrap(), &patch, &rendered, strings()).unwrap();
    splice();
    let splice = splice();
    let root = tree.root().unwrap();
    assert!(Frame::of((&tree, root), &splice.edits, &patch, &splice.blocks).is_some());
    let at = odd.find("- \n").unwrap() + 2;
    let edits = [Edit { range: at..at, ..splice.edits[0].clone() }];
    let odd_tree = parse_yaml(odd).unwrap();
    let input = odd_tree.view(odd_tree.root().unwrap()).value();
    let expected = applied(input, &patch).unwrap();
    assert!(prove_text(&splice::pieces(odd, &edits).concat(), Language::Yaml, &expected).is_err());
    assert!(Frame::of((&odd_tree, odd_tree.root().unwrap()), &edits, &patch, &splice.blocks).is_none());
}

/// Two items of a list, each made by two operations.
#[test]
fn blocks_that_change_places_are_found() {
    let text = "list:\n- a\n";
    let add = |at: &str, value: Value| Op::Add(Pointer::of(at.split('/')), Arc::new(value));
    let patch = Patch(vec![
        add("list/-", json!({"n": 1})),
        add("list/1/m", json!(2)),
        add("list/-", json!({"n": 3})),
        add("list/2/m", json!(4)),
    ]);
    let (tree, rendered) = (parse_yaml(text).unwrap(), RenderedLines::default());
    let root = tree.root().unwrap();
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let splice = || splice::splice(&tree, root, &patch, &rendered, strings()).unwrap();
    splice();
    let splice = splice();
    let holds = |edits: &[Edit]| {
        let frame = Frame::of((&tree, root), edits, &patch, &splice.blocks).unwrap();
        proves(&frame, &patch).is_ok()
    };
    assert!(holds(&splice.edits));
    let swapped: Vec<Edit> = splice.edits.iter().rev().cloned().collect();
    assert!(!holds(&swapped));
}

/// A list that several operations made is one block, which stands for what they added, in their order.
#[test]
fn a_block_of_several_operations_stands_for_all_of_them_in_order() {
    let text = "a: 1\n";
    let at = |path: &str| Pointer::of(path.split('/'));
    let (one, two) = (Arc::new(json!({"n": 1})), Arc::new(json!({"n": 2})));
    let (empty, word) = (Arc::new(json!([])), Arc::new(json!("w")));
    let patch = |parts: &[&Arc<Value>]| {
        let added = parts.iter().map(|part| Op::Add(at("list/-"), Arc::clone(part)));
        let mut ops = vec![Op::Add(at("list"), Arc::clone(&empty))];
        ops.extend(added);
        ops.push(Op::Add(at("map"), Arc::new(json!({}))));
        ops.extend(
            parts.iter().enumerate().map(|(index, part)| Op::Add(at(&format!("map/k{index}")), Arc::clone(part))),
        );
        Patch(ops)
    };
    let (tree, rendered) = (parse_yaml(text).unwrap(), RenderedLines::default());
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let usual = patch(&[&one, &word, &two]);
    let splice = || splice::splice(&tree, tree.root().unwrap(), &usual, &rendered, strings()).unwrap();
    splice();
    let splice = splice();
    let holds = |patch: &Patch| {
        let frame = Frame::of((&tree, tree.root().unwrap()), &splice.edits, patch, &splice.blocks).unwrap();
        proves(&frame, patch).is_ok()
    };
    assert!(holds(&usual));
    let equal = (Arc::new(json!({"n": 1})), Arc::new(json!({"n": 2})));
    assert!(holds(&patch(&[&equal.0, &word, &equal.1])), "the same values elsewhere in memory");
    let other = Arc::new(json!({"n": 3}));
    for parts in [
        &[&two, &word, &one][..],
        &[&one, &two, &word],
        &[&one, &word],
        &[&one, &word, &two, &two],
        &[&one, &word, &other],
    ] {
        assert!(!holds(&patch(parts)), "{parts:?}");
    }
    // Of the text and the patch, one is right and the other is not.
    let mut ops = usual.0.clone();
    ops.push(Op::Replace(at("list/0/n"), Arc::new(json!(2))));
    assert!(!holds(&Patch(ops)), "an operation inside a part");
    let mut ops = usual.0.clone();
    ops.push(Op::Add(at("b"), Arc::new(json!([{"c": "proved-block-0"}]))));
    assert!(!holds(&Patch(ops)), "a string of the patch");
    // A string of the user that is written otherwise, and is read as a token.
    for odd in ["a: proved-block-1\n", "a: \"proved\\x2dblock-1\"\n"] {
        let tree = parse_yaml(odd).unwrap();
        let spliced = splice::splice(&tree, tree.root().unwrap(), &usual, &rendered, strings()).unwrap();
        assert!(Frame::of((&tree, tree.root().unwrap()), &spliced.edits, &usual, &spliced.blocks).is_none(), "{odd}");
    }
}

/// A line in braces reads as a member too, and the lines that it stands for would not.
#[test]
fn a_block_in_braces_has_no_frame_that_holds() {
    let (usual, braces) = ("  a: 1\n", "{\n  a: 1,\n}\n");
    let patch = Patch(vec![Op::Add(Pointer::of(["labels"]), Arc::new(json!({"b": {"c": [1]}})))]);
    let (tree, rendered) = (parse_yaml(usual).unwrap(), RenderedLines::default());
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let splice = || splice::splice(&tree, tree.root().unwrap(), &patch, &rendered, strings()).unwrap();
    splice();
    let splice = splice();
    let at = braces.find('}').unwrap();
    let edits = [Edit { range: at..at, ..splice.edits[0].clone() }];
    let input = json!({"a": 1});
    let in_braces = parse_yaml(braces).unwrap();
    let frame = Frame::of((&in_braces, in_braces.root().unwrap()), &edits, &patch, &splice.blocks).unwrap();
    assert!(parse_yaml(&frame.after).is_ok());
    assert!(proves(&frame, &patch).is_err());
    let expected = applied(input, &patch).unwrap();
    assert!(prove_text(&splice::pieces(braces, &edits).concat(), Language::Yaml, &expected).is_err());
}

/// Blank lines count inside a block scalar, and at its end.
#[test]
fn a_frame_leaves_out_no_line_that_may_belong_to_a_scalar() {
    let holds = |text: &str, edit: (&str, &str), op: Op| {
        let tree = parse_yaml(text).unwrap();
        let start = text.find(edit.0).unwrap();
        let end = if edit.1.starts_with('\n') { start } else { start + edit.0.len() };
        let (edits, patch) = ([Edit { range: start..end, text: edit.1.into() }], Patch(vec![op]));
        let expected = applied(tree.view(tree.root().unwrap()).value(), &patch).unwrap();
        let is_right = prove_text(&splice::pieces(text, &edits).concat(), Language::Yaml, &expected).is_ok();
        let frame = Frame::of((&tree, tree.root().unwrap()), &edits, &patch, &[]).unwrap();
        (proves(&frame, &patch).is_ok(), is_right)
    };
    let at = |name: &str| Pointer::of([name]);
    let inside = "a: |\n  x\n\n  y\nb: 1\n";
    assert_eq!(holds(inside, ("  x\n", "  z\n"), Op::Replace(at("a"), Arc::new(json!("z\n\ny\n")))), (true, true));
    assert_eq!(holds(inside, ("  x\n", "  z\n"), Op::Replace(at("a"), Arc::new(json!("z\ny\n")))), (false, false));
    let behind = "a: |+\n  x\nb: 1\n";
    assert_eq!(holds(behind, ("b: 1", "\nc: 2\n"), Op::Add(at("c"), Arc::new(json!(2)))), (false, false));
}
