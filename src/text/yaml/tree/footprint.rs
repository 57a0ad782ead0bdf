//! The shape of a part of a tree, and the scalars of it that were read.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Language, Merges, NONE, NodeId, NodeKind, ScalarStyle, StoredNode, Tree};
use crate::value::footprint::Footprint;

/// How large a part may be whose footprint is kept, in places, and in bytes of what was read: whoever writes objects could ask for any
/// amount.
const MOST_PLACES: usize = 4096;
const MOST_BYTES: usize = 64 * 1024;

/// The scalars that were read since someone asked to watch, by the indexes of their nodes. Mostly no one does.
#[derive(Debug, Default)]
pub(super) struct Watch(OnceLock<Box<[AtomicBool]>>);

/// Trees are the same whether they are watched or not.
impl PartialEq for Watch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Watch {}

impl Watch {
    pub(super) fn see(&self, id: NodeId) {
        if let Some(seen) = self.0.get().and_then(|seen| seen.get(id.0 as usize)) {
            seen.store(true, Ordering::Relaxed);
        }
    }

    fn has_seen(&self, index: usize) -> bool {
        self.0.get().and_then(|seen| seen.get(index)).is_some_and(|seen| seen.load(Ordering::Relaxed))
    }
}

/// A place as a [`Footprint`] has it: the lowest bits say what it is, and the upper half how far away the next place in the same
/// collection is.
struct Place;

impl Place {
    const MAPPING: u64 = 0;
    const SEQUENCE: u64 = 1;
    /// A scalar that was not read, however it is written. All numbers from here on are scalars.
    const UNREAD: u64 = 2;
    /// A scalar that is a string.
    const STRING: u64 = 3;
    /// A scalar that is typed by its text, as YAML does.
    const YAML: u64 = 4;
    /// The same, as JSON does.
    const JSON: u64 = 5;
    const WHAT: u64 = 7;
    const HAS_CHILD: u64 = 8;
    const NEXT: u32 = 32;

    /// `None` for what has its value from elsewhere in the document, or a type of its own.
    fn of(index: usize, node: &StoredNode, language: Language) -> Option<u64> {
        let what = match node.kind {
            _ if node.tag != NONE => return None,
            NodeKind::Alias(_) => return None,
            NodeKind::Mapping(_) => Self::MAPPING,
            NodeKind::Sequence(_) => Self::SEQUENCE,
            NodeKind::Scalar(ScalarStyle::Plain) if language == Language::Json => Self::JSON,
            NodeKind::Scalar(ScalarStyle::Plain) => Self::YAML,
            NodeKind::Scalar(ScalarStyle::Quoted | ScalarStyle::Block) => Self::STRING,
        };
        let has_child = if node.first == NONE { 0 } else { Self::HAS_CHILD };
        // No node is its own next one.
        let next = if node.next == NONE { 0 } else { u64::from(node.next) - index as u64 };
        Some(what | has_child | next << Self::NEXT)
    }
}

impl Tree<'_> {
    /// Begins to note which scalars are read.
    pub(in crate::text::yaml) fn watch(&self) {
        self.watch.0.get_or_init(|| std::iter::repeat_with(AtomicBool::default).take(self.nodes()).collect());
    }

    /// The shape of a part of the document, and what was read of it. All keys count as read. `None` for a part that has its values
    /// from elsewhere, or is too large.
    pub(in crate::text::yaml) fn footprint(&self, root: NodeId) -> Option<Footprint> {
        let part = self.part(root).filter(|part| part.len() <= MOST_PLACES)?;
        for id in part.clone().map(|index| self.id(index)) {
            if let NodeKind::Mapping(_) = self.kind(id) {
                self.pairs(id).for_each(|(key, _)| self.watch.see(key));
            }
        }
        let places = Vec::with_capacity(part.len());
        let mut footprint = Footprint { places, known: self.known_place(root), ..Footprint::default() };
        for index in part.clone() {
            let mut place = self.place(index, part.start)?;
            if place & Place::WHAT > Place::UNREAD {
                if self.watch.has_seen(index) {
                    let text = self.scalar_text(self.id(index));
                    let start = footprint.texts.len();
                    footprint.lengths.push(text.len());
                    footprint.texts.push_str(text);
                    if self.like().is_some_and(|like| like.known.has_gap_at(self.id(index))) {
                        footprint.free.push((self.id(index).0, start..footprint.texts.len()));
                    }
                } else {
                    place = place & !Place::WHAT | Place::UNREAD;
                }
            }
            footprint.places.push(place);
        }
        (footprint.texts.len() <= MOST_BYTES).then_some(footprint)
    }

    /// Whether a part of the document has this shape, and the same at all places that were read.
    pub(in crate::text::yaml) fn is_like(&self, root: NodeId, known: &Footprint) -> bool {
        if known.known.is_some() && known.known == self.known_place(root) {
            let is_there = |(index, text): &(u32, Range<usize>)| {
                known.texts.get(text.clone()) == Some(self.scalar_text(NodeId(*index)))
            };
            return known.free.iter().all(is_there);
        }
        let Some(part) = self.part(root).filter(|part| part.len() == known.places.len()) else { return false };
        let (start, mut texts, mut lengths) = (part.start, known.texts.as_bytes(), known.lengths.iter());
        let mut is_next = |text: &str| {
            let next = lengths.next().and_then(|length| texts.split_at_checked(*length));
            next.is_some_and(|(next, rest)| {
                texts = rest;
                text.as_bytes() == next
            })
        };
        part.zip(&known.places).all(|(index, known)| {
            let Some(place) = self.place(index, start) else { return false };
            match known & Place::WHAT {
                Place::UNREAD => place & Place::WHAT > Place::UNREAD && place & !Place::WHAT == known & !Place::WHAT,
                what => place == *known && (what < Place::UNREAD || is_next(self.scalar_text(self.id(index)))),
            }
        })
    }

    fn place(&self, index: usize, start: usize) -> Option<u64> {
        let place = Place::of(index, self.node(self.id(index)), self.language)?;
        // What follows the part does not belong to it.
        Some(if index == start { place & u64::from(u32::MAX) } else { place })
    }

    /// The nodes of a part of the document, which follow one another. `None` where a value may be from elsewhere.
    fn part(&self, root: NodeId) -> Option<Range<usize>> {
        if self.has_aliases() || self.merges == Merges::Present {
            return None;
        }
        if root == NodeId(0) {
            return Some(0..self.nodes());
        }
        let mut last = root;
        while let Some(child) = self.children(last).last() {
            last = child;
        }
        Some(root.0 as usize..last.0 as usize + 1)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a text has fewer bytes than that, and so fewer nodes")]
    fn id(&self, index: usize) -> NodeId {
        NodeId(index as u32)
    }
}

