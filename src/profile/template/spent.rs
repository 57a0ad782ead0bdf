//! What rendering takes of what it may take.

use crate::expression::Effort;

/// How many elements all `forEach` of a profile may make.
pub(super) const MOST_REPEATED: usize = 256;

/// What rendering took, of all that is bounded for a rendering as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(super) effort: Effort,
    /// How many elements `forEach` made.
    pub(super) repeated: usize,
}

impl Spent {
    /// Both together.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self { effort: self.effort.with(other.effort), repeated: self.repeated.saturating_add(other.repeated) }
    }

    /// What is left of it without a part of it.
    pub(crate) const fn without(self, part: Self) -> Self {
        Self { effort: self.effort.without(part.effort), repeated: self.repeated.saturating_sub(part.repeated) }
    }

    /// Whether one rendering may take it all.
    pub(crate) const fn is_allowed(self) -> bool {
        self.effort.is_allowed() && self.repeated <= MOST_REPEATED
    }
}
