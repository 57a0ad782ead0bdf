//! One object: its facts gathered, the planner asked, and warnings added about what no planner sees. Whether it came in a
//! file or from an API server is not known here, but for the review around it.

use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use super::fragment;
use super::guard::{self, Guard, GuardedOp};
use super::nearly;
use super::objects::{FoundObject, Review};
use super::proof::{self, Encodings, ProofError, ProvedPatch};
use super::roundtrip;
use super::run::{Action, Detail, Files, Run};
use super::unread;

use crate::decide::clean::{self, Clean, Cleaned};
use crate::decide::facts::{ClusterFacts, Facts, Fragment, Operation};
use crate::decide::inject::{self, Outcome, Step, Verdict};
use crate::decide::uninject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{self, Identity, WorkloadKind};
use crate::text::splice::SpliceError;
use crate::text::yaml;
use crate::text::yaml::node::NodeRef;
use crate::value::layer::{Change, Layer};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What became of an object.
#[derive(Debug)]
pub struct Object {
    /// What it is.
    pub identity: Identity,
    /// Its namespace: that of its review, else its own, else the default one.
    pub namespace: String,
    /// The review that brought it.
    pub review: Option<Review>,
    /// What was decided. Pointers count from the object's root.
    pub outcome: Outcome,
    /// Whether it is worth a line in a report.
    pub class: ObjectClass,
    /// Where it is in its document; empty for what an API server sent, since no one looks into that text.
    pub location: Location,
    /// Why it could not be changed as planned.
    pub failure: Option<ChangeError>,
    /// The patch as it may leave the program, once [`Object::prove`] has found it right.
    pub proved: Option<ProvedPatch>,
    /// The patch behind its guards, where a run asks for them.
    pub(crate) guarded: Option<Vec<GuardedOp>>,
}

/// What an object is to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectClass {
    /// It has a pod template, or is of a kind that has one.
    Workload,
    /// It is not a workload.
    Other,
}

impl ObjectClass {
    /// That of an object with these pod templates.
    pub(super) fn of(identity: &Identity, templates: &[Pointer]) -> Self {
        let is_workload = !templates.is_empty() || identity.workload().is_some();
        if is_workload { Self::Workload } else { Self::Other }
    }
}

/// Where an object is in its document. Offsets count bytes from the document's first.
#[derive(Debug, Default)]
pub struct Location {
    /// From the document's root to the object.
    pub place: Pointer,
    /// Where the object begins.
    pub start: usize,
    /// Where the values are that its errors and warnings are about, in the order of [`Object::diagnostics`].
    pub diagnostics: Box<[usize]>,
}

/// Why an object could not be changed as planned.
#[derive(Clone, Debug, Error)]
pub enum ChangeError {
    /// A construct of the text does not let the change in.
    #[error(transparent)]
    Splice(#[from] SpliceError),
    /// The result was not what it should be: a bug of ours.
    #[error("{0}")]
    Proof(#[from] ProofError),
}

impl Object {
    /// Plans one object; `None` for what is not a Kubernetes object, and does not look like one.
    pub(crate) fn plan(found: &FoundObject<'_>, run: &Run, cluster: &ClusterFacts) -> Option<Self> {
        let Some(identity) = found.identity.clone() else { return Self::unidentified(found, run) };
        let facts = facts(found, &identity, run, cluster);
        let node = found.node;
        let templates = workload::templates(&identity, node, run.template_paths());
        let cleaned = (run.clean == Clean::Strip).then(|| clean::strip(node, &identity));
        let mut outcome = match &cleaned {
            Some(cleaned) => act_on_copy(&identity, &cleaned.object, &facts, run),
            None => act(&identity, node, &facts, run),
        };
        if let Some(cleaned) = cleaned {
            prepend(cleaned, &mut outcome);
        }
        match run.detail {
            Detail::Errors => outcome.warnings = Vec::new(),
            _ => outcome.warnings.extend(warnings(found, &identity, &facts, &templates, &outcome, run)),
        }
        // They are kept until the report, of all documents.
        outcome.warnings.shrink_to_fit();
        Some(Self {
            namespace: facts.namespace.name,
            class: ObjectClass::of(&identity, &templates),
            identity,
            review: found.review.clone(),
            outcome,
            location: Location::default(),
            failure: None,
            proved: None,
            guarded: None,
        })
    }

    /// What looks like a workload, and does not say what it is.
    fn unidentified(found: &FoundObject<'_>, run: &Run) -> Option<Self> {
        let warning = of_unidentified(found, run)?;
        let identity = workload::identify_part(found.node);
        Some(Self {
            namespace: identity.namespace.clone().unwrap_or_else(|| run.default_namespace.clone()),
            identity,
            review: None,
            outcome: Outcome { warnings: vec![warning], ..Outcome::default() },
            class: ObjectClass::Other,
            location: Location::default(),
            failure: None,
            proved: None,
            guarded: None,
        })
    }

    /// Whether anything is wrong with it, so that it must not go on changed.
    pub fn is_failed(&self) -> bool {
        self.failure.is_some() || self.outcome.is_rejected()
    }

    /// Where the value is that an error or a warning is about.
    pub(crate) fn offset_of(&self, diagnostic: &Diagnostic) -> usize {
        let known = self.diagnostics().zip(&self.location.diagnostics).find(|(known, _)| known.at == diagnostic.at);
        known.map_or(self.location.start, |(_, offset)| *offset)
    }

    /// Proves the patch, so that it may leave without the object's text.
    pub(crate) fn prove(&mut self, node: NodeRef<'_>, encodings: &Encodings) {
        if self.is_failed() || self.outcome.patch.is_empty() {
            return;
        }
        match proof::prove_patch(node, &self.outcome.patch, &self.outcome.changed, encodings) {
            Ok(proved) => self.proved = Some(proved),
            Err(error) => self.failure = Some(error.into()),
        }
    }

    /// Guards the patch of a manifest; a review is answered with the patch alone.
    pub(crate) fn guard(&mut self, node: NodeRef<'_>, guard: Guard) {
        if guard == Guard::None || self.review.is_some() || self.is_failed() {
            return;
        }
        match guard::guarded(node.value(), &self.outcome.patch, guard) {
            Ok(guarded) => self.guarded = Some(guarded),
            Err(error) => self.failure = Some(error.into()),
        }
    }

    /// Every error and warning about a value of it.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let errors = self.outcome.steps.iter().filter_map(|step| match &step.verdict {
            Verdict::Rejected(errors, _) => Some(errors),
            _ => None,
        });
        errors.flatten().chain(&self.outcome.warnings)
    }
}

