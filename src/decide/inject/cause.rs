//! Why a field of an injection is not as its profile would inject it now: an edit, or what the profile reads of the object.

use super::render::{HashMatch, Rendered};
use super::state::EditCause;
use crate::kube::probe::Handler;
use crate::profile::slot::{Home, Slot, SlotMap};
use crate::profile::{Addition, Profile, Template};
use crate::value::pointer::{Pointer, ReferenceToken};

/// What is to be known to tell.
pub(super) struct Causes<'c> {
    pub(super) profile: &'c Profile,
    pub(super) rendered: &'c Rendered,
    /// What the record's hash says.
    pub(super) matched: HashMatch,
}

impl<'c> Causes<'c> {
    /// Of a difference at a place within what is at this pointer, whose list indexes are names.
    pub(super) fn of(&self, named: &Pointer, within: &Pointer) -> EditCause {
        if self.matched == HashMatch::Rendering {
            return EditCause::Edit;
        }
        let sources = self.sources(named);
        let reads = |(template, rest): &(&Template, &[ReferenceToken])| {
            let path: Vec<String> = rest.iter().chain(within.tokens()).map(ToString::to_string).collect();
            self.profile.may_read_object_at(template, &path)
        };
        match sources.is_empty() || sources.iter().any(reads) {
            true => EditCause::EditOrObject,
            false => EditCause::Edit,
        }
    }

    /// Of something that the profile would not add now.
    pub(super) fn of_absent(&self) -> EditCause {
        match self.matched {
            HashMatch::Rendering => EditCause::Edit,
            HashMatch::Settings | HashMatch::Nothing => EditCause::EditOrObject,
        }
    }

    /// The templates that may have given what is at a pointer, each with the rest of the pointer; none where that is not known.
    fn sources<'n>(&self, named: &'n Pointer) -> Vec<(&'c Template, &'n [ReferenceToken])> {
        let with = |sources: Vec<&'c Template>, rest: &'n [ReferenceToken]| {
            sources.into_iter().map(|one| (one, rest)).collect()
        };
        match named.tokens() {
            _ if Handler::at_end_of(named).is_some() => {
                let rewrites = self.profile.blocks.iter().flat_map(|block| &block.rewrites);
                with(rewrites.map(|rewrite| &rewrite.to).collect(), &[])
            }
            [_, map, key] if let Some(slot) = Slot::named(Home::Metadata, map) => with(self.of_slot(slot, key), &[]),
            [_, list, name, rest @ ..] => match Slot::named(Home::Spec, list) {
                Some(slot) if slot.holds_containers() => {
                    let own = Slot::ALL.into_iter().filter(|slot| slot.holds_containers());
                    let own: Vec<_> = own.flat_map(|slot| self.of_slot(slot, name)).collect();
                    match rest {
                        [list, key, rest @ ..] if own.is_empty() => {
                            let slot = Slot::named(Home::Application, list);
                            with(slot.map(|slot| self.of_application(slot, key)).unwrap_or_default(), rest)
                        }
                        rest => with(own, rest),
                    }
                }
                Some(slot) => with(self.of_slot(slot, name), rest),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn of_slot(&self, slot: Slot, key: &str) -> Vec<&'c Template> {
        templates(slot, key, &self.rendered.added, &self.profile.added).collect()
    }

    fn of_application(&self, slot: Slot, key: &str) -> Vec<&'c Template> {
        let blocks = self.rendered.blocks.iter().filter_map(|block| {
            let source = self.profile.blocks.get(block.source)?;
            Some(templates(slot, key, &block.added, &source.added))
        });
        blocks.flatten().chain(self.of_slot(slot, key)).collect()
    }
}

/// The templates of a slot whose items have this key.
fn templates<'c>(
    slot: Slot,
    key: &str,
    rendered: &'c SlotMap<Vec<super::Item>>,
    added: &'c SlotMap<Vec<Addition>>,
) -> impl Iterator<Item = &'c Template> {
    let items = rendered[slot].iter().filter(move |item| item.key == key);
    items.filter_map(move |item| added[slot].get(item.source).map(|addition| &addition.template))
}
