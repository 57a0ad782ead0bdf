//! The fields of a profile's `spec`, and which of them decide what is added.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::slot::{Home, Slot};
use crate::value::view::{Kind, View};

/// What a field of `spec` decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldEffect {
    /// What is added, or how, so that the record's hash depends on it.
    Addition,
    /// The same, but only where an expression gives it: a word is part of the hash by what comes of it for a pod.
    ComputedAddition,
    /// Whether anything is added, what is refused, or what is reported.
    Rule,
    /// The values that expressions see. The hash has them by their defaults and by what differs from those.
    Parameters,
}

/// The fields of `spec` beside the slots. A slot decides what is added.
const OWN_FIELDS: &[(&str, FieldEffect)] = &[
    ("alreadyInjected", FieldEffect::Rule),
    ("application", FieldEffect::Addition),
    ("description", FieldEffect::Rule),
    ("excludedNamespaces", FieldEffect::Rule),
    // It was merged into the others.
    ("extends", FieldEffect::Rule),
    ("let", FieldEffect::Addition),
    ("matchConditions", FieldEffect::Rule),
    ("namespaceSelector", FieldEffect::Rule),
    ("namespaceSwitch", FieldEffect::Rule),
    ("nativeSidecar", FieldEffect::ComputedAddition),
    ("objectSelector", FieldEffect::Rule),
    ("onError", FieldEffect::Rule),
    ("onIneligible", FieldEffect::Rule),
    ("parameters", FieldEffect::Parameters),
    ("placement", FieldEffect::Addition),
    ("pod", FieldEffect::Addition),
    ("podSwitch", FieldEffect::Rule),
    ("policy", FieldEffect::Rule),
    ("redirectedPorts", FieldEffect::Rule),
    ("require", FieldEffect::Rule),
    ("reservedUser", FieldEffect::Rule),
    ("skip", FieldEffect::Rule),
    ("templatePaths", FieldEffect::Rule),
];

/// The slots that are fields of `spec`.
fn slots() -> impl Iterator<Item = &'static str> {
    Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application).map(Slot::field)
}

/// Every field of a profile's `spec`, in alphabetical order.
pub fn spec_fields() -> Vec<&'static str> {
    let mut fields: Vec<&'static str> = OWN_FIELDS.iter().map(|(field, _)| *field).chain(slots()).collect();
    fields.sort_unstable();
    fields
}

/// What of a profile's document decides what is added, and how: the slots, and the fields with [`FieldEffect::Addition`].
#[derive(Clone, Debug, Default)]
pub(crate) struct AddedDocument(Arc<Map<String, Value>>);

impl AddedDocument {
    /// Takes it from a document's `spec`.
    pub(super) fn of<'a, V: View<'a>>(spec: V) -> Self {
        let own = OWN_FIELDS.iter().filter_map(|(field, effect)| {
            let value = spec.member(field)?;
            let counts = match effect {
                FieldEffect::Addition => true,
                FieldEffect::ComputedAddition => value.string().is_some_and(|text| text.contains("{{")),
                FieldEffect::Rule | FieldEffect::Parameters => false,
            };
            counts.then_some((*field, value))
        });
        let slots = slots().filter_map(|field| Some((field, spec.member(field)?)));
        let is_there = |(_, value): &(&str, V)| value.kind() != Kind::Null;
        let fields = own.chain(slots).filter(is_there);
        Self(Arc::new(fields.map(|(field, value)| (field.to_owned(), value.value())).collect()))
    }

    /// Its fields.
    pub(crate) fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Takes away what says which sidecars are native.
    pub(super) fn forget_native(&mut self) {
        let fields = Arc::make_mut(&mut self.0);
        fields.shift_remove("nativeSidecar");
        let containers = fields.get_mut(Slot::Containers.field()).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten().filter_map(Value::as_object_mut) {
            container.shift_remove("native");
        }
    }
}
