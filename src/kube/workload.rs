//! Which kinds hold pod templates, and where.
//!
//! To add a kind, add a row to [`KINDS`], and a line in the test below. Tests also hold each row against the kinds that are
//! skipped (`skippable`) and against the table of the documentation. Nothing here decides whether a workload is injected.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

mod skippable;
mod template_path;

pub(crate) use skippable::{is_foreign, known_without_template};
pub(crate) use template_path::{TemplatePath, TemplatePathError};

/// What an apply of a changed pod template does to pods that run already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnApply {
    /// The object is the pod, and its containers cannot be changed.
    ImmutablePod,
    /// The template cannot be changed: the API server refuses the apply.
    ImmutableTemplate,
    /// Pods that exist stay as they are; only later ones follow the template.
    PodsStay,
    /// Pods are replaced, or the template has none yet.
    Rolls,
}

/// A kind with a pod template.
#[derive(Debug)]
pub struct WorkloadKind {
    /// The kind.
    pub kind: &'static str,
    /// Its API groups; the core group is empty.
    pub groups: &'static [&'static str],
    /// From the object's root to the pod template, by name.
    pub template: &'static [&'static str],
    /// What an apply of a changed template does to running pods.
    pub on_apply: OnApply,
    /// What makes the kind different from most others.
    pub traits: &'static [Trait],
}

/// A property of some kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// It waits for its pods to complete. With a sidecar that is not native they never do.
    Completes,
    /// Its controller sets the images of containers that have none.
    LaterImages,
    /// Knative: it refuses init containers, capabilities and a second port, unless feature flags allow them.
    Knative,
    /// It cannot be created without `spec.selector`.
    Selector,
    /// Its `spec.volumeClaimTemplates` are volumes of its pods too.
    VolumeClaims,
}

const SPEC_TEMPLATE: &[&str] = &["spec", "template"];

