//! A view that notes what is read through it.

use std::borrow::Cow;

use serde_json::Value;

use super::{Note, Step, Trace};
use crate::value::pointer::ReferenceToken;
use crate::value::view::{Kind, View};

/// A value, or a part of one. What is read of it is noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traced<'t, V> {
    view: V,
    /// The number of its place.
    place: usize,
    trace: &'t Trace,
}

impl<'t, V> Traced<'t, V> {
    pub(super) const fn new(view: V, place: usize, trace: &'t Trace) -> Self {
        Self { view, place, trace }
    }
}

impl<'a: 't, 't, V: View<'a>> Traced<'t, V> {
    /// What is at a step from here, which counts as read.
    fn below(self, step: impl FnOnce() -> Step, found: Option<V>) -> Option<Self> {
        let place = self.trace.meet(self.place, step, found);
        found.map(|view| Self { view, place, ..self })
    }
}

/// What is at a place was noted when it was met: its kind, and a single value as a whole.
impl<'a: 't, 't, V: View<'a>> View<'t> for Traced<'t, V> {
    fn kind(self) -> Kind {
        self.view.kind()
    }

    fn member(self, name: &str) -> Option<Self> {
        self.below(|| Step::Member(name.into()), self.view.member(name))
    }

    fn members(self) -> Vec<(Cow<'t, str>, Self)> {
        let members = self.view.members();
        let names = || members.iter().map(|(name, _)| ReferenceToken::from(&**name)).collect();
        self.trace.note(|| Note::Names(self.place, names()));
        let member = |(name, member): (Cow<'a, str>, V)| {
            let member = self.below(|| Step::Member((*name).into()), Some(member))?;
            Some((name, member))
        };
        members.into_iter().filter_map(member).collect()
    }

    fn length(self) -> usize {
        let length = self.view.length();
        self.trace.note(|| Note::Length(self.place, length));
        length
    }

    fn is_empty(self) -> bool {
        let is_empty = self.view.is_empty();
        self.trace.note(|| Note::Emptiness(self.place, is_empty));
        is_empty
    }

    fn elements(self) -> Vec<Self> {
        let elements = self.view.elements();
        self.trace.note(|| Note::Length(self.place, elements.len()));
        let element = |(index, element)| self.below(|| Step::Element(index), Some(element));
        elements.into_iter().enumerate().filter_map(element).collect()
    }

    fn element(self, index: usize) -> Option<Self> {
        self.below(|| Step::Element(index), self.view.element(index))
    }

    fn string(self) -> Option<Cow<'t, str>> {
        self.view.string()
    }

    /// Recurses as deep as the value is nested, which its document caps.
    fn value(self) -> Value {
        match self.kind() {
            Kind::Mapping => {
                self.members().into_iter().map(|(name, member)| (name.into_owned(), member.value())).collect()
            }
            Kind::Sequence => self.elements().into_iter().map(View::value).collect(),
            _ => self.view.value(),
        }
    }
}
