//! Mounts of one container: two paths are compared as the kernel would, not as texts.

use serde_json::Value;

use super::applier::Applier;
use super::render::{Item, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::defaults::{self, DefaultsOf};
use crate::profile::slot::Slot;
use crate::value::layer::Layer;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Where the API server mounts the token of each pod's ServiceAccount: files do not have it.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The components of a mount path. The kubelet puts a relative path below the root, and `..` stays there.
fn components(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(found.pop()),
            part => found.push(part),
        }
    }
    found
}

/// Whether two paths are one place.
pub(super) fn is_same_place(left: &str, right: &str) -> bool {
    left == right || components(left) == components(right)
}

/// Whether a mount differs from the profile's at most in how its path is written.
pub(super) fn is_equal<'v, V: View<'v>>(there: Layer<'_, V>, path: &str, ours: &Value) -> bool {
    if defaults::differences(DefaultsOf::VolumeMount, ours, there).is_empty() {
        return true;
    }
    let is_respelt = there.text(&["mountPath"]).is_some_and(|found| found != path && is_same_place(&found, path));
    is_respelt && is_equal_named(there, &[("mountPath", path)], ours)
}

/// Whether a mount would be the profile's with these texts for its own.
fn is_equal_named<'v, V: View<'v>>(there: Layer<'_, V>, texts: &[(&str, &str)], ours: &Value) -> bool {
    let mut same = there.value();
    for (field, text) in texts {
        if let Some(found) = same.get_mut(*field) {
            *found = Value::from(*text);
        }
    }
    defaults::differences(DefaultsOf::VolumeMount, ours, &same).is_empty()
}

/// Two mounts at one path.
pub(super) fn conflict<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    at: &Pointer,
    container: &str,
    Item { key, value, .. }: &Item,
) {
    let mount = applier.editor.get(at);
    let text = |field: &str| mount.and_then(|mount| mount.text(&[field])).unwrap_or_default();
    let (there, path, ours) = (text("name"), text("mountPath"), name(value));
    let profile = &applier.profile.name;
    let message = if there == ours {
        format!(
            "container `{container}` mounts the volume `{there}` at `{path}` differently from the profile `{profile}`"
        )
    } else {
        let spelling = if path == key.as_str() { String::new() } else { format!(" (`{key}`)") };
        format!(
            "container `{container}` mounts the volume `{there}` at `{path}`, where the profile `{profile}` mounts `{ours}`{spelling}"
        )
    };
    let usable = there != ours
        && mount.is_some_and(|mount| is_equal_named(mount, &[("name", ours), ("mountPath", key)], value))
        && is_equivalent(applier, &there, ours);
    let hint = if usable {
        format!(
            "both volumes are the same `emptyDir`: to share it, call the pod's volume `{ours}` too, there and in its mounts"
        )
    } else {
        "mount one of the two elsewhere".to_owned()
    };
    applier.error(Code::Conflict, at, message, Some(&hint));
}

/// Whether the pod's volume is an `emptyDir` just like the one that the profile adds.
fn is_equivalent<'v, V: View<'v>>(applier: &Applier<'_, V>, there: &str, ours: &str) -> bool {
    // Another profile's volume cannot be renamed in the pod.
    if applier.record.iter().any(|entry| entry.names[Slot::Volumes].iter().any(|known| known == there)) {
        return false;
    }
    let added = applier.rendered.added[Slot::Volumes].iter().find(|item| item.key == ours);
    let Some(ours) = added.and_then(|item| item.value.get("emptyDir")).filter(|source| source.is_object()) else {
        return false;
    };
    let volumes = applier.editor.list(Slot::Volumes.place());
    let there = volumes.into_iter().find(|volume| volume.text(&["name"]).is_some_and(|name| name == there));
    there.and_then(|volume| volume.child("emptyDir")).is_some_and(|source| source.equals(ours))
}

/// Warns about mounts of the container's own above or below the one that is added.
pub(super) fn nested<'v, V: View<'v>>(applier: &mut Applier<'_, V>, list: &Pointer, container: &str, item: &Item) {
    let rendered = applier.rendered;
    let ours = components(&item.key);
    let mut found = Vec::new();
    for (index, mount) in applier.editor.list(list).into_iter().enumerate() {
        let Some(path) = mount.text(&["mountPath"]) else { continue };
        let theirs = components(&path);
        let (is_above, is_below) = (ours.starts_with(&theirs), theirs.starts_with(&ours));
        let is_own = rendered.application_items(Slot::VolumeMounts).any(|own| *own.key == *path);
        if is_above == is_below || is_own || is_same_place(&path, SERVICE_ACCOUNT) {
            continue;
        }
        let relation = if is_above { "below" } else { "above" };
        let message = format!(
            "the profile `{}` mounts the volume `{}` at `{}`, {relation} `{path}`, where container `{container}` mounts the volume `{}`",
            applier.profile.name,
            name(&item.value),
            item.key,
            mount.text(&["name"]).unwrap_or_default(),
        );
        found.push((list.element(index).join("mountPath"), message));
    }
    for (at, message) in found {
        let at = applier.editor.place().append(&at);
        let hint = "check that neither hides files that the other needs";
        applier.done.warnings.push(Diagnostic::new(Code::NestedMount, at, message).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use super::is_same_place;

    #[test]
    fn paths_are_compared_as_the_kernel_would() {
        for path in [
            "/secrets",
            "/secrets/",
            "//secrets",
            "/secrets/.",
            "/./secrets//",
            "/a/../secrets",
            "/../secrets",
            "secrets",
        ] {
            assert!(is_same_place(path, "/secrets"), "{path}");
        }
        for path in ["/", "", "/Secrets", "/secrets/a", "/secret", "/secrets/..", "/..secrets"] {
            assert!(!is_same_place(path, "/secrets"), "{path}");
        }
    }
}
