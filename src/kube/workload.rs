//! Which kinds hold pod templates, and where.
//!
//! To add a kind, add a row to [`KINDS`], and a line in the test in `tests`. Tests also hold each row against the kinds that are
//! skipped (`skippable`) and against the table of the documentation. Nothing here decides whether a workload is injected.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

mod kinds;
mod owner;
mod resource;
mod shape;
mod skippable;
mod spelling;
mod template_path;

pub use kinds::KINDS;
pub(crate) use kinds::{OnApply, Trait, WorkloadKind};
pub(crate) use owner::{OWNERS, Shown, owning_workload};
pub(crate) use resource::{KindWord, resource};
pub(crate) use shape::misshapen;
pub(crate) use skippable::{is_foreign, known_without_template};
pub(crate) use spelling::{Meant, known_kind, meant};
pub(crate) use template_path::{TemplatePath, TemplatePathError};

/// What an object says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `apiVersion`, with its group.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// The API group in `apiVersion`; the core group is empty.
    pub group: String,
    /// `metadata.namespace`, where it is there and not empty.
    pub namespace: Option<String>,
    /// `metadata.name`, where it is there and not empty.
    pub name: Option<String>,
    /// `metadata.generateName`, where it is there and not empty.
    pub generate_name: Option<String>,
    /// Whether the object says beside the pod template in question that its pods complete.
    pub completes: bool,
}

/// Argo's workflows: they have no pod template of their own, but where one is named, its pods complete.
const COMPLETING: [&str; 4] = ["ClusterWorkflowTemplate", "CronWorkflow", "Workflow", "WorkflowTemplate"];

impl Identity {
    /// Whether it is of this kind of the core group.
    pub fn is_core(&self, kind: &str) -> bool {
        self.group.is_empty() && self.kind == kind
    }

    /// The row of [`KINDS`] for this object.
    pub fn workload(&self) -> Option<&'static WorkloadKind> {
        KINDS.iter().find(|row| row.kind == self.kind && row.groups.contains(&self.group.as_str()))
    }

    /// Whether the kind has this property.
    pub fn has(&self, one: Trait) -> bool {
        let of_kind = self.workload().is_some_and(|row| row.traits.contains(&one));
        let is_workflow = || self.group == "argoproj.io" && COMPLETING.contains(&self.kind.as_str());
        of_kind || one == Trait::Completes && (self.completes || is_workflow())
    }

    /// What the object says, together with what it says beside one of its pod templates: a `restartPolicy` there, as in
    /// Kubeflow's replica specs, holds for the pods.
    pub(crate) fn with_template<'a, V: View<'a>>(&self, object: V, place: &Pointer) -> Cow<'_, Self> {
        let beside = place.split_last().and_then(|(parent, _)| locate(object, &parent));
        let policy = beside.and_then(|parent| parent.text(&["restartPolicy"]));
        match policy.is_some_and(|policy| policy != "Always") {
            true => Cow::Owned(Self { completes: true, ..self.clone() }),
            false => Cow::Borrowed(self),
        }
    }

    /// Whether the kind has the name of a list, such as `List` or `DeploymentList`. Only with `items` is the object one.
    pub fn is_named_list(&self) -> bool {
        is_list_name(&self.kind)
    }
}

/// Whether a kind has the name of a list.
pub(crate) fn is_list_name(kind: &str) -> bool {
    kind.ends_with("List")
}

/// What an object says about itself; `None` where it is not an object, or has no `apiVersion` or `kind`.
pub fn identify<'a, V: View<'a>>(object: V) -> Option<Identity> {
    Some(identity(object, text(object, &["apiVersion"])?, text(object, &["kind"])?))
}

/// What an object says about itself that has no `apiVersion` or no `kind`; what it does not have is empty.
pub(crate) fn identify_part<'a, V: View<'a>>(object: V) -> Identity {
    let part = |name| text(object, &[name]).unwrap_or_default();
    identity(object, part("apiVersion"), part("kind"))
}

fn identity<'a, V: View<'a>>(object: V, api_version: String, kind: String) -> Identity {
    Identity {
        group: api_version.split_once('/').map_or("", |(group, _)| group).to_owned(),
        api_version,
        kind,
        namespace: text(object, &["metadata", "namespace"]),
        name: text(object, &["metadata", "name"]),
        generate_name: text(object, &["metadata", "generateName"]),
        completes: false,
    }
}

fn text<'a, V: View<'a>>(object: V, names: &[&str]) -> Option<String> {
    object.text(names).map(Cow::into_owned).filter(|text| !text.is_empty())
}

