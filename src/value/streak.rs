//! How long nothing was of use that is kept.

/// After so many objects in a row that are like none that is kept, only each of so many is still looked for, and kept: a run whose
/// objects all differ has little use for what is kept, and should not pay for it.
const PATIENCE: usize = 8;

/// A row of objects that are like none that is kept.
#[derive(Debug, Default)]
pub(crate) struct Streak {
    length: usize,
    is_worth: bool,
}

impl Streak {
    /// Whether to look for the next object among those that are kept.
    pub(crate) const fn is_worth_a_look(&mut self) -> bool {
        self.is_worth = self.length < PATIENCE || self.length.is_multiple_of(PATIENCE);
        self.length += 1;
        self.is_worth
    }

    /// The object is like one that is kept.
    pub(crate) const fn end(&mut self) {
        self.length = 0;
    }

    /// Whether to keep the object that was looked for last.
    pub(crate) const fn is_worth_keeping(&self) -> bool {
        self.is_worth
    }

    /// Whether the object that was looked for last is like one that is kept.
    #[cfg(test)]
    pub(crate) const fn has_ended(&self) -> bool {
        self.length == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_found_less_is_looked_for() {
        let mut streak = Streak::default();
        let mut looked = |objects: usize| (0..objects).filter(|_| streak.is_worth_a_look()).count();
        assert_eq!((looked(8), looked(80)), (8, 10));
        streak.end();
        assert!(streak.has_ended() && streak.is_worth_a_look() && streak.is_worth_keeping() && !streak.has_ended());
    }
}
