//! One document of a stream taken through the whole core: its objects found, planned, spliced and proved.
//!
//! Pure: text and facts go in, edits and outcomes come out. Both what a file holds and what an API server sends is read
//! here, so that it is read in one way.

use thiserror::Error;

use crate::clean::{self, Clean};
use crate::diagnostic::{Code, Diagnostic};
use crate::explain::{self, Explanation};
use crate::facts::{Facts, KubernetesVersion, NamespaceGate, Namespaces, Operation};
use crate::inject::{self, Outcome, Request};
use crate::patch::{Op, Patch};
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::proof::{self, ProofError};
use crate::roundtrip;
use crate::splice::{self, Edit, SpliceError, SpliceErrorKind};
use crate::uninject::{self, Leftovers, Which};
use crate::view::View;
use crate::workload::{self, Identity};
use crate::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::yaml::node::NodeRef;
use crate::yaml::tree::{Language, NodeId, Tree};
use crate::yaml::{MAX_DEPTH, emit, parse_yaml};

mod objects;

use objects::Found;
pub use objects::{Container, Review};

/// What is done with every object.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// Profiles are injected.
    Inject,
    /// Records are undone.
    Uninject(Which<'a>, Leftovers),
}

/// What becomes of a document that cannot be spliced because of its aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expand {
    /// It is an error.
    #[default]
    Refuse,
    /// It is rendered anew, aliases expanded.
    Render,
}

/// What leaves the program, and so what has to be proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaves {
    /// Text: it is held against the patch.
    #[default]
    Text,
    /// The patch too: it is encoded and decoded again before it is applied.
    Patch,
}

/// What is asked of every document of a run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The profiles, and how they are applied.
    pub request: Request<'a>,
    /// What is done.
    pub action: Action<'a>,
    /// All that is known of namespaces.
    pub namespaces: &'a Namespaces,
    /// The namespace of objects that name none.
    pub default_namespace: &'a str,
    /// What the cluster is.
    pub kubernetes_version: KubernetesVersion,
    /// Whether fields that a cluster fills in are removed.
    pub clean: Clean,
    /// Whether aliases may be expanded.
    pub expand: Expand,
    /// What the run has rendered so far.
    pub rendered: &'a splice::RenderedLines,
    /// What leaves the program.
    pub leaves: Leaves,
}

/// What became of a document.
#[derive(Debug, Default)]
pub struct Processed {
    /// The objects in it, in order.
    pub objects: Vec<Object>,
    /// The document rendered anew, which the edits are then edits of.
    pub rendered: Option<String>,
    /// The changes of its text, in order.
    pub edits: Vec<Edit>,
    /// Where text begins that kubectl ignores.
    pub ignored: Option<usize>,
}

/// What became of an object.
#[derive(Debug)]
pub struct Object {
    /// What it is.
    pub identity: Identity,
    /// Its namespace: its own, or the default one.
    pub namespace: String,
    /// From the document's root to it.
    pub place: Pointer,
    /// Where it begins in the document's text.
    pub offset: usize,
    /// The review that brought it.
    pub review: Option<Review>,
    /// What was decided. Pointers count from the object's root.
    pub outcome: Outcome,
    /// Whether it has a pod template, so that it is worth a line in a report.
    pub sort: Sort,
    /// Places of what the outcome points at, as offsets in the document's text, and each diagnostic's.
    pub offsets: Vec<(Pointer, usize)>,
    /// Why it could not be changed as planned.
    pub failure: Option<Failure>,
}

/// What an object is to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It has a pod template.
    Workload,
    /// It has none.
    Other,
}

