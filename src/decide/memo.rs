//! What the latest objects read of themselves and of what is around them, unit by unit: parts, and the `let` values that they read.
//! A part of another object that reads the same gives the same, and need not be evaluated again.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use serde_json::Value;

use crate::expression::{Item, KeptItem, Sort};
use crate::profile::parameter::ParameterValues;
use crate::profile::reads::{ProfileReads, UnitReads};
use crate::profile::template::{Rendering, Surroundings, Unit};
use crate::value::trace::{Reads, Traced};
use crate::value::view::{self, View};

/// How large a value may be that is kept, in bytes or so: whoever writes objects could ask for any amount.
const MOST_KEPT: usize = 64 * 1024;

/// What was read of one object, without a fault.
#[derive(Debug)]
pub(crate) struct KeptReads {
    values: Arc<ParameterValues<'static>>,
    /// For each of [`ProfileReads::known`].
    known: Vec<ReadValue>,
    /// The `let` values; `None` for what is not kept.
    lets: Vec<Option<Arc<KeptItem>>>,
    /// What was read of the pod, for each `let` value, and then for each part; `None` where that is not kept.
    of_pod: Vec<Option<Arc<Reads>>>,
    /// All of that together: mostly all of it is the same, and then each place is compared once.
    all_of_pod: Arc<Reads>,
}

/// What is at a place of what is known beside the pod.
#[derive(Clone, Debug)]
enum ReadValue {
    There(Arc<Value>),
    /// So many names of the path are there, and what the last of them names is of this sort.
    Absent(usize, Sort),
    /// It is not kept, and never counts as the same.
    NotKept,
}

/// One of the kept objects beside the one at hand.
struct Candidate<'m> {
    kept: &'m KeptReads,
    /// Whether all parameters have the same values, which shows without a comparison.
    has_values: bool,
    /// Whether it has the same, for each known place that was compared.
    known: Vec<OnceCell<bool>>,
    /// Whether it is made of the same, for each `let` value and part that was compared.
    units: Vec<OnceCell<bool>>,
    /// Whether it has the same `let` value, however that is made.
    lets: Vec<OnceCell<bool>>,
}

/// What is read of the object at hand, and the kept ones.
pub(crate) struct Memo<'m, 't, W> {
    reads: &'m ProfileReads,
    candidates: Vec<Candidate<'m>>,
    values: &'m ParameterValues<'m>,
    surroundings: &'m Surroundings<'t, Traced<'t, W>>,
    /// It has the `let` values of the object.
    rendering: &'m Rendering<'m, 't, Traced<'t, W>>,
    /// What is at each known place, as far as it was asked.
    found: Vec<OnceCell<Found<'t, W>>>,
    /// Whether the pod reads the same, for each `let` value and part, and of those kept objects that do not share what they read.
    of_pod: Vec<RefCell<Vec<Compared<'m>>>>,
    /// The same of all that was read.
    all_of_pod: RefCell<Vec<Compared<'m>>>,
}

/// What was read of a kept pod, and whether it is the same in the one at hand.
type Compared<'m> = (&'m Arc<Reads>, bool);

