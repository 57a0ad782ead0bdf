//! What clashes once everything is in place, and what an API server would refuse of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::apply::Applier;
use super::editor::Editor;
use super::render::{mounted, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::validity::{self, Role};
use crate::value::layer::Layer;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Checks all that the profile added against the rest of the template.
pub(super) fn check<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    ports(applier);
    reserved_user(applier);
    valid(applier);
}

/// A port is taken by number and protocol, a host port likewise.
fn ports<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let mut clashes = Vec::new();
    let added: Vec<&String> = applier.entry.all_containers().chain(&applier.completed).collect();
    let template = &*applier.editor;
    let all: Vec<Ports<'_, V>> =
        ["initContainers", "containers"].into_iter().flat_map(|list| ports_of(template, list)).collect();
    for own in all.iter().filter(|own| added.iter().any(|added| **added == own.name)) {
        for port in &own.ports {
            for other in all.iter().filter(|other| other.name != own.name) {
                for (index, taken) in other.ports.iter().enumerate() {
                    if let Some((sort, number)) = clash(*port, *taken) {
                        let place = ["spec", other.list, &other.index.to_string(), "ports", &index.to_string()];
                        let at = Pointer::of(place).join(sort.field());
                        let message = format!(
                            "{} {number} of container `{}` is already used by container `{}`",
                            sort.word(),
                            own.name,
                            other.name
                        );
                        clashes.push((at, message, number));
                    }
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (at, message, number) in clashes {
        if seen.insert(message.clone()) {
            let hint = port_hint(applier, number);
            applier.error(Code::Conflict, &at, message, hint);
        }
    }
}

/// A container's ports.
struct Ports<'e, V> {
    list: &'static str,
    index: usize,
    name: Cow<'e, str>,
    ports: Vec<Layer<'e, V>>,
}

fn ports_of<'e, 'v: 'e, V: View<'v>>(template: &'e Editor<V>, list: &'static str) -> Vec<Ports<'e, V>> {
    let containers = template.list(&Pointer::of(["spec", list])).into_iter().enumerate();
    let ports = containers.map(|(index, container)| Ports {
        list,
        index,
        name: container.text(&["name"]).unwrap_or_default(),
        ports: container.child("ports").map(Layer::list).unwrap_or_default(),
    });
    ports.collect()
}

/// Which of a port's numbers is meant.
#[derive(Clone, Copy)]
enum PortSort {
    Container,
    Host,
}

impl PortSort {
    const fn field(self) -> &'static str {
        match self {
            Self::Container => "containerPort",
            Self::Host => "hostPort",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Container => "container port",
            Self::Host => "host port",
        }
    }
}

fn clash<'a, 'b>(left: impl View<'a>, right: impl View<'b>) -> Option<(PortSort, u64)> {
    let (sort, number) = [PortSort::Container, PortSort::Host].into_iter().find_map(|sort| {
        let number = left.member(sort.field()).and_then(View::unsigned).filter(|number| *number != 0)?;
        (right.member(sort.field()).and_then(View::unsigned) == Some(number)).then_some((sort, number))
    })?;
    let same_protocol =
        left.text(&["protocol"]).as_deref().unwrap_or("TCP") == right.text(&["protocol"]).as_deref().unwrap_or("TCP");
    same_protocol.then_some((sort, number))
}

/// The number that two ports have in common, after the word for what it is the number of.
pub(crate) fn port_clash(left: &Value, right: &Value) -> Option<(&'static str, u64)> {
    clash(left, right).map(|(sort, number)| (sort.word(), number))
}

/// The parameter that sets a port, where one does.
fn port_hint<'v, V: View<'v>>(applier: &Applier<'_, V>, number: u64) -> Option<String> {
    let is_port = |parameter: &&crate::profile::Parameter| {
        parameter.ty == crate::profile::ParameterType::Port
            && parameter.default.as_ref().and_then(Value::as_u64) == Some(number)
    };
    let parameter = applier.profile.parameters.iter().find(is_port)?;
    Some(match &parameter.annotation {
        Some(annotation) => {
            format!("set another port with the annotation `{annotation}` or `--set {}=…`", parameter.name)
        }
        None => format!("set another port with `--set {}=…`", parameter.name),
    })
}

