//! A watch of the cluster's namespaces: the only part of the webhook that calls an API server.
//!
//! What it saw last counts until it sees something newer, even while the API server is away. It must not fail a review, or
//! delay one beyond its deadline: a namespace that it cannot read is unknown.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use k8s_openapi::api::core::v1;
use kube::api::ObjectMeta;
use kube::config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, Config};
use thiserror::Error as ThisError;
use tokio::task::JoinHandle;

use super::judge::{Fetched, NamespaceSource};
use super::metrics::Metrics;
use super::ready::Readiness;
use crate::decide::facts::Namespace;

mod misses;

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

/// An annotation with the whole object, which kubectl writes when it applies the object. No rule reads it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Only metadata is requested.
type NamespaceMetadata = PartialObjectMeta<v1::Namespace>;

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
#[derive(Debug)]
pub(crate) struct WatchedNamespaces {
    seen: Arc<SeenNamespaces>,
    misses: Misses,
    task: JoinHandle<()>,
}

/// The namespaces as they were seen last, by name.
#[derive(Debug, Default)]
struct SeenNamespaces(RwLock<HashMap<String, Namespace>>);

/// Starts a watch on the current runtime. `ready` learns when all namespaces have been listed once.
pub(crate) fn watch(client: Client, metrics: Arc<Metrics>, ready: Arc<Readiness>) -> WatchedNamespaces {
    let seen = Arc::new(SeenNamespaces::default());
    let api: Api<NamespaceMetadata> = Api::all(client);
    metrics.watch_connected(false);
    let follower = Follower { api: api.clone(), seen: Arc::clone(&seen), metrics, ready };
    WatchedNamespaces { seen, misses: Misses::new(api), task: tokio::spawn(follower.run()) }
}

impl Drop for WatchedNamespaces {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NamespaceSource for WatchedNamespaces {
    fn known(&self, name: &str) -> Option<Namespace> {
        self.seen.get(name)
    }

    fn fetch<'a>(&'a self, name: &'a str, deadline: Instant) -> Fetched<'a> {
        Box::pin(self.misses.fetch(name, deadline))
    }
}

impl SeenNamespaces {
    fn get(&self, name: &str) -> Option<Namespace> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<String, Namespace>)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

struct Follower {
    api: Api<NamespaceMetadata>,
    seen: Arc<SeenNamespaces>,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
}

impl Follower {
    /// Watches for ever. After an error it lists again: only a list shows that the API server is back, since a watch of a
    /// quiet cluster sends nothing.
    async fn run(self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let begun = Instant::now();
            let error = self.follow().await;
            self.metrics.watch_connected(false);
            tracing::warn!(
                target: "injector::namespaces",
                error = causes(&error),
                "the watch of namespaces was interrupted; the last known state still counts"
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
                Some(Ok(Event::InitApply(object))) => listed.extend(entry(object.metadata)),
                Some(Ok(Event::InitDone)) => {
                    let all = std::mem::take(&mut listed);
                    tracing::info!(target: "injector::namespaces", namespaces = all.len(), "namespaces listed");
                    self.seen.change(|seen| *seen = all);
                    self.ready.namespaces_listed();
                    self.metrics.watch_connected(true);
                }
                Some(Ok(Event::Apply(object))) => self.seen.change(|seen| seen.extend(entry(object.metadata))),
                Some(Ok(Event::Delete(object))) => {
                    self.seen.change(|seen| drop(object.metadata.name.and_then(|name| seen.remove(&name))));
                }
                Some(Err(error)) => return error,
                // The stream never ends. If it did, that would be a broken watch.
                None => return watcher::Error::NoResourceVersion,
            }
        }
    }
}

/// What is kept of a namespace, by its name.
fn entry(metadata: ObjectMeta) -> Option<(String, Namespace)> {
    let ObjectMeta { name, labels, annotations, .. } = metadata;
    let name = name?;
    let mut annotations: BTreeMap<String, String> = annotations.unwrap_or_default();
    annotations.remove(LAST_APPLIED);
    let namespace = Namespace::known(&name, labels.unwrap_or_default(), annotations);
    Some((name, namespace))
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
