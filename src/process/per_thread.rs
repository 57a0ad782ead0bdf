//! Values that threads need not share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// How many values there are, one for each bit of [`TAKEN`]. Threads beyond that share the first one.
const SLOTS: usize = 16;

/// The slots that threads have now.
static TAKEN: AtomicU16 = AtomicU16::new(0);

/// A value for each thread, made when the thread first asks. Threads that share a value slow each other down: each count of an
/// `Arc` and each lock moves memory from one processor to another. A thread that ends leaves its value to the next one.
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
        thread_local! {
            static SLOT: Slot = Slot::take();
        }
        let Self([first, ..]) = self;
        let own = SLOT.with(|slot| slot.0).and_then(|slot| self.0.get(slot as usize));
        own.unwrap_or(first).get_or_init(T::default)
    }
}

/// The number of a slot that a thread has for itself; `None` where all were taken.
struct Slot(Option<u32>);

impl Slot {
    /// The first that is free.
    fn take() -> Self {
        let with_first = |taken: u16| Some(taken | 1_u16.checked_shl(taken.trailing_ones())?);
        let before = TAKEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_first);
        Self(before.ok().map(u16::trailing_ones))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            TAKEN.fetch_and(!(1 << slot), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn a_thread_gets_its_value_again_and_few_threads_have_one_in_common() {
        let values: PerThread<Vec<u8>> = PerThread::default();
        let address = || std::ptr::from_ref(values.get()).addr();
        let all_have_one = Barrier::new(2 * SLOTS);
        let ask = || {
            let first = address();
            all_have_one.wait();
            assert_eq!(first, address());
            first
        };
        let of_threads: BTreeSet<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2 * SLOTS).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        // Threads of other tests may have some.
        assert!((2..=SLOTS).contains(&of_threads.len()), "{of_threads:?}");
    }
}
