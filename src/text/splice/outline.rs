//! The values of a document that a patch leaves alone, each with the bytes that a token may stand for: see `frame`.

use std::ops::Range;

use crate::text::yaml::tree::{CollectionStyle, NodeId, NodeKind, Tree};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::ReferenceToken;
use crate::value::view::is_same_name;

/// A value that stays as it is: from behind the colon of its key, or the dash of its element, to the end of its last line.
pub(super) struct Kept {
    pub(super) range: Range<usize>,
    /// Where the line begins that the key or the dash is on.
    pub(super) line: usize,
    /// Whether its last lines are of a block scalar, which blank lines behind it would be part of.
    pub(super) is_open_ended: bool,
}

impl Kept {
    /// Whether a change of these bytes changes nothing of it.
    pub(super) fn is_left_alone_by(&self, range: &Range<usize>) -> bool {
        let is_behind = range.start > self.range.end || (range.start == self.range.end && !self.is_open_ended);
        range.end <= self.range.start || is_behind
    }
}

/// A path from the root, whole.
type Path<'p> = &'p [ReferenceToken];

/// Groups paths by their token at this depth. Before it, they are the same. Their order changes. A path that ends before is in no
/// group.
fn ways<'w, 'p>(paths: &'w mut [Path<'p>], depth: usize) -> Vec<(&'p str, &'w mut [Path<'p>])> {
    gather(paths, depth);
    let ways = paths.chunk_by_mut(|one, other| one.get(depth) == other.get(depth));
    ways.filter_map(|way| Some((way.first()?.get(depth)?.as_str(), way))).collect()
}

/// Brings those with the same token at this depth together.
fn gather(paths: &mut [Path<'_>], depth: usize) {
    /// To sort fewer would take more than to compare each with all.
    const FEW: usize = 32;
    if paths.len() > FEW {
        return paths.sort_unstable_by(|one, other| one.get(depth).cmp(&other.get(depth)));
    }
    let mut rest = paths;
    while let Some((first, others)) = rest.split_first_mut() {
        let token = first.get(depth);
        let mut gathered = 0;
        for index in 0..others.len() {
            let is_same = match (token, others.get(index).and_then(|path| path.get(depth))) {
                (Some(one), Some(other)) => is_same_name(one, other),
                (one, other) => one == other,
            };
            if is_same {
                others.swap(index, gathered);
                gathered += 1;
            }
        }
        rest = others.get_mut(gathered..).unwrap_or_default();
    }
}

/// All values that stay, in the order of the text. Those around a change are looked into, and those that are changed are not
/// among them.
pub(super) fn kept(tree: &Tree<'_>, root: NodeId, patch: &Patch) -> Vec<Kept> {
    let mut paths: Vec<Path<'_>> = patch.0.iter().map(Op::path).map(|path| path.tokens()).collect();
    let mut outline = Outline { tree, bytes: tree.text().as_bytes(), kept: Vec::new() };
    outline.look_into(root, &mut paths, 0);
    outline.kept
}

struct Outline<'t> {
    tree: &'t Tree<'t>,
    bytes: &'t [u8],
    kept: Vec<Kept>,
}

impl Outline<'_> {
    /// A collection that paths lead into. As deep as the longest of them, which is one of ours.
    fn look_into(&mut self, node: NodeId, paths: &mut [Path<'_>], depth: usize) {
        let tree = self.tree;
        let mut ways = ways(paths, depth);
        match tree.kind(node) {
            NodeKind::Mapping(CollectionStyle::Block) => {
                for (key, value) in tree.pairs(node).filter(|(key, _)| !tree.is_merge(*key)) {
                    match ways.iter_mut().find(|(name, _)| tree.is_key(key, name)) {
                        Some((_, way)) => self.go_on(value, way, depth + 1),
                        None => self.keep_member(key, value),
                    }
                }
            }
            NodeKind::Sequence(CollectionStyle::Block) => {
                let ways = ways.into_iter().filter_map(|(token, way)| Some((token.parse::<usize>().ok()?, way)));
                let mut ways: Vec<_> = ways.collect();
                ways.sort_unstable_by_key(|(index, _)| *index);
                let mut ways = ways.into_iter().peekable();
                for (index, element) in tree.children(node).enumerate() {
                    while ways.next_if(|(before, _)| *before < index).is_some() {}
                    match ways.next_if(|(known, _)| *known == index) {
                        Some((_, way)) => self.go_on(element, way, depth + 1),
                        None => self.keep_element(element),
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks into a value that paths lead to, if none of them ends there.
    fn go_on(&mut self, value: NodeId, paths: &mut [Path<'_>], depth: usize) {
        if paths.iter().all(|path| path.len() > depth) {
            self.look_into(value, paths, depth);
        }
    }

    fn keep_member(&mut self, key: NodeId, value: NodeId) {
        let Range { start, mut end } = self.tree.span(key);
        while self.bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if self.bytes.get(end) == Some(&b':') {
            self.keep(start, end + 1, value);
        }
    }

    fn keep_element(&mut self, element: NodeId) {
        let mut dash = self.tree.span(element).start;
        while dash > 0 && self.bytes.get(dash - 1) == Some(&b' ') {
            dash -= 1;
        }
        if dash > 0 && self.bytes.get(dash - 1) == Some(&b'-') {
            self.keep(dash - 1, dash, element);
        }
    }

    /// Keeps a value whose key or dash begins at `entry`, and that is written from `start` on, if its lines are its own.
    fn keep(&mut self, entry: usize, start: usize, value: NodeId) {
        let line = memchr::memrchr(b'\n', self.bytes.get(..entry).unwrap_or_default()).map_or(0, |newline| newline + 1);
        let before = self.bytes.get(line..entry).unwrap_or_default();
        let last = self.tree.span(value).end.max(start);
        let is_open_ended = last > start && self.bytes.get(last - 1) == Some(&b'\n');
        let end = if is_open_ended { Some(last) } else { self.end_of_line(last) };
        let is_first = before.iter().all(|byte| matches!(byte, b' ' | b'-'));
        if let Some(end) = end.filter(|end| is_first && self.is_deeper(start..*end, entry - line)) {
            self.kept.push(Kept { range: start..end, line, is_open_ended });
        }
    }

    /// Where the next line begins, if nothing but a comment is left on this one.
    fn end_of_line(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let end = memchr::memchr(b'\n', rest)?;
        let content = rest.get(..end)?.iter().position(|byte| *byte != b' ');
        let is_comment = |content: usize| content > 0 && rest.get(content) == Some(&b'#');
        content.is_none_or(is_comment).then_some(at + end + 1)
    }

    /// Whether every line but the first is deeper than its entry, or has a dash in the column of its key.
    fn is_deeper(&self, range: Range<usize>, column: usize) -> bool {
        let entry = self.bytes.get(range.start - 1);
        let text = self.bytes.get(range).unwrap_or_default();
        memchr::memchr_iter(b'\n', text).all(|newline| {
            let line = text.get(newline + 1..).unwrap_or_default();
            let Some(content) = line.iter().position(|byte| *byte != b' ') else { return true };
            let is_dash = || {
                let next = line.get(content + 1).copied();
                entry == Some(&b':') && line.get(content) == Some(&b'-') && matches!(next, Some(b' ' | b'\n'))
            };
            line.get(content) == Some(&b'\n') || content > column || (content == column && is_dash())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml::parse_yaml;
    use crate::value::pointer::Pointer;

    #[test]
    fn values_stay_that_no_path_leads_to_if_their_lines_are_their_own() {
        let paths = ["in/list/-", "in/list/1/x", "gone"];
        for (text, expected) in [
            ("a: 1\nb: # c\n- x\n- y: z\nc:\n", &[" 1\n", " # c\n- x\n- y: z\n", "\n"][..]),
            (
                "gone: 1\nin:\n  list:\n  - a: 1\n  - b: 2\n    c: |\n      d\n\n  e: f\n",
                &[" a: 1\n", " 2\n", " |\n      d\n\n", " f\n"],
            ),
            ("in:\n  list:\n  -\n    a: 1\n  - - b\n", &[" b\n"]),
            ("in: {list: []}\n", &[]),
            ("a: \"b\n  c\" # d\n", &[" \"b\n  c\" # d\n"]),
            // A line of its text is not deeper than its key.
            ("a: \"b\nc\"\n", &[]),
            ("a: 1", &[]),
            ("? a\n: 1\n", &[]),
            ("<<: {b: c}\n", &[]),
        ] {
            let tree = parse_yaml(text).unwrap();
            let patch = Patch(paths.iter().map(|path| Op::Remove(Pointer::of(path.split('/')))).collect());
            let kept = kept(&tree, tree.root().unwrap(), &patch);
            let found: Vec<&str> = kept.into_iter().filter_map(|kept| text.get(kept.range)).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn many_paths_lead_where_few_do() {
        let text: String = (0..100).map(|number| format!("- a: {number}\n  b: x{number}\n")).collect();
        let tree = parse_yaml(&text).unwrap();
        for changed in [1_usize, 2, 3, 50] {
            // In an order of their own, and each twice.
            let numbers = (0..100).rev().chain(0..100).filter(|number| number % changed == 0);
            let paths = numbers.map(|number| Op::Remove(Pointer::of([number.to_string(), "a".to_owned()])));
            let kept = kept(&tree, tree.root().unwrap(), &Patch(paths.collect()));
            let found: Vec<&str> = kept.into_iter().filter_map(|kept| text.get(kept.range)).collect();
            let expected: Vec<String> = (0..100)
                .map(|number| match number % changed {
                    0 => format!(" x{number}\n"),
                    _ => format!(" a: {number}\n  b: x{number}\n"),
                })
                .collect();
            assert_eq!(found, expected, "{changed}");
        }
    }
}
