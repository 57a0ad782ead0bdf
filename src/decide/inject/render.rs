//! A profile with its parameters filled in: what would be added to one pod template.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic};
use crate::kube::validity::{self, Role};
use crate::profile::slot::{Clash, Form, Home, Slot, SlotMap, Validity};
use crate::profile::template::{RenderFault, Rendering, Surroundings, Unit};
use crate::profile::{Addition, EnvPlacement, Placement, PlacementTemplate, Profile, Template, grammar};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{self, View};

mod alike;
mod blocks;
mod earlier_hash;
mod existing;
mod hash;
mod kept;
mod memo;
mod pod;
mod rewrites;

pub(crate) use blocks::{ForContainers, RenderedBlock};
pub(crate) use existing::{Existing, OnValueFrom};
pub(crate) use hash::{HashMatch, digest};
pub use kept::Renderings;
use memo::KnownParts;
pub(crate) use pod::{PodElement, PodItem, RenderedPod};
pub(crate) use rewrites::{NewHandler, RenderedRewrite};

/// Whether the profile's containers run beside the application's, or before and beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Sidecar {
    /// Among `containers`.
    #[default]
    Classic,
    /// Among `initContainers`, with `restartPolicy: Always`.
    Native,
}

/// One element that is added to a slot.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// How it is named: the key in a map, and in a list the first member that names its elements; empty where there is none.
    pub key: ReferenceToken,
    /// Shared with the patch and the changed template, so that many pods with the same injection cost one.
    pub value: Arc<Value>,
    /// Which of the slot's additions in the profile it is from: one may give several items, or none.
    pub source: usize,
    /// Where a container goes, if not where the others go.
    pub placement: Option<Placement>,
    /// Of a container that runs beside the application's: how.
    pub sidecar: Sidecar,
    /// Which end of the list a variable goes to, if it says so itself.
    pub at: Option<EnvPlacement>,
    /// What happens to a value that is there already.
    pub existing: Existing,
    /// How many bytes it has as JSON, as [`Rendered::size`] counts them.
    size: usize,
    soundness: Soundness,
}

/// Whether it is known of an item that the API server refuses nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Soundness {
    NotKnown,
    /// Nothing of a volume; nothing of a container, as long as the volumes that it mounts are there.
    Sound,
}

impl Item {
    /// Whether another one has the same value, to the letter, and is checked as this one is.
    fn is_as(&self, other: &Self) -> bool {
        (self.source, self.sidecar, self.size) == (other.source, other.sidecar, other.size) && self.has_value_of(other)
    }
}

/// What a profile adds, rendered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rendered {
    /// What is added, by slot. Sidecars have `restartPolicy: Always` where they are native.
    pub added: SlotMap<Vec<Item>>,
    /// What is added to the application's containers in blocks of their own.
    pub blocks: Vec<RenderedBlock>,
    /// What is set in the pod's spec.
    pub pod: RenderedPod,
    /// The user id that the application may not have.
    pub reserved_user: Option<Value>,
    /// The inbound TCP ports that are redirected.
    pub redirected: Option<Redirected>,
    /// Expressions that have no value with these parameters: then nothing may be added.
    pub failed: Vec<RenderFault>,
    /// What the API server refuses of all that can be checked without a pod: of what, and what is wrong.
    pub faults: Vec<(&'static str, Diagnostic)>,
    /// The hash that a record of it has.
    pub hash: String,
}

/// Lists of ports, as a parameter has them. An empty item counts as no item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirected {
    include: String,
    exclude: String,
}

impl Redirected {
    pub(super) fn has(&self, port: u64) -> bool {
        grammar::has_port(&self.include, port) && !grammar::has_port(&self.exclude, port)
    }
}

/// With how many of the latest renderings a new item is compared.
const MOST_COMPARED: usize = 2;

/// How much a profile may add whose expressions decide how much it is: an annotation of a few bytes could ask for any amount.
const MOST_BYTES: usize = 64 * 1024;

