//! What the latest objects read of themselves and of what is around them, unit by unit: parts, and the `let` values that these asked
//! for. A unit that reads the same of another object gives the same, and need not be evaluated again.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::expression::{Item, KeptItem, Sort};
use crate::profile::parameter::ParameterValues;
use crate::profile::reads::{ProfileReads, UnitReads};
use crate::profile::template::{MadeUnit, Rendering, Spent, Surroundings, Unit};
use crate::value::trace::{Again, Reads};
use crate::value::view::{self, View};

mod keep;

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
    /// Each `let` value, and then each part; `None` for one that was not made.
    units: Vec<Option<Arc<KeptUnit>>>,
    /// All that was read of the pod. If all of it is the same, no unit need be compared alone.
    of_pod: Arc<Reads>,
    /// What all units took together.
    spent: Spent,
}

/// What one unit took and read.
#[derive(Debug)]
struct KeptUnit {
    made: MadeUnit,
    /// What was read of the pod; `None` where it was too much to be noted.
    of_pod: Option<Arc<Reads>>,
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
    /// For each question, by its number, the answer if it was asked; nothing, as long as none was.
    answers: RefCell<Vec<Option<bool>>>,
}

/// What is asked about a kept object.
#[derive(Clone, Copy)]
enum Question {
    /// Whether it is made of the same.
    Unit(Unit),
    /// Whether it has the same `let` value, however that is made.
    Let(usize),
}

/// What is read of the object at hand, and the kept ones.
pub(crate) struct Memo<'m, 't, P, W> {
    reads: &'m ProfileReads,
    candidates: Vec<Candidate<'m>>,
    values: &'m ParameterValues<'m>,
    surroundings: &'m Surroundings<'t, P>,
    /// It has the `let` values of the object.
    rendering: &'m Rendering<'m, 't, P>,
    /// What is at each known place, as far as it was asked.
    found: Vec<AtKnownPlace<'m, 't, P>>,
    pod: &'m Again<W>,
    /// For each unit: the kept reads that were compared with the pod so far, and the answers. All kept objects that read the same
    /// share it in memory. Nothing, as long as [`Self::compared_whole`] answers for all.
    compared: OnceCell<Vec<RefCell<Vec<Compared<'m>>>>>,
    /// The same for [`KeptReads::of_pod`].
    compared_whole: RefCell<Vec<Compared<'m>>>,
}

/// What was read of a kept pod, and whether it is the same in the one at hand.
type Compared<'m> = (&'m Arc<Reads>, bool);

