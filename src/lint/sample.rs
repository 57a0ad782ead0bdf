//! A profile rendered with its defaults into a pod of one container, and the way back from a place in that pod to the
//! place in the profile's document. It judges nothing.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::decide::inject::{Item, Rendered, Sidecar};
use crate::expression;
use crate::kube::version::KubernetesVersion;
use crate::profile::pod::{PodField, PodList};
use crate::profile::slot::{Form, Home, Slot, SlotMap};
use crate::profile::template::Surroundings;
use crate::profile::{ParameterType, Profile, Targets, Template};
use crate::value::pointer::{Pointer, ReferenceToken};

/// What a sample is made with, beside the defaults of the profile.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// How sidecars run that do not say so themselves.
    pub(super) sidecar: Sidecar,
    pub(super) version: KubernetesVersion,
    /// Values of parameters, by their index.
    pub(super) values: Vec<(usize, Value)>,
}

impl Setting {
    pub(super) const fn new(sidecar: Sidecar) -> Self {
        Self { sidecar, version: KubernetesVersion::NEWEST, values: Vec::new() }
    }
}

/// One pod that a profile makes.
pub(super) struct Sample<'p> {
    profile: &'p Profile,
    setting: Setting,
    rendered: Rendered,
    pod: Value,
}

/// A rendered container of the profile's, and its place in the profile's document.
pub(super) struct SampleItem<'s> {
    pub(super) value: &'s Value,
    pub(super) at: Pointer,
}

impl<'p> Sample<'p> {
    pub(super) fn new(profile: &'p Profile, setting: Setting) -> Self {
        let mut values: Vec<Cow<'p, Value>> = Vec::new();
        for (index, parameter) in profile.parameters.iter().enumerate() {
            if let Some((_, value)) = setting.values.iter().find(|(known, _)| *known == index) {
                values.push(Cow::Owned(value.clone()));
                continue;
            }
            let computed = parameter.computed.as_ref().and_then(|computed| computed.value(parameter, &values).ok());
            let default = computed.or_else(|| parameter.default.as_ref().map(Cow::Borrowed));
            values.push(default.unwrap_or_else(|| Cow::Owned(guess(&parameter.ty))));
        }
        let application = application(profile);
        let before = json!({"metadata": {}, "spec": {"containers": [application]}});
        let rendered = Rendered::new(profile, &values, surroundings(&before, setting.version), setting.sidecar);
        let pod = pod(&rendered, application);
        Self { profile, setting, rendered, pod }
    }

