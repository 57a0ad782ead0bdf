//! The rules of probes and lifecycle hooks.

use serde_json::Value;

use super::{ErrorList, Role, given, is_native_sidecar, items, ports, text};
use crate::value::pointer::Pointer;

const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];

/// Adds the errors of one container's probes and hooks.
pub(super) fn check(value: &Value, role: Role, at: &Pointer, errors: &mut ErrorList) {
    let plain_init = role == Role::Init && !is_native_sidecar(value);
    for field in PROBES.iter().chain(&["lifecycle"]) {
        let Some(member) = given(value, field) else { continue };
        let at = at.join(*field);
        if plain_init {
            let message = format!("an init container cannot have a `{field}` without `restartPolicy: Always`");
            errors.at(at, message);
        } else if *field == "lifecycle" {
            for hook in ["postStart", "preStop"] {
                if let Some(handler) = given(member, hook) {
                    handlers(handler, hook, &["exec", "httpGet", "tcpSocket", "sleep"], &at.join(hook), errors);
                }
            }
        } else {
            probe(member, field, &at, errors);
        }
    }
}

fn probe(probe: &Value, field: &str, at: &Pointer, errors: &mut ErrorList) {
    handlers(probe, field, &["exec", "httpGet", "tcpSocket", "grpc"], at, errors);
    for seconds in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        errors.between(probe, seconds, 0, i64::MAX, at);
    }
    if field == "readinessProbe" {
        if given(probe, "terminationGracePeriodSeconds").is_some() {
            let message = "a readiness probe cannot have `terminationGracePeriodSeconds`";
            errors.at(at.join("terminationGracePeriodSeconds"), message);
        }
    } else {
        errors.between(probe, "terminationGracePeriodSeconds", 1, i64::MAX, at);
        // Zero means the default, which is 1.
        let successes = probe.get("successThreshold").and_then(Value::as_i64);
        if let Some(successes) = successes.filter(|number| *number > 1) {
            let message = format!("`successThreshold` is `{successes}`, but must be 1 for a `{field}`");
            errors.at(at.join("successThreshold"), message);
        }
    }
}

/// Adds the errors of a handler: exactly one of `allowed`, with what it needs.
fn handlers(value: &Value, owner: &str, allowed: &[&str], at: &Pointer, errors: &mut ErrorList) {
    let given: Vec<_> = allowed.iter().filter_map(|name| Some((*name, given(value, name)?))).collect();
    if given.len() != 1 {
        let message = format!("`{owner}` needs exactly one of {}, and has {}", allowed.join(", "), given.len());
        errors.at(at.clone(), message);
    }
    for (name, handler) in given {
        let at = at.join(name);
        match name {
            "exec" if items(handler, "command", &at).next().is_none() => errors.at(at, "`exec` has no `command`"),
            "httpGet" => {
                ports::number_or_name(handler, &at, errors);
                errors.one_of(handler, "scheme", &["HTTP", "HTTPS"], &at);
                for (header, at) in items(handler, "httpHeaders", &at) {
                    let name = text(header, "name");
                    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                        let message = format!("header `{name}` must have only letters, digits and `-`");
                        errors.at(at.join("name"), message);
                    }
                }
            }
            "tcpSocket" => ports::number_or_name(handler, &at, errors),
            "grpc" if handler.get("port").and_then(Value::as_i64).is_none() => errors.at(at, "`grpc` has no `port`"),
            "grpc" => errors.between(handler, "port", 1, 65535, &at),
            "sleep" => errors.between(handler, "seconds", 0, i64::MAX, &at),
            _ => {}
        }
    }
}
