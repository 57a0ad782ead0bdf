//! One input as a stream of documents: split, read for what it says of namespaces and ServiceAccounts, and put together again with what became of each.

use serde_json::Value;

use super::document::{Processed, parse, process};
use super::function::ResourceList;
use super::look::{Triage, is_foreign, may_hold, triage};
use super::object::Object;
use super::objects::{self, REVIEW, REVIEW_GROUP};
use super::run::{Action, Run};
use super::unread;
use crate::decide::facts::ClusterFacts;
use crate::diagnostic::{Code, Diagnostic, Placed, Places, Severity};
use crate::text::document::{self, Document, Seen};
use crate::text::look::Look;
use crate::text::splice::{self, Edit};
use crate::text::workers::Workers;
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{Language, Tree};
use crate::value::view::{Kind, View as _};

/// One input, with what became of its documents.
pub(crate) struct Stream<'t> {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) text: &'t str,
    /// Of its text: the lines of a stream are counted once, however much is said of its documents.
    pub(crate) places: Places<'t>,
    pub(crate) documents: Vec<Document>,
    /// One for each document.
    looks: Vec<Look<'t>>,
    /// One for each document.
    pub(crate) results: Vec<DocumentResult>,
    /// Its `ResourceList`, where it is the input of a KRM function.
    pub(crate) resource_list: Option<ResourceList>,
    /// What is wrong with the stream as a whole: it cannot be split, or has settings that are not read.
    pub(crate) error: Option<Placed>,
    /// Values of its namespaces and ServiceAccounts that are wrong, and count as unset.
    pub(crate) warnings: Vec<Placed>,
    pub(super) origin: StreamOrigin,
    /// That nothing in it is a manifest, so that it passes through.
    pub(crate) note: Option<Placed>,
}

/// Where a text came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StreamOrigin {
    /// It was named, and so it is meant to be a manifest.
    #[default]
    Named,
    /// It was found in a folder, beside others.
    Folder,
}

/// A kind of object of which decisions about other objects depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactKind {
    /// The namespace of a workload.
    Namespace,
    /// The ServiceAccount of its pods.
    ServiceAccount,
}

impl FactKind {
    const ALL: [Self; 2] = [Self::Namespace, Self::ServiceAccount];

    /// Those that these runs together ask for: a run may ask for what the files of another one have.
    pub(crate) fn read_by<'r>(mut runs: impl Iterator<Item = &'r Run>) -> &'static [Self] {
        if runs.any(Run::reads_service_accounts) { &Self::ALL } else { &[Self::Namespace] }
    }

    /// Its `kind`, of the core group.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::ServiceAccount => "ServiceAccount",
        }
    }
}

/// What became of one document.
pub(crate) enum DocumentResult {
    /// Its bytes pass through: it holds nothing that could be injected.
    Opaque,
    /// It was read and planned.
    Done(Box<Processed>),
    /// The same, and nothing is left to say of it: it is kept as its changes alone, for a stream may have a hundred thousand like it.
    Silent(Box<[Edit]>),
    /// It could not be read, and passes through with a note: it is of a kind that is not for injector.
    Foreign(Box<Placed>),
    /// It could not be read.
    Unreadable(Box<Placed>),
}

impl<'t> Stream<'t> {
    /// Splits a text, and looks at its documents.
    pub(crate) fn open(name: String, text: &'t str, workers: &impl Workers) -> Self {
        let places = Places::new(text);
        let (Seen { documents, looks }, error) = match document::split_by(text, workers) {
            Ok(seen) => (seen, None),
            Err(error) => (Seen::default(), Some(unreadable(&name, &places, 0, &error))),
        };
        let results = documents.iter().map(|_| DocumentResult::Opaque).collect();
        let may_be_list = documents.iter().zip(&looks).filter(|(_, look)| ResourceList::may_be(look));
        let resource_list = ResourceList::find(text, may_be_list.map(|(document, _)| document));
        let error = error.or_else(|| resource_list.as_ref().and_then(|list| list.unused_config(&name, &places)));
        let origin = StreamOrigin::Named;
        Self {
            name,
            text,
            places,
            documents,
            looks,
            results,
            resource_list,
            error,
            warnings: Vec::new(),
            origin,
            note: None,
        }
    }

    /// Notes what its objects of these kinds say. A document that cannot be read says nothing here: reading it again gives the error.
    pub(crate) fn collect_facts(&mut self, kinds: &[FactKind], run: &Run, cluster: &mut ClusterFacts) {
        let mut warnings = Vec::new();
        for kind in kinds {
            for document in self.may_hold(("", kind.name())) {
                if let Ok(tree) = document.parse(self.text) {
                    warnings.extend(self.facts((document, &tree), *kind, run, cluster).1);
                }
            }
        }
        self.warnings.extend(warnings);
    }

