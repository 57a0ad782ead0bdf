//! What the routes ask, and what they may be told: the seam between HTTP and the core.
//!
//! Whose failure it is decides the HTTP status: an [`Reply`] is 200, a [`Unanswered`] leaves the decision to the cluster's
//! `failurePolicy`.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;

use crate::decide::facts::Namespace;
use crate::process::admission::{AdmissionReview, ReviewSubject};

/// The profiles that a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Those that `serve` was given: `/mutate` and its aliases.
    Default,
    /// These, in this order: `/mutate/A,B`.
    Named(Vec<String>),
}

/// A review that was answered, with what a log line and the metrics need to know of it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What goes out.
    pub review: AdmissionReview,
    /// One for each pod template and profile.
    pub verdicts: Vec<CountedVerdict>,
    /// What it was about.
    pub subject: ReviewSubject,
}

/// What became of one profile, in words that are few and stable: they are metric labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedVerdict {
    /// The profile's name.
    pub profile: String,
    /// What became of it.
    pub result: VerdictResult,
    /// The rule that decided, or the code of the first error.
    pub reason: &'static str,
}

/// What became of one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerdictResult {
    /// A patch was sent.
    Injected,
    /// Nothing was to be done.
    Skipped,
    /// The object was refused.
    Rejected,
    /// A bad value, and the profile's `onError: Skip`: let through unchanged.
    Failed,
}

/// Why there is no answer. Each is an HTTP status with a `Status` of Kubernetes', and is counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The body is no review: the client's fault. 400.
    #[error("{message}")]
    BadReview {
        /// What is wrong.
        message: String,
        /// The uid, where it could be read all the same.
        uid: Option<String>,
    },
    /// No profile of that name. 404.
    #[error("there is no profile `{name}`; there is {known}")]
    UnknownProfile {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A patch did not stand its proof: a bug of ours. 500.
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
/// A panic in it is caught by the routes, and is answered as 500.
pub trait Judge: Send + Sync + 'static {
    /// Answers the review in a body. The deadline is for what has to be waited for; deciding itself takes microseconds.
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_>;
}

/// What [`Judge::judge`] comes to.
pub type Judged<'a> = Pin<Box<dyn Future<Output = Result<Reply, Unanswered>> + Send + 'a>>;

/// What is known of the cluster's namespaces: the watch, or a test's table. Never an error, since what is unknown decides
/// nothing.
pub trait NamespaceSource: Send + Sync + 'static {
    /// The namespace of that name, where it is known already. Never waits.
    fn known(&self, name: &str) -> Option<Namespace>;

    /// Asks for it, once, and gives up at the deadline. For a name that is not [known](Self::known).
    fn fetch<'a>(&'a self, name: &'a str, deadline: Instant) -> Fetched<'a>;
}

/// What [`NamespaceSource::fetch`] comes to.
pub type Fetched<'a> = Pin<Box<dyn Future<Output = Option<Namespace>> + Send + 'a>>;
