//! What a profile sets in the pod's spec, rendered.

use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::profile::Profile;
use crate::profile::pod::{OnConflict, PodField, PodList};
use crate::profile::template::Rendering;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Fields of the pod's spec, and elements of its lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct RenderedPod {
    pub(crate) fields: Vec<PodItem>,
    pub(crate) elements: Vec<PodElement>,
}

/// A field of the pod's spec, with its value.
#[derive(Clone, Debug)]
pub(crate) struct PodItem {
    pub(crate) field: PodField,
    pub(crate) value: Arc<Value>,
    pub(crate) on_conflict: OnConflict,
}

/// An element of a list of the pod's spec.
#[derive(Clone, Debug)]
pub(crate) struct PodElement {
    pub(crate) list: PodList,
    /// Empty where it has none.
    pub(crate) key: String,
    pub(crate) value: Arc<Value>,
    pub(crate) on_conflict: OnConflict,
}

impl PodElement {
    /// Its place in the pod template, with its key for its index.
    pub(crate) fn named(&self) -> Pointer {
        self.list.place().join(self.key.as_str())
    }
}

impl RenderedPod {
    pub(super) fn new<'v, V: View<'v>>(profile: &Profile, rendering: &Rendering<'_, 'v, V>) -> Self {
        let mut rendered = Self::default();
        for addition in &profile.pod {
            let (field, on_conflict) = (addition.field, addition.on_conflict);
            addition.template.each(rendering, &mut |value| {
                rendered.fields.push(PodItem { field, value: Arc::new(value), on_conflict });
            });
        }
        for addition in &profile.pod_lists {
            let (list, on_conflict) = (addition.list, addition.on_conflict);
            addition.template.each(rendering, &mut |all| {
                let elements = list.elements(all).into_iter();
                let keyed = |(key, value)| PodElement { list, key, value: Arc::new(value), on_conflict };
                rendered.elements.extend(elements.map(keyed));
            });
        }
        rendered
    }

    /// Elements without the member that names them, and two of one name: with expressions, that shows only now.
    pub(super) fn faults(&self) -> Vec<(&'static str, Diagnostic)> {
        let mut faults = Vec::new();
        for (index, element) in self.elements.iter().enumerate() {
            let PodElement { list, key, .. } = element;
            let is_twice = |known: &PodElement| known.list == *list && known.key == *key;
            let message = match list.key_member() {
                Some(member) if key.is_empty() => format!("an element has no `{member}`"),
                _ if self.elements.iter().take(index).any(is_twice) => format!("`{key}` is there a second time"),
                _ => continue,
            };
            let name = list.path().last().copied().unwrap_or_default();
            faults.push((name, Diagnostic::new(Code::Invalid, Pointer::root(), message)));
        }
        faults
    }

    /// What the hash covers; nothing where nothing is set, so that the hash of other profiles does not change.
    pub(super) fn hashed(&self) -> Vec<u8> {
        if self.fields.is_empty() && self.elements.is_empty() {
            return Vec::new();
        }
        let fields: Vec<_> = self.fields.iter().map(|item| (item.field.to_string(), &*item.value)).collect();
        let elements: Vec<_> =
            self.elements.iter().map(|item| (item.list.to_string(), &item.key, &*item.value)).collect();
        serde_json::to_vec(&("pod", fields, elements)).unwrap_or_default()
    }
}
