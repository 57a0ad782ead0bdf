//! What clashes once everything is added, and what an API server would refuse of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::applier::Applier;
use super::editor::Editor;
use super::render::{mounted, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::validity;
use crate::profile::slot::{Home, Slot, Validity};
use crate::profile::{Parameter, ParameterType};
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
    let added: Vec<&String> = applier.done.entry.all_containers().chain(&applier.done.completed).collect();
    let template = &*applier.editor;
    let all: Vec<Ports<'_, V>> = container_slots().flat_map(|slot| ports_of(template, slot)).collect();
    for own in all.iter().filter(|own| added.iter().any(|added| **added == own.name)) {
        for port in &own.ports {
            for other in all.iter().filter(|other| other.name != own.name) {
                for (index, taken) in other.ports.iter().enumerate() {
                    if let Some((which, number)) = clash(*port, *taken) {
                        let ports = other.slot.place().join(other.index.to_string()).join("ports");
                        let at = ports.join(index.to_string()).join(which.field());
                        let message = format!(
                            "{} {number} of container `{}` is already used by container `{}`",
                            which.noun(),
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
            let hint = port_hint(applier.profile.parameters.iter(), number);
            applier.error(Code::Conflict, &at, message, hint.as_deref());
        }
    }
}

/// A container's ports.
struct Ports<'e, V> {
    slot: Slot,
    index: usize,
    name: Cow<'e, str>,
    ports: Vec<Layer<'e, V>>,
}

fn ports_of<'e, 'v: 'e, V: View<'v>>(template: &'e Editor<V>, slot: Slot) -> Vec<Ports<'e, V>> {
    let containers = template.list(&slot.place()).into_iter().enumerate();
    let ports = containers.map(|(index, container)| Ports {
        slot,
        index,
        name: container.text(&["name"]).unwrap_or_default(),
        ports: container.child("ports").map(Layer::list).unwrap_or_default(),
    });
    ports.collect()
}

/// Which of a port's numbers is meant.
#[derive(Clone, Copy)]
enum PortNumber {
    Container,
    Host,
}

impl PortNumber {
    const fn field(self) -> &'static str {
        match self {
            Self::Container => "containerPort",
            Self::Host => "hostPort",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Container => "container port",
            Self::Host => "host port",
        }
    }
}

/// The number that two ports have in common; container ports are looked at before host ports.
fn clash<'a, 'b>(left: impl View<'a>, right: impl View<'b>) -> Option<(PortNumber, u64)> {
    let common = |which: &PortNumber| {
        let number = left.member(which.field()).and_then(View::unsigned).filter(|number| *number != 0)?;
        (right.member(which.field()).and_then(View::unsigned) == Some(number)).then_some((*which, number))
    };
    let found = [PortNumber::Container, PortNumber::Host].iter().find_map(common)?;
    let same_protocol =
        left.text(&["protocol"]).as_deref().unwrap_or("TCP") == right.text(&["protocol"]).as_deref().unwrap_or("TCP");
    same_protocol.then_some(found)
}

/// The number that two ports have in common, after the noun for it.
pub(crate) fn port_clash(left: &Value, right: &Value) -> Option<(&'static str, u64)> {
    clash(left, right).map(|(which, number)| (which.noun(), number))
}

/// How to set another port, where a parameter sets this one.
fn port_hint<'p>(mut parameters: impl Iterator<Item = &'p Parameter>, number: u64) -> Option<String> {
    let parameter = parameters.find(|parameter| {
        parameter.ty == ParameterType::Port && parameter.default.as_ref().and_then(Value::as_u64) == Some(number)
    })?;
    let set = format!("`--set {}=…`", parameter.name);
    Some(match &parameter.annotation {
        Some(annotation) => format!("set another port with the annotation `{annotation}` or {set}"),
        None => format!("set another port with {set}"),
    })
}

/// The lists of containers in a pod.
fn container_slots() -> impl Iterator<Item = Slot> {
    Slot::ALL.into_iter().filter(|slot| slot.holds_containers())
}

/// The sidecar's own traffic is recognized by its user id, so that of an application with the same id would not be captured.
fn reserved_user<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let rendered = applier.rendered;
    let Some(reserved) = &rendered.reserved_user else { return };
    let pod_user = applier.editor.template().path(&["spec", "securityContext", "runAsUser"]).map(View::value);
    let mut found = Vec::new();
    for place in container_slots().map(Slot::place) {
        for (index, container) in applier.editor.list(&place).into_iter().enumerate() {
            let name = container.text(&["name"]).unwrap_or_default();
            let user = container.path(&["securityContext", "runAsUser"]).map(View::value).or_else(|| pod_user.clone());
            if user.as_ref() == Some(reserved) && !rendered.all_containers().any(|own| own.key == name) {
                found.push((place.join(index.to_string()), name.into_owned()));
            }
        }
    }
    for (at, container) in found {
        let profile = &applier.profile.name;
        let message = format!(
            "container `{container}` runs as user {reserved}, which the profile `{profile}` keeps for its own container"
        );
        applier.error(Code::Conflict, &at, message, Some("give one of the two another user id"));
    }
}

/// What is added is checked as the API server would check it.
fn valid<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let volumes: BTreeSet<String> = applier
        .editor
        .list(&Slot::Volumes.place())
        .into_iter()
        .map(|volume| volume.text(&["name"]).unwrap_or_default().into_owned())
        .chain(applier.claims.iter().cloned())
        .collect();
    let rendered = applier.rendered;
    for slot in Slot::of(Home::Spec) {
        match slot.validity() {
            Validity::Container(role) => each(applier, slot, |applier, container| {
                let completed = applier.done.completed.iter().any(|own| own == name(container));
                // Most containers are added just as they were rendered, and were checked then.
                let as_rendered = !completed && rendered.sound.contains(name(container));
                if as_rendered && mounted(container).all(|volume| volumes.contains(volume)) {
                    return Vec::new();
                }
                validity::containers(&[container], role, &volumes, &Pointer::root())
            }),
            Validity::Volume => each(applier, slot, |_, volume| validity::volumes(&[volume], &Pointer::root())),
            Validity::Alone(..) | Validity::Schema => {}
        }
    }
    if applier.editor.template().path(&["spec", "hostUsers"]).and_then(View::boolean) != Some(false) {
        for slot in container_slots() {
            each(applier, slot, |_, container| unmasked(container).into_iter().collect());
        }
    }
    absent_volumes(applier, &volumes);
    // What is wrong with these is wrong in the profile: they have no place of their own in the pod.
    for (what, fault) in &rendered.faults {
        let message = format!("{what} of the profile `{}`: {}", applier.profile.name, fault.message);
        applier.error(Code::Invalid, &Pointer::root(), message, fault.hint.as_deref());
    }
}

