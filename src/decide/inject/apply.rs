//! One rendered profile put into one pod template: what the pod has already stays, what clashes is an error that names both
//! sides, and all that is added is recorded.

use std::sync::Arc;

use serde_json::Value;

use super::applier::{Applied, Applier};
use super::editor::Editor;
use super::render::{Existing, Item};
use super::{application, conflict, containers, pod, texts};
use crate::decide::record::{self, listed};
use crate::diagnostic::Code;
use crate::kube::defaults::DefaultsOf;
use crate::profile::Policy;
use crate::profile::slot::{Clash, Home, Slot};
use crate::value::pointer::Pointer;
use crate::value::view::View;

impl<'v, V: View<'v>> Applier<'_, V> {
    /// Adds everything. Where there are errors, the template is half changed, and the caller drops it.
    ///
    /// The order matters. The metadata comes first: the annotations must be there for the record. The application's
    /// containers come before the profile's own, which would move their indexes, and must not be taken for the
    /// application's. The checks come last, since they look at the template as a whole.
    pub(super) fn run(mut self) -> Applied {
        let entry = &mut self.done.entry;
        self.profile.name.clone_into(&mut entry.profile);
        env!("CARGO_PKG_VERSION").clone_into(&mut entry.version);
        self.rendered.hash.clone_into(&mut entry.hash);
        self.metadata();
        application::add(&mut self);
        containers::add(&mut self);
        for slot in Slot::of(Home::Spec).filter(|slot| !slot.holds_containers()) {
            self.list(slot);
        }
        pod::add(&mut self);
        pod::add_elements(&mut self);
        conflict::check(&mut self);
        pod::check(&mut self);
        self.effect();
        self.done
    }

    /// Warns where a pod opted in and gets nothing for it. `targets` that are absent say so already.
    fn effect(&mut self) {
        let Applied { entry, completed, warnings, .. } = &self.done;
        let has_pod = entry.overwritten().next().is_some() || !entry.pod.is_empty();
        let has_effect = !completed.is_empty()
            || has_pod
            || !entry.fields.is_empty()
            || !entry.edited.is_empty()
            || entry.names.iter().any(|(_, names)| !names.is_empty());
        if has_effect || warnings.iter().any(|known| known.code == Code::TargetsAbsent) || !self.is_opted_in() {
            return;
        }
        let profile = &self.profile.name;
        let message = format!(
            "the profile `{profile}` changes nothing in this pod, which opted in: the pod has all that it adds"
        );
        self.warn(Code::NoEffect, &Pointer::of(["spec"]), message);
    }

    /// Whether someone asked for the profile: for this pod, or for all that it is injected into.
    fn is_opted_in(&self) -> bool {
        let says = |member: &str, key: &Option<String>, values: &[String]| {
            let found = key.as_ref().and_then(|key| self.editor.template().text(&["metadata", member, key]));
            found.is_some_and(|found| values.iter().any(|value| *value == *found))
        };
        self.profile.policy == Policy::OptIn
            || self.profile.pod_switch.as_ref().is_some_and(|switch| {
                says("annotations", &switch.annotation, &switch.inject) || says("labels", &switch.label, &switch.inject)
            })
    }

    fn metadata(&mut self) {
        // The record goes there in any case.
        let annotations = Slot::Annotations.place();
        if let Some((metadata, _)) = annotations.split_last() {
            self.ensure_object(&metadata);
        }
        self.ensure_object(annotations);
        let rendered = self.rendered;
        for slot in Slot::of(Home::Metadata) {
            let place = slot.place();
            for item in rendered.added[slot].iter().filter(|item| !self.has(slot, &item.key)).collect::<Vec<_>>() {
                self.entry_of_map(slot, place, item);
            }
        }
    }

    fn entry_of_map(&mut self, slot: Slot, place: &Pointer, Item { key, value, existing, .. }: &Item) {
        let at = place.join(key.clone());
        if slot == Slot::Annotations && self.names_of_list(&at, key, value) {
            return;
        }
        match self.editor.get(&at) {
            None => {
                self.ensure_object(place);
                self.editor.add(&at, Arc::clone(value));
                self.done.entry.names[slot].push(key.to_string());
            }
            Some(found) if !found.equals(value) => match existing {
                Existing::Keep => self.keep(slot, key, &at),
                _ if slot == Slot::Labels && self.beside.selects.iter().any(|known| key == known) => {
                    let profile = &self.profile.name;
                    let message = format!(
                        "the workload selects its pods by the label `{key}`, so the profile `{profile}` cannot change it"
                    );
                    self.error(Code::Conflict, &at, message, None);
                }
                Existing::Overwrite => texts::overwrite(self, (slot, key), &at, value),
                Existing::Extend(text, _) => texts::add(self, &at, &at, text),
            },
            Some(_) => self.share(slot, key, &at),
        }
    }

    /// Adds names to an annotation that is a list of names; `false` where it is no such list.
    fn names_of_list(&mut self, at: &Pointer, key: &str, value: &Value) -> bool {
        let Some(wanted) = value.as_str().filter(|wanted| listed::is_list(key, wanted)) else { return false };
        let there = match self.editor.get(at) {
            None => None,
            Some(found) => match found.string().filter(|list| listed::is_list(key, list)) {
                Some(list) => Some(list.into_owned()),
                None => return false,
            },
        };
        let list = there.as_deref().unwrap_or_default();
        let mut added = Vec::new();
        for name in listed::names(wanted) {
            let named = at.join(name);
            let is_there = listed::names(list).chain(added.iter().copied()).any(|known| known == name);
            if !is_there {
                added.push(name);
            }
            if !self.has_field(&named) && (!is_there || self.is_shared(&named)) {
                self.done.entry.fields.push(named.to_string());
            }
        }
        if there.is_none() {
            self.editor.add(at, Arc::new(Value::String(listed::with("", &added))));
            self.done.entry.created.push(at.to_string());
        } else if !added.is_empty() {
            self.editor.replace(at, Value::String(listed::with(list, &added)));
        }
        true
    }

    /// Elements of a list of the pod's spec: by name, after those that are there.
    fn list(&mut self, slot: Slot) {
        let rendered = self.rendered;
        let at = slot.place();
        for Item { key, value, .. } in &rendered.added[slot] {
            if self.has(slot, key) {
                continue;
            }
            let found =
                self.editor.list(at).iter().position(|item| slot.key_of(*item).as_deref() == Some(key.as_str()));
            match found {
                Some(index)
                    if slot.clash() == Clash::Conflict
                        && !self.is_stored_at(at, index, (DefaultsOf::Volume, value)) =>
                {
                    self.conflict(slot, key, &at.element(index));
                }
                Some(index) if slot.clash() == Clash::Keep && !self.is_at(at, index, value) => {
                    self.keep(slot, key, &at.element(index));
                }
                Some(_) => self.share(slot, key, &at.join(key.clone())),
                None if slot == Slot::Volumes && self.beside.claims.iter().any(|known| key == known) => {
                    let profile = &self.profile.name;
                    let message = format!(
                        "the profile `{profile}` adds a volume `{key}`, and this object has a volume claim template of that name"
                    );
                    self.error(Code::Conflict, &Pointer::of(["spec"]), message, RENAME);
                }
                None => {
                    self.ensure_list(at, at);
                    self.editor.add(&at.join("-"), Arc::clone(value));
                    self.done.entry.names[slot].push(key.to_string());
                }
            }
        }
    }

    fn conflict(&mut self, slot: Slot, key: &str, at: &Pointer) {
        let owner = self.record.iter().find(|entry| entry.names[slot].iter().any(|known| known == key));
        let theirs = owner.map_or_else(|| "the pod".to_owned(), |entry| format!("the profile `{}`", entry.profile));
        let (profile, noun) = (&self.profile.name, slot.noun());
        let message =
            format!("the profile `{profile}` adds a {noun} `{key}`, and {theirs} has a different one of that name");
        self.error(Code::Conflict, at, message, RENAME);
    }

    fn share(&mut self, slot: Slot, key: &str, named: &Pointer) {
        if self.is_shared(named) {
            self.done.entry.names[slot].push(key.to_owned());
        }
    }
}

/// Puts the text of a record into the template, or takes the record out of it; the annotations are there, since the entry's
/// profile made sure of them.
pub(crate) fn write_record<'v, V: View<'v>>(editor: &mut Editor<V>, record: Option<String>) {
    let at = Pointer::of(["metadata", "annotations", record::ANNOTATION]);
    let is_there = editor.get(&at).is_some();
    match (record, is_there) {
        (None, true) => editor.remove(&at),
        (None, false) => {}
        (Some(record), true) => editor.replace(&at, Value::String(record)),
        (Some(record), false) => editor.add(&at, Value::String(record)),
    }
}

/// The way out of two things of one name.
const RENAME: Option<&str> = Some("rename one of the two");
