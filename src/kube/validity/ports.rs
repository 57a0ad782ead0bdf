//! The rules of a container's ports.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ErrorList, Role, items, names, text};
use crate::value::pointer::Pointer;

/// Adds the errors of one container's ports.
pub(super) fn check(container: &Value, at: &Pointer, errors: &mut ErrorList) {
    let mut taken = BTreeSet::new();
    for (port, at) in items(container, "ports", at) {
        let name = text(port, "name");
        if !name.is_empty() {
            errors.name("port name", name, names::port_name(name), &at.join("name"));
            if !taken.insert(name) {
                errors.at(at.join("name"), format!("two ports of one container have the name `{name}`"));
            }
        }
        match port.get("containerPort").and_then(Value::as_i64) {
            None | Some(0) => errors.at(at.clone(), "port has no `containerPort`"),
            Some(_) => errors.between(port, "containerPort", 1, 65535, &at),
        }
        // Zero means no host port.
        errors.between(port, "hostPort", 0, 65535, &at);
        errors.one_of(port, "protocol", &["SCTP", "TCP", "UDP"], &at);
    }
}

/// Adds the host ports that are used twice by the containers of a list. Init containers run one after the other, so
/// only the ports within one of them count.
pub(super) fn host_ports(list: &[&Value], role: Role, at: &Pointer, errors: &mut ErrorList) {
    let mut taken = BTreeSet::new();
    for (index, container) in list.iter().enumerate() {
        if role == Role::Init {
            taken.clear();
        }
        for (port, at) in items(container, "ports", &at.element(index)) {
            let Some(number) = port.get("hostPort").and_then(Value::as_i64).filter(|number| *number != 0) else {
                continue;
            };
            let protocol = Some(text(port, "protocol")).filter(|word| !word.is_empty()).unwrap_or("TCP");
            if !taken.insert((protocol, text(port, "hostIP"), number)) {
                errors.at(at.join("hostPort"), format!("host port `{number}/{protocol}` is used twice"));
            }
        }
    }
}

/// Adds the errors of a probe's or hook's port: a number, or the name of a port.
pub(super) fn number_or_name(value: &Value, at: &Pointer, errors: &mut ErrorList) {
    match value.get("port") {
        Some(Value::String(name)) => errors.name("port", name, names::port_name(name), &at.join("port")),
        Some(Value::Number(_)) => errors.between(value, "port", 1, 65535, at),
        _ => errors.at(at.clone(), "handler has no `port`"),
    }
}
