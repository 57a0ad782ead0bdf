//! What was rendered of the latest objects, part by part. A part that is made of the same is taken from there, and is the same in
//! memory, so that nothing of it is checked again.

use std::cell::Cell;
use std::sync::Arc;

use super::Rendered;
use crate::decide::memo::{KeptReads, Memo};
use crate::profile::template::Spent;
use crate::value::view::View;

/// What was rendered of one object, without a fault.
#[derive(Debug)]
pub(super) struct KeptObject {
    pub(super) reads: KeptReads,
    pub(super) rendered: Arc<Rendered>,
    pub(super) spent: PartsSpent,
}

/// What evaluating takes, part by part, at most. A part that is taken from a kept object counts as what it took there, so that
/// the sum is never less than what evaluating all of it would take: of the same, evaluating takes the same.
#[derive(Debug)]
pub(super) struct PartsSpent {
    /// For each of [`ProfileReads::parts`](crate::profile::reads::ProfileReads), without the `let` values that it reads.
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

/// Parts that need not be rendered.
pub(super) trait KnownParts {
    /// The rendering of an object of which a part reads the same, and what evaluating that part takes. `let` values that it reads
    /// count for themselves.
    fn part(&self, part: usize) -> Option<(&Rendered, Spent)>;

    /// What evaluating a `let` value takes at most that was not evaluated for this object: where a part that was taken asks for it,
    /// it is made of the same as there.
    fn spent_on_let(&self, index: usize) -> Spent;
}

/// Those of kept objects.
pub(super) struct KeptParts<'m, 't, W> {
    memo: &'m Memo<'m, 't, W>,
    /// In the order of the memo, each with whether a part of it was taken.
    objects: Vec<(&'m KeptObject, Cell<bool>)>,
}

impl<'m, 't, W> KeptParts<'m, 't, W> {
    pub(super) fn new(memo: &'m Memo<'m, 't, W>, kept: &'m [Arc<KeptObject>]) -> Self {
        Self { memo, objects: kept.iter().map(|one| (&**one, Cell::new(false))).collect() }
    }
}

impl<'a: 't, 't, W: View<'a>> KnownParts for KeptParts<'_, 't, W> {
    fn part(&self, part: usize) -> Option<(&Rendered, Spent)> {
        let (kept, is_used) = self.objects.get(self.memo.part(part)?)?;
        is_used.set(true);
        Some((&kept.rendered, *kept.spent.parts.get(part)?))
    }

    fn spent_on_let(&self, index: usize) -> Spent {
        let used = self.objects.iter().filter(|(_, is_used)| is_used.get());
        let spent = used.filter_map(|(kept, _)| kept.spent.lets.get(index));
        spent.fold(Spent::default(), |most, spent| most.max(*spent))
    }
}
