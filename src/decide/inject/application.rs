//! What is added to containers of the application: never to one that a profile adds, and never to a sidecar of another mesh.

use std::sync::Arc;

use super::applier::Applier;
use super::render::{Item, name};
use crate::decide::eligibility::is_foreign_sidecar;
use crate::decide::record;
use crate::diagnostic::Code;
use crate::profile::Targets;
use crate::profile::slot::{Clash, Home, Slot};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Adds to every container that the profile targets.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    if Slot::of(Home::Application).all(|slot| rendered.added[slot].is_empty()) {
        return;
    }
    for (list, targets) in [(Slot::InitContainers, Targets::InitContainers), (Slot::Containers, Targets::Containers)] {
        let place = list.place();
        for (index, container) in targeted(applier, &place, &targets) {
            for slot in Slot::of(Home::Application) {
                let at = place.join(index.to_string()).join(slot.field());
                let named = place.join(container.as_str()).join(slot.field());
                for item in &rendered.added[slot] {
                    element(applier, slot, (&at, &named), &container, item);
                }
            }
        }
    }
}

/// The containers of a list that the profile targets, each with its index and name.
fn targeted<'v, V: View<'v>>(applier: &Applier<'_, V>, list: &Pointer, all: &Targets) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (index, container) in applier.editor.list(list).into_iter().enumerate() {
        let name = container.text(&["name"]).unwrap_or_default().into_owned();
        // The record knows containers by name: what is added to one without a name, or with another's, could not be undone.
        // The API server refuses both.
        if name.is_empty() || seen.contains(&name) {
            continue;
        }
        seen.push(name.clone());
        let is_target = match &applier.profile.targets {
            Targets::All => true,
            Targets::Named(names) => names.contains(&name),
            targets => targets == all,
        };
        let recorded = applier.record.iter().any(|entry| entry.all_containers().any(|known| *known == name));
        let own = applier.rendered.all_containers().any(|item| item.key == name);
        if is_target && !recorded && !own && !is_foreign_sidecar(container) {
            found.push((index, name));
        }
    }
    found
}

/// Adds one element to a list of a container; `at` is the list with the container's index, `named` with its name.
fn element<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    slot: Slot,
    (at, named): (&Pointer, &Pointer),
    container: &str,
    item: &Item,
) {
    let Item { key, value } = item;
    // Without a name it could not be undone; the API server refuses it.
    if key.is_empty() || applier.has_field(&named.join(key.as_str())) {
        return;
    }
    let is_it = |found| record::element_name(found).as_deref() == Some(key.as_str());
    let found = applier.editor.list(at).into_iter().position(is_it);
    match found {
        None => applier.add_element(at, named, key, Arc::clone(value)),
        Some(index) if applier.is_at(at, index, value) => {
            let item = named.join(key.as_str());
            if applier.is_shared(&item) {
                applier.done.entry.fields.push(item.to_string());
            }
        }
        Some(index) => {
            let there = at.join(index.to_string());
            match slot.clash() {
                Clash::Conflict => conflict(applier, &there, container, item),
                Clash::Keep | Clash::Complete | Clash::Same => applier.keep(slot, key, &there),
            }
        }
    }
}

/// Two mounts at one path.
fn conflict<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, container: &str, Item { key, value }: &Item) {
    let there = applier.editor.get(at).and_then(|mount| mount.text(&["name"])).unwrap_or_default();
    let profile = &applier.profile.name;
    let message = if there == name(value) {
        format!(
            "container `{container}` mounts the volume `{there}` at `{key}` differently from the profile `{profile}`"
        )
    } else {
        let ours = name(value);
        format!(
            "container `{container}` mounts the volume `{there}` at `{key}`, where the profile `{profile}` mounts `{ours}`"
        )
    };
    applier.error(Code::Conflict, at, message, Some("mount one of the two elsewhere"));
}
