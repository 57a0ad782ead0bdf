//! What clashes once everything is in place, and what an API server would refuse of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::apply::Applier;
use super::render::name;
use crate::diagnostic::{Code, Diagnostic};
use crate::pointer::Pointer;
use crate::validity::{self, Role};

/// Checks all that the profile added against the rest of the template.
pub(super) fn check(applier: &mut Applier<'_>) {
    ports(applier);
    reserved_user(applier);
    valid(applier);
}

/// A port is taken by number and protocol, a host port likewise.
fn ports(applier: &mut Applier<'_>) {
    let mut clashes = Vec::new();
    let added: Vec<&String> = applier.entry.all_containers().chain(&applier.completed).collect();
    let template = &*applier.editor;
    let all: Vec<(Pointer, &Value)> = ["initContainers", "containers"]
        .into_iter()
        .flat_map(|list| {
            let place = Pointer::of(["spec", list]);
            let containers = template.list(&place).iter().enumerate();
            containers.map(move |(index, container)| (place.join(index.to_string()), container)).collect::<Vec<_>>()
        })
        .collect();
    for (_, own) in all.iter().filter(|(_, container)| added.iter().any(|added| *added == name(container))) {
        for port in own.get("ports").and_then(Value::as_array).into_iter().flatten() {
            for (place, other) in all.iter().filter(|(_, other)| name(other) != name(own)) {
                for (index, taken) in other.get("ports").and_then(Value::as_array).into_iter().flatten().enumerate() {
                    if let Some((sort, number)) = clash(port, taken) {
                        let at = place.join("ports").join(index.to_string()).join(sort.field());
                        let message = format!(
                            "{} {number} of container `{}` is already used by container `{}`",
                            sort.word(),
                            name(own),
                            name(other)
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

fn clash(left: &Value, right: &Value) -> Option<(PortSort, u64)> {
    let protocol = |port: &Value| port.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
    if protocol(left) != protocol(right) {
        return None;
    }
    [PortSort::Container, PortSort::Host].into_iter().find_map(|sort| {
        let number = left.get(sort.field()).and_then(Value::as_u64).filter(|number| *number != 0)?;
        (right.get(sort.field()).and_then(Value::as_u64) == Some(number)).then_some((sort, number))
    })
}

/// The number that two ports have in common, after the word for what it is the number of.
pub(crate) fn port_clash(left: &Value, right: &Value) -> Option<(&'static str, u64)> {
    clash(left, right).map(|(sort, number)| (sort.word(), number))
}

/// The parameter that sets a port, where one does.
fn port_hint(applier: &Applier<'_>, number: u64) -> Option<String> {
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
fn reserved_user(applier: &mut Applier<'_>) {
    let Some(reserved) = &applier.rendered.reserved_user else { return };
    let reserved = reserved.clone();
    let own: Vec<String> = applier.rendered.all_containers().map(|container| name(container).to_owned()).collect();
    let user = |context: Option<&Value>| context.and_then(|context| context.get("runAsUser")).cloned();
    let pod_user = user(applier.editor.get(&Pointer::of(["spec", "securityContext"])));
    for list in ["initContainers", "containers"] {
        let place = Pointer::of(["spec", list]);
        for index in 0..applier.editor.list(&place).len() {
            let Some(container) = applier.editor.list(&place).get(index) else { continue };
            let container_name = name(container).to_owned();
            let id = user(container.get("securityContext")).or_else(|| pod_user.clone());
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
fn valid(applier: &mut Applier<'_>) {
    let volumes: BTreeSet<String> = applier
        .editor
        .list(&Pointer::of(["spec", "volumes"]))
        .iter()
        .map(|volume| name(volume).to_owned())
        .chain(applier.claims.iter().cloned())
        .collect();
    let touched: Vec<String> = applier.entry.all_containers().chain(&applier.completed).cloned().collect();
    for (list, role) in [("initContainers", Role::Init), ("containers", Role::Container)] {
        each(applier, list, "container", &touched, |container| {
            validity::containers(&[container], role, &volumes, &Pointer::root())
        });
    }
    let names = applier.entry.volumes.clone();
    each(applier, "volumes", "volume", &names, |volume| validity::volumes(&[volume], &Pointer::root()));
    unmasked(applier);
    let rendered = applier.rendered;
    let env: Vec<&Value> = rendered.env.iter().collect();
    let env = validity::env(&env, &Pointer::root());
    let labels = validity::labels(&texts(&rendered.labels), &Pointer::root());
    let annotations = validity::annotations(&texts(&rendered.annotations), &Pointer::root());
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
    for (what, found) in [("environment variables", env), ("labels", labels), ("annotations", annotations)] {
        for diagnostic in found {
            let message = format!("{what} of the profile `{}`: {}", applier.profile.name, diagnostic.message);
            applier.error(Code::Invalid, &Pointer::root(), message, diagnostic.hint);
        }
    }
}

/// Tells what is wrong with each item that was added to a list of the pod's spec; `check` gets it as a list of one.
fn each(
    applier: &mut Applier<'_>,
    list: &str,
    what: &str,
    added: &[String],
    check: impl Fn(&Value) -> Vec<Diagnostic>,
) {
    let place = Pointer::of(["spec", list]);
    let mut found = Vec::new();
    for (index, item) in applier.editor.list(&place).iter().enumerate() {
        if !added.iter().any(|added| added == name(item)) {
            continue;
        }
        for diagnostic in check(item) {
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
fn unmasked(applier: &mut Applier<'_>) {
    if applier.editor.get(&Pointer::of(["spec", "hostUsers"])) == Some(&Value::Bool(false)) {
        return;
    }
    let touched: Vec<String> = applier.entry.all_containers().chain(&applier.completed).cloned().collect();
    for list in ["initContainers", "containers"] {
        each(applier, list, "container", &touched, |container| {
            let context = container.get("securityContext");
            let is_unmasked = context.and_then(|context| context.get("procMount")).and_then(Value::as_str);
            let at = Pointer::of(["0", "securityContext", "procMount"]);
            let message = "`procMount: Unmasked` is for pods with `hostUsers: false`";
            (is_unmasked == Some("Unmasked")).then(|| Diagnostic::new(Code::Invalid, at, message)).into_iter().collect()
        });
    }
}

fn texts(values: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    values.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}
