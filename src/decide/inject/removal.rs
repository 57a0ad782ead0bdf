//! Removing what a record names, and comparing a record with what its profile adds. Planning needs it to replace an outdated
//! injection, and to see the template as a profile saw it; undoing does nothing else.

use std::borrow::Cow;

use serde_json::Value;

use super::editor::Editor;
use super::render::Item;
use super::{Rendered, pod, rewrites, texts, write_record};
use crate::decide::record::{self, ANNOTATION, Entry, TooLong, added_text, listed};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::probe::Handler;
use crate::profile::pod::PodField;
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

/// Reads the template's record.
pub(crate) fn read<'a, V: View<'a>>(editor: &Editor<V>) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    record::read(editor.template()).map_err(|why| vec![unreadable(editor.place(), &why)])
}

/// The error about a record that cannot be read.
pub(crate) fn unreadable(place: &Pointer, why: &str) -> Diagnostic {
    let at = place.append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
    Diagnostic::new(Code::Record, at, format!("the record `{ANNOTATION}` cannot be read: {why}"))
        .hint("restore the annotation, or remove it together with what was injected")
}

/// The error about a record that no one could read.
pub(super) fn unwritable(place: &Pointer, why: TooLong) -> Diagnostic {
    let at = place.append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
    Diagnostic::new(Code::Record, at, format!("the record `{ANNOTATION}` would be too long: {why}"))
        .hint("let the profile add less to each container")
}

/// The error about an entry of which nothing, or only a part, is present; `None` where all of it is.
pub(crate) fn partial<'a, V: View<'a>>(editor: &Editor<V>, entry: &Entry) -> Option<Diagnostic> {
    let missing = entry.held().find(|named| editor.resolve(named).is_none())?;
    let at = editor.place().append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
    let message = format!("the record says that the profile `{}` added `{missing}`, which is not there", entry.profile);
    let hint = "`injector inject --reinject` makes it again; `injector uninject --force` removes the rest";
    Some(Diagnostic::new(Code::PartialInjection, at, message).hint(hint))
}

/// The template with the entry at this index and all later ones removed: what the entry's profile saw.
pub(crate) fn stripped<'a, V: View<'a>>(
    editor: &Editor<V>,
    entries: &[Entry],
    index: usize,
) -> Result<Editor<V>, Diagnostic> {
    let mut scratch = editor.scratch();
    let later: Vec<&str> = entries.iter().skip(index).map(|entry| entry.profile.as_str()).collect();
    remove(&mut scratch, entries.to_vec(), |entry| later.contains(&entry.profile.as_str()))?;
    Ok(scratch)
}

/// The error about an entry whose hash is that of what its profile renders, and whose names are not: someone changed the record.
pub(super) fn check_names<'a, V: View<'a>>(
    editor: &Editor<V>,
    entry: &Entry,
    rendered: &Rendered,
) -> Result<(), Diagnostic> {
    let Some(what) = misnamed(entry, rendered) else { return Ok(()) };
    let at = editor.place().append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
    let message = format!("the record of the profile `{}` does not match what it adds: {what}", entry.profile);
    Err(Diagnostic::new(Code::Record, at, message).hint("restore the annotation as injector wrote it"))
}

/// What a profile adds that an entry may name in a slot. A native sidecar comes from one list of containers and is in the
/// other.
fn wanted(rendered: &Rendered, slot: Slot) -> impl Iterator<Item = &Item> {
    let is_wanted = move |other: Slot| other == slot || (other.holds_containers() && slot.holds_containers());
    rendered.added.iter().filter(move |(other, _)| is_wanted(*other)).flat_map(|(_, items)| items)
}

/// How an entry differs from what its profile adds, where it does.
fn misnamed(entry: &Entry, rendered: &Rendered) -> Option<String> {
    let stranger = entry
        .names
        .iter()
        .find_map(|(slot, names)| names.iter().find(|name| !wanted(rendered, slot).any(|item| item.key == **name)));
    if let Some(foreign) = stranger.or_else(|| foreign_field(entry, rendered)).or_else(|| pod::foreign(entry, rendered))
    {
        return Some(format!("it names `{foreign}`, which that profile does not add"));
    }
    // A container that was completed instead has left a field, or the image that it had.
    let traces = entry.fields.iter().chain(entry.replaced.keys());
    let traces: Vec<Pointer> = traces.filter_map(|field| Pointer::parse(field).ok()).collect();
    let is_completed = |wanted: &str| {
        let is_trace = |field: &Pointer| matches!(field.tokens(), [_, list, name, ..] if list.ends_with("ontainers") && name == wanted);
        traces.iter().any(is_trace)
    };
    let is_known = |name: &str| entry.all_containers().any(|known| known == name) || is_completed(name);
    let forgotten = rendered.all_containers().find(|item| !is_known(&item.key))?;
    Some(format!("it does not name `{}`", forgotten.key))
}

