//! What clashes once everything is added, and what an API server would refuse of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::applier::Applier;
use super::ports::{self, container_slots};
use super::render::{mounted, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::validity;
use crate::profile::slot::{Home, Slot, Validity};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Checks all that the profile added against the rest of the template.
pub(super) fn check<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    ports::check(applier);
    reserved_user(applier);
    valid(applier);
}

/// The sidecar's own traffic is recognized by its user id, so that of an application with the same id would not be captured.
fn reserved_user<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    let Some(reserved) = &rendered.reserved_user else { return };
    let pod_user = applier.editor.template().path(&["spec", "securityContext", "runAsUser"]).map(View::value);
    let mut found = Vec::new();
    for place in container_slots().map(Slot::place) {
        for (index, container) in applier.editor.list(place).into_iter().enumerate() {
            let name = container.text(&["name"]).unwrap_or_default();
            let user = container.path(&["securityContext", "runAsUser"]).map(View::value).or_else(|| pod_user.clone());
            if user.as_ref() == Some(reserved) && !rendered.all_containers().any(|own| *own.key == *name) {
                found.push((place.element(index), name.into_owned()));
            }
        }
    }
    for (at, container) in found {
        let profile = &applier.profile.name;
        let message = format!(
            "container `{container}` runs as user {reserved}, which the profile `{profile}` keeps for its own container"
        );
        applier.error(Code::Conflict, &at, message, Some("give one of the two another user id"));
    }
}

/// What is added is checked as the API server would check it.
fn valid<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let volumes: BTreeSet<String> = applier
        .editor
        .list(Slot::Volumes.place())
        .into_iter()
        .map(|volume| volume.text(&["name"]).unwrap_or_default().into_owned())
        .chain(applier.beside.claims.iter().cloned())
        .collect();
    let rendered = applier.rendered;
    let is_masked = applier.editor.template().path(&["spec", "hostUsers"]).and_then(View::boolean) != Some(false);
    let masked = |container: &Value| unmasked(container).filter(|_| is_masked);
    for slot in Slot::of(Home::Spec) {
        match slot.validity() {
            Validity::Container(role) => each(applier, slot, |applier, container| {
                let completed = applier.done.completed.iter().any(|own| own == name(container));
                // Most containers are added just as they were rendered, and were checked then.
                let as_rendered = !completed && rendered.has_sound_container(name(container));
                let mut found = Vec::new();
                if !(as_rendered && mounted(container).all(|volume| volumes.contains(volume))) {
                    found = validity::containers(&[container], role, &volumes, &Pointer::root());
                }
                found.extend(masked(container));
                found
            }),
            // Volumes are added just as they were rendered, and were checked then.
            Validity::Volume => each(applier, slot, |_, volume| match rendered.has_sound_volume(name(volume)) {
                true => Vec::new(),
                false => validity::volumes(&[volume], &Pointer::root()),
            }),
            Validity::Alone(..) | Validity::Schema => {}
        }
    }
    absent_volumes(applier, &volumes);
    // What is wrong with these is wrong in the profile: they have no place of their own in the pod.
    for (what, fault) in &rendered.faults {
        let message = format!("{what} of the profile `{}`: {}", applier.profile.name, fault.message);
        applier.error(Code::Invalid, &Pointer::root(), message, fault.hint.as_deref());
    }
}

/// Volumes that the application's containers would mount, and that are not there.
fn absent_volumes<'v, V: View<'v>>(applier: &mut Applier<'_, V>, volumes: &BTreeSet<String>) {
    let rendered = applier.rendered;
    if !applier.done.entry.fields.iter().any(|field| field.contains("/volumeMounts/")) {
        return;
    }
    for mount in rendered.application_items(Slot::VolumeMounts) {
        let volume = name(&mount.value);
        if !volumes.contains(volume) {
            let profile = &applier.profile.name;
            let message = format!(
                "the profile `{profile}` mounts the volume `{volume}` into the application's containers, and the pod has no such volume"
            );
            let at = Slot::Volumes.place();
            applier.error(Code::Invalid, at, message, Some("add the volume to the profile"));
        }
    }
}

/// Reports what is wrong with each element that was added to a list of the pod's spec.
fn each<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    slot: Slot,
    check: impl Fn(&Applier<'_, V>, &Value) -> Vec<Diagnostic>,
) {
    let place = slot.place();
    let done = &applier.done;
    let is_added = |name: &str| {
        let completed = slot.holds_containers() && done.completed.iter().any(|added| added == name);
        completed || done.entry.names[slot].iter().any(|added| added == name)
    };
    // A native sidecar is an init container, and its profile calls it a container.
    let noun = if slot.holds_containers() { Slot::Containers.noun() } else { slot.noun() };
    let mut found = Vec::new();
    for (index, item) in applier.editor.list(place).into_iter().enumerate() {
        if !is_added(&item.text(&["name"]).unwrap_or_default()) {
            continue;
        }
        let item = &*item.as_value();
        for diagnostic in check(applier, item) {
            // It was checked as the only element of a list.
            let inner = diagnostic.at.tokens().iter().skip(1).cloned();
            let at = place.element(index).append(&Pointer::of(inner));
            let profile = &applier.profile.name;
            let message = format!("{noun} `{}` of the profile `{profile}`: {}", name(item), diagnostic.message);
            found.push((at, message, diagnostic.hint));
        }
    }
    for (at, message, hint) in found {
        applier.error(Code::Invalid, &at, message, hint.as_deref());
    }
}

/// The one rule about a container that depends on the rest of the pod: what is unmasked has to be in a user namespace.
fn unmasked(container: &Value) -> Option<Diagnostic> {
    let is_unmasked = container.text(&["securityContext", "procMount"])? == "Unmasked";
    let at = || Pointer::of(["0", "securityContext", "procMount"]);
    is_unmasked
        .then(|| Diagnostic::new(Code::Invalid, at(), "`procMount: Unmasked` is for pods with `hostUsers: false`"))
}
