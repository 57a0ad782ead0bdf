//! A profile rendered with its defaults into a pod of one container, and the way back from a place in that pod to the
//! place in the profile's document. It judges nothing.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::decide::inject::{Rendered, Sidecar};
use crate::profile::slot::{Form, Home, Slot};
use crate::profile::{Parameter, ParameterType, Profile};
use crate::value::pointer::Pointer;

/// One pod that a profile makes.
pub(super) struct Sample<'p> {
    profile: &'p Profile,
    rendered: Rendered,
    pod: Value,
}

/// A rendered container of the profile's, and its place in the profile's document.
pub(super) struct SampleItem<'s> {
    pub(super) value: &'s Value,
    pub(super) at: Pointer,
}

impl<'p> Sample<'p> {
    pub(super) fn new(profile: &'p Profile, sidecar: Sidecar) -> Self {
        let values: Vec<Cow<'p, Value>> = profile
            .parameters
            .iter()
            .map(|parameter| parameter.default.as_ref().map_or_else(|| Cow::Owned(guess(parameter)), Cow::Borrowed))
            .collect();
        let rendered = Rendered::new(profile, &values, sidecar);
        let pod = pod(profile, &rendered);
        Self { profile, rendered, pod }
    }

    pub(super) const fn profile(&self) -> &'p Profile {
        self.profile
    }

    pub(super) const fn sidecar(&self) -> Sidecar {
        self.rendered.sidecar
    }

    pub(super) const fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// The pod, `metadata` and `spec`.
    pub(super) const fn pod(&self) -> &Value {
        &self.pod
    }

    /// The containers that the profile adds to a slot.
    pub(super) fn list(&self, slot: Slot) -> impl Iterator<Item = SampleItem<'_>> {
        let place = slot.place_in_profile();
        let items = self.rendered.added[slot].iter().enumerate();
        items.map(move |(index, item)| SampleItem { value: &item.value, at: place.join(index.to_string()) })
    }

    /// From a place in the pod to the one in the profile's document that made it; `/spec` where none did.
    pub(super) fn place(&self, at: &Pointer) -> Pointer {
        let tokens: Vec<&str> = at.tokens().iter().map(String::as_str).collect();
        let within = |slot: Slot, rest: &[&str]| slot.place_in_profile().append(&Pointer::of(rest.iter().copied()));
        let inits = self.rendered.added[Slot::InitContainers].len();
        let found = match tokens.as_slice() {
            ["metadata", field, rest @ ..] => Slot::named(Home::Metadata, field).map(|slot| within(slot, rest)),
            ["spec", "containers", "0", field, rest @ ..] => {
                Slot::named(Home::Application, field).map(|slot| within(slot, rest))
            }
            ["spec", "containers", "0"] => None,
            ["spec", field, index, rest @ ..] => Slot::named(Home::Spec, field).map(|slot| {
                let index: usize = index.parse().unwrap_or_default();
                let (slot, index) = match slot {
                    // The first container is the application.
                    Slot::Containers => (slot, index.saturating_sub(1)),
                    Slot::InitContainers if index >= inits => (Slot::Containers, index - inits),
                    _ => (slot, index),
                };
                within(slot, &[index.to_string().as_str()]).append(&Pointer::of(rest.iter().copied()))
            }),
            ["spec", field] => Slot::named(Home::Spec, field).map(Slot::place_in_profile),
            _ => None,
        };
        found.unwrap_or_else(|| Pointer::of(["spec"]))
    }

    /// Whether a made-up value is in what the place, in the profile's document, belongs to: a field of an element as a
    /// whole, since the parts of a field are judged by each other.
    pub(super) fn is_guess(&self, at: &Pointer) -> bool {
        let Some((slot, rest)) = Slot::ALL.into_iter().find_map(|slot| {
            let place = slot.place_in_profile();
            Some((slot, at.tokens().strip_prefix(place.tokens())?))
        }) else {
            return false;
        };
        let added = &self.profile.added[slot];
        let template = match (slot.form(), rest) {
            (Form::Map(_), [key, ..]) => added.iter().find(|addition| addition.key.as_ref() == Some(key)),
            (Form::List(..), [index, ..]) => index.parse::<usize>().ok().and_then(|index| added.get(index)),
            _ => None,
        };
        let Some(template) = template.map(|addition| &addition.template) else { return false };
        let field = rest.get(1).filter(|_| slot.home() == Home::Spec);
        let part = field.and_then(|field| template.member(field)).unwrap_or(template);
        let is_guessed =
            |index: &usize| self.profile.parameters.get(*index).is_some_and(|parameter| parameter.default.is_none());
        part.scalars().into_iter().any(|scalar| scalar.parameters().iter().any(is_guessed))
    }
}

/// A value of the parameter's type for what has no default.
fn guess(parameter: &Parameter) -> Value {
    match &parameter.ty {
        ParameterType::Boolean => json!(false),
        ParameterType::Duration => json!("1s"),
        ParameterType::Enum(values) => json!(values.first()),
        ParameterType::Image => json!("image:tag"),
        ParameterType::Integer => json!(1000),
        ParameterType::Port => json!(8080),
        ParameterType::Ports => json!(""),
        ParameterType::Quantity => json!("1"),
        ParameterType::String => json!("value"),
    }
}

/// The application satisfies every Pod Security level, and says so in its container: what its pod says would hold for the
/// profile's containers too.
fn pod(profile: &Profile, rendered: &Rendered) -> Value {
    let mut name = "app".to_owned();
    while profile.adds_container(&name) {
        name.push('0');
    }
    let mut application = json!({
        "name": name,
        "image": "app:1",
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    let (mut spec, mut metadata) = (json!({}), json!({}));
    for (slot, items) in rendered.added.iter() {
        let parent = match slot.home() {
            Home::Spec => &mut spec,
            Home::Metadata => &mut metadata,
            Home::Application => &mut application,
        };
        parent[slot.field()] = match slot.form() {
            Form::List(..) => items.iter().map(|item| Value::clone(&item.value)).collect(),
            Form::Map(_) => items.iter().map(|item| (item.key.clone(), Value::clone(&item.value))).collect(),
        };
    }
    let sidecars = std::mem::take(&mut spec[Slot::Containers.field()]);
    let with = |first: Value, sidecars: Value| -> Value {
        let lists = [first, sidecars].into_iter().filter_map(|list| match list {
            Value::Array(list) => Some(list),
            _ => None,
        });
        lists.flatten().collect()
    };
    let containers = json!([application]);
    match rendered.sidecar {
        Sidecar::Classic => spec[Slot::Containers.field()] = with(containers, sidecars),
        Sidecar::Native => {
            let inits = std::mem::take(&mut spec[Slot::InitContainers.field()]);
            spec[Slot::InitContainers.field()] = with(inits, sidecars);
            spec[Slot::Containers.field()] = containers;
        }
    }
    json!({"metadata": metadata, "spec": spec})
}