/// A field, or a replaced image, of a container of the user's own to which the profile adds nothing of that name.
fn foreign_field<'e>(entry: &'e Entry, rendered: &Rendered) -> Option<&'e String> {
    let is_own = |container: &str| rendered.all_containers().any(|item| item.key == container);
    let is_listed = |annotation: &Pointer, name: &str| {
        rendered.added[Slot::Annotations].iter().any(|item| {
            annotation.tokens().last().is_some_and(|key| *key == item.key)
                && item.value.as_str().is_some_and(|list| listed::names(list).any(|known| known == name))
        })
    };
    let is_text = |slot: Slot, key: &str| {
        rendered.application_items(slot).any(|item| item.key == key && item.existing.text().is_some())
    };
    let is_added = |field: &Pointer| match field.tokens() {
        _ if let Some((annotation, name)) = listed::item(field) => is_listed(&annotation, name),
        // These are held against the profile in `pod`.
        _ if PodField::at(field).is_some() => true,
        [_, _, container, ..] if is_own(container) => true,
        [_, _, _, list, key] => Slot::named(Home::Application, list)
            .is_some_and(|slot| rendered.application_items(slot).any(|item| item.key == *key)),
        [_, _, _, _, key, _] if added_text::variable(field).is_some() => is_text(Slot::Env, key),
        [_, map, key] => Slot::named(Home::Metadata, map).is_some_and(|slot| is_text(slot, key)),
        _ => false,
    };
    let is_image_of_another =
        |named: &Pointer| record::is_image(named) && !named.tokens().get(2).is_some_and(|container| is_own(container));
    let field = entry
        .fields
        .iter()
        .chain(entry.edited.keys())
        .find(|field| !Pointer::parse(field).is_ok_and(|field| is_added(&field)));
    let is_rewritten = |named: &Pointer, handler: Handler| {
        let mut blocks = rendered
            .blocks
            .iter()
            .filter(|block| named.tokens().get(2).map(ReferenceToken::as_str) == block.only.as_deref());
        blocks.any(|block| block.rewrites.iter().any(|rewrite| rewrite.handler == handler))
    };
    let handler = entry.handlers().find(|(named, handler)| !is_rewritten(named, *handler)).map(|(named, _)| named);
    let handler = handler.and_then(|named| entry.replaced.get_key_value(&named.to_string())).map(|(named, _)| named);
    field.or(handler).or_else(|| {
        entry.replaced.keys().find(|named| Pointer::parse(named).is_ok_and(|named| is_image_of_another(&named)))
    })
}

/// Removes what the chosen entries name, and writes the rest of the record. What is absent is passed over.
///
/// In three steps, so that the template is byte for byte what it was before the chosen profiles:
///
/// 1. The elements go, last entry first: a later profile may have added to what an earlier one added.
/// 2. What an entry says of parents (lists and objects that it created, values that it replaced) is a duty. A parent that an
///    entry which stays still uses cannot be removed now, so that entry inherits the duty, and does it when its turn comes.
/// 3. The other duties are done, children before parents.
pub(crate) fn remove<'a, V: View<'a>>(
    editor: &mut Editor<V>,
    mut entries: Vec<Entry>,
    chosen: impl Fn(&Entry) -> bool,
) -> Result<Vec<Entry>, Diagnostic> {
    pod::undo(editor, &mut entries, &chosen);
    let containers = Slot::Containers.place();
    let had_containers = !editor.list(containers).is_empty();
    texts::take_out(editor, &mut entries, &chosen);
    remove_items(editor, &entries, &chosen);
    if had_containers && editor.list(containers).is_empty() {
        let message = "removing what the record names would leave no container".to_owned();
        return Err(Diagnostic::new(Code::Record, editor.place().append(containers), message)
            .hint("restore the annotation as injector wrote it"));
    }
    let mut rest: Vec<Entry> = entries.iter().filter(|entry| !chosen(entry)).cloned().collect();
    let mut duties = Vec::new();
    for (index, entry) in entries.iter().enumerate().rev().filter(|(_, entry)| chosen(entry)) {
        let later = entries.iter().skip(index + 1).filter(|entry| !chosen(entry)).map(|entry| &entry.profile).next();
        let heir = later.and_then(|profile| rest.iter().position(|entry| entry.profile == *profile)).unwrap_or(0);
        for (duty, named) in duties_of(entry) {
            // The first that uses it, from the entry that came next: that one found the parent there, and has no duty of its own
            // for it.
            match rest.get_mut(heir..).into_iter().flatten().find(|entry| uses(entry, &named)) {
                Some(heir) => inherit(heir, duty, &named),
                None => duties.push((duty, named)),
            }
        }
    }
    let record =
        record::write(&rest.iter().collect::<Vec<_>>()).map_err(|too_long| unwritable(editor.place(), too_long))?;
    write_record(editor, (!rest.is_empty()).then_some(record));
    // A parent is removed only when it is empty, so its children come first.
    duties.sort_by_key(|(_, named)| std::cmp::Reverse(named.tokens().len()));
    for (duty, named) in duties {
        let Some(at) = editor.resolve(&named) else { continue };
        let is_empty = editor.get(&at).is_some_and(|found| match found.kind() {
            Kind::Sequence => found.elements().is_empty(),
            Kind::Mapping => found.members().is_empty(),
            Kind::String if listed::is_annotation(&named) || added_text::variable(&named).is_some() => {
                found.string().is_some_and(|text| text.is_empty())
            }
            _ => false,
        });
        match duty {
            Duty::Remove if is_empty => editor.remove(&at),
            Duty::Restore(value)
                if is_empty
                    || record::is_image(&named)
                    || rewrites::is_rewritten(editor, &named, &at)
                    || is_unset(editor, &named, &at) =>
            {
                editor.replace(&at, value);
            }
            _ => {}
        }
    }
    Ok(rest)
}