/// The facts about one object, as its review or the run has them.
pub(super) fn facts(found: &FoundObject<'_>, identity: &Identity, run: &Run, cluster: &ClusterFacts) -> Facts {
    let review = found.review.as_ref();
    let of_review = review.and_then(|review| review.namespace.as_deref());
    let name = of_review.or(identity.namespace.as_deref()).unwrap_or(&run.default_namespace);
    Facts {
        operation: review.map_or(Operation::Create, |review| review.operation),
        namespace: cluster.namespaces.get(name),
        service_accounts: cluster.service_accounts.of(name),
        namespace_gate: run.namespace_gate,
        kubernetes_version: run.kubernetes_version,
        fragment: match (run.files, fragment::directive(found.node)) {
            (Files::KustomizePatches, _) => Fragment::Listed,
            (Files::Manifests, Some(at)) => Fragment::Directive(at),
            (Files::Manifests, None) => Fragment::No,
        },
    }
}

/// Acts on an object that is in no text, as on one that is: so that decisions are compiled for one view alone.
fn act_on_copy(identity: &Identity, object: &Value, facts: &Facts, run: &Run) -> Outcome {
    let text = object.to_string();
    let tree = yaml::parse_json(&text);
    match tree.as_ref().map(|(tree, _)| tree.root().map(|root| tree.view(root))) {
        Ok(Some(root)) => act(identity, root, facts, run),
        // It was read from a text, and so can be read again.
        Ok(None) | Err(_) => {
            let error =
                Diagnostic::new(Code::Proof, Pointer::root(), "what is left of it once it is cleaned cannot be read");
            failed(Pointer::root(), vec![error], run)
        }
    }
}

fn act(identity: &Identity, object: NodeRef<'_>, facts: &Facts, run: &Run) -> Outcome {
    match &run.action {
        Action::Inject if is_whole(facts) => {
            let wrong = identity.workload().map(|row| (row, workload::misshapen(row, object)));
            match wrong.filter(|(_, wrong)| !wrong.is_empty()) {
                Some((row, wrong)) => rejected(row, wrong, run),
                None => inject::plan(identity, object, facts, &run.request()),
            }
        }
        Action::Inject => inject::plan(identity, object, facts, &run.request()),
        Action::Uninject(which, leftovers) => {
            uninject::undo(identity, object, facts, &run.request(), which, *leftovers)
        }
    }
}

/// Whether an object is to be created as it is, and is no patch.
fn is_whole(facts: &Facts) -> bool {
    facts.operation == Operation::Create && facts.fragment == Fragment::No
}

/// A workload with these errors, which nothing can be injected into.
fn rejected(row: &WorkloadKind, errors: Vec<Diagnostic>, run: &Run) -> Outcome {
    let template = match row.templates {
        [only] => Pointer::of(only.iter().copied()),
        _ => errors.first().map_or_else(Pointer::root, |error| error.at.clone()),
    };
    failed(template, errors, run)
}

