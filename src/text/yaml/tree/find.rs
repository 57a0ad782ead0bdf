//! Looks up places in a tree: a node's value behind its anchor and tag, a key, a member, the value of a pointer.

use std::borrow::Cow;
use std::ops::Range;

use super::{Anchor, Language, Mark, NONE, NodeId, NodeKind, SMALL_MAPPING, ScalarStyle, Tree};
use crate::text::yaml::scalar;
use crate::value::pointer::Pointer;
use crate::value::view::is_same_name;

impl Tree<'_> {
    /// Where a node's value begins behind its anchor and tag; its end where there is nothing else.
    pub fn content_start(&self, id: NodeId) -> usize {
        let Range { start: mut at, end } = self.span(id);
        if self.anchor(id) == Anchor::None && !self.is_tagged(id) {
            return at;
        }
        let length = |from: usize, stop: fn(char) -> bool| {
            let rest = self.text.get(from..end).unwrap_or_default();
            rest.find(stop).unwrap_or(rest.len())
        };
        loop {
            match self.text.as_bytes().get(at).filter(|_| at < end) {
                Some(b'&') => at += length(at, |c| c.is_ascii_whitespace() || ",[]{}".contains(c)),
                Some(b'!') => at += length(at, |c| c.is_ascii_whitespace()),
                Some(b'#') => at += length(at, |c| c == '\n'),
                Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                _ => return at,
            }
        }
    }

    /// What is between a node and the one before it in the text: only blanks, line ends, comments and indicators. In front of the
    /// first node of a collection it begins with that collection, behind its anchor and tag.
    pub(in crate::text) fn gap_before(&self, id: NodeId) -> Range<usize> {
        let start = self.span(id).start;
        let Some(before) = id.0.checked_sub(1).map(NodeId) else { return start..start };
        // Nodes are in the order of the text, so what has children and is directly before a node is its parent.
        let is_parent = self.children(before).next().is_some();
        (if is_parent { self.content_start(before) } else { self.span(before).end })..start
    }

    /// What a mapping's key is in JSON; `None` for `<<` and for what cannot be a key.
    pub fn key(&self, id: NodeId) -> Option<Cow<'_, str>> {
        if self.language == Language::Json {
            return Some(Cow::Borrowed(self.scalar_text(id)));
        }
        let node = self.node(self.target(id));
        let NodeKind::Scalar(style) = node.kind else { return None };
        let text = self.scalar_text(self.target(id));
        if node.tag == NONE && (style != ScalarStyle::Plain || scalar::certainly_string(text)) {
            return Some(Cow::Borrowed(text));
        }
        if self.is_merge(id) {
            return None;
        }
        if node.tag == NONE {
            return scalar::plain_key(text).ok();
        }
        scalar::key(self.typed(self.target(id)).ok()?).ok()
    }

    /// A key that is certainly the string that it is written as; `None` for what has to be looked at more closely.
    pub(in crate::text::yaml) fn string_key(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id);
        let text = self.scalar_text(id);
        let is_string = match node.kind {
            _ if self.language == Language::Json => true,
            _ if node.tag != NONE => false,
            NodeKind::Scalar(ScalarStyle::Plain) => scalar::certainly_string(text),
            NodeKind::Scalar(_) => true,
            _ => false,
        };
        is_string.then_some(text)
    }

    /// Whether a mapping's key is this in JSON.
    pub fn is_key(&self, id: NodeId, name: &str) -> bool {
        self.is_key_of(id, name, self.is_as_written(name))
    }

    /// Whether a key of this name is written as it is: no number, boolean or null has such a name as a key.
    fn is_as_written(&self, name: &str) -> bool {
        self.language == Language::Json || scalar::certainly_string(name)
    }

    fn is_key_of(&self, id: NodeId, name: &str, is_as_written: bool) -> bool {
        let node = self.node(id);
        match node.kind {
            NodeKind::Scalar(ScalarStyle::Plain | ScalarStyle::Quoted) if is_as_written && node.tag == NONE => {
                is_same_name(self.scalar_text(id), name)
            }
            _ => self.key(id).as_deref() == Some(name),
        }
    }

    /// The value of a mapping's member, as written: it does not look into merge keys.
    ///
    /// A decision asks for hundreds of members, and most keys are not the one. Those that differ in their [`Mark`] are passed over
    /// without a look at the text.
    pub(in crate::text::yaml) fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let mapping = self.node(id);
        if !matches!(mapping.kind, NodeKind::Mapping(_)) {
            return None;
        }
        let is_as_written = self.is_as_written(name);
        let mark = if is_as_written { Mark::of(name) } else { Mark::UNKNOWN };
        let mut next = mapping.first;
        // `NONE` is the index of no node. A key has no children, so its value is the node after it.
        while let Some(key) = self.nodes.get(next as usize) {
            if key.mark.may_equal(mark) && self.is_key_of(NodeId(next), name, is_as_written) {
                return Some(NodeId(next + 1));
            }
            next = self.node(NodeId(next + 1)).next;
        }
        None
    }

    /// Whether the keys of a small mapping are certainly strings, and all of them different. It needs no memory of its own.
    pub(in crate::text::yaml) fn has_distinct_keys(&self, id: NodeId) -> bool {
        let mut seen = [NodeId(0); SMALL_MAPPING];
        for (index, (key, _)) in self.pairs(id).enumerate() {
            let Some(place) = seen.get_mut(index) else { return false };
            *place = key;
            let is_string = self.language == Language::Json || self.string_key(key).is_some();
            let mark = self.node(key).mark;
            let is_same = |other: &NodeId| {
                self.node(*other).mark.may_equal(mark) && self.scalar_text(*other) == self.scalar_text(key)
            };
            if !is_string || seen.iter().take(index).any(is_same) {
                return false;
            }
        }
        true
    }

    /// Whether a key is `<<`, which brings in the members of other objects.
    pub fn is_merge(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let tag = self.strings.get(node.tag as usize).map_or("", |tag| tag);
        match node.kind {
            NodeKind::Scalar(style) => scalar::is_merge(tag, self.scalar_text(id), style == ScalarStyle::Plain),
            _ => false,
        }
    }

    /// Where a message about a pointer's value points: at the key of a member, at an element itself. Where the value is
    /// absent, at the nearest parent that is there.
    pub fn locate(&self, root: NodeId, pointer: &Pointer) -> usize {
        self.follow(root, pointer).0
    }

    /// As [`locate`](Self::locate), but at a scalar itself instead of at its key: a message about a wrong value points at
    /// the value.
    pub fn locate_value(&self, root: NodeId, pointer: &Pointer) -> usize {
        let (at, node) = self.follow(root, pointer);
        match node.map(|node| (self.kind(node), self.span(node))) {
            Some((NodeKind::Scalar(_) | NodeKind::Alias(_), span)) if !span.is_empty() => span.start,
            _ => at,
        }
    }

    /// The node at the end of a pointer from another one.
    pub(crate) fn find(&self, root: NodeId, pointer: &Pointer) -> Option<NodeId> {
        self.follow(root, pointer).1
    }

    fn follow(&self, root: NodeId, pointer: &Pointer) -> (usize, Option<NodeId>) {
        let mut at = self.span(root).start;
        let mut node = root;
        for token in pointer.tokens() {
            node = self.target(node);
            match self.kind(node) {
                NodeKind::Mapping(_) => {
                    let Some((key, value)) = self.pairs(node).find(|(key, _)| self.is_key(*key, token)) else {
                        return (at, None);
                    };
                    at = self.span(key).start;
                    node = value;
                }
                NodeKind::Sequence(_) => {
                    let Some(element) = token.parse().ok().and_then(|index| self.children(node).nth(index)) else {
                        return (at, None);
                    };
                    at = self.span(element).start;
                    node = element;
                }
                _ => return (at, None),
            }
        }
        (at, Some(node))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::yaml::{parse_json, parse_yaml};
    use crate::value::view::View as _;

    #[test]
    fn a_member_is_found_however_its_key_is_written() {
        for text in [
            "ab: 1\nother: 2\n",
            "other: 2\nab: 1\n",
            "'ab': 1\n",
            "\"ab\": 1\n",
            "\"a\\x62\": 1\n",
            "a: 2\n\"\\x61b\": 1\nabc: 3\n",
            "!!str ab: 1\n",
            "key: &k ab\n*k : 1\n",
            "&k ab: 1\nother: *k\n",
            "&k \"ab\": 1\n",
            "ac: 2\nbb: 2\nab: 1\n",
        ] {
            let tree = parse_yaml(text).unwrap();
            let root = tree.view(tree.root().unwrap());
            assert_eq!(root.member("ab").and_then(|member| member.unsigned()), Some(1), "{text}");
            assert!(root.member("").is_none() && root.member("abx").is_none(), "{text}");
        }
        for text in ["{\"ab\": 1}", "{\"a\\u0062\": 1}", "{\"ac\": 2, \"\\u0061b\": 1, \"\": 3}", "{\"bb\":2,\"ab\":1}"]
        {
            let (tree, _) = parse_json(text).unwrap();
            let root = tree.view(tree.root().unwrap());
            assert_eq!(root.member("ab").and_then(|member| member.unsigned()), Some(1), "{text}");
            assert_eq!(root.member("").is_some(), text.contains("\"\""), "{text}");
        }
        // A number is written in several ways, and is one key.
        for (text, name) in [("1: a\n", "1"), ("0x10: a\n", "16"), ("true: a\n", "true"), ("'': a\n", "")] {
            let tree = parse_yaml(text).unwrap();
            assert!(tree.view(tree.root().unwrap()).member(name).is_some(), "{text}");
        }
        let long = "k".repeat(300);
        let text = format!("{}: 2\n{long}: 1\n", "k".repeat(44));
        let tree = parse_yaml(&text).unwrap();
        let found = tree.view(tree.root().unwrap()).member(&long);
        assert_eq!(found.and_then(|member| member.unsigned()), Some(1), "lengths that differ by 256");
    }
}
