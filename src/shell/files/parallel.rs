//! Work on all cores: reading files, and what the commands do with documents.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::text::workers::Workers;

/// The cores, for pure rooms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AllCores;

impl Workers for AllCores {
    fn each<T: Sync, R: Send>(&self, todo: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        in_parallel(todo, work)
    }
}

/// Fewer items than this are not worth a thread.
pub(crate) const FEW: usize = 32;

/// The items are independent of each other, so every core takes the next one. Results come back in order.
pub(crate) fn in_parallel<'t, T: Sync, R: Send>(todo: &'t [T], work: impl Fn(&'t T) -> R + Sync) -> Vec<R> {
    filter_in_parallel(todo, |item| Some(work(item))).into_iter().map(|(_, result)| result).collect()
}

/// The same, where most items may have no result: of those that have one, the index and the result.
pub(crate) fn filter_in_parallel<'t, T: Sync, R: Send>(
    todo: &'t [T],
    work: impl Fn(&'t T) -> Option<R> + Sync,
) -> Vec<(usize, R)> {
    let cores = match todo.len() / FEW {
        0 | 1 => 1,
        // This opens files of the system, so it is not asked where one core does all.
        most => std::thread::available_parallelism().map_or(1, NonZero::get).min(most),
    };
    let work = |(index, item): (usize, &'t T)| Some((index, work(item)?));
    if cores == 1 {
        return todo.iter().enumerate().filter_map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take_one = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        todo.get(index).map(|item| (index, item))
    };
    let take = || std::iter::from_fn(take_one).filter_map(&work).collect::<Vec<_>>();
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(take)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    all.sort_by_key(|(index, _)| *index);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items_whichever_core_is_first() {
        // The first items take longest, so that a core that begins later is done with many others before.
        let work = |item: &usize| {
            std::thread::sleep(std::time::Duration::from_micros(if *item < 4 { 20_000 } else { 10 }));
            item * 3
        };
        for count in [0, 1, FEW, 2 * FEW, 20 * FEW] {
            let todo: Vec<usize> = (0..count).collect();
            assert_eq!(in_parallel(&todo, work), todo.iter().map(|item| item * 3).collect::<Vec<_>>(), "{count}");
            let even = |item: &usize| item.is_multiple_of(2).then(|| work(item));
            let expected: Vec<_> =
                todo.iter().filter(|item| item.is_multiple_of(2)).map(|item| (*item, item * 3)).collect();
            assert_eq!(filter_in_parallel(&todo, even), expected, "{count}");
        }
    }
}
