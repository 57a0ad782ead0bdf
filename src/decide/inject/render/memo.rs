//! What was rendered of the latest objects, part by part, with what it was made of. A part that reads the same of another object is
//! taken from there: it is not evaluated again, and is the same in memory, so that nothing of it is checked again.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use serde_json::Value;

use super::Rendered;
use crate::expression::{self, KeptItem, Sort};
use crate::profile::reads::{ProfileReads, Source};
use crate::profile::scope::Fact;
use crate::profile::template::{Rendering, Spent, Surroundings};
use crate::value::view::{self, View};

/// How large a value may be that is kept, in bytes or so: whoever writes objects could ask for any amount.
const MOST_KEPT: usize = 64 * 1024;

/// What is at a place that is read.
#[derive(Debug)]
enum ReadValue {
    There(Value),
    /// So many names of the path are there, and what the last of them names is of this sort.
    Absent(usize, Sort),
    /// The value of a `let`.
    Made(KeptItem),
    /// It is not kept, and never counts as the same.
    NotKept,
}

/// What was rendered of one object, without a fault.
#[derive(Debug)]
pub(super) struct KeptObject {
    /// What was read, for each of [`ProfileReads::sources`].
    read: Vec<Arc<ReadValue>>,
    pub(super) rendered: Arc<Rendered>,
    pub(super) spent: PartsSpent,
}

/// What evaluating takes, part by part, at most. A part that is taken from a kept object counts as what it took there, so that
/// the sum is never less than what evaluating all of it would take: of the same, evaluating takes the same.
#[derive(Debug)]
pub(super) struct PartsSpent {
    /// For each of [`ProfileReads::parts`], without the `let` values that it reads.
    pub(super) parts: Vec<Spent>,
    /// For each `let` value, without the others that it reads; nothing for one that no part asks for.
    pub(super) lets: Vec<Spent>,
}

impl PartsSpent {
    /// Whether one rendering may take it all.
    pub(super) fn is_allowed(&self) -> bool {
        self.parts.iter().chain(&self.lets).fold(Spent::default(), |sum, one| sum.with(*one)).is_allowed()
    }
}

/// One of the kept objects beside the one at hand.
struct Candidate<'m> {
    kept: &'m KeptObject,
    /// Where its answers begin in [`Memo::same`].
    first: usize,
    is_used: Cell<bool>,
}

/// What is read of the object at hand, and the kept ones.
pub(super) struct Memo<'m, 'v, V> {
    reads: &'m ProfileReads,
    candidates: Vec<Candidate<'m>>,
    values: &'m [Cow<'m, Value>],
    surroundings: &'m Surroundings<'v, V>,
    /// It has the `let` values of the object.
    rendering: &'m Rendering<'m, 'v, V>,
    /// What is read of the object, for each source, as far as it was asked.
    found: Vec<OnceCell<Found<'v, V>>>,
    /// Whether a candidate has the same, for each of them and each source that was compared.
    same: Vec<OnceCell<bool>>,
}

