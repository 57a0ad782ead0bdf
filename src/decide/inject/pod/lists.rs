//! Elements of lists of the pod's spec: added behind those that are there, each known by its key.

use std::sync::Arc;

use super::super::applier::Applier;
use super::super::render::PodElement;
use crate::diagnostic::Code;
use crate::profile::pod::OnConflict;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Adds what the profile adds.
pub(in super::super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    for element in &rendered.pod.elements {
        let named = element.named();
        if !applier.own.is_some_and(|own| own.named().contains(&named)) {
            one(applier, element, &named);
        }
    }
}

fn one<'v, V: View<'v>>(applier: &mut Applier<'_, V>, element: &PodElement, named: &Pointer) {
    let PodElement { list, key, value, on_conflict } = element;
    let at = list.place();
    let found = applier.editor.get(&at).and_then(|there| list.find(there, key)).map(|token| at.join(token));
    let Some(there) = found else {
        if let Some((parent, _)) = at.split_last().filter(|(parent, _)| parent.tokens().len() > 1) {
            applier.ensure_object(&parent);
        }
        let token = if list.is_map() {
            applier.ensure_object(&at);
            key
        } else {
            applier.ensure_list(&at, &at);
            "-"
        };
        applier.editor.add(&at.join(token), Arc::clone(value));
        return applier.done.entry.push_to_pod(*list, key);
    };
    // Tolerations of one key mean the same.
    let is_equal = list.key_of(&**value).is_some_and(|own| own.starts_with('{'))
        || applier.editor.get(&there).is_some_and(|found| list.differences(key, value, &found.value()).is_empty());
    let holder = applier.record.iter().find(|entry| entry.named().contains(named));
    match on_conflict {
        _ if is_equal && holder.is_some() => applier.done.entry.push_to_pod(*list, key),
        _ if is_equal => {}
        OnConflict::Reject => {
            let theirs =
                holder.map_or_else(|| "the pod".to_owned(), |entry| format!("the profile `{}`", entry.profile));
            let profile = &applier.profile.name;
            let message =
                format!("the profile `{profile}` adds `{key}` to `{list}`, and {theirs} has another value for it");
            applier.error(Code::Conflict, &there, message, Some("leave the value to one of the two"));
        }
        OnConflict::Keep | OnConflict::Max => {
            let message = format!("`{key}` in the pod's `{list}` already has another value, which is kept");
            applier.warn(Code::KeptValue, &there, message);
        }
    }
}
