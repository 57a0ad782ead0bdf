//! One document taken all the way: read, its objects planned, their patches spliced into its text, the result proved.

use std::borrow::Cow;
use std::sync::Arc;

use super::object::{ChangeError, Location, Object, ObjectClass};
use super::objects::{self, FoundObject};
use super::proof::{self, ProofError, ProvedFrames};
use super::run::{Action, Detail, Expand, Leaves, Run};
use crate::decide::facts::ClusterFacts;
use crate::decide::inject::Outdated;
use crate::decide::record;
use crate::kube::probe::Handler;
use crate::profile::pod::PodField;
use crate::text::splice::{
    self, Block, Edit, Frame, RenderedLines, Splice, SpliceError, SpliceErrorKind, Undo, UserStrings,
};
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{Language, NodeId, Tree};
use crate::text::yaml::{MAX_DEPTH, emit, parse_json, parse_yaml};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What became of a document.
#[derive(Debug, Default)]
pub struct Processed {
    /// The objects in it, in order.
    pub objects: Vec<Object>,
    /// The document with its aliases expanded, which the edits are then edits of.
    pub rendered: Option<String>,
    /// The changes of its text, in order.
    pub edits: Vec<Edit>,
    /// Where text begins that kubectl ignores.
    pub ignored: Option<usize>,
}

/// Takes one document through. Offsets count from its first byte.
///
/// What is wrong with an object is said in its outcome, or in its failure.
///
/// # Errors
///
/// The document cannot be read, or an object in it is nested too deep.
pub fn process(text: &str, language: Language, run: &Run, cluster: &ClusterFacts) -> Result<Processed, SyntaxError> {
    let tree = run.texts().read((text, language), |text| parse(text, language))?;
    let processed = process_tree(&tree, run, cluster)?;
    if run.expand == Expand::Render
        && processed.objects.iter().any(is_aliased)
        && let Some(root) = tree.root()
    {
        let rendered = expand(&tree, root);
        let processed = process_tree(&parse_yaml(&rendered)?, run, cluster)?;
        return Ok(Processed { rendered: Some(rendered), ..processed });
    }
    Ok(processed)
}

/// Reads a document.
pub(super) fn parse(text: &str, language: Language) -> Result<Tree<'_>, SyntaxError> {
    match language {
        Language::Yaml => parse_yaml(text),
        Language::Json => parse_json(text).map(|(tree, _)| tree),
    }
}

/// Whether an alias or a merge key kept an object from being spliced.
fn is_aliased(object: &Object) -> bool {
    let Some(ChangeError::Splice(error)) = &object.failure else { return false };
    !matches!(error.kind, SpliceErrorKind::Misfit(_))
}

/// How strings of the user's own are replaced.
fn strings(tree: &Tree<'_>, run: &Run) -> UserStrings {
    UserStrings { is_one: record::is_user_string, undo: undo(tree, run) }
}

/// What has to come back of a string that is replaced. Where an injection is undone, or made again, the string is ours, and another
/// tool may have written it in a form of its own since.
fn undo(tree: &Tree<'_>, run: &Run) -> Undo {
    match (&run.action, run.outdated) {
        (Action::Inject, Outdated::Replace) if tree.text().contains(record::ANNOTATION) => Undo::Value,
        (Action::Inject, _) => Undo::Exact,
        (Action::Uninject(..), _) => Undo::Value,
    }
}

fn process_tree(tree: &Tree<'_>, run: &Run, cluster: &ClusterFacts) -> Result<Processed, SyntaxError> {
    let mut processed = Processed { ignored: tree.ignored, ..Processed::default() };
    let Some(root) = tree.root() else { return Ok(processed) };
    let strings = strings(tree, run);
    let mut blocks = Vec::new();
    let mut known = None;
    let all = objects::find(tree, root);
    // Mostly one, and it is kept until the end of the run.
    processed.objects.reserve_exact(all.len());
    for found in all {
        if !tree.is_within(MAX_DEPTH) && tree.depth(found.node.id()) > MAX_DEPTH {
            let offset = tree.span(found.node.id()).start;
            return Err(SyntaxError { offset, kind: SyntaxErrorKind::Depth(MAX_DEPTH) });
        }
        let Some(run) = run.of(&found).filter(|run| run.picks.take(&found)) else { continue };
        let Some(mut object) = Object::plan(&found, run, cluster) else { continue };
        let node = found.node;
        object.location = locate(tree, found, &object);
        if run.leaves == Leaves::Patch {
            object.prove(node, run.encodings());
            object.guard(node, run.guard);
        }
        if !object.is_failed() && !object.outcome.patch.is_empty() {
            known = is_whole(&object, run).then(|| run.splices().of(tree, &object.outcome.patch)).flatten();
            if known.is_none() {
                match spliced((tree, node.id()), &object, run, strings) {
                    Ok(splice) => {
                        processed.edits.extend(splice.edits);
                        blocks.extend(splice.blocks);
                    }
                    Err(error) => object.failure = Some(error.into()),
                }
            }
        }
        processed.objects.push(object);
    }
    settle((tree, root), known, &blocks, run, &mut processed);
    if run.leaves != Leaves::Patch {
        processed.objects.iter_mut().for_each(|object| object.outcome.forget_patch());
    }
    Ok(processed)
}

