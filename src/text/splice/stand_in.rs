//! The line that stands for a block of lines, and what a block has to be so that one may: see `frame`, points 2 to 4.

use serde_json::Value;

use crate::text::yaml::tree::{Anchor, CollectionStyle, NodeId, NodeKind, ScalarStyle, Tree};
use crate::text::yaml::{emit, parse_yaml};
use crate::value::view::View as _;

/// The line that stands for a block, around its token.
#[derive(Debug)]
pub(super) struct StandIn {
    /// The indentation, and the dash or the key.
    pub(super) before: String,
    pub(super) eol: &'static str,
}

/// The line that may stand for these lines, where they say exactly what they should, wherever the claim above lets them be.
pub(super) fn of(lines: &str, name: &str, value: &Value, column: usize, eol: &'static str) -> Option<StandIn> {
    let mut before = String::with_capacity(column + name.len() + 4);
    emit::indent(&mut before, column);
    if name.is_empty() {
        before.push('-');
    } else {
        emit::key(&mut before, name, emit::Context::Block);
        before.push(':');
    }
    let text = lines.strip_suffix(eol)?;
    let behind = text.strip_prefix(&before)?;
    let is_inside = |line: &str| {
        let content = line.trim_start_matches(' ');
        let at = line.len() - content.len();
        // The dashes of a member's list may be in the column of its key.
        content.is_empty() || at > column || (at == column && !name.is_empty() && content.starts_with("- "))
    };
    if !behind.starts_with([' ', '\n', '\r']) || lines.contains('\t') || !text.lines().skip(1).all(is_inside) {
        return None;
    }
    let tree = parse_yaml(lines).ok()?;
    let root = tree.root()?;
    let entry = match (tree.kind(root), name.is_empty()) {
        (NodeKind::Sequence(CollectionStyle::Block), true) => {
            let mut elements = tree.children(root);
            elements.next().filter(|_| elements.next().is_none())?
        }
        (NodeKind::Mapping(CollectionStyle::Block), false) => {
            let mut pairs = tree.pairs(root);
            let (key, entry) = pairs.next().filter(|_| pairs.next().is_none())?;
            tree.key(key).filter(|key| key == name).map(|_| entry)?
        }
        _ => return None,
    };
    let says_it = tree.view(entry).equals(value) && tree.ignored.is_none() && is_self_contained(&tree, text.len());
    before.push(' ');
    says_it.then_some(StandIn { before, eol })
}

/// Whether nothing in a block refers to what is around it, and its last value ends with its last line.
fn is_self_contained(tree: &Tree<'_>, end: usize) -> bool {
    let refers = |node: NodeId| {
        matches!(tree.kind(node), NodeKind::Alias(_)) || tree.is_tagged(node) || tree.anchor(node) != Anchor::None
    };
    !tree.all().any(refers)
        && tree.all().last().is_some_and(|last| {
            let span = tree.span(last);
            !span.is_empty() && span.end == end && tree.kind(last) != NodeKind::Scalar(ScalarStyle::Block)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_lines_that_mean_the_same_wherever_they_are_have_a_stand_in() {
        for (lines, name, value, column, expected) in [
            ("- a\n", "", json!("a"), 0, Some("- ")),
            ("  - a: 1\n    b: |\n      x\n    c: 2\n", "", json!({"a": 1, "b": "x\n", "c": 2}), 2, Some("  - ")),
            ("list:\n- 1\n- 2\n", "list", json!([1, 2]), 0, Some("list: ")),
            ("a: 'x\n  y'\n", "a", json!("x y"), 0, Some("a: ")),
            // Its end depends on what follows.
            ("- a: |\n    x\n", "", json!({"a": "x\n"}), 0, None),
            ("- a: |-\n    x\n", "", json!({"a": "x"}), 0, None),
            ("- a:\n", "", json!({"a": null}), 0, None),
            // It refers to something, or something may refer to it.
            ("- &x a\n", "", json!("a"), 0, None),
            ("- !!str a\n", "", json!("a"), 0, None),
            ("- - &x a\n  - *x\n", "", json!(["a", "a"]), 0, None),
            // It is more than one entry, or another one, or says something else.
            ("- a\n- b\n", "", json!("a"), 0, None),
            ("a: 1\nb: 2\n", "a", json!(1), 0, None),
            ("b: 1\n", "a", json!(1), 0, None),
            ("- a\n", "", json!("b"), 0, None),
            ("- a\n...\n", "", json!("a"), 0, None),
            // Its column, or its indentation, is not what it seems.
            (" - a\n", "", json!("a"), 0, None),
            ("- a:\n\tb\n", "", json!({"a": "b"}), 0, None),
            ("- a # c\n", "", json!("a"), 0, None),
        ] {
            let found = of(lines, name, &value, column, "\n").map(|stand_in| stand_in.before);
            assert_eq!(found.as_deref(), expected, "{lines}");
        }
    }
}
