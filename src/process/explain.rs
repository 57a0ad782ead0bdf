//! The objects of a document, each with what there is to explain about it.

use super::object;
use super::objects::{self, FoundObject};
use super::run::Run;
use crate::decide::explain::{self, Explanation};
use crate::decide::facts::ClusterFacts;
use crate::diagnostic::Diagnostic;
use crate::kube::workload::{self, Identity};
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
    /// About what is written in it and has no effect, or keeps it from being injected.
    pub warnings: Vec<Diagnostic>,
}

/// Explains every object of a document.
pub(crate) fn explain(tree: &Tree<'_>, run: &Run, cluster: &ClusterFacts) -> Vec<Explained> {
    let Some(root) = tree.root() else { return Vec::new() };
    let explained = |found: FoundObject<'_>| {
        let node = found.node.id();
        let Some(identity) = found.identity.clone() else {
            let warnings = vec![object::of_unidentified(&found, run)?];
            let identity = workload::identify_part(found.node);
            let namespace = identity.namespace.clone().unwrap_or_else(|| run.default_namespace.clone());
            return Some(Explained { identity, namespace, node, explanations: Vec::new(), warnings });
        };
        let facts = object::facts(&found, &identity, run, cluster);
        let explanations = explain::explain(&identity, found.node, &facts, &run.request());
        let templates = workload::templates(&identity, found.node, run.template_paths());
        let warnings = object::of_content(&found, &identity, &facts, &templates, run);
        let is_empty = explanations.is_empty() && warnings.is_empty();
        let namespace = facts.namespace.name;
        (!is_empty).then_some(Explained { identity, namespace, node, explanations, warnings })
    };
    objects::find(tree, root).into_iter().filter(|found| run.picks.take(found)).filter_map(explained).collect()
}