    /// The documents that may hold an object of this group and kind, themselves or in a list or a review.
    fn may_hold<'s>(&'s self, of: (&'s str, &'s str)) -> impl Iterator<Item = &'s Document> {
        let looked = self.documents.iter().zip(&self.looks);
        looked
            .filter(move |(document, look)| may_hold((look, || document.text(self.text)), of))
            .map(|(document, _)| document)
    }

    /// Whether it may hold an `AdmissionReview`; else no patches have to be kept for answers.
    pub(crate) fn may_hold_review(&self) -> bool {
        self.may_hold((REVIEW_GROUP, REVIEW)).next().is_some()
    }

    /// Notes what the objects of this kind in one document say: how many there are, and a warning for each value that counts
    /// as not set, and for each key that no profile reads.
    pub(crate) fn facts(
        &self,
        (document, tree): (&Document, &Tree<'_>),
        kind: FactKind,
        run: &Run,
        cluster: &mut ClusterFacts,
    ) -> (usize, Vec<Placed>) {
        let Some(root) = tree.root() else { return (0, Vec::new()) };
        let mut count = 0;
        let mut warnings = Vec::new();
        for found in objects::find(tree, root) {
            let is_meant = found.identity.as_ref().is_some_and(|identity| identity.is_core(kind.name()));
            let Some(run) = run.of(&found).filter(|_| is_meant) else { continue };
            count += 1;
            let mut wrong = match kind {
                FactKind::Namespace => cluster.namespaces.add_document(found.node),
                FactKind::ServiceAccount => cluster.service_accounts.add_document(found.node, &run.default_namespace),
            };
            if let (FactKind::Namespace, Action::Inject) = (kind, &run.action) {
                wrong.extend(unread::of_namespace_document(found.node, run.keys()));
            }
            for warning in wrong {
                let offset = tree.locate_value(found.node.id(), &warning.at);
                warnings.push(self.fact_warning(&warning, document.range.start + offset));
            }
        }
        (count, warnings)
    }

    fn fact_warning(&self, warning: &Diagnostic, offset: usize) -> Placed {
        let at = self.places.position(offset);
        let mut placed = Placed::new(warning.code, warning.message.as_str()).hint(warning.hint.as_deref());
        placed.severity = Severity::Warning;
        placed.path = warning.at.to_string();
        placed.at(self.name.as_str(), Some(at))
    }

    /// Whether the document at this index has to be read.
    pub(crate) fn triage(&self, index: usize, run: &Run) -> Triage {
        if self.note.is_some() {
            return Triage::Opaque;
        }
        self.looks.get(index).map_or(Triage::Opaque, |look| triage(look, run.template_paths()))
    }

    /// Takes one of its documents through.
    pub(crate) fn process(&self, document: &Document, run: &Run, cluster: &ClusterFacts) -> DocumentResult {
        match process(document.text(self.text), document.language, run, cluster) {
            Ok(processed) => match processed.objects.is_empty().then(|| self.mere_text(document)).flatten() {
                Some(error) => DocumentResult::Unreadable(Box::new(error)),
                None if processed.is_silent(run) => DocumentResult::Silent(processed.edits.into_boxed_slice()),
                None => DocumentResult::Done(Box::new(processed)),
            },
            Err(error) => match self.foreign(document, &error, run) {
                Some(note) => DocumentResult::Foreign(Box::new(note)),
                None => DocumentResult::Unreadable(Box::new(self.unreadable(document, &error))),
            },
        }
    }

    /// An error of reading one of its documents, at its place in the stream.
    pub(crate) fn unreadable(&self, document: &Document, error: &SyntaxError) -> Placed {
        unreadable(&self.name, &self.places, document.range.start, error)
    }

    /// The note about a document that cannot be read and is of a kind that is not for injector. kubectl may read it.
    pub(crate) fn foreign(&self, document: &Document, error: &SyntaxError, run: &Run) -> Option<Placed> {
        let look = || Look::at(document.text(self.text));
        let passes = document.language == Language::Yaml && error.kind.is_of_parser();
        (passes && is_foreign(&look(), run.template_paths())).then(|| {
            let at = self.places.position(document.range.start + error.offset);
            let message = format!("a document that is not a workload passes through unread: {error}");
            Placed::new(Code::NotRead, message).at(self.name.as_str(), Some(at))
        })
    }

    /// What is wrong with a document that is one scalar: no object, and no list of anything that some tool might read. Most likely it is
    /// the message of a program that failed.
    fn mere_text(&self, document: &Document) -> Option<Placed> {
        let tree = document.parse(self.text).ok()?;
        let root = tree.root()?;
        if matches!(tree.view(root).kind(), Kind::Mapping | Kind::Sequence | Kind::Null) {
            return None;
        }
        let start = tree.span(root).start;
        let line = document.text(self.text).get(start..).and_then(|text| text.lines().next()).unwrap_or_default();
        let shown: String = line.trim_end_matches([' ', '\t']).chars().take(80).collect();
        let at = self.places.position(document.range.start + start);
        let placed = Placed::new(Code::NotAManifest, format!("`{shown}` is text, not a manifest"));
        Some(placed.at(self.name.as_str(), Some(at)))
    }

    pub(crate) fn processed(&self) -> impl Iterator<Item = &Processed> {
        self.results.iter().filter_map(|result| match result {
            DocumentResult::Done(processed) => Some(&**processed),
            _ => None,
        })
    }

    /// Whether all of it could be read.
    pub(crate) fn is_readable(&self) -> bool {
        self.error.is_none() && !self.results.iter().any(|result| matches!(result, DocumentResult::Unreadable(_)))
    }

    /// Whether anything of it failed.
    pub(crate) fn is_failed(&self) -> bool {
        !self.is_readable() || self.processed().flat_map(|processed| &processed.objects).any(Object::is_failed)
    }

    /// Whether anything of it changes.
    pub(crate) fn is_changed(&self) -> bool {
        self.results.iter().any(DocumentResult::is_changed)
    }

    /// An object of the document at this index as it comes out: read once more from the text that is printed.
    pub(crate) fn result_of(&self, index: usize, object: &Object) -> Option<Value> {
        let (document, result) = (self.documents.get(index)?, self.results.get(index)?);
        let DocumentResult::Done(processed) = result else { return None };
        let text = processed.pieces(document.text(self.text)).concat();
        let tree = parse(&text, document.language).ok()?;
        let node = tree.find(tree.root()?, &object.location.place)?;
        Some(tree.view(node).value())
    }

    /// Its new content, as slices of the old and of what is inserted, one after the other: a long stream has a million of them.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &str> {
        let documents = self.documents.iter().zip(&self.results);
        let changed = documents.filter(|(_, result)| result.is_changed());
        // What lies between two changed documents is one slice.
        let between = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let mut from = 0;
        let changed = changed.flat_map(move |(document, result)| {
            let front = between(std::mem::replace(&mut from, document.range.end), document.range.start);
            std::iter::once(front).chain(result.pieces(document.text(self.text)))
        });
        let last = self.results.iter().rposition(DocumentResult::is_changed).and_then(|last| self.documents.get(last));
        let rest = between(last.map_or(0, |last| last.range.end), self.text.len());
        changed.chain([rest]).filter(|piece| !piece.is_empty())
    }
}

