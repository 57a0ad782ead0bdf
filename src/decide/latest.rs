//! What is kept of the latest objects for which a profile was evaluated.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::profile::reads::ProfileReads;

/// How many objects are kept.
const KEPT: usize = 8;

/// What was made of the latest objects, and what it is made of.
#[derive(Debug)]
pub(super) struct Latest<T> {
    reads: Arc<ProfileReads>,
    kept: VecDeque<Arc<T>>,
}

impl<T> Latest<T> {
    /// None yet.
    pub(super) fn new(reads: ProfileReads) -> Self {
        Self { reads: Arc::new(reads), kept: VecDeque::new() }
    }

    /// As it is now, the latest first.
    pub(super) fn now(&self) -> (Arc<ProfileReads>, Vec<Arc<T>>) {
        (Arc::clone(&self.reads), self.kept.iter().cloned().collect())
    }

    pub(super) fn push(&mut self, latest: T) {
        self.kept.truncate(KEPT - 1);
        self.kept.push_front(Arc::new(latest));
    }
}
