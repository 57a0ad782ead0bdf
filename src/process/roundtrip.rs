//! Warnings about what happens when an injected object is applied to a cluster.

use std::borrow::Cow;

use crate::decide::clean::Clean;
use crate::decide::facts::{Facts, Known};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::pod_security::{self, Level, Violation};
use crate::kube::workload::{self, Identity, OnApply};
use crate::value::layer::{Change, Layer};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Warnings about an object that came from a cluster and was changed.
pub(crate) fn warnings<'a, V: View<'a>>(identity: &Identity, object: V, clean: Clean) -> Vec<Diagnostic> {
    let metadata = |name: &str| object.path(&["metadata", name]);
    let mut warnings = Vec::new();
    // An object that no cluster has stored has no uid.
    let (Some(_), Clean::Keep) = (metadata("uid").or_else(|| metadata("resourceVersion")), clean) else {
        return warnings;
    };
    let warn = |at: &[&str], message: String, hint: &str| {
        Diagnostic::new(Code::RoundTrip, Pointer::of(at.iter().copied()), message).hint(hint)
    };
    let kind = &identity.kind;
    match identity.workload().map(|workload| workload.on_apply) {
        Some(OnApply::ImmutablePod) => warnings.push(warn(
            &["spec"],
            "the containers of a live Pod cannot be changed: an apply is refused".to_owned(),
            "inject what makes the pod, or use `--clean` and `kubectl replace --force`, which deletes it first",
        )),
        Some(OnApply::ImmutableTemplate) => warnings.push(warn(
            &["spec", "template"],
            format!("the template of a live {kind} is immutable: an apply is refused"),
            "inject the manifest that the object is made from, before it is created",
        )),
        Some(OnApply::PodsStay) => warnings.push(warn(
            &["spec", "template"],
            format!("an apply leaves the existing pods of a {kind} as they are: they have no sidecar until they are created again"),
            "delete the pods afterwards, one after the other",
        )),
        Some(OnApply::Rolls) => warnings.extend(held(kind, object)),
        None => {}
    }
    let owners = metadata("ownerReferences").map(View::elements).unwrap_or_default();
    let is_controller = |owner: &V| owner.member("controller").and_then(View::boolean) == Some(true);
    if let Some(owner) = owners.into_iter().find(is_controller) {
        let text = |name: &str| owner.text(&[name]).map(Cow::into_owned).unwrap_or_default();
        warnings.push(warn(
            &["metadata", "ownerReferences"],
            format!("{} `{}` owns this object and will undo the change", text("kind"), text("name")),
            "inject the owner",
        ));
    }
    if metadata("resourceVersion").is_some() {
        warnings.push(warn(
            &["metadata", "resourceVersion"],
            "an apply fails with a conflict when the live object changed after it was read".to_owned(),
            "use `--clean`, or `-o patch` with `kubectl patch --type=json --patch-file=/dev/stdin`",
        ));
    }
    warnings
}

/// Why a controller leaves pods as they are whose kind replaces them.
#[derive(Clone, Copy)]
enum Hold {
    OnDelete,
    Paused,
    Partition,
}

/// The fields that hold a roll-out, of all kinds: no kind has one of another's. The first that does is enough.
const HOLDS: &[(&[&str], Hold)] = &[
    (&["spec", "updateStrategy", "type"], Hold::OnDelete),
    (&["spec", "paused"], Hold::Paused),
    // OpenKruise's.
    (&["spec", "updateStrategy", "paused"], Hold::Paused),
    (&["spec", "updateStrategy", "rollingUpdate", "paused"], Hold::Paused),
    (&["spec", "updateStrategy", "partition"], Hold::Partition),
    // A StatefulSet's and OpenKruise's.
    (&["spec", "updateStrategy", "rollingUpdate", "partition"], Hold::Partition),
    // LeaderWorkerSet's.
    (&["spec", "rolloutStrategy", "rollingUpdateConfiguration", "partition"], Hold::Partition),
];

