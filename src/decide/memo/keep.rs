//! Keeps what the object at hand was made of.

use std::cell::Cell;
use std::sync::Arc;

use super::{Found, KeptReads, KeptUnit, MOST_KEPT, Memo, ReadValue};
use crate::expression::KeptItem;
use crate::profile::template::{Spent, Unit};
use crate::value::trace::Reads;
use crate::value::view::View;

impl<'m, 'a, 't, P: View<'t>, W: View<'a>> Memo<'m, 't, P, W> {
    /// Whether the `let` value or part of this number was made for this object.
    pub(crate) fn is_new(&self, number: usize) -> bool {
        self.rendering.is_made(number)
    }

    /// The object at hand, to be kept: nothing is evaluated for it. What is the same of a kept one is shared with it.
    pub(crate) fn kept(&self) -> KeptReads {
        let known = (0..self.reads.known.len()).map(|index| {
            let same = self.candidates.iter().find(|one| self.is_known(one, index));
            let same = same.and_then(|one| one.kept.known.get(index)).cloned();
            same.or_else(|| self.found(index).map(Found::kept)).unwrap_or(ReadValue::NotKept)
        });
        let known = known.collect();
        let lets = 0..self.reads.lets.len();
        let units = lets.clone().map(Unit::Let).chain((0..self.reads.parts.len()).map(Unit::Part));
        let units: Vec<_> = units.map(|unit| self.kept_unit(unit)).collect();
        let lets = lets.zip(&units).map(|(index, unit)| unit.as_ref().and_then(|_| self.kept_let(index))).collect();
        let values = self.candidates.iter().find(|one| self.has_values_of(one)).map(|one| Arc::clone(&one.kept.values));
        let values = values.unwrap_or_else(|| Arc::new(self.values.kept()));
        let spent = units.iter().flatten().fold(Spent::default(), |sum, unit| sum.with(unit.made.spent));
        KeptReads { values, known, lets, of_pod: self.all_of_pod(&units), units, spent }
    }

    /// The value of a unit that was made, or is made of the same as a kept one.
    fn kept_let(&self, index: usize) -> Option<Arc<KeptItem>> {
        if let Some(same) = self.known_same(Unit::Let(index)) {
            return same.lets.get(index)?.clone();
        }
        let value = self.rendering.let_value(index)?;
        let equal = self.candidates.iter().filter_map(|one| one.kept.lets.get(index)?.as_ref());
        let equal = equal.into_iter().find(|known| known.is(&value)).map(Arc::clone);
        equal.or_else(|| KeptItem::of(&value, &Cell::new(MOST_KEPT)).map(Arc::new))
    }

    /// A unit as it was made for this object, or as that of a kept object that is made of the same.
    fn kept_unit(&self, unit: Unit) -> Option<Arc<KeptUnit>> {
        let index = self.index(unit);
        let Some(made) = self.rendering.made_unit(unit) else {
            return self.known_same(unit)?.units.get(index)?.clone();
        };
        let of_pod = self.rendering.reads(unit).map(|reads| {
            // It may be made of other facts, and have read the same of the pod.
            let mut known =
                self.candidates.iter().filter_map(|one| one.kept.units.get(index)?.as_ref()?.of_pod.as_ref());
            known.find(|known| ***known == reads).map_or_else(|| Arc::new(reads), Arc::clone)
        });
        Some(Arc::new(KeptUnit { made, of_pod }))
    }

    fn all_of_pod(&self, units: &[Option<Arc<KeptUnit>>]) -> Arc<Reads> {
        let of_pod = |unit: &'_ Option<Arc<KeptUnit>>| unit.as_ref().and_then(|unit| unit.of_pod.clone());
        let is_same = |(one, two): (&Option<Arc<KeptUnit>>, &Option<Arc<KeptUnit>>)| match (of_pod(one), of_pod(two)) {
            (Some(one), Some(two)) => Arc::ptr_eq(&one, &two),
            (None, None) => true,
            _ => false,
        };
        let mut candidates = self.candidates.iter().map(|one| one.kept);
        match candidates.find(|kept| kept.units.iter().zip(units).all(is_same)) {
            Some(kept) => Arc::clone(&kept.of_pod),
            None => {
                let all: Vec<_> = units.iter().filter_map(of_pod).collect();
                Arc::new(Reads::of_all(all.iter().map(|reads| &**reads)))
            }
        }
    }
}

impl KeptReads {
    /// Whether another object can be compared with it: all that was read of the pod is noted.
    pub(crate) fn is_noted(&self) -> bool {
        self.units.iter().flatten().all(|unit| unit.of_pod.is_some())
    }
}
