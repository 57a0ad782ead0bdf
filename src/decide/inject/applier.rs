//! What is known while one rendered profile is put into one pod template, and the single changes, each with what the record
//! has to know to undo it.

use std::sync::Arc;

use serde_json::Value;

use super::Beside;
use super::editor::{Editor, Ensured};
use super::render::Rendered;
use crate::decide::record::Entry;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::defaults::{self, DefaultsOf};
use crate::kube::version::KubernetesVersion;
use crate::profile::Profile;
use crate::profile::slot::Slot;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::View;

/// Everything that is known while one profile is applied.
pub(super) struct Applier<'a, V> {
    pub(super) editor: &'a mut Editor<V>,
    pub(super) profile: &'a Profile,
    pub(super) rendered: &'a Rendered,
    /// The record as it is before this profile.
    pub(super) record: &'a [Entry],
    /// What the object says of its pods outside their template.
    pub(super) beside: &'a Beside,
    pub(super) kubernetes_version: KubernetesVersion,
    /// The profile's own entry, where it has one: what that names is there, and is left alone.
    pub(super) own: Option<&'a Entry>,
    pub(super) done: Applied,
}

/// What applying a profile comes to.
#[derive(Default)]
pub(super) struct Applied {
    /// The new entry of the record.
    pub(super) entry: Entry,
    /// The names of the pod's own containers that were completed.
    pub(super) completed: Vec<String>,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'v, V: View<'v>> Applier<'_, V> {
    pub(super) fn error(&mut self, code: Code, at: &Pointer, message: String, hint: Option<&str>) {
        let at = self.editor.place().append(at);
        self.done.errors.push(Diagnostic { code, at, message, hint: hint.map(str::to_owned) });
    }

    pub(super) fn warn(&mut self, code: Code, at: &Pointer, message: String) {
        let at = self.editor.place().append(at);
        self.done.warnings.push(Diagnostic::new(code, at, message));
    }

    /// Warns that the pod's own element stays.
    pub(super) fn keep(&mut self, slot: Slot, key: &str, at: &Pointer) {
        let message = format!("the {} `{key}` already has another value, which is kept", slot.noun());
        self.warn(Code::KeptValue, at, message);
    }

    /// Makes sure that a list is there, and notes whether it was; `named` is its pointer with names for indexes.
    pub(super) fn ensure_list(&mut self, at: &Pointer, named: &Pointer) {
        let ensured = self.editor.ensure_list(at);
        self.note(ensured, at, named, "a list");
    }

    pub(super) fn ensure_object(&mut self, at: &Pointer) {
        let ensured = self.editor.ensure_object(at);
        self.note(ensured, at, at, "an object");
    }

    fn note(&mut self, ensured: Ensured, at: &Pointer, named: &Pointer, wanted: &str) {
        match ensured {
            Ensured::Present => {}
            Ensured::Created => self.done.entry.created.push(named.to_string()),
            Ensured::WasNull => drop(self.done.entry.replaced.insert(named.to_string(), Value::Null)),
            // The API server refuses such a pod, and nothing can be added to it.
            Ensured::Misfit(found) => {
                let field = at.tokens().last().map_or("", ReferenceToken::as_str);
                let message = format!("`{field}` is {found}, and must be {wanted}");
                if !self.done.errors.iter().any(|error| error.message == message) {
                    self.error(Code::BadValue, at, message, None);
                }
            }
        }
    }

    /// Adds one field to one of the user's own containers, and records it.
    pub(super) fn add_field(&mut self, at: &Pointer, named: &Pointer, value: &Value) {
        self.editor.add(at, value.clone());
        self.done.entry.fields.push(named.to_string());
    }

    /// Adds an element of this name to a list of one of the user's own containers, and records it. `at` is the list with the
    /// container's index, `named` with its name, and `token` the index for the element, or `-` for the end.
    pub(super) fn add_element(
        &mut self,
        (at, token): (&Pointer, &str),
        named: &Pointer,
        key: &str,
        value: impl Into<Arc<Value>>,
    ) {
        self.ensure_list(at, named);
        self.editor.add(&at.join(token), value);
        self.done.entry.fields.push(named.join(key).to_string());
    }

    /// Whether the element at an index of a list is this.
    pub(super) fn is_at(&self, list: &Pointer, index: usize, value: &Value) -> bool {
        self.editor.list(list).get(index).is_some_and(|found| found.equals(value))
    }

    /// Whether the element at an index of a list is this, whether the API server has filled in its defaults or not.
    pub(super) fn is_stored_at(&self, list: &Pointer, index: usize, (of, value): (DefaultsOf, &Value)) -> bool {
        let found = self.editor.list(list).get(index).copied();
        found.is_some_and(|found| defaults::differences(of, value, found).is_empty())
    }

    /// Whether the profile's own entry has this element of a slot.
    pub(super) fn has(&self, slot: Slot, key: &str) -> bool {
        self.own.is_some_and(|own| own.names[slot].iter().any(|known| known == key))
    }

    /// Whether the profile's own entry has this field of one of the user's own containers.
    pub(super) fn has_field(&self, named: &Pointer) -> bool {
        self.own.is_some_and(|own| own.fields.iter().any(|field| *field == named.to_string()))
    }

    /// Whether the profile's own entry has added text to this value.
    pub(super) fn has_text(&self, named: &Pointer) -> bool {
        self.own.is_some_and(|own| own.text_at(named).is_some())
    }

    /// Whether another profile has added this. Then both entries name it, and it is removed together with the last of them.
    pub(super) fn is_shared(&self, named: &Pointer) -> bool {
        self.record.iter().any(|entry| entry.named().contains(named))
    }
}