/// Why an object could not be changed as planned.
#[derive(Clone, Debug, Error)]
pub enum Failure {
    /// A construct of the text stands in the way.
    #[error(transparent)]
    Splice(#[from] SpliceError),
    /// The result was not what it should be: a bug of ours.
    #[error("{0}")]
    Proof(#[from] ProofError),
}

impl Object {
    /// Whether anything is wrong with it, so that it must not go on changed.
    pub fn is_failed(&self) -> bool {
        self.failure.is_some() || self.outcome.is_rejected()
    }
}

/// Takes one document through. Offsets count from its first byte.
///
/// The error is one of reading; what is wrong with an object is said in its outcome.
pub fn process(text: &str, language: Language, job: &Job<'_>) -> Result<Processed, SyntaxError> {
    let tree = parse(text, language)?;
    let processed = process_tree(&tree, job)?;
    let aliased = |object: &Object| matches!(&object.failure, Some(Failure::Splice(error)) if !matches!(error.kind, SpliceErrorKind::Misfit(_)));
    if job.expand == Expand::Render
        && processed.objects.iter().any(aliased)
        && let Some(root) = tree.root()
    {
        let rendered = expand(&tree, root);
        let tree = parse_yaml(&rendered)?;
        let processed = process_tree(&tree, job)?;
        return Ok(Processed { rendered: Some(rendered), ..processed });
    }
    Ok(processed)
}

/// Reads a document.
pub fn parse(text: &str, language: Language) -> Result<Tree<'_>, SyntaxError> {
    match language {
        Language::Yaml => parse_yaml(text),
        Language::Json => crate::yaml::parse_json(text).map(|(tree, _)| tree),
    }
}

/// What a document said of namespaces.
#[derive(Debug, Default)]
pub struct Collected {
    /// How many namespaces it holds.
    pub count: usize,
    /// Values that count as unset, each with its offset in the document's text.
    pub warnings: Vec<(Diagnostic, usize)>,
}

/// Notes what the namespaces of a document say.
pub fn collect_namespaces(tree: &Tree<'_>, namespaces: &mut Namespaces) -> Collected {
    let mut collected = Collected::default();
    let Some(root) = tree.root() else { return collected };
    for found in objects::find(tree, root) {
        if found.identity.as_ref().is_some_and(|identity| identity.kind == "Namespace" && identity.group.is_empty()) {
            collected.count += 1;
            let warnings = namespaces.add_document(found.node).into_iter();
            let placed = warnings.map(|warning| {
                let offset = tree.locate_value(found.node.id(), &warning.at);
                (warning, offset)
            });
            collected.warnings.extend(placed);
        }
    }
    collected
}

/// Explains every object of a document, with the places of all that the explanations point at.
pub fn explain(tree: &Tree<'_>, job: &Job<'_>) -> Vec<Explained> {
    let Some(root) = tree.root() else { return Vec::new() };
    let explained = |found: Found<'_>| {
        let identity = found.identity.clone()?;
        let facts = facts(&found, &identity, job);
        let explanations = explain::explain_as(&identity, found.node, &facts, &job.request);
        let node = found.node.id();
        let known_without = identity.workload().is_none() && explanations.is_empty();
        (!known_without).then(|| Explained {
            offset: tree.span(node).start,
            namespace: facts.namespace.name,
            offsets: explanations
                .iter()
                .flat_map(explain::Explanation::places)
                .map(|at| (at.clone(), tree.locate(node, at)))
                .collect(),
            identity,
            explanations,
        })
    };
    objects::find(tree, root).into_iter().filter_map(explained).collect()
}

/// An object with what there is to tell about it.
#[derive(Debug)]
pub struct Explained {
    /// What it is.
    pub identity: Identity,
    /// Its namespace: its own, or the default one.
    pub namespace: String,
    /// Where it begins in the document's text.
    pub offset: usize,
    /// Where what the explanations point at stands in the document's text.
    pub offsets: Vec<(Pointer, usize)>,
    /// One for each pod template.
    pub explanations: Vec<Explanation>,
}

fn process_tree(tree: &Tree<'_>, job: &Job<'_>) -> Result<Processed, SyntaxError> {
    let mut processed = Processed { ignored: tree.ignored, ..Processed::default() };
    let Some(root) = tree.root() else { return Ok(processed) };
    let mut whole = Patch::default();
    for found in objects::find(tree, root) {
        if tree.depth(found.node.id()) > MAX_DEPTH {
            let offset = tree.span(found.node.id()).start;
            return Err(SyntaxError { offset, kind: SyntaxErrorKind::Depth(MAX_DEPTH) });
        }
        let Some(mut object) = process_object(tree, &found, job) else { continue };
        if !object.is_failed() && !object.outcome.patch.is_empty() {
            match splice::splice(tree, found.node.id(), &object.outcome.patch, job.rendered) {
                Ok(edits) => {
                    processed.edits.extend(edits);
                    whole.0.extend(object.outcome.patch.0.iter().map(|op| prefixed(&found.place, op)));
                }
                Err(error) => object.failure = Some(error.into()),
            }
        }
        processed.objects.push(object);
    }
    prove(tree, root, &whole, job.leaves, &mut processed);
    Ok(processed)
}

/// Holds the document's new text against the patch. One that fails changes nothing.
fn prove(tree: &Tree<'_>, root: NodeId, patch: &Patch, leaves: Leaves, processed: &mut Processed) {
    if patch.is_empty() {
        return;
    }
    let text = splice::pieces(tree.text(), &processed.edits).concat();
    let input = tree.view(root).value();
    let applied = match leaves {
        Leaves::Text => proof::applied(input, patch),
        Leaves::Patch => proof::decoded_and_applied(input, patch),
    };
    let proved = applied.and_then(|expected| proof::prove_text(&text, tree.language(), &expected));
    if let Err(error) = proved {
        processed.edits.clear();
        for object in processed.objects.iter_mut().filter(|object| !object.outcome.patch.is_empty()) {
            object.failure = Some(error.clone().into());
        }
    }
}

fn prefixed(place: &Pointer, op: &Op) -> Op {
    match op {
        Op::Add(path, value) => Op::Add(place.append(path), value.clone()),
        Op::Remove(path) => Op::Remove(place.append(path)),
        Op::Replace(path, value) => Op::Replace(place.append(path), value.clone()),
    }
}

