//! The hash of an injection as records had it before: of all that was rendered.

use std::io;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::hash::hex;
use super::{Existing, Item, NewHandler, Rendered, RenderedBlock, RenderedRewrite};
use crate::profile::slot::{Form, SlotMap};

impl Rendered {
    /// The hash that a record of before has for this injection. What is hashed stays the same to the byte.
    pub(in crate::decide::inject) fn earlier_hash(&self) -> String {
        hex(&Sha256::digest(self.hashed()))
    }

    pub(in crate::decide::inject) fn hashed(&self) -> Vec<u8> {
        let mut hashed = Vec::new();
        // Writing to memory cannot fail.
        let _ = self.write_hashed(&mut hashed, Items::Whole);
        hashed
    }

    /// How many bytes all of it has as JSON. Each item was counted when it was made, and is null here.
    pub(in crate::decide::inject) fn size(&self) -> usize {
        let slots = self.added.iter().chain(self.blocks.iter().flat_map(|block| block.added.iter()));
        let (items, nulls) = slots
            .flat_map(|(_, items)| items)
            .fold((0, 0), |(items, nulls), item| (items + item.size, nulls + "null".len()));
        let mut size = ByteCount(items);
        // Counting cannot fail.
        let _ = self.write_hashed(&mut size, Items::Null);
        size.0 - nulls
    }

    /// A JSON list of the slots, in their order. Slots that came after the first eight are left out where they are the last and
    /// empty.
    fn write_hashed(&self, out: &mut impl io::Write, shown: Items) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &hashed_slots(&self.added, shown))?;
        for RenderedBlock { only, added, rewrites, .. } in &self.blocks {
            serde_json::to_writer(&mut *out, &(only, hashed_slots(added, shown)))?;
            for RenderedRewrite { handler, to, .. } in rewrites {
                if let NewHandler::Of(kind, to) = to {
                    serde_json::to_writer(&mut *out, &(handler.written(), kind.member(), to))?;
                }
            }
        }
        out.write_all(&self.pod.hashed())
    }
}

/// What is written of items.
#[derive(Clone, Copy)]
enum Items {
    Whole,
    Null,
}

/// How many bytes an item has as JSON.
pub(super) fn size_of_item(item: &Item) -> usize {
    let mut size = ByteCount(0);
    // Counting cannot fail.
    let _ = serde_json::to_writer(&mut size, &HashedItem(item, Items::Whole));
    size.0
}

/// Counts what is written to it.
struct ByteCount(usize);

impl io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hashed_slots(added: &SlotMap<Vec<Item>>, shown: Items) -> Vec<Hashed<'_>> {
    const ALWAYS: usize = 8;
    let mut slots: Vec<Hashed<'_>> = added.iter().map(|(slot, items)| Hashed(slot.form(), items, shown)).collect();
    while slots.len() > ALWAYS && slots.last().is_some_and(|last| last.1.is_empty()) {
        slots.pop();
    }
    slots
}

/// What one slot adds, as it is hashed.
struct Hashed<'r>(Form, &'r [Item], Items);

impl Serialize for Hashed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let item = |item| HashedItem(item, self.2);
        match self.0 {
            Form::List(..) => serializer.collect_seq(self.1.iter().map(item)),
            Form::Map(_) => serializer.collect_map(self.1.iter().map(|one| (one.key.as_str(), item(one)))),
        }
    }
}

/// An element as it is hashed. How it is added is hashed only where the element says so.
struct HashedItem<'r>(&'r Item, Items);

impl Serialize for HashedItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.1, self.0) {
            (Items::Null, _) => serializer.serialize_unit(),
            (Items::Whole, Item { value, at: None, existing: Existing::Keep, .. }) => value.serialize(serializer),
            (Items::Whole, Item { value, at, existing, .. }) => (&**value, at, existing).serialize(serializer),
        }
    }
}
