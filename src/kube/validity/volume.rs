//! The rules of one volume.

use serde_json::Value;

use super::{ErrorList, environment, given, items, names, steps_back, text};
use crate::kube::quantity::Quantity;
use crate::kube::schema::{Shape, VOLUME};
use crate::value::pointer::Pointer;

/// The fields of a pod that a file can have, besides labels and annotations by key.
const FIELDS: &[&str] =
    &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Adds the errors of one volume. Whether another one has its name is checked elsewhere.
pub(super) fn check(volume: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.required_name("volume", volume, "name", names::dns_label, at);
    let sources: Vec<_> = sources().filter_map(|name| Some((name, given(volume, name)?))).collect();
    if sources.len() > 1 {
        let names: Vec<_> = sources.iter().map(|(name, _)| format!("`{name}`")).collect();
        errors.at(at.clone(), format!("volume has more than one source: {}", names.join(", ")));
    }
    for (name, source) in sources {
        self::source(name, source, &at.join(name), errors);
    }
}

/// The names of all sources that a volume can have.
fn sources() -> impl Iterator<Item = &'static str> {
    let fields = match VOLUME {
        Shape::Obj(fields) => fields,
        _ => &[],
    };
    fields.iter().map(|(name, _)| *name).filter(|name| *name != "name")
}

fn source(name: &str, source: &Value, at: &Pointer, errors: &mut ErrorList) {
    match name {
        "emptyDir" => {
            if let Some(limit) = given(source, "sizeLimit") {
                match Quantity::from_value(limit) {
                    Ok(limit) if limit.is_negative() => {
                        errors.at(at.join("sizeLimit"), format!("`sizeLimit` `{limit}` is negative"));
                    }
                    Ok(_) => {}
                    Err(error) => errors.hinted(at.join("sizeLimit"), error.to_string(), error.hint()),
                }
            }
        }
        "hostPath" => {
            errors.required(name, source, "path", at);
            if steps_back(text(source, "path")) {
                errors.at(at.join("path"), format!("path `{}` has a `..`", text(source, "path")));
            }
            let types =
                ["BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
            errors.one_of(source, "type", &types, at);
        }
        "configMap" | "secret" => {
            errors.required(name, source, if name == "secret" { "secretName" } else { "name" }, at);
            errors.between(source, "defaultMode", 0, 0o777, at);
            keys(source, at, errors);
        }
        "downwardAPI" => downward(source, at, errors),
        "projected" => projected(source, at, errors),
        "persistentVolumeClaim" => errors.required(name, source, "claimName", at),
        "csi" => errors.required_name(name, source, "driver", csi_driver, at),
        "image" => {
            errors.required(name, source, "reference", at);
            errors.one_of(source, "pullPolicy", &["Always", "IfNotPresent", "Never"], at);
        }
        "ephemeral" if given(source, "volumeClaimTemplate").is_none() => {
            errors.at(at.clone(), "`ephemeral` has no `volumeClaimTemplate`");
        }
        "nfs" => {
            errors.required(name, source, "server", at);
            errors.required(name, source, "path", at);
            if !text(source, "path").is_empty() && !text(source, "path").starts_with('/') {
                errors.at(at.join("path"), format!("path `{}` is not absolute", text(source, "path")));
            }
        }
        _ => {}
    }
}

/// A CSI driver's name: a DNS subdomain, in which capitals are allowed, of at most 63 characters.
fn csi_driver(name: &str) -> Result<(), names::NameFault> {
    if name.len() > 63 {
        return Err(format!("has {} characters, more than 63", name.len()));
    }
    names::dns_subdomain(&name.to_lowercase())
}

fn keys(source: &Value, at: &Pointer, errors: &mut ErrorList) {
    for (item, at) in items(source, "items", at) {
        errors.required("item", item, "key", &at);
        local_path(item, &at, errors);
    }
}

fn downward(source: &Value, at: &Pointer, errors: &mut ErrorList) {
    errors.between(source, "defaultMode", 0, 0o777, at);
    for (item, at) in items(source, "items", at) {
        local_path(item, &at, errors);
        let given = ["fieldRef", "resourceFieldRef"].iter().filter(|name| given(item, name).is_some()).count();
        if given != 1 {
            errors.at(at.clone(), "an item needs exactly one of `fieldRef` and `resourceFieldRef`");
        }
        if let Some(field) = item.get("fieldRef").filter(|field| field.is_object()) {
            environment::field_ref(field, FIELDS, &at.join("fieldRef"), errors);
        }
        if let Some(resource) = item.get("resourceFieldRef").filter(|resource| resource.is_object()) {
            let at = at.join("resourceFieldRef");
            errors.required("resourceFieldRef", resource, "containerName", &at);
            environment::resource_ref(resource, &at, errors);
        }
    }
}

/// The path of one file in a volume: required, relative, and without `..`.
fn local_path(item: &Value, at: &Pointer, errors: &mut ErrorList) {
    let path = text(item, "path");
    errors.required("item", item, "path", at);
    errors.between(item, "mode", 0, 0o777, at);
    if path.starts_with('/') || path.starts_with("..") || steps_back(path) {
        errors.at(at.join("path"), format!("path `{path}` is not a path below the volume"));
    }
}

fn projected(source: &Value, at: &Pointer, errors: &mut ErrorList) {
    let kinds = ["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"];
    errors.between(source, "defaultMode", 0, 0o777, at);
    for (projection, at) in items(source, "sources", at) {
        let given: Vec<_> = kinds.iter().filter_map(|name| Some((*name, given(projection, name)?))).collect();
        if given.len() > 1 {
            errors.at(at.clone(), format!("a projected source has one type, and this one has {}", given.len()));
        }
        for (name, inner) in given {
            let at = at.join(name);
            match name {
                "configMap" | "secret" => {
                    errors.required(name, inner, "name", &at);
                    keys(inner, &at, errors);
                }
                "downwardAPI" => downward(inner, &at, errors),
                "serviceAccountToken" => {
                    errors.between(inner, "expirationSeconds", 600, 1 << 32, &at);
                    local_path(inner, &at, errors);
                }
                _ => {}
            }
        }
    }
}
