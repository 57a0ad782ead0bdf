//! The hash of an injection.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::{Existing, Item, NewHandler, Rendered, RenderedBlock, RenderedRewrite};
use crate::profile::slot::{Form, SlotMap};

impl Rendered {
    /// The hash is in records out in the world, so what is hashed stays the same to the byte: a JSON list of the slots, in
    /// their order. Slots that came after the first eight are not hashed where they are the last and empty. With it comes how many
    /// bytes were hashed.
    pub(super) fn digest(&self) -> (String, usize) {
        let mut hashed = serde_json::to_vec(&hashed_slots(&self.added)).unwrap_or_default();
        for RenderedBlock { only, added, rewrites, .. } in &self.blocks {
            hashed.extend(serde_json::to_vec(&(only, hashed_slots(added))).unwrap_or_default());
            for RenderedRewrite { handler, to, .. } in rewrites {
                if let NewHandler::Of(kind, to) = to {
                    hashed.extend(serde_json::to_vec(&(handler.written(), kind.member(), to)).unwrap_or_default());
                }
            }
        }
        hashed.extend(self.pod.hashed());
        let size = hashed.len();
        let digest = Sha256::digest(hashed);
        let hash = digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        (hash, size)
    }
}

fn hashed_slots(added: &SlotMap<Vec<Item>>) -> Vec<Hashed<'_>> {
    const ALWAYS: usize = 8;
    let mut slots: Vec<Hashed<'_>> = added.iter().map(|(slot, items)| Hashed(slot.form(), items)).collect();
    while slots.len() > ALWAYS && slots.last().is_some_and(|last| last.1.is_empty()) {
        slots.pop();
    }
    slots
}

/// What one slot adds, as it is hashed.
struct Hashed<'r>(Form, &'r [Item]);

impl Serialize for Hashed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Form::List(..) => serializer.collect_seq(self.1.iter().map(HashedItem)),
            Form::Map(_) => serializer.collect_map(self.1.iter().map(|item| (&item.key, HashedItem(item)))),
        }
    }
}

/// An element as it is hashed. How it is added is hashed only where the element says so.
struct HashedItem<'r>(&'r Item);

impl Serialize for HashedItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Item { value, at: None, existing: Existing::Keep, .. } => value.serialize(serializer),
            Item { value, at, existing, .. } => (&**value, at, existing).serialize(serializer),
        }
    }
}
