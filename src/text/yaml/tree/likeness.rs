//! Trees of texts alike: where two texts are the same but for what is in some gaps, the tree of one is that of the other at other
//! places.

use std::ops::Range;
use std::sync::atomic::{self, AtomicU64};
use std::sync::{Arc, OnceLock};

use super::{Aliases, Language, Merges, NodeId, StoredNode, Tree, Watch};
use crate::value::footprint::KnownPlace;

/// A part of a text that may be another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) struct Gap {
    pub(in crate::text) range: Range<usize>,
    pub(in crate::text) of: Free,
    /// The scalar that it is the text of, or the content of.
    pub(in crate::text) node: Option<NodeId>,
}

/// What may be in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Free {
    /// A plain scalar that needs no look at what is around it.
    Word,
    /// What is between these quotes, without an escape.
    Quoted(u8),
    /// A whole number of JSON.
    Digits,
    /// What follows the `#` of a comment.
    Comment,
}

/// The bytes that a word may have.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b':' | b'@' | b'+' | b'=' | b',');
        byte += 1;
    }
    table
};

impl Free {
    /// How long the text is that may be here, at the beginning of this one.
    pub(in crate::text) fn length(self, text: &[u8]) -> Option<usize> {
        let until = |is_inside: fn(&u8) -> bool| text.iter().position(|byte| !is_inside(byte));
        match self {
            Self::Comment => until(|byte| matches!(byte, b' '..=b'~')),
            Self::Quoted(quote) => {
                text.iter().position(|byte| *byte == quote || *byte == b'\\' || !matches!(byte, b' '..=b'~'))
            }
            Self::Digits => {
                let length = until(u8::is_ascii_digit).unwrap_or(text.len());
                ((1..18).contains(&length) && (length == 1 || text.first() != Some(&b'0'))).then_some(length)
            }
            Self::Word => {
                let length = until(|byte| IN_WORD.get(usize::from(*byte)) == Some(&true))?;
                let word = text.get(..length)?;
                // A colon at the end would make a key of it.
                let is_first = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_".contains(byte);
                let is_word = word.first().is_some_and(is_first) && word.last() != Some(&b':');
                is_word.then_some(length)
            }
        }
    }
}

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A text that others are compared with.
#[derive(Debug)]
pub(in crate::text) struct KnownText {
    /// No two have the same in one process.
    number: u64,
    text: Box<str>,
    /// What may be another one, in order.
    gaps: Vec<Gap>,
    language: Language,
    nodes: Vec<StoredNode>,
    /// For each node, how many gaps end before its first and its last byte.
    behind: Vec<(u16, u16)>,
    strings: Vec<Box<str>>,
    deepest: usize,
}

/// The known text that a tree's text is like. Trees are the same whether they have one or not.
#[derive(Debug, Default)]
pub(super) struct Likeness(Option<Like>);

/// How a text differs from a known one.
#[derive(Clone, Debug)]
pub(in crate::text) struct Like {
    pub(in crate::text) known: Arc<KnownText>,
    /// How far what follows so many gaps is from where it is in the known text.
    shifts: Vec<i32>,
}

impl PartialEq for Likeness {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Likeness {}

impl KnownText {
    /// The text of a tree, with what may be another one in it. `None` where a value may be from elsewhere in the document.
    pub(in crate::text) fn new(tree: &Tree<'_>, gaps: Vec<Gap>) -> Option<Self> {
        let Tree { text, language, nodes, strings, merges, deepest, ignored, aliases, .. } = tree;
        let is_plain = *aliases == Aliases::Absent && *merges == Merges::Absent && ignored.is_none();
        let behind = |offset: u32| u16::try_from(gaps.partition_point(|gap| gap.range.end <= offset as usize)).ok();
        let of_node = |node: &StoredNode| Some((behind(node.start)?, behind(node.end)?));
        let behind = nodes.iter().map(of_node).collect::<Option<_>>().filter(|_| is_plain)?;
        let (text, nodes, strings) = ((*text).into(), nodes.clone(), strings.clone());
        let number = NEXT_NUMBER.fetch_add(1, atomic::Ordering::Relaxed);
        Some(Self { number, text, gaps, language: *language, nodes, behind, strings, deepest: *deepest })
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Whether a scalar may be another one.
    pub(super) fn has_gap_at(&self, scalar: NodeId) -> bool {
        self.gaps.iter().any(|gap| gap.node == Some(scalar))
    }

    /// The tree of a text like this one.
    pub(in crate::text) fn read<'t>(self: &Arc<Self>, text: &'t str, language: Language) -> Option<Tree<'t>> {
        if self.language != language {
            return None;
        }
        let shifts = self.shifts(text.as_bytes())?;
        let mut nodes = self.nodes.clone();
        for (node, (before, behind)) in nodes.iter_mut().zip(&self.behind) {
            let shift = |behind: u16| shifts.get(usize::from(behind)).copied().unwrap_or_default();
            node.start = node.start.wrapping_add_signed(shift(*before));
            node.end = node.end.wrapping_add_signed(shift(*behind));
        }
        let mut tree = Tree {
            text,
            language,
            nodes,
            strings: self.strings.clone(),
            merges: Merges::Absent,
            deepest: self.deepest,
            ignored: None,
            aliases: Aliases::Absent,
            odd_line_break: OnceLock::new(),
            watch: Watch::default(),
            likeness: Likeness::default(),
        };
        for id in self.gaps.iter().filter_map(|gap| gap.node) {
            let StoredNode { kind, start, end, .. } = *tree.node(id);
            tree.node_mut(id).mark = tree.mark(kind, &(start as usize..end as usize));
        }
        tree.set_like(Arc::clone(self), shifts);
        Some(tree)
    }

