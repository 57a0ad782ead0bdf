use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::text::splice::{self, Block, Edit, RenderedLines, UserStrings};
use crate::text::yaml::parse_yaml;
use crate::value::patch::Op;
use crate::value::pointer::Pointer;

/// What was proved of one document says nothing of another patch, another block, or another text.
#[test]
fn only_the_very_same_frame_is_known() {
    let text = "# a\nlist:\n- a\nkept: [1, 2]\n";
    let add = |at: &str, value: Value| Op::Add(Pointer::of(at.split('/')), Arc::new(value));
    let patch = Patch(vec![add("list/-", json!({"n": [1]})), add("b", json!("c"))]);
    let (tree, rendered) = (parse_yaml(text).unwrap(), RenderedLines::default());
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let spliced = |patch: &Patch| splice::splice(&tree, tree.root().unwrap(), patch, &rendered, strings()).unwrap();
    spliced(&patch);
    let splice = spliced(&patch);
    let frames = ProvedFrames::default();
    let proves = |text: &str, edits: &[Edit], patch: &Patch, blocks: &[Block]| {
        let tree = parse_yaml(text).unwrap();
        let frame = Frame::of((&tree, tree.root().unwrap()), edits, patch, blocks).unwrap();
        frames.prove(&frame, patch).is_ok()
    };
    assert!(proves(text, &splice.edits, &patch, &splice.blocks));
    assert!(proves(text, &splice.edits, &patch, &splice.blocks));
    // The same but for what stays, and for a comment.
    let like = text.replace("[1, 2]", "[3, 4]").replace("# a", "# b");
    assert!(proves(&like, &splice.edits, &patch, &splice.blocks));
    let other = Patch(vec![add("list/-", json!({"n": [1]})), add("b", json!("d"))]);
    assert!(!proves(text, &splice.edits, &other, &splice.blocks));
    let other = Patch(vec![add("list/0", json!({"n": [1]})), add("b", json!("c"))]);
    assert!(!proves(text, &splice.edits, &other, &splice.blocks));
    let fewer = &splice.edits[1..];
    assert!(!proves(text, fewer, &patch, &splice.blocks));
    // A block of the same look, for another value.
    let of_other = Patch(vec![add("list/-", json!({"n": [2]})), add("b", json!("c"))]);
    spliced(&of_other);
    let other = spliced(&of_other);
    assert!(!proves(text, &other.edits, &patch, &other.blocks));
    assert!(proves(text, &other.edits, &of_other, &other.blocks));
}

/// The same tokens say nothing of another place, nor of a block for another value.
#[test]
fn a_frame_is_known_with_its_paths_and_with_what_its_blocks_are_for() {
    let text = "a:\n- x\nb:\n  c:\n  - y\n";
    let tree = parse_yaml(text).unwrap();
    let root = tree.root().unwrap();
    let (one, two) = (Arc::new(json!({"n": [1]})), Arc::new(json!({"n": [2]})));
    let patch = |to: &str, first: &Arc<Value>, second: &Arc<Value>| {
        let add = |at: &str, value: &Arc<Value>| Op::Add(Pointer::of(at.split('/')), Arc::clone(value));
        Patch(vec![add(to, first), add("b/c/-", second)])
    };
    let rendered = RenderedLines::default();
    let strings = || UserStrings { is_one: |_| false, undo: splice::Undo::Value };
    let spliced = |patch: &Patch| splice::splice(&tree, root, patch, &rendered, strings()).unwrap();
    let frames = ProvedFrames::default();
    let proves = |splice: &splice::Splice, patch: &Patch| {
        frames.prove(&Frame::of((&tree, root), &splice.edits, patch, &splice.blocks).unwrap(), patch).is_ok()
    };
    let equal = patch("a/-", &one, &one);
    assert!(proves(&spliced(&equal), &equal));
    let (named, other) = (patch("d", &one, &one), patch("e", &one, &one));
    assert!(proves(&spliced(&named), &named));
    assert!(!proves(&spliced(&named), &other), "the same values, in another place");
    // The patch has one value twice, and the text has another one in the second place.
    assert!(!proves(&spliced(&patch("a/-", &one, &two)), &equal));
    let other = patch("a/-", &two, &two);
    assert!(proves(&spliced(&other), &other));
    let both = patch("a/-", &one, &two);
    assert!(proves(&spliced(&both), &both));
    assert!(!proves(&spliced(&both), &patch("a/-", &two, &one)), "each in the place of the other");
}
