//! The checks of the level Restricted that Baseline does not have.

use serde_json::Value;

use super::{Check, baseline, given, is, items, text};
use crate::value::pointer::Pointer;

/// The types of volumes that may be used.
const VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Adds what Restricted does not allow, or requires and the pod lacks.
pub(super) fn check(check: &mut Check<'_>) {
    volumes(check);
    if !check.has_relaxed_users() {
        non_root(check);
        user(check);
    }
    // The API server refuses these fields in a pod for Windows, so the level cannot require them.
    if check.is_windows() {
        return;
    }
    escalation(check);
    seccomp(check);
    capabilities(check);
}

fn volumes(check: &mut Check<'_>) {
    for (volume, at) in items(check.spec(), "volumes", &Pointer::of(["spec"])) {
        if VOLUMES.iter().any(|source| given(volume, source).is_some()) {
            continue;
        }
        let name = text(volume, "name");
        // The API server makes a volume without a source an emptyDir.
        let mut others = volume.as_object().into_iter().flatten();
        if let Some((source, _)) = others.find(|(field, value)| *field != "name" && !value.is_null()) {
            check.add(at.join(source), None, format!("volume `{name}` is of the type `{source}`"));
        }
    }
}

fn escalation(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        if name.is_some() && !context.is_some_and(|context| is(context, "allowPrivilegeEscalation", false)) {
            check.add(at.join("allowPrivilegeEscalation"), name, "`allowPrivilegeEscalation` must be false");
        }
    }
}

fn non_root(check: &mut Check<'_>) {
    let mut by_pod = false;
    for (context, at, name) in check.contexts() {
        let value = context.and_then(|context| context.get("runAsNonRoot")).and_then(Value::as_bool);
        let at = at.join("runAsNonRoot");
        match (value, name) {
            (Some(false), _) => check.add(at, name, "`runAsNonRoot: false` is not allowed"),
            (Some(true), None) => by_pod = true,
            (None, Some(_)) if !by_pod => {
                check.add(at, name, "`runAsNonRoot` must be true, here or for the pod");
            }
            _ => {}
        }
    }
}

fn user(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        if context.and_then(|context| context.get("runAsUser")).and_then(Value::as_i64) == Some(0) {
            check.add(at.join("runAsUser"), name, "`runAsUser: 0` is not allowed");
        }
    }
}

fn seccomp(check: &mut Check<'_>) {
    baseline::profile(check, "seccompProfile");
    let mut by_pod = false;
    for (context, at, name) in check.contexts() {
        let profile = context.and_then(|context| given(context, "seccompProfile"));
        match (profile, name) {
            (Some(profile), None) => by_pod = matches!(text(profile, "type"), "Localhost" | "RuntimeDefault"),
            (None, Some(_)) if !by_pod => {
                let message = "`seccompProfile` must be `RuntimeDefault` or `Localhost`, here or for the pod";
                check.add(at.join("seccompProfile").join("type"), name, message);
            }
            _ => {}
        }
    }
}

fn capabilities(check: &mut Check<'_>) {
    for (context, at, name) in check.contexts() {
        if name.is_none() {
            continue;
        }
        let at = at.join("capabilities");
        let capabilities = context.and_then(|context| given(context, "capabilities")).unwrap_or(&Value::Null);
        if !items(capabilities, "drop", &at).any(|(capability, _)| capability == "ALL") {
            check.add(at.join("drop"), name, "all capabilities must be dropped: `drop: [ALL]`");
        }
        for (capability, at) in items(capabilities, "add", &at) {
            if capability != "NET_BIND_SERVICE" {
                let capability = capability.as_str().unwrap_or_default();
                check.add(at, name, format!("capability `{capability}` may not be added"));
            }
        }
    }
}
