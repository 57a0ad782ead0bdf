//! What the routes ask and what they get back: the seam between HTTP and the core.
//!
//! A [`Reply`] has the HTTP status 200. An [`Unanswered`] has another, and leaves the decision to `failurePolicy`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use crate::decide::facts::{Namespace, ServiceAccount};
use crate::process::admission::{AdmissionReview, ReviewSubject};

/// The profiles for which a path asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The profiles of `serve`'s flags: `/mutate` and its aliases.
    Default,
    /// These, in this order: `/mutate/A,B`.
    Named(Vec<String>),
}

/// The answer to a review, with what the log line and the metrics need.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub review: AdmissionReview,
    /// One for each pod template and profile.
    pub verdicts: Vec<CountedVerdict>,
    /// The object that the review was about.
    pub subject: ReviewSubject,
}

/// The verdict on one profile, in few and stable words: they are metric labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedVerdict {
    /// The profile's name.
    pub profile: String,
    /// The verdict.
    pub result: VerdictResult,
    /// The rule that decided, or the code of the first error.
    pub reason: &'static str,
}

/// The verdict on one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerdictResult {
    /// A patch was sent.
    Injected,
    /// It was not injected, and nothing is wrong.
    Skipped,
    /// The object was refused.
    Rejected,
    /// A value is wrong, and with `onError: Skip` the object was let through unchanged.
    Failed,
}

/// Why there is no answer. Each is an HTTP status with a Kubernetes `Status`, and is counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The body is not a review: the client's fault. 400.
    #[error("{message}")]
    BadReview {
        /// What is wrong.
        message: String,
        /// The uid, where it could still be read.
        uid: Option<String>,
    },
    /// There is no profile with that name. 404.
    #[error("there is no profile `{name}`; there is {known}")]
    UnknownProfile {
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The proof of a patch failed: a bug of injector. 500.
    #[error("the patch was not proved: {message}")]
    Unproved {
        /// What was wrong.
        message: String,
        /// The review's uid.
        uid: String,
    },
}

/// Answers reviews. One implementation asks the core; tests have others, which fail on purpose.
///
/// The routes catch a panic in it and answer 500.
pub trait Judge: Send + Sync + 'static {
    /// Answers the review in a body. The deadline limits waiting, such as for a lookup; a decision takes microseconds.
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_>;
}

/// What [`Judge::judge`] returns.
pub type Judged<'a> = Pin<Box<dyn Future<Output = Result<Reply, Unanswered>> + Send + 'a>>;

/// A kind of object that the webhook may watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// `--watch-namespaces`.
    Namespaces,
    /// `--watch-serviceaccounts`.
    ServiceAccounts,
}

impl Watched {
    /// Its objects, in logs and messages.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::ServiceAccounts => "ServiceAccounts",
        }
    }
}

/// An object of a known kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// Its namespace; empty where it has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What is known of the cluster's objects of one kind: the watch, or a test's table. It has no errors: an object that
/// cannot be read is unknown.
pub trait FactSource<F>: Send + Sync + 'static {
    /// The object, where it is known already. Never waits.
    fn known(&self, key: &ObjectKey) -> Option<F>;

    /// Looks it up once, until the deadline. For one that is not [known](Self::known).
    fn fetch<'a>(&'a self, key: &'a ObjectKey, deadline: Instant) -> Fetched<'a, F>;
}

/// What [`FactSource::fetch`] returns.
pub type Fetched<'a, F> = Pin<Box<dyn Future<Output = Option<F>> + Send + 'a>>;

/// What is known of the cluster beside the reviews; a source for each kind that is watched.
#[derive(Clone, Default)]
pub struct FactSources {
    /// Namespaces.
    pub namespaces: Option<Arc<dyn FactSource<Namespace>>>,
    /// ServiceAccounts.
    pub service_accounts: Option<Arc<dyn FactSource<ServiceAccount>>>,
}

impl FactSources {
    /// What is watched.
    pub fn watched(&self) -> Vec<Watched> {
        let namespaces = self.namespaces.as_ref().map(|_| Watched::Namespaces);
        namespaces.into_iter().chain(self.service_accounts.as_ref().map(|_| Watched::ServiceAccounts)).collect()
    }
}
