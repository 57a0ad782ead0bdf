//! An object under change: every change is an operation of the patch, and is made on the object at once, so that the next
//! profile sees what the one before it left.

use serde_json::{Map, Value};

use crate::patch::{Op, Patch};
use crate::pointer::Pointer;
use crate::record;
use crate::view::View;

/// A pod template being changed. Pointers handed in count from the template; those in the patch from the object's root.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    template: Value,
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

impl Editor {
    /// Begins with the template as it is, at its place in the object.
    pub(crate) const fn new(template: Value, place: Pointer) -> Self {
        Self { template, place, ops: Vec::new() }
    }

    /// The template as it is now.
    pub(crate) const fn template(&self) -> &Value {
        &self.template
    }

    pub(crate) fn place(&self) -> &Pointer {
        &self.place
    }

    /// The operations, and the template that they lead to.
    pub(crate) fn finish(self) -> (Patch, Value) {
        (Patch(self.ops), self.template)
    }

    pub(crate) fn get(&self, at: &Pointer) -> Option<&Value> {
        let mut node = &self.template;
        for token in at.tokens() {
            node = match node {
                Value::Object(map) => map.get(token)?,
                Value::Array(list) => list.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The elements of a list; empty where it is absent or null.
    pub(crate) fn list(&self, at: &Pointer) -> &[Value] {
        self.get(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Adds a member, or an element at an index; `add` never meets a member that is there.
    pub(crate) fn add(&mut self, at: &Pointer, value: Value) {
        let Some((parent, last)) = at.split_last() else { return };
        match self.get_mut(&parent) {
            Some(Value::Object(map)) => {
                map.insert(last.to_owned(), value.clone());
            }
            Some(Value::Array(list)) => match last.parse::<usize>() {
                Ok(index) if index < list.len() => list.insert(index, value.clone()),
                _ => list.push(value.clone()),
            },
            _ => return,
        }
        self.ops.push(Op::Add(self.place.append(at), value));
    }

    pub(crate) fn replace(&mut self, at: &Pointer, value: Value) {
        if let Some(node) = self.get_mut(at) {
            *node = value.clone();
            self.ops.push(Op::Replace(self.place.append(at), value));
        }
    }

    pub(crate) fn remove(&mut self, at: &Pointer) {
        let Some((parent, last)) = at.split_last() else { return };
        let removed = match self.get_mut(&parent) {
            Some(Value::Object(map)) => map.shift_remove(last).is_some(),
            Some(Value::Array(list)) => match last.parse::<usize>() {
                Ok(index) if index < list.len() => {
                    list.remove(index);
                    true
                }
                _ => false,
            },
            _ => false,
        };
        if removed {
            self.ops.push(Op::Remove(self.place.append(at)));
        }
    }

    /// Makes sure that a list is there to be added to.
    pub(crate) fn ensure_list(&mut self, at: &Pointer) -> Ensured {
        self.ensure(at, Value::Array(Vec::new()))
    }

    /// Makes sure that an object is there to be added to.
    pub(crate) fn ensure_object(&mut self, at: &Pointer) -> Ensured {
        self.ensure(at, Value::Object(Map::new()))
    }

    fn ensure(&mut self, at: &Pointer, empty: Value) -> Ensured {
        match self.get(at) {
            None => {
                self.add(at, empty);
                Ensured::Created
            }
            Some(Value::Null) => {
                self.replace(at, empty);
                Ensured::WasNull
            }
            Some(found) if found.is_array() == empty.is_array() && found.is_object() == empty.is_object() => {
                Ensured::Present
            }
            Some(found) => Ensured::Misfit(View::kind(found).name()),
        }
    }

    /// The indexes for a pointer whose list indexes are names.
    pub(crate) fn resolve(&self, named: &Pointer) -> Option<Pointer> {
        record::resolve(&self.template, named)
    }

    fn get_mut(&mut self, at: &Pointer) -> Option<&mut Value> {
        let mut node = &mut self.template;
        for token in at.tokens() {
            node = match node {
                Value::Object(map) => map.get_mut(token)?,
                Value::Array(list) => list.get_mut(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}
