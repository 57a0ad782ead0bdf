//! Lookups of namespaces that the watch has not seen: one by one, few at a time, and not repeated too soon.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kube::Api;
use tokio::sync::Semaphore;

use super::NamespaceMetadata;
use crate::decide::facts::Namespace;

/// How many lookups may be open at once; others wait, each until its own deadline.
const AT_ONCE: usize = 8;

/// How long an answer counts, also one that says "not found": many pods of a new namespace come at once, and the watch is
/// rarely later than this.
const REMEMBERED: Duration = Duration::from_secs(2);

/// How many answers are remembered.
const MANY: usize = 256;

/// The longest that a review waits here. Of a shorter time until the deadline, a fifth is left for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Misses {
    api: Api<NamespaceMetadata>,
    permits: Semaphore,
    answers: Mutex<HashMap<String, Remembered>>,
}

#[derive(Clone, Debug)]
struct Remembered {
    until: Instant,
    answer: Option<Namespace>,
}

impl Misses {
    pub(super) fn new(api: Api<NamespaceMetadata>) -> Self {
        Self { api, permits: Semaphore::new(AT_ONCE), answers: Mutex::default() }
    }

    /// The namespace, if the API server answers early enough before the deadline.
    pub(super) async fn fetch(&self, name: &str, deadline: Instant) -> Option<Namespace> {
        let left = deadline.saturating_duration_since(Instant::now());
        let patience = PATIENCE.min(left.mul_f64(0.8));
        // A timeout is not remembered: the next review may have more time.
        tokio::time::timeout(patience, self.ask(name)).await.ok().flatten()
    }

    async fn ask(&self, name: &str) -> Option<Namespace> {
        if let Some(Remembered { answer, .. }) = self.remembered(name) {
            return answer;
        }
        let Ok(_permit) = self.permits.acquire().await else { return None };
        // Another review may have looked it up in the meantime.
        if let Some(Remembered { answer, .. }) = self.remembered(name) {
            return answer;
        }
        let asked = self.api.get_opt(name).await;
        if let Err(error) = &asked {
            tracing::warn!(
                target: "injector::namespaces",
                namespace = name,
                error = super::causes(error),
                "the namespace could not be looked up"
            );
        }
        let found = asked.ok().flatten();
        let answer = found.and_then(|object| super::entry(object.metadata)).map(|(_, namespace)| namespace);
        self.remember(name, answer.clone());
        answer
    }

    fn remembered(&self, name: &str) -> Option<Remembered> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(name).filter(|answer| Instant::now() < answer.until).cloned()
    }

    fn remember(&self, name: &str, answer: Option<Namespace>) {
        let now = Instant::now();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MANY {
            answers.retain(|_, answer| now < answer.until);
        }
        if answers.len() >= MANY {
            answers.clear();
        }
        answers.insert(name.to_owned(), Remembered { until: now + REMEMBERED, answer });
    }
}
