//! What both parsers share. It links nodes as they open and close, and checks all that a reader of the tree relies on: the
//! nesting, the keys, anchors, merge keys, and how much the aliases expand to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::error::{SyntaxError, SyntaxErrorKind};
use super::tree::{Anchor, Language, NodeId, NodeKind, SMALL_MAPPING, ScalarStyle, Tree};

/// How many levels a parser follows. It is more than [`super::MAX_DEPTH`], since an object in a list or in a review has
/// some levels around it, and its own depth is checked later.
pub(super) const MAX_DEPTH: usize = 128;

pub(super) struct Builder<'t> {
    tree: Tree<'t>,
    open: Vec<Frame>,
    anchors: HashMap<String, Anchored>,
}

/// How many nodes a part expands to: all of them, and those that come from aliases.
#[derive(Clone, Copy, Default)]
struct Expansion {
    nodes: u64,
    aliased: u64,
}

struct Frame {
    id: NodeId,
    last: Option<NodeId>,
    count: usize,
    expansion: Expansion,
    depth: usize,
    anchor: Option<String>,
}

impl Frame {
    fn link(&mut self, tree: &mut Tree<'_>, id: NodeId) {
        tree.link(self.id, self.last, id);
        self.last = Some(id);
        self.count += 1;
    }
}

