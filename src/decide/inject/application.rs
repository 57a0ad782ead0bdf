//! What is added to containers of the application: never to one that a profile adds, and never to a sidecar of another mesh.

use std::sync::Arc;

use super::applier::Applier;
use super::mounts;
use super::render::Item;
use crate::decide::eligibility::is_foreign_sidecar;
use crate::decide::record;
use crate::diagnostic::Code;
use crate::profile::Targets;
use crate::profile::slot::{Clash, Home, Slot};
use crate::value::pointer::Pointer;
use crate::value::view::{self, View};

/// Adds to every container that the profile targets.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    if Slot::of(Home::Application).all(|slot| rendered.added[slot].is_empty()) {
        return;
    }
    let mut found = 0_usize;
    for (list, targets) in [(Slot::InitContainers, Targets::InitContainers), (Slot::Containers, Targets::Containers)] {
        let place = list.place();
        for (index, container) in targeted(applier, &place, &targets) {
            found += 1;
            for slot in Slot::of(Home::Application) {
                let at = place.join(index.to_string()).join(slot.field());
                let named = place.join(container.as_str()).join(slot.field());
                for item in &rendered.added[slot] {
                    element(applier, slot, (&at, &named), &container, item);
                }
            }
        }
    }
    if found == 0 {
        targets_absent(applier);
    }
}

/// Warns that nothing was added to the application.
fn targets_absent<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let profile = &applier.profile.name;
    let meant = match &applier.profile.targets {
        Targets::Named(names) => {
            format!("container `{}`", names.join("` or `"))
        }
        Targets::InitContainers => "init container of its own".to_owned(),
        Targets::All | Targets::Containers => "container of its own".to_owned(),
    };
    let message = format!(
        "the pod has no {meant}, where the profile `{profile}` adds to the application: nothing is added there"
    );
    applier.warn(Code::TargetsAbsent, &Pointer::of(["spec"]), message);
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
    let list = applier.editor.list(at);
    let names: Vec<Option<String>> = list.iter().map(|found| record::element_name(*found)).collect();
    let is_it = |found: &Option<String>| {
        found.as_deref().is_some_and(|found| match slot {
            Slot::VolumeMounts => mounts::is_same_place(found, key),
            _ => found == key,
        })
    };
    let index = names.iter().position(is_it);
    let is_equal = index.and_then(|index| list.get(index)).is_some_and(|found| match slot {
        Slot::VolumeMounts => mounts::is_equal(*found, key, value),
        _ => view::equals(*found, value),
    });
    match index {
        None => {
            if slot == Slot::VolumeMounts {
                mounts::nested(applier, at, container, item);
            }
            applier.add_element(at, named, key, Arc::clone(value));
        }
        Some(index) if is_equal => {
            let known = names.get(index).and_then(Option::as_deref).unwrap_or(key);
            let item = named.join(known);
            if applier.is_shared(&item) {
                applier.done.entry.fields.push(item.to_string());
            }
        }
        Some(index) => {
            let there = at.join(index.to_string());
            match slot.clash() {
                Clash::Conflict => mounts::conflict(applier, &there, container, item),
                Clash::Keep | Clash::Complete | Clash::Same => applier.keep(slot, key, &there),
            }
        }
    }
}
