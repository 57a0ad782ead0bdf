//! What is kept of the latest objects for which profiles were evaluated.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::profile::Profile;
use crate::profile::reads::ProfileReads;

/// How many objects are kept.
const KEPT: usize = 8;

/// What was made of the latest objects of a run, for each profile, and for each `K` of it. No two profiles of a run have one name,
/// and each has the same settings for all objects.
#[derive(Debug)]
pub(super) struct Latest<K, T>(Mutex<Vec<OfProfile<K, T>>>);

#[derive(Debug)]
struct OfProfile<K, T> {
    profile: String,
    of: K,
    now: Arc<Now<T>>,
}

/// What was made of the latest objects, and what it is made of.
#[derive(Debug)]
pub(super) struct Now<T> {
    pub(super) reads: Arc<ProfileReads>,
    /// The latest first.
    pub(super) kept: Vec<Arc<T>>,
    /// For each `let` value and each part, how many objects had to make it anew since the last that did not, among those that were
    /// not taken as a whole; and last, how many of these had to make nothing anew.
    anew: Arc<[AtomicUsize]>,
}

impl<K, T> Default for Latest<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + PartialEq, T> Latest<K, T> {
    /// As it is now.
    pub(super) fn now(&self, profile: &Profile, of: K, reads: impl FnOnce() -> ProfileReads) -> Arc<Now<T>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|known| known.is_of(profile, of)) {
            return Arc::clone(&known.now);
        }
        let reads = reads();
        let anew = (0..=reads.lets.len() + reads.parts.len()).map(|_| AtomicUsize::new(0)).collect();
        let now = Arc::new(Now { reads: Arc::new(reads), kept: Vec::new(), anew });
        all.push(OfProfile { profile: profile.name.clone(), of, now: Arc::clone(&now) });
        now
    }

    pub(super) fn push(&self, profile: &Profile, of: K, latest: T) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(OfProfile { now, .. }) = all.iter_mut().find(|known| known.is_of(profile, of)) {
            let Now { reads, kept, anew } = &**now;
            let kept = [Arc::new(latest)].into_iter().chain(kept.iter().take(KEPT - 1).cloned()).collect();
            *now = Arc::new(Now { reads: Arc::clone(reads), kept, anew: Arc::clone(anew) });
        }
    }
}

impl<K: PartialEq, T> OfProfile<K, T> {
    fn is_of(&self, profile: &Profile, of: K) -> bool {
        self.of == of && self.profile == profile.name
    }
}

impl<T> Now<T> {
    /// Whether to keep an object for which these `let` values and parts were made anew, by their numbers. Some parts are each
    /// object's own, such as a label with its name. If nothing else was new, nothing would be taken from the object. Then only some
    /// objects are kept, to see whether that changes.
    pub(super) fn is_worth_keeping(&self, is_new: impl Fn(usize) -> bool) -> bool {
        let Some((nothing, units)) = self.anew.split_last() else { return false };
        let is_new: Vec<bool> = (0..units.len()).map(is_new).collect();
        let is_nothing_new = !is_new.contains(&true);
        let mut is_worth = false;
        for (anew, is_new) in units.iter().chain([nothing]).zip(is_new.into_iter().chain([is_nothing_new])) {
            if is_new {
                let before = anew.fetch_add(1, Ordering::Relaxed);
                is_worth |= before < KEPT || before.is_multiple_of(KEPT);
            } else if anew.load(Ordering::Relaxed) != 0 {
                anew.store(0, Ordering::Relaxed);
            }
        }
        is_worth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_parts(parts: usize) -> Now<()> {
        let anew = (0..=parts).map(|_| AtomicUsize::new(0)).collect();
        Now { reads: Arc::default(), kept: Vec::new(), anew }
    }

    /// How many of so many objects are kept, for each of which these parts are new.
    fn kept(now: &Now<()>, objects: usize, new: &[usize]) -> usize {
        (0..objects).filter(|_| now.is_worth_keeping(|number| new.contains(&number))).count()
    }

    #[test]
    fn objects_are_kept_as_long_as_something_may_be_taken_from_them() {
        let now = of_parts(3);
        assert_eq!(kept(&now, 100, &[1]), 20, "a part that is each object's own: the first 8, and then each eighth");
        assert_eq!(kept(&now, 1, &[1, 2]), 1, "another part is new, too");
        assert!(kept(&now, 100, &[1, 2]) < 50, "both are each object's own by now");
        assert_eq!(kept(&now, 1, &[]), 1, "nothing is new, and yet it could not be taken as a whole");
        assert_eq!(kept(&now, 1, &[1]), 1, "the part was taken from another object since");
        let nothing = of_parts(2);
        assert_eq!(kept(&nothing, 100, &[]), 20, "not all of these, either");
    }
}
