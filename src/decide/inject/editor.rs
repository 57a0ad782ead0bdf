//! An object under change: every change is an operation of the patch, and is made on the object at once, so that the next
//! profile sees what the one before it left.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::decide::record;
use crate::value::layer::{Change, Layer};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// A pod template being changed. Pointers handed in count from the template; those in the patch from the object's root.
#[derive(Clone, Debug)]
pub(crate) struct Editor<V> {
    /// The template as it was, and what became of it.
    before: V,
    change: Change,
    place: Pointer,
    ops: Vec<Op>,
}

/// What had to be done so that a list or object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ensured {
    /// Nothing.
    Present,
    /// It was absent, and was created.
    Created,
    /// It was null, and was replaced.
    WasNull,
    /// Something of another type is there, which is named here.
    Misfit(&'static str),
}

impl<'a, V: View<'a>> Editor<V> {
    /// Begins with the template as it is, at its place in the object.
    pub(crate) const fn new(template: V, place: Pointer) -> Self {
        Self { before: template, change: Change::Kept, place, ops: Vec::new() }
    }

    /// The template after what was done to one like it.
    pub(crate) fn made(template: V, place: Pointer, (patch, change): (Patch, Change)) -> Self {
        Self { before: template, change, place, ops: patch.0 }
    }

    /// What was done so far.
    pub(crate) fn made_so_far(&self) -> (Patch, Change) {
        (Patch(self.ops.clone()), self.change.clone())
    }

    /// The template as it is now.
    pub(crate) fn template(&self) -> Layer<'_, V> {
        Layer::of(Some(self.before), &self.change).unwrap_or(Layer::Kept(self.before))
    }

    pub(crate) fn place(&self) -> &Pointer {
        &self.place
    }

    /// The operations, and what they changed.
    pub(crate) fn finish(self) -> (Patch, Change) {
        (Patch(self.ops), self.change)
    }

    /// One like this, to try what would become of the template.
    pub(crate) fn scratch(&self) -> Self {
        Self { before: self.before, change: self.change.clone(), place: self.place.clone(), ops: Vec::new() }
    }

    pub(crate) fn get(&self, at: &Pointer) -> Option<Layer<'_, V>> {
        at.tokens().iter().try_fold(self.template(), |node, token| node.child(token))
    }

    /// The elements of a list; empty where it is absent or null.
    pub(crate) fn list(&self, at: &Pointer) -> Vec<Layer<'_, V>> {
        self.get(at).map(Layer::list).unwrap_or_default()
    }

    /// Adds a member, or an element at an index; `add` never meets a member that is there.
    pub(crate) fn add(&mut self, at: &Pointer, value: impl Into<Arc<Value>>) {
        let value = value.into();
        if self.change.add(self.before, at.tokens(), &value) {
            self.ops.push(Op::Add(self.place.append(at), value));
        }
    }

    pub(crate) fn replace(&mut self, at: &Pointer, value: Value) {
        let value = Arc::new(value);
        if self.change.replace(self.before, at.tokens(), &value) {
            self.ops.push(Op::Replace(self.place.append(at), value));
        }
    }

    pub(crate) fn remove(&mut self, at: &Pointer) {
        if self.change.remove(self.before, at.tokens()) {
            self.ops.push(Op::Remove(self.place.append(at)));
        }
    }

    /// Makes sure that a list is there to be added to.
    pub(crate) fn ensure_list(&mut self, at: &Pointer) -> Ensured {
        self.ensure(at, Kind::Sequence)
    }

    /// Makes sure that an object is there to be added to.
    pub(crate) fn ensure_object(&mut self, at: &Pointer) -> Ensured {
        self.ensure(at, Kind::Mapping)
    }

    fn ensure(&mut self, at: &Pointer, wanted: Kind) -> Ensured {
        let empty = || match wanted {
            Kind::Sequence => Value::Array(Vec::new()),
            _ => Value::Object(Map::new()),
        };
        match self.get(at).map(View::kind) {
            None => {
                self.add(at, empty());
                Ensured::Created
            }
            Some(Kind::Null) => {
                self.replace(at, empty());
                Ensured::WasNull
            }
            Some(found) if found == wanted => Ensured::Present,
            Some(found) => Ensured::Misfit(found.name()),
        }
    }

    /// The indexes for a pointer whose list indexes are names.
    pub(crate) fn resolve(&self, named: &Pointer) -> Option<Pointer> {
        record::resolve(self.template(), named)
    }
}
