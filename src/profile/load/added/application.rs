//! What a profile adds to containers of the application: in one piece, or in blocks that each have their own targets.

use super::super::{nodes, variable};
use super::Added;
use crate::expression::Type;
use crate::kube::probe::{Handler, HandlerKind};
use crate::kube::schema;
use crate::profile::load::parser::Within;
use crate::profile::reader::{Errors, Node, ProfileErrorKind};
use crate::profile::rewrite::Rewrite;
use crate::profile::slot::{Home, Slot, SlotMap};
use crate::profile::template::{Content, Part, Template};
use crate::profile::{ApplicationBlock, BlockTargets, EnvPlacement, Profile, Targets, scope};
use crate::value::view::{Kind, View};

const ONE_HANDLER: &str = "`to` has one of `httpGet`, `tcpSocket` and `grpc`, and nothing else";

impl Added<'_> {
    /// What goes to the application's containers, in one piece.
    pub(super) fn application<'a, V: View<'a>>(&mut self, node: Node<V>, profile: &mut Profile) {
        let Some(node) = node.object(&block_fields(&[]), self.parser.errors) else { return };
        profile.targets = node.get("targets").and_then(|node| targets_of(node, self.parser.errors)).unwrap_or_default();
        profile.env_placement = self.env_placement(&node);
        variable::check(node.get(Slot::Env.field()), self.parser.errors);
        for slot in Slot::of(Home::Application) {
            profile.added[slot] = self.slot(slot, node.get(slot.field()));
        }
    }

    fn env_placement<'a, V: View<'a>>(&mut self, node: &Node<V>) -> EnvPlacement {
        let words = [("First", EnvPlacement::First), ("Last", EnvPlacement::Last)];
        let word = node.get("envPlacement").and_then(|node| node.choice(&words, self.parser.errors));
        word.unwrap_or_default()
    }

    /// The same in blocks, whose expressions see the container at hand.
    pub(super) fn blocks<'a, V: View<'a>>(&mut self, list: &Node<V>) -> Vec<ApplicationBlock> {
        let mut blocks = Vec::new();
        for node in list.clone().list(self.parser.errors) {
            let Some(node) = node.object(&block_fields(&["rewrite", "when"]), self.parser.errors) else { continue };
            let when = node.get("when").and_then(|when| self.parser.condition(&when));
            let targets = node.get("targets").map(|targets| self.block_targets(targets));
            let targets = targets.unwrap_or(BlockTargets::Fixed(Targets::default()));
            let env_placement = self.env_placement(&node);
            variable::check(node.get(Slot::Env.field()), self.parser.errors);
            self.parser.scope.add(scope::CONTAINER, Type::of_shape(&schema::CONTAINER));
            let added = SlotMap::new(|slot| match slot.home() {
                Home::Application => self.slot(slot, node.get(slot.field())),
                Home::Spec | Home::Metadata => Vec::new(),
            });
            let rewrites = nodes(node.get("rewrite"), self.parser.errors);
            let rewrites = rewrites.into_iter().filter_map(|node| self.rewrite(node)).collect();
            self.parser.scope.pop();
            blocks.push(ApplicationBlock { targets, when, env_placement, added, rewrites });
        }
        blocks
    }

    /// Which probes and hooks get which handler.
    fn rewrite<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<Rewrite> {
        let node = node.object(&["handlers", "kinds", "to", "when"], self.parser.errors)?;
        let handlers = node.require("handlers", self.parser.errors);
        let to = node.require("to", self.parser.errors)?;
        let known = Handler::ALL.map(|handler| (handler.written(), handler));
        let handlers = words(handlers, &known, self.parser.errors);
        let known = HandlerKind::ALL.map(|kind| (kind.member(), kind));
        let kinds = match node.get("kinds") {
            None => HandlerKind::ALL.to_vec(),
            kinds => words(kinds, &known, self.parser.errors),
        };
        self.parser.scope.add(scope::HANDLER, Type::of_shape(&scope::HANDLER_SHAPE));
        let when = node.get("when").and_then(|when| self.parser.condition(&when));
        let parsed = self.parser.parse(&to, schema::CONTAINER.member(Handler::Liveness.name()), Within::Object);
        self.parser.scope.pop();
        self.one_handler(&to);
        let to = match when {
            None => parsed,
            when => Template::Part(Box::new(Part { repeat: None, when, content: Content::One(parsed) })),
        };
        Some(Rewrite { handlers, kinds, to })
    }

    /// Each alternative has one handler and nothing else: the rest of a probe stays as it is.
    fn one_handler<'a, V: View<'a>>(&mut self, to: &Node<V>) {
        let alternatives = to.get("oneOf").map(|list| list.list(&mut Errors::default())).unwrap_or_default();
        let mut count = 0;
        for (name, member) in to.clone().entries(&mut Errors::default()) {
            match name.as_str() {
                "when" | "oneOf" => {}
                name if HandlerKind::of_member(name).is_some() => count += 1,
                _ => self.parser.errors.add(&member.at, ProfileErrorKind::Empty(ONE_HANDLER)),
            }
        }
        if count != usize::from(alternatives.is_empty()) {
            self.parser.errors.add(&to.at, ProfileErrorKind::Empty(ONE_HANDLER));
        }
        alternatives.iter().for_each(|alternative| self.one_handler(alternative));
    }

    fn block_targets<'a, V: View<'a>>(&mut self, node: Node<V>) -> BlockTargets {
        let is_word = |text: &str| ["All", "Containers", "InitContainers"].contains(&text);
        match node.view.string() {
            Some(text) if !is_word(&text) => BlockTargets::Computed(self.parser.texts(&node)),
            _ => BlockTargets::Fixed(targets_of(node, self.parser.errors).unwrap_or_default()),
        }
    }
}

/// What the words of a list mean.
fn words<'a, V: View<'a>, T: Copy>(list: Option<Node<V>>, known: &[(&'static str, T)], errors: &mut Errors) -> Vec<T> {
    nodes(list, errors).into_iter().filter_map(|word| word.choice(known, errors)).collect()
}

/// The fields of what goes to the application's containers.
fn block_fields(more: &[&'static str]) -> Vec<&'static str> {
    let slots = Slot::of(Home::Application).map(Slot::field);
    let mut fields: Vec<&'static str> = slots.chain(["targets", "envPlacement"]).chain(more.iter().copied()).collect();
    fields.sort_unstable();
    fields
}

fn targets_of<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Targets> {
    if node.view.kind() == Kind::Sequence {
        if node.view.elements().is_empty() {
            errors.add(&node.at, ProfileErrorKind::Empty("`targets` names no container"));
        }
        return Some(Targets::Named(node.strings("container", errors)));
    }
    let words =
        [("Containers", &Targets::Containers), ("InitContainers", &Targets::InitContainers), ("All", &Targets::All)];
    node.choice(&words, errors).cloned()
}