/// An object for which all profiles fail with these errors.
fn failed(template: Pointer, errors: Vec<Diagnostic>, run: &Run) -> Outcome {
    let profiles: Vec<&str> = run.profiles().iter().map(|profile| profile.name.as_str()).collect();
    let step = Step { template, profile: profiles.join(", "), verdict: Verdict::rejected(errors) };
    Outcome { steps: vec![step], ..Outcome::default() }
}

/// Puts the patch that cleans an object before the one that was planned for the cleaned object.
///
/// The two together are proved on the object as it was, so each changed template is given as a whole: what is intended no
/// longer counts from a template that the proof sees.
fn prepend(cleaned: Cleaned, outcome: &mut Outcome) {
    if outcome.is_rejected() {
        return;
    }
    for (place, change) in &mut outcome.changed {
        let template = workload::locate(&cleaned.object, place);
        if let Some(intended) = Layer::of(template, change).map(View::value) {
            *change = Change::New(Arc::new(intended));
        }
    }
    outcome.patch.0.splice(0..0, cleaned.patch.0);
}

/// What is worth a warning about an object, beside what the planner says.
fn warnings(
    found: &FoundObject<'_>,
    identity: &Identity,
    facts: &Facts,
    templates: &[Pointer],
    outcome: &Outcome,
    run: &Run,
) -> Vec<Diagnostic> {
    let mut warnings = of_content(found, identity, facts, templates, run);
    if matches!(run.action, Action::Inject) && !outcome.patch.is_empty() {
        // What an API server asks about is not stored yet, and is not applied again.
        if found.review.is_none() {
            warnings.extend(roundtrip::warnings(identity, found.node, run.clean));
            warnings.extend(roundtrip::pull_secrets(found.node, &outcome.changed));
        }
        warnings.extend(roundtrip::pod_security(facts, found.node, &outcome.changed));
    }
    warnings
}

/// A warning about an object that looks like a workload, and does not say what it is. A patch need not.
pub(super) fn of_unidentified(found: &FoundObject<'_>, run: &Run) -> Option<Diagnostic> {
    let is_patch = found.review.is_some() || run.files == Files::KustomizePatches;
    if is_patch { None } else { nearly::incomplete(found.node) }
}

/// What is worth a warning about the content of an object, whatever is decided about it.
pub(super) fn of_content(
    found: &FoundObject<'_>,
    identity: &Identity,
    facts: &Facts,
    templates: &[Pointer],
    run: &Run,
) -> Vec<Diagnostic> {
    if facts.operation != Operation::Create {
        return Vec::new();
    }
    let mut warnings = match run.action {
        Action::Inject => unread(found, identity, facts, templates, run),
        Action::Uninject(..) => Vec::new(),
    };
    if is_whole(facts) {
        warnings.extend(nearly::misspelt(found.node, identity));
        let misplaced = nearly::misplaced(found.node, identity, templates);
        let is_bare = || templates.is_empty() && matches!(run.action, Action::Inject);
        warnings.extend(misplaced.or_else(|| is_bare().then(|| nearly::without_template(found.node, identity))?));
    }
    if warnings.iter().all(|warning| warning.code != Code::MisspeltKind) {
        warnings.extend(unknown_template(found.node, identity, templates));
    }
    warnings
}

/// Warnings about annotations and labels that were written for a profile, and that none reads.
fn unread(
    found: &FoundObject<'_>,
    identity: &Identity,
    facts: &Facts,
    templates: &[Pointer],
    run: &Run,
) -> Vec<Diagnostic> {
    let keys = run.keys();
    let mut warnings = unread::of_workload(found.node, templates, keys);
    if templates.is_empty()
        && let Some((note, owner)) = unread::pods_elsewhere(found.node, identity)
    {
        warnings.push(note);
        warnings.extend(unread::of_reference(found.node, &owner, keys));
    }
    if !templates.is_empty() {
        warnings.extend(unread::of_namespace(&facts.namespace, keys));
    }
    warnings
}

/// A warning about an object of an unknown kind that holds what looks like pod templates, and all those that are not named.
fn unknown_template(object: NodeRef<'_>, identity: &Identity, templates: &[Pointer]) -> Option<Diagnostic> {
    // A profile of ours has containers too.
    if identity.workload().is_some() || identity.group == "sidecar-injector" {
        return None;
    }
    let mut places = workload::look_like_templates(object);
    places.retain(|place| !place.is_root() && !templates.contains(place));
    let kind = &identity.kind;
    let group = if identity.group.is_empty() { String::new() } else { format!(".{}", identity.group) };
    let flags: Vec<String> = places.iter().map(|place| format!("`--template-path {kind}{group}={place}`")).collect();
    let message = match templates {
        [] => format!("`{kind}` is not known to hold a pod template, but something here looks like one"),
        _ => format!("this `{kind}` holds something else that looks like a pod template, and it is not named"),
    };
    let hint = format!("name it with {}", flags.join(" and "));
    let first = places.into_iter().next()?;
    Some(Diagnostic::new(Code::UnknownTemplate, first, message).hint(hint))
}
