//! What a patch makes of a tree: the changed collections, with their old and new entries in their new order.
//!
//! A collection is copied into the overlay when an operation first reaches into it ([`Edited`]); all else stays a
//! [`NodeId`]. An old entry keeps its nodes, so that the splicer knows where in the text it is. The text and the tree
//! never change here.
//!
//! It also refuses what no edit of this place can do: an alias, an anchor that is in use, a value from a merge key.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::made::Made;
use super::{SpliceError, SpliceErrorKind, Undo, UserStrings, extended};
use crate::text::yaml::tree::{Anchor, CollectionStyle, Merges, NodeId, NodeKind, Tree};
use crate::value::patch::Op;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{View as _, is_same_name};

/// A value after the patch.
pub(super) enum Content {
    /// The value in the text, unchanged.
    Old(NodeId),
    /// A value of the patch.
    New(Made),
    /// A string of the user's own with a value of the patch, as it is written now.
    Text(String),
    /// A collection in the text, with a change somewhere inside it.
    Edited(Box<Edited>),
}

/// A collection in the text, with a change somewhere inside it.
pub(super) struct Edited {
    pub(super) node: NodeId,
    /// All entries, old and new, in the order that the patch gives them. Old ones never change their order.
    pub(super) entries: Vec<CollectionEntry>,
}

/// An element or member.
pub(super) struct CollectionEntry {
    /// The member's name; empty for an element.
    pub(super) name: ReferenceToken,
    /// Its nodes in the text; `None` for an entry that the patch adds.
    pub(super) nodes: Option<EntryNodes>,
    pub(super) content: Content,
}

/// The nodes of an entry that is in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryNodes {
    /// The key of a member; `None` for an element.
    pub(super) key: Option<NodeId>,
    pub(super) value: NodeId,
}

impl Edited {
    fn new(tree: &Tree<'_>, node: NodeId) -> Self {
        let entries = entry_nodes(tree, node)
            .map(|nodes| CollectionEntry {
                name: nodes.key.and_then(|key| tree.key(key)).map(Into::into).unwrap_or_default(),
                nodes: Some(nodes),
                content: Content::Old(nodes.value),
            })
            .collect();
        Self { node, entries }
    }

    /// Whether any entry of the text is left.
    pub(super) fn keeps_any(&self) -> bool {
        self.entries.iter().any(|entry| entry.nodes.is_some())
    }

    /// The collection as a value. Call it where no entry of the text is left: an old entry would become null.
    pub(super) fn as_new(&self, tree: &Tree<'_>) -> Value {
        let value = |entry: &CollectionEntry| match &entry.content {
            Content::New(made) => made.value().into_owned(),
            Content::Old(_) | Content::Text(_) | Content::Edited(_) => Value::Null,
        };
        if matches!(tree.kind(self.node), NodeKind::Mapping(_)) {
            Value::Object(
                self.entries.iter().map(|entry| (entry.name.to_string(), value(entry))).collect::<Map<_, _>>(),
            )
        } else {
            Value::Array(self.entries.iter().map(value).collect())
        }
    }
}

/// The entries of a collection, in the order of the text.
pub(super) fn entry_nodes(tree: &Tree<'_>, node: NodeId) -> impl Iterator<Item = EntryNodes> {
    let is_mapping = matches!(tree.kind(node), NodeKind::Mapping(_));
    let members = is_mapping.then(|| tree.pairs(node).map(|(key, value)| EntryNodes { key: Some(key), value }));
    let elements = (!is_mapping).then(|| tree.children(node).map(|value| EntryNodes { key: None, value }));
    members.into_iter().flatten().chain(elements.into_iter().flatten())
}

pub(super) struct Overlay<'t> {
    tree: &'t Tree<'t>,
    root: Content,
    strings: UserStrings,
}

impl<'t> Overlay<'t> {
    pub(super) const fn new(tree: &'t Tree<'t>, root: NodeId, strings: UserStrings) -> Self {
        Self { tree, root: Content::Old(root), strings }
    }

    pub(super) const fn root(&self) -> Option<&Edited> {
        match &self.root {
            Content::Edited(edited) => Some(edited),
            _ => None,
        }
    }

    pub(super) fn apply(&mut self, op: &Op) -> Result<(), SpliceError> {
        apply((self.tree, self.strings), &mut self.root, op.path().tokens(), op)
    }
}

