//! The tree that a document is read into: each node's kind, its bytes in the text, and its children.
//!
//! It copies nothing that the text already says. Parsers fill it (`libyaml`, `json`), the view reads it, and the splicer
//! looks up offsets in it. [`find`] has the look-ups: of a key, of a pointer. All offsets are bytes from the start of the
//! document's text.
//!
//! Nodes are in one vector, in the order of the text, and are linked by index (first child, next sibling). A document of
//! many small nodes then costs a few large allocations, and dropping it costs nothing.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::scalar::{self, Scalar};

mod find;
mod footprint;
pub(in crate::text) mod likeness;
mod mark;

use footprint::Watch;
use likeness::Likeness;
use mark::Mark;

/// A node's index in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

const NONE: u32 = u32::MAX;

/// Up to this many members, the keys of a mapping are compared with each other.
pub(super) const SMALL_MAPPING: usize = 16;

/// What a node is, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A scalar.
    Scalar(ScalarStyle),
    /// A list.
    Sequence(CollectionStyle),
    /// An object; its children are keys and values in turn.
    Mapping(CollectionStyle),
    /// `*anchor`: it has the value of that node.
    Alias(NodeId),
}

/// How a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionStyle {
    /// By indentation.
    Block,
    /// In brackets or braces.
    Flow,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes: typed by its text.
    Plain,
    /// In single or double quotes: a string.
    Quoted,
    /// `|` or `>`: a string.
    Block,
}

/// Which language the document is written in: their numbers and escapes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// YAML 1.1 as goyaml.v2 reads it.
    Yaml,
    /// JSON (RFC 8259).
    Json,
}

/// A node as the tree holds it. Offsets and indices have 32 bits, to keep it small; [`NONE`] is an index to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StoredNode {
    kind: NodeKind,
    start: u32,
    end: u32,
    /// The first child.
    first: u32,
    /// The next child of the same parent.
    next: u32,
    /// The scalar's text in `strings`, where it differs from what is written.
    text: u32,
    /// The tag in `strings`.
    tag: u32,
    anchor: Anchor,
    mark: Mark,
}

/// Whether other places of the document have the node's value too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// No anchor.
    None,
    /// An anchor that nothing refers to.
    Unused,
    /// An anchor that an alias refers to: an edit here changes the value there.
    Used,
}

/// The nodes of one document.
#[derive(Debug, PartialEq, Eq)]
pub struct Tree<'t> {
    text: &'t str,
    language: Language,
    nodes: Vec<StoredNode>,
    strings: Vec<Box<str>>,
    merges: Merges,
    /// How deep the whole document is nested, aliases followed.
    deepest: usize,
    /// Where the text after a `...` begins that kubectl ignores; `None` where there is none.
    pub ignored: Option<usize>,
    aliases: Aliases,
    /// The first line break that is neither LF nor CRLF, once it was looked for.
    odd_line_break: OnceLock<Option<usize>>,
    watch: Watch,
    likeness: Likeness,
}

/// Whether any value of the document is an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aliases {
    Absent,
    Present,
}

/// Whether any object of the document has a merge key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Merges {
    Absent,
    Present,
}

impl<'t> Tree<'t> {
    pub(super) fn new(text: &'t str, language: Language) -> Self {
        Self {
            text,
            language,
            // A manifest, and JSON as API servers write it, have a node for every ten bytes or so.
            nodes: Vec::with_capacity(text.len() / 9 + 2),
            strings: Vec::new(),
            merges: Merges::Absent,
            deepest: 0,
            ignored: None,
            aliases: Aliases::Absent,
            odd_line_break: OnceLock::new(),
            watch: Watch::default(),
            likeness: Likeness::default(),
        }
    }

    pub(super) const fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The first odd line break. It is looked for once, however many objects of the document ask.
    pub(in crate::text) fn odd_line_break(&self, look: impl FnOnce() -> Option<usize>) -> Option<usize> {
        *self.odd_line_break.get_or_init(look)
    }

