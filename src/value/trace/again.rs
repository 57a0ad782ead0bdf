//! A value that is compared with what was read of others.

use std::cell::RefCell;
use std::iter;

use super::Step;
use crate::value::pointer::ReferenceToken;
use crate::value::view::View;

/// A value that is compared with what was read of others: each place of it is read once, however often it is compared.
#[derive(Debug)]
pub(crate) struct Again<V> {
    reached: RefCell<Vec<Reached<V>>>,
    pub(super) beside: ReferenceToken,
}

/// A place that was reached. The places in a place are linked by their indexes, the latest first. [`ROOT`] ends the list, because it
/// is in no place.
#[derive(Debug)]
struct Reached<V> {
    step: Step,
    found: Option<V>,
    /// The latest place in it.
    latest_within: usize,
    /// The place beside it that was reached before.
    before: usize,
}

/// The index of the root.
pub(super) const ROOT: usize = 0;

impl<'a, V: View<'a>> Again<V> {
    /// A value, and the text beside it. Nothing of it was read yet.
    pub(crate) fn new(value: V, beside: &str) -> Self {
        let mut reached = Vec::with_capacity(32);
        reached.push(Reached { step: Step::Element(0), found: Some(value), latest_within: ROOT, before: ROOT });
        Self { reached: RefCell::new(reached), beside: beside.into() }
    }

    pub(super) fn found(&self, number: usize) -> Option<V> {
        self.reached.borrow().get(number)?.found
    }

    /// The index of the place that is a step below another one.
    pub(super) fn below(&self, number: usize, step: &Step) -> usize {
        let all = &mut *self.reached.borrow_mut();
        let new = all.len();
        let Some(within) = all.get(number) else { return new };
        let mut chain = iter::successors(Some(within.latest_within), |known| all.get(*known).map(|place| place.before));
        let known = chain.find(|known| *known == ROOT || all.get(*known).is_some_and(|place| place.step.is(step)));
        if let Some(known) = known.filter(|known| *known != ROOT) {
            return known;
        }
        let found = within.found.and_then(|value| match step {
            Step::Member(name) => value.member(name),
            Step::Element(index) => value.element(*index),
        });
        let before = within.latest_within;
        all.get_mut(number).into_iter().for_each(|within| within.latest_within = new);
        all.push(Reached { step: step.clone(), found, latest_within: ROOT, before });
        new
    }
}
