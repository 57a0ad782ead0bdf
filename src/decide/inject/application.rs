//! What is added to containers of the application: never to one that a profile adds, and never to a sidecar of another mesh.

use std::collections::HashSet;
use std::sync::Arc;

use super::applier::Applier;
use super::mounts;
use super::order;
use super::render::{Existing, ForContainers, Item};
use super::rewrites;
use super::texts;
use crate::decide::eligibility::is_foreign_sidecar;
use crate::decide::record::{self, Entry};
use crate::diagnostic::Code;
use crate::kube::defaults::DefaultsOf;
use crate::profile::slot::{Clash, Home, Slot};
use crate::profile::{EnvPlacement, Targets};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Adds to every container that the profile targets.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let (rendered, profile) = (applier.rendered, applier.profile);
    if rendered.for_containers(profile).next().is_none() {
        return;
    }
    let lists = [(Slot::InitContainers, Targets::InitContainers), (Slot::Containers, Targets::Containers)];
    // Nothing below changes which containers there are.
    let lists = lists.map(|(list, targets)| (list, targets, of_application(applier, list)));
    let mut with_variables: Vec<(Pointer, Pointer)> = Vec::new();
    let mut known: HashSet<(Slot, usize)> = HashSet::new();
    for part in rendered.for_containers(profile) {
        let mut found = 0_usize;
        for (list, of_list, containers) in &lists {
            let place = list.place();
            for (index, container) in containers.iter().filter(|(_, name)| part.is_for(of_list, name)) {
                found += 1;
                let of_container = (&place.element(*index), &place.join(container.as_str()));
                rewrites::apply(applier, of_container, part.rewrites);
                elements(applier, of_container, container, part);
                if !part.added[Slot::Env].is_empty() && known.insert((*list, *index)) {
                    let env = Slot::Env.field();
                    with_variables.push((of_container.0.join(env), of_container.1.join(env)));
                }
            }
        }
        // A block that was made for one container is not for what the pod does not have.
        if found == 0 && part.only.is_none() {
            targets_absent(applier, part.targets);
        }
    }
    for (at, named) in &with_variables {
        order::check(applier, at, named);
    }
}

/// Adds to the lists of one container; `at` is the container with its index, `named` with its name.
fn elements<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    (at, named): (&Pointer, &Pointer),
    container: &str,
    part: ForContainers<'_>,
) {
    for slot in Slot::of(Home::Application) {
        let (at, named) = (at.join(slot.field()), named.join(slot.field()));
        let mut first = 0;
        for item in &part.added[slot] {
            match (slot, item.at.unwrap_or(part.env_placement)) {
                (Slot::EnvFrom, _) | (Slot::Env, EnvPlacement::First) => {
                    first = element(applier, slot, (&at, &named, first), container, item);
                }
                _ => drop(element(applier, slot, (&at, &named, usize::MAX), container, item)),
            }
        }
    }
}

/// Warns that nothing was added to the application.
fn targets_absent<'v, V: View<'v>>(applier: &mut Applier<'_, V>, targets: &Targets) {
    let profile = &applier.profile.name;
    let meant = match targets {
        Targets::Named(names) if names.is_empty() => return,
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

impl ForContainers<'_> {
    /// Whether it is for the container of this name in the list that these targets mean.
    fn is_for(&self, of_list: &Targets, name: &String) -> bool {
        self.only.is_none_or(|only| only == name)
            && match self.targets {
                Targets::All => true,
                Targets::Named(names) => names.contains(name),
                targets => targets == of_list,
            }
    }
}

/// The containers of a list that are the application's, each with its index and name.
///
/// The record knows containers by name: what is added to one without a name, or with another's, could not be undone. The API
/// server refuses both.
fn of_application<'v, V: View<'v>>(applier: &Applier<'_, V>, list: Slot) -> Vec<(usize, String)> {
    let of_profiles = applier.record.iter().flat_map(Entry::all_containers).map(String::as_str);
    let of_profiles: HashSet<&str> =
        of_profiles.chain(applier.rendered.all_containers().map(|item| item.key.as_str())).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (index, container) in applier.editor.list(list.place()).into_iter().enumerate() {
        let name = container.text(&["name"]).unwrap_or_default().into_owned();
        let is_new = !name.is_empty() && seen.insert(name.clone());
        if is_new && !of_profiles.contains(name.as_str()) && !is_foreign_sidecar(container) {
            found.push((index, name));
        }
    }
    found
}

/// Adds one element to a list of a container, and returns the index for the next one; `at` is the list with the container's
/// index, `named` with its name, `index` where the element goes.
fn element<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    slot: Slot,
    (at, named, index): (&Pointer, &Pointer, usize),
    container: &str,
    item: &Item,
) -> usize {
    let Item { key, value, .. } = item;
    // Without a name it could not be undone; the API server refuses it.
    if key.is_empty() || applier.has_field(&named.join(key.as_str())) {
        return index;
    }
    let list = applier.editor.list(at);
    let end = list.len();
    let index = index.min(end);
    let names: Vec<Option<String>> = list.iter().map(|found| record::element_name(*found)).collect();
    let is_it = |found: &Option<String>| {
        found.as_deref().is_some_and(|found| match slot {
            Slot::VolumeMounts => mounts::is_same_place(found, key),
            _ => found == key,
        })
    };
    let there = names.iter().position(is_it);
    let is_equal = there.is_some_and(|there| match slot {
        Slot::VolumeMounts => list.get(there).is_some_and(|found| mounts::is_equal(*found, key, value)),
        Slot::Env => applier.is_stored_at(at, there, (DefaultsOf::EnvVar, value)),
        Slot::EnvFrom => applier.is_stored_at(at, there, (DefaultsOf::EnvFromSource, value)),
        _ => list.get(there).is_some_and(|found| found.equals(value)),
    });
    match there {
        None => {
            if slot == Slot::VolumeMounts {
                mounts::nested(applier, at, container, item);
            }
            let token = if index >= end { "-".to_owned() } else { index.to_string() };
            applier.add_element((at, &token), named, key, Arc::clone(value));
            return index + 1;
        }
        Some(there) => {
            let known = named.join(names.get(there).and_then(Option::as_deref).unwrap_or(key));
            already_there(applier, slot, (&at.element(there), &known, is_equal), container, item);
        }
    }
    index
}

/// What comes of an element whose name a container has already; `at` is what is there, with indexes, and `named` with names.
fn already_there<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    slot: Slot,
    (at, named, is_equal): (&Pointer, &Pointer, bool),
    container: &str,
    item: &Item,
) {
    let is_shared = is_equal && applier.is_shared(named);
    match &item.existing {
        _ if is_shared => applier.done.entry.fields.push(named.to_string()),
        Existing::Extend(text, on_value_from) => texts::to_variable(applier, (at, named), text, *on_value_from),
        Existing::Keep | Existing::Overwrite if is_equal => {}
        Existing::Keep | Existing::Overwrite => match slot.clash() {
            Clash::Conflict => mounts::conflict(applier, at, container, item),
            Clash::Keep | Clash::Complete | Clash::Same => applier.keep(slot, &item.key, at),
        },
    }
}