impl DocumentResult {
    pub(super) fn is_changed(&self) -> bool {
        match self {
            Self::Done(processed) => !processed.edits.is_empty() || processed.rendered.is_some(),
            Self::Silent(edits) => !edits.is_empty(),
            Self::Opaque | Self::Foreign(_) | Self::Unreadable(_) => false,
        }
    }

    /// The document's new text, in slices; `text` is its old one.
    pub(super) fn pieces<'s>(&'s self, text: &'s str) -> Vec<&'s str> {
        match self {
            Self::Done(processed) => processed.pieces(text),
            Self::Silent(edits) => splice::pieces(text, edits),
            Self::Opaque | Self::Foreign(_) | Self::Unreadable(_) => vec![text],
        }
    }
}

impl Processed {
    /// The document's new text, in slices; `text` is its old one.
    pub(super) fn pieces<'s>(&'s self, text: &'s str) -> Vec<&'s str> {
        splice::pieces(self.rendered.as_deref().unwrap_or(text), &self.edits)
    }
}

/// An error of reading the document that begins at `start`, with its place in the stream.
pub(crate) fn unreadable(name: &str, places: &Places<'_>, start: usize, error: &SyntaxError) -> Placed {
    let mut error = error.clone();
    if let SyntaxErrorKind::DuplicateKey { line, .. } = &mut error.kind {
        // It was counted in the document.
        *line += places.position(start).line - 1;
    }
    let at = places.position(start + error.offset);
    Placed::new(Code::Syntax, error.to_string()).hint(error.hint()).at(name, Some(at))
}