impl<'m, 'a: 't, 't, W: View<'a>> Memo<'m, 't, W> {
    pub(crate) fn new(
        reads: &'m ProfileReads,
        kept: impl Iterator<Item = &'m KeptReads>,
        (values, surroundings): (&'m ParameterValues<'m>, &'m Surroundings<'t, Traced<'t, W>>),
        rendering: &'m Rendering<'m, 't, Traced<'t, W>>,
    ) -> Self {
        let (known, lets, units) = (reads.known.len(), reads.lets.len(), reads.lets.len() + reads.parts.len());
        let candidate = |kept: &'m KeptReads| Candidate {
            kept,
            has_values: kept.values.are_those_of_all(values),
            known: vec![OnceCell::new(); known],
            units: vec![OnceCell::new(); units],
            lets: vec![OnceCell::new(); lets],
        };
        let candidates = kept.map(candidate).collect();
        let found = std::iter::repeat_with(OnceCell::new).take(known).collect();
        let (of_pod, all_of_pod) = (vec![RefCell::default(); units], RefCell::default());
        Self { reads, candidates, values, surroundings, rendering, found, of_pod, all_of_pod }
    }

    /// The first of the kept objects of which a part reads the same: its index.
    pub(crate) fn part(&self, part: usize) -> Option<usize> {
        self.candidates.iter().position(|one| self.is_made_of_same(one, Unit::Part(part)))
    }

    /// The first of which everything reads the same. What is known beside the pod tells two objects apart with little work.
    pub(crate) fn whole(&self) -> Option<usize> {
        let (known, parts) = (self.reads.known.len(), self.reads.parts.len());
        self.candidates.iter().position(|one| {
            (0..known).all(|index| self.is_known(one, index))
                && (0..parts).all(|part| self.is_made_of_same(one, Unit::Part(part)))
        })
    }

    /// Whether a part, or a `let` value, is made of the same.
    fn is_made_of_same(&self, candidate: &Candidate<'m>, unit: Unit) -> bool {
        let index = self.index(unit);
        let (Some(same), Some(of_pod)) = (candidate.units.get(index), candidate.kept.of_pod.get(index)) else {
            return false;
        };
        *same.get_or_init(|| {
            let UnitReads { parameters, known, lets } = self.unit(unit);
            known.iter().all(|index| self.is_known(candidate, *index))
                && (candidate.has_values || parameters.iter().all(|index| self.is_value(candidate, *index)))
                && lets.iter().all(|index| self.is_let(candidate, *index))
                && of_pod.as_ref().is_some_and(|reads| {
                    let of_unit = self.of_pod.get(index);
                    self.are_of_pod(&self.all_of_pod, &candidate.kept.all_of_pod)
                        || of_unit.is_some_and(|known| self.are_of_pod(known, reads))
                })
        })
    }

    fn is_known(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        let (same, known) = (candidate.known.get(index), candidate.kept.known.get(index));
        let is_same = |known| self.found(index).is_some_and(|found| found.is(known));
        same.zip(known).is_some_and(|(same, known)| *same.get_or_init(|| is_same(known)))
    }

    fn is_value(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        let values = candidate.kept.values.get(index).zip(self.values.get(index));
        values.is_some_and(|(known, value)| view::identical(known, value))
    }

    /// Whether a `let` value is made of the same, or what is made is the same.
    fn is_let(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        let Some(same) = candidate.lets.get(index) else { return false };
        *same.get_or_init(|| {
            let is = |known: &Arc<KeptItem>| self.rendering.let_value(index).is_some_and(|value| known.is(&value));
            self.is_made_of_same(candidate, Unit::Let(index))
                || candidate.kept.lets.get(index).and_then(Option::as_ref).is_some_and(is)
        })
    }

    /// Whether all that was read of a kept pod is the same in this one.
    fn are_of_pod(&self, known: &RefCell<Vec<Compared<'m>>>, reads: &'m Arc<Reads>) -> bool {
        if let Some((_, is_same)) = known.borrow().iter().find(|(known, _)| Arc::ptr_eq(known, reads)) {
            return *is_same;
        }
        let is_same = reads.are_of(self.surroundings.pod.untraced());
        known.borrow_mut().push((reads, is_same));
        is_same
    }

    fn index(&self, unit: Unit) -> usize {
        match unit {
            Unit::Let(index) => index,
            Unit::Part(index) => self.reads.lets.len() + index,
        }
    }

    fn unit(&self, unit: Unit) -> &'m UnitReads {
        const NOTHING: &UnitReads = &UnitReads { parameters: Vec::new(), known: Vec::new(), lets: Vec::new() };
        let found = match unit {
            Unit::Let(index) => self.reads.lets.get(index).and_then(Option::as_ref),
            Unit::Part(index) => self.reads.parts.get(index),
        };
        found.unwrap_or(NOTHING)
    }

    /// What is at a known place.
    fn found(&self, index: usize) -> Option<&Found<'t, W>> {
        let (fact, path) = self.reads.known.get(index)?;
        Some(self.found.get(index)?.get_or_init(|| Found::at(self.surroundings.fact(*fact), path)))
    }

    /// The object at hand, to be kept. What is the same of a kept one is shared with it.
    pub(crate) fn kept(&self) -> KeptReads {
        let known = (0..self.reads.known.len()).map(|index| {
            let same = self.candidates.iter().find(|one| self.is_known(one, index));
            let same = same.and_then(|one| one.kept.known.get(index)).cloned();
            same.or_else(|| self.found(index).map(Found::kept)).unwrap_or(ReadValue::NotKept)
        });
        let known = known.collect();
        let lets = self.reads.lets.iter().enumerate();
        let lets = lets.map(|(index, reads)| reads.as_ref().and_then(|_| self.kept_let(index))).collect();
        let units = (0..self.reads.lets.len()).map(Unit::Let).chain((0..self.reads.parts.len()).map(Unit::Part));
        let of_pod: Vec<_> = units.map(|unit| self.kept_of_pod(unit)).collect();
        let values = self.candidates.iter().find(|one| one.has_values).map(|one| Arc::clone(&one.kept.values));
        let values = values.unwrap_or_else(|| Arc::new(self.values.kept()));
        KeptReads { values, known, lets, all_of_pod: self.all_of(&of_pod), of_pod }
    }

    fn kept_let(&self, index: usize) -> Option<Arc<KeptItem>> {
        if let Some(same) = self.candidates.iter().find(|one| self.is_let(one, index)) {
            return same.kept.lets.get(index)?.clone();
        }
        let value = self.rendering.let_value(index)?;
        KeptItem::of(&value, &Cell::new(MOST_KEPT)).map(Arc::new)
    }

    fn kept_of_pod(&self, unit: Unit) -> Option<Arc<Reads>> {
        let index = self.index(unit);
        if let Some(same) = self.candidates.iter().find(|one| self.is_made_of_same(one, unit)) {
            return same.kept.of_pod.get(index)?.clone();
        }
        let is_made = match unit {
            Unit::Let(index) => self.rendering.has_made(index),
            Unit::Part(_) => true,
        };
        let reads = self.rendering.reads(unit).filter(|_| is_made)?;
        // What is read beside the pod may be another value where the pod is the same.
        let mut others = self.candidates.iter().filter_map(|one| one.kept.of_pod.get(index)?.as_ref());
        let same = others.find(|known| ***known == reads).map(Arc::clone);
        Some(same.unwrap_or_else(|| Arc::new(reads)))
    }

    fn all_of(&self, of_pod: &[Option<Arc<Reads>>]) -> Arc<Reads> {
        let is_same = |(one, two): (&Option<Arc<Reads>>, &Option<Arc<Reads>>)| match (one, two) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        };
        let mut candidates = self.candidates.iter().map(|one| one.kept);
        match candidates.find(|kept| kept.of_pod.iter().zip(of_pod).all(is_same)) {
            Some(kept) => Arc::clone(&kept.all_of_pod),
            None => Arc::new(Reads::of_all(of_pod.iter().flatten().map(|reads| &**reads))),
        }
    }
}

/// What is at a place of what is known beside the pod.
enum Found<'t, W> {
    There(Item<'t, Traced<'t, W>>),
    /// As [`ReadValue::Absent`].
    Absent(usize, Sort),
}

impl<'a: 't, 't, W: View<'a>> Found<'t, W> {
    /// What is at the end of a path.
    fn at(root: Item<'t, Traced<'t, W>>, path: &[String]) -> Self {
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
                value.map_or(ReadValue::NotKept, |value| ReadValue::There(Arc::new(value)))
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
