//! Ports of a pod's containers that two of them have in common. The containers of a pod share one network.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::applier::Applier;
use super::editor::Editor;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::probe::{self, Handler, HandlerKind};
use crate::profile::slot::Slot;
use crate::profile::{Parameter, ParameterType};
use crate::value::layer::Layer;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// A port is taken by number and protocol, a host port likewise. A port that only a probe names is a warning.
pub(super) fn check<'v, V: View<'v>>(applier: &mut Applier<'_, V>) {
    let mut declared = Vec::new();
    let mut probed = Vec::new();
    let added: Vec<&String> = applier.done.entry.all_containers().chain(&applier.done.completed).collect();
    let template = &*applier.editor;
    let all: Vec<Ports<'_, V>> = container_slots().flat_map(|slot| ports_of(template, slot)).collect();
    for own in all.iter().filter(|own| added.iter().any(|added| **added == own.name)) {
        for other in all.iter().filter(|other| other.name != own.name) {
            declared.extend(declared_clashes(own, other));
            probed.extend(probe_clashes(own, other));
        }
    }
    let mut seen = BTreeSet::new();
    for PortClash { at, message, number } in declared {
        if seen.insert(message.clone()) {
            let hint = port_hint(applier.profile.parameters.iter(), number);
            applier.error(Code::Conflict, &at, message, hint.as_deref());
        }
    }
    for PortClash { at, message, number } in probed {
        if seen.insert(message.clone()) {
            let at = applier.editor.place().append(&at);
            let hint = port_hint(applier.profile.parameters.iter(), number);
            applier.done.warnings.push(Diagnostic { hint, ..Diagnostic::new(Code::ProbePort, at, message) });
        }
    }
}

/// One port that two containers use.
struct PortClash {
    /// The value of the other container, from the template's root.
    at: Pointer,
    message: String,
    number: u64,
}

/// The clashes of two containers' declared ports.
fn declared_clashes<'v, V: View<'v>>(own: &Ports<'_, V>, other: &Ports<'_, V>) -> Vec<PortClash> {
    let mut found = Vec::new();
    for port in &own.ports {
        for (index, taken) in other.ports.iter().enumerate() {
            if let Some((which, number)) = clash(*port, *taken) {
                let at = other.place().join("ports").element(index).join(which.field());
                let message = format!(
                    "{} {number} of container `{}` is already used by container `{}`",
                    which.noun(),
                    own.name,
                    other.name
                );
                found.push(PortClash { at, message, number });
            }
        }
    }
    found
}

/// Where the probes of one container ask a port of the other. `ports` only informs: the probe says who listens.
fn probe_clashes<'v, V: View<'v>>(own: &Ports<'_, V>, other: &Ports<'_, V>) -> Vec<PortClash> {
    let mut found = Vec::new();
    for (at, number) in &other.probes {
        if other.is_declared(*number) || !(own.is_declared(*number) || own.is_probed(*number)) {
            continue;
        }
        let message = format!(
            "port {number} of container `{}` is also what a probe of container `{}` asks: only one of the two can listen there",
            own.name, other.name
        );
        found.push(PortClash { at: other.place().append(&at.place()), message, number: *number });
    }
    for (_, number) in &own.probes {
        let declared = other.ports.iter().position(|port| is_tcp(*port, *number));
        let Some(index) = declared.filter(|_| !own.is_declared(*number)) else { continue };
        let at = other.place().join("ports").element(index).join("containerPort");
        let message = format!(
            "port {number} of container `{}` is also what a probe of container `{}` asks: only one of the two can listen there",
            other.name, own.name
        );
        found.push(PortClash { at, message, number: *number });
    }
    found
}

/// A container's ports.
struct Ports<'e, V> {
    slot: Slot,
    /// Which container of the list it is.
    index: usize,
    name: Cow<'e, str>,
    ports: Vec<Layer<'e, V>>,
    /// The ports that its probes and hooks ask of it, each with its place in the container.
    probes: Vec<(ProbedPort, u64)>,
}

impl<'v, V: View<'v>> Ports<'_, V> {
    /// The container, from the template's root.
    fn place(&self) -> Pointer {
        self.slot.place().element(self.index)
    }

    fn is_declared(&self, number: u64) -> bool {
        self.ports.iter().any(|port| is_tcp(*port, number))
    }

    fn is_probed(&self, number: u64) -> bool {
        self.probes.iter().any(|(_, probed)| *probed == number)
    }
}

/// The ports of the containers that run beside others. A plain init container has ended when the next one starts.
fn ports_of<'e, 'v: 'e, V: View<'v>>(template: &'e Editor<V>, slot: Slot) -> Vec<Ports<'e, V>> {
    let containers = template.list(slot.place()).into_iter().enumerate();
    let stays = |container: &Layer<'e, V>| {
        slot != Slot::InitContainers || container.text(&["restartPolicy"]).as_deref() == Some("Always")
    };
    let ports = containers.filter(|(_, container)| stays(container)).map(|(index, container)| Ports {
        slot,
        index,
        name: container.text(&["name"]).unwrap_or_default(),
        ports: container.child("ports").map(Layer::list).unwrap_or_default(),
        probes: probes(container),
    });
    ports.collect()
}

/// The port of a probe or hook.
#[derive(Clone, Copy)]
pub(super) struct ProbedPort {
    handler: &'static [&'static str],
    action: &'static str,
}

impl ProbedPort {
    /// The name of the probe or hook.
    pub(super) fn handler(self) -> &'static str {
        self.handler.last().copied().unwrap_or_default()
    }

    /// Its place in the container.
    pub(super) fn place(self) -> Pointer {
        Pointer::of(self.handler.iter().copied().chain([self.action, "port"]))
    }
}

/// The numbers of the TCP ports that a container's probes and hooks ask, each with its place. A probe with a `host` asks
/// another machine.
pub(super) fn probes<'v, V: View<'v>>(container: Layer<'_, V>) -> Vec<(ProbedPort, u64)> {
    let mut found = Vec::new();
    for handler in Handler::ALL {
        let Some(node) = container.path(handler.path()) else { continue };
        for action in HandlerKind::ALL.map(HandlerKind::member) {
            let Some(asked) = node.child(action) else { continue };
            if let Some(number) = asked.child("port").and_then(|port| probe::port_number(container, port))
                && asked.text(&["host"]).is_none_or(|host| host.is_empty())
            {
                found.push((ProbedPort { handler: handler.path(), action }, number));
            }
        }
    }
    found
}

/// Whether a declared port is this TCP port.
fn is_tcp<'a>(port: impl View<'a>, number: u64) -> bool {
    port.member("containerPort").and_then(View::unsigned) == Some(number)
        && port.text(&["protocol"]).is_none_or(|protocol| protocol == "TCP")
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
    Some(match parameter.annotation_words() {
        Some(words) => format!("set another port with {words} or {set}"),
        None => format!("set another port with {set}"),
    })
}

/// The lists of containers in a pod.
pub(super) fn container_slots() -> impl Iterator<Item = Slot> {
    Slot::ALL.into_iter().filter(|slot| slot.holds_containers())
}
