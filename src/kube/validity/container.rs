//! The rules of one container.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    ErrorList, Role, environment, given, is_native_sidecar, items, names, ports, probes, resources, steps_back, text,
};
use crate::value::pointer::Pointer;

const RESTART_POLICIES: &[&str] = &["Always", "Never", "OnFailure"];

/// Adds the errors of one container. Whether another one has its name is checked elsewhere.
pub(super) fn check(value: &Value, role: Role, volumes: &BTreeSet<String>, at: &Pointer, errors: &mut ErrorList) {
    errors.required_name("container", value, "name", names::dns_label, at);
    image(value, at, errors);
    errors.one_of(value, "imagePullPolicy", &["Always", "IfNotPresent", "Never"], at);
    errors.one_of(value, "terminationMessagePolicy", &["FallbackToLogsOnError", "File"], at);
    restart(value, at, errors);
    resize(value, role, at, errors);
    ports::check(value, at, errors);
    environment::check(value, at, errors);
    mounts(value, volumes, at, errors);
    devices(value, volumes, at, errors);
    resources::check(value, at, errors);
    security(value, at, errors);
    probes::check(value, role, at, errors);
}

fn image(value: &Value, at: &Pointer, errors: &mut ErrorList) {
    let image = text(value, "image");
    if image.is_empty() {
        errors.at(at.clone(), "container has no `image`");
    } else if image.trim() != image {
        errors.at(at.join("image"), format!("image `{image}` has a space before or after it"));
    }
}

fn restart(value: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.strictly_one_of(value, "restartPolicy", RESTART_POLICIES, at);
    let rules: Vec<_> = items(value, "restartPolicyRules", at).collect();
    if !rules.is_empty() && text(value, "restartPolicy").is_empty() {
        errors.at(at.join("restartPolicyRules"), "`restartPolicyRules` needs a `restartPolicy`");
    }
    if rules.len() > 20 {
        errors.at(
            at.join("restartPolicyRules"),
            format!("there are `{}` restart rules, and at most 20 are allowed", rules.len()),
        );
    }
    for (rule, at) in rules {
        errors.required("restart rule", rule, "action", &at);
        errors.one_of(rule, "action", &["Restart", "RestartAllContainers"], &at);
        match given(rule, "exitCodes") {
            Some(codes) => {
                errors.required("exit codes", codes, "operator", &at.join("exitCodes"));
                errors.one_of(codes, "operator", &["In", "NotIn"], &at.join("exitCodes"));
            }
            None => errors.at(at, "restart rule has no `exitCodes`"),
        }
    }
}

fn resize(value: &Value, role: Role, at: &Pointer, errors: &mut ErrorList) {
    let mut seen = BTreeSet::new();
    for (policy, at) in items(value, "resizePolicy", at) {
        errors.required("resize policy", policy, "resourceName", &at);
        errors.required("resize policy", policy, "restartPolicy", &at);
        errors.one_of(policy, "resourceName", &["cpu", "memory"], &at);
        errors.one_of(policy, "restartPolicy", &["NotRequired", "RestartContainer"], &at);
        let resource = text(policy, "resourceName");
        if !seen.insert(resource) {
            errors.at(at.join("resourceName"), format!("two resize policies are for `{resource}`"));
        }
        let restarts = text(policy, "restartPolicy") == "RestartContainer";
        if restarts && role == Role::Init && !is_native_sidecar(value) {
            let message = "`RestartContainer` is not allowed for an init container, except for a native sidecar";
            errors.at(at.join("restartPolicy"), message);
        }
    }
}

fn mounts(value: &Value, volumes: &BTreeSet<String>, at: &Pointer, errors: &mut ErrorList) {
    let mut paths = BTreeMap::new();
    let privileged = value.pointer("/securityContext/privileged") == Some(&Value::Bool(true));
    for (mount, at) in items(value, "volumeMounts", at) {
        let name = text(mount, "name");
        errors.required("volume mount", mount, "name", &at);
        if !name.is_empty() && !volumes.contains(name) {
            errors.at(at.join("name"), format!("the pod has no volume `{name}` to mount"));
        }
        mount_path(mount, &mut paths, &at, errors);
        for field in ["subPath", "subPathExpr"] {
            let path = text(mount, field);
            if path.starts_with('/') || steps_back(path) {
                errors.at(at.join(field), format!("`{field}` `{path}` is not a path below the volume"));
            }
        }
        if !text(mount, "subPath").is_empty() && !text(mount, "subPathExpr").is_empty() {
            errors.at(at.join("subPathExpr"), "`subPath` and `subPathExpr` cannot both be set");
        }
        errors.strictly_one_of(mount, "mountPropagation", &["Bidirectional", "HostToContainer", "None"], &at);
        if text(mount, "mountPropagation") == "Bidirectional" && !privileged {
            let message = "`mountPropagation: Bidirectional` needs a privileged container";
            errors.at(at.join("mountPropagation"), message);
        }
        recursive(mount, &at, errors);
    }
}

