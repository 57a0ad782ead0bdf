//! Where the profile's own containers go in the pod, and what happens where the pod has one of that name.

use std::sync::Arc;

use super::applier::Applier;
use super::complete;
use super::render::{Item, Sidecar, is_named};
use crate::diagnostic::Code;
use crate::profile::Placement;
use crate::profile::slot::Slot;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Adds the containers, each at its place.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    let wanted = &applier.profile.placement;
    let is_native = rendered.sidecar == Sidecar::Native;
    // A classic sidecar runs once all init containers have ended, so the profile's set-up comes last: until then the user's
    // own init containers have the network as they know it. A native one runs from its place on, so it comes first, and its
    // set-up directly before it wherever it goes.
    let default = if is_native { &Placement::First } else { &Placement::Last };
    let beside = wanted.containers.as_ref().filter(|_| is_native);
    let set_up = wanted.init_containers.as_ref().or(beside).unwrap_or(default);
    let mut next = position(applier, Slot::InitContainers, set_up);
    for item in &rendered.added[Slot::InitContainers] {
        next = put(applier, Slot::InitContainers, next, item);
    }
    let (slot, mut next) = match (rendered.sidecar, &wanted.containers) {
        (Sidecar::Native, Some(own)) if wanted.init_containers.is_some() => {
            (Slot::InitContainers, position(applier, Slot::InitContainers, own))
        }
        (Sidecar::Native, _) => (Slot::InitContainers, next),
        (Sidecar::Classic, own) => {
            (Slot::Containers, position(applier, Slot::Containers, own.as_ref().unwrap_or(&Placement::Last)))
        }
    };
    for item in &rendered.added[Slot::Containers] {
        next = put(applier, slot, next, item);
    }
}

/// Adds a container at an index of a list, unless the pod has it, and returns the index for the next one.
fn put<'v, V: View<'v>>(applier: &mut Applier<'_, V>, slot: Slot, index: usize, item: &Item) -> usize {
    if is_there(applier, item) {
        return index;
    }
    let list = slot.place();
    applier.ensure_list(&list, &list);
    let end = applier.editor.list(&list).len();
    let token = if index >= end { "-".to_owned() } else { index.to_string() };
    applier.editor.add(&list.join(token), Arc::clone(&item.value));
    // Recorded by where it is, and not by the slot that it comes from: a native sidecar is found among the init containers.
    applier.done.entry.names[slot].push(item.key.clone());
    index + 1
}

/// Whether the pod has a container of this name. Its own one is completed where it is; one of another profile is a conflict.
fn is_there<'v, V: View<'v>>(applier: &mut Applier<'_, V>, item: &Item) -> bool {
    let name = item.key.as_str();
    for slot in Slot::ALL.into_iter().filter(|slot| slot.holds_containers()) {
        if applier.has(slot, name) {
            return true;
        }
        let list = slot.place();
        let Some(index) = applier.editor.list(&list).iter().position(|found| is_named(*found, name)) else {
            continue;
        };
        let at = list.join(index.to_string());
        let owner = applier.record.iter().find(|entry| entry.all_containers().any(|known| known == name));
        if let Some(owner) = owner {
            let (theirs, ours) = (&owner.profile, &applier.profile.name);
            let message = format!("the profiles `{theirs}` and `{ours}` both add a container `{name}`");
            applier.error(Code::Conflict, &at, message, Some("rename one of the two"));
        } else {
            complete::container(applier, slot, &at, item);
            applier.done.completed.push(name.to_owned());
        }
        return true;
    }
    false
}

/// The index in a list for the first container that goes to this place.
fn position<'v, V: View<'v>>(applier: &mut Applier<'_, V>, slot: Slot, placement: &Placement) -> usize {
    let list: Pointer = slot.place();
    let containers = applier.editor.list(&list);
    let last = containers.len();
    let find = |wanted: &str| containers.iter().position(|container| is_named(*container, wanted));
    let (wanted, index) = match placement {
        Placement::First => return 0,
        Placement::Last => return last,
        Placement::Before(wanted) => (wanted, find(wanted)),
        Placement::After(wanted) => (wanted, find(wanted).map(|index| index + 1)),
    };
    index.unwrap_or_else(|| {
        let (noun, profile) = (slot.noun(), &applier.profile.name);
        let goes = if slot == Slot::InitContainers { "what it adds there" } else { "the sidecar" };
        let message = format!(
            "the pod has no {noun} `{wanted}`, which the placement of profile `{profile}` names: {goes} goes last"
        );
        applier.warn(Code::PlacementAbsent, &list, message);
        last
    })
}
