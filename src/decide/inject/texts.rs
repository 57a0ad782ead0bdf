//! Text that is added to the ends of values that the user wrote: put on, compared, and taken out again. The record has our
//! text alone, so it is found at the ends of the value, inside what later profiles put around it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::applier::Applier;
use super::cause::Causes;
use super::editor::Editor;
use super::render::OnValueFrom;
use super::state::{Edit, EditedField};
use crate::decide::record::Entry;
use crate::decide::record::added_text::{self, AddedText};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::slot::Slot;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

/// Adds text to the value of a variable that a container has; `at` is the variable with indexes, `named` with names.
pub(super) fn to_variable<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    (at, named): (&Pointer, &Pointer),
    text: &AddedText,
    on_value_from: OnValueFrom,
) {
    let value_from = applier.editor.get(&at.join("valueFrom")).map(View::kind);
    if value_from.is_none_or(|kind| kind == Kind::Null) {
        return add(applier, &at.join("value"), &named.join("value"), text);
    }
    let variable = named.tokens().last().map_or("", ReferenceToken::as_str);
    let profile = &applier.profile.name;
    let message =
        format!("the variable `{variable}` has `valueFrom`, so the profile `{profile}` can add no text to it");
    match on_value_from {
        OnValueFrom::Skip => applier.warn(Code::KeptValue, at, message),
        OnValueFrom::Reject => applier.error(Code::Conflict, at, message, Some("write its value in the pod")),
    }
}

/// Adds text to a value, unless it has it already; `at` is the value with indexes, `named` with names.
pub(super) fn add<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer, text: &AddedText) {
    if applier.has_text(named) || applier.has_field(named) {
        return;
    }
    if let Some(other) = applier.record.iter().find(|entry| entry.old_text(named).is_some()) {
        let other = other.profile.clone();
        return anothers(applier, at, &other, "add text to");
    }
    let (kind, value) = match applier.editor.get(at) {
        None => return applier.add_field(at, named, &Value::String(text.put_on(""))),
        Some(found) => (found.kind(), found.string().map(Cow::into_owned)),
    };
    let value = match (kind, value) {
        (Kind::Null, _) => {
            applier.done.entry.replaced.insert(named.to_string(), Value::Null);
            String::new()
        }
        (_, Some(value)) => value,
        (found, None) => return not_text(applier, at, found),
    };
    if let Some(missing) = text.missing_in(&value) {
        applier.editor.replace(at, Value::String(missing.put_on(&value)));
        applier.done.entry.edited.insert(named.to_string(), missing);
    } else if applier.record.iter().any(|entry| entry.text_at(named) == Some(text)) {
        // Both entries name it, and it is taken out together with the last of them.
        applier.done.entry.edited.insert(named.to_string(), text.clone());
    } else if applier.is_shared(named) && value == text.put_on("") {
        applier.done.entry.fields.push(named.to_string());
    }
}

fn not_text<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, found: Kind) {
    let field = at.tokens().last().map_or("", ReferenceToken::as_str);
    let message = format!("`{field}` is {}, and must be a string", found.name());
    applier.error(Code::BadValue, at, message, None);
}

/// Puts ours in the place of an annotation or label of the user's own, which the record then has.
pub(super) fn overwrite<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    (slot, key): (Slot, &str),
    at: &Pointer,
    value: &Arc<Value>,
) {
    if is_anothers(applier, at) {
        return;
    }
    let Some(found) = applier.editor.get(at) else { return };
    let (kind, found) = (found.kind(), found.value());
    if !matches!(kind, Kind::String | Kind::Null) {
        return not_text(applier, at, kind);
    }
    applier.editor.replace(at, Value::clone(value));
    applier.done.entry.replaced.insert(at.to_string(), found);
    applier.done.entry.names[slot].push(key.to_owned());
}

/// Reports an annotation or label to which another profile gave its value, or text: two changes of one value could not be undone
/// in either order.
fn is_anothers<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer) -> bool {
    let changed =
        |entry: &&Entry| entry.old_text(at).is_some() || entry.text_at(at).is_some() || entry.named().contains(at);
    let Some(other) = applier.record.iter().find(changed).map(|entry| entry.profile.clone()) else { return false };
    anothers(applier, at, &other, "overwrite");
    true
}

fn anothers<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, other: &str, what: &str) {
    let (key, profile) = (at.tokens().last().map_or("", ReferenceToken::as_str), &applier.profile.name);
    let message = format!("the profile `{other}` gave `{key}` its value, so the profile `{profile}` cannot {what} it");
    applier.error(Code::Conflict, at, message, None);
}

/// The texts that entries added at a place, other than this one.
fn others<'e>(entries: &'e [Entry], named: &Pointer, text: &AddedText) -> Vec<&'e AddedText> {
    entries.iter().filter_map(|entry| entry.text_at(named)).filter(|other| *other != text).collect()
}

