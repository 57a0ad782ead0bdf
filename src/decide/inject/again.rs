//! Additions that need not be made again: an earlier pod had the shape of this one and the same wherever adding to it looked, and
//! the profile adds the same to both.
//!
//! Adding is a function of what [`Planner::add`] hands in. Of these, the object is compared by its [`Footprint`], and all else by
//! value; what a profile says, and what is asked, is the same in a run. Labels and annotations of which only the values differ, such
//! as one with the workload's name, are put in: where one was added, it was absent, and no other addition depends on its value. None is
//! added twice, which would be a fault of the rendering. Whether the pod opted in may be asked of such a value, but only where
//! nothing was added.
//!
//! [`Planner::add`]: super::planner::Planner::add

use std::sync::Arc;

use super::render::{Item, Rendered};
use crate::decide::record::{Entry, listed};
use crate::diagnostic::Diagnostic;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::Identity;
use crate::profile::slot::{Home, Slot};
use crate::value::footprint::Footprint;
use crate::value::layer::Change;
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::recent::Recent;
use crate::value::view::View;

/// How many additions are kept, the latest.
const KEPT: usize = 4;

/// The latest additions of a run, in which no two profiles have one name.
#[derive(Debug, Default)]
pub(super) struct Additions(Recent<Addition, KEPT>);

/// What adding depends on beside the object, and what is the same in a run.
#[derive(Clone, Copy)]
pub(super) struct Terms<'t> {
    pub(super) profile: &'t str,
    pub(super) rendered: &'t Arc<Rendered>,
    /// Where the pod template is.
    pub(super) place: &'t Pointer,
    /// Of which only group and kind count.
    pub(super) identity: &'t Identity,
    pub(super) kubernetes_version: KubernetesVersion,
}

/// What was added to one object, and on which terms.
#[derive(Debug)]
struct Addition {
    profile: String,
    rendered: Arc<Rendered>,
    place: Pointer,
    group: String,
    kind: String,
    kubernetes_version: KubernetesVersion,
    object: Footprint,
    added: Added,
}

/// What adding comes to.
#[derive(Clone, Debug)]
pub(super) struct Added {
    pub(super) patch: Patch,
    pub(super) change: Change,
    pub(super) entry: Entry,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Additions {
    /// What was added to an object like this one.
    pub(super) fn of<'a, V: View<'a>>(&self, terms: Terms<'_>, (object, template): (V, V)) -> Option<Added> {
        self.0.find(|known| {
            let differing = known.differing(terms)?;
            object.is_like(&known.object).then(|| known.added.with(template, terms.place, &differing))?
        })
    }

    /// Whether to keep what is added to the object for which there was none.
    pub(super) fn are_worth_keeping(&self) -> bool {
        self.0.is_worth_keeping()
    }

    /// Keeps what was added to an object.
    pub(super) fn push(&self, terms: Terms<'_>, object: Footprint, added: Added) {
        let Terms { profile, rendered, place, identity, kubernetes_version } = terms;
        self.0.push(Addition {
            profile: profile.to_owned(),
            rendered: Arc::clone(rendered),
            place: place.clone(),
            group: identity.group.clone(),
            kind: identity.kind.clone(),
            kubernetes_version,
            object,
            added,
        });
    }

    /// Whether the last object was like one that was kept.
    #[cfg(test)]
    pub(super) fn were_found(&self) -> bool {
        self.0.was_found()
    }
}

impl Addition {
    /// The labels and annotations that now have other values; `None` where more differs.
    fn differing<'r>(&self, terms: Terms<'r>) -> Option<Vec<(Slot, &'r Item)>> {
        let is_same = self.profile == terms.profile
            && self.place == *terms.place
            && self.kubernetes_version == terms.kubernetes_version
            && (&self.group, &self.kind) == (&terms.identity.group, &terms.identity.kind);
        if !is_same {
            return None;
        }
        if Arc::ptr_eq(&self.rendered, terms.rendered) {
            return Some(Vec::new());
        }
        let differ = self.rendered.pairs_with(terms.rendered)?.filter(|(_, known, item)| !known.has_value_of(item));
        differ.map(|(slot, known, item)| self.may_differ(slot, known, item).then_some((slot, item))).collect()
    }

    /// Whether a value may be another one: it was added where none was, and is no list of names.
    fn may_differ(&self, slot: Slot, known: &Item, item: &Item) -> bool {
        let is_list = |item: &Item| item.value.as_str().is_none_or(|value| listed::is_list(&item.key, value));
        slot.home() == Home::Metadata
            && self.added.entry.names[slot].iter().any(|name| item.key == name.as_str())
            && !is_list(known)
            && !is_list(item)
    }
}

impl Added {
    /// The same with these values. `place` is that of the template.
    fn with<'a, V: View<'a>>(&self, template: V, place: &Pointer, values: &[(Slot, &Item)]) -> Option<Self> {
        let mut added = self.clone();
        for (slot, item) in values {
            let at = slot.place().join(item.key.clone());
            let path = place.append(&at);
            let is_it = |op: &&mut Op| matches!(op, Op::Add(at, _) if *at == path);
            let Op::Add(_, value) = added.patch.0.iter_mut().find(is_it)? else { return None };
            *value = Arc::clone(&item.value);
            added.change.replace(template, at.tokens(), &item.value).then_some(())?;
        }
        Some(added)
    }
}
