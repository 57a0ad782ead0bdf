//! What a profile adds, slot by slot.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::super::grammar;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::scope;
use super::super::slot::{Form, Home, MapForm, Slot, Validity};
use super::super::template::Template;
use super::super::{Addition, Placement, PlacementTemplate, Placements, Profile, RedirectedPorts, ReservedUser};
use super::parser::{Parser, Within};
use super::{DNS_LABEL, check_key, is_computed, nodes, variable};
use crate::kube::names::is_dns_label;
use crate::kube::schema::{Field, Shape};
use crate::value::view::{Kind, View};

const ONE_CONTAINER: &str = "a placement names one container: `Before` or `After`";

/// An entry of annotations or labels that are written as a list.
static MAP_ENTRY: Shape = Shape::Obj(MAP_ENTRY_FIELDS);
const MAP_ENTRY_FIELDS: &[Field] =
    &[("key", Shape::Str), ("policy", Shape::Str), ("separator", Shape::Str), ("value", Shape::Str)];

/// Fills in what the profile adds. `names` are those of its parameters.
pub(super) fn read<'a, V: View<'a>>(spec: &Node<V>, names: &[String], profile: &mut Profile, errors: &mut Errors) {
    let scope = scope::scope(names, &profile.parameters);
    let parameters = profile.parameters.clone();
    let mut added = Added { parser: Parser { names, parameters: &parameters, scope, errors } };
    added.lets(spec.get("let"), profile);
    profile.match_conditions = added.match_conditions(spec.get("matchConditions"));
    profile.requirements = added.requirements(spec.get("require"));
    for slot in Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application) {
        profile.added[slot] = added.slot(slot, spec.get(slot.field()));
        // Both lists of containers share their names, so the last of the two is checked together with the first.
        match slot.validity() {
            Validity::Container(_) if slot == Slot::Containers => {
                let lists = Slot::of(Home::Spec).filter(|slot| slot.holds_containers());
                added.unique(slot.noun(), &lists.map(|slot| spec.get(slot.field())).collect::<Vec<_>>());
            }
            Validity::Volume => added.unique(slot.noun(), &[spec.get(slot.field())]),
            _ => {}
        }
    }
    if let Some(node) = spec.get("nativeSidecar").filter(is_computed) {
        let native = added.parser.parse(&node, Some(&Shape::Bool), Within::Object);
        profile.added[Slot::Containers].iter_mut().for_each(|one| {
            one.native.get_or_insert_with(|| native.clone());
        });
    }
    profile.reserved_user = spec.get("reservedUser").and_then(|node| added.reserved_user(node));
    profile.redirected_ports = spec.get("redirectedPorts").and_then(|node| added.redirected_ports(node));
    if let Some(node) = spec.get("application") {
        match node.view.kind() {
            Kind::Sequence => profile.blocks = added.blocks(&node),
            _ => added.application(node, profile),
        }
    }
    if let Some(node) = spec.get("pod") {
        added.pod(node, profile);
    }
    profile.placement =
        spec.get("placement").and_then(|node| placements(node, profile, added.parser.errors)).unwrap_or_default();
}

mod application;
mod language;
mod pod;

struct Added<'r> {
    parser: Parser<'r>,
}

