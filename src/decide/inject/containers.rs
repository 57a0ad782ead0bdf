//! Where the profile's own containers go in the pod, and what happens where the pod has one of that name.

use std::sync::Arc;

use super::applier::Applier;
use super::complete;
use super::ports::container_slots;
use super::render::{Item, Sidecar};
use crate::diagnostic::Code;
use crate::profile::Placement;
use crate::profile::slot::{Slot, SlotMap};
use crate::value::view::View;

/// Adds the containers, each at its place.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    let wanted = &applier.profile.placement;
    let is_native = rendered.has_native();
    // A classic sidecar runs once all init containers have ended, so the profile's set-up comes last: until then the user's
    // own init containers have the network as they know it. A native one runs from its place on, so it comes first, and its
    // set-up directly before it wherever it goes.
    let default = if is_native { &Placement::First } else { &Placement::Last };
    let beside = wanted.containers.as_ref().filter(|_| is_native);
    let set_up = wanted.init_containers.as_ref().or(beside).unwrap_or(default);
    let mut put: Vec<Put<'_>> = Vec::new();
    let mut names = Names::new(|slot| {
        let list = if slot.holds_containers() { applier.editor.list(slot.place()) } else { Vec::new() };
        list.into_iter().map(|container| container.text(&["name"]).unwrap_or_default().into_owned()).collect()
    });
    for item in &rendered.added[Slot::InitContainers] {
        let placement = item.placement.as_ref().unwrap_or(set_up);
        put_one(applier, (&mut put, &mut names), (Slot::InitContainers, placement), item);
    }
    for item in &rendered.added[Slot::Containers] {
        let own = item.placement.as_ref().or(wanted.containers.as_ref());
        let place = match item.sidecar {
            Sidecar::Native if item.placement.is_some() || wanted.init_containers.is_some() => {
                (Slot::InitContainers, own.unwrap_or(set_up))
            }
            Sidecar::Native => (Slot::InitContainers, set_up),
            Sidecar::Classic => (Slot::Containers, own.unwrap_or(&Placement::Last)),
        };
        put_one(applier, (&mut put, &mut names), place, item);
    }
}

/// A container that was added.
struct Put<'r> {
    slot: Slot,
    placement: &'r Placement,
    name: &'r str,
}

/// The names of the pod's containers, list by list, as they are now. One without a name has the empty one.
type Names = SlotMap<Vec<String>>;

fn position_of(names: &[String], wanted: &str) -> Option<usize> {
    names.iter().position(|name| name == wanted)
}

/// Adds a container to a list, unless the pod has it: directly after the last one with the same placement, where there is
/// one, so that they keep the profile's order.
fn put_one<'v, 'r, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    (put, names): (&mut Vec<Put<'r>>, &mut Names),
    (slot, placement): (Slot, &'r Placement),
    item: &'r Item,
) {
    let list = slot.place();
    let last = put.iter().rfind(|known| known.slot == slot && known.placement == placement).map(|known| known.name);
    let after = last.and_then(|name| position_of(&names[slot], name));
    let index = match after {
        Some(after) => after + 1,
        None => position(applier, &names[slot], slot, placement),
    };
    if is_there(applier, names, item) {
        return;
    }
    applier.ensure_list(list, list);
    let names = &mut names[slot];
    let at = if index >= names.len() { list.join("-") } else { list.element(index) };
    applier.editor.add(&at, Arc::clone(&item.value));
    names.insert(index.min(names.len()), item.key.to_string());
    // Recorded by where it is, and not by the slot that it comes from: a native sidecar is found among the init containers.
    applier.done.entry.names[slot].push(item.key.to_string());
    put.push(Put { slot, placement, name: &item.key });
}

/// Whether the pod has a container of this name. Its own one is completed where it is; one of another profile is a conflict.
fn is_there<'v, V: View<'v>>(applier: &mut Applier<'_, V>, names: &Names, item: &Item) -> bool {
    let name = item.key.as_str();
    for slot in container_slots() {
        if applier.has(slot, name) {
            return true;
        }
        let Some(index) = position_of(&names[slot], name) else { continue };
        let at = slot.place().element(index);
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
fn position<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    names: &[String],
    slot: Slot,
    placement: &Placement,
) -> usize {
    let last = names.len();
    let (wanted, index) = match placement {
        Placement::First => return 0,
        Placement::Last => return last,
        Placement::Before(wanted) => (wanted, position_of(names, wanted)),
        Placement::After(wanted) => (wanted, position_of(names, wanted).map(|index| index + 1)),
    };
    index.unwrap_or_else(|| {
        let (noun, profile) = (slot.noun(), &applier.profile.name);
        let goes = if slot == Slot::InitContainers { "what it adds there" } else { "the sidecar" };
        let message = format!(
            "the pod has no {noun} `{wanted}`, which the placement of profile `{profile}` names: {goes} goes last"
        );
        // Several containers may have the placement.
        if !applier.done.warnings.iter().any(|known| known.message == message) {
            applier.warn(Code::PlacementAbsent, slot.place(), message);
        }
        last
    })
}