    pub(super) const fn profile(&self) -> &'p Profile {
        self.profile
    }

    pub(super) const fn setting(&self) -> &Setting {
        &self.setting
    }

    /// The same for a cluster of another version.
    pub(super) fn at(&self, version: KubernetesVersion) -> Self {
        Self::new(self.profile, Setting { version, ..self.setting.clone() })
    }

    pub(super) const fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// The pod, `metadata` and `spec`.
    pub(super) const fn pod(&self) -> &Value {
        &self.pod
    }

    /// The name of the application's container.
    pub(super) fn application(&self) -> &str {
        self.pod.pointer("/spec/containers/0/name").and_then(Value::as_str).unwrap_or_default()
    }

    /// What is added to the application's containers, each part with its targets, in the order of the sample's container.
    pub(super) fn targeted(&self) -> Vec<(&Targets, &SlotMap<Vec<Item>>)> {
        let blocks = self.rendered.blocks.iter().map(|block| (&block.targets, &block.added));
        [(&self.profile.targets, &self.rendered.added)].into_iter().chain(blocks).collect()
    }

    /// The containers that the profile adds to a slot.
    pub(super) fn list(&self, slot: Slot) -> impl Iterator<Item = SampleItem<'_>> {
        let place = slot.place_in_profile();
        let items = self.rendered.added[slot].iter();
        items.map(move |item| SampleItem { value: &item.value, at: place.element(item.source) })
    }

    /// From a place in the pod to the one in the profile's document that made it; `/spec` where none did.
    pub(super) fn place(&self, at: &Pointer) -> Pointer {
        let tokens: Vec<&str> = at.tokens().iter().map(ReferenceToken::as_str).collect();
        let found = match tokens.as_slice() {
            ["metadata", field, rest @ ..] => Slot::named(Home::Metadata, field).map(|slot| self.within(slot, rest)),
            ["spec", "containers", "0", field, rest @ ..] => {
                Slot::named(Home::Application, field).map(|slot| self.of_application(slot, rest))
            }
            ["spec", "containers", "0"] => None,
            ["spec", rest @ ..] if let Some(path) = path_in_pod(rest) => {
                Some(Pointer::of(["spec", "pod"].iter().chain(path).copied()))
            }
            ["spec", field, index, rest @ ..] => Slot::named(Home::Spec, field).and_then(|slot| {
                let index: usize = index.parse().ok()?;
                let items = &self.rendered.added;
                let set_up = items[Slot::InitContainers].len();
                let beside = |sidecar: Sidecar, index: usize| {
                    let mut sidecars = items[Slot::Containers].iter().filter(|item| item.sidecar == sidecar);
                    sidecars.nth(index).map(|item| (Slot::Containers, item.source))
                };
                let (slot, source) = match slot {
                    // The first container is the application.
                    Slot::Containers => beside(Sidecar::Classic, index.checked_sub(1)?)?,
                    Slot::InitContainers if index >= set_up => beside(Sidecar::Native, index - set_up)?,
                    _ => (slot, items[slot].get(index)?.source),
                };
                Some(slot.place_in_profile().element(source).append(&Pointer::of(rest.iter().copied())))
            }),
            ["spec", field] => Slot::named(Home::Spec, field).map(Slot::place_in_profile),
            _ => None,
        };
        found.unwrap_or_else(|| Pointer::of(["spec"]))
    }

    /// The place in the profile's document of what is at a place of a slot, which begins with a key or an index.
    fn within(&self, slot: Slot, rest: &[&str]) -> Pointer {
        let place = slot.place_in_profile();
        let items = &self.rendered.added[slot];
        let (item, rest) = match (slot.form(), rest) {
            (_, []) => return place,
            (Form::Map(_), [key, rest @ ..]) => (items.iter().find(|item| item.key == *key), rest),
            (Form::List(..), [index, rest @ ..]) => {
                (index.parse().ok().and_then(|index: usize| items.get(index)), rest)
            }
        };
        let Some(item) = item else { return place };
        let written = match self.profile.added[slot].get(item.source).and_then(|addition| addition.key.as_deref()) {
            Some(key) => place.join(key),
            None => place.element(item.source),
        };
        written.append(&Pointer::of(rest.iter().copied()))
    }

    /// The same for what the application's container gets: first all that is in one piece, then block by block.
    fn of_application(&self, slot: Slot, rest: &[&str]) -> Pointer {
        let [index, inner @ ..] = rest else { return slot.place_in_profile() };
        let plain = self.rendered.added[slot].len();
        let Some(index) = index.parse::<usize>().ok().and_then(|index| index.checked_sub(plain)) else {
            return self.within(slot, rest);
        };
        let sources = self.rendered.blocks.iter();
        let mut items = sources.flat_map(|block| block.added[slot].iter().map(move |item| (block.source, item.source)));
        let Some((block, item)) = items.nth(index) else { return slot.place_in_profile() };
        let tokens = [block.to_string(), slot.field().to_owned(), item.to_string()];
        Pointer::of(["spec", "application"]).append(&Pointer::of(tokens)).append(&Pointer::of(inner.iter().copied()))
    }

    /// Whether a made-up value is in what the place, in the profile's document, belongs to: a field of an element as a
    /// whole, since the parts of a field are judged by each other.
    pub(super) fn is_guess(&self, at: &Pointer) -> bool {
        let in_pod = |path: &&[&str]| {
            let place = Pointer::of(["spec", "pod"].iter().chain(*path).copied());
            at.tokens().starts_with(place.tokens())
        };
        if let Some((_, template)) = self.profile.pod_templates().find(|(path, _)| in_pod(path)) {
            return self.is_guessed(template);
        }
        let Some((slot, rest)) = Slot::ALL.into_iter().find_map(|slot| {
            let place = slot.place_in_profile();
            Some((slot, at.tokens().strip_prefix(place.tokens())?))
        }) else {
            return false;
        };
        let added = &self.profile.added[slot];
        let template = match (slot.form(), rest) {
            (Form::Map(_), [key, ..]) => added.iter().find(|addition| addition.key.as_deref() == Some(key.as_str())),
            (Form::List(..), [index, ..]) => index.parse::<usize>().ok().and_then(|index| added.get(index)),
            _ => None,
        };
        let Some(template) = template.map(|addition| &addition.template) else { return false };
        let field = rest.get(1).filter(|_| slot.home() == Home::Spec);
        let part = field.and_then(|field| template.member(field)).unwrap_or(template);
        self.is_guessed(part)
    }

    fn is_guessed(&self, part: &Template) -> bool {
        let is_guessed =
            |index: &usize| self.profile.parameters.get(*index).is_some_and(|parameter| !parameter.has_default());
        self.profile.parameters_behind(part.variables()).iter().any(is_guessed)
    }
}