impl Added<'_> {
    fn slot<'a, V: View<'a>>(&mut self, slot: Slot, node: Option<Node<V>>) -> Vec<Addition> {
        match slot.form() {
            Form::Map(form) => self.map(node, form),
            Form::List(shape, _) => {
                if slot.holds_containers() {
                    self.literal_names(node.as_ref());
                }
                self.list(slot, node, shape)
            }
        }
    }

    /// Decisions need the names of containers before any parameter has a value, so these hold no parameters.
    fn literal_names<'a, V: View<'a>>(&mut self, list: Option<&Node<V>>) {
        for node in list.into_iter().flat_map(|list| list.clone().list(&mut Errors::default())) {
            if let Some(name) = node.require("name", self.parser.errors) {
                let _ = name.formed(DNS_LABEL, is_dns_label, self.parser.errors);
            }
        }
    }

    fn list<'a, V: View<'a>>(&mut self, slot: Slot, list: Option<Node<V>>, shape: &'static Shape) -> Vec<Addition> {
        let mut additions = Vec::new();
        for node in nodes(list, self.parser.errors) {
            if node.view.kind() == Kind::Mapping {
                additions.push(self.addition(slot, &node, shape));
            } else {
                let expected = Kind::Mapping.name();
                self.parser.errors.add(&node.at, ProfileErrorKind::WrongType { expected, found: node.view.kind() });
            }
        }
        additions
    }

    /// An element of a list. Where a container goes, and whether it is native, is not a part of the container.
    fn addition<'a, V: View<'a>>(&mut self, slot: Slot, node: &Node<V>, shape: &'static Shape) -> Addition {
        let own: &'static [&'static str] = match slot {
            Slot::Containers => &["native", "placement"],
            Slot::InitContainers => &["placement"],
            _ => &[],
        };
        let template = self.parser.parse(node, Some(shape), Within::Slot(own));
        let part = |name: &str| node.get(name).filter(|_| own.contains(&name));
        let native = part("native").map(|native| self.parser.parse(&native, Some(&Shape::Bool), Within::Object));
        let placement = part("placement").and_then(|placement| self.placement(&placement));
        Addition { placement, native, ..Addition::new(None, template) }
    }

    fn placement<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Option<PlacementTemplate> {
        if node.view.kind() != Kind::Mapping {
            let template = self.parser.parse(node, Some(&Shape::Str), Within::Object);
            if let Template::Literal(_) = template {
                node.choice(&[("First", ()), ("Last", ())], self.parser.errors)?;
            }
            return Some(PlacementTemplate::Word(template));
        }
        let node = node.clone().object(&["After", "Before"], self.parser.errors)?;
        let mut name = |field| node.get(field).map(|name| self.parser.parse(&name, Some(&Shape::Str), Within::Object));
        match (name("Before"), name("After")) {
            (Some(before), None) => Some(PlacementTemplate::Before(before)),
            (None, Some(after)) => Some(PlacementTemplate::After(after)),
            _ => {
                self.parser.errors.add(&node.at, ProfileErrorKind::Empty(ONE_CONTAINER));
                None
            }
        }
    }

    fn unique<'a, V: View<'a>>(&mut self, what: &'static str, lists: &[Option<Node<V>>]) {
        let mut seen: Vec<String> = Vec::new();
        for node in lists.iter().flatten().flat_map(|list| list.clone().list(&mut Errors::default())) {
            // Which of them are there, and with which names, shows only in a pod.
            if ["forEach", "when"].iter().any(|word| node.view.member(word).is_some()) {
                continue;
            }
            let Some(name) = node.view.text(&["name"]).map(Cow::into_owned) else { continue };
            if seen.contains(&name) {
                self.parser.errors.add(&node.at.join("name"), ProfileErrorKind::Duplicate { what, name });
            } else {
                seen.push(name);
            }
        }
    }

    /// The entries of a map, in the order of their keys; or those of a list, in its order.
    fn map<'a, V: View<'a>>(&mut self, node: Option<Node<V>>, form: MapForm) -> Vec<Addition> {
        if let Some(list) = node.as_ref().filter(|node| node.view.kind() == Kind::Sequence) {
            return self.entries(list, form);
        }
        let mut templates = BTreeMap::new();
        for (key, value) in node.map(|node| node.entries(self.parser.errors)).unwrap_or_default() {
            check_key(&key, form.is_key, &value.at, self.parser.errors);
            let Some(text) = value.string(self.parser.errors) else { continue };
            let template = self.parser.text(&text, &value.at, Some(&Shape::Str));
            self.literal_value(&template, &value, form);
            templates.insert(key, template);
        }
        templates.into_iter().map(|(key, template)| Addition::new(Some(key), template)).collect()
    }

    /// A text with expressions has no value yet that could be checked.
    fn literal_value<'a, V: View<'a>>(&mut self, template: &Template, node: &Node<V>, form: MapForm) {
        if let Template::Literal(Value::String(text)) = template
            && !(form.is_value)(text)
        {
            let kind = ProfileErrorKind::BadForm { value: text.clone(), form: form.value };
            self.parser.errors.add(&node.at, kind);
        }
    }

    fn entries<'a, V: View<'a>>(&mut self, list: &Node<V>, form: MapForm) -> Vec<Addition> {
        let mut additions = Vec::new();
        for node in list.clone().list(self.parser.errors) {
            let template = self.parser.parse(&node, Some(&MAP_ENTRY), Within::List);
            for name in ["key", "value"] {
                let is_there = node.get(name).is_some() || (name == "value" && node.get("oneOf").is_some());
                if !is_there {
                    self.parser.errors.add(&node.at, ProfileErrorKind::Missing(name));
                }
            }
            if let (Some(key), Some(written)) = (node.get("key"), template.part("key"))
                && let Template::Literal(Value::String(text)) = &*written
            {
                check_key(text, form.is_key, &key.at, self.parser.errors);
            }
            if let (Some(value), Some(written)) = (node.get("value"), template.part("value")) {
                self.literal_value(&written, &value, form);
            }
            variable::check_entry(&node, self.parser.errors);
            additions.push(Addition::new(None, template));
        }
        additions
    }

    fn reserved_user<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<ReservedUser> {
        let node = node.object(&["id", "when"], self.parser.errors)?;
        let id = node.require("id", self.parser.errors);
        let when = node.require("when", self.parser.errors)?;
        let id = id?;
        for (part, kind, expected) in
            [(&id, Kind::Number, "a user id or a parameter"), (&when, Kind::Boolean, "a boolean or a parameter")]
        {
            let found = part.view.kind();
            if found != kind && found != Kind::String {
                self.parser.errors.add(&part.at, ProfileErrorKind::WrongType { expected, found });
            }
        }
        Some(ReservedUser {
            id: self.parser.parse(&id, Some(&Shape::Int), Within::Object),
            when: self.parser.parse(&when, Some(&Shape::Bool), Within::Object),
        })
    }

    fn redirected_ports<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<RedirectedPorts> {
        let node = node.object(&["exclude", "include"], self.parser.errors)?;
        let include = node.require("include", self.parser.errors).map(|include| self.ports(&include));
        let exclude = node.get("exclude").map(|exclude| self.ports(&exclude));
        Some(RedirectedPorts { include: include?, exclude })
    }

    /// A list of ports as one text, with parameters or without; one port may be a number.
    fn ports<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Template {
        let template = self.parser.parse(node, Some(&Shape::IntOrStr), Within::Object);
        let literal = match &template {
            Template::Literal(value) => value.as_str().map(str::to_owned).or_else(|| Some(value.as_u64()?.to_string())),
            _ => None,
        };
        if let Some(value) = literal.filter(|text| grammar::ports(text).is_none()) {
            let form = "a list of ports: numbers and ranges such as `80,8000-8100`, or `*`";
            self.parser.errors.add(&node.at, ProfileErrorKind::BadForm { value, form });
        }
        template
    }
}

