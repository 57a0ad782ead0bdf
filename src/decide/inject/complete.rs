//! A container that the pod declares under a name of the profile's is completed where it is: what it lacks is added, and what
//! its author wrote stays. So a pod's author can set a field of the sidecar that no parameter sets.

use serde_json::{Map, Value};

use super::applier::Applier;
use super::render::Item;
use crate::decide::record::element_name;
use crate::diagnostic::Code;
use crate::kube::version::KubernetesVersion;
use crate::profile::slot::Slot;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Completes the container at `at`, in the list of a slot. The rules have decided that it is to be completed.
pub(super) fn container<'v, V: View<'v>>(applier: &mut Applier<'_, V>, list: Slot, at: &Pointer, item: &Item) {
    let named = list.place().join(item.key.as_str());
    let mut wanted = members(&item.value);
    if list == Slot::Containers {
        wanted.shift_remove("restartPolicy");
    } else if applier.rendered.added[Slot::Containers].iter().any(|sidecar| sidecar.key == item.key) {
        // A sidecar declared among the init containers is a native one, whatever the pod's kind: otherwise it would never
        // end, and the pod would never start. One declared among the containers stays there.
        require_native(applier, at, &item.key);
        wanted.insert("restartPolicy".to_owned(), Value::String("Always".to_owned()));
    }
    for (field, value) in &wanted {
        let (at, named) = (at.join(field.as_str()), named.join(field.as_str()));
        match (field.as_str(), applier.editor.get(&at)) {
            ("image", Some(found)) => {
                if found.kind() == Kind::Null || found.string().is_some_and(|image| image == "auto") {
                    applier.done.entry.replaced.insert(named.to_string(), found.value());
                    applier.editor.replace(&at, value.clone());
                }
            }
            ("env" | "volumeMounts" | "ports", _) => elements(applier, &at, &named, value),
            (_, None) => applier.add_field(&at, &named, value),
            // A handler is one of several kinds, and an API server refuses two of them together.
            ("livenessProbe" | "readinessProbe" | "startupProbe" | "lifecycle", Some(_)) => {}
            (_, Some(found)) if found.is_object() => object(applier, &at, &named, value),
            (_, Some(_)) => {}
        }
    }
}

fn require_native<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, name: &str) {
    let version = applier.kubernetes_version;
    if version < KubernetesVersion::NATIVE_SIDECARS {
        let message = format!(
            "container `{name}` is among the init containers, where it must be a native sidecar, which Kubernetes {version} does not run"
        );
        applier.error(Code::UnsupportedVersion, at, message, Some("declare it under `containers`"));
    }
}

/// Adds the elements that a list lacks. An element with the same port, path or name is the user's to describe.
fn elements<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer, wanted: &Value) {
    let mut there: Vec<String> = applier.editor.list(at).into_iter().filter_map(element_name).collect();
    for value in wanted.as_array().into_iter().flatten() {
        let Some(key) = element_name(value).filter(|key| !there.contains(key)) else { continue };
        applier.add_element((at, "-"), named, &key, value.clone());
        there.push(key);
    }
}

/// Completes an object member by member. Loading caps how deep a profile is nested.
fn object<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer, wanted: &Value) {
    for (name, value) in &members(wanted) {
        let (at, named) = (at.join(name.as_str()), named.join(name.as_str()));
        match applier.editor.get(&at) {
            None => applier.add_field(&at, &named, value),
            Some(found) if found.is_object() => object(applier, &at, &named, value),
            Some(_) => {}
        }
    }
}

/// The members of an object; none where it is something else.
fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