impl Hold {
    fn applies<'a, V: View<'a>>(self, value: V) -> bool {
        let text = value.string();
        match self {
            Self::OnDelete => text.as_deref() == Some("OnDelete"),
            Self::Paused => value.boolean() == Some(true),
            // A number of pods, or a percentage.
            Self::Partition => match text {
                Some(text) => text.trim_end_matches('%') != "0",
                None => value.unsigned().is_some_and(|number| number > 0),
            },
        }
    }
}

/// A warning about a workload whose controller does not replace its pods now, though its kind does.
fn held<'a, V: View<'a>>(kind: &str, object: V) -> Option<Diagnostic> {
    let holds = |(field, hold): &&(&[&str], Hold)| object.path(field).is_some_and(|value| hold.applies(value));
    let (field, hold) = HOLDS.iter().find(holds)?;
    let at = Pointer::of(field.iter().copied());
    let (message, hint) = match hold {
        Hold::OnDelete => (
            format!(
                "an apply leaves the existing pods of a {kind} with `OnDelete` as they are: they have no sidecar until they are created again"
            ),
            "delete the pods afterwards, one after the other".to_owned(),
        ),
        Hold::Paused => (
            format!(
                "this {kind} is paused: an apply leaves its existing pods as they are, and they have no sidecar until it goes on"
            ),
            format!("set `{at}` to false afterwards"),
        ),
        Hold::Partition => (
            format!(
                "this {kind} has a `partition`: an apply leaves the existing pods of that part as they are, and they have no sidecar until it is 0"
            ),
            format!("set `{at}` to 0 afterwards"),
        ),
    };
    Some(Diagnostic::new(Code::RoundTrip, at, message).hint(hint))
}

/// Warnings about a namespace whose Pod Security level refuses something in an injected pod that was not in the pod before.
///
/// Copies only what the checks read of the changed templates, and that only where the namespace has a level.
pub(crate) fn pod_security<'a, V: View<'a>>(
    facts: &Facts,
    object: V,
    changed: &[(Pointer, Change)],
) -> Vec<Diagnostic> {
    let Known::Yes(labels) = &facts.namespace.labels else { return Vec::new() };
    if !pod_security::has_policy(labels) {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    for (place, change) in changed {
        let Some(before) = workload::locate(object, place) else { continue };
        let Some(after) = Layer::of(Some(before), change) else { continue };
        let mut known: Vec<(Level, Violation)> = Vec::new();
        let (before, after) = (pod_security::checked_part(before), pod_security::checked_part(after));
        for (mode, level, violation) in pod_security::newly_refused(labels, &before, &after) {
            // What an enforced level refuses is not reported again for a mode that only warns.
            let same = (level, violation);
            if known.contains(&same) {
                continue;
            }
            let (_, Violation { field, container, message }) = &same;
            let of = container.as_ref().map(|name| format!(" (container `{name}`)")).unwrap_or_default();
            let message = format!(
                "the namespace `{}` has the Pod Security level `{}` ({}), which refuses the injected pod: {message}{of}",
                facts.namespace.name,
                level.name(),
                mode.name(),
            );
            warnings.push(Diagnostic::new(Code::PodSecurity, place.append(field), message));
            known.push(same);
        }
    }
    warnings
}

/// Warnings about pods whose first pull secrets are the profile's. A review has those of the ServiceAccount already.
pub(crate) fn pull_secrets<'a, V: View<'a>>(object: V, changed: &[(Pointer, Change)]) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for (place, change) in changed {
        let Some(before) = workload::locate(object, place) else { continue };
        let Some(after) = Layer::of(Some(before), change) else { continue };
        let has_none = before.path(&["spec", "imagePullSecrets"]).is_none_or(|list| list.elements().is_empty());
        if !has_none || after.path(&["spec", "imagePullSecrets"]).is_none_or(|list| list.elements().is_empty()) {
            continue;
        }
        let account = before.text(&["spec", "serviceAccountName"]).unwrap_or(Cow::Borrowed("default"));
        let message = format!(
            "the profile's `imagePullSecrets` hide those of the ServiceAccount `{account}`: a pod gets these only where it has none"
        );
        let hint = "if that ServiceAccount has pull secrets, name them in the pod template too";
        warnings.push(Diagnostic::new(Code::HidesPullSecrets, place.join("spec"), message).hint(hint));
    }
    warnings
}
