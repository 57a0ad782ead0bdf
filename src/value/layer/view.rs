//! Reads a value together with its changes.

use std::borrow::Cow;

use serde_json::Value;

use super::{Change, Element};
use crate::value::footprint::KnownPlace;
use crate::value::pointer::ReferenceToken;
use crate::value::view::{Kind, View, is_same_name};

/// A value with its changes, to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layer<'e, V> {
    /// The original.
    Kept(V),
    /// A new value.
    New(&'e Value),
    /// An object, and those of its members that changed.
    Object(V, &'e [(ReferenceToken, Option<Change>)]),
    /// A list as its elements. Kept ones are in the original list, where there is one.
    List(Option<V>, &'e [Element]),
}

impl<'a, 'e, V: View<'a>> Layer<'e, V> {
    /// The value with its change; `None` where there is neither.
    pub(crate) fn of(base: Option<V>, change: &'e Change) -> Option<Self> {
        match change {
            Change::Kept => base.map(Self::Kept),
            Change::New(value) => Some(Self::New(value)),
            Change::Object(members) => base.map(|base| Self::Object(base, members)),
            Change::List(elements) => Some(Self::List(base, elements)),
        }
    }

    pub(crate) fn is_list(self) -> bool {
        match self {
            Self::Kept(view) => view.kind() == Kind::Sequence,
            Self::New(value) => value.is_array(),
            Self::Object(..) => false,
            Self::List(..) => true,
        }
    }

    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Kept(view) => view.kind() == Kind::Mapping,
            Self::New(value) => value.is_object(),
            Self::Object(..) => true,
            Self::List(..) => false,
        }
    }

    /// The member of that name, or the element at that index.
    pub(crate) fn child(self, token: &str) -> Option<Self> {
        match self {
            _ if self.is_list() => self.at(token.parse().ok()?),
            Self::Kept(view) => view.member(token).map(Self::Kept),
            Self::New(value) => value.member(token).map(Self::New),
            Self::Object(object, members) => match members.iter().find(|(name, _)| is_same_name(name, token)) {
                Some((_, member)) => Self::of(object.member(token), member.as_ref()?),
                None => object.member(token).map(Self::Kept),
            },
            Self::List(..) => None,
        }
    }

    /// The element at an index; `None` for anything else than a list.
    fn at(self, index: usize) -> Option<Self> {
        match self {
            Self::Kept(view) => view.element(index).map(Self::Kept),
            Self::New(value) => value.element(index).map(Self::New),
            Self::Object(..) => None,
            Self::List(before, elements) => match elements.get(index)? {
                Element::Kept(index) => before?.element(*index).map(Self::Kept),
                Element::New(value) => Some(Self::New(value)),
            },
        }
    }

    /// The elements of a list; empty for anything else.
    pub(crate) fn list(self) -> Vec<Self> {
        match self {
            Self::Kept(view) => view.elements().into_iter().map(Self::Kept).collect(),
            Self::New(value) => value.as_array().into_iter().flatten().map(Self::New).collect(),
            Self::Object(..) => Vec::new(),
            Self::List(before, elements) => {
                let before = before.map(View::elements).unwrap_or_default();
                let element = |element: &'e Element| match element {
                    Element::Kept(index) => before.get(*index).copied().map(Self::Kept),
                    Element::New(value) => Some(Self::New(value)),
                };
                elements.iter().filter_map(element).collect()
            }
        }
    }

    /// The value as JSON: borrowed where it is new, else built.
    pub(crate) fn as_value(self) -> Cow<'e, Value> {
        match self {
            Self::New(value) => Cow::Borrowed(value),
            _ => Cow::Owned(self.to_value()),
        }
    }

    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Kept(view) => view.value(),
            Self::New(value) => value.clone(),
            Self::List(..) => self.list().into_iter().map(Self::to_value).collect(),
            Self::Object(object, members) => {
                let Value::Object(mut map) = object.value() else { return Value::Null };
                for (name, _) in members {
                    match self.child(name) {
                        Some(member) => drop(map.insert(name.to_string(), member.to_value())),
                        None => drop(map.shift_remove(name.as_str())),
                    }
                }
                Value::Object(map)
            }
        }
    }
}

impl<'a: 'e, 'e, V: View<'a>> View<'e> for Layer<'e, V> {
    fn kind(self) -> Kind {
        match self {
            Self::Kept(view) => view.kind(),
            Self::New(value) => value.kind(),
            Self::Object(..) => Kind::Mapping,
            Self::List(..) => Kind::Sequence,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Kept(view) => view.member(name).map(Self::Kept),
            Self::New(value) => value.member(name).map(Self::New),
            Self::Object(..) => self.child(name),
            Self::List(..) => None,
        }
    }

    fn members(self) -> Vec<(Cow<'e, str>, Self)> {
        match self {
            Self::Kept(view) => view.members().into_iter().map(|(name, member)| (name, Self::Kept(member))).collect(),
            Self::New(value) => value.members().into_iter().map(|(name, member)| (name, Self::New(member))).collect(),
            Self::List(..) => Vec::new(),
            Self::Object(object, changed) => {
                let kept = object.members().into_iter().map(|(name, _)| name);
                let added = changed.iter().filter(|(name, _)| object.member(name).is_none());
                let names = kept.chain(added.map(|(name, _)| Cow::Borrowed(name.as_str())));
                names.filter_map(|name| self.child(&name).map(|member| (name, member))).collect()
            }
        }
    }

    fn known_place(self) -> Option<KnownPlace> {
        match self {
            Self::Kept(view) => view.known_place(),
            _ => None,
        }
    }

    fn at_place(self, place: u32) -> Option<Self> {
        match self {
            Self::Kept(view) => view.at_place(place).map(Self::Kept),
            _ => None,
        }
    }

    fn is_empty(self) -> bool {
        match self {
            Self::Kept(view) => view.is_empty(),
            _ => self.members().is_empty() && self.elements().is_empty(),
        }
    }

    fn elements(self) -> Vec<Self> {
        self.list()
    }

    fn element(self, index: usize) -> Option<Self> {
        self.at(index)
    }

    fn length(self) -> usize {
        match self {
            Self::Kept(view) => view.length(),
            Self::New(value) => value.length(),
            Self::Object(..) => 0,
            Self::List(_, elements) => elements.len(),
        }
    }

    fn string(self) -> Option<Cow<'e, str>> {
        match self {
            Self::Kept(view) => view.string(),
            Self::New(value) => value.string(),
            Self::Object(..) | Self::List(..) => None,
        }
    }

    fn value(self) -> Value {
        self.to_value()
    }
}
