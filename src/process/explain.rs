//! The objects of a document, each with what there is to explain about it.

use super::object;
use super::objects::{self, FoundObject};
use super::run::Run;
use crate::decide::explain::{self, Explanation};
use crate::decide::facts::Namespaces;
use crate::kube::workload::Identity;
use crate::text::yaml::tree::{NodeId, Tree};

/// An object with what there is to tell about it. Pointers count from its node: the shell looks up where a value is in the
/// text when it prints the value's place.
#[derive(Debug)]
pub(crate) struct Explained {
    /// What it is.
    pub identity: Identity,
    /// Its namespace: its own, or the default one.
    pub namespace: String,
    /// The object in the tree of its document.
    pub node: NodeId,
    /// One for each pod template.
    pub explanations: Vec<Explanation>,
}

/// Explains every object of a document.
pub(crate) fn explain(tree: &Tree<'_>, run: &Run, namespaces: &Namespaces) -> Vec<Explained> {
    let Some(root) = tree.root() else { return Vec::new() };
    let explained = |found: FoundObject<'_>| {
        let identity = found.identity.clone()?;
        let facts = object::facts(&found, &identity, run, namespaces);
        let explanations = explain::explain(&identity, found.node, &facts, &run.request());
        let namespace = facts.namespace.name;
        (!explanations.is_empty()).then(|| Explained { identity, namespace, node: found.node.id(), explanations })
    };
    objects::find(tree, root).into_iter().filter_map(explained).collect()
}
