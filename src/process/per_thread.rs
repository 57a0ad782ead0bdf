//! Values that threads need not share.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many values there are; threads beyond that share them.
const SLOTS: usize = 16;

/// A value for each thread, made when the thread asks for the first time. What threads share, each of their processors has to get
/// from the other one, again and again: every count of an `Arc`, and every lock.
#[derive(Debug)]
pub(super) struct PerThread<T>([OnceLock<T>; SLOTS]);

impl<T> Default for PerThread<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }
}

impl<T: Default> PerThread<T> {
    /// The value of the thread that asks.
    pub(super) fn get(&self) -> &T {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static SLOT: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed) % SLOTS);
        }
        let Self([first, ..]) = self;
        self.0.get(SLOT.get()).unwrap_or(first).get_or_init(T::default)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_thread_gets_its_value_again_and_few_threads_have_one_in_common() {
        let values: PerThread<Vec<u8>> = PerThread::default();
        let address = || std::ptr::from_ref(values.get()).addr();
        let of_threads: BTreeSet<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2 * SLOTS).map(|_| scope.spawn(|| (address(), address()))).collect();
            let found = threads.into_iter().map(|thread| thread.join().unwrap());
            found.map(|(first, again)| if first == again { first } else { panic!("{first} {again}") }).collect()
        });
        assert!((2..=SLOTS).contains(&of_threads.len()), "{of_threads:?}");
    }
}