/// The objects in a list, each with its pointer. `None` where this is not a list: a kind that ends with `List`, and
/// `items`.
///
/// An item without `apiVersion` and `kind` gets them from a typed list: an item of a `DeploymentList` is a
/// `Deployment`, as for kubectl.
pub(crate) fn items<'a, V: View<'a>>(list: &Identity, object: V) -> Option<Vec<(Pointer, V, Option<Identity>)>> {
    let items = object.member("items").filter(|_| list.is_named_list())?;
    if items.kind() != Kind::Sequence {
        return None;
    }
    let inherited = list.kind.strip_suffix("List").filter(|kind| !kind.is_empty());
    let place = Pointer::of(["items"]);
    let entries = items.elements().into_iter().enumerate().map(|(index, item)| {
        let own = identify(item).or_else(|| {
            let says = item.member("apiVersion").or_else(|| item.member("kind"));
            match (says, inherited) {
                (None, Some(kind)) if item.kind() == Kind::Mapping => {
                    Some(identity(item, list.api_version.clone(), kind.to_owned()))
                }
                _ => None,
            }
        });
        (place.element(index), item, own)
    });
    Some(entries.collect())
}

/// The pointers to the pod templates of an object: those of its kind, and those of `extra` for its kind; `*` stands for every
/// member or element. A pointer to nothing, or to a value that is not an object, is left out.
pub(crate) fn templates<'a, V: View<'a>>(identity: &Identity, object: V, extra: &[TemplatePath]) -> Vec<Pointer> {
    let mut found = identity.workload().map_or_else(Vec::new, |row| templates_of(row, object));
    for path in extra.iter().filter(|path| path.is_for(identity)) {
        expand(object, Pointer::root(), path.path.tokens(), &mut found);
    }
    found
}

/// The pointers to the pod templates of an object, as one of this kind has them.
pub(crate) fn templates_of<'a, V: View<'a>>(row: &WorkloadKind, object: V) -> Vec<Pointer> {
    let mut found: Vec<Pointer> = Vec::new();
    for path in row.templates {
        expand(object, Pointer::root(), path, &mut found);
    }
    found
}

/// Finds the objects at a path in which `*` stands for every member or element. A member that is called `*` is one of them.
fn expand<'a, V: View<'a>>(node: V, place: Pointer, path: &[impl AsRef<str>], found: &mut Vec<Pointer>) {
    let Some((token, rest)) = path.split_first() else {
        if node.kind() == Kind::Mapping && !found.contains(&place) {
            found.push(place);
        }
        return;
    };
    let token = token.as_ref();
    if token != "*" {
        if let Some(child) = step(node, token) {
            expand(child, place.join(token), rest, found);
        }
        return;
    }
    for (name, child) in node.members() {
        expand(child, place.join(&*name), rest, found);
    }
    for (index, child) in node.elements().into_iter().enumerate() {
        expand(child, place.element(index), rest, found);
    }
}

/// The value at a pointer.
pub(crate) fn locate<'a, V: View<'a>>(root: V, place: &Pointer) -> Option<V> {
    place.tokens().iter().try_fold(root, |node, token| step(node, token))
}

fn step<'a, V: View<'a>>(node: V, token: &str) -> Option<V> {
    match node.kind() {
        Kind::Sequence => {
            let index: usize = token.parse().ok()?;
            // RFC 6901: no sign and no leading zeros.
            if index.to_string() == token { node.element(index) } else { None }
        }
        _ => node.member(token),
    }
}

/// The pointers to values that look like pod templates: with a `spec.containers` of objects that all have names, and at least
/// one an image. Those nearest to the root come first. The search is bounded in depth and in the number of values, so that
/// aliases of aliases cost little.
pub(crate) fn look_like_templates<'a, V: View<'a>>(object: V) -> Vec<Pointer> {
    const DEEPEST: usize = 12;
    const MOST_VALUES: usize = 10_000;
    let mut open = VecDeque::from([(Pointer::root(), object)]);
    let mut seen = 0;
    let mut found = Vec::new();
    while let Some((place, node)) = open.pop_front() {
        if looks_like_template(node) {
            found.push(place);
            continue;
        }
        if place.tokens().len() == DEEPEST {
            continue;
        }
        let members = node.members().into_iter().map(|(name, member)| (name.into_owned(), member));
        let elements = node.elements().into_iter().enumerate().map(|(index, element)| (index.to_string(), element));
        for (token, child) in members.chain(elements) {
            if matches!(child.kind(), Kind::Mapping | Kind::Sequence) {
                seen += 1;
                if seen > MOST_VALUES {
                    return found;
                }
                open.push_back((place.join(token), child));
            }
        }
    }
    found
}

/// Whether a value looks like a pod template.
pub(crate) fn looks_like_template<'a, V: View<'a>>(node: V) -> bool {
    node.path(&["spec", "containers"]).is_some_and(are_containers)
}

fn are_containers<'a, V: View<'a>>(list: V) -> bool {
    let containers = list.elements();
    containers.iter().all(|container| container.text(&["name"]).is_some())
        && containers.iter().any(|container| container.text(&["image"]).is_some())
}

#[cfg(test)]
mod tests;
