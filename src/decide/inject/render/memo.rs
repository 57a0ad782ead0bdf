//! What was rendered of the latest objects, part by part. A part that is made of the same is taken from there, and is the same in
//! memory, so that nothing of it is checked again.

use std::sync::Arc;

use super::Rendered;
use crate::decide::memo::{KeptReads, Memo};
use crate::value::view::View;

/// What was rendered of one object, without a fault.
#[derive(Debug)]
pub(super) struct KeptObject {
    pub(super) reads: KeptReads,
    pub(super) rendered: Arc<Rendered>,
}

/// Parts that need not be rendered.
pub(super) trait KnownParts {
    /// The rendering of a kept object from which this part can be taken.
    fn part(&self, part: usize) -> Option<&Rendered>;
}

/// Those of kept objects.
pub(super) struct KeptParts<'m, 't, P, W> {
    pub(super) memo: &'m Memo<'m, 't, P, W>,
    /// In the order of the memo.
    pub(super) objects: &'m [Arc<KeptObject>],
}

impl<'a, 't, P: View<'t>, W: View<'a>> KnownParts for KeptParts<'_, 't, P, W> {
    fn part(&self, part: usize) -> Option<&Rendered> {
        Some(&self.objects.get(self.memo.part(part)?)?.rendered)
    }
}
