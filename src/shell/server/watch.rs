//! Watches of the cluster's namespaces and ServiceAccounts: the only part of the webhook that calls an API server.
//!
//! What a watch saw last counts until it sees something newer, even while the API server is away. It must not fail a review,
//! or delay one beyond its deadline: an object that it cannot read is unknown.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use kube::config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, Config};
use thiserror::Error as ThisError;
use tokio::task::JoinHandle;

use super::judge::{FactSource, Fetched, ObjectKey};
use super::metrics::Metrics;
use super::ready::Readiness;

mod kinds;
mod misses;

pub(crate) use kinds::WatchedFact;
use misses::Misses;

/// The API server ends a watch after this many seconds, and a new one begins where it ended. A connection that died
/// without a word is noticed soon after.
const WATCH_SECONDS: u32 = 60;

/// How long the API server may be silent while a request waits for it: longer than a watch lasts.
const SILENCE: Duration = Duration::from_secs(75);

/// How long a connection to the API server may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The pause between two attempts to list and watch: twice as long after each failure.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Only metadata is requested.
type MetadataOf<F> = PartialObjectMeta<<F as WatchedFact>::Object>;

/// Why there is no client for the API server. The fault of the user, or of the author of the Deployment.
#[derive(Debug, ThisError)]
pub(crate) enum ClientError {
    /// The file of `--kubeconfig` is missing, is not a kubeconfig, or names no cluster.
    #[error("`{}` cannot be used as a kubeconfig", file.display())]
    Kubeconfig {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: Box<KubeconfigError>,
    },
    /// No file was given, and the process does not run in a pod with a service account.
    #[error("no API server is known: there is no kubeconfig, and no service account of a pod")]
    Nowhere(#[source] Box<InferConfigError>),
    /// The certificates or the credentials in the configuration cannot be used.
    #[error("the configuration of the API server's client cannot be used")]
    Unusable(#[source] Box<kube::Error>),
}

/// A client for the API server of this kubeconfig; without one, of `KUBECONFIG`, else of the cluster in which this process
/// runs as a pod. It does not connect yet.
///
/// # Errors
///
/// There is no configuration, or it cannot be used.
pub(crate) async fn client(kubeconfig: Option<&Path>) -> Result<Client, ClientError> {
    // kube uses the default TLS provider of the process. Setting it here keeps the features of a dependency from changing
    // it; an error means that it is set already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = match kubeconfig {
        Some(file) => {
            let wrong = |error| ClientError::Kubeconfig { file: file.to_owned(), source: Box::new(error) };
            let read = Kubeconfig::read_from(file).map_err(wrong)?;
            Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await.map_err(wrong)?
        }
        None => Config::infer().await.map_err(|error| ClientError::Nowhere(Box::new(error)))?,
    };
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
    // A review waits for a lookup, so do not retry; the watch has its own pauses.
    config.default_retry = false;
    Client::try_from(config).map_err(|error| ClientError::Unusable(Box::new(error)))
}

/// A running watch. It ends when it is dropped.
pub(crate) struct FactWatch<F: WatchedFact> {
    seen: Arc<SeenObjects<F>>,
    misses: Misses<F>,
    task: JoinHandle<()>,
}

/// The objects as they were seen last.
#[derive(Debug)]
struct SeenObjects<F>(RwLock<HashMap<ObjectKey, F>>);

/// Starts a watch on the current runtime. `ready` learns when all objects have been listed once.
pub(crate) fn watch<F: WatchedFact>(client: Client, metrics: Arc<Metrics>, ready: Arc<Readiness>) -> FactWatch<F> {
    let seen = Arc::new(SeenObjects(RwLock::default()));
    metrics.watch_connected(F::WATCHED, false);
    let follower = Follower { api: Api::all(client.clone()), seen: Arc::clone(&seen), metrics, ready };
    FactWatch { seen, misses: Misses::new(client), task: tokio::spawn(follower.run()) }
}

impl<F: WatchedFact> Drop for FactWatch<F> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<F: WatchedFact> FactSource<F> for FactWatch<F> {
    fn known(&self, key: &ObjectKey) -> Option<F> {
        self.seen.get(key)
    }

    fn fetch<'a>(&'a self, key: &'a ObjectKey, deadline: Instant) -> Fetched<'a, F> {
        Box::pin(self.misses.fetch(key, deadline))
    }
}

impl<F: Clone> SeenObjects<F> {
    fn get(&self, key: &ObjectKey) -> Option<F> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<ObjectKey, F>)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

struct Follower<F: WatchedFact> {
    api: Api<MetadataOf<F>>,
    seen: Arc<SeenObjects<F>>,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
}

impl<F: WatchedFact> Follower<F> {
    /// Watches for ever. After an error it lists again: only a list shows that the API server is back, since a watch of a
    /// quiet cluster sends nothing.
    async fn run(self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let begun = Instant::now();
            let error = self.follow().await;
            self.metrics.watch_connected(F::WATCHED, false);
            tracing::warn!(
                target: "injector::watch",
                error = causes(&error),
                "the watch of {} was interrupted; the last known state still counts",
                F::WATCHED.noun()
            );
            // A watch that lasted for a while did not fail.
            pause = if begun.elapsed() > LONGEST_PAUSE { SHORTEST_PAUSE } else { pause };
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    /// Lists and watches until something goes wrong.
    async fn follow(&self) -> watcher::Error {
        let config = watcher::Config::default().timeout(WATCH_SECONDS);
        let mut events = pin!(kube::runtime::watcher(self.api.clone(), config));
        let mut listed = HashMap::new();
        loop {
            match events.next().await {
                Some(Ok(Event::Init)) => listed.clear(),
                Some(Ok(Event::InitApply(object))) => listed.extend(F::entry(object.metadata)),
                Some(Ok(Event::InitDone)) => {
                    let all = std::mem::take(&mut listed);
                    tracing::info!(target: "injector::watch", count = all.len(), "{} listed", F::WATCHED.noun());
                    self.seen.change(|seen| *seen = all);
                    self.ready.listed(F::WATCHED);
                    self.metrics.watch_connected(F::WATCHED, true);
                }
                Some(Ok(Event::Apply(object))) => self.seen.change(|seen| seen.extend(F::entry(object.metadata))),
                Some(Ok(Event::Delete(object))) => {
                    self.seen.change(|seen| drop(F::entry(object.metadata).and_then(|(key, _)| seen.remove(&key))));
                }
                Some(Err(error)) => return error,
                // The stream never ends. If it did, that would be a broken watch.
                None => return watcher::Error::NoResourceVersion,
            }
        }
    }
}

/// An error with all its causes, on one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