/// Volumes that the application's containers would mount, and that are not there.
fn absent_volumes<'v, V: View<'v>>(applier: &mut Applier<'_, V>, volumes: &BTreeSet<String>) {
    let rendered = applier.rendered;
    if !applier.done.entry.fields.iter().any(|field| field.contains("/volumeMounts/")) {
        return;
    }
    for mount in &rendered.added[Slot::VolumeMounts] {
        let volume = name(&mount.value);
        if !volumes.contains(volume) {
            let profile = &applier.profile.name;
            let message = format!(
                "the profile `{profile}` mounts the volume `{volume}` into the application's containers, and the pod has no such volume"
            );
            let at = Slot::Volumes.place();
            applier.error(Code::Invalid, &at, message, Some("add the volume to the profile"));
        }
    }
}

/// Reports what is wrong with each element that was added to a list of the pod's spec.
fn each<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    slot: Slot,
    check: impl Fn(&Applier<'_, V>, &Value) -> Vec<Diagnostic>,
) {
    let place = slot.place();
    let done = &applier.done;
    let is_added = |name: &str| {
        let completed = slot.holds_containers() && done.completed.iter().any(|added| added == name);
        completed || done.entry.names[slot].iter().any(|added| added == name)
    };
    // A native sidecar is an init container, and its profile calls it a container.
    let noun = if slot.holds_containers() { Slot::Containers.noun() } else { slot.noun() };
    let mut found = Vec::new();
    for (index, item) in applier.editor.list(&place).into_iter().enumerate() {
        if !is_added(&item.text(&["name"]).unwrap_or_default()) {
            continue;
        }
        let item = &*item.as_value();
        for diagnostic in check(applier, item) {
            // It was checked as the only element of a list.
            let inner = diagnostic.at.tokens().iter().skip(1).cloned();
            let at = place.join(index.to_string()).append(&Pointer::of(inner));
            let profile = &applier.profile.name;
            let message = format!("{noun} `{}` of the profile `{profile}`: {}", name(item), diagnostic.message);
            found.push((at, message, diagnostic.hint));
        }
    }
    for (at, message, hint) in found {
        applier.error(Code::Invalid, &at, message, hint.as_deref());
    }
}

/// The one rule about a container that depends on the rest of the pod: what is unmasked has to be in a user namespace.
fn unmasked(container: &Value) -> Option<Diagnostic> {
    let context = container.get("securityContext")?;
    let at = Pointer::of(["0", "securityContext", "procMount"]);
    (context.get("procMount")?.as_str()? == "Unmasked")
        .then(|| Diagnostic::new(Code::Invalid, at, "`procMount: Unmasked` is for pods with `hostUsers: false`"))
}