/// The text at a pointer whose list indexes are names.
fn value_at<'a, V: View<'a>>(editor: &Editor<V>, named: &Pointer) -> Option<String> {
    editor.get(&editor.resolve(named)?)?.string().map(Cow::into_owned)
}

/// Whether a value has the text of an entry; `later` are the entries after it.
fn is_there<'a, V: View<'a>>(editor: &Editor<V>, later: &[Entry], named: &Pointer, text: &AddedText) -> bool {
    let value = value_at(editor, named);
    value.is_some_and(|value| text.take_out(&value, &others(later, named, text)).is_some())
}

/// The values without the text that an entry added to them, or with another one than its profile would add.
pub(super) fn edits<'a, V: View<'a>>(
    editor: &Editor<V>,
    later: &[Entry],
    entry: &Entry,
    expected: &Entry,
    causes: &Causes<'_>,
) -> Vec<EditedField> {
    let mut fields = Vec::new();
    for (named, text) in entry.texts() {
        let wanted = expected.text_at(&named);
        if wanted == Some(text) && is_there(editor, later, &named, text) {
            continue;
        }
        // A report has our text alone: the rest of the value may be a secret.
        let wanted = Some(Value::String(wanted.unwrap_or(text).put_on("")));
        let cause = causes.of(&named, &Pointer::root());
        let at = editor.place().append(&editor.resolve(&named).unwrap_or(named));
        fields.push(EditedField { at, edit: Edit::Value { wanted, found: None }, cause });
    }
    fields
}

/// Warnings about values that no longer have the text that is to be taken out of them: they stay as they are.
pub(crate) fn left_behind<'a, V: View<'a>>(
    editor: &Editor<V>,
    entries: &[Entry],
    chosen: impl Fn(&Entry) -> bool,
) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| chosen(entry)) {
        let later = entries.get(index + 1..).unwrap_or_default();
        for (named, _) in entry.texts().filter(|(named, text)| !is_there(editor, later, named, text)) {
            let message = format!(
                "`{named}` does not begin or end with the text that the profile `{}` added to it; it stays as it is",
                entry.profile
            );
            let at = editor.place().append(&editor.resolve(&named).unwrap_or(named));
            warnings.push(Diagnostic::new(Code::EditedAfterInjection, at, message));
        }
    }
    warnings
}

/// Takes out the texts of the chosen entries. What a chosen entry added whole, and an entry that stays added text to, becomes
/// the other's: that one would have added it whole, had it come alone.
pub(super) fn take_out<'a, V: View<'a>>(
    editor: &mut Editor<V>,
    entries: &mut [Entry],
    chosen: impl Fn(&Entry) -> bool,
) {
    for index in (0..entries.len()).rev() {
        let Some(entry) = entries.get(index).filter(|entry| chosen(entry)) else { continue };
        let later: Vec<Entry> = entries.iter().skip(index + 1).filter(|entry| !chosen(entry)).cloned().collect();
        for (named, text) in entry.texts() {
            let is_anothers = |(other, known): (usize, &Entry)| {
                other != index && known.text_at(&named) == Some(text) && !(other > index && chosen(known))
            };
            if entries.iter().enumerate().any(is_anothers) {
                continue;
            }
            let value = value_at(editor, &named);
            let rest = value.and_then(|value| text.take_out(&value, &others(&later, &named, text)));
            if let Some((rest, at)) = rest.zip(editor.resolve(&named)) {
                editor.replace(&at, Value::String(rest));
            }
        }
        for named in entry.named() {
            let value = match added_text::variable(&named.join("value")) {
                Some(_) => named.join("value"),
                None => named.clone(),
            };
            let texts: Vec<&AddedText> = later.iter().filter_map(|entry| entry.text_at(&value)).collect();
            let found = value_at(editor, &value).filter(|_| !texts.is_empty());
            let is_whole = |found: &String| {
                texts.iter().rev().try_fold(found.clone(), |value, text| text.take_off(&value)).is_some()
            };
            let heir =
                entries.iter_mut().skip(index + 1).find(|entry| entry.text_at(&value).is_some() && !chosen(entry));
            if let (Some(_), Some(heir), Some(at)) = (found.filter(is_whole), heir, editor.resolve(&value)) {
                heir.edited.remove(&value.to_string());
                match named.tokens() {
                    [_, _, key] => heir.names[Slot::Annotations].push(key.to_string()),
                    _ => heir.fields.push(named.to_string()),
                }
                let alone = texts.iter().fold(String::new(), |value, text| text.put_on(&value));
                editor.replace(&at, Value::String(alone));
            }
        }
    }
}