impl<'m, 'a, 't, P: View<'t>, W: View<'a>> Memo<'m, 't, P, W> {
    pub(crate) fn new(
        reads: &'m ProfileReads,
        kept: impl Iterator<Item = &'m KeptReads>,
        (values, surroundings, pod): (&'m ParameterValues<'m>, &'m Surroundings<'t, P>, &'m Again<W>),
        rendering: &'m Rendering<'m, 't, P>,
    ) -> Self {
        let candidate = |kept: &'m KeptReads| Candidate { kept, answers: RefCell::default() };
        let place = || AtKnownPlace { found: OnceCell::new(), compared: Cell::new(None) };
        let found = std::iter::repeat_with(place).take(reads.known.len()).collect();
        Self {
            reads,
            candidates: kept.map(candidate).collect(),
            values,
            surroundings,
            rendering,
            found,
            pod,
            compared: OnceCell::new(),
            compared_whole: RefCell::default(),
        }
    }

    /// The index of the first kept object from which this part can be taken. What evaluating it takes counts for the object at hand:
    /// see [`Self::spent`].
    pub(crate) fn part(&self, part: usize) -> Option<usize> {
        self.candidates.iter().position(|one| self.is_made_of_same(one, Unit::Part(part)))
    }

    /// The index of the first kept object from which all parts can be taken, and which would also be within the bounds.
    pub(crate) fn whole(&self) -> Option<usize> {
        let parts = 0..self.reads.parts.len();
        self.candidates.iter().position(|one| {
            // These tell two objects apart with little work.
            one.kept.known.iter().enumerate().all(|(index, known)| self.has(index, known))
                && parts.clone().all(|part| self.is_made_of_same(one, Unit::Part(part)))
                && self.is_whole_allowed(one, parts.clone())
        })
    }

    /// Whether a part, or a `let` value, is made of the same.
    fn is_made_of_same(&self, candidate: &Candidate<'m>, unit: Unit) -> bool {
        let index = self.index(unit);
        let Some(Some(kept)) = candidate.kept.units.get(index) else { return false };
        let UnitReads { parameters, known } = self.unit(unit);
        // Most that are not the same differ in these.
        if !known.iter().all(|index| self.is_known(candidate, *index)) {
            return false;
        }
        self.answer(candidate, Question::Unit(unit), || {
            (self.has_values_of(candidate) || parameters.iter().all(|index| self.is_value(candidate, *index)))
                && kept.of_pod.as_ref().is_some_and(|reads| {
                    self.is_of_pod(&self.compared_whole, &candidate.kept.of_pod)
                        || self.compared(index).is_some_and(|compared| self.is_of_pod(compared, reads))
                })
                // To compare these may evaluate them, so they are last: a unit that has read the same so far asks for the same next.
                && kept.made.lets.iter().all(|index| self.is_let(candidate, *index))
        })
    }

    fn is_known(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        candidate.kept.known.get(index).is_some_and(|known| self.has(index, known))
    }

    /// Whether this is at a known place. Most kept objects have it in common, in memory.
    fn has(&self, index: usize, known: &'m ReadValue) -> bool {
        let ReadValue::There(value) = known else { return self.found(index).is_some_and(|found| found.is(known)) };
        let compared = self.found.get(index).map(|place| &place.compared);
        match compared.and_then(Cell::get) {
            Some((other, is_same)) if Arc::ptr_eq(value, other) => is_same,
            _ => {
                let is_same = self.found(index).is_some_and(|found| found.is(known));
                compared.into_iter().for_each(|compared| compared.set(Some((value, is_same))));
                is_same
            }
        }
    }

    fn number(&self, question: Question) -> usize {
        let ProfileReads { parts, lets, .. } = self.reads;
        match question {
            Question::Unit(unit) => unit.number(lets.len()),
            Question::Let(index) => lets.len() + parts.len() + index,
        }
    }

    /// The answer to a question about a kept object, which is found once.
    fn answer(&self, candidate: &Candidate<'m>, question: Question, find: impl FnOnce() -> bool) -> bool {
        let ProfileReads { parts, lets, .. } = self.reads;
        let number = self.number(question);
        let known = candidate.answers.borrow().get(number).copied().flatten();
        known.unwrap_or_else(|| {
            let found = find();
            let answers = &mut *candidate.answers.borrow_mut();
            if answers.is_empty() {
                answers.resize(parts.len() + 2 * lets.len(), None);
            }
            answers.get_mut(number).into_iter().for_each(|answer| *answer = Some(found));
            found
        })
    }

    /// The kept reads of one unit that were compared with the pod so far.
    fn compared(&self, index: usize) -> Option<&RefCell<Vec<Compared<'m>>>> {
        let units = self.reads.lets.len() + self.reads.parts.len();
        self.compared.get_or_init(|| std::iter::repeat_with(RefCell::default).take(units).collect()).get(index)
    }

    /// Whether both objects have the usual value of each parameter, so that no value need be compared.
    fn has_values_of(&self, candidate: &Candidate<'m>) -> bool {
        self.values.are_usual() && candidate.kept.values.are_usual()
    }

    fn is_value(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        let values = candidate.kept.values.get(index).zip(self.values.get(index));
        values.is_some_and(|(known, value)| view::identical(known, value))
    }

    /// Whether a `let` value is made of the same, or what is made is the same.
    fn is_let(&self, candidate: &Candidate<'m>, index: usize) -> bool {
        self.answer(candidate, Question::Let(index), || {
            let is = |known: &Arc<KeptItem>| self.rendering.let_value(index).is_some_and(|value| known.is(&value));
            self.is_made_of_same(candidate, Unit::Let(index))
                || candidate.kept.lets.get(index).and_then(Option::as_ref).is_some_and(is)
        })
    }

    /// Whether all that was read of a kept pod is the same in this one.
    fn is_of_pod(&self, compared: &RefCell<Vec<Compared<'m>>>, reads: &'m Arc<Reads>) -> bool {
        if let Some((_, is_same)) = compared.borrow().iter().find(|(known, _)| Arc::ptr_eq(known, reads)) {
            return *is_same;
        }
        let is_same = reads.are_of(self.pod);
        compared.borrow_mut().push((reads, is_same));
        is_same
    }

    /// Whether these parts, which are made of the same as those of a candidate, are within the bounds of one rendering. The same takes
    /// the same. A `let` value that is equal, and is made of something else, may take more.
    fn is_whole_allowed(&self, candidate: &Candidate<'m>, parts: Range<usize>) -> bool {
        let made = |unit: Unit| match unit {
            Unit::Let(_) if !self.is_made_of_same(candidate, unit) => self.rendering.made_unit(unit).map(Cow::Owned),
            unit => candidate.kept.made_unit(unit, self.reads.lets.len()),
        };
        !self.rendering.has_lets() || spent_on(parts, self.reads.lets.len(), made).is_allowed()
    }

    /// Whether what all parts take, as [`Self::spent`] counts it, is within the bounds of one rendering.
    pub(crate) fn is_allowed(&self) -> bool {
        // It is no more than what was evaluated here, and all that the objects took of which something was found to be the same.
        let asked = self.candidates.iter().filter(|one| !one.answers.borrow().is_empty());
        let at_most = asked.fold(self.rendering.spent(), |sum, one| sum.with(one.kept.spent));
        debug_assert!(!at_most.is_allowed() || self.spent().is_allowed());
        at_most.is_allowed() || self.spent().is_allowed()
    }

    /// What evaluating all parts takes, with each `let` value that any of them asks for: as if none had been taken from a kept object.
    pub(crate) fn spent(&self) -> Spent {
        let lets = self.reads.lets.len();
        spent_on(0..self.reads.parts.len(), lets, |unit| match self.rendering.made_unit(unit) {
            Some(made) => Some(Cow::Owned(made)),
            None => self.known_same(unit)?.made_unit(unit, lets),
        })
    }

    /// A kept object of which a unit is known to be made of the same.
    fn known_same(&self, unit: Unit) -> Option<&'m KeptReads> {
        let number = self.number(Question::Unit(unit));
        let is_same = |one: &&Candidate<'m>| one.answers.borrow().get(number) == Some(&Some(true));
        self.candidates.iter().find(is_same).map(|one| one.kept)
    }

    fn index(&self, unit: Unit) -> usize {
        unit.number(self.reads.lets.len())
    }

    fn unit(&self, unit: Unit) -> &'m UnitReads {
        const NOTHING: &UnitReads = &UnitReads { parameters: Vec::new(), known: Vec::new() };
        let found = match unit {
            Unit::Let(index) => self.reads.lets.get(index).and_then(Option::as_ref),
            Unit::Part(index) => self.reads.parts.get(index),
        };
        found.unwrap_or(NOTHING)
    }

    /// What is at a known place.
    fn found(&self, index: usize) -> Option<&Found<'t, P>> {
        let (fact, path) = self.reads.known.get(index)?;
        Some(self.found.get(index)?.found.get_or_init(|| Found::at(self.surroundings.fact(*fact), path)))
    }
}

