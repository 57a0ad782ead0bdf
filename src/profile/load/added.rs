//! What a profile adds, slot by slot.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::grammar;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::slot::{Form, Home, MapForm, Slot, Validity};
use super::super::template::{Parser, ScalarFault, Template, WantedType};
use super::super::{Addition, EnvPlacement, Placement, Placements, Profile, RedirectedPorts, ReservedUser, Targets};
use super::{DNS_LABEL, check_key, nodes, shape};
use crate::diagnostic::words::nearest;
use crate::kube::names::is_dns_label;
use crate::kube::schema::Shape;
use crate::value::view::{Kind, View};

/// As deep as any document may be nested.
const DEEPEST: usize = 100;

/// Fills in what the profile adds. `names` are those of its parameters.
pub(super) fn read<'a, V: View<'a>>(spec: &Node<V>, names: &[String], profile: &mut Profile, errors: &mut Errors) {
    let mut added = Added { known: shape::KnownParameters { names, parameters: &profile.parameters }, errors };
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
    profile.reserved_user = spec.get("reservedUser").and_then(|node| added.reserved_user(node));
    profile.redirected_ports = spec.get("redirectedPorts").and_then(|node| added.redirected_ports(node));
    let mut fields: Vec<&'static str> =
        Slot::of(Home::Application).map(Slot::field).chain(["targets", "envPlacement"]).collect();
    fields.sort_unstable();
    if let Some(node) = spec.get("application").and_then(|node| node.object(&fields, added.errors)) {
        profile.targets = node.get("targets").and_then(|node| targets_of(node, added.errors)).unwrap_or_default();
        let words = [("First", EnvPlacement::First), ("Last", EnvPlacement::Last)];
        let first_or_last = node.get("envPlacement").and_then(|node| node.choice(&words, added.errors));
        profile.env_placement = first_or_last.unwrap_or_default();
        for slot in Slot::of(Home::Application) {
            profile.added[slot] = added.slot(slot, node.get(slot.field()));
        }
    }
    profile.placement = spec.get("placement").and_then(|node| placements(node, profile, errors)).unwrap_or_default();
}

struct Added<'r> {
    known: shape::KnownParameters<'r>,
    errors: &'r mut Errors,
}

