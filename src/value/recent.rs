//! The latest of what was made, for the next one that is like it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// After so many objects in a row that are like none that is kept, only each of so many is still looked for, and kept: a run whose
/// objects all differ has little use for what is kept, and should not pay for it.
const PATIENCE: usize = 8;

/// What was made of the latest objects, so many of them at most.
#[derive(Debug)]
pub(crate) struct Recent<T, const KEPT: usize>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    /// The latest first.
    all: VecDeque<T>,
    /// How many objects in a row were like none of them.
    streak: usize,
    is_worth_keeping: bool,
}

impl<T, const KEPT: usize> Default for Recent<T, KEPT> {
    fn default() -> Self {
        Self(Mutex::new(Kept { all: VecDeque::new(), streak: 0, is_worth_keeping: false }))
    }
}

impl<T, const KEPT: usize> Recent<T, KEPT> {
    /// What comes of the first that is like the next object. After a long row of objects for which there was none, only each eighth is
    /// looked for.
    pub(crate) fn find<R>(&self, is_like: impl FnMut(&T) -> Option<R>) -> Option<R> {
        let kept = &mut *self.lock();
        kept.is_worth_keeping = kept.streak < PATIENCE || kept.streak.is_multiple_of(PATIENCE);
        kept.streak += 1;
        let found = kept.all.iter().filter(|_| kept.is_worth_keeping).find_map(is_like);
        if found.is_some() {
            kept.streak = 0;
        }
        found
    }

    /// Whether to keep what is made of the object that was looked for last.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.lock().is_worth_keeping
    }

    /// Changes the first of which something comes.
    pub(crate) fn change<R>(&self, change: impl FnMut(&mut T) -> Option<R>) -> Option<R> {
        self.lock().all.iter_mut().find_map(change)
    }

    pub(crate) fn push(&self, latest: T) {
        let all = &mut self.lock().all;
        all.truncate(KEPT.saturating_sub(1));
        all.push_front(latest);
    }

    /// Whether the last object was like one that was kept.
    #[cfg(test)]
    pub(crate) fn was_found(&self) -> bool {
        self.lock().streak == 0
    }

    /// What is kept, the latest first.
    #[cfg(test)]
    pub(crate) fn all(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.lock().all.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_found_less_is_looked_for() {
        let recent = Recent::<u8, 2>::default();
        recent.push(1);
        let looks = |objects: usize| {
            let mut looked = 0;
            for _ in 0..objects {
                let before = looked;
                let found = recent.find(|_| {
                    looked += 1;
                    None::<u8>
                });
                assert_eq!((found, recent.was_found()), (None, false));
                assert_eq!(recent.is_worth_keeping(), looked > before);
            }
            looked
        };
        assert_eq!((looks(8), looks(80)), (8, 10));
        while recent.find(|known| Some(*known)) != Some(1) {}
        assert!(recent.was_found() && recent.is_worth_keeping());
        assert_eq!(looks(8), 8);
    }

    #[test]
    fn the_latest_are_kept_and_may_be_changed() {
        let recent = Recent::<u8, 2>::default();
        (1..4).for_each(|latest| recent.push(latest));
        assert_eq!(recent.all(), [3, 2]);
        let add = |known: &mut u8| (*known == 2).then(|| *known += 10);
        assert_eq!((recent.change(add), recent.change(add)), (Some(()), None));
        assert_eq!(recent.all(), [3, 12]);
    }
}