impl KeptReads {
    fn made_unit(&self, unit: Unit, lets: usize) -> Option<Cow<'_, MadeUnit>> {
        Some(Cow::Borrowed(&self.units.get(unit.number(lets))?.as_ref()?.made))
    }
}

/// What these parts take together, with each `let` value that they ask for, once.
fn spent_on<'k>(parts: Range<usize>, lets: usize, made: impl Fn(Unit) -> Option<Cow<'k, MadeUnit>>) -> Spent {
    let mut sum = Spent::default();
    let (mut seen, mut open) = (vec![false; lets], Vec::new());
    for unit in parts.filter_map(|part| made(Unit::Part(part))) {
        sum = sum.with(unit.spent);
        open.extend(&unit.lets);
    }
    while let Some(index) = open.pop() {
        let is_new = seen.get_mut(index).is_some_and(|seen| !std::mem::replace(seen, true));
        if let Some(unit) = is_new.then(|| made(Unit::Let(index))).flatten() {
            sum = sum.with(unit.spent);
            open.extend(&unit.lets);
        }
    }
    sum
}

/// A known place of the object at hand.
struct AtKnownPlace<'m, 't, P> {
    found: OnceCell<Found<'t, P>>,
    /// The value of a kept object with which it was compared last, and the answer.
    compared: Cell<Option<(&'m Arc<Value>, bool)>>,
}

/// What is at a place of what is known beside the pod.
enum Found<'t, P> {
    There(Item<'t, P>),
    /// As [`ReadValue::Absent`].
    Absent(usize, Sort),
}

impl<'t, P: View<'t>> Found<'t, P> {
    /// What is at the end of a path.
    fn at(root: Item<'t, P>, path: &[String]) -> Self {
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