impl Added<'_> {
    fn slot<'a, V: View<'a>>(&mut self, slot: Slot, node: Option<Node<V>>) -> Vec<Addition> {
        match slot.form() {
            Form::Map(form) => self.map(node, form),
            Form::List(shape, _) => {
                if slot.holds_containers() {
                    self.literal_names(node.as_ref());
                }
                self.list(node, shape)
            }
        }
    }

    /// Decisions need the names of containers before any parameter has a value, so these hold no parameters.
    fn literal_names<'a, V: View<'a>>(&mut self, list: Option<&Node<V>>) {
        for node in list.into_iter().flat_map(|list| list.clone().list(&mut Errors::default())) {
            if let Some(name) = node.require("name", self.errors) {
                let _ = name.formed(DNS_LABEL, is_dns_label, self.errors);
            }
        }
    }

    fn list<'a, V: View<'a>>(&mut self, list: Option<Node<V>>, shape: &'static Shape) -> Vec<Addition> {
        let mut additions = Vec::new();
        for node in nodes(list, self.errors) {
            if node.view.kind() == Kind::Mapping {
                additions.push(Addition { key: None, template: self.template(&node, shape) });
            } else {
                let expected = Kind::Mapping.name();
                self.errors.add(&node.at, ProfileErrorKind::WrongType { expected, found: node.view.kind() });
            }
        }
        additions
    }

    fn unique<'a, V: View<'a>>(&mut self, what: &'static str, lists: &[Option<Node<V>>]) {
        let mut seen: Vec<String> = Vec::new();
        for node in lists.iter().flatten().flat_map(|list| list.clone().list(&mut Errors::default())) {
            let Some(name) = node.view.text(&["name"]).map(Cow::into_owned) else { continue };
            if seen.contains(&name) {
                self.errors.add(&node.at.join("name"), ProfileErrorKind::Duplicate { what, name });
            } else {
                seen.push(name);
            }
        }
    }

    /// The entries of a map, in the order of their keys.
    fn map<'a, V: View<'a>>(&mut self, node: Option<Node<V>>, form: MapForm) -> Vec<Addition> {
        let mut templates = BTreeMap::new();
        for (key, value) in node.map(|node| node.entries(self.errors)).unwrap_or_default() {
            check_key(&key, form.is_key, &value.at, self.errors);
            let Some(text) = value.string(self.errors) else { continue };
            let template = self.parsed(|parser| parser.text(&text, &value.at, WantedType::String));
            // A text with parameters has no value yet that could be checked.
            if matches!(template, Template::Literal(_)) && !(form.is_value)(&text) {
                self.errors.add(&value.at, ProfileErrorKind::BadForm { value: text, form: form.value });
            }
            templates.insert(key, template);
        }
        templates.into_iter().map(|(key, template)| Addition { key: Some(key), template }).collect()
    }

    fn reserved_user<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<ReservedUser> {
        let node = node.object(&["id", "when"], self.errors)?;
        let id = node.require("id", self.errors);
        let when = node.require("when", self.errors)?;
        let id = id?;
        for (part, kind, expected) in
            [(&id, Kind::Number, "a user id or a parameter"), (&when, Kind::Boolean, "a boolean or a parameter")]
        {
            let found = part.view.kind();
            if found != kind && found != Kind::String {
                self.errors.add(&part.at, ProfileErrorKind::WrongType { expected, found });
            }
        }
        Some(ReservedUser { id: self.template(&id, &Shape::Int), when: self.template(&when, &Shape::Bool) })
    }

    fn redirected_ports<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<RedirectedPorts> {
        let node = node.object(&["exclude", "include"], self.errors)?;
        let include = node.require("include", self.errors).map(|include| self.ports(&include));
        let exclude = node.get("exclude").map(|exclude| self.ports(&exclude));
        Some(RedirectedPorts { include: include?, exclude })
    }

    /// A list of ports as one text, with parameters or without; one port may be a number.
    fn ports<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Template {
        let template = self.template(node, &Shape::IntOrStr);
        let literal = match &template {
            Template::Literal(value) => value.as_str().map(str::to_owned).or_else(|| Some(value.as_u64()?.to_string())),
            _ => None,
        };
        if let Some(value) = literal.filter(|text| grammar::ports(text).is_none()) {
            let form = "a list of ports: numbers and ranges such as `80,8000-8100`, or `*`";
            self.errors.add(&node.at, ProfileErrorKind::BadForm { value, form });
        }
        template
    }

    /// Parses a value of this shape, with every error in it.
    fn template<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: &'static Shape) -> Template {
        let template = self.parsed(|parser| parser.parse(node.view, &node.at, Some(shape)));
        shape::check(&node.view.value(), &template, shape, &node.at, &self.known, self.errors);
        template
    }

    fn parsed(&mut self, parse: impl FnOnce(&mut Parser<'_>) -> Template) -> Template {
        let mut parser = Parser { names: self.known.names, deepest: DEEPEST, faults: Vec::new() };
        let template = parse(&mut parser);
        for (at, fault) in parser.faults {
            let kind = match fault {
                ScalarFault::Syntax(error) => ProfileErrorKind::Template(error),
                ScalarFault::TooDeep => ProfileErrorKind::TooDeep(DEEPEST),
                ScalarFault::InKey(name) => ProfileErrorKind::ParameterInPlain(name),
                ScalarFault::Unknown(name) => {
                    let nearest = nearest(&name, self.known.names.iter().map(String::as_str)).map(str::to_owned);
                    ProfileErrorKind::UnknownParameter { name, nearest }
                }
            };
            self.errors.add(&at, kind);
        }
        template
    }
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
            errors.add(&node.at, ProfileErrorKind::Empty("a placement names one container: `Before` or `After`"));
            None
        }
    }
}
