//! The judge that decides as `inject` does, with the same functions.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::current::Current;
use super::judge::{
    Asked, CountedVerdict, FactSource, FactSources, Judge, Judged, ObjectKey, Reply, Unanswered, VerdictResult, Watched,
};
use super::metrics::{Lookup, Metrics};
use super::profiles::{self, ProfileSets};
use crate::decide::facts::ClusterFacts;
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
    sources: FactSources,
    metrics: Arc<Metrics>,
}

impl Core {
    /// Loads the profiles. Without sources, only the names of namespaces and ServiceAccounts are known.
    ///
    /// # Errors
    ///
    /// Those of [`ProfileSets::load`].
    pub fn new(
        given: Given,
        kubernetes_version: KubernetesVersion,
        sources: FactSources,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Vec<Placed>> {
        let sets = Current::new(ProfileSets::load(&given, kubernetes_version)?);
        Ok(Self { given, sets, kubernetes_version, sources, metrics })
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

    /// Adds what is known of the namespace. A lookup ends at the deadline, as every lookup does.
    async fn add_namespace(&self, cluster: &mut ClusterFacts, name: &str, deadline: Instant) {
        let Some(source) = &self.sources.namespaces else { return };
        let key = ObjectKey { namespace: String::new(), name: name.to_owned() };
        if let Some(found) = self.look_up(&**source, Watched::Namespaces, &key, deadline).await {
            cluster.namespaces.add(found);
        }
    }

    /// Adds what is known of these ServiceAccounts of a namespace.
    async fn add_accounts(
        &self,
        cluster: &mut ClusterFacts,
        (namespace, names): (&str, &BTreeSet<String>),
        deadline: Instant,
    ) {
        let Some(source) = &self.sources.service_accounts else { return };
        // The names come from a client and become parts of a path.
        for name in names.iter().filter(|name| names::dns_subdomain(name).is_ok()) {
            let key = ObjectKey { namespace: namespace.to_owned(), name: name.clone() };
            if let Some(found) = self.look_up(&**source, Watched::ServiceAccounts, &key, deadline).await {
                cluster.service_accounts.add(found);
            }
        }
    }

    /// Answers with all that is known of the objects on which the answer depends. Which ServiceAccounts these are, is only known
    /// once it has been decided: a profile may set the name of the account that the next one reads. Then it is decided again.
    async fn decide(&self, question: &Question<'_>, run: &Run, deadline: Instant) -> Result<Reply, Unanswered> {
        let mut cluster = ClusterFacts::default();
        let namespace = match question.namespace() {
            "" => DEFAULT_NAMESPACE,
            name => name,
        };
        let may_be_looked_up = names::dns_label(namespace).is_ok();
        if may_be_looked_up {
            self.add_namespace(&mut cluster, namespace, deadline).await;
        }
        if !may_be_looked_up || self.sources.service_accounts.is_none() || !run.reads_service_accounts() {
            return Self::answer(question, &cluster, run);
        }
        let mut asked = BTreeSet::new();
        let mut names = question.service_accounts(run);
        // Each profile may set one name.
        for _ in 0..=run.profiles().len() {
            self.add_accounts(&mut cluster, (namespace, &names), deadline).await;
            asked.append(&mut names);
            let reply = Self::answer(question, &cluster, run);
            names = cluster.service_accounts.take_missed().difference(&asked).cloned().collect();
            if names.is_empty() {
                return reply;
            }
        }
        Self::answer(question, &cluster, run)
    }

    async fn look_up<F: 'static>(
        &self,
        source: &dyn FactSource<F>,
        watched: Watched,
        key: &ObjectKey,
        deadline: Instant,
    ) -> Option<F> {
        if let Some(known) = source.known(key) {
            self.metrics.looked_up(watched, Lookup::hit);
            return Some(known);
        }
        let fetched = source.fetch(key, deadline).await;
        self.metrics.looked_up(watched, if fetched.is_some() { Lookup::fetched } else { Lookup::unknown });
        fetched
    }

    fn answer(question: &Question<'_>, cluster: &ClusterFacts, run: &Run) -> Result<Reply, Unanswered> {
        let subject = question.subject().clone();
        let answered = question
            .answer(run, cluster)
            .map_err(|failure| Unanswered::Unproved { message: failure.to_string(), uid: subject.uid.clone() })?;
        Ok(Reply { review: answered.review, verdicts: verdicts(&answered.outcome), subject })
    }
}

impl Judge for Core {
    fn judge(&self, body: Bytes, asked: Asked, deadline: Instant) -> Judged<'_> {
        Box::pin(async move {
            let sets = self.sets.get();
            let run = sets.choose(&asked)?;
            let question = Question::read(&body, run.reviews())
                .map_err(|Unreadable { message, uid }| Unanswered::BadReview { message, uid })?;
            self.decide(&question, &run, deadline).await
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
