//! Which fields of the pod's spec an entry has set, and what undoing makes of each.

use serde_json::Value;

use super::Entry;
use crate::profile::pod::{PodField, PodList};
use crate::value::pointer::Pointer;

/// What undoing makes of a field of the pod's spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PodUndo {
    /// It was not there.
    Remove,
    /// It had this value.
    Restore(Value),
}

impl Entry {
    /// Everything that the entry put into the template: what it names, and the fields of the pod's spec that it replaced.
    pub(crate) fn held(&self) -> impl Iterator<Item = Pointer> {
        self.named().into_iter().chain(self.replaced_in_pod())
    }

    /// What was added to lists of the pod's spec, as pointers that have keys in place of indexes.
    pub(super) fn pod_elements(&self) -> impl Iterator<Item = Pointer> {
        let lists = self.pod.iter().filter_map(|(list, keys)| Some((Pointer::parse(list).ok()?, keys)));
        lists.flat_map(|(list, keys)| keys.iter().map(move |key| list.join(key.as_str())))
    }

    /// Notes an element that was added to a list of the pod's spec.
    pub(crate) fn push_to_pod(&mut self, list: PodList, key: &str) {
        self.pod.entry(list.place().to_string()).or_default().push(key.to_owned());
    }

    /// The fields of the pod's spec whose value was replaced.
    pub(crate) fn replaced_in_pod(&self) -> impl Iterator<Item = Pointer> {
        let places = self.replaced.keys().filter_map(|place| Pointer::parse(place).ok());
        places.filter(|place| PodField::at(place).is_some())
    }

    /// What undoing makes of a field; `None` where the entry has not set it.
    pub(crate) fn pod_undo(&self, place: &str) -> Option<PodUndo> {
        let is_added = self.fields.iter().any(|field| field == place);
        match self.replaced.get(place) {
            _ if is_added => Some(PodUndo::Remove),
            old => old.map(|old| PodUndo::Restore(old.clone())),
        }
    }

    /// Notes what undoing makes of a field, or that the entry has not set it.
    pub(crate) fn set_pod_undo(&mut self, place: &str, undo: Option<PodUndo>) {
        self.fields.retain(|field| field != place);
        self.replaced.remove(place);
        match undo {
            Some(PodUndo::Remove) => self.fields.push(place.to_owned()),
            Some(PodUndo::Restore(old)) => drop(self.replaced.insert(place.to_owned(), old)),
            None => {}
        }
    }
}
