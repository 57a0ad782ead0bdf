//! What a KRM function reads: a `ResourceList`, out of which kpt and kustomize take the items that are to stay.
//!
//! Source: the KRM Functions Specification, <https://github.com/kubernetes-sigs/kustomize> (cmd/config/docs/api-conventions).

use crate::diagnostic::{Code, Placed, Places};
use crate::kube::workload;
use crate::text::document::Document;
use crate::text::yaml::tree::Tree;
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
    /// The first one among the documents of a stream.
    pub(super) fn find(text: &str, documents: &[Document]) -> Option<Self> {
        let word = memchr::memmem::Finder::new("ResourceList");
        documents.iter().find_map(|document| {
            word.find(document.text(text).as_bytes())?;
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
        if identity.kind != "ResourceList" || identity.group != "config.kubernetes.io" {
            return None;
        }
        let config = node.member("functionConfig").is_some_and(has_settings);
        let config = config.then(|| tree.locate(root, &Pointer::of(["functionConfig"])));
        Some(Self { start: tree.span(root).start, config })
    }

    /// The error about a `functionConfig` that no one reads.
    pub(super) fn unused_config(&self, name: &str, text: &str) -> Option<Placed> {
        let at = Places::new(text).position(self.config?);
        let placed =
            Placed::new(Code::FunctionConfig, "injector does not read the `functionConfig`, so it has no effect");
        Some(placed.at(name, Some(at)).hint(Some("remove its settings, and give them to injector as flags")))
    }
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
