//! The patch of a frame, with tokens in the place of the values that its blocks are for.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{Block, Frame, PREFIX, TOKEN, number_of, push_token};
use crate::text::splice::made::{Made, is_same};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::ReferenceToken;

/// A patch, and which of its values have a token in their place, because no other operation changes them.
#[derive(Debug)]
pub(crate) struct FramedPatch<'p> {
    patch: Cow<'p, Patch>,
    /// For each operation.
    in_place: Vec<InPlace>,
    /// What the tokens stand for that are in the patch alone; their numbers follow those of the blocks. Each is there once.
    parts: Vec<Arc<Value>>,
    shapes: Vec<Shape>,
}

/// What there is in the place of the value of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InPlace {
    Itself,
    /// The token of this number.
    Token(usize),
}

/// What a proof uses of a block that has a token.
#[derive(Debug, PartialEq)]
enum Shape {
    /// It has its lines in the frame.
    Lines,
    /// It is for a value of the patch, the same as that of this block, which is the first such one.
    As(usize),
    /// It is for this value, which the patch does not have as a whole.
    Content(Arc<Value>),
    /// It is for a list of these, or tokens for these.
    List(Vec<Arc<Value>>),
    /// It is for an object of these, or tokens for these.
    Object(Vec<(ReferenceToken, Arc<Value>)>),
}

impl FramedPatch<'_> {
    /// Whether a proof with this one is a proof with the other, for two frames that are the same: whatever it compares is a token in
    /// both, for equal values where they are equal in the other, or has the same value in both.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let is_same = |((one, two), in_place): ((&Op, &Op), &InPlace)| match in_place {
            InPlace::Itself => one == two,
            InPlace::Token(_) => one.path() == two.path(),
        };
        let mut ops = self.patch.0.iter().zip(&other.patch.0).zip(&self.in_place);
        self.in_place == other.in_place
            && ops.all(is_same)
            && self.shapes == other.shapes
            && self.parts.len() == other.parts.len()
    }

    /// The patch with tokens.
    pub(crate) fn patch(&self) -> Patch {
        let in_place = |(op, in_place): (&Op, &InPlace)| match (op, in_place) {
            (Op::Add(at, _), InPlace::Token(number)) => Op::Add(at.clone(), token(*number)),
            (other, _) => other.clone(),
        };
        Patch(self.patch.0.iter().zip(&self.in_place).map(in_place).collect())
    }

    /// The same, to be kept.
    pub(crate) fn into_owned(self) -> FramedPatch<'static> {
        let Self { patch, in_place, parts, shapes } = self;
        FramedPatch { patch: Cow::Owned(patch.into_owned()), in_place, parts, shapes }
    }
}