/// Follows the tokens into a value and applies the operation there.
///
/// The recursion is as deep as the pointer, and only this program makes patches: none reaches deeper than a pod template.
fn apply(
    (tree, strings): (&Tree<'_>, UserStrings),
    content: &mut Content,
    tokens: &[ReferenceToken],
    op: &Op,
) -> Result<(), SpliceError> {
    let Some((token, rest)) = tokens.split_first() else { return Err(misfit(op, 0)) };
    if let Content::Old(id) = *content {
        check_editable(tree, id, op)?;
        *content = Content::Edited(Box::new(Edited::new(tree, id)));
    }
    match content {
        Content::New(made) => made.apply(tokens, op).ok_or_else(|| misfit(op, 0)),
        Content::Old(_) | Content::Text(_) => Err(misfit(op, 0)),
        Content::Edited(edited) if rest.is_empty() => apply_here((tree, strings), edited, token, op),
        Content::Edited(edited) => {
            let offset = tree.span(edited.node).start;
            let index = find(tree, edited, token).ok_or_else(|| absent(tree, edited.node, token, op, offset))?;
            let entry = edited.entries.get_mut(index).ok_or_else(|| misfit(op, offset))?;
            check_effective(tree, edited.node, entry, token, op)?;
            apply((tree, strings), &mut entry.content, rest, op)
        }
    }
}

/// Members that go before another member, where that is there. Any order means the same to Kubernetes; people expect this
/// one.
const READ_BEFORE: &[(&str, &str)] = &[("initContainers", "containers"), ("metadata", "spec")];

fn apply_here(
    (tree, strings): (&Tree<'_>, UserStrings),
    edited: &mut Edited,
    token: &ReferenceToken,
    op: &Op,
) -> Result<(), SpliceError> {
    let offset = tree.span(edited.node).start;
    let is_mapping = matches!(tree.kind(edited.node), NodeKind::Mapping(_));
    let parent = match tree.kind(edited.node) {
        NodeKind::Sequence(style) | NodeKind::Mapping(style) => style,
        _ => CollectionStyle::Block,
    };
    match op {
        Op::Add(_, value) => {
            let index = if is_mapping {
                let next = READ_BEFORE.iter().find(|(name, _)| *name == token).map(|(_, next)| *next);
                let next = next.and_then(|next| edited.entries.iter().position(|entry| entry.name == next));
                next.unwrap_or(edited.entries.len())
            } else if token == "-" {
                edited.entries.len()
            } else {
                token.parse().ok().filter(|index| *index <= edited.entries.len()).ok_or_else(|| misfit(op, offset))?
            };
            let name = if is_mapping { token.clone() } else { ReferenceToken::default() };
            edited.entries.insert(
                index,
                CollectionEntry { name, nodes: None, content: Content::New(Made::Whole(Arc::clone(value))) },
            );
        }
        Op::Remove(_) => {
            let index = find(tree, edited, token).ok_or_else(|| absent(tree, edited.node, token, op, offset))?;
            edited.entries.remove(index);
        }
        Op::Replace(_, value) => {
            let index = find(tree, edited, token).ok_or_else(|| absent(tree, edited.node, token, op, offset))?;
            let entry = edited.entries.get_mut(index).ok_or_else(|| misfit(op, offset))?;
            check_effective(tree, edited.node, entry, token, op)?;
            if let Content::Old(id) = entry.content {
                check_editable(tree, id, op)?;
            }
            entry.content = match entry.content {
                Content::Old(id) => replaced(tree, id, value, op)?,
                _ => Content::New(Made::Whole(Arc::clone(value))),
            };
            let new = value.as_str().filter(|_| (strings.is_one)(op.path()));
            if let Some((new, nodes)) = new.zip(entry.nodes) {
                let node = (token.as_str(), nodes.value);
                if strings.undo == Undo::Exact && extended::is_lossy(tree, node, new, parent) {
                    let kind = SpliceErrorKind::Text(token.to_string());
                    return Err(SpliceError { offset: tree.span(nodes.value).start, at: op.path().clone(), kind });
                }
                if let Some(text) = extended::kept(tree, node, new, parent) {
                    entry.content = Content::Text(text);
                }
            }
        }
    }
    Ok(())
}

/// A value in the place of another. Of an object with members in common, only what differs is changed, so that comments and
/// quotes around the rest stay. As deep as the value, which is one of ours.
fn replaced(tree: &Tree<'_>, id: NodeId, value: &Arc<Value>, op: &Op) -> Result<Content, SpliceError> {
    let whole = || Content::New(Made::Whole(Arc::clone(value)));
    let (NodeKind::Mapping(_), Value::Object(members)) = (tree.kind(id), &**value) else { return Ok(whole()) };
    let mut old = Edited::new(tree, id).entries.into_iter().peekable();
    let mut entries = Vec::with_capacity(members.len());
    for (name, value) in members {
        let is_kept = tree.pairs(id).any(|(key, _)| !tree.is_merge(key) && tree.is_key(key, name));
        if !is_kept {
            let content = Content::New(Made::Whole(Arc::new(value.clone())));
            entries.push(CollectionEntry { name: name.into(), nodes: None, content });
            continue;
        }
        // Members that are in another order than in the text are written anew.
        let Some(mut entry) = old.find(|entry| entry.name == *name) else { return Ok(whole()) };
        if let Some(nodes) = entry.nodes
            && !tree.view(nodes.value).equals(value)
        {
            check_editable(tree, nodes.value, op)?;
            entry.content = replaced(tree, nodes.value, &Arc::new(value.clone()), op)?;
        }
        entries.push(entry);
    }
    let edited = Edited { node: id, entries };
    Ok(if edited.keeps_any() { Content::Edited(Box::new(edited)) } else { whole() })
}

fn find(tree: &Tree<'_>, edited: &Edited, token: &str) -> Option<usize> {
    if matches!(tree.kind(edited.node), NodeKind::Mapping(_)) {
        let is_merge = |entry: &CollectionEntry| {
            tree.merges() == Merges::Present
                && entry.nodes.and_then(|nodes| nodes.key).is_some_and(|key| tree.is_merge(key))
        };
        edited.entries.iter().position(|entry| is_same_name(&entry.name, token) && !is_merge(entry))
    } else {
        token.parse().ok().filter(|index| *index < edited.entries.len())
    }
}

/// Refuses an alias, which has no text of its own, and a value whose anchor is in use, since an edit there would also
/// change the value of each alias. Also refuses a pair without braces (`[a: 1]`): it cannot have a second member.
fn check_editable(tree: &Tree<'_>, id: NodeId, op: &Op) -> Result<(), SpliceError> {
    let source = || tree.source(id).split([' ', '\n', '\r', '\t']).next().unwrap_or_default().to_owned();
    let kind = match (tree.kind(id), tree.anchor(id)) {
        (NodeKind::Alias(_), _) => SpliceErrorKind::Alias(source()),
        (_, Anchor::Used) => SpliceErrorKind::Anchor(source()),
        (NodeKind::Mapping(CollectionStyle::Flow), _)
            if !tree.text().get(tree.content_start(id)..).is_some_and(|text| text.starts_with('{')) =>
        {
            SpliceErrorKind::Pair(tree.source(id).to_owned())
        }
        _ => return Ok(()),
    };
    Err(SpliceError { offset: tree.span(id).start, at: op.path().clone(), kind })
}

/// Refuses to change a member that a later merge key (`<<`) overrides: the change would have no effect. kubectl lets
/// the later of the two win, a merge key or not.
fn check_effective(
    tree: &Tree<'_>,
    node: NodeId,
    entry: &CollectionEntry,
    token: &str,
    op: &Op,
) -> Result<(), SpliceError> {
    let Some(EntryNodes { key: Some(key), value }) = entry.nodes else { return Ok(()) };
    if tree.merges() == Merges::Absent {
        return Ok(());
    }
    match tree.view(node).member(token) {
        Some(effective) if effective.id() != value => Err(SpliceError {
            offset: tree.span(key).start,
            at: op.path().clone(),
            kind: SpliceErrorKind::Merge(token.to_owned()),
        }),
        _ => Ok(()),
    }
}

/// The error for an entry that the collection does not have: its value comes from a merge key, or the patch is wrong.
fn absent(tree: &Tree<'_>, node: NodeId, token: &str, op: &Op, offset: usize) -> SpliceError {
    if tree.view(node).member(token).is_some() {
        return SpliceError { offset, at: op.path().clone(), kind: SpliceErrorKind::Merge(token.to_owned()) };
    }
    misfit(op, offset)
}

fn misfit(op: &Op, offset: usize) -> SpliceError {
    let at: Pointer = op.path().clone();
    SpliceError { offset, kind: SpliceErrorKind::Misfit(at.to_string()), at }
}