    /// The text of the whole document.
    pub const fn text(&self) -> &'t str {
        self.text
    }

    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// `None` for an empty document.
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// Every node, in the order of the text. A collection comes before what is in it.
    pub(in crate::text) fn all(&self) -> impl Iterator<Item = NodeId> + use<> {
        #[expect(clippy::cast_possible_truncation, reason = "a text has fewer bytes than that, and so fewer nodes")]
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The node's kind and style.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    /// A node's bytes, with its anchor and tag. A block collection ends where its last leaf does.
    pub fn span(&self, id: NodeId) -> Range<usize> {
        let node = self.node(id);
        node.start as usize..node.end as usize
    }

    /// A node's bytes as they are written.
    pub fn source(&self, id: NodeId) -> &'t str {
        self.text.get(self.span(id)).unwrap_or_default()
    }

    pub(crate) fn anchor(&self, id: NodeId) -> Anchor {
        self.node(id).anchor
    }

    /// Whether the node has a tag of its own.
    pub fn is_tagged(&self, id: NodeId) -> bool {
        self.node(id).tag != NONE
    }

    /// Whether any node is an alias, so that a value may be there more than once.
    pub(crate) fn has_aliases(&self) -> bool {
        self.aliases == Aliases::Present
    }

    /// Each text that is not read as it is written, as it is read.
    pub(crate) fn resolved_texts(&self) -> impl Iterator<Item = &str> {
        self.strings.iter().map(|text| &**text)
    }

    /// The node that an alias refers to; any other node is its own target.
    pub fn target(&self, id: NodeId) -> NodeId {
        match self.kind(id) {
            NodeKind::Alias(target) => target,
            _ => id,
        }
    }

    /// The children in their order: elements, or keys and values in turn.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = self.node(id).first;
        std::iter::from_fn(move || {
            let id = (next != NONE).then_some(NodeId(next))?;
            next = self.node(id).next;
            Some(id)
        })
    }

    /// A mapping's keys and values, as written: merge keys are not looked through.
    pub fn pairs(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let mut children = self.children(id);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// A scalar's text with quotes, escapes and folding resolved; empty for a collection.
    pub fn scalar_text(&self, id: NodeId) -> &str {
        let node = self.node(id);
        match (node.text, node.kind) {
            (NONE, NodeKind::Scalar(ScalarStyle::Plain)) => self.source(id),
            // A string without escapes is what is between its quotes.
            (NONE, NodeKind::Scalar(ScalarStyle::Quoted)) => {
                self.text.get(node.start as usize + 1..node.end as usize - 1).unwrap_or_default()
            }
            (NONE, _) => "",
            (index, _) => self.strings.get(index as usize).map_or("", |text| text),
        }
    }

    /// How deep collections are nested below a node, itself included and aliases followed; a scalar has depth 0.
    pub fn depth(&self, id: NodeId) -> usize {
        if id == NodeId(0) {
            return self.deepest;
        }
        // This ends: parsers bound nesting, and refuse an alias inside its own anchor.
        match self.kind(id) {
            NodeKind::Scalar(_) => 0,
            NodeKind::Alias(target) => self.depth(target),
            _ => 1 + self.children(id).map(|child| self.depth(child)).max().unwrap_or(0),
        }
    }

    /// A scalar's value. Whoever reads one asks here, so that a [`Watch`] sees it.
    pub(super) fn typed(&self, id: NodeId) -> Result<Scalar<'_>, String> {
        self.watch.see(id);
        let node = self.node(id);
        let text = self.scalar_text(id);
        let plain = matches!(node.kind, NodeKind::Scalar(ScalarStyle::Plain));
        if let Some(tag) = self.strings.get(node.tag as usize) {
            return scalar::tagged(tag, text, plain).map_err(|error| error.to_string());
        }
        match (plain, self.language) {
            (false, _) => Ok(Scalar::String(Cow::Borrowed(text))),
            (true, Language::Yaml) => scalar::plain(text).map_err(|error| error.to_string()),
            (true, Language::Json) => scalar::json(text),
        }
    }

    pub(super) fn push(&mut self, kind: NodeKind, span: Range<usize>) -> NodeId {
        #[expect(clippy::cast_possible_truncation, reason = "documents are bounded below 4 GiB when they are split")]
        let node = StoredNode {
            kind,
            start: span.start as u32,
            end: span.end as u32,
            first: NONE,
            next: NONE,
            text: NONE,
            tag: NONE,
            anchor: Anchor::None,
            mark: self.mark(kind, &span),
        };
        self.nodes.push(node);
        if let NodeKind::Alias(_) = kind {
            self.aliases = Aliases::Present;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer nodes than bytes")]
        NodeId((self.nodes.len() - 1) as u32)
    }

    /// That of a node as it is written; its text and its tag are not known yet.
    fn mark(&self, kind: NodeKind, written: &Range<usize>) -> Mark {
        let quote = match kind {
            NodeKind::Scalar(ScalarStyle::Plain) => 0,
            NodeKind::Scalar(ScalarStyle::Quoted) => 1,
            _ => return Mark::UNKNOWN,
        };
        let first = self.text.as_bytes().get(written.start + quote).copied().unwrap_or_default();
        Mark::new(first, written.len().saturating_sub(2 * quote))
    }

    pub(super) fn link(&mut self, parent: NodeId, previous: Option<NodeId>, child: NodeId) {
        match previous {
            None => self.node_mut(parent).first = child.0,
            Some(previous) => self.node_mut(previous).next = child.0,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "documents are bounded below 4 GiB when they are split")]
    pub(super) fn set_end(&mut self, id: NodeId, end: usize) {
        self.node_mut(id).end = end as u32;
    }

    pub(super) fn set_text(&mut self, id: NodeId, text: String) {
        self.node_mut(id).text = self.intern(text);
        self.node_mut(id).mark = Mark::UNKNOWN;
    }

    pub(super) fn set_tag(&mut self, id: NodeId, tag: String) {
        self.node_mut(id).tag = self.intern(tag);
        self.node_mut(id).mark = Mark::UNKNOWN;
    }

    pub(super) fn set_anchor(&mut self, id: NodeId, anchor: Anchor) {
        self.node_mut(id).anchor = anchor;
    }

    pub(in crate::text) const fn merges(&self) -> Merges {
        self.merges
    }

    /// Whether no part of the document is nested deeper than this.
    pub const fn is_within(&self, depth: usize) -> bool {
        self.deepest <= depth
    }

    pub(super) const fn set_deepest(&mut self, depth: usize) {
        self.deepest = depth;
    }

    pub(super) const fn note_merge(&mut self) {
        self.merges = Merges::Present;
    }

    #[expect(clippy::cast_possible_truncation, reason = "there are fewer strings than bytes")]
    fn intern(&mut self, text: String) -> u32 {
        self.strings.push(text.into_boxed_str());
        (self.strings.len() - 1) as u32
    }

    #[expect(clippy::indexing_slicing, reason = "a NodeId is made by `push` alone, and nodes are never removed")]
    fn node(&self, id: NodeId) -> &StoredNode {
        &self.nodes[id.0 as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "a NodeId is made by `push` alone, and nodes are never removed")]
    fn node_mut(&mut self, id: NodeId) -> &mut StoredNode {
        &mut self.nodes[id.0 as usize]
    }
}