impl<'m, 'v, V: View<'v>> Memo<'m, 'v, V> {
    pub(super) fn new(
        reads: &'m ProfileReads,
        kept: &'m [Arc<KeptObject>],
        (values, surroundings): (&'m [Cow<'m, Value>], &'m Surroundings<'v, V>),
        rendering: &'m Rendering<'m, 'v, V>,
    ) -> Self {
        let sources = reads.sources.len();
        let candidate = |(index, kept): (usize, &'m Arc<KeptObject>)| Candidate {
            kept,
            first: index * sources,
            is_used: Cell::new(false),
        };
        let candidates: Vec<_> = kept.iter().enumerate().map(candidate).collect();
        let same = vec![OnceCell::new(); candidates.len() * sources];
        let found = std::iter::repeat_with(OnceCell::new).take(sources).collect();
        Self { reads, candidates, values, surroundings, rendering, found, same }
    }

    /// The rendering of an object of which a part reads the same, and what evaluating that part takes. `let` values that it reads
    /// count for themselves.
    pub(super) fn part(&self, part: usize) -> Option<(&'m Rendered, Spent)> {
        let sources = self.reads.parts.get(part)?;
        let found = self.candidates.iter().find(|one| sources.iter().all(|source| self.is_same(one, *source)))?;
        found.is_used.set(true);
        Some((&found.kept.rendered, *found.kept.spent.parts.get(part)?))
    }

    /// What evaluating a `let` value takes at most that was not evaluated for this object: where a part that was taken asks for it,
    /// it is made of the same as there.
    pub(super) fn spent_on_let(&self, index: usize) -> Spent {
        let used = self.candidates.iter().filter(|one| one.is_used.get());
        let spent = used.filter_map(|one| one.kept.spent.lets.get(index));
        spent.fold(Spent::default(), |most, spent| most.max(*spent))
    }

    /// The rendering of an object of which everything reads the same.
    pub(super) fn whole(&self) -> Option<&'m Arc<Rendered>> {
        let all = &self.reads.all;
        let found = self.candidates.iter().find(|one| all.iter().all(|source| self.is_same(one, *source)))?;
        Some(&found.kept.rendered)
    }

    fn is_same(&self, candidate: &Candidate<'m>, source: usize) -> bool {
        let (same, known) = (self.same.get(candidate.first + source), candidate.kept.read.get(source));
        let (Some(same), Some(known)) = (same, known) else { return false };
        *same.get_or_init(|| match (&**known, self.reads.sources.get(source)) {
            (ReadValue::There(known), Some(Source::Parameter(index))) => {
                self.values.get(*index).is_some_and(|value| view::identical(known, value))
            }
            (known, Some(Source::Let(index))) => self.is_made_the_same(candidate, *index, known),
            (known, _) => self.found(source).is_some_and(|found| found.is(known)),
        })
    }

    /// Whether a `let` has the same value: it is made of the same, or what is made is the same. Lists of the pod are not compared:
    /// to make a value of them takes less, and mostly it is the same where they are not.
    fn is_made_the_same(&self, candidate: &Candidate<'m>, index: usize, known: &ReadValue) -> bool {
        let Some(sources) = self.reads.lets.get(index) else { return false };
        if sources.iter().all(|source| self.is_small(*source) && self.is_same(candidate, *source)) {
            return true;
        }
        let ReadValue::Made(known) = known else { return false };
        self.rendering.let_value(index).is_some_and(|value| known.is(&value))
    }

    /// Whether little is read: labels and annotations, but no other part of the pod.
    fn is_small(&self, source: usize) -> bool {
        match self.reads.sources.get(source) {
            Some(Source::Known(Fact::Pod, path)) if path.first().is_none_or(|first| first != "metadata") => {
                !matches!(self.found(source), Some(Found::There(expression::Item::View(_))))
            }
            _ => true,
        }
    }

    /// What is read of what is known of the object.
    fn found(&self, source: usize) -> Option<&Found<'v, V>> {
        let Source::Known(fact, path) = self.reads.sources.get(source)? else { return None };
        Some(self.found.get(source)?.get_or_init(|| Found::at(self.surroundings.fact(*fact), path)))
    }

    fn read(&self, source: usize) -> Option<Arc<ReadValue>> {
        Some(Arc::new(match self.reads.sources.get(source)? {
            Source::Parameter(index) => ReadValue::There(Value::clone(self.values.get(*index)?)),
            Source::Known(..) if !self.is_small(source) && !self.reads.all.contains(&source) => ReadValue::NotKept,
            Source::Known(..) => self.found(source)?.kept(),
            Source::Let(index) => {
                let value = self.rendering.let_value(*index);
                let kept = value.and_then(|value| KeptItem::of(&value, &Cell::new(MOST_KEPT)));
                kept.map_or(ReadValue::NotKept, ReadValue::Made)
            }
        }))
    }

    /// The object at hand, to be kept.
    pub(super) fn kept(&self, rendered: Arc<Rendered>, spent: PartsSpent) -> KeptObject {
        let read = (0..self.reads.sources.len()).filter_map(|source| {
            // Only to save memory, so that a look at the latest is enough.
            let same = self.candidates.first().filter(|one| self.is_same(one, source));
            let known = same.and_then(|one| one.kept.read.get(source));
            known.cloned().or_else(|| self.read(source))
        });
        KeptObject { read: read.collect(), rendered, spent }
    }
}

/// What is at a place of the object at hand.
enum Found<'v, V> {
    There(expression::Item<'v, V>),
    /// As [`ReadValue::Absent`].
    Absent(usize, Sort),
}

impl<'v, V: View<'v>> Found<'v, V> {
    /// What is at the end of a path.
    fn at(root: expression::Item<'v, V>, path: &[String]) -> Self {
        let mut found = root;
        for (depth, name) in path.iter().enumerate() {
            match found.member(name) {
                Some(member) => found = member,
                None => return Self::Absent(depth, found.sort()),
            }
        }
        Self::There(found)
    }

    fn is(&self, known: &ReadValue) -> bool {
        match (self, known) {
            (Self::There(found), ReadValue::There(known)) => found.is_as(known),
            (Self::Absent(depth, sort), ReadValue::Absent(known_depth, known_sort)) => {
                depth == known_depth && sort == known_sort
            }
            _ => false,
        }
    }

    fn kept(&self) -> ReadValue {
        match self {
            Self::There(found) => {
                let value = found.to_value().filter(|value| weight(value) <= MOST_KEPT);
                value.map_or(ReadValue::NotKept, ReadValue::There)
            }
            Self::Absent(depth, sort) => ReadValue::Absent(*depth, *sort),
        }
    }
}

/// How large a value is, in bytes or so.
fn weight(value: &Value) -> usize {
    let inner = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, member)| name.len() + weight(member)).sum(),
    };
    size_of::<Value>() + inner
}