    /// How far what follows each gap is moved in another text; `None` where that differs in more than in what may be another one.
    fn shifts(&self, text: &[u8]) -> Option<Vec<i32>> {
        let known = self.text.as_bytes();
        let mut shifts = Vec::with_capacity(self.gaps.len() + 1);
        shifts.push(0);
        let (mut from, mut at) = (0, 0);
        for Gap { range, of, .. } in &self.gaps {
            let same = known.get(from..range.start)?;
            let rest = text.get(at..)?.strip_prefix(same)?;
            let known = known.get(range.start..=range.end)?;
            // What ends the known one ends this one too.
            let is_same = rest.starts_with(known);
            at += same.len() + if is_same { range.len() } else { of.length(rest)? };
            from = range.end;
            shifts.push(i32::try_from(at).ok()? - i32::try_from(from).ok()?);
        }
        (text.get(at..)? == known.get(from..)?).then_some(shifts)
    }
}

impl Like {
    /// Where the known text has a part of this one; `None` for one that has anything of a gap.
    pub(in crate::text) fn to_known(&self, part: &Range<usize>) -> Option<Range<usize>> {
        let shifts = self.shifts.iter().zip(self.shifts.iter().skip(1));
        let here = |(gap, (before, behind)): (&Gap, (&i32, &i32))| {
            Some(moved(gap.range.start, *before)?..moved(gap.range.end, *behind)?)
        };
        let gaps: Vec<Range<usize>> = self.known.gaps.iter().zip(shifts).map(here).collect::<Option<_>>()?;
        // Nothing of an empty gap is before what touches it, or behind it.
        let touches = |gap: &Range<usize>| gap.is_empty() && (part.start..=part.end).contains(&gap.start);
        let is_in = |gap: &Range<usize>| part.start < gap.end && gap.start < part.end || touches(gap);
        if gaps.iter().any(is_in) {
            return None;
        }
        let behind = |offset: usize| gaps.partition_point(|gap| gap.end <= offset);
        let back = |offset: usize| moved(offset, -*self.shifts.get(behind(offset))?);
        Some(back(part.start)?..back(part.end)?)
    }

    /// Where this text has a part of the known one that has nothing of a gap.
    pub(in crate::text) fn of_known(&self, part: &Range<usize>) -> Option<Range<usize>> {
        let behind = |offset: usize| self.known.gaps.partition_point(|gap| gap.range.end <= offset);
        let here = |offset: usize| moved(offset, *self.shifts.get(behind(offset))?);
        Some(here(part.start)?..here(part.end)?)
    }
}

fn moved(offset: usize, shift: i32) -> Option<usize> {
    offset.checked_add_signed(isize::try_from(shift).ok()?)
}

impl Tree<'_> {
    /// The known text that this one is like.
    pub(in crate::text) const fn like(&self) -> Option<&Like> {
        self.likeness.0.as_ref()
    }

    /// Where a part of the document is in that text: at the node of the same number.
    pub(in crate::text::yaml) fn known_place(&self, part: NodeId) -> Option<KnownPlace> {
        Some(KnownPlace { text: self.like()?.known.number(), place: part.0 })
    }

    /// The node at such a place.
    pub(in crate::text::yaml) fn at_place(&self, place: u32) -> Option<NodeId> {
        ((place as usize) < self.nodes()).then_some(NodeId(place))
    }

    fn set_like(&mut self, known: Arc<KnownText>, shifts: Vec<i32>) {
        self.likeness = Likeness(Some(Like { known, shifts }));
    }

    /// Makes it known that this is the text.
    pub(in crate::text) fn set_known(&mut self, known: &Arc<KnownText>) {
        self.set_like(Arc::clone(known), vec![0; known.gaps.len() + 1]);
    }
}