impl Frame<'_> {
    /// The patch of the frame; `None` where a value of it could be taken for a token.
    pub(crate) fn patch<'p>(&self, patch: &'p Patch) -> Option<FramedPatch<'p>> {
        let mut parts = Vec::new();
        let mut in_place = |op: &Op| match op {
            Op::Add(_, value) => in_place_of(value, self.blocks, &mut parts),
            Op::Replace(_, value) if holds_token(value) => None,
            Op::Replace(..) | Op::Remove(_) => Some(InPlace::Itself),
        };
        let in_place = patch.0.iter().map(&mut in_place).collect::<Option<_>>()?;
        let shapes = self.blocks.iter().map(|block| self.shape(block, patch, &parts)).collect();
        Some(FramedPatch { patch: Cow::Borrowed(patch), in_place, parts, shapes })
    }

    fn shape(&self, block: &Block, patch: &Patch, parts: &[Arc<Value>]) -> Shape {
        let in_place = |part: &Arc<Value>| match parts.iter().position(|known| is_same(known, part)) {
            Some(index) => token(self.blocks.len() + index),
            None => Arc::clone(part),
        };
        let is_added =
            |whole: &Arc<Value>| patch.0.iter().any(|op| matches!(op, Op::Add(_, value) if Arc::ptr_eq(value, whole)));
        match &block.made {
            _ if block.rendered.stand_in().is_none() => Shape::Lines,
            Made::Whole(whole) if is_added(whole) => {
                let is_it = |other: &Block| matches!(&other.made, Made::Whole(other) if is_same(other, whole));
                Shape::As(self.blocks.iter().position(is_it).unwrap_or_default())
            }
            Made::Whole(whole) => Shape::Content(Arc::clone(whole)),
            Made::List(all) => Shape::List(all.iter().map(in_place).collect()),
            Made::Object(all) => Shape::Object(all.iter().map(|(name, part)| (name.clone(), in_place(part))).collect()),
        }
    }

    /// Whether a string is a token that stands for this value, in which there may be tokens of the patch.
    pub(crate) fn stands_for(&self, patch: &FramedPatch<'_>, token: &str, value: &Value) -> bool {
        let Some(block) = number_of(token).and_then(|number| self.blocks.get(number)) else { return false };
        match (&block.made, value) {
            (Made::Whole(whole), value) => self.is(patch, value, whole),
            (Made::List(parts), Value::Array(elements)) => {
                parts.len() == elements.len()
                    && parts.iter().zip(elements).all(|(part, found)| self.is(patch, found, part))
            }
            (Made::Object(parts), Value::Object(members)) => {
                let is_there = |(name, part): &(ReferenceToken, Arc<Value>)| {
                    members.get(name.as_str()).is_some_and(|found| self.is(patch, found, part))
                };
                parts.len() == members.len() && parts.iter().all(is_there)
            }
            _ => false,
        }
    }

    /// Whether something that the patch added is this value, or a token for it.
    fn is(&self, patch: &FramedPatch<'_>, found: &Value, value: &Arc<Value>) -> bool {
        match found.as_str().and_then(|token| self.behind(patch, token)) {
            Some(known) => is_same(known, value),
            None => *found == **value,
        }
    }

    /// The value in whose place a token is in the patch.
    fn behind<'p>(&'p self, patch: &'p FramedPatch<'_>, token: &str) -> Option<&'p Arc<Value>> {
        let number = number_of(token)?;
        match self.blocks.get(number) {
            Some(Block { made: Made::Whole(whole), .. }) => Some(whole),
            Some(_) => None,
            None => patch.parts.get(number - self.blocks.len()),
        }
    }
}

/// Whether any string of a value could be taken for a token. As deep as the value, which is one of ours.
fn holds_token(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(PREFIX),
        Value::Array(elements) => elements.iter().any(holds_token),
        Value::Object(members) => members.values().any(holds_token),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What is in the patch in the place of a value: the token of its block, a token of its own where it is a part of one, else
/// the value itself; `None` where that could be taken for a token. `parts` has those with a token of their own.
fn in_place_of(value: &Arc<Value>, blocks: &[Block], parts: &mut Vec<Arc<Value>>) -> Option<InPlace> {
    let itself = || (!holds_token(value)).then_some(InPlace::Itself);
    let of_it = |block: &&Block| block.rendered.stand_in().is_some() && block.made.is_of(value);
    let Some(block) = blocks.iter().find(of_it) else { return itself() };
    if let Made::Whole(_) = block.made {
        // Blocks with the same lines have one token: that of the first.
        let is_first = |first: &Block| Arc::ptr_eq(&first.rendered.lines, &block.rendered.lines);
        return Some(InPlace::Token(blocks.iter().position(is_first)?));
    }
    let number = parts.iter().position(|part| is_same(part, value)).unwrap_or_else(|| {
        parts.push(Arc::clone(value));
        parts.len() - 1
    });
    Some(InPlace::Token(blocks.len() + number))
}

/// The token of a block, as a value.
fn token(number: usize) -> Arc<Value> {
    let mut token = String::with_capacity(TOKEN.len() + 4);
    push_token(&mut token, TOKEN, number);
    Arc::new(Value::String(token))
}