fn mount_path<'v>(mount: &'v Value, paths: &mut BTreeMap<&'v str, Pointer>, at: &Pointer, errors: &mut ErrorList) {
    let path = text(mount, "mountPath");
    if path.is_empty() {
        errors.at(at.clone(), "volume mount has no `mountPath`");
        return;
    }
    if paths.insert(path, at.clone()).is_some() {
        errors.at(at.join("mountPath"), format!("two volumes are mounted at `{path}`"));
    }
}

fn recursive(mount: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.strictly_one_of(mount, "recursiveReadOnly", &["Disabled", "Enabled", "IfPossible"], at);
    if !matches!(text(mount, "recursiveReadOnly"), "Enabled" | "IfPossible") {
        return;
    }
    if mount.get("readOnly") != Some(&Value::Bool(true)) {
        errors.at(at.join("recursiveReadOnly"), "`recursiveReadOnly` needs `readOnly: true`");
    }
    if !matches!(text(mount, "mountPropagation"), "" | "None") {
        errors.at(at.join("recursiveReadOnly"), "`recursiveReadOnly` cannot be set with `mountPropagation`");
    }
}

fn devices(value: &Value, volumes: &BTreeSet<String>, at: &Pointer, errors: &mut ErrorList) {
    let mounted = |field: &str, wanted: &str| items(value, "volumeMounts", at).any(|(m, _)| text(m, field) == wanted);
    let (mut seen_names, mut seen_paths) = (BTreeSet::new(), BTreeSet::new());
    for (device, at) in items(value, "volumeDevices", at) {
        let (name, path) = (text(device, "name"), text(device, "devicePath"));
        errors.required("volume device", device, "name", &at);
        errors.required("volume device", device, "devicePath", &at);
        if !name.is_empty() && !volumes.contains(name) {
            errors.at(at.join("name"), format!("the pod has no volume `{name}` to use as a device"));
        }
        if !seen_names.insert(name) || mounted("name", name) {
            errors.at(at.join("name"), format!("volume `{name}` is used twice in one container"));
        }
        if !seen_paths.insert(path) || mounted("mountPath", path) {
            errors.at(at.join("devicePath"), format!("path `{path}` is used twice in one container"));
        }
        if steps_back(path) {
            errors.at(at.join("devicePath"), format!("device path `{path}` has a `..`"));
        }
    }
}

fn security(value: &Value, at: &Pointer, errors: &mut ErrorList) {
    let Some(context) = given(value, "securityContext") else { return };
    let at = at.join("securityContext");
    errors.between(context, "runAsUser", 0, i64::from(i32::MAX), &at);
    errors.between(context, "runAsGroup", 0, i64::from(i32::MAX), &at);
    errors.strictly_one_of(context, "procMount", &["Default", "Unmasked"], &at);
    for field in ["seccompProfile", "appArmorProfile"] {
        profile(context, field, &at, errors);
    }
    if context.get("allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
        return;
    }
    if context.get("privileged") == Some(&Value::Bool(true)) {
        let message = "`privileged: true` contradicts `allowPrivilegeEscalation: false`";
        errors.at(at.join("allowPrivilegeEscalation"), message);
    }
    let added = context.pointer("/capabilities/add").and_then(Value::as_array);
    // The API server checks only this spelling, with its prefix.
    if added.is_some_and(|list| list.iter().any(|capability| capability == "CAP_SYS_ADMIN")) {
        let message = "capability `CAP_SYS_ADMIN` contradicts `allowPrivilegeEscalation: false`";
        errors.at(at.join("allowPrivilegeEscalation"), message);
    }
}

/// A seccomp or AppArmor profile: a type and, only for `Localhost`, the name of a profile.
pub(super) fn profile(context: &Value, field: &str, at: &Pointer, errors: &mut ErrorList) {
    let Some(profile) = given(context, field) else { return };
    let at = at.join(field);
    errors.required(field, profile, "type", &at);
    errors.one_of(profile, "type", &["Localhost", "RuntimeDefault", "Unconfined"], &at);
    let name = given(profile, "localhostProfile").and_then(Value::as_str);
    let place = at.join("localhostProfile");
    match (text(profile, "type") == "Localhost", name) {
        (true, None) => errors.at(at, format!("`{field}` of type `Localhost` has no `localhostProfile`")),
        (true, Some(name)) if field == "appArmorProfile" && (name.is_empty() || name.trim() != name) => {
            errors.at(place, format!("AppArmor profile `{name}` is empty, or has a space before or after it"));
        }
        (true, Some(name)) if field == "seccompProfile" && (name.starts_with('/') || steps_back(name)) => {
            errors.at(place, format!("seccomp profile `{name}` is not a path below kubelet's directory"));
        }
        (false, Some(_)) => {
            errors.at(place, format!("`localhostProfile` needs a `{field}` of type `Localhost`"));
        }
        _ => {}
    }
}
