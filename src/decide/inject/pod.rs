//! Fields of the pod's spec: set where the pod has no value of its own, and undone.
//!
//! What the API server would fill in, and null, count as no value, so that a manifest and the pod that a webhook sees come
//! to the same.

use std::sync::Arc;

use serde_json::Value;

use super::applier::Applier;
use super::editor::Editor;
use super::render::{PodItem, Rendered, RenderedPod};
use crate::decide::record::{Entry, PodUndo};
use crate::diagnostic::Code;
use crate::kube::validity;
use crate::profile::pod::{OnConflict, PodField};
use crate::value::pointer::Pointer;
use crate::value::view::View;

mod lists;

pub(super) use lists::add as add_elements;

/// Sets what the profile sets.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    for item in &rendered.pod.fields {
        let place = item.field.place().to_string();
        if applier.own.is_none_or(|own| own.pod_undo(&place).is_none()) {
            set(applier, item, &place);
        }
    }
}

fn set<'v, V: View<'v>>(applier: &mut Applier<'_, V>, item: &PodItem, place: &str) {
    let PodItem { field, value, on_conflict } = item;
    let holder = applier.record.iter().rev().find(|entry| entry.pod_undo(place).is_some());
    let Some(found) = field.seen(applier.editor.template()) else { return write(applier, *field, value, place) };
    if found == **value {
        // Both entries then undo the same, and the last of them does.
        if let Some(undo) = holder.and_then(|entry| entry.pod_undo(place)) {
            applier.done.entry.set_pod_undo(place, Some(undo));
        }
        return;
    }
    if holder.is_none() && field.default().is_some_and(|default| default == found) {
        return write(applier, *field, value, place);
    }
    let at = field.place();
    match (on_conflict, found.as_i64().zip(value.as_i64())) {
        (OnConflict::Max, Some((found, wanted))) if found > wanted => {}
        (OnConflict::Max, Some(_)) => write(applier, *field, value, place),
        (OnConflict::Reject, _) => {
            let theirs =
                holder.map_or_else(|| "the pod".to_owned(), |entry| format!("the profile `{}`", entry.profile));
            let profile = &applier.profile.name;
            let message = format!("the profile `{profile}` sets `{field}`, and {theirs} has another value for it");
            applier.error(Code::Conflict, &at, message, Some("leave the value to one of the two"));
        }
        (OnConflict::Keep | OnConflict::Max, _) => {
            let message = format!("the pod's `{field}` already has another value, which is kept");
            applier.warn(Code::KeptValue, &at, message);
        }
    }
}

/// Puts a value there, and records what was there before.
fn write<'v, V: View<'v>>(applier: &mut Applier<'_, V>, field: PodField, value: &Arc<Value>, place: &str) {
    let at = field.place();
    for computed in field.computed() {
        if let Some(old) = applier.editor.get(&computed).map(View::value).filter(|old| !old.is_null()) {
            applier.editor.replace(&computed, Value::Null);
            applier.done.entry.replaced.insert(computed.to_string(), old);
        }
    }
    match applier.editor.get(&at).map(View::value) {
        None => {
            if let Some((parent, _)) = at.split_last().filter(|(parent, _)| parent.tokens().len() > 1) {
                applier.ensure_object(&parent);
            }
            applier.editor.add(&at, Arc::clone(value));
            applier.done.entry.set_pod_undo(place, Some(PodUndo::Remove));
        }
        Some(old) => {
            applier.editor.replace(&at, Value::clone(value));
            applier.done.entry.set_pod_undo(place, Some(PodUndo::Restore(old)));
        }
    }
}