/// The names of a field or a list of the pod's spec that a profile may set, of those with which a place in the spec begins.
fn path_in_pod(place: &[&str]) -> Option<&'static [&'static str]> {
    let fields = PodField::ALL.into_iter().map(PodField::path).chain(PodList::ALL.into_iter().map(PodList::path));
    fields.into_iter().find(|path| place.starts_with(path))
}

/// A value of the parameter's type for what has no default.
pub(super) fn guess(ty: &ParameterType) -> Value {
    match ty {
        ParameterType::Boolean => json!(false),
        ParameterType::Duration => json!("1s"),
        ParameterType::Enum(values) => json!(values.first()),
        ParameterType::Envs => json!([{"name": "NAME", "value": "value"}]),
        ParameterType::Image => json!("image:tag"),
        ParameterType::Integer => json!(1000),
        ParameterType::List(list) => json!([guess(&list.of)]),
        ParameterType::Map(map) => json!({"key": guess(&map.of)}),
        ParameterType::Name => json!("name"),
        ParameterType::Path => json!("/path"),
        ParameterType::Port => json!(8080),
        ParameterType::Ports => json!(""),
        ParameterType::Quantity => json!("1"),
        ParameterType::String => json!("value"),
    }
}

/// What expressions see of the pod and of what is around it.
fn surroundings(pod: &Value, version: KubernetesVersion) -> Surroundings<'_, &Value> {
    use expression::Item;
    let text = |text: &'static str| Item::text(text);
    let none = || Item::map([]);
    let ns = [("name", text("default")), ("labels", none()), ("annotations", none())];
    let account = [("name", text("default")), ("labels", none()), ("annotations", none())];
    let workload = [("kind", text("Deployment")), ("name", text("app")), ("apiVersion", text("apps/v1"))];
    let kubernetes = [("minor", Item::Int(i64::from(version.0)))];
    Surroundings::new(pod, [Item::map(ns), Item::map(workload), Item::map(kubernetes), Item::map(account)])
}

/// The application satisfies every Pod Security level, and says so in its container: what its pod says would hold for the
/// profile's containers too.
fn application(profile: &Profile) -> Value {
    let mut name = "app".to_owned();
    while profile.adds_container(&name) {
        name.push('0');
    }
    json!({
        "name": name,
        "image": "app:1",
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    })
}

/// The application's pod with all that is added.
fn pod(rendered: &Rendered, mut application: Value) -> Value {
    let (mut spec, mut metadata) = (json!({}), json!({}));
    for slot in Slot::of(Home::Application) {
        application[slot.field()] = rendered.application_items(slot).map(|item| Value::clone(&item.value)).collect();
    }
    for (slot, items) in rendered.added.iter() {
        let parent = match slot.home() {
            Home::Spec => &mut spec,
            Home::Metadata => &mut metadata,
            Home::Application => continue,
        };
        parent[slot.field()] = match slot.form() {
            Form::List(..) => items.iter().map(|item| Value::clone(&item.value)).collect(),
            Form::Map(_) => items.iter().map(|item| (item.key.clone(), Value::clone(&item.value))).collect(),
        };
    }
    let sidecars = |sidecar: Sidecar| {
        let all = rendered.added[Slot::Containers].iter().filter(move |item| item.sidecar == sidecar);
        all.map(|item| Value::clone(&item.value))
    };
    let set_up = rendered.added[Slot::InitContainers].iter().map(|item| Value::clone(&item.value));
    spec[Slot::InitContainers.field()] = set_up.chain(sidecars(Sidecar::Native)).collect();
    spec[Slot::Containers.field()] = [application].into_iter().chain(sidecars(Sidecar::Classic)).collect();
    set_in_pod(rendered, &mut spec);
    json!({"metadata": metadata, "spec": spec})
}

/// Puts what is set in the pod's spec there.
fn set_in_pod(rendered: &Rendered, spec: &mut Value) {
    let mut at = |path: &[&str], set: &dyn Fn(&mut Value)| {
        let mut place = &mut *spec;
        for name in path {
            place = &mut place[*name];
        }
        set(place);
    };
    for item in &rendered.pod.fields {
        at(item.field.path(), &|place| *place = Value::clone(&item.value));
    }
    for element in &rendered.pod.elements {
        at(element.list.path(), &|place| match (&mut *place, element.list.is_map()) {
            (_, true) => place[element.key.as_str()] = Value::clone(&element.value),
            (Value::Array(list), false) => list.push(Value::clone(&element.value)),
            (_, false) => *place = json!([*element.value]),
        });
    }
}
