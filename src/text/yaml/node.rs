//! The [`View`] of a YAML or JSON node. It follows aliases and merge keys, so that a decision sees the values that
//! Kubernetes sees.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};

use super::scalar::{self, Scalar};
use super::tree::{Merges, NodeId, NodeKind, Tree};
use crate::value::footprint::{Footprint, KnownPlace};
use crate::value::view::{Kind, View};

impl Tree<'_> {
    /// The node's value, to be read.
    pub const fn view(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }
}

/// A node together with its tree.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    tree: &'a Tree<'a>,
    id: NodeId,
}

impl<'a> NodeRef<'a> {
    /// The node's index in its tree.
    pub const fn id(self) -> NodeId {
        self.id
    }

    /// The bytes of its value in the text of the document, without anchor and tag.
    pub(crate) fn span(self) -> Range<usize> {
        self.tree.content_start(self.id)..self.tree.span(self.id).end
    }

    /// A text in which all of it is: its own, or that of the document, where parts of it may be elsewhere.
    pub(crate) fn text_of_all(self) -> &'a str {
        match self.tree.has_aliases() {
            true => self.document(),
            false => self.document().get(self.span()).unwrap_or_default(),
        }
    }

    /// The text of the document around it.
    pub(crate) const fn document(self) -> &'a str {
        self.tree.text()
    }

    const fn at(self, id: NodeId) -> Self {
        NodeRef { tree: self.tree, id }
    }

    fn resolved(self) -> Self {
        self.at(self.tree.target(self.id))
    }

    /// The objects that `<<: …` brings in, in the order in which they apply.
    fn merged(self) -> Vec<Self> {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Mapping(_) => vec![node],
            // Earlier elements take precedence, so they apply last.
            NodeKind::Sequence(_) => {
                let mut elements: Vec<_> = self.tree.children(node.id).map(|id| node.at(id).resolved()).collect();
                elements.reverse();
                elements
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> View<'a> for NodeRef<'a> {
    fn kind(self) -> Kind {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Mapping(_) => Kind::Mapping,
            NodeKind::Sequence(_) => Kind::Sequence,
            _ => match self.tree.typed(node.id) {
                Ok(Scalar::Null) => Kind::Null,
                Ok(Scalar::Boolean(_)) => Kind::Boolean,
                Ok(Scalar::Integer(_) | Scalar::Unsigned(_) | Scalar::Float(_)) => Kind::Number,
                Ok(Scalar::String(_)) | Err(_) => Kind::String,
            },
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        let node = self.resolved();
        if self.tree.merges() == Merges::Absent {
            return self.tree.member(node.id, name).map(|value| self.at(value));
        }
        if !matches!(self.tree.kind(node.id), NodeKind::Mapping(_)) {
            return None;
        }
        let mut found = None;
        for (key, value) in self.tree.pairs(node.id) {
            if self.tree.is_merge(key) {
                for object in self.at(value).merged() {
                    found = object.member(name).or(found);
                }
            } else if self.tree.key(key).as_deref() == Some(name) {
                found = Some(self.at(value));
            }
        }
        found
    }

    fn members(self) -> Vec<(Cow<'a, str>, Self)> {
        let node = self.resolved();
        if !matches!(self.tree.kind(node.id), NodeKind::Mapping(_)) {
            return Vec::new();
        }
        let mut members: Vec<(Cow<'a, str>, Self)> = Vec::new();
        let put = |members: &mut Vec<(Cow<'a, str>, Self)>, name: Cow<'a, str>, value: Self| match members
            .iter_mut()
            .find(|(known, _)| *known == name)
        {
            Some((_, place)) => *place = value,
            None => members.push((name, value)),
        };
        for (key, value) in self.tree.pairs(node.id) {
            if self.tree.is_merge(key) {
                for (name, value) in self.at(value).merged().into_iter().flat_map(View::members) {
                    put(&mut members, name, value);
                }
            } else if let Some(name) = self.tree.key(key) {
                match self.tree.merges() {
                    // Parsers refuse duplicate keys, so there is no earlier member of this name.
                    Merges::Absent => members.push((name, self.at(value))),
                    Merges::Present => put(&mut members, name, self.at(value)),
                }
            }
        }
        members
    }

    fn elements(self) -> Vec<Self> {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Sequence(_) => self.tree.children(node.id).map(|id| self.at(id)).collect(),
            _ => Vec::new(),
        }
    }

    fn element(self, index: usize) -> Option<Self> {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Sequence(_) => self.tree.children(node.id).nth(index).map(|id| self.at(id)),
            _ => None,
        }
    }

    fn length(self) -> usize {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Sequence(_) => self.tree.children(node.id).count(),
            _ => 0,
        }
    }

    /// Nothing of the tree is copied. Members are mostly in the same order, and then are found without a search.
    fn equals(self, value: &Value) -> bool {
        let node = self.resolved();
        match (value, self.tree.kind(node.id)) {
            (Value::Object(wanted), NodeKind::Mapping(_)) => {
                let mut rest = wanted.iter();
                let mut is_same = |name: &str, member: Self| {
                    let next = rest.next().filter(|(known, _)| *known == name).map(|(_, value)| value);
                    next.or_else(|| wanted.get(name)).is_some_and(|value| member.equals(value))
                };
                if self.tree.merges() == Merges::Present {
                    let members = self.members();
                    return members.len() == wanted.len()
                        && members.iter().all(|(name, member)| is_same(name, *member));
                }
                let names = self.tree.pairs(node.id).filter_map(|(key, member)| Some((self.tree.key(key)?, member)));
                let mut count = 0;
                names.inspect(|_| count += 1).all(|(name, member)| is_same(&name, self.at(member)))
                    && count == wanted.len()
            }
            (Value::Array(wanted), NodeKind::Sequence(_)) => {
                let mut rest = wanted.iter();
                self.tree.children(node.id).all(|child| rest.next().is_some_and(|value| self.at(child).equals(value)))
                    && rest.next().is_none()
            }
            (Value::Object(_) | Value::Array(_), _) | (_, NodeKind::Mapping(_) | NodeKind::Sequence(_)) => false,
            (Value::String(wanted), _) => self.string().is_some_and(|text| text == *wanted),
            _ => self.value() == *value,
        }
    }

    fn is_empty(self) -> bool {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Mapping(_) if self.tree.merges() == Merges::Present => self.members().is_empty(),
            NodeKind::Mapping(_) | NodeKind::Sequence(_) => self.tree.children(node.id).next().is_none(),
            _ => true,
        }
    }

    fn string(self) -> Option<Cow<'a, str>> {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Scalar(_) => match self.tree.typed(node.id) {
                Ok(Scalar::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    fn watch(self) {
        self.tree.watch();
    }

    fn footprint(self) -> Option<Footprint> {
        self.tree.footprint(self.id)
    }

    fn is_like(self, known: &Footprint) -> bool {
        self.tree.is_like(self.id, known)
    }

    fn known_place(self) -> Option<KnownPlace> {
        self.tree.known_place(self.id)
    }

    fn at_place(self, place: u32) -> Option<Self> {
        self.tree.at_place(place).map(|id| self.at(id))
    }

    fn value(self) -> Value {
        let node = self.resolved();
        match self.tree.kind(node.id) {
            NodeKind::Mapping(_) => {
                if self.tree.merges() == Merges::Absent {
                    // Parsers refuse duplicate keys.
                    let mut map = Map::with_capacity(self.tree.pairs(node.id).count());
                    for (key, value) in self.tree.pairs(node.id) {
                        if let Some(name) = self.tree.key(key) {
                            map.insert(name.into_owned(), self.at(value).value());
                        }
                    }
                    return Value::Object(map);
                }
                Value::Object(
                    self.members().into_iter().map(|(name, value)| (name.into_owned(), value.value())).collect(),
                )
            }
            NodeKind::Sequence(_) => Value::Array(self.tree.children(node.id).map(|id| self.at(id).value()).collect()),
            _ => self.tree.typed(node.id).map_or(Value::Null, scalar::to_value),
        }
    }
}
