//! The rules of those fields of a pod's spec that a profile may set.

use std::net::IpAddr;

use serde_json::Value;

use super::{ErrorList, container, given, items, labels, names, text};
use crate::value::pointer::Pointer;

const DNS_POLICIES: &[&str] = &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const EFFECTS: &[&str] = &["NoExecute", "NoSchedule", "PreferNoSchedule"];

/// Adds the errors of a pod's spec.
pub(super) fn check(spec: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.one_of(spec, "dnsPolicy", DNS_POLICIES, at);
    for field in ["serviceAccountName", "runtimeClassName", "priorityClassName"] {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.name(field, name, names::dns_subdomain(name), &at.join(field));
        }
    }
    if spec.get("shareProcessNamespace") == Some(&Value::Bool(true)) && spec.get("hostPID") == Some(&Value::Bool(true))
    {
        errors.at(at.join("shareProcessNamespace"), "`shareProcessNamespace` and `hostPID` cannot both be true");
    }
    dns(spec, at, errors);
    security(spec, at, errors);
    for (alias, at) in items(spec, "hostAliases", at) {
        address(text(alias, "ip"), &at.join("ip"), errors);
        for (name, at) in items(alias, "hostnames", &at) {
            let name = name.as_str().unwrap_or_default();
            errors.name("host name", name, names::dns_subdomain(name), &at);
        }
    }
    items(spec, "tolerations", at).for_each(|(one, at)| toleration(one, &at, errors));
    for (gate, at) in items(spec, "readinessGates", at) {
        errors.required_name("readiness gate", gate, "conditionType", names::qualified_name, &at);
    }
    let selector = given(spec, "nodeSelector").and_then(Value::as_object).into_iter().flatten();
    let selector: Vec<_> = selector.map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default())).collect();
    errors.0.extend(labels(&selector, &at.join("nodeSelector")));
}

fn address(text: &str, at: &Pointer, errors: &mut ErrorList) {
    if text.parse::<IpAddr>().is_err() {
        errors.at(at.clone(), format!("`{text}` is not an IP address"));
    }
}

fn dns(spec: &Value, at: &Pointer, errors: &mut ErrorList) {
    let none = Value::Null;
    let config = given(spec, "dnsConfig").unwrap_or(&none);
    let place = at.join("dnsConfig");
    let mut servers = 0_usize;
    for (server, at) in items(config, "nameservers", &place) {
        servers += 1;
        address(server.as_str().unwrap_or_default(), &at, errors);
    }
    if servers > 3 {
        errors.at(place.join("nameservers"), format!("there are `{servers}` name servers, and at most 3 are allowed"));
    }
    if text(spec, "dnsPolicy") == "None" && servers == 0 {
        errors.at(at.join("dnsPolicy"), "`dnsPolicy: None` needs a name server in `dnsConfig.nameservers`");
    }
    for (option, at) in items(config, "options", &place) {
        errors.required("DNS option", option, "name", &at);
    }
}

fn security(spec: &Value, at: &Pointer, errors: &mut ErrorList) {
    let Some(context) = given(spec, "securityContext") else { return };
    let at = at.join("securityContext");
    for field in ["runAsUser", "runAsGroup", "fsGroup"] {
        errors.between(context, field, 0, i64::from(i32::MAX), &at);
    }
    for (group, at) in items(context, "supplementalGroups", &at) {
        if group.as_i64().is_some_and(|group| !(0..=i64::from(i32::MAX)).contains(&group)) {
            errors.at(at, format!("group `{group}` must be from 0 to {}", i32::MAX));
        }
    }
    errors.strictly_one_of(context, "fsGroupChangePolicy", &["Always", "OnRootMismatch"], &at);
    container::profile(context, "seccompProfile", &at, errors);
    for (sysctl, at) in items(context, "sysctls", &at) {
        let name = text(sysctl, "name");
        if !is_sysctl(name) {
            errors.at(at.join("name"), format!("`{name}` is not the name of a sysctl"));
        }
    }
}

/// Segments with dots or slashes between them, each of lower case letters, digits, `-` and `_`, the latter two not at its ends.
fn is_sysctl(name: &str) -> bool {
    let is_segment = |segment: &str| {
        let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let bytes = segment.as_bytes();
        let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(is_inner)
    };
    name.len() <= 253 && name.split(['.', '/']).all(is_segment)
}

fn toleration(one: &Value, at: &Pointer, errors: &mut ErrorList) {
    let (key, operator) = (text(one, "key"), text(one, "operator"));
    if !key.is_empty() {
        errors.name("toleration", key, names::qualified_name(key), &at.join("key"));
    } else if operator != "Exists" {
        errors.at(at.clone(), "a toleration without `key` needs `operator: Exists`");
    }
    errors.one_of(one, "operator", &["Equal", "Exists", "Gt", "Lt"], at);
    errors.one_of(one, "effect", EFFECTS, at);
    let value = text(one, "value");
    match operator {
        "Exists" if !value.is_empty() => errors.at(at.join("value"), "`operator: Exists` takes no `value`"),
        "" | "Equal" => errors.name("value", value, names::label_value(value), &at.join("value")),
        _ => {}
    }
    if given(one, "tolerationSeconds").is_some() && text(one, "effect") != "NoExecute" {
        errors.at(at.join("tolerationSeconds"), "`tolerationSeconds` needs `effect: NoExecute`");
    }
}
