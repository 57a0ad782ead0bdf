//! What a KRM function reads: a `ResourceList`, out of which kpt and kustomize take the items that are to stay.
//!
//! Source: the KRM Functions Specification, <https://github.com/kubernetes-sigs/kustomize> (cmd/config/docs/api-conventions).

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::items;
use super::look::may_say;
use super::object::ChangeError;
use super::objects;
use super::proof::ProofError;
use crate::diagnostic::{Code, Placed, Places, Position};
use crate::kube::workload::{self, Identity};
use crate::text::document::{self, Document};
use crate::text::look::Look;
use crate::text::splice::{self, RenderedLines, Undo, UserStrings};
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{NodeId, Tree};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// A `ResourceList` of a stream. What a function prints replaces its items: an empty output removes them all.
pub(crate) struct ResourceList {
    /// Where it begins in the stream.
    pub(crate) start: usize,
    /// The settings in its `functionConfig`: injector reads none, so they would be lost in silence.
    config: Option<usize>,
}

impl ResourceList {
    const KIND: &str = "ResourceList";
    const GROUP: &str = "config.kubernetes.io";

    /// Whether a document may be one.
    pub(super) fn may_be(look: &Look<'_>) -> bool {
        look.may_be(|group, kind| (kind, group) == (Self::KIND, Self::GROUP))
    }

    /// The first one among these documents of a stream.
    pub(super) fn find<'d>(text: &str, documents: impl IntoIterator<Item = &'d Document>) -> Option<Self> {
        let may_be_one = |document: &&Document| may_say(document.text(text), Self::KIND);
        documents.into_iter().filter(may_be_one).find_map(|document| {
            let tree = document.parse(text).ok()?;
            let mut list = Self::read(&tree)?;
            list.start += document.range.start;
            list.config = list.config.map(|offset| document.range.start + offset);
            Some(list)
        })
    }

    fn read(tree: &Tree<'_>) -> Option<Self> {
        let root = tree.root()?;
        let node = tree.view(root);
        let identity = workload::identify(node)?;
        if identity.kind != Self::KIND || identity.group != Self::GROUP {
            return None;
        }
        let config = node.member("functionConfig").is_some_and(has_settings);
        let config = config.then(|| tree.locate(root, &Pointer::of(["functionConfig"])));
        Some(Self { start: tree.span(root).start, config })
    }

    /// The error about a `functionConfig` that no one reads.
    pub(super) fn unused_config(&self, name: &str, places: &Places<'_>) -> Option<Placed> {
        let at = places.position(self.config?);
        let placed =
            Placed::new(Code::FunctionConfig, "injector does not read this `functionConfig`, so it has no effect");
        Some(placed.at(name, Some(at)).hint(Some("remove its settings, and give them to injector as flags")))
    }
}

/// A `functionConfig` that has settings.
pub(crate) struct FunctionConfig<'t> {
    /// The document that it is in, and where that begins in the stream.
    pub(crate) tree: Tree<'t>,
    pub(crate) start: usize,
    pub(crate) node: NodeId,
}

impl ResourceList {
    /// Does something with its `functionConfig`, where it has settings. The documents are those of its stream.
    pub(crate) fn with_config<T>(
        &self,
        text: &str,
        documents: &[Document],
        read: impl FnOnce(&FunctionConfig<'_>) -> T,
    ) -> Option<T> {
        self.config?;
        let document = documents.iter().find(|document| document.range.contains(&self.start))?;
        let tree = document.parse(text).ok()?;
        let node = tree.find(tree.root()?, &Pointer::of(["functionConfig"]))?;
        Some(read(&FunctionConfig { tree, start: document.range.start, node }))
    }
}

/// An object of a ResourceList, as its host calls it.
pub(crate) struct FunctionItem {
    /// Where it begins in the stream.
    pub(crate) at: Position,
    end: Position,
    /// What it is, where it says so.
    pub(crate) identity: Option<Identity>,
    path: Option<String>,
    index: usize,
}

impl FunctionItem {
    fn of(node: NodeRef<'_>, identity: Option<Identity>, range: Range<Position>) -> Self {
        Self {
            at: range.start,
            end: range.end,
            identity,
            path: items::of_host(node, "path"),
            index: items::of_host(node, "index").and_then(|text| text.parse().ok()).unwrap_or_default(),
        }
    }

    /// The file that the host has it from, and which object of that file it is.
    pub(crate) fn file(&self) -> Option<(String, usize)> {
        Some((self.path.clone()?, self.index))
    }

