//! `--clean`: removes from a live object the fields that a cluster fills in, so that it reads like a manifest again.

use std::borrow::Cow;

use serde_json::Value;

use crate::decide::inject::editor::Editor;
use crate::kube::workload::{self, Identity};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What to do with fields that a cluster fills in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clean {
    /// Leave them.
    #[default]
    Keep,
    /// Remove them.
    Strip,
}

/// Members of `metadata` that the API server writes, beside the resourceVersion.
const METADATA: &[&str] = &["uid", "generation", "creationTimestamp", "managedFields", "selfLink"];

/// Labels that the API server gives a Job and its pods, and refuses in a manifest (`generateSelector` in
/// pkg/registry/batch/job).
const JOB_LABELS: &[&str] =
    &["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/// Annotations that kubectl and controllers write.
const ANNOTATIONS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "deprecated.deployment.rollback.revisionNumber",
];

/// The beginning of the name of the volume with which the API server mounts a service account's token.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// A live object without the fields that a cluster fills in, and the patch that removes them.
pub(crate) struct Cleaned {
    /// It keeps its resourceVersion, which tells the rules that the object is live.
    pub(crate) object: Value,
    /// It removes the resourceVersion too.
    pub(crate) patch: Patch,
}

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
    // An API server returns templates with `creationTimestamp: null`.
    for template in workload::templates(identity, object, &[]).into_iter().filter(|place| !place.is_root()) {
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

/// The API server made the selector for this Job's uid, and refuses to create another Job with it.
fn strip_job<'a, V: View<'a>>(editor: &mut Editor<V>) {
    let spec = Pointer::of(["spec"]);
    if editor.get(&spec.join("manualSelector")).and_then(View::boolean) == Some(true) {
        return;
    }
    remove(editor, &spec.join("selector"));
    // A Job without labels gets those of its pods.
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
            remove_token(editor, &place.element(index).join("volumeMounts"));
        }
    }
    remove_token(editor, &Pointer::of(["spec", "volumes"]));
}

/// Removes the token from a list of volumes or mounts, and the list itself where nothing else is in it.
fn remove_token<'a, V: View<'a>>(editor: &mut Editor<V>, list: &Pointer) {
    let token = |editor: &Editor<V>| {
        let is_token = |name: Option<Cow<'_, str>>| name.is_some_and(|name| name.starts_with(TOKEN_VOLUME));
        editor.list(list).into_iter().position(|item| is_token(item.text(&["name"])))
    };
    while let Some(index) = token(editor) {
        if editor.list(list).len() == 1 {
            editor.remove(list);
        } else {
            editor.remove(&list.element(index));
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

/// Whether there is an object here, without members.
fn is_empty<'a, V: View<'a>>(editor: &Editor<V>, at: &Pointer) -> bool {
    editor.get(at).is_some_and(|object| object.is_object() && object.members().is_empty())
}
