//! The arena of spans that a document is read into: what stands where, and nothing copied that the text already says.
//!
//! Parsers fill it (`libyaml`, `json`), the view reads it, the splicer looks up offsets in it. All
//! offsets are bytes from the start of the document's text.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Number, Value};

use super::scalar::{self, Scalar};
use crate::value::pointer::Pointer;

/// A node's index in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

const NONE: u32 = u32::MAX;

/// What a node is, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A scalar.
    Scalar(ScalarStyle),
    /// A list.
    Sequence(Style),
    /// An object; its children are keys and values in turn.
    Mapping(Style),
    /// `*anchor`: stands for the node.
    Alias(NodeId),
}

/// How a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
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
    /// In quotes of either sort: a string.
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

#[derive(Clone, Copy, Debug)]
struct Node {
    shape: Shape,
    start: u32,
    end: u32,
    first: u32,
    next: u32,
    text: u32,
    tag: u32,
    anchor: Anchor,
}

/// Whether other places of the document show a node's value too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// No anchor.
    None,
    /// An anchor that nothing refers to.
    Unused,
    /// An anchor that an alias refers to: an edit here would be an edit there.
    Used,
}

/// The nodes of one document.
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    language: Language,
    nodes: Vec<Node>,
    strings: Vec<Box<str>>,
    merges: Merges,
    /// How deep the whole document is nested, aliases followed.
    deepest: usize,
    /// Where the text after a `...` begins that kubectl ignores; `None` where there is none.
    pub ignored: Option<usize>,
}

/// Whether any object of the document has a merge key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merges {
    Absent,
    Present,
}

impl<'t> Tree<'t> {
    pub(super) fn new(text: &'t str, language: Language) -> Self {
        Self {
            text,
            language,
            // JSON as API servers write it has a node for every ten bytes or so.
            nodes: Vec::with_capacity(if matches!(language, Language::Json) { text.len() / 16 } else { 0 }),
            strings: Vec::new(),
            merges: Merges::Absent,
            deepest: 0,
            ignored: None,
        }
    }