    /// Whether a place is in it.
    pub(crate) fn holds(&self, at: Position) -> bool {
        (self.at..self.end).contains(&at)
    }
}

/// The objects of a text that is one ResourceList, with the `functionConfig`; `None` where it is something else.
pub(crate) fn items(text: &str) -> Option<Vec<FunctionItem>> {
    let documents = document::split(text).ok()?;
    let mut trees = documents.iter().map(|document| Some((document.range.start, document.parse(text).ok()?)));
    let trees: Vec<_> = trees.by_ref().collect::<Option<_>>()?;
    let mut filled =
        trees.iter().filter(|(_, tree)| tree.root().is_some_and(|root| tree.view(root).kind() != Kind::Null));
    let (start, tree) = filled.next()?;
    if filled.next().is_some() || ResourceList::read(tree).is_none() {
        return None;
    }
    let places = Places::new(text);
    let item = |node: NodeRef<'_>, identity: Option<Identity>| {
        let span = tree.span(node.id());
        FunctionItem::of(node, identity, places.position(start + span.start)..places.position(start + span.end))
    };
    let root = tree.root()?;
    let config = tree.view(root).member("functionConfig").map(|config| item(config, workload::identify(config)));
    let objects = objects::find(tree, root).into_iter().map(|found| item(found.node, found.identity));
    Some(config.into_iter().chain(objects).collect())
}

/// The files that the items of the first ResourceList are from, where there is one.
pub(crate) fn files(text: &str) -> BTreeSet<String> {
    let documents = document::split(text).unwrap_or_default();
    let of_list = |list: ResourceList| {
        let document = documents.iter().find(|document| document.range.contains(&list.start))?;
        let tree = document.parse(text).ok()?;
        Some(objects::find(&tree, tree.root()?).into_iter().filter_map(|found| found.file).collect())
    };
    ResourceList::find(text, &documents).and_then(of_list).unwrap_or_default()
}

/// The text of a ResourceList with these `results`, in place of others that are there. It is read back before it is given out.
pub(crate) fn with_results(text: &str, results: Vec<Value>) -> Result<String, ChangeError> {
    let different = || ChangeError::from(ProofError::Different("/results".to_owned()));
    let documents = document::split(text).map_err(ProofError::from)?;
    let list = ResourceList::find(text, &documents).ok_or_else(different)?;
    let document = documents.iter().find(|document| document.range.contains(&list.start)).ok_or_else(different)?;
    let own = document.text(text);
    let tree = document.parse(text).map_err(ProofError::from)?;
    let root = tree.root().ok_or_else(different)?;
    let place = Pointer::of(["results"]);
    let mut wanted = tree.view(root).value();
    let results = Value::from(results);
    let before = tree.view(root).member("results");
    // No one undoes results. A splice of a value on a line would keep what was there, as a comment.
    let flow = before.map(|before| tree.span(before.id())).filter(|span| is_flow(own, span));
    let op = match before {
        Some(_) => Op::Replace(place, Arc::new(results.clone())),
        None if results.as_array().is_some_and(Vec::is_empty) => return Ok(text.to_owned()),
        None => Op::Add(place, Arc::new(results.clone())),
    };
    let new = match flow.and_then(|span| Some((own.get(..span.start)?, own.get(span.end..)?))) {
        Some((head, tail)) => format!("{head}{results}{tail}"),
        None => {
            let strings = UserStrings { is_one: |_| false, undo: Undo::Value };
            let splice = splice::splice(&tree, root, &Patch(vec![op]), &RenderedLines::default(), strings)?;
            splice::pieces(own, &splice.edits).concat()
        }
    };
    wanted["results"] = results;
    let whole = [text.get(..document.range.start), Some(new.as_str()), text.get(document.range.end..)];
    let whole: String = whole.into_iter().flatten().collect();
    let documents = document::split(&whole).map_err(ProofError::from)?;
    let read = documents.iter().find_map(|one| {
        let tree = one.parse(&whole).ok()?;
        ResourceList::read(&tree)?;
        Some(tree.view(tree.root()?).value())
    });
    if read == Some(wanted) { Ok(whole) } else { Err(different()) }
}

/// Whether a value is a list in flow style, or null.
fn is_flow(text: &str, span: &Range<usize>) -> bool {
    text.get(span.clone()).is_some_and(|value| value.starts_with('[') || ["null", "~"].contains(&value))
}

/// kpt and kustomize send a `functionConfig` in any case; only what is not part of every object is a setting.
fn has_settings<'a, V: View<'a>>(config: V) -> bool {
    let is_empty = |value: V| match value.kind() {
        Kind::Null => true,
        Kind::Mapping => value.members().is_empty(),
        Kind::Sequence => value.elements().is_empty(),
        _ => false,
    };
    match config.kind() {
        Kind::Mapping => config
            .members()
            .into_iter()
            .any(|(name, value)| !["apiVersion", "kind", "metadata"].contains(&name.as_ref()) && !is_empty(value)),
        _ => !is_empty(config),
    }
}