/// Plans one object; `None` for what is no object of Kubernetes'.
fn process_object(tree: &Tree<'_>, found: &Found<'_>, job: &Job<'_>) -> Option<Object> {
    let identity = found.identity.clone()?;
    let facts = facts(found, &identity, job);
    let templates = workload::templates(&identity, found.node, &job.request.all_template_paths());
    let node = found.node;
    let cleaned = (job.clean == Clean::Strip).then(|| clean::strip(node.value(), &identity));
    let mut outcome = match &cleaned {
        Some(cleaned) => act(&identity, &cleaned.object, &facts, job),
        None => act(&identity, node, &facts, job),
    };
    if let Some(cleaned) = cleaned
        && !outcome.is_rejected()
    {
        outcome.patch.0.splice(0..0, cleaned.patch.0);
    }
    if matches!(job.action, Action::Inject) {
        outcome.warnings.extend(without_effect(node, &templates, job.request.profiles));
    }
    if templates.is_empty()
        && identity.workload().is_none()
        // A profile of ours has containers too.
        && identity.group != "sidecar-injector"
        && let Some(place) = workload::looks_like_template(node).filter(|place| !place.is_root())
    {
        let message =
            format!("`{}` is not known to hold a pod template, but something here looks like one", identity.kind);
        let group = if identity.group.is_empty() { String::new() } else { format!(".{}", identity.group) };
        outcome.warnings.push(
            Diagnostic::new(Code::UnknownTemplate, place.clone(), message)
                .hint(format!("name it with `--template-path {}{group}={place}`", identity.kind)),
        );
    }
    if !outcome.patch.is_empty() && matches!(job.action, Action::Inject) {
        outcome.warnings.extend(roundtrip::warnings(&identity, node, job.clean));
        outcome.warnings.extend(roundtrip::pod_security(&facts, &templates, node, &outcome.patch));
    }
    let offsets = pointers(&outcome).map(|at| (at.clone(), tree.locate_value(node.id(), at))).collect();
    let is_workload = !templates.is_empty() || identity.workload().is_some();
    Some(Object {
        namespace: facts.namespace.name,
        identity,
        place: found.place.clone(),
        offset: tree.span(node.id()).start,
        review: found.review.clone(),
        outcome,
        sort: if is_workload { Sort::Workload } else { Sort::Other },
        offsets,
        failure: None,
    })
}

/// Warnings about what steers injection and stands on the outer object only, where nothing reads it.
fn without_effect(object: NodeRef<'_>, templates: &[Pointer], profiles: &[Profile]) -> Vec<Diagnostic> {
    let Some(template) = templates.first().filter(|template| !template.is_root()) else { return Vec::new() };
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for (list, word, key) in profiles.iter().flat_map(Profile::steering_keys) {
        let place = ["metadata", list, key];
        let read =
            |template: &Pointer| workload::locate(object, template).is_some_and(|pod| pod.path(&place).is_some());
        let at = Pointer::of(place);
        if object.path(&place).is_some() && !templates.iter().any(read) && warnings.iter().all(|known| known.at != at) {
            let message = format!("{word} `{key}` has no effect here: it is read from the pod template");
            let hint = format!("move it to `{template}/metadata/{list}`");
            warnings.push(Diagnostic::new(Code::AnnotationWithoutEffect, at, message).hint(hint));
        }
    }
    warnings
}

/// Every place that an outcome points at.
fn pointers(outcome: &Outcome) -> impl Iterator<Item = &Pointer> {
    let of_steps = outcome.steps.iter().flat_map(|step| match &step.verdict {
        inject::Verdict::Rejected(errors, _) => errors.iter().map(|error| &error.at).collect::<Vec<_>>(),
        inject::Verdict::Skipped { at, .. } => vec![at, &step.template],
        _ => vec![&step.template],
    });
    of_steps.chain(outcome.warnings.iter().map(|warning| &warning.at))
}

fn act<'a, V: View<'a>>(identity: &Identity, object: V, facts: &Facts, job: &Job<'_>) -> Outcome {
    match job.action {
        Action::Inject => inject::plan_as(identity, object, facts, &job.request),
        Action::Uninject(which, leftovers) => uninject::undo(identity, object, &job.request, which, leftovers),
    }
}

/// The facts for one object, as its review or the run has them.
pub(crate) fn facts(found: &Found<'_>, identity: &Identity, job: &Job<'_>) -> Facts {
    let review = found.review.as_ref();
    let of_review = review.and_then(|review| review.namespace.clone());
    let name = of_review.or_else(|| identity.namespace.clone()).unwrap_or_else(|| job.default_namespace.to_owned());
    Facts {
        operation: review.map_or(Operation::Create, |review| review.operation),
        namespace: job.namespaces.get(&name),
        namespace_gate: NamespaceGate::Open,
        kubernetes_version: job.kubernetes_version,
    }
}

/// The document rendered anew in block style: every alias written out.
fn expand(tree: &Tree<'_>, root: NodeId) -> String {
    let eol = if tree.text().contains("\r\n") { "\r\n" } else { "\n" };
    let mut rendered = String::new();
    if tree.text().starts_with("---") {
        rendered.push_str("---");
        rendered.push_str(eol);
    }
    emit::block(&mut rendered, &tree.view(root).value(), 0, &emit::Style { indent: 2, dash: 0, eol });
    rendered.push_str(eol);
    rendered
}