/// The profile's own traffic is told by its user id, so an application that has it would not be captured.
fn reserved_user<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let Some(reserved) = &applier.rendered.reserved_user else { return };
    let reserved = reserved.clone();
    let own: Vec<String> = applier.rendered.all_containers().map(|container| name(container).to_owned()).collect();
    let pod_user = applier.editor.template().path(&["spec", "securityContext", "runAsUser"]).map(View::value);
    for list in ["initContainers", "containers"] {
        let place = Pointer::of(["spec", list]);
        let containers = applier.editor.list(&place).into_iter();
        let users: Vec<(String, Option<Value>)> = containers
            .map(|container| {
                let user = container.path(&["securityContext", "runAsUser"]).map(View::value);
                (container.text(&["name"]).unwrap_or_default().into_owned(), user.or_else(|| pod_user.clone()))
            })
            .collect();
        for (index, (container_name, id)) in users.into_iter().enumerate() {
            if !own.contains(&container_name) && id.as_ref() == Some(&reserved) {
                let message = format!(
                    "container `{container_name}` runs as user {reserved}, which the profile `{}` keeps for its own container",
                    applier.profile.name
                );
                let at = place.join(index.to_string());
                applier.error(Code::Conflict, &at, message, Some("give one of the two another user id".to_owned()));
            }
        }
    }
}

/// What is added is checked as the API server would.
fn valid<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let volumes: BTreeSet<String> = applier
        .editor
        .list(&Pointer::of(["spec", "volumes"]))
        .into_iter()
        .map(|volume| volume.text(&["name"]).unwrap_or_default().into_owned())
        .chain(applier.claims.iter().cloned())
        .collect();
    let rendered = applier.rendered;
    for (list, role) in [("initContainers", Role::Init), ("containers", Role::Container)] {
        each(applier, list, "container", |applier, container| {
            let completed = applier.completed.iter().any(|own| own == name(container));
            let as_rendered = !completed && rendered.sound.contains(name(container));
            if as_rendered && mounted(container).all(|volume| volumes.contains(volume)) {
                return Vec::new();
            }
            validity::containers(&[container], role, &volumes, &Pointer::root())
        });
    }
    each(applier, "volumes", "volume", |_, volume| validity::volumes(&[volume], &Pointer::root()));
    if applier.editor.template().path(&["spec", "hostUsers"]).and_then(View::boolean) != Some(false) {
        for list in ["initContainers", "containers"] {
            each(applier, list, "container", |_, container| unmasked(container).into_iter().collect());
        }
    }
    let mounts = applier.entry.fields.iter().any(|field| field.contains("/volumeMounts/"));
    for mount in rendered.volume_mounts.iter().filter(|mount| mounts && !volumes.contains(name(mount))) {
        let message = format!(
            "the profile `{}` mounts the volume `{}` into the application's containers, which is not there",
            applier.profile.name,
            name(mount)
        );
        let hint = "add the volume to the profile".to_owned();
        applier.error(Code::Invalid, &Pointer::of(["spec", "volumes"]), message, Some(hint));
    }
    // These are the profile's alone: they have no place in the pod.
    for (what, fault) in &rendered.faults {
        let message = format!("{what} of the profile `{}`: {}", applier.profile.name, fault.message);
        applier.error(Code::Invalid, &Pointer::root(), message, fault.hint.clone());
    }
}

/// Tells what is wrong with each item that was added to a list of the pod's spec; `check` gets it as a list of one.
fn each<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    list: &str,
    what: &str,
    check: impl Fn(&Applier<'_, V>, &Value) -> Vec<Diagnostic>,
) {
    let place = Pointer::of(["spec", list]);
    let entry = &applier.entry;
    let is_added = |name: Cow<'_, str>| match list {
        "volumes" => entry.volumes.iter().any(|added| *added == name),
        _ => entry.all_containers().chain(&applier.completed).any(|added| *added == name),
    };
    let mut found = Vec::new();
    for (index, item) in applier.editor.list(&place).into_iter().enumerate() {
        if !is_added(item.text(&["name"]).unwrap_or_default()) {
            continue;
        }
        let item = &*item.as_value();
        for diagnostic in check(applier, item) {
            let inner: Vec<String> = diagnostic.at.tokens().iter().skip(1).cloned().collect();
            let at = place.join(index.to_string()).append(&Pointer::of(inner));
            let message =
                format!("{what} `{}` of the profile `{}`: {}", name(item), applier.profile.name, diagnostic.message);
            found.push((at, message, diagnostic.hint));
        }
    }
    for (at, message, hint) in found {
        applier.error(Code::Invalid, &at, message, hint);
    }
}

/// The one rule about a container that depends on the rest of the pod: what is unmasked has to be in a user namespace.
fn unmasked(container: &Value) -> Option<Diagnostic> {
    let context = container.get("securityContext")?;
    let at = Pointer::of(["0", "securityContext", "procMount"]);
    (context.get("procMount")?.as_str()? == "Unmasked")
        .then(|| Diagnostic::new(Code::Invalid, at, "`procMount: Unmasked` is for pods with `hostUsers: false`"))
}
