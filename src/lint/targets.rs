//! The containers of an application that a profile's targets tell apart, each with all that it gets. What two targets add counts
//! together only where one container can have both.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sample::Sample;
use crate::diagnostic::Diagnostic;
use crate::kube::validity::{self, Role};
use crate::profile::Targets;
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::Pointer;

/// A container of the application that some targets reach and others do not.
#[derive(Clone, Copy)]
struct Kind<'s> {
    /// `Containers` or `InitContainers`: the list that it is in.
    list: &'static Targets,
    /// Its name, where a target has it.
    name: Option<&'s str>,
}

impl Kind<'_> {
    fn is_reached(self, targets: &Targets) -> bool {
        match targets {
            Targets::All => true,
            Targets::Named(names) => self.name.is_some_and(|name| names.iter().any(|known| known == name)),
            list => list == self.list,
        }
    }
}

/// What an API server would refuse of what the application's containers get, at its place in the sample's pod.
pub(super) fn invalid(sample: &Sample<'_>, volumes: &BTreeSet<String>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for kind in kinds(sample) {
        let (container, indexes) = container(sample, kind);
        let place = Slot::Containers.place();
        for mut diagnostic in validity::containers(&[&container], Role::Container, volumes, place) {
            diagnostic.at = in_sample(&diagnostic.at, &indexes);
            found.push(diagnostic);
        }
    }
    found
}

/// The application's container without anything that is added to it.
pub(super) fn bare(application: &Value) -> Value {
    let mut bare = application.clone();
    if let Some(members) = bare.as_object_mut() {
        Slot::of(Home::Application).for_each(|slot| drop(members.shift_remove(slot.field())));
    }
    bare
}

fn kinds<'s>(sample: &'s Sample<'_>) -> Vec<Kind<'s>> {
    let mut names: BTreeSet<Option<&str>> = BTreeSet::from([None]);
    for (targets, _) in sample.targeted() {
        if let Targets::Named(known) = targets {
            names.extend(known.iter().map(|name| Some(name.as_str())));
        }
    }
    let lists = [&Targets::Containers, &Targets::InitContainers];
    let all = lists.into_iter().flat_map(|list| names.iter().map(move |name| Kind { list, name: *name }));
    // An expression that looks for the sample's container finds it among `containers`.
    all.filter(|kind| *kind.list == Targets::Containers || kind.name != Some(sample.application())).collect()
}

/// The container of a kind, and of each slot the indexes in the sample of what it gets.
fn container(sample: &Sample<'_>, kind: Kind<'_>) -> (Value, Vec<(Slot, Vec<usize>)>) {
    let mut container = bare(sample.pod().pointer("/spec/containers/0").unwrap_or(&Value::Null));
    let mut indexes = Vec::new();
    for slot in Slot::of(Home::Application) {
        let parts = sample.targeted().into_iter();
        let items = parts.flat_map(|(targets, added)| added[slot].iter().map(move |item| (targets, item)));
        let reached: Vec<_> = items.enumerate().filter(|(_, (targets, _))| kind.is_reached(targets)).collect();
        container[slot.field()] = reached.iter().map(|(_, (_, item))| Value::clone(&item.value)).collect();
        indexes.push((slot, reached.iter().map(|(index, _)| *index).collect()));
    }
    (container, indexes)
}

/// The place in the sample's one container of a place in a container of some kind.
fn in_sample(at: &Pointer, indexes: &[(Slot, Vec<usize>)]) -> Pointer {
    let mut tokens = at.tokens().to_vec();
    if let [_, _, _, field, index, ..] = tokens.as_mut_slice() {
        let of_slot = indexes.iter().find(|(slot, _)| slot.field() == field.as_str()).map(|(_, known)| known);
        let known = index.parse::<usize>().ok().and_then(|index| of_slot?.get(index));
        if let Some(known) = known {
            *index = known.to_string().into();
        }
    }
    Pointer::of(tokens)
}
