//! The objects of a document, each with what there is to explain about it.

use super::object::{self, ObjectClass};
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
    /// Whether it is one of those that a run counts.
    pub class: ObjectClass,
    /// Its namespace: its own, or the default one.
    pub namespace: String,
    /// The object in the tree of its document.
    pub node: NodeId,
    /// One for each pod template.
    pub explanations: Vec<Explanation>,
    /// About what is written in it and has no effect, or keeps it from being injected.
    pub warnings: Vec<Diagnostic>,
}

impl Explained {
    /// Whether there is nothing to tell: an object without pod templates and warnings.
    pub(crate) const fn is_empty(&self) -> bool {
        self.explanations.is_empty() && self.warnings.is_empty()
    }
}

/// Explains every object of a document: each workload, and what there is something to tell about.
pub(crate) fn explain(tree: &Tree<'_>, run: &Run, cluster: &ClusterFacts) -> Vec<Explained> {
    let Some(root) = tree.root() else { return Vec::new() };
    let explained = |found: FoundObject<'_>| {
        let node = found.node.id();
        let Some(identity) = found.identity.clone() else {
            let warnings = vec![object::of_unidentified(&found, run)?];
            let identity = workload::identify_part(found.node);
            let namespace = identity.namespace.clone().unwrap_or_else(|| run.default_namespace.clone());
            let class = ObjectClass::Other;
            return Some(Explained { identity, class, namespace, node, explanations: Vec::new(), warnings });
        };
        let facts = object::facts(&found, &identity, run, cluster);
        let explanations = explain::explain(&identity, found.node, &facts, &run.request());
        let templates = workload::templates(&identity, found.node, run.template_paths());
        let warnings = object::of_content(&found, &identity, &facts, &templates, run);
        let (class, namespace) = (ObjectClass::of(&identity, &templates), facts.namespace.name);
        let explained = Explained { identity, class, namespace, node, explanations, warnings };
        (class == ObjectClass::Workload || !explained.is_empty()).then_some(explained)
    };
    objects::find(tree, root).into_iter().filter(|found| run.picks.take(found)).filter_map(explained).collect()
}