/// One value is for the sidecars; where the profile adds none, it is for the init containers.
fn placements<'a, V: View<'a>>(node: Node<V>, profile: &Profile, errors: &mut Errors) -> Option<Placements> {
    let lists = [Slot::InitContainers, Slot::Containers].map(Slot::field);
    if lists.iter().any(|list| node.view.member(list).is_some()) {
        let node = node.object(&lists, errors)?;
        let [init_containers, containers] = lists.map(|list| node.get(list).and_then(|node| placement(node, errors)));
        return Some(Placements { init_containers, containers });
    }
    let one = placement(node, errors);
    Some(match profile.has_sidecars() {
        true => Placements { init_containers: None, containers: one },
        false => Placements { init_containers: one, containers: None },
    })
}

fn placement<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Placement> {
    if node.view.kind() != Kind::Mapping {
        return node.choice(&[("First", &Placement::First), ("Last", &Placement::Last)], errors).cloned();
    }
    let node = node.object(&["After", "Before"], errors)?;
    let mut name = |field| node.get(field).map(|name| name.formed(DNS_LABEL, is_dns_label, errors));
    match (name("Before"), name("After")) {
        (Some(before), None) => before.map(Placement::Before),
        (None, Some(after)) => after.map(Placement::After),
        _ => {
            errors.add(&node.at, ProfileErrorKind::Empty(ONE_CONTAINER));
            None
        }
    }
}