    pub(super) const fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The document's text.
    pub const fn text(&self) -> &'t str {
        self.text
    }

    /// The language that the document is written in.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The root, where the document is not empty.
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// What a node is.
    pub fn shape(&self, id: NodeId) -> Shape {
        self.node(id).shape
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

    /// Where a node's value begins behind its anchor and tag; its end where nothing else is written.
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

    /// Whether the node's value is shown elsewhere.
    pub fn anchor(&self, id: NodeId) -> Anchor {
        self.node(id).anchor
    }

    /// Whether the node has a tag of its own.
    pub fn is_tagged(&self, id: NodeId) -> bool {
        self.node(id).tag != NONE
    }

    /// The node that an alias stands for; the node itself where it is none.
    pub fn target(&self, id: NodeId) -> NodeId {
        match self.shape(id) {
            Shape::Alias(target) => target,
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
        match (node.text, node.shape) {
            (NONE, Shape::Scalar(ScalarStyle::Plain)) => self.source(id),
            // A JSON string without escapes is what stands between its quotes.
            (NONE, Shape::Scalar(ScalarStyle::Quoted)) if self.language == Language::Json => {
                self.text.get(node.start as usize + 1..node.end as usize - 1).unwrap_or_default()
            }
            (NONE, _) => "",
            (index, _) => self.strings.get(index as usize).map_or("", |text| text),
        }
    }

    /// What a mapping's key is in JSON; `None` for `<<` and for what can be no key.
    pub fn key(&self, id: NodeId) -> Option<Cow<'_, str>> {
        if self.language == Language::Json {
            return Some(Cow::Borrowed(self.scalar_text(id)));
        }
        let node = self.node(self.target(id));
        let Shape::Scalar(style) = node.shape else { return None };
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

    /// Whether a mapping's key is this in JSON.
    pub fn is_key(&self, id: NodeId, name: &str) -> bool {
        match self.language {
            Language::Json => self.is_json_key(self.node(id), name),
            Language::Yaml => self.key(id).as_deref() == Some(name),
        }
    }

    /// Most keys differ in length already, and then nothing is looked at.
    fn is_json_key(&self, node: &Node, name: &str) -> bool {
        if node.text != NONE {
            return self.strings.get(node.text as usize).is_some_and(|text| **text == *name);
        }
        let start = node.start as usize + 1;
        (node.end as usize).checked_sub(start + 1) == Some(name.len())
            && self.text.as_bytes().get(start..start + name.len()) == Some(name.as_bytes())
    }

    /// The value of a mapping's member; merge keys are not looked through.
    pub(super) fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        if !matches!(self.shape(id), Shape::Mapping(_)) {
            return None;
        }
        let mut next = self.node(id).first;
        while next != NONE {
            let key = self.node(NodeId(next));
            let is_it = match self.language {
                Language::Json => self.is_json_key(key, name),
                Language::Yaml => self.is_key(NodeId(next), name),
            };
            if is_it {
                return Some(NodeId(key.next));
            }
            next = self.node(NodeId(key.next)).next;
        }
        None
    }

    /// Whether a key is `<<`, which brings in the members of other objects.
    pub fn is_merge(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let tag = self.strings.get(node.tag as usize).map_or("", |tag| tag);
        match node.shape {
            Shape::Scalar(style) => scalar::is_merge(tag, self.scalar_text(id), style == ScalarStyle::Plain),
            _ => false,
        }
    }

    /// Where a pointer's value begins: its key for a member, else itself; the nearest parent's place where it is absent.
    pub fn locate(&self, root: NodeId, pointer: &Pointer) -> usize {
        self.follow(root, pointer).0
    }

    /// Where a pointer's value begins, as [`locate`](Self::locate), but for a member that is a scalar the scalar itself:
    /// what is wrong with it is wrong there.
    pub fn locate_value(&self, root: NodeId, pointer: &Pointer) -> usize {
        let (at, node) = self.follow(root, pointer);
        match node.map(|node| (self.shape(node), self.span(node))) {
            Some((Shape::Scalar(_) | Shape::Alias(_), span)) if !span.is_empty() => span.start,
            _ => at,
        }
    }

    fn follow(&self, root: NodeId, pointer: &Pointer) -> (usize, Option<NodeId>) {
        let mut at = self.span(root).start;
        let mut node = root;
        for token in pointer.tokens() {
            node = self.target(node);
            match self.shape(node) {
                Shape::Mapping(_) => {
                    let Some((key, value)) = self.pairs(node).find(|(key, _)| self.key(*key).as_deref() == Some(token))
                    else {
                        return (at, None);
                    };
                    at = self.span(key).start;
                    node = value;
                }
                Shape::Sequence(_) => {
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

    /// How deep collections are nested below a node, itself included and aliases followed; a scalar has depth 0.
    pub fn depth(&self, id: NodeId) -> usize {
        if id == NodeId(0) {
            return self.deepest;
        }
        // Parsers bound nesting and refuse an alias inside of its own anchor, so this ends.
        match self.shape(id) {
            Shape::Scalar(_) => 0,
            Shape::Alias(target) => self.depth(target),
            _ => 1 + self.children(id).map(|child| self.depth(child)).max().unwrap_or(0),
        }
    }

    pub(super) fn typed(&self, id: NodeId) -> Result<Scalar<'_>, String> {
        let node = self.node(id);
        let text = self.scalar_text(id);
        let plain = matches!(node.shape, Shape::Scalar(ScalarStyle::Plain));
        if let Some(tag) = self.strings.get(node.tag as usize) {
            return scalar::tagged(tag, text, plain).map_err(|error| error.to_string());
        }
        match (plain, self.language) {
            (false, _) => Ok(Scalar::String(Cow::Borrowed(text))),
            (true, Language::Yaml) => scalar::plain(text).map_err(|error| error.to_string()),
            (true, Language::Json) => json_literal(text),
        }
    }

    pub(super) fn push(&mut self, shape: Shape, span: Range<usize>) -> NodeId {
        #[expect(clippy::cast_possible_truncation, reason = "documents are bounded below 4 GiB when they are split")]
        let node = Node {
            shape,
            start: span.start as u32,
            end: span.end as u32,
            first: NONE,
            next: NONE,
            text: NONE,
            tag: NONE,
            anchor: Anchor::None,
        };
        self.nodes.push(node);
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer nodes than bytes")]
        NodeId((self.nodes.len() - 1) as u32)
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
    }

    pub(super) fn set_tag(&mut self, id: NodeId, tag: String) {
        self.node_mut(id).tag = self.intern(tag);
    }

    pub(super) fn set_anchor(&mut self, id: NodeId, anchor: Anchor) {
        self.node_mut(id).anchor = anchor;
    }

    pub(super) const fn merges(&self) -> Merges {
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
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "a NodeId is made by `push` alone, and nodes are never removed")]
    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }
}

fn json_literal(text: &str) -> Result<Scalar<'static>, String> {
    match text {
        "null" => return Ok(Scalar::Null),
        "true" => return Ok(Scalar::Boolean(true)),
        "false" => return Ok(Scalar::Boolean(false)),
        // The scanner has seen that it is a literal of JSON: no leading zeros. Neither is `-0`, which is a float.
        digits if digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            if let Ok(integer) = digits.parse() {
                return Ok(Scalar::Integer(integer));
            }
        }
        _ => {}
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Null) => Ok(Scalar::Null),
        Ok(Value::Bool(value)) => Ok(Scalar::Boolean(value)),
        Ok(Value::Number(number)) => Ok(number_scalar(&number)),
        Ok(_) | Err(_) => Err(format!("`{text}` is no JSON value")),
    }
}

fn number_scalar(number: &Number) -> Scalar<'static> {
    if let Some(value) = number.as_i64() {
        Scalar::Integer(value)
    } else if let Some(value) = number.as_u64() {
        Scalar::Unsigned(value)
    } else {
        Scalar::Float(number.as_f64().unwrap_or_default())
    }
}