#[cfg(test)]
mod tests {
    use crate::text::yaml::node::NodeRef;
    use crate::text::yaml::{parse_json, parse_yaml};
    use crate::value::view::View;

    const POD: &str =
        "kind: Pod\nspec:\n  containers:\n  - name: web\n    image: 'a:1'\n    ports: [80, 443]\n  more: {}\n";

    fn read(node: NodeRef<'_>) {
        let containers = node.path(&["spec", "containers"]).unwrap();
        let _ = containers.element(0).unwrap().text(&["name"]);
    }

    /// Whether a text is like the pod, as it was read.
    fn is_like(text: &str) -> bool {
        let pod = parse_yaml(POD).unwrap();
        let pod = pod.view(pod.root().unwrap());
        pod.watch();
        read(pod);
        let known = pod.footprint().unwrap();
        assert!(pod.is_like(&known));
        let other = parse_yaml(text).unwrap();
        other.view(other.root().unwrap()).is_like(&known)
    }

    #[test]
    fn a_value_is_like_another_if_it_differs_in_what_was_not_read() {
        let respelt = "kind: Pod\n\n# c\nspec:\n    containers:\n      - name: web\n        image: true\n        ports:\n          - 8\n          - a\n    more: {}\n";
        assert!(is_like(POD) && is_like(respelt));
        for (from, to, wanted) in [
            ("a:1", "b:22", true),
            ("'a:1'", "null", true),
            ("'a:1'", "|\n      text", true),
            ("kind: Pod", "kind: Deployment", true),
            ("name: web", "name: app", false),
            ("name: web", "name: 'web'", false),
            ("name: web", "name: 1", false),
            ("image:", "imagf:", false),
            ("'a:1'", "[]", false),
            ("'a:1'", "{}", false),
            ("443]", "443, 1]", false),
            ("80, 443", "80", false),
            ("more: {}", "more: []", false),
            ("more: {}", "more: {a: 1}", false),
            ("more: {}", "more: x", false),
            ("  more: {}\n", "", false),
            ("  more: {}\n", "  more: {}\nlast: {}\n", false),
            ("  more: {}\n", "more: {}\n", false),
            ("'a:1'", "!!str a", false),
            ("kind: Pod", "kind: &k Pod\nother: *k", false),
        ] {
            assert!(POD.contains(from));
            assert_eq!(is_like(&POD.replace(from, to)), wanted, "{from} -> {to}");
        }
    }

    #[test]
    fn a_part_is_like_another_wherever_both_are() {
        let one =
            parse_json(r#"{"uid": "1", "object": {"a": [1, {"b": "x"}], "c": "y"}, "after": {"d": 1}}"#).unwrap().0;
        let object = one.view(one.root().unwrap()).member("object").unwrap();
        object.watch();
        let _ = object.text(&["c"]);
        let known = object.footprint().unwrap();
        for (text, wanted) in [
            (r#"{"object": {"a": [2, {"b": "z"}], "c": "y"}}"#, true),
            (r#"[{"object": {"a": [2, {"b": "z"}], "c": "y"}}, {"e": []}]"#, true),
            (r#"{"object": {"a": [2, {"b": "z"}], "c": "z"}, "c": "y"}"#, false),
            (r#"{"object": {"a": [2, {"b": "z"}], "c": "y", "d": 1}}"#, false),
            (r#"{"object": {"a": [2], "b": "z", "c": "y"}}"#, false),
        ] {
            let other = parse_json(text).unwrap().0;
            let root = other.view(other.root().unwrap());
            let object = root.element(0).unwrap_or(root).member("object").unwrap();
            assert_eq!(object.is_like(&known), wanted, "{text}");
        }
    }
    #[test]
    fn what_is_too_large_has_no_footprint() {
        let has_one = |pod: &str, reads: bool| {
            let tree = parse_yaml(pod).unwrap();
            let pod = tree.view(tree.root().unwrap());
            pod.watch();
            if reads {
                drop(pod.value());
            }
            pod.footprint().is_some()
        };
        let [short, long] = [100, super::MOST_BYTES + 1].map(|length| format!("a: {}\n", "x".repeat(length)));
        assert!(has_one(&short, true) && has_one(&long, false) && !has_one(&long, true));
        let [few, many] = [100, super::MOST_PLACES].map(|length| "- a\n".repeat(length));
        assert!(has_one(&few, true) && !has_one(&many, false));
    }
}