/// Takes over the edits of an earlier document that is like this one; or proves those that were made for this one, and keeps them.
fn settle(
    (tree, root): (&Tree<'_>, NodeId),
    known: Option<Vec<Edit>>,
    blocks: &[Block],
    run: &Run,
    processed: &mut Processed,
) {
    if let Some(edits) = known {
        #[cfg(debug_assertions)]
        assert_spliced((tree, root), &processed.objects, &edits, run);
        processed.edits = edits;
        return;
    }
    if run.leaves != Leaves::Nothing {
        prove((tree, root), blocks, run.frames(), processed);
    }
    if let Some(object) = processed.objects.first().filter(|object| is_whole(object, run)) {
        run.splices().keep(tree, &object.outcome.patch, &processed.edits);
    }
}

/// Whether an object is changed, and is the whole document, so that the document's splice is that of its patch.
fn is_whole(object: &Object, run: &Run) -> bool {
    !object.is_failed()
        && !object.outcome.patch.is_empty()
        && object.location.place.is_root()
        && run.leaves != Leaves::Patch
}

/// The claim of `text::splice::alike`, tried on every document of every test and of the fuzzer.
#[cfg(debug_assertions)]
fn assert_spliced((tree, root): (&Tree<'_>, NodeId), objects: &[Object], edits: &[Edit], run: &Run) {
    let made = objects.first().map(|object| spliced((tree, root), object, run, strings(tree, run)));
    let made = made.and_then(Result::ok).unwrap_or_default();
    assert_eq!(made.edits, edits, "{}", tree.text());
    let patch = patch_of_all(objects);
    assert_eq!(
        proved((tree, root), (&patch, &made.blocks), &ProvedFrames::default(), edits),
        Ok(()),
        "{}",
        tree.text()
    );
}

/// The changes of a text for one of its objects.
fn spliced(
    (tree, node): (&Tree<'_>, NodeId),
    object: &Object,
    run: &Run,
    strings: UserStrings,
) -> Result<Splice, SpliceError> {
    let patch = &object.outcome.patch;
    if matches!(run.action, Action::Inject)
        && let Some(odd) =
            odd_spelling(tree, node, patch).or_else(|| lost_in_rewriting(tree, &object.location.place, patch, strings))
    {
        return Err(odd);
    }
    splice::splice(tree, node, patch, run.lines(), strings)
}

impl Processed {
    /// Whether no one asks again for its objects: all are workloads in order, of which nothing is said, and none is looked for by name.
    pub(super) fn is_silent(&self, run: &Run) -> bool {
        let is_plain =
            |object: &Object| !object.is_failed() && object.review.is_none() && object.class == ObjectClass::Workload;
        let are_plain = self.rendered.is_none() && !self.objects.is_empty() && self.objects.iter().all(is_plain);
        are_plain && run.detail == Detail::Errors && run.leaves == Leaves::Text && run.picks.is_all()
    }
}

/// A field of a pod's spec that a profile would replace, and that undoing could not bring back as it is written.
fn odd_spelling(tree: &Tree<'_>, object: NodeId, patch: &Patch) -> Option<SpliceError> {
    patch.0.iter().find_map(|op| {
        let Op::Replace(at, _) = op else { return None };
        let node = tree.find(object, at).filter(|node| PodField::is_end_of(at) && !splice::comes_back(tree, *node))?;
        let name = at.tokens().last().cloned().unwrap_or_default();
        Some(SpliceError {
            offset: tree.span(node).start,
            at: at.clone(),
            kind: SpliceErrorKind::Spelling(name.to_string()),
        })
    })
}

/// A probe or hook that undoing could not write again as it is written: the rewriting is tried, and taken back, of all together
/// and, where that fails, of each.
fn lost_in_rewriting(tree: &Tree<'_>, place: &Pointer, patch: &Patch, strings: UserStrings) -> Option<SpliceError> {
    // As for strings: what was ours, or another tool has written again, need not come back to the byte.
    if tree.language() == Language::Json || strings.undo == Undo::Value {
        return None;
    }
    let is_rewrite = |op: &&Op| matches!(op, Op::Replace(at, _) if Handler::at_end_of(at).is_some());
    let rewrites: Vec<&Op> = patch.0.iter().filter(is_rewrite).collect();
    let object = tree.find(tree.root()?, place)?;
    if rewrites.is_empty() || comes_back(tree, (place, object), &rewrites, strings) {
        return None;
    }
    let lost = rewrites.into_iter().find(|op| !comes_back(tree, (place, object), &[op], strings))?;
    let (at, node) = (lost.path().clone(), tree.find(object, lost.path())?);
    let name = at.tokens().last().cloned().unwrap_or_default();
    Some(SpliceError { offset: tree.span(node).start, at, kind: SpliceErrorKind::Spelling(name.to_string()) })
}

/// Whether a text is the same again once values were replaced and put back. What cannot be replaced at all is said where it is.
fn comes_back(tree: &Tree<'_>, (place, object): (&Pointer, NodeId), replaced: &[&Op], strings: UserStrings) -> bool {
    let old =
        |op: &&Op| Some(Op::Replace(op.path().clone(), Arc::new(tree.view(tree.find(object, op.path())?).value())));
    let back = Patch(replaced.iter().filter_map(old).collect());
    let there = Patch(replaced.iter().copied().cloned().collect());
    match patched(tree.text(), place, &there, strings) {
        Ok(text) => patched(&text, place, &back, strings).is_ok_and(|text| text == tree.text()),
        Err(_) => true,
    }
}

/// A text with the operations made on its object at a place.
fn patched(text: &str, place: &Pointer, patch: &Patch, strings: UserStrings) -> Result<String, ChangeError> {
    let tree = parse_yaml(text).map_err(ProofError::from)?;
    let object = tree.root().and_then(|root| tree.find(root, place));
    let object = object.ok_or_else(|| ProofError::Different(place.to_string()))?;
    let splice = splice::splice(&tree, object, patch, &RenderedLines::default(), strings)?;
    Ok(splice::pieces(text, &splice.edits).concat())
}

/// Where an object begins, and where the values are that it has diagnostics about: none, mostly.
fn locate(tree: &Tree<'_>, found: FoundObject<'_>, object: &Object) -> Location {
    let node = found.node.id();
    Location {
        place: found.place,
        start: tree.span(node).start,
        diagnostics: object.diagnostics().map(|diagnostic| tree.locate_value(node, &diagnostic.at)).collect(),
    }
}

/// Compares the document's new text with the patch. A document that fails is not changed at all.
fn prove((tree, root): (&Tree<'_>, NodeId), blocks: &[Block], frames: &ProvedFrames, processed: &mut Processed) {
    let Processed { objects, edits, .. } = processed;
    if let Err(error) = proved((tree, root), (&patch_of_all(objects), blocks), frames, edits) {
        edits.clear();
        for object in objects.iter_mut().filter(|object| !object.outcome.patch.is_empty()) {
            object.failure = Some(error.clone().into());
        }
    }
}

fn proved(
    (tree, root): (&Tree<'_>, NodeId),
    (patch, blocks): (&Patch, &[Block]),
    frames: &ProvedFrames,
    edits: &[Edit],
) -> Result<(), ProofError> {
    if patch.is_empty() {
        return Ok(());
    }
    let whole = || {
        let text = splice::pieces(tree.text(), edits).concat();
        proof::prove_text(&text, tree.language(), &proof::applied(tree.view(root).value(), patch)?)
    };
    let frame = Frame::of((tree, root), edits, patch, blocks);
    if frame.is_some_and(|frame| frames.prove(&frame, patch).is_ok()) {
        // The claim of `text::splice::frame`, tried on every document of every test and of the fuzzer.
        debug_assert_eq!(whole(), Ok(()), "{}", tree.text());
        return Ok(());
    }
    whole()
}

/// What is changed in a document. Mostly the document is the one object that is changed, and the patch is that of the object.
fn patch_of_all(objects: &[Object]) -> Cow<'_, Patch> {
    let is_changed = |object: &&Object| !object.is_failed() && !object.outcome.patch.is_empty();
    let mut changed = objects.iter().filter(is_changed);
    match (changed.next(), changed.next()) {
        (Some(object), None) if object.location.place.is_root() => Cow::Borrowed(&object.outcome.patch),
        _ => {
            let changed = objects.iter().filter(is_changed);
            let ops =
                changed.flat_map(|object| object.outcome.patch.0.iter().map(|op| prefixed(&object.location.place, op)));
            Cow::Owned(Patch(ops.collect()))
        }
    }
}

/// An operation on an object, as one on the document around it.
fn prefixed(place: &Pointer, op: &Op) -> Op {
    match op {
        Op::Add(path, value) => Op::Add(place.append(path), value.clone()),
        Op::Remove(path) => Op::Remove(place.append(path)),
        Op::Replace(path, value) => Op::Replace(place.append(path), value.clone()),
    }
}

/// The document in block style, with every alias written out.
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
