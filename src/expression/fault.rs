//! What ends an evaluation: a fault, or a bound.

use std::cell::Cell;

use thiserror::Error;

use super::item::Item;
use super::types::Sort;
use crate::value::view::View;

/// How much may still be done. It is shared by all expressions of one rendering.
#[derive(Debug)]
pub(crate) struct Meter {
    steps: Cell<usize>,
    bytes: Cell<usize>,
    /// What was asked for and refused: there was not enough left.
    refused: Cell<Effort>,
}

/// How many steps and bytes all expressions of one rendering may take.
const MOST: Effort = Effort { steps: 1_000_000, bytes: 4 << 20 };

/// What evaluating takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effort {
    steps: usize,
    bytes: usize,
}

impl Effort {
    /// Both together.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self { steps: self.steps.saturating_add(other.steps), bytes: self.bytes.saturating_add(other.bytes) }
    }

    /// What is left of it without a part of it.
    pub(crate) const fn without(self, part: Self) -> Self {
        Self { steps: self.steps.saturating_sub(part.steps), bytes: self.bytes.saturating_sub(part.bytes) }
    }

    /// Whether a meter allows all of it.
    pub(crate) const fn is_allowed(self) -> bool {
        self.steps <= MOST.steps && self.bytes <= MOST.bytes
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self { steps: Cell::new(MOST.steps), bytes: Cell::new(MOST.bytes), refused: Cell::default() }
    }
}

impl Meter {
    /// What was asked for so far. It is more than is allowed once anything was refused.
    pub(crate) const fn effort(&self) -> Effort {
        let counted = Effort { steps: MOST.steps - self.steps.get(), bytes: MOST.bytes - self.bytes.get() };
        counted.with(self.refused.get())
    }

    fn refuse(&self, effort: Effort, fault: EvalFault) -> EvalFault {
        self.refused.set(self.refused.get().with(effort));
        fault
    }

    /// Counts steps.
    pub(super) fn steps(&self, count: usize) -> Result<(), EvalFault> {
        let refused = || self.refuse(Effort { steps: count, bytes: 0 }, EvalFault::TooManySteps);
        let left = self.steps.get().checked_sub(count).ok_or_else(refused)?;
        self.steps.set(left);
        Ok(())
    }

    /// Counts bytes that are made, and the work to make them.
    pub(super) fn bytes(&self, count: usize) -> Result<(), EvalFault> {
        let refused = || self.refuse(Effort { steps: 0, bytes: count }, EvalFault::TooManyBytes);
        let left = self.bytes.get().checked_sub(count).ok_or_else(refused)?;
        self.bytes.set(left);
        self.steps(count / 64)
    }
}

/// Why an expression has no value. Messages name types and fields, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EvalError {
    /// The byte of the expression.
    pub(crate) at: usize,
    pub(crate) fault: EvalFault,
}

/// What went wrong.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum EvalFault {
    #[error("there is no `{0}`")]
    NoField(String),
    #[error("there is no such key")]
    NoKey,
    #[error("index {index} is outside of a list of {length}")]
    OutOfRange { index: i64, length: usize },
    #[error("position {0} is outside of the text")]
    OutsideText(i64),
    #[error("{0} is less than zero")]
    Negative(i64),
    #[error("`{operation}` does not take {found}")]
    Operands { operation: &'static str, found: String },
    #[error("expected {wanted}, found {found}")]
    Type { wanted: &'static str, found: &'static str },
    #[error("the result is beyond 64 bits")]
    Overflow,
    #[error("a double that is not a number has no order")]
    NotANumber,
    #[error("division by zero")]
    DivisionByZero,
    #[error("{0} that cannot be read as {1}")]
    Conversion(&'static str, &'static str),
    #[error("the optional is empty")]
    EmptyOptional,
    #[error("two members have one name")]
    NamedTwice,
    #[error("the value cannot be written as JSON, or is too large for it")]
    NotJson,
    #[error("the container has no port of that name")]
    NoPort,
    #[error("more than {0} elements")]
    TooMany(usize),
    #[error("it takes too many steps")]
    TooManySteps,
    #[error("its values are too large")]
    TooManyBytes,
}

impl EvalFault {
    /// Whether a bound ended the evaluation. Nothing makes up for that.
    pub(super) const fn is_of_bounds(&self) -> bool {
        matches!(self, Self::TooManySteps | Self::TooManyBytes)
    }
}

pub(super) fn wrong<'v, V: View<'v>>(wanted: Sort, found: &Item<'v, V>) -> EvalFault {
    EvalFault::Type { wanted: wanted.noun(), found: found.sort().noun() }
}
