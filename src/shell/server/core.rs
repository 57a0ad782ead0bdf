//! The judge that decides as `inject` does, with the same functions.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::current::Current;
use super::judge::{Asked, CountedVerdict, Judge, Judged, NamespaceSource, Reply, Unanswered, VerdictResult};
use super::metrics::{Lookup, Metrics};
use super::profiles::{self, ProfileSets};
use crate::decide::facts::{Namespace, Namespaces};
use crate::decide::inject::{self, Outcome};
use crate::diagnostic::Placed;
use crate::kube::names;
use crate::kube::version::KubernetesVersion;
use crate::process::admission::{Question, Unreadable};
use crate::process::run::Run;
use crate::profile::OnError;
use crate::shell::files::selection::Given;

/// The namespace of a review without one, as in a manifest.
const DEFAULT_NAMESPACE: &str = "default";

/// Everything on which a decision depends, beside the review.
pub struct Core {
    given: Given,
    sets: Current<ProfileSets>,
    kubernetes_version: KubernetesVersion,
    namespaces: Option<Arc<dyn NamespaceSource>>,
    metrics: Arc<Metrics>,
}

impl Core {
    /// Loads the profiles. Without `namespaces`, only the names of namespaces are known.
    ///
    /// # Errors
    ///
    /// Those of [`ProfileSets::load`].
    pub fn new(
        given: Given,
        kubernetes_version: KubernetesVersion,
        namespaces: Option<Arc<dyn NamespaceSource>>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Vec<Placed>> {
        let sets = Current::new(ProfileSets::load(&given, kubernetes_version)?);
        Ok(Self { given, sets, kubernetes_version, namespaces, metrics })
    }

    /// The profiles in use.
    pub fn profiles(&self) -> Arc<ProfileSets> {
        self.sets.get()
    }

    /// Loads the profiles again. Reviews that are being answered keep the old ones.
    ///
    /// # Errors
    ///
    /// The errors that `inject` would report; the old profiles stay in use.
    pub fn reload_profiles(&self) -> Result<(), String> {
        let next = ProfileSets::load(&self.given, self.kubernetes_version).map_err(profiles::as_text)?;
        self.sets.set(next);
        Ok(())
    }

    /// What is known of the namespace. A lookup ends at the deadline.
    async fn namespace(&self, name: &str, deadline: Instant) -> Option<Namespace> {
        // The name comes from a client and becomes part of a path.
        let name = if name.is_empty() { DEFAULT_NAMESPACE } else { name };
        let source = self.namespaces.as_ref().filter(|_| names::dns_label(name).is_ok())?;
        if let Some(known) = source.known(name) {
            self.metrics.looked_up(Lookup::hit);
            return Some(known);
        }
        let fetched = source.fetch(name, deadline).await;
        self.metrics.looked_up(if fetched.is_some() { Lookup::fetched } else { Lookup::unknown });
        fetched
    }

    fn answer(question: &Question<'_>, namespace: Option<Namespace>, run: &Run) -> Result<Reply, Unanswered> {
        let mut namespaces = Namespaces::default();
        if let Some(namespace) = namespace {
            namespaces.add(namespace);
        }
        let subject = question.subject().clone();
        let answered = question
            .answer(run, &namespaces)
            .map_err(|failure| Unanswered::Unproved { message: failure.to_string(), uid: subject.uid.clone() })?;
        Ok(Reply { review: answered.review, verdicts: verdicts(&answered.outcome), subject })
    }
}

impl Judge for Core {
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_> {
        Box::pin(async move {
            let sets = self.sets.get();
            let run = sets.choose(&asked)?;
            let question =
                Question::read(&body).map_err(|Unreadable { message, uid }| Unanswered::BadReview { message, uid })?;
            let namespace = match &self.namespaces {
                Some(_) => self.namespace(question.namespace(), deadline).await,
                None => None,
            };
            Self::answer(&question, namespace, &run)
        })
    }
}

/// The verdict on each profile, as the metrics count it.
fn verdicts(outcome: &Outcome) -> Vec<CountedVerdict> {
    let verdict = |step: &inject::Step| {
        let (result, reason) = match &step.verdict {
            inject::Verdict::Injected(rule) | inject::Verdict::Extended(rule) => (VerdictResult::Injected, rule.id()),
            inject::Verdict::Skipped { rule, answer: inject::Answer::Deny, .. } => (VerdictResult::Rejected, rule.id()),
            inject::Verdict::Skipped { rule, answer: inject::Answer::Allow, .. }
            | inject::Verdict::Removed(rule, _) => (VerdictResult::Skipped, rule.id()),
            inject::Verdict::Rejected(errors, on_error) => {
                let result = match on_error {
                    OnError::Reject => VerdictResult::Rejected,
                    OnError::Skip => VerdictResult::Failed,
                };
                (result, errors.first().map_or("error", |error| error.code.id()))
            }
            // A webhook never removes an injection.
            inject::Verdict::Uninjected => (VerdictResult::Skipped, "uninjected"),
        };
        CountedVerdict { profile: step.profile.clone(), result, reason }
    };
    outcome.steps.iter().map(verdict).collect()
}
