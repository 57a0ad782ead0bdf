//! One document of a stream taken through the whole core: its objects found, planned, spliced and proved.
//!
//! Pure: text and facts go in, edits and outcomes come out. Both what a file holds and what an API server sends is read
//! here, so that it is read in one way.

use thiserror::Error;

use crate::decide::clean::Clean;
use crate::decide::explain::{self, Explanation};
use crate::decide::facts::{NamespaceGate, Namespaces};
use crate::decide::inject::{Outcome, Request};
use crate::decide::uninject::{Leftovers, Which};
use crate::diagnostic::Diagnostic;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::{Identity, TemplatePath, known_without_template};
use crate::text::document::Triage;
use crate::text::splice::{self, Edit, SpliceError, SpliceErrorKind};
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{Language, NodeId, Tree};
use crate::text::yaml::{MAX_DEPTH, emit, parse_yaml};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::View;
use proof::{Encodings, ProofError, ProvedPatch};

pub(crate) mod admission;
pub(crate) mod object;
pub(crate) mod objects;
pub(crate) mod proof;
pub(crate) mod render;
pub(crate) mod roundtrip;

use objects::Found;
pub(crate) use objects::Review;

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
    /// Who has evaluated namespace selectors.
    pub namespace_gate: NamespaceGate,
    /// What the cluster is.
    pub kubernetes_version: KubernetesVersion,
    /// Whether fields that a cluster fills in are removed.
    pub clean: Clean,
    /// Whether aliases may be expanded.
    pub expand: Expand,
    /// What the run has rendered so far.
    pub rendered: &'a splice::RenderedLines,
    /// The patches that the run has encoded so far.
    pub encodings: &'a Encodings,
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
    /// The patch as it may leave the program: there with [`Leaves::Patch`], where there is one.
    pub proved: Option<ProvedPatch>,
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

/// Whether a document has to be read, by the beginnings of its lines; `extra` are kinds with templates beside the known ones.
pub fn triage(text: &str, extra: &[TemplatePath]) -> Triage {
    Triage::of(text, |group, kind| known_without_template(group, kind, extra))
}

/// Reads a document.
pub(crate) fn parse(text: &str, language: Language) -> Result<Tree<'_>, SyntaxError> {
    match language {
        Language::Yaml => parse_yaml(text),
        Language::Json => crate::text::yaml::parse_json(text).map(|(tree, _)| tree),
    }
}

/// What a document said of namespaces.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// How many namespaces it holds.
    pub count: usize,
    /// Values that count as unset, each with its offset in the document's text.
    pub warnings: Vec<(Diagnostic, usize)>,
}

/// Notes what the namespaces of a document say.
pub(crate) fn collect_namespaces(tree: &Tree<'_>, namespaces: &mut Namespaces) -> Collected {
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
pub(crate) fn explain(tree: &Tree<'_>, job: &Job<'_>) -> Vec<Explained> {
    let Some(root) = tree.root() else { return Vec::new() };
    let explained = |found: Found<'_>| {
        let identity = found.identity.clone()?;
        let facts = object::facts(&found, &identity, job);
        let explanations = explain::explain(&identity, found.node, &facts, &job.request);
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
pub(crate) struct Explained {
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
        if !tree.is_within(MAX_DEPTH) && tree.depth(found.node.id()) > MAX_DEPTH {
            let offset = tree.span(found.node.id()).start;
            return Err(SyntaxError { offset, kind: SyntaxErrorKind::Depth(MAX_DEPTH) });
        }
        let Some(mut object) = object::object(tree, &found, job) else { continue };
        if job.leaves == Leaves::Patch {
            object.prove(found.node, job.encodings);
        }
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
    prove(tree, root, &whole, &mut processed);
    Ok(processed)
}

/// Holds the document's new text against the patch. One that fails changes nothing.
fn prove(tree: &Tree<'_>, root: NodeId, patch: &Patch, processed: &mut Processed) {
    if patch.is_empty() {
        return;
    }
    let text = splice::pieces(tree.text(), &processed.edits).concat();
    let input = tree.view(root).value();
    let proved = proof::applied(input, patch).and_then(|expected| proof::prove_text(&text, tree.language(), &expected));
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

/// The document rendered anew in block style: every alias written out.
fn expand(tree: &Tree<'_>, root: NodeId) -> String {
    let eol = if tree.text().contains("\r\n") { "\r\n" } else { "\n" };
    let mut rendered = String::new();
    if tree.text().starts_with("---") {
        rendered.push_str("---");
        rendered.push_str(eol);
    }
    emit::block(&mut rendered, &tree.view(root).value(), 0, &emit::BlockLayout { indent: 2, dash: 0, eol });
    rendered.push_str(eol);
    rendered
}
