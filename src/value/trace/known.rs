//! What was read of a value whose document is like a known text: all else than scalars is the same wherever that is so.

use super::There;
use crate::value::footprint::KnownPlace;
use crate::value::view::View;

/// The scalars that were read of a value, and where it is in that text.
#[derive(Clone, Debug)]
pub(super) struct KnownReads {
    pub(super) root: KnownPlace,
    /// What was at places of that text.
    pub(super) scalars: Vec<(u32, There)>,
}

impl KnownReads {
    /// Whether another value has the same scalars; `None` if its document is not like that text.
    pub(super) fn are_of<'a, V: View<'a>>(&self, value: V) -> Option<bool> {
        let is_there = |(place, there): &(u32, There)| there.is(value.at_place(*place));
        (value.known_place() == Some(self.root)).then(|| self.scalars.iter().all(is_there))
    }

    /// With what another reader has read of the same value.
    pub(super) fn with(mut self, more: &Self) -> Option<Self> {
        if self.root != more.root {
            return None;
        }
        for (place, there) in &more.scalars {
            if self.scalars.iter().all(|(known, _)| known != place) {
                self.scalars.push((*place, there.clone()));
            }
        }
        Some(self)
    }
}
