//! An injection that is there, compared with the one that its profile would make now.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::applier::{Applied, Applier};
use super::cause::Causes;
use super::editor::Editor;
use super::removal;
use super::state::{Edit, EditCause, EditedField};
use super::texts;
use super::{Beside, HashMatch, Rendered, Request, rendered_now};
use crate::decide::expressions::PodReading;
use crate::decide::facts::Facts;
use crate::decide::record::{self, Entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::defaults::{self, DefaultsOf, Difference, PodNetwork};
use crate::kube::probe::Handler;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::Identity;
use crate::profile::pod::{PodField, PodList};
use crate::profile::slot::{Home, Slot};
use crate::profile::{Placement, Profile};
use crate::value::layer::Layer;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::View;

/// What a profile would make of a template without its entry and those after it.
pub(super) struct Expected<V> {
    /// The template with the injection as it would be now.
    pub(super) editor: Editor<V>,
    pub(super) applied: Applied,
}

/// Applies what was rendered to a template as its profile would see it: `before` has neither the entry nor those after it, and
/// `earlier` are those before it.
pub(super) fn expected<'a, V: View<'a>>(
    mut before: Editor<V>,
    profile: &Profile,
    rendered: &Rendered,
    earlier: &[Entry],
    beside: &Beside,
    kubernetes_version: KubernetesVersion,
) -> Expected<V> {
    let editor = &mut before;
    let done = Applied::default();
    let applied =
        Applier { editor, profile, rendered, record: earlier, beside, kubernetes_version, own: None, done }.run();
    Expected { editor: before, applied }
}

/// What differs between an injection and the one that is expected, from the object's root. `entry` is the record's, and all
/// that it names is there.
pub(super) fn edits<'a, V: View<'a>>(
    editor: &Editor<V>,
    later: &[Entry],
    entry: &Entry,
    expected: &Expected<V>,
    causes: &Causes<'_>,
) -> Vec<EditedField> {
    let of_entry = |entry: &Entry| entry.named().into_iter().chain(entry.overwritten()).collect::<Vec<_>>();
    let wanted: BTreeSet<Pointer> = of_entry(&expected.applied.entry).into_iter().collect();
    let mut fields = Vec::new();
    for named in of_entry(entry) {
        let Some(at) = editor.resolve(&named) else { continue };
        let Some(found) = editor.get(&at) else { continue };
        let of_now = wanted.contains(&named).then(|| expected.editor.resolve(&named)).flatten();
        let Some(value) = of_now.and_then(|at| expected.editor.get(&at)) else {
            let edit = Edit::Value { wanted: None, found: Some(found.value()) };
            fields.push(EditedField { at: editor.place().append(&at), edit, cause: causes.of_absent() });
            continue;
        };
        for Difference { at: within, wanted, found } in differences(editor, &named, &value.as_value(), found) {
            let cause = causes.of(&named, &within);
            let at = editor.place().append(&at).append(&within);
            fields.push(EditedField { at, edit: Edit::Value { wanted, found }, cause });
        }
    }
    fields.extend(texts::edits(editor, later, entry, &expected.applied.entry, causes));
    fields.extend(moved(editor, later, entry, expected, causes.profile));
    fields
}

/// The differences between an item that would be added now and the one that is there.
fn differences<'a, V: View<'a>>(
    editor: &Editor<V>,
    named: &Pointer,
    wanted: &Value,
    found: Layer<'_, V>,
) -> Vec<Difference> {
    let network = || editor.template().child("spec").map_or(PodNetwork::Own, PodNetwork::of);
    if let Some(field) = PodField::at(named) {
        let (wanted, found) = (around_member(field.path(), wanted.clone()), around_member(field.path(), found.value()));
        return within(field.path().len(), defaults::differences(DefaultsOf::PodSpec, &wanted, &found));
    }
    if let Some((list, key)) = PodList::element(named) {
        // What is known by all of it has not changed.
        if !list.is_map() && list.key_member().is_none() {
            return Vec::new();
        }
        return list.differences(key, wanted, &found.value());
    }
    let subject = match named.tokens() {
        [spec, list, _] if spec == "spec" => match Slot::named(Home::Spec, list) {
            Some(slot) if slot.holds_containers() => DefaultsOf::Container(network()),
            Some(Slot::Volumes) => DefaultsOf::Volume,
            _ => DefaultsOf::PullSecret,
        },
        [_, _, _, list, _] if list == "env" => DefaultsOf::EnvVar,
        [_, _, _, list, _] if list == "envFrom" => DefaultsOf::EnvFromSource,
        [_, _, _, list, _] if list == "volumeMounts" => DefaultsOf::VolumeMount,
        // A part of a container has the defaults of its place in the container.
        [_, _, _, path @ ..] if !path.is_empty() => {
            let (wanted, found) = (around(path, wanted.clone()), around(path, found.value()));
            return within(path.len(), defaults::differences(DefaultsOf::Container(network()), &wanted, &found));
        }
        _ => DefaultsOf::Text,
    };
    defaults::differences(subject, wanted, found)
}

/// The differences with their places from so many names below on.
fn within(depth: usize, all: Vec<Difference>) -> Vec<Difference> {
    all.into_iter().map(|difference| difference.within(depth)).collect()
}

/// An object that has this value at the end of these names, and nothing else.
fn around_member(path: &[&str], value: Value) -> Value {
    path.iter().rev().fold(value, |value, name| json!({ *name: value }))
}

/// A container that has this value at this place, and nothing else. An element of a list is its only one.
fn around(within: &[ReferenceToken], value: Value) -> Value {
    match within {
        [list, _] if matches!(list.as_str(), "volumeDevices" | "ports" | "envFrom") => {
            json!({ list.as_str(): [value] })
        }
        [name, rest @ ..] => json!({ name.as_str(): around(rest, value) }),
        [] => value,
    }
}

/// The containers of an entry that are at another place than the profile would give them now. Among plain containers, the
/// placement `Last` says nothing about what came later, and a container may always come later.
fn moved<'a, V: View<'a>>(
    editor: &Editor<V>,
    later: &[Entry],
    entry: &Entry,
    expected: &Expected<V>,
    profile: &Profile,
) -> Vec<EditedField> {
    let mut moved = Vec::new();
    for slot in Slot::ALL.into_iter().filter(|slot| slot.holds_containers()) {
        if entry.names[slot].is_empty()
            || (slot == Slot::Containers && matches!(profile.placement.containers, None | Some(Placement::Last)))
        {
            continue;
        }
        let list = slot.place();
        let names = |editor: &Editor<V>, but: &[Entry]| -> Vec<String> {
            let all = editor.list(list).into_iter().map(|item| item.text(&["name"]).unwrap_or_default().into_owned());
            all.filter(|name| !but.iter().any(|entry| entry.all_containers().any(|known| known == name))).collect()
        };
        let found = names(editor, later);
        let wanted = names(&expected.editor, &[]);
        for name in &entry.names[slot] {
            let index = |names: &[String]| names.iter().position(|known| known == name);
            if let (Some(wanted), Some(found)) = (index(&wanted), index(&found))
                && wanted != found
                && let Some(at) = editor.resolve(&list.join(name.as_str()))
            {
                let at = editor.place().append(&at);
                moved.push(EditedField { at, edit: Edit::Index { wanted, found }, cause: EditCause::Edit });
            }
        }
    }
    moved
}

/// Warnings about items that were edited since, for what is undone; an error where the record was changed by hand. Where the
/// profile renders something else by now, nothing can be said.
pub(crate) fn edited_items<'a, V: View<'a>>(
    editor: &Editor<V>,
    (identity, object, facts): (&Identity, V, &Facts),
    request: &Request<'_>,
    profile: &Profile,
    entries: &[Entry],
    index: usize,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let Some(entry) = entries.get(index) else { return Ok(Vec::new()) };
    let before = removal::stripped(editor, entries, index)?;
    let rendered = rendered_now(profile, &PodReading::new(identity, before.template(), facts), request);
    let Some(rendered) = rendered else { return Ok(Vec::new()) };
    let matched = rendered.matched(profile, &entry.hash);
    match (matched, removal::check_names(editor, entry, &rendered)) {
        (HashMatch::Nothing, _) | (HashMatch::Settings, Err(_)) => return Ok(Vec::new()),
        (HashMatch::Rendering, Err(error)) => return Err(error),
        (HashMatch::Rendering | HashMatch::Settings, Ok(())) => {}
    }
    let beside = Beside::of(object, identity);
    let earlier = entries.get(..index).unwrap_or_default();
    let expected = expected(before, profile, &rendered, earlier, &beside, KubernetesVersion::NEWEST);
    let causes = Causes { profile, rendered: &rendered, matched };
    let fields = edits(editor, entries.get(index + 1..).unwrap_or_default(), entry, &expected, &causes);
    let mut edited = Vec::new();
    for named in entry.named().into_iter().chain(entry.overwritten()) {
        let Some(at) = editor.resolve(&named).map(|at| editor.place().append(&at)) else { continue };
        let is_edited = |field: &&EditedField| {
            matches!(field.edit, Edit::Value { .. }) && field.at.tokens().starts_with(at.tokens())
        };
        let causes: Vec<EditCause> = fields.iter().filter(is_edited).map(|field| field.cause).collect();
        if !causes.is_empty() {
            let or = match causes.contains(&EditCause::Edit) {
                true => "",
                false => ", or what the profile reads has changed",
            };
            let name = named.tokens().last().map_or("", ReferenceToken::as_str);
            let is_field = PodField::at(&named).is_some() || Handler::at_end_of(&named).is_some();
            let undone = match is_field && entry.replaced.contains_key(&named.to_string()) {
                true => "its old value still comes back",
                false => "it is still removed",
            };
            let message = format!("`{name}` was edited after it was injected{or}; {undone}");
            edited.push(Diagnostic::new(Code::EditedAfterInjection, at, message));
        }
    }
    Ok(edited)
}

/// What an entry does not name, and the profile would add now.
pub(super) fn is_incomplete(entry: &Entry, expected: &Applied) -> bool {
    let known: BTreeSet<Pointer> = entry.held().collect();
    expected.entry.held().any(|held| !known.contains(&held))
        || expected.entry.handlers().any(|(named, _)| !entry.replaced.contains_key(&named.to_string()))
        || expected.entry.edited.keys().any(|named| !entry.edited.contains_key(named))
}

/// Everything that an entry put into the template and that is not there.
pub(crate) fn missing<'a, V: View<'a>>(editor: &Editor<V>, entry: &Entry) -> Vec<Pointer> {
    entry.held().filter(|held| record::resolve(editor.template(), held).is_none()).collect()
}
