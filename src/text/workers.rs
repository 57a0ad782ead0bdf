//! How work on many things is done: one after the other, or several at a time. A pure room has no threads, so the shell lends its own.

/// Who does the work.
pub(crate) trait Workers {
    /// Does the same for each item. Results come in the order of the items.
    fn each<T: Sync, R: Send>(&self, todo: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R>;
}

/// One item after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InTurn;

impl Workers for InTurn {
    fn each<T: Sync, R: Send>(&self, todo: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        todo.iter().map(work).collect()
    }
}