impl Rendered {
    /// Fills in a profile's parameters, whose values are in their order.
    pub(crate) fn new<'v, V: View<'v>>(
        profile: &Profile,
        values: &[Cow<'_, Value>],
        surroundings: Surroundings<'v, V>,
        sidecar: Sidecar,
    ) -> Self {
        let rendering = Rendering::new(values, &profile.lets, surroundings);
        Self::unchecked(profile, &rendering, sidecar, None).checked(profile, &[])
    }

    /// What is added, without a look at whether it may be. What is known is taken from there.
    fn unchecked<'v, V: View<'v>>(
        profile: &Profile,
        rendering: &Rendering<'_, 'v, V>,
        sidecar: Sidecar,
        known: Option<&dyn KnownParts>,
    ) -> Self {
        let mut parts = 0..;
        let mut next = || parts.next().unwrap_or_default();
        let added = SlotMap::new(|slot| {
            let mut items = Vec::with_capacity(profile.added[slot].len());
            for (source, addition) in profile.added[slot].iter().enumerate() {
                let part = next();
                if let Some(known) = known.and_then(|known| known.part(part)) {
                    items.extend(known.added[slot].iter().filter(|item| item.source == source).cloned());
                    continue;
                }
                let mut found = |value| items.push(item(rendering, (slot, sidecar), (source, addition), value));
                rendering.as_unit(Unit::Part(part), || addition.template.each(rendering, &mut found));
            }
            items
        });
        let part = next();
        let rest = match known.and_then(|known| known.part(part)) {
            Some(Self { blocks, pod, reserved_user, redirected, .. }) => {
                let (reserved_user, redirected) = (reserved_user.clone(), redirected.clone());
                Self { blocks: blocks.clone(), pod: pod.clone(), reserved_user, redirected, ..Self::default() }
            }
            None => rendering.as_unit(Unit::Part(part), || Self::rest(profile, rendering.pod(), rendering)),
        };
        Self { added, failed: rendering.faults(), ..rest }
    }

    /// What is not added to a slot.
    fn rest<'v, V: View<'v>>(profile: &Profile, pod: V, rendering: &Rendering<'_, 'v, V>) -> Self {
        let reserved = profile.reserved_user.as_ref();
        let reserved = reserved.filter(|reserved| reserved.when.render(rendering) == Value::Bool(true));
        let reserved_user = reserved.map(|reserved| reserved.id.render(rendering)).filter(|id| !id.is_null());
        let text = |template: &Template| match template.render(rendering) {
            Value::String(text) => text,
            Value::Number(port) => port.to_string(),
            _ => String::new(),
        };
        let redirected = profile.redirected_ports.as_ref().map(|ports| Redirected {
            include: text(&ports.include),
            exclude: ports.exclude.as_ref().map(text).unwrap_or_default(),
        });
        let blocks = blocks::render(profile, pod, rendering);
        Self { blocks, pod: RenderedPod::new(profile, rendering), reserved_user, redirected, ..Self::default() }
    }

    /// With what is wrong with it. An item that one of the others has is shared with it, and is sound where
    /// it was sound there.
    fn checked(mut self, profile: &Profile, others: &[&Self]) -> Self {
        for slot in Slot::ALL.iter().copied() {
            for item in self.added[slot].iter_mut().filter(|item| item.soundness == Soundness::NotKnown) {
                // Comparing it with all of them would take more than it saves.
                let mut others = others.iter().take(MOST_COMPARED);
                if let Some(known) = others.find_map(|other| other.added[slot].iter().find(|known| item.is_as(known))) {
                    (item.value, item.soundness) = (Arc::clone(&known.value), known.soundness);
                }
            }
        }
        self.find_sound();
        self.faults = self.faults(others);
        let size = self.size();
        if size > MOST_BYTES && !profile.expressions().is_empty() {
            let message = format!("what it adds has {size} bytes, and may have at most {MOST_BYTES}");
            self.faults.push(("what is added", Diagnostic::new(Code::Invalid, Pointer::root(), message)));
        }
        self
    }

    /// Whether one of its containers is a native sidecar.
    pub(crate) fn has_native(&self) -> bool {
        self.added[Slot::Containers].iter().any(|item| item.sidecar == Sidecar::Native)
    }

    /// Whether it adds a container of this name of which the API server refuses nothing, as long as the volumes that it mounts
    /// are there.
    pub(super) fn has_sound_container(&self, name: &str) -> bool {
        self.all_containers().any(|item| item.soundness == Soundness::Sound && item.key == name)
    }

    /// Whether it adds a volume of this name of which the API server refuses nothing.
    pub(super) fn has_sound_volume(&self, name: &str) -> bool {
        self.added[Slot::Volumes].iter().any(|item| item.soundness == Soundness::Sound && item.key == name)
    }

    fn find_sound(&mut self) {
        for slot in Slot::ALL.iter().copied() {
            for item in self.added[slot].iter_mut().filter(|item| item.soundness == Soundness::NotKnown) {
                let found = match slot.validity() {
                    // Native sidecars are init containers.
                    Validity::Container(_) if item.sidecar == Sidecar::Native => is_sound(&item.value, Role::Init),
                    Validity::Container(role) => is_sound(&item.value, role),
                    Validity::Volume => validity::volumes(&[&item.value], &Pointer::root()).is_empty(),
                    Validity::Alone(..) | Validity::Schema => false,
                };
                if found {
                    item.soundness = Soundness::Sound;
                }
            }
        }
    }

    /// What is added to one slot was checked, where one of the others adds the same and has no fault.
    fn faults(&self, others: &[&Self]) -> Vec<(&'static str, Diagnostic)> {
        let mut faults = Vec::new();
        let is_shared = |(one, two): (&Item, &Item)| Arc::ptr_eq(&one.value, &two.value) && one.key == two.key;
        let is_known = |slot: Slot, items: &[Item]| {
            items.is_empty()
                || others.iter().take(MOST_COMPARED).filter(|other| other.faults.is_empty()).any(|other| {
                    let known = &other.added[slot];
                    known.len() == items.len() && items.iter().zip(known).all(is_shared)
                })
        };
        let added = self.added.iter().filter(|(slot, items)| !is_known(*slot, items));
        let blocks = self.blocks.iter().flat_map(|block| block.added.iter());
        for (slot, items) in added.chain(blocks) {
            if let Validity::Alone(what, check) = slot.validity() {
                let items: Vec<(&str, &Value)> = items.iter().map(|item| (item.key.as_str(), &*item.value)).collect();
                faults.extend(check(&items, &Pointer::root()).into_iter().map(|fault| (what, fault)));
            }
        }
        faults.extend(self.named_twice());
        faults.extend(self.pod.faults());
        faults
    }

    /// What is there twice under one name: with expressions, that shows only now.
    fn named_twice(&self) -> Vec<(&'static str, Diagnostic)> {
        let mut twice = Vec::new();
        let slots = self.added.iter().filter(|(slot, _)| slot.home() != Home::Application);
        for (slot, items) in slots.filter(|(slot, _)| slot.clash() != Clash::Same) {
            for item in items {
                let is_before = |known: &&Item| !std::ptr::eq(*known, item);
                let is_it = |known: &Item| view::is_same_name(&known.key, &item.key);
                let is_second = match slot.holds_containers() {
                    true => self.all_containers().take_while(is_before).any(is_it),
                    false => items.iter().take_while(is_before).any(is_it),
                };
                if is_second {
                    let at = slot.place_in_profile().element(item.source);
                    let message = format!("`{at}` makes `{}` a second time", item.key);
                    twice.push((slot.field(), Diagnostic::new(Code::Invalid, Pointer::root(), message)));
                }
            }
        }
        twice
    }

    /// The containers and init containers.
    pub(crate) fn all_containers(&self) -> impl Iterator<Item = &Item> {
        self.added.iter().filter(|(slot, _)| slot.holds_containers()).flat_map(|(_, items)| items)
    }
}

fn item<'v, V: View<'v>>(
    rendering: &Rendering<'_, 'v, V>,
    (slot, sidecar): (Slot, Sidecar),
    (source, addition): (usize, &Addition),
    mut value: Value,
) -> Item {
    let (at, existing) = match slot.form() {
        Form::Map(_) if addition.key.is_none() => (None, Existing::of_entry(&mut value)),
        Form::List(..) if slot == Slot::Env => Existing::of_variable(&mut value),
        Form::List(..) | Form::Map(_) => (None, Existing::Keep),
    };
    let key = match (slot.form(), &addition.key) {
        (Form::Map(_), Some(key)) => key.clone(),
        (Form::Map(_), None) => {
            let mut member = |name| value.get_mut(name).map(Value::take).unwrap_or_default();
            let (key, entry) = (member("key"), member("value"));
            value = entry;
            key.as_str().unwrap_or_default().to_owned()
        }
        (Form::List(..), _) => slot.key_of(&value).unwrap_or_default().into_owned(),
    };
    let sidecar = match &addition.native {
        _ if slot != Slot::Containers => Sidecar::Classic,
        None => sidecar,
        Some(native) if native.render(rendering) == Value::Bool(true) => Sidecar::Native,
        Some(_) => Sidecar::Classic,
    };
    if sidecar == Sidecar::Native {
        make_native(&mut value);
    }
    let placement = addition.placement.as_ref().and_then(|placement| placement_of(placement, rendering));
    let (value, soundness) = (Arc::new(value), Soundness::NotKnown);
    let item = Item { key: key.into(), value, source, placement, sidecar, at, existing, size: 0, soundness };
    Item { size: earlier_hash::size_of_item(&item), ..item }
}

fn placement_of<'v, V: View<'v>>(placement: &PlacementTemplate, rendering: &Rendering<'_, 'v, V>) -> Option<Placement> {
    let text = |template: &Template| match template.render(rendering) {
        Value::String(text) => Some(text),
        _ => None,
    };
    match placement {
        PlacementTemplate::Before(name) => text(name).map(Placement::Before),
        PlacementTemplate::After(name) => text(name).map(Placement::After),
        PlacementTemplate::Word(word) => match text(word)?.as_str() {
            "First" => Some(Placement::First),
            "Last" => Some(Placement::Last),
            _ => {
                rendering.refuse(word, "`First` or `Last`");
                None
            }
        },
    }
}

fn is_sound(container: &Value, role: Role) -> bool {
    let volumes = mounted(container).map(str::to_owned).collect();
    validity::containers(&[container], role, &volumes, &Pointer::root()).is_empty()
}

/// Gives a container `restartPolicy: Always`, after its name and image, where a reader looks first.
fn make_native(container: &mut Value) {
    let Value::Object(members) = container else { return };
    let mut native = Map::new();
    let always = || Value::String("Always".to_owned());
    for (name, value) in std::mem::take(members) {
        let place = name == "image" || name == "name";
        native.insert(name, value);
        if place && native.contains_key("name") && native.contains_key("image") {
            native.entry("restartPolicy").or_insert_with(always);
        }
    }
    native.insert("restartPolicy".to_owned(), always());
    *members = native;
}

/// The volumes that a container mounts.
pub(super) fn mounted(container: &Value) -> impl Iterator<Item = &str> {
    ["volumeMounts", "volumeDevices"]
        .into_iter()
        .filter_map(|field| container.member(field)?.as_array())
        .flatten()
        .map(name)
}

/// An element's name; empty where it has none.
pub(crate) fn name(element: &Value) -> &str {
    element.member("name").and_then(Value::as_str).unwrap_or_default()
}
