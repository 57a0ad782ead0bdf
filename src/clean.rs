//! `--clean`: the fields that a cluster fills in, removed from a live object so that it reads like a manifest again.

use serde_json::Value;

use crate::inject::editor::Editor;
use crate::patch::{Op, Patch};
use crate::pointer::Pointer;
use crate::workload::Identity;

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
pub(crate) fn strip(object: Value, identity: &Identity) -> Cleaned {
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
    if stripped && editor.get(&annotations).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
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
    let (mut patch, object) = editor.finish();
    let version = Pointer::of(["metadata", "resourceVersion"]);
    if object.pointer(&version.to_string()).is_some() {
        patch.0.push(Op::Remove(version));
    }
    Cleaned { object, patch }
}

/// With the selector that it made for another Job's uid, the API server refuses to create a Job.
fn strip_job(editor: &mut Editor) {
    let spec = Pointer::of(["spec"]);
    if editor.get(&spec.join("manualSelector")) == Some(&Value::Bool(true)) {
        return;
    }
    remove(editor, &spec.join("selector"));
    // A Job without labels of its own gets those of its pods.
    for labels in [Pointer::of(["metadata", "labels"]), Pointer::of(["spec", "template", "metadata", "labels"])] {
        let mut stripped = false;
        for label in JOB_LABELS {
            stripped |= remove(editor, &labels.join(*label));
        }
        if stripped && editor.get(&labels).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
            editor.remove(&labels);
        }
    }
}

fn strip_pod(editor: &mut Editor) {
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
fn remove_token(editor: &mut Editor, list: &Pointer) {
    let is_token =
        |item: &Value| item.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with(TOKEN_VOLUME));
    while let Some(index) = editor.list(list).iter().position(is_token) {
        if editor.list(list).len() == 1 {
            editor.remove(list);
        } else {
            editor.remove(&list.join(index.to_string()));
        }
    }
}

fn remove(editor: &mut Editor, at: &Pointer) -> bool {
    let there = editor.get(at).is_some();
    if there {
        editor.remove(at);
    }
    there
}
