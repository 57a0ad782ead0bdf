//! A container that the pod declares under a name of the profile's is completed where it stands: what it lacks is added,
//! and what its author wrote stands.

use serde_json::Value;

use super::apply::{Applier, members};
use crate::diagnostic::Code;
use crate::kube::version::KubernetesVersion;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Completes the container at `at` in the list of that name; the eligibility table has seen that it is to be completed.
pub(super) fn container<'v, V: View<'v>>(applier: &mut Applier<'_, V>, list: &str, at: &Pointer, wanted: &Value) {
    let name = super::render::name(wanted).to_owned();
    let named = Pointer::of(["spec", list, name.as_str()]);
    let mut wanted = members(wanted);
    // A sidecar declared among the init containers is a native one, whatever the pod's kind: otherwise it would never end,
    // and the pod never start. One declared among the containers stays there.
    let is_sidecar = applier.rendered.containers.iter().any(|container| super::render::name(container) == name);
    if list == "containers" {
        wanted.shift_remove("restartPolicy");
    } else if is_sidecar {
        if applier.kubernetes_version < KubernetesVersion::NATIVE_SIDECARS {
            let message = format!(
                "container `{name}` stands among the init containers, where it would have to be a native sidecar, which Kubernetes {} does not run",
                applier.kubernetes_version
            );
            let hint = "declare it under `containers`".to_owned();
            applier.error(Code::UnsupportedVersion, at, message, Some(hint));
        }
        wanted.insert("restartPolicy".to_owned(), Value::String("Always".to_owned()));
    }
    for (field, value) in &wanted {
        let (at, named) = (at.join(field.as_str()), named.join(field.as_str()));
        match (field.as_str(), applier.editor.get(&at)) {
            ("image", Some(found)) => {
                if found.kind() == Kind::Null || found.string().is_some_and(|image| image == "auto") {
                    applier.entry.replaced.insert(named.to_string(), found.value());
                    applier.editor.replace(&at, value.clone());
                }
            }
            ("env" | "volumeMounts" | "ports", _) => lists(applier, &at, &named, value),
            (_, None) => applier.field(&at, &named, value),
            // One of several handlers: two together would be none that an API server takes.
            ("livenessProbe" | "readinessProbe" | "startupProbe" | "lifecycle", Some(_)) => {}
            (_, Some(found)) if found.is_object() => objects(applier, &at, &named, value),
            (_, Some(_)) => {}
        }
    }
}

fn lists<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer, wanted: &Value) {
    let (Some((at, field)), Some((named, _))) = (at.split_last(), named.split_last()) else { return };
    let field = match field {
        "env" => "env",
        "ports" => "ports",
        _ => "volumeMounts",
    };
    // Ports that both name alike are the user's to describe; a mount path of the user's stands too.
    let there: Vec<String> =
        applier.editor.list(&at.join(field)).into_iter().filter_map(crate::decide::record::element_name).collect();
    let missing: Vec<Value> = wanted
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| crate::decide::record::element_name(*item).is_none_or(|name| !there.contains(&name)))
        .cloned()
        .collect();
    applier.keyed_list(&at, &named, field, &missing);
}

/// Objects are completed member by member. A profile is nested no deeper than documents may be.
fn objects<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer, wanted: &Value) {
    for (name, value) in &members(wanted) {
        let (at, named) = (at.join(name.as_str()), named.join(name.as_str()));
        match applier.editor.get(&at) {
            None => applier.field(&at, &named, value),
            Some(found) if found.is_object() => objects(applier, &at, &named, value),
            Some(_) => {}
        }
    }
}
