//! Taking out what a record names, and holding a record against what its profile adds. Planning needs it to replace an
//! outdated injection and to see what a profile saw; undoing is nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::editor::Editor;
use super::{Rendered, Request, name, rendered_now, write_record};
use crate::decide::record::{self, ANNOTATION, Entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::Identity;
use crate::profile::Profile;
use crate::value::pointer::Pointer;
use crate::value::view::{self, Kind, View};

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

/// An entry of which nothing, or only a part, is present is an error.
pub(crate) fn check_whole<'a, V: View<'a>>(editor: &Editor<V>, entry: &Entry) -> Result<(), Diagnostic> {
    let Some(missing) = entry.named().into_iter().find(|named| editor.resolve(named).is_none()) else { return Ok(()) };
    let at = editor.place().append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
    let message = format!("the record says that the profile `{}` added `{missing}`, which is not there", entry.profile);
    Err(Diagnostic::new(Code::PartialInjection, at, message)
        .hint("`injector uninject --force` drops what is left of it"))
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

/// Holds an entry against what its profile renders now. Where the hash is the same, other names mean a record that was
/// tampered with, and other items ones that were edited.
pub(crate) fn compare<'a, V: View<'a>>(
    editor: &Editor<V>,
    identity: &Identity,
    request: &Request<'_>,
    profile: &Profile,
    entries: &[Entry],
    index: usize,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let Some(entry) = entries.get(index) else { return Ok(Vec::new()) };
    let before = stripped(editor, entries, index)?;
    let Some(rendered) = rendered_now(profile, before.template(), identity, request) else { return Ok(Vec::new()) };
    if rendered.hash != entry.hash {
        return Ok(Vec::new());
    }
    if let Some(what) = misnamed(entry, &rendered) {
        let at = editor.place().append(&Pointer::of(["metadata", "annotations", ANNOTATION]));
        let message = format!("the record of the profile `{}` does not fit what it adds: {what}", entry.profile);
        return Err(Diagnostic::new(Code::Record, at, message).hint("restore the annotation as injector wrote it"));
    }
    let lists = [
        ("initContainers", &entry.init_containers, rendered.all_containers().collect::<Vec<_>>()),
        ("containers", &entry.containers, rendered.all_containers().collect()),
        ("volumes", &entry.volumes, rendered.volumes.iter().collect()),
    ];
    let mut edited = Vec::new();
    for (list, names, wanted) in lists {
        for item_name in names {
            let Some(at) = editor.resolve(&Pointer::of(["spec", list, item_name.as_str()])) else { continue };
            let original = wanted.iter().find(|item| name(item) == item_name);
            if original.is_some_and(|original| !editor.get(&at).is_some_and(|found| view::equals(found, original))) {
                let message = format!("`{item_name}` was edited after it was injected; it is removed all the same");
                edited.push(Diagnostic::new(Code::EditedAfterInjection, editor.place().append(&at), message));
            }
        }
    }
    Ok(edited)
}

/// A name in which the entry differs from what its profile adds.
fn misnamed(entry: &Entry, rendered: &Rendered) -> Option<String> {
    let containers: Vec<&str> = rendered.all_containers().map(name).collect();
    let names = |list: &[Value]| list.iter().map(|item| name(item).to_owned()).collect::<Vec<_>>();
    let keys = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    let stranger = entry.all_containers().find(|known| !containers.contains(&known.as_str()));
    let lists = [
        (&entry.volumes, names(&rendered.volumes)),
        (&entry.image_pull_secrets, names(&rendered.image_pull_secrets)),
        (&entry.annotations, keys(&rendered.annotations)),
        (&entry.labels, keys(&rendered.labels)),
    ];
    let stranger = stranger
        .or_else(|| lists.iter().find_map(|(known, wanted)| known.iter().find(|known| !wanted.contains(known))));
    if let Some(stranger) = stranger {
        return Some(format!("it names `{stranger}`, which is not of that profile"));
    }
    let items = |list: &[Value]| list.iter().filter_map(record::element_name).collect::<Vec<_>>();
    let (env, mounts) = (items(&rendered.env), items(&rendered.volume_mounts));
    let foreign = entry.fields.iter().find(|field| {
        let Ok(field) = Pointer::parse(field) else { return true };
        match field.tokens() {
            [_, _, container, ..] if containers.contains(&container.as_str()) => false,
            [_, _, _, list, item] if list == "env" => !env.contains(item),
            [_, _, _, list, item] if list == "volumeMounts" => !mounts.contains(item),
            _ => true,
        }
    });
    let foreign = foreign.or_else(|| {
        let is_foreign = |named: &&String| {
            Pointer::parse(named).is_ok_and(|named| {
                record::is_image(&named)
                    && named.tokens().get(2).is_none_or(|name| !containers.contains(&name.as_str()))
            })
        };
        entry.replaced.keys().find(is_foreign)
    });
    if let Some(foreign) = foreign {
        return Some(format!("it names `{foreign}`, which is not of that profile"));
    }
    // One that was completed instead has left a field, or the image that it had.
    let completed =
        |wanted: &str| {
            entry.fields.iter().chain(entry.replaced.keys()).filter_map(|field| Pointer::parse(field).ok()).any(
                |field| matches!(field.tokens(), [_, list, name, ..] if list.ends_with("ontainers") && name == wanted),
            )
        };
    let forgotten =
        containers.iter().find(|wanted| !entry.all_containers().any(|known| known == *wanted) && !completed(wanted))?;
    Some(format!("it does not name `{forgotten}`"))
}

/// Removes the chosen entries' items, last entry first, and writes the rest of the record. What is absent is passed over.
pub(crate) fn remove<'a, V: View<'a>>(
    editor: &mut Editor<V>,
    entries: Vec<Entry>,
    chosen: impl Fn(&Entry) -> bool,
) -> Result<Vec<Entry>, Diagnostic> {
    let had_containers = !editor.list(&Pointer::of(["spec", "containers"])).is_empty();
    for entry in entries.iter().rev().filter(|entry| chosen(entry)) {
        for named in entry.named().iter().rev() {
            // What another profile brings too stays for as long as that one does.
            let shared = entries.iter().any(|other| !chosen(other) && other.named().contains(named));
            if let Some(at) = editor.resolve(named).filter(|_| !shared) {
                editor.remove(&at);
            }
        }
    }
    let containers = Pointer::of(["spec", "containers"]);
    if had_containers && editor.list(&containers).is_empty() {
        let message = "removing what the record names would leave no container".to_owned();
        return Err(Diagnostic::new(Code::Record, editor.place().append(&containers), message)
            .hint("restore the annotation as injector wrote it"));
    }
    let mut rest: Vec<Entry> = entries.iter().filter(|entry| !chosen(entry)).cloned().collect();
    let mut duties = Vec::new();
    for (index, entry) in entries.iter().enumerate().rev().filter(|(_, entry)| chosen(entry)) {
        let later = entries.iter().skip(index + 1).filter(|entry| !chosen(entry)).map(|entry| &entry.profile).next();
        let heir = later.and_then(|profile| rest.iter().position(|entry| entry.profile == *profile)).unwrap_or(0);
        for (duty, named) in duties_of(entry) {
            // A parent that another entry still uses is that entry's to remove.
            match rest.get_mut(heir..).into_iter().flatten().find(|entry| uses(entry, &named)) {
                Some(heir) => inherit(heir, duty, &named),
                None => duties.push((duty, named)),
            }
        }
    }
    write_record(editor, &rest);
    // Children before parents, created or replaced: a parent is let go only when it is empty.
    duties.sort_by_key(|(_, named)| std::cmp::Reverse(named.tokens().len()));
    for (duty, named) in duties {
        let Some(at) = editor.resolve(&named) else { continue };
        let is_empty = editor.get(&at).is_some_and(|found| match found.kind() {
            Kind::Sequence => found.elements().is_empty(),
            Kind::Mapping => found.members().is_empty(),
            _ => false,
        });
        match duty {
            Duty::Remove if is_empty => editor.remove(&at),
            Duty::Restore(value) if is_empty || record::is_image(&named) => {
                editor.replace(&at, value);
            }
            _ => {}
        }
    }
    Ok(rest)
}

/// What undoing has to do beside removing what was added.
enum Duty {
    /// Remove a parent that was created, if nothing is left in it.
    Remove,
    /// Put back what gave way.
    Restore(Value),
}

/// Later ones first; the caller puts children before parents.
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
}

fn inherit(heir: &mut Entry, duty: Duty, named: &Pointer) {
    match duty {
        Duty::Remove => heir.created.insert(0, named.to_string()),
        Duty::Restore(value) => drop(heir.replaced.insert(named.to_string(), value)),
    }
}
