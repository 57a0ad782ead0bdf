//! `--clean`: the fields that a cluster fills in, removed from a live object so that it reads like a manifest again.

use std::borrow::Cow;

use serde_json::Value;

use crate::decide::inject::editor::Editor;
use crate::kube::workload::Identity;
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What becomes of fields that a cluster fills in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clean {
    /// They stay.
    #[default]
    Keep,
    /// They are removed.
    Strip,
}

/// `metadata` members that the API server writes, beside the resourceVersion.
const METADATA: &[&str] = &["uid", "generation", "creationTimestamp", "managedFields", "selfLink"];

/// Labels that the API server gives a Job and its pods, and refuses to read (`generateSelector` in pkg/registry/batch/job).
const JOB_LABELS: &[&str] =
    &["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/// Annotations that kubectl and controllers write.
const ANNOTATIONS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "deprecated.deployment.rollback.revisionNumber",
];

/// The volume that the API server mounts a service account's token with.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// A live object without what a cluster filled in, and the patch that leads there.
pub(crate) struct Cleaned {
    /// With its resourceVersion, by which eligibility tells that it is a live one.
    pub(crate) object: Value,
    /// Removes the resourceVersion too.
    pub(crate) patch: Patch,
}

/// Strips an object.
pub(crate) fn strip<'a, V: View<'a>>(object: V, identity: &Identity) -> Cleaned {
    let mut editor = Editor::new(object, Pointer::root());
    remove(&mut editor, &Pointer::of(["status"]));
    for member in METADATA {
        remove(&mut editor, &Pointer::of(["metadata", member]));
    }
    let annotations = Pointer::of(["metadata", "annotations"]);
    let mut stripped = false;
    for annotation in ANNOTATIONS {
        stripped |= remove(&mut editor, &annotations.join(*annotation));
    }
    if stripped && is_empty(&editor, &annotations) {
        editor.remove(&annotations);
    }
    // Templates come back from an API server with `creationTimestamp: null`.
    if let Some(workload) = identity.workload().filter(|workload| !workload.template.is_empty()) {
        let template = Pointer::of(workload.template.iter().copied());
        remove(&mut editor, &template.append(&Pointer::of(["metadata", "creationTimestamp"])));
    }
    match identity.kind.as_str() {
        "Pod" => strip_pod(&mut editor),
        "Job" => strip_job(&mut editor),
        _ => {}
    }
    let object = editor.template().value();
    let (mut patch, _) = editor.finish();
    let version = Pointer::of(["metadata", "resourceVersion"]);
    if object.pointer(&version.to_string()).is_some() {
        patch.0.push(Op::Remove(version));
    }
    Cleaned { object, patch }
}

/// With the selector that it made for another Job's uid, the API server refuses to create a Job.
fn strip_job<'a, V: View<'a>>(editor: &mut Editor<V>) {
    let spec = Pointer::of(["spec"]);
    if editor.get(&spec.join("manualSelector")).and_then(View::boolean) == Some(true) {
        return;
    }
    remove(editor, &spec.join("selector"));
    // A Job without labels of its own gets those of its pods.
    for labels in [Pointer::of(["metadata", "labels"]), Pointer::of(["spec", "template", "metadata", "labels"])] {
        let mut stripped = false;
        for label in JOB_LABELS {
            stripped |= remove(editor, &labels.join(*label));
        }
        if stripped && is_empty(editor, &labels) {
            editor.remove(&labels);
        }
    }
}

fn strip_pod<'a, V: View<'a>>(editor: &mut Editor<V>) {
    remove(editor, &Pointer::of(["spec", "nodeName"]));
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let place = Pointer::of(["spec", list]);
        for index in 0..editor.list(&place).len() {
            remove_token(editor, &place.join(index.to_string()).join("volumeMounts"));
        }
    }
    remove_token(editor, &Pointer::of(["spec", "volumes"]));
}

/// Removes the token from a list of volumes or mounts, and the list when nothing else is in it.
fn remove_token<'a, V: View<'a>>(editor: &mut Editor<V>, list: &Pointer) {
    let token = |editor: &Editor<V>| {
        let is_token = |name: Option<Cow<'_, str>>| name.is_some_and(|name| name.starts_with(TOKEN_VOLUME));
        editor.list(list).into_iter().position(|item| is_token(item.text(&["name"])))
    };
    while let Some(index) = token(editor) {
        if editor.list(list).len() == 1 {
            editor.remove(list);
        } else {
            editor.remove(&list.join(index.to_string()));
        }
    }
}

fn remove<'a, V: View<'a>>(editor: &mut Editor<V>, at: &Pointer) -> bool {
    let there = editor.get(at).is_some();
    if there {
        editor.remove(at);
    }
    there
}

/// Whether an object is there without members.
fn is_empty<'a, V: View<'a>>(editor: &Editor<V>, at: &Pointer) -> bool {
    editor.get(at).is_some_and(|object| object.is_object() && object.members().is_empty())
}
