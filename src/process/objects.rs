//! The objects of a document: itself, the items of a list, or what a review or a KRM function's input carries.

use super::items;
use crate::decide::facts::Operation;
use crate::kube::workload::{self, Identity};
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{NodeId, Tree};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// What an `AdmissionReview` says beside its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// `apiVersion` of the review: the answer has the same.
    pub api_version: String,
    /// `request.uid`.
    pub uid: String,
    /// `request.namespace`.
    pub namespace: Option<String>,
    /// What is asked; anything but the creation of a whole object changes nothing.
    pub operation: Operation,
}

/// An object where it is in a document.
pub(crate) struct FoundObject<'t> {
    pub(crate) node: NodeRef<'t>,
    pub(crate) identity: Option<Identity>,
    /// From the document's root.
    pub(crate) place: Pointer,
    /// The file that an item of a ResourceList is from.
    pub(crate) file: Option<String>,
    pub(crate) review: Option<Review>,
}

/// The kind of what carries an object of which an API server asks.
pub(super) const REVIEW: &str = "AdmissionReview";

/// The group of [`REVIEW`].
pub(super) const REVIEW_GROUP: &str = "admission.k8s.io";

/// How deep lists may be nested in lists. Clients write one level; a limit keeps the recursion short.
const MAX_LISTS: usize = 4;

/// The objects of a document, in its order.
pub(crate) fn find<'t>(tree: &'t Tree<'t>, root: NodeId) -> Vec<FoundObject<'t>> {
    let mut found = Vec::new();
    let node = tree.view(root);
    let identity = workload::identify(node);
    collect(node, identity, &Pointer::root(), MAX_LISTS, &mut found);
    found
}

fn collect<'t>(
    node: NodeRef<'t>,
    identity: Option<Identity>,
    place: &Pointer,
    lists: usize,
    found: &mut Vec<FoundObject<'t>>,
) {
    if node.kind() != Kind::Mapping {
        return;
    }
    let items = identity.as_ref().filter(|_| lists > 0).and_then(|identity| workload::items(identity, node));
    if let Some(items) = items {
        let is_function = identity.as_ref().is_some_and(|list| list.kind == "ResourceList");
        for (at, item, identity) in items {
            if is_function && is_local(item) {
                continue;
            }
            let before = found.len();
            collect(item, identity, &place.append(&at), lists - 1, found);
            if is_function && let Some(file) = items::file(item) {
                found.iter_mut().skip(before).for_each(|one| one.file = Some(file.clone()));
            }
        }
        return;
    }
    if let Some(review) = identity.as_ref().and_then(|identity| review(node, identity))
        && let Some(object) = node.path(&["request", "object"])
    {
        let identity = workload::identify(object).or_else(|| requested(node));
        let place = place.append(&Pointer::of(["request", "object"]));
        found.push(FoundObject { node: object, identity, place, file: None, review: Some(review) });
        return;
    }
    found.push(FoundObject { node, identity, place: place.clone(), file: None, review: None });
}

/// Whether an object of this kind may be there for other objects that are in it: it is a list or a review.
pub(super) fn carries_others(kind: &str) -> bool {
    workload::is_list_name(kind) || kind == REVIEW
}

/// Whether an item of a ResourceList is for the tools of a package only, and never applied to a cluster.
fn is_local(item: NodeRef<'_>) -> bool {
    let annotations = item.path(&["metadata", "annotations"]);
    annotations.and_then(|all| all.text(&["config.kubernetes.io/local-config"])).is_some_and(|value| value == "true")
}

/// What a review says, where this is one with a request.
fn review(node: NodeRef<'_>, identity: &Identity) -> Option<Review> {
    let request = node.member("request")?;
    if identity.kind != REVIEW || identity.group != REVIEW_GROUP {
        return None;
    }
    let text = |name: &str| request.text(&[name]).map(|text| text.into_owned()).filter(|text| !text.is_empty());
    let is_create = text("operation").is_none_or(|operation| operation == "CREATE");
    let operation = if is_create && text("subResource").is_none() { Operation::Create } else { Operation::Other };
    Some(Review {
        api_version: identity.api_version.clone(),
        uid: text("uid").unwrap_or_default(),
        namespace: text("namespace"),
        operation,
    })
}

/// A review's object may leave out what the request says of it: its kind.
fn requested(node: NodeRef<'_>) -> Option<Identity> {
    let kind = node.path(&["request", "kind"])?;
    let text = |name: &str| kind.text(&[name]).map(|text| text.into_owned());
    let object = node.path(&["request", "object"])?;
    let group = text("group").unwrap_or_default();
    let version = text("version")?;
    let names = |name: &str| object.text(&["metadata", name]).map(|text| text.into_owned());
    Some(Identity {
        api_version: if group.is_empty() { version } else { format!("{group}/{version}") },
        kind: text("kind")?,
        group,
        namespace: names("namespace"),
        name: names("name"),
        generate_name: names("generateName"),
        completes: false,
    })
}