struct Anchored {
    id: NodeId,
    nodes: u64,
    depth: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, language: Language) -> Result<Self, SyntaxError> {
        if text.len() >= u32::MAX as usize {
            return Err(SyntaxError::new(0, SyntaxErrorKind::Size));
        }
        Ok(Self { tree: Tree::new(text, language), open: Vec::with_capacity(16), anchors: HashMap::new() })
    }

    pub(super) const fn nodes(&self) -> usize {
        self.tree.nodes()
    }

    pub(super) const fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn finish(self) -> Tree<'t> {
        self.tree
    }

    pub(super) fn tree_mut(&mut self) -> &mut Tree<'t> {
        &mut self.tree
    }

    pub(super) fn open(
        &mut self,
        kind: NodeKind,
        span: Range<usize>,
        anchor: Option<String>,
        tag: Option<String>,
    ) -> Result<(), SyntaxError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(SyntaxError::new(span.start, SyntaxErrorKind::Depth(super::MAX_DEPTH)));
        }
        self.refuse_as_key(span.start, "an object or a list")?;
        let id = self.add(kind, span, anchor.as_ref(), tag);
        self.open.push(Frame {
            id,
            last: None,
            count: 0,
            expansion: Expansion { nodes: 1, aliased: 0 },
            depth: 0,
            anchor,
        });
        Ok(())
    }

    pub(super) fn scalar(
        &mut self,
        style: ScalarStyle,
        span: Range<usize>,
        value: Option<String>,
        anchor: Option<String>,
        tag: Option<String>,
    ) -> Result<(), SyntaxError> {
        let start = span.start;
        let is_bare = tag.is_none() && anchor.is_none();
        let id = self.add(NodeKind::Scalar(style), span, anchor.as_ref(), tag);
        if let Some(value) = value {
            self.tree.set_text(id, value);
        }
        // Without a tag, only a text like `.inf` is one that JSON cannot hold.
        if !is_bare || matches!(self.tree.text().as_bytes().get(start), Some(b'.' | b'+' | b'-')) {
            self.check_scalar(id, start)?;
        }
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchored { id, nodes: 1, depth: 0 });
        }
        self.count(Expansion { nodes: 1, aliased: 0 }, 0);
        Ok(())
    }

    /// A scalar of JSON. It has no anchor and no tag, and JSON can hold it, so nothing has to be checked.
    pub(super) fn json_scalar(&mut self, style: ScalarStyle, span: Range<usize>, value: Option<String>) {
        let id = self.tree.push(NodeKind::Scalar(style), span);
        if let Some(value) = value {
            self.tree.set_text(id, value);
        }
        if let Some(frame) = self.open.last_mut() {
            frame.link(&mut self.tree, id);
            frame.expansion.nodes += 1;
        }
    }

    pub(super) fn alias(&mut self, name: String, span: Range<usize>) -> Result<(), SyntaxError> {
        let Some(&Anchored { id: target, nodes, depth }) = self.anchors.get(&name) else {
            return Err(SyntaxError::new(span.start, SyntaxErrorKind::UnknownAnchor(name)));
        };
        if self.open.len() + depth > MAX_DEPTH {
            return Err(SyntaxError::new(span.start, SyntaxErrorKind::Depth(super::MAX_DEPTH)));
        }
        if !matches!(self.tree.kind(target), NodeKind::Scalar(_)) {
            self.refuse_as_key(span.start, "an object or a list")?;
        }
        self.tree.set_anchor(target, Anchor::Used);
        self.add(NodeKind::Alias(target), span, None, None);
        self.count(Expansion { nodes, aliased: nodes }, depth);
        Ok(())
    }

    /// Closes the innermost collection. A flow collection ends with its bracket, a block one with its last leaf.
    pub(super) fn close(&mut self, flow_end: Option<usize>) -> Result<(), SyntaxError> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let end = flow_end
            .or_else(|| frame.last.map(|last| self.tree.span(last).end))
            .unwrap_or_else(|| self.tree.span(frame.id).end);
        self.tree.set_end(frame.id, end);
        if matches!(self.tree.kind(frame.id), NodeKind::Mapping(_)) {
            self.check_mapping(frame.id, frame.count)?;
        }
        let expansion = frame.expansion;
        if exceeds_budget(expansion) {
            return Err(SyntaxError::new(self.tree.span(frame.id).start, SyntaxErrorKind::AliasBomb));
        }
        if let Some(anchor) = frame.anchor {
            self.anchors.insert(anchor, Anchored { id: frame.id, nodes: expansion.nodes, depth: frame.depth + 1 });
        }
        if self.open.is_empty() {
            self.tree.set_deepest(frame.depth + 1);
        }
        self.count(expansion, frame.depth + 1);
        Ok(())
    }

    fn add(&mut self, kind: NodeKind, span: Range<usize>, anchor: Option<&String>, tag: Option<String>) -> NodeId {
        let id = self.link(kind, span);
        if anchor.is_some() {
            self.tree.set_anchor(id, Anchor::Unused);
        }
        if let Some(tag) = tag {
            self.tree.set_tag(id, tag);
        }
        id
    }

    fn link(&mut self, kind: NodeKind, span: Range<usize>) -> NodeId {
        let id = self.tree.push(kind, span);
        if let Some(frame) = self.open.last_mut() {
            frame.link(&mut self.tree, id);
        }
        id
    }

    fn count(&mut self, expansion: Expansion, depth: usize) {
        if let Some(frame) = self.open.last_mut() {
            frame.expansion.nodes = frame.expansion.nodes.saturating_add(expansion.nodes);
            frame.expansion.aliased = frame.expansion.aliased.saturating_add(expansion.aliased);
            frame.depth = frame.depth.max(depth);
        }
    }

    /// Refuses a collection where the next node is a mapping's key, which only a scalar can be.
    fn refuse_as_key(&self, offset: usize, what: &'static str) -> Result<(), SyntaxError> {
        match self.open.last() {
            Some(frame)
                if frame.count.is_multiple_of(2) && matches!(self.tree.kind(frame.id), NodeKind::Mapping(_)) =>
            {
                Err(SyntaxError::new(offset, SyntaxErrorKind::Key(what)))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a scalar that JSON cannot hold.
    fn check_scalar(&self, id: NodeId, offset: usize) -> Result<(), SyntaxError> {
        let plain = matches!(self.tree.kind(id), NodeKind::Scalar(ScalarStyle::Plain));
        let suspicious = plain && self.tree.scalar_text(id).starts_with(['.', '+', '-']);
        if self.tree.language() == Language::Yaml && (suspicious || self.tree.is_tagged(id)) {
            self.tree.typed(id).map_err(|error| SyntaxError::new(offset, SyntaxErrorKind::Scalar(error)))?;
        }
        Ok(())
    }

    fn check_mapping(&mut self, id: NodeId, count: usize) -> Result<(), SyntaxError> {
        let mut merges = false;
        let tree = &self.tree;
        if tree.has_distinct_keys(id) {
            return Ok(());
        }
        let mut seen = SeenKeys::new(count / 2);
        for (key, value) in tree.pairs(id) {
            let offset = tree.span(key).start;
            if tree.language() == Language::Yaml && tree.is_merge(key) {
                check_merge(tree, value)?;
                merges = true;
                continue;
            }
            let Some(name) = tree.key(key) else {
                return Err(SyntaxError::new(offset, SyntaxErrorKind::Key("null")));
            };
            if let Some(first) = seen.insert(name.clone(), offset) {
                let line =
                    1 + memchr::memchr_iter(b'\n', tree.text().as_bytes().get(..first).unwrap_or_default()).count();
                return Err(SyntaxError::new(offset, SyntaxErrorKind::DuplicateKey { key: name.into_owned(), line }));
            }
        }
        if merges {
            self.tree.note_merge();
        }
        Ok(())
    }
}

/// The keys of one mapping with their offsets.
struct SeenKeys<'a> {
    few: Vec<(Cow<'a, str>, usize)>,
    many: HashSet<Cow<'a, str>>,
    hashed: bool,
}

impl<'a> SeenKeys<'a> {
    fn new(expected: usize) -> Self {
        Self { few: Vec::with_capacity(expected), many: HashSet::new(), hashed: expected > SMALL_MAPPING }
    }

    /// The offset of the same key, where the mapping already has it.
    fn insert(&mut self, name: Cow<'a, str>, offset: usize) -> Option<usize> {
        let known = if self.hashed {
            !self.many.insert(name.clone())
        } else {
            self.few.iter().any(|(known, _)| *known == name)
        };
        if known {
            return self.few.iter().find(|(known, _)| *known == name).map(|(_, offset)| *offset);
        }
        self.few.push((name, offset));
        None
    }
}

fn check_merge(tree: &Tree<'_>, value: NodeId) -> Result<(), SyntaxError> {
    let is_mapping = |id: NodeId| matches!(tree.kind(tree.target(id)), NodeKind::Mapping(_));
    let fits = is_mapping(value)
        || matches!(tree.kind(tree.target(value)), NodeKind::Sequence(_))
            && tree.children(tree.target(value)).all(is_mapping);
    if fits { Ok(()) } else { Err(SyntaxError::new(tree.span(value).start, SyntaxErrorKind::Merge)) }
}

/// Whether aliases expand to too much, by the rule of goyaml.v2, kubectl's parser: a small document may consist of
/// aliases, a large one may have only a few. Source: `allowedAliasRatio` of its `decode.go`.
fn exceeds_budget(expansion: Expansion) -> bool {
    const FREE: u64 = 400_000;
    const FULL: u64 = 4_000_000;
    if expansion.aliased <= 100 || expansion.nodes <= 1000 {
        return false;
    }
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    let allowed = match expansion.nodes {
        ..=FREE => 0.99,
        FULL.. => 0.10,
        nodes => 0.99 - 0.89 * ((nodes - FREE) as f64 / (FULL - FREE) as f64),
    };
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    let share = expansion.aliased as f64 / expansion.nodes as f64;
    share > allowed
}
