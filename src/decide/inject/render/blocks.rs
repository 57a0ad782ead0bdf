//! What a profile adds to the application's containers where it says so in blocks, each with its own targets.

use serde_json::Value;

use super::rewrites::{self, RenderedRewrite};
use super::{Item, Rendered, Sidecar, item};
use crate::expression;
use crate::profile::slot::{Home, Slot, SlotMap};
use crate::profile::template::Rendering;
use crate::profile::{ApplicationBlock, BlockTargets, EnvPlacement, Profile, Targets};
use crate::value::view::{Kind, View};

/// A block with its expressions filled in.
#[derive(Clone, Debug)]
pub(crate) struct RenderedBlock {
    /// Its index in the profile.
    pub(crate) source: usize,
    pub(crate) targets: Targets,
    /// The one container that it was made for, where it reads the container at hand.
    pub(crate) only: Option<String>,
    pub(crate) added: SlotMap<Vec<Item>>,
    pub(crate) rewrites: Vec<RenderedRewrite>,
}

/// What is added to some of the application's containers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForContainers<'r> {
    pub(crate) targets: &'r Targets,
    pub(crate) only: Option<&'r str>,
    pub(crate) env_placement: EnvPlacement,
    pub(crate) added: &'r SlotMap<Vec<Item>>,
    pub(crate) rewrites: &'r [RenderedRewrite],
}

impl Rendered {
    /// What is added to the application's containers, in the profile's order.
    pub(crate) fn for_containers<'r>(&'r self, profile: &'r Profile) -> impl Iterator<Item = ForContainers<'r>> {
        let plain = ForContainers {
            targets: &profile.targets,
            only: None,
            env_placement: profile.env_placement,
            added: &self.added,
            rewrites: &[],
        };
        let has_any = Slot::of(Home::Application).any(|slot| !self.added[slot].is_empty());
        let block = |block: &'r RenderedBlock| {
            let RenderedBlock { source, targets, only, added, rewrites } = block;
            let env_placement = profile.blocks.get(*source).map(|block| block.env_placement).unwrap_or_default();
            ForContainers { targets, only: only.as_deref(), env_placement, added, rewrites }
        };
        has_any.then_some(plain).into_iter().chain(self.blocks.iter().map(block))
    }

    /// Everything that is added to a slot of the application's containers.
    pub(crate) fn application_items(&self, slot: Slot) -> impl Iterator<Item = &Item> {
        self.added[slot].iter().chain(self.blocks.iter().flat_map(move |block| &block.added[slot]))
    }
}

/// The profile's blocks. One that reads the container at hand is made once for each container that it may target.
pub(super) fn render<'v, V: View<'v>>(
    profile: &Profile,
    pod: V,
    rendering: &Rendering<'_, 'v, V>,
) -> Vec<RenderedBlock> {
    let mut rendered = Vec::new();
    for (source, block) in profile.blocks.iter().enumerate() {
        if block.when.as_ref().is_some_and(|when| rendering.holds(when) != Some(true)) {
            continue;
        }
        let targets = match &block.targets {
            BlockTargets::Fixed(targets) => targets.clone(),
            BlockTargets::Computed(names) => Targets::Named(texts(names.render(rendering))),
        };
        if !profile.reads_container(block) {
            let added = rendering.with(expression::Item::Null, || items(block, rendering));
            rendered.push(RenderedBlock { source, targets, only: None, added, rewrites: Vec::new() });
            continue;
        }
        for (name, container) in candidates(pod, &targets) {
            let (added, rewrites) = rendering.with(expression::Item::of_view(container), || {
                (items(block, rendering), rewrites::render(&block.rewrites, container, rendering))
            });
            rendered.push(RenderedBlock { source, targets: targets.clone(), only: Some(name), added, rewrites });
        }
    }
    rendered
}

fn items<'v, V: View<'v>>(block: &ApplicationBlock, rendering: &Rendering<'_, 'v, V>) -> SlotMap<Vec<Item>> {
    SlotMap::new(|slot| {
        let mut items = Vec::new();
        for (source, addition) in block.added[slot].iter().enumerate() {
            addition.template.each(rendering, &mut |value| {
                items.push(item(rendering, (slot, Sidecar::Classic), (source, addition), value));
            });
        }
        items
    })
}

/// The pod's containers that may be targets. Which of them are the application's is known when they are changed.
fn candidates<'v, V: View<'v>>(pod: V, targets: &Targets) -> Vec<(String, V)> {
    let lists = [(Slot::InitContainers, Targets::InitContainers), (Slot::Containers, Targets::Containers)];
    let mut found = Vec::new();
    for (list, of_list) in lists {
        let containers = pod.path(&["spec", list.field()]).filter(|list| list.kind() == Kind::Sequence);
        for container in containers.map(View::elements).unwrap_or_default() {
            let Some(name) = container.text(&["name"]) else { continue };
            let is_target = match targets {
                Targets::All => true,
                Targets::Named(names) => names.iter().any(|known| *known == *name),
                targets => *targets == of_list,
            };
            if is_target {
                found.push((name.into_owned(), container));
            }
        }
    }
    found
}

fn texts(value: Value) -> Vec<String> {
    let elements = match value {
        Value::Array(elements) => elements,
        _ => Vec::new(),
    };
    elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect()
}