/// Removes everything that the chosen entries name, and puts back what they overwrote.
fn remove_items<'a, V: View<'a>>(editor: &mut Editor<V>, entries: &[Entry], chosen: impl Fn(&Entry) -> bool) {
    for entry in entries.iter().rev().filter(|entry| chosen(entry)) {
        for named in entry.named().iter().rev() {
            // What a profile that stays has added too stays with it.
            let shared = entries.iter().any(|other| !chosen(other) && other.named().contains(named));
            if shared {
                continue;
            }
            let old = entries.iter().filter(|entry| chosen(entry)).find_map(|entry| entry.old_text(named));
            match (editor.resolve(named), old) {
                (Some(at), Some(old)) => editor.replace(&at, old.clone()),
                (Some(at), None) => remove_item(editor, &at),
                // It was ours that is gone.
                (None, Some(old)) if named.split_last().is_some_and(|(map, _)| editor.get(&map).is_some()) => {
                    editor.add(named, old.clone());
                }
                (None, _) => {}
            }
        }
    }
}

/// Whether this was computed from a field of the pod's spec, and was left to be computed again.
fn is_unset<'a, V: View<'a>>(editor: &Editor<V>, named: &Pointer, at: &Pointer) -> bool {
    PodField::behind(named).is_some() && editor.get(at).is_some_and(|found| found.kind() == Kind::Null)
}

/// Removes a value, or a name from the text of an annotation.
fn remove_item<'a, V: View<'a>>(editor: &mut Editor<V>, at: &Pointer) {
    let Some((annotation, name)) = listed::item(at) else { return editor.remove(at) };
    if let Some(list) = editor.get(&annotation).and_then(View::string).map(Cow::into_owned) {
        editor.replace(&annotation, Value::String(listed::without(&list, name)));
    }
}

/// What undoing must do besides removing what was added.
enum Duty {
    /// Remove a parent that was created, unless the user has put something in it since.
    Remove,
    /// Put back the value that was replaced.
    Restore(Value),
}

/// The duties of an entry, in the reverse order of what it did.
fn duties_of(entry: &Entry) -> Vec<(Duty, Pointer)> {
    let restore = entry.replaced.iter().rev().map(|(named, value)| (Duty::Restore(value.clone()), named));
    let created = entry.created.iter().rev().map(|named| (Duty::Remove, named));
    restore.chain(created).filter_map(|(duty, named)| Some((duty, Pointer::parse(named).ok()?))).collect()
}

fn uses(entry: &Entry, parent: &Pointer) -> bool {
    let record = Pointer::of(["metadata", "annotations", ANNOTATION]);
    entry
        .named()
        .iter()
        .chain([&record])
        .any(|named| named.tokens().len() > parent.tokens().len() && named.tokens().starts_with(parent.tokens()))
        || entry.texts().any(|(named, _)| named.tokens().starts_with(parent.tokens()))
        // What one profile overwrote, and another wants to be just so.
        || (record::is_user_string(parent) && entry.named().contains(parent))
}

fn inherit(heir: &mut Entry, duty: Duty, named: &Pointer) {
    match duty {
        Duty::Remove => heir.created.insert(0, named.to_string()),
        Duty::Restore(value) => drop(heir.replaced.insert(named.to_string(), value)),
    }
}