/// The kinds with a pod template, by group and kind: the core `Service` is not Knative's.
#[rustfmt::skip]
pub const KINDS: &[WorkloadKind] = &[
    row("Pod", &[""], &[], OnApply::ImmutablePod, &[]),
    row("Deployment", &["apps", "extensions"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector]),
    row("StatefulSet", &["apps", "apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector, Trait::VolumeClaims]),
    row("DaemonSet", &["apps", "extensions", "apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector]),
    row("ReplicaSet", &["apps", "extensions"], SPEC_TEMPLATE, OnApply::PodsStay, &[Trait::Selector]),
    row("ReplicationController", &[""], SPEC_TEMPLATE, OnApply::PodsStay, &[]),
    row("Job", &["batch"], SPEC_TEMPLATE, OnApply::ImmutableTemplate, &[Trait::Completes]),
    row("CronJob", &["batch"], &["spec", "jobTemplate", "spec", "template"], OnApply::Rolls, &[Trait::Completes]),
    row("PodTemplate", &[""], &["template"], OnApply::Rolls, &[]),
    row("DeploymentConfig", &["apps.openshift.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::LaterImages]),
    row("Rollout", &["argoproj.io"], SPEC_TEMPLATE, OnApply::Rolls, &[]),
    row("CloneSet", &["apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector, Trait::VolumeClaims]),
    row("Service", &["serving.knative.dev"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Knative]),
    row("Configuration", &["serving.knative.dev"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Knative]),
];

const fn row(
    kind: &'static str,
    groups: &'static [&'static str],
    template: &'static [&'static str],
    on_apply: OnApply,
    traits: &'static [Trait],
) -> WorkloadKind {
    WorkloadKind { kind, groups, template, on_apply, traits }
}

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
}

impl Identity {
    /// The row of [`KINDS`] for this object.
    pub fn workload(&self) -> Option<&'static WorkloadKind> {
        KINDS.iter().find(|row| row.kind == self.kind && row.groups.contains(&self.group.as_str()))
    }

    /// Whether the kind has this property.
    pub fn has(&self, one: Trait) -> bool {
        self.workload().is_some_and(|row| row.traits.contains(&one))
    }

    /// Whether the kind has the name of a list, such as `List` or `DeploymentList`. Only with `items` is the object one.
    pub fn is_named_list(&self) -> bool {
        self.kind.ends_with("List")
    }
}

/// What an object says about itself; `None` where it is not an object, or has no `apiVersion` or `kind`.
pub fn identify<'a, V: View<'a>>(object: V) -> Option<Identity> {
    Some(identity(object, text(object, &["apiVersion"])?, text(object, &["kind"])?))
}

fn identity<'a, V: View<'a>>(object: V, api_version: String, kind: String) -> Identity {
    Identity {
        group: api_version.split_once('/').map_or("", |(group, _)| group).to_owned(),
        api_version,
        kind,
        namespace: text(object, &["metadata", "namespace"]),
        name: text(object, &["metadata", "name"]),
        generate_name: text(object, &["metadata", "generateName"]),
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
        (place.join(index.to_string()), item, own)
    });
    Some(entries.collect())
}

/// The pointers to the pod templates of an object: the one of its kind, and those of `extra` for its kind. A pointer to
/// nothing, or to a value that is not an object, is left out.
pub(crate) fn templates<'a, V: View<'a>>(identity: &Identity, object: V, extra: &[TemplatePath]) -> Vec<Pointer> {
    let known = identity.workload().map(|row| Pointer::of(row.template.iter().copied()));
    let further = extra.iter().filter(|path| path.is_for(identity)).map(|path| path.path.clone());
    let mut found: Vec<Pointer> = Vec::new();
    for place in known.into_iter().chain(further) {
        if !found.contains(&place) && locate(object, &place).is_some_and(|node| node.kind() == Kind::Mapping) {
            found.push(place);
        }
    }
    found
}

/// The value at a pointer.
pub(crate) fn locate<'a, V: View<'a>>(root: V, place: &Pointer) -> Option<V> {
    place.tokens().iter().try_fold(root, |node, token| match node.kind() {
        Kind::Sequence => {
            let index: usize = token.parse().ok()?;
            // RFC 6901: no sign and no leading zeros.
            if index.to_string() == *token { node.element(index) } else { None }
        }
        _ => node.member(token),
    })
}

/// The pointer to a value that looks like a pod template: with a `spec.containers` of objects that all have names, and
/// at least one an image. The nearest to the root is found first. The search is bounded in depth and in the number of
/// values, so that aliases of aliases cost little.
pub(crate) fn looks_like_template<'a, V: View<'a>>(object: V) -> Option<Pointer> {
    const DEEPEST: usize = 12;
    const MOST_VALUES: usize = 10_000;
    let mut open = VecDeque::from([(Pointer::root(), object)]);
    let mut budget = MOST_VALUES;
    while let Some((place, node)) = open.pop_front() {
        if node.path(&["spec", "containers"]).is_some_and(are_containers) {
            return Some(place);
        }
        if place.tokens().len() == DEEPEST {
            continue;
        }
        let members = node.members().into_iter().map(|(name, member)| (name.into_owned(), member));
        let elements = node.elements().into_iter().enumerate().map(|(index, element)| (index.to_string(), element));
        for (token, child) in members.chain(elements) {
            if matches!(child.kind(), Kind::Mapping | Kind::Sequence) {
                budget = budget.checked_sub(1)?;
                open.push_back((place.join(token), child));
            }
        }
    }
    None
}

fn are_containers<'a, V: View<'a>>(list: V) -> bool {
    let containers = list.elements();
    containers.iter().all(|container| container.text(&["name"]).is_some())
        && containers.iter().any(|container| container.text(&["image"]).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn places(object: &Value, extra: &[&str]) -> Vec<String> {
        let extra: Vec<TemplatePath> = extra.iter().map(|path| path.parse().unwrap()).collect();
        templates(&identify(object).unwrap(), object, &extra).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_has_its_template_in_every_group() {
        let rows = [
            ("v1", "Pod", ""),
            ("apps/v1", "Deployment", "/spec/template"),
            ("extensions/v1beta1", "Deployment", "/spec/template"),
            ("apps/v1", "StatefulSet", "/spec/template"),
            ("apps/v1", "DaemonSet", "/spec/template"),
            ("extensions/v1beta1", "DaemonSet", "/spec/template"),
            ("apps/v1", "ReplicaSet", "/spec/template"),
            ("extensions/v1beta1", "ReplicaSet", "/spec/template"),
            ("v1", "ReplicationController", "/spec/template"),
            ("batch/v1", "Job", "/spec/template"),
            ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template"),
            ("batch/v1beta1", "CronJob", "/spec/jobTemplate/spec/template"),
            ("v1", "PodTemplate", "/template"),
            ("apps.openshift.io/v1", "DeploymentConfig", "/spec/template"),
            ("argoproj.io/v1alpha1", "Rollout", "/spec/template"),
            ("apps.kruise.io/v1alpha1", "CloneSet", "/spec/template"),
            ("apps.kruise.io/v1beta1", "StatefulSet", "/spec/template"),
            ("apps.kruise.io/v1alpha1", "DaemonSet", "/spec/template"),
            ("serving.knative.dev/v1", "Service", "/spec/template"),
            ("serving.knative.dev/v1", "Configuration", "/spec/template"),
        ];
        let everywhere = json!({"template": {}, "spec": {"template": {}, "jobTemplate": {"spec": {"template": {}}}}});
        for (version, kind, place) in rows {
            let mut object = everywhere.clone();
            object["apiVersion"] = version.into();
            object["kind"] = kind.into();
            assert_eq!(places(&object, &[]), [place], "{version} {kind}");
        }
        // Every row of the table and every group has a line above; CronJob's versions are two lines of one group.
        assert_eq!(KINDS.iter().map(|row| row.groups.len()).sum::<usize>(), rows.len() - 1);
    }

    #[test]
    fn the_group_tells_kinds_of_one_name_apart() {
        let object = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind, "spec": {"template": {}}});
        for (version, kind, found) in [
            ("v1", "Service", false),
            ("serving.knative.dev/v1", "Service", true),
            ("apps/v1", "Pod", false),
            ("v1", "Deployment", false),
            ("apps.openshift.io/v1", "Deployment", false),
            ("example.com/v1", "Rollout", false),
            ("apps/v1", "CloneSet", false),
            ("extensions/v1beta1", "StatefulSet", false),
        ] {
            assert_eq!(!places(&object(version, kind), &[]).is_empty(), found, "{version} {kind}");
        }
    }

    #[test]
    fn only_places_that_are_there_count_and_a_kind_may_have_several() {
        let job = json!({"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "spec": {"pytorchReplicaSpecs": {
            "Master": {"template": {}}, "Worker": {"template": {}}}, "parts": [{"template": {}}, {"template": null}]}});
        let master = "PyTorchJob.kubeflow.org=/spec/pytorchReplicaSpecs/Master/template";
        let worker = "PyTorchJob=/spec/pytorchReplicaSpecs/Worker/template";
        let rest = [
            "PyTorchJob=/spec/pytorchReplicaSpecs/None/template",
            "PyTorchJob.example.com=/spec",
            "Other=/spec",
            "PyTorchJob=/spec/parts/0/template",
            "PyTorchJob=/spec/parts/1/template",
            "PyTorchJob=/spec/parts/00/template",
            worker,
        ];
        let extra: Vec<&str> = [master, worker].into_iter().chain(rest).collect();
        assert_eq!(
            places(&job, &extra),
            [
                "/spec/pytorchReplicaSpecs/Master/template",
                "/spec/pytorchReplicaSpecs/Worker/template",
                "/spec/parts/0/template"
            ]
        );
        assert!(places(&json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {}}), &[]).is_empty());
        assert!(places(&json!({"apiVersion": "apps/v1", "kind": "Deployment"}), &[]).is_empty());
    }

    #[test]
    fn an_identity_needs_version_and_kind() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-", "namespace": ""}});
        let identity = identify(&pod).unwrap();
        assert_eq!((identity.group.as_str(), identity.name, identity.namespace), ("", None, None));
        assert_eq!(identity.generate_name.as_deref(), Some("web-"));
        for value in
            [json!(null), json!([]), json!({"kind": "Pod"}), json!({"apiVersion": "v1", "kind": 1}), json!("Pod")]
        {
            assert_eq!(identify(&value), None, "{value}");
        }
    }

    #[test]
    fn items_of_lists_have_places_and_kinds() {
        let kinds = |list: Value| {
            items(&identify(&list).unwrap(), &list).map(|items| {
                items
                    .into_iter()
                    .map(|(at, _, own)| (at.to_string(), own.map(|own| own.api_version + " " + &own.kind)))
                    .collect::<Vec<_>>()
            })
        };
        let at = |index: usize, kind: Option<&str>| (format!("/items/{index}"), kind.map(str::to_owned));
        assert_eq!(
            kinds(json!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod"}, {}, 3]})),
            Some(vec![at(0, Some("v1 Pod")), at(1, None), at(2, None)])
        );
        assert_eq!(
            kinds(json!({"apiVersion": "apps/v1", "kind": "DeploymentList",
                "items": [{}, {"kind": "Pod"}, {"apiVersion": "v1", "kind": "Pod"}, null]})),
            Some(vec![at(0, Some("apps/v1 Deployment")), at(1, None), at(2, Some("v1 Pod")), at(3, None)])
        );
        assert_eq!(kinds(json!({"apiVersion": "v1", "kind": "List", "items": null})), None);
        assert_eq!(kinds(json!({"apiVersion": "v1", "kind": "Pod", "items": []})), None);
    }

    #[test]
    fn what_looks_like_a_template_is_found_at_its_shallowest_place() {
        let containers = json!([{"name": "a", "image": "b"}]);
        for (object, expected) in [
            (json!({"spec": {"containers": containers}}), Some("")),
            (
                json!({"spec": {"a": {"t": {"spec": {"containers": containers}}}, "z": {"spec": {"containers": containers}}}}),
                Some("/spec/z"),
            ),
            (
                json!({"spec": {"nodeSets": [{}, {"podTemplate": {"spec": {"containers": containers}}}]}}),
                Some("/spec/nodeSets/1/podTemplate"),
            ),
            (json!({"spec": {"containers": []}}), None),
            (json!({"spec": {"containers": [{"name": "a"}]}}), None),
            (json!({"spec": {"containers": [{"image": "a"}]}}), None),
            (json!({"containers": containers}), None),
        ] {
            assert_eq!(looks_like_template(&object).map(|at| at.to_string()).as_deref(), expected, "{object}");
        }
        let mut deep = json!({"spec": {"containers": containers}});
        for _ in 0..13 {
            deep = json!({"a": deep});
        }
        assert_eq!(looks_like_template(&deep), None);
        assert_eq!(looks_like_template(&deep["a"]).unwrap().tokens().len(), 12);
        let wide = json!({"a": vec![json!([]); 20_000], "spec": {"t": {"spec": {"containers": containers}}}});
        assert_eq!(looks_like_template(&wide), None, "the search gives up");
    }

    #[test]
    fn what_a_kind_has_beyond_others_is_a_fact_of_its_row() {
        let of = |version: &str, kind: &str| identify(&json!({"apiVersion": version, "kind": kind})).unwrap();
        assert!(of("batch/v1beta1", "CronJob").has(Trait::Completes));
        assert!(of("apps/v1", "StatefulSet").has(Trait::VolumeClaims));
        assert!(!of("v1", "Service").has(Trait::Knative));
        assert_eq!(of("batch/v1", "Job").workload().unwrap().on_apply, OnApply::ImmutableTemplate);
        assert_eq!(of("v1", "Pod").workload().unwrap().on_apply, OnApply::ImmutablePod);
        assert!(of("example.com/v1", "Thing").workload().is_none());
    }
}