/// Checks what was set as the API server would check it, together with the pod around it.
pub(super) fn check<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let RenderedPod { fields, elements } = &applier.rendered.pod;
    if fields.is_empty() && elements.is_empty() {
        return;
    }
    let at = Pointer::of(["spec"]);
    let Some(spec) = applier.editor.get(&at) else { return };
    let faults = validity::pod_fields(&spec.as_value(), &at);
    // What is the pod's own is not the profile's fault.
    let held = applier.done.entry.held().filter_map(|named| applier.editor.resolve(&named)).collect::<Vec<_>>();
    for fault in faults {
        if held.iter().any(|held| fault.at.tokens().starts_with(held.tokens())) {
            let message = format!("the profile `{}`: {}", applier.profile.name, fault.message);
            applier.error(fault.code, &fault.at, message, fault.hint.as_deref());
        }
    }
}

/// What an entry has set in the pod's spec and its profile does not set.
pub(super) fn foreign<'e>(entry: &'e Entry, rendered: &Rendered) -> Option<&'e String> {
    let RenderedPod { fields, elements } = &rendered.pod;
    let is_foreign = |text: &&String| {
        let field = Pointer::parse(text).ok().and_then(|place| PodField::at(&place).or(PodField::behind(&place)));
        field.is_some_and(|field| !fields.iter().any(|item| item.field == field))
    };
    let field = entry.fields.iter().chain(entry.replaced.keys()).find(is_foreign);
    let is_added = |list: &str, key: &String| {
        elements.iter().any(|element| element.key == *key && element.list.place().to_string() == list)
    };
    let keys = entry.pod.iter().flat_map(|(list, keys)| keys.iter().map(move |key| (list, key)));
    field.or_else(|| keys.into_iter().find(|(list, key)| !is_added(list, key)).map(|(_, key)| key))
}

/// Undoes what the chosen entries did to fields of the pod's spec, and takes it out of them.
///
/// The entries that name a field form a stack: each has what it found there, which is what the one before it wrote. Entries
/// that follow one another and found the same share one value. So an entry that goes leaves its place to those that share it,
/// or passes what it found to those that came directly after it; only the last one changes the pod.
pub(super) fn undo<'a, V: View<'a>>(editor: &mut Editor<V>, entries: &mut [Entry], chosen: impl Fn(&Entry) -> bool) {
    for field in PodField::ALL {
        let at = field.place();
        let place = at.to_string();
        for index in (0..entries.len()).rev() {
            let (earlier, rest) = entries.split_at_mut(index);
            let Some((entry, later)) = rest.split_first_mut().filter(|(entry, _)| chosen(entry)) else { continue };
            let Some(undo) = entry.pod_undo(&place) else { continue };
            entry.set_pod_undo(&place, None);
            let below = earlier.iter().rev().find_map(|entry| entry.pod_undo(&place));
            let above = later.iter().find_map(|entry| entry.pod_undo(&place));
            match above {
                _ if below.as_ref() == Some(&undo) => {}
                Some(above) if above == undo => {}
                Some(above) => {
                    let holders = later.iter_mut().filter(|entry| entry.pod_undo(&place).is_some());
                    for heir in holders.take_while(|entry| entry.pod_undo(&place).as_ref() == Some(&above)) {
                        heir.set_pod_undo(&place, Some(undo.clone()));
                    }
                }
                None => put_back(editor, field, undo),
            }
        }
    }
}

/// A field that is gone by now stays so.
fn put_back<'a, V: View<'a>>(editor: &mut Editor<V>, field: PodField, undo: PodUndo) {
    let at = field.place();
    let Some(set) = editor.get(&at).map(View::value) else { return };
    let is_copy = |copy: &Pointer| editor.get(copy).is_some_and(|found| found.equals(&set));
    if let Some(copy) = field.old_name().filter(is_copy) {
        match &undo {
            PodUndo::Restore(old) if old.as_str().is_some_and(|old| !old.is_empty()) => {
                editor.replace(&copy, old.clone());
            }
            _ => editor.remove(&copy),
        }
    }
    match undo {
        PodUndo::Remove => editor.remove(&at),
        PodUndo::Restore(old) => editor.replace(&at, old),
    }
}
