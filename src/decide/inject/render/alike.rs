//! What two renderings have in common.

use std::sync::Arc;

use super::{Item, Rendered, RenderedBlock, RenderedPod};
use crate::profile::slot::{Slot, SlotMap};
use crate::value::view;

impl Item {
    /// Whether another one has the same value, to the letter.
    pub(in crate::decide::inject) fn has_value_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value) || view::identical(&self.value, &other.value)
    }

    /// Whether another one is put in the same place, in the same way.
    fn is_put_as(&self, other: &Self) -> bool {
        let Self { key, value: _, source, placement, sidecar, at, existing, size: _, soundness: _ } = self;
        (key, source, placement, sidecar, at, existing)
            == (&other.key, &other.source, &other.placement, &other.sidecar, &other.at, &other.existing)
    }
}

impl Rendered {
    /// The items that go to the pod, each beside that of another rendering; `None` where the two differ in more than values of these.
    pub(in crate::decide::inject) fn pairs_with<'r, 'o>(
        &'r self,
        other: &'o Self,
    ) -> Option<impl Iterator<Item = (Slot, &'r Item, &'o Item)>> {
        let Self { added, blocks, pod, reserved_user, redirected, failed, faults, hash } = self;
        let is_good = failed.is_empty() && faults.is_empty() && other.failed.is_empty() && other.faults.is_empty();
        let has_same_user = match (reserved_user, &other.reserved_user) {
            (Some(one), Some(two)) => view::identical(one, two),
            (one, two) => one.is_none() && two.is_none(),
        };
        let is_same = is_good
            && has_same_user
            && (hash, redirected) == (&other.hash, &other.redirected)
            && blocks.len() == other.blocks.len()
            && blocks.iter().zip(&other.blocks).all(|(one, two)| one.is_as(two))
            && pod.is_as(&other.pod)
            && are_put_as(added, &other.added);
        is_same.then(|| pairs(added, &other.added))
    }
}

/// The items of two maps of equal lists, side by side.
fn pairs<'r, 'o>(
    one: &'r SlotMap<Vec<Item>>,
    two: &'o SlotMap<Vec<Item>>,
) -> impl Iterator<Item = (Slot, &'r Item, &'o Item)> {
    one.iter().flat_map(|(slot, items)| items.iter().zip(&two[slot]).map(move |(one, two)| (slot, one, two)))
}

fn are_put_as(one: &SlotMap<Vec<Item>>, two: &SlotMap<Vec<Item>>) -> bool {
    one.iter().all(|(slot, items)| items.len() == two[slot].len())
        && pairs(one, two).all(|(_, one, two)| one.is_put_as(two))
}

impl RenderedBlock {
    fn is_as(&self, other: &Self) -> bool {
        let Self { source, targets, only, added, rewrites } = self;
        (source, targets, only) == (&other.source, &other.targets, &other.only)
            // What is rewritten is the pod's own, so a block that rewrites is hardly ever the same.
            && rewrites.is_empty()
            && other.rewrites.is_empty()
            && are_put_as(added, &other.added)
            && pairs(added, &other.added).all(|(_, one, two)| one.has_value_of(two))
    }
}

impl RenderedPod {
    fn is_as(&self, other: &Self) -> bool {
        let Self { fields, elements } = self;
        let same = |one, two| Arc::ptr_eq(one, two) || view::identical(one, two);
        (fields.len(), elements.len()) == (other.fields.len(), other.elements.len())
            && fields.iter().zip(&other.fields).all(|(one, two)| {
                (one.field, one.on_conflict) == (two.field, two.on_conflict) && same(&one.value, &two.value)
            })
            && elements.iter().zip(&other.elements).all(|(one, two)| {
                (one.list, &one.key, one.on_conflict) == (two.list, &two.key, two.on_conflict)
                    && same(&one.value, &two.value)
            })
    }
}
