//! A profile rendered with its defaults into a pod of one container, and the way back from a place in that pod to the
//! place in the profile's document. It judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use serde_json::{Value, json};

use crate::decide::inject::{Rendered, Sidecar};
use crate::profile::{Parameter, ParameterType, Profile, Template};
use crate::value::pointer::Pointer;

/// One pod that a profile makes.
pub(super) struct Sample<'p> {
    profile: &'p Profile,
    sidecar: Sidecar,
    rendered: Rendered,
    pod: Value,
    /// The parameters without a default, for which a value was made up.
    guessed: BTreeSet<&'p str>,
}

/// A rendered container of the profile's, and its place in the profile's document.
pub(super) struct Placed<'s> {
    pub(super) value: &'s Value,
    pub(super) at: Pointer,
}

impl<'p> Sample<'p> {
    pub(super) fn new(profile: &'p Profile, sidecar: Sidecar) -> Self {
        let mut guessed = BTreeSet::new();
        let mut values = BTreeMap::new();
        for parameter in &profile.parameters {
            let value = parameter.default.clone().unwrap_or_else(|| {
                guessed.insert(parameter.name.as_str());
                guess(parameter)
            });
            values.insert(parameter.name.clone(), value);
        }
        let rendered = Rendered::new(profile, &values, sidecar);
        let pod = pod(profile, &rendered, sidecar);
        Self { profile, sidecar, rendered, pod, guessed }
    }

    pub(super) const fn profile(&self) -> &'p Profile {
        self.profile
    }

    pub(super) const fn sidecar(&self) -> Sidecar {
        self.sidecar
    }

    pub(super) const fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// The pod, `metadata` and `spec`.
    pub(super) const fn pod(&self) -> &Value {
        &self.pod
    }

    /// The containers of the profile's list of this name.
    pub(super) fn list(&self, list: &'static str) -> impl Iterator<Item = Placed<'_>> {
        let containers =
            if list == "initContainers" { &self.rendered.init_containers } else { &self.rendered.containers };
        let place = Pointer::of(["spec", list]);
        containers.iter().enumerate().map(move |(index, value)| Placed { value, at: place.join(index.to_string()) })
    }

    /// From a place in the pod to the one in the profile's document that made it; `/spec` where none did.
    pub(super) fn place(&self, at: &Pointer) -> Pointer {
        let tokens: Vec<&str> = at.tokens().iter().map(String::as_str).collect();
        let spec = Pointer::of(["spec"]);
        let inits = self.rendered.init_containers.len();
        match tokens.as_slice() {
            ["metadata", rest @ ..] => spec.append(&Pointer::of(rest.iter().copied())),
            ["spec", "containers", "0", rest @ ..] => match rest.first() {
                Some(&("env" | "volumeMounts")) => spec.join("application").append(&Pointer::of(rest.iter().copied())),
                _ => spec,
            },
            ["spec", list @ ("containers" | "initContainers"), index, rest @ ..] => {
                let index: usize = index.parse().unwrap_or_default();
                let (list, index) = match *list {
                    "containers" => ("containers", index.saturating_sub(1)),
                    _ if index < inits => ("initContainers", index),
                    _ => ("containers", index - inits),
                };
                spec.join(list).join(index.to_string()).append(&Pointer::of(rest.iter().copied()))
            }
            ["spec", "volumes" | "imagePullSecrets", ..] => at.clone(),
            _ => spec,
        }
    }

    /// Whether a made-up value is in what the place, in the profile's document, belongs to: a field of a container or
    /// volume as a whole, since its parts are judged by each other.
    pub(super) fn is_guess(&self, at: &Pointer) -> bool {
        let tokens: Vec<&str> = at.tokens().iter().map(String::as_str).collect();
        let profile = self.profile;
        let (template, rest) = match tokens.as_slice() {
            ["spec", "annotations", key, ..] => (profile.annotations.get(*key), None),
            ["spec", "labels", key, ..] => (profile.labels.get(*key), None),
            ["spec", "application", list, index, ..] => {
                let added = profile.application.as_ref();
                let list = added.map(|added| if *list == "env" { &added.env } else { &added.volume_mounts });
                (list.and_then(|list| element(list, index)), None)
            }
            ["spec", list, index, rest @ ..] => {
                let list = match *list {
                    "initContainers" => &profile.init_containers,
                    "containers" => &profile.containers,
                    "volumes" => &profile.volumes,
                    _ => &profile.image_pull_secrets,
                };
                (element(list, index), rest.first())
            }
            _ => (None, None),
        };
        let Some(template) = template else { return false };
        let part = rest.and_then(|field| template.0.get(*field)).unwrap_or(&template.0);
        Template(part.clone()).parameters().iter().any(|name| self.guessed.contains(name))
    }
}

fn element<'t>(list: &'t [Template], index: &str) -> Option<&'t Template> {
    list.get(index.parse::<usize>().ok()?)
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

/// The application is one that every Pod Security level takes, and says so itself: what its pod says would hold for the
/// profile's containers too.
fn pod(profile: &Profile, rendered: &Rendered, sidecar: Sidecar) -> Value {
    let mut name = "app".to_owned();
    while profile.adds_container(&name) {
        name.push('0');
    }
    let application = json!({
        "name": name,
        "image": "app:1",
        "env": rendered.env,
        "volumeMounts": rendered.volume_mounts,
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    let mut containers = vec![application];
    let values =
        |containers: &[Arc<Value>]| containers.iter().map(|container| Value::clone(container)).collect::<Vec<_>>();
    let mut inits = values(&rendered.init_containers);
    match sidecar {
        Sidecar::Classic => containers.extend(values(&rendered.containers)),
        Sidecar::Native => inits.extend(values(&rendered.containers)),
    }
    json!({
        "metadata": {"annotations": rendered.annotations, "labels": rendered.labels},
        "spec": {
            "initContainers": inits,
            "containers": containers,
            "volumes": rendered.volumes,
            "imagePullSecrets": rendered.image_pull_secrets,
        },
    })
}
