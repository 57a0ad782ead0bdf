//! Lookups of objects that a watch has not seen: one by one, few at a time, and not repeated too soon.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kube::Client;
use tokio::sync::Semaphore;

use super::WatchedFact;
use crate::shell::server::judge::ObjectKey;

/// How many lookups may be open at once; others wait, each until its own deadline.
const AT_ONCE: usize = 8;

/// How long an answer counts, also one that says "not found": many pods of a new object come at once, and the watch is
/// rarely later than this.
const REMEMBERED: Duration = Duration::from_secs(2);

/// How many answers are remembered.
const MANY: usize = 256;

/// The longest that a review waits here. Of a shorter time until the deadline, a fifth is left for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Misses<F> {
    client: Client,
    permits: Semaphore,
    answers: Mutex<HashMap<ObjectKey, Remembered<F>>>,
}

#[derive(Clone, Debug)]
struct Remembered<F> {
    until: Instant,
    answer: Option<F>,
}

impl<F: WatchedFact> Misses<F> {
    pub(super) fn new(client: Client) -> Self {
        Self { client, permits: Semaphore::new(AT_ONCE), answers: Mutex::default() }
    }

    /// The object, if the API server answers early enough before the deadline.
    pub(super) async fn fetch(&self, key: &ObjectKey, deadline: Instant) -> Option<F> {
        let left = deadline.saturating_duration_since(Instant::now());
        let patience = PATIENCE.min(left.mul_f64(0.8));
        // A timeout is not remembered: the next review may have more time.
        tokio::time::timeout(patience, self.ask(key)).await.ok().flatten()
    }

    async fn ask(&self, key: &ObjectKey) -> Option<F> {
        if let Some(Remembered { answer, .. }) = self.remembered(key) {
            return answer;
        }
        let Ok(_permit) = self.permits.acquire().await else { return None };
        // Another review may have looked it up in the meantime.
        if let Some(Remembered { answer, .. }) = self.remembered(key) {
            return answer;
        }
        let asked = F::api(self.client.clone(), key).get_opt(&key.name).await;
        if let Err(error) = &asked {
            tracing::warn!(
                target: "injector::watch",
                namespace = key.namespace,
                name = key.name,
                error = super::causes(error),
                "one of the {} could not be looked up",
                F::WATCHED.noun()
            );
        }
        let found = asked.ok().flatten();
        let answer = found.and_then(|object| F::entry(object.metadata)).map(|(_, found)| found);
        self.remember(key, answer.clone());
        answer
    }

    fn remembered(&self, key: &ObjectKey) -> Option<Remembered<F>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).filter(|answer| Instant::now() < answer.until).cloned()
    }

    fn remember(&self, key: &ObjectKey, answer: Option<F>) {
        let now = Instant::now();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MANY {
            answers.retain(|_, answer| now < answer.until);
        }
        if answers.len() >= MANY {
            answers.clear();
        }
        answers.insert(key.clone(), Remembered { until: now + REMEMBERED, answer });
    }
}
