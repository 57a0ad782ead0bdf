//! OpenKruise's SidecarSet, of `apps.kruise.io/v1alpha1` and `v1beta1`: sidecars for all pods that its selectors match.
//!
//! It has more than a profile, since its controller also updates pods that run. Its containers are in `containers`.

use super::draft::{Draft, Line};
use super::sketch::{Sketch, written};
use super::source::{ImportError, Node};
use super::{carry, cel};
use crate::kube::schema::{self, Shape};

mod containers;

use containers::Containers;

pub(super) const KIND: &str = "SidecarSet";

const NO_UPDATE: &str = "a profile does not change pods that run";
const NO_REVISION: &str = "a profile has no revisions";
const UNKNOWN: &str = "this is no field of a SidecarSet that is known";
const DEFAULT: &str = "a profile does this anyway";

/// Reads the object, and gives the name of the profile.
pub(super) fn read(set: &Node<'_>, sketch: &mut Sketch) -> Result<Draft, ImportError> {
    let metadata = set.require("metadata")?;
    let name = metadata.require("name")?;
    let text = name.text()?;
    sketch.description = format!("the SidecarSet `{text}` of OpenKruise");
    sketch.metadata(&metadata, &["name"])?;
    for (field, value) in set.given()? {
        match field.as_str() {
            "apiVersion" | "kind" | "metadata" | "spec" => {}
            "status" => sketch.drop(&value, "it is about the object in the cluster"),
            _ => sketch.drop(&value, UNKNOWN),
        }
    }
    spec(&set.require("spec")?, sketch)?;
    Ok(Draft::text(name.at(), text))
}

fn spec(spec: &Node<'_>, sketch: &mut Sketch) -> Result<(), ImportError> {
    // OpenKruise takes no SidecarSet without it.
    let selector = spec.require("selector")?;
    sketch.gates.push(Line::Written(("objectSelector".to_owned(), carry::plain(&selector)?)));
    let mut containers = Containers::default();
    for (field, value) in spec.given()? {
        match field.as_str() {
            "selector" => {}
            "namespace" => in_namespace(&value, sketch)?,
            "namespaceSelector" => namespaces(&value, sketch)?,
            "specificNamespace" => specific_namespace(&value, sketch)?,
            "containers" => sketch.containers = containers.sidecars(&value)?,
            "initContainers" => sketch.init_containers = containers.set_up(&value)?,
            "volumes" => sketch.volumes = volumes(spec, &value)?,
            "imagePullSecrets" => sketch.list(&field, &value)?,
            "injectionStrategy" => injection_strategy(&value, sketch)?,
            "patchPodMetadata" => sketch.annotation_entries = patches(&value)?,
            "updateStrategy" => sketch.drop(&value, NO_UPDATE),
            "revisionHistoryLimit" | "customVersion" => sketch.drop(&value, NO_REVISION),
            _ => sketch.drop(&value, UNKNOWN),
        }
    }
    sketch.lets = containers.lets();
    Ok(())
}

fn in_namespace(namespace: &Node<'_>, sketch: &mut Sketch) -> Result<(), ImportError> {
    let text = namespace.text()?;
    match text.is_empty() {
        true => sketch.drop(namespace, DEFAULT),
        false => sketch.condition(namespace.at(), "namespace", format!("ns.name == {}", cel::text(&text))),
    }
    Ok(())
}

/// A label selector, which may also have a list of names.
fn namespaces(selector: &Node<'_>, sketch: &mut Sketch) -> Result<(), ImportError> {
    let mut lines = Vec::new();
    for (field, value) in selector.given()? {
        match field.as_str() {
            "namespaces" => {
                let names = value.elements()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?;
                let names = cel::texts(names.iter().map(String::as_str));
                sketch.condition(value.at(), "namespaces", format!("ns.name in {names}"));
            }
            _ => lines.push(Line::Written((field, carry::plain(&value)?))),
        }
    }
    if !lines.is_empty() {
        sketch.gates.push(Line::Written(("namespaceSelector".to_owned(), Draft::object(lines))));
    }
    Ok(())
}

fn specific_namespace(specific: &Node<'_>, sketch: &mut Sketch) -> Result<(), ImportError> {
    for (field, value) in specific.given()? {
        match field.as_str() {
            "namespace" => in_namespace(&value, sketch)?,
            "namespaceSelector" => namespaces(&value, sketch)?,
            _ => sketch.drop(&value, UNKNOWN),
        }
    }
    Ok(())
}

fn injection_strategy(strategy: &Node<'_>, sketch: &mut Sketch) -> Result<(), ImportError> {
    for (field, value) in strategy.given()? {
        match (field.as_str(), value.value().as_bool()) {
            ("paused", Some(true)) => sketch.condition(value.at(), "not-paused", "false".to_owned()),
            ("paused", Some(false)) => sketch.drop(&value, DEFAULT),
            ("paused", None) => return Err(value.error("expected `true` or `false`")),
            ("revision", _) => sketch.drop(&value, NO_REVISION),
            _ => sketch.drop(&value, UNKNOWN),
        }
    }
    Ok(())
}

/// OpenKruise adds those volumes that a container of the SidecarSet has.
fn volumes(spec: &Node<'_>, volumes: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
    let mut mounted = Vec::new();
    for list in ["containers", "initContainers"].iter().filter_map(|list| spec.get(list)) {
        for container in list.elements()? {
            for mounts in ["volumeMounts", "volumeDevices"].iter().filter_map(|mounts| container.get(mounts)) {
                mounted
                    .extend(mounts.elements()?.iter().filter_map(|mount| mount.text_at(&["name"]).map(String::from)));
            }
        }
    }
    let line = |volume: &Node<'_>| match volume.text_at(&["name"]) {
        Some(name) if !mounted.iter().any(|known| *known == *name) => {
            Ok(Line::dropped(volume, "no container of the SidecarSet mounts it, so OpenKruise does not add it"))
        }
        _ => Ok(Line::Written(carry::part(volume, &schema::VOLUME)?)),
    };
    volumes.elements()?.iter().map(line).collect()
}

/// Annotations, each with what happens where the pod has another value.
fn patches(patches: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
    static ANY: Shape = Shape::Any;
    let mut lines = Vec::new();
    for patch in patches.elements()? {
        let policy = patch.get("patchPolicy");
        let overwrites = match policy.as_ref().map(Node::text).transpose()?.as_deref() {
            None | Some("Retain") => None,
            Some("Overwrite") => Some("Overwrite"),
            Some(_) => {
                lines.push(Line::dropped(&patch, "a profile can keep or replace an annotation, and cannot do this"));
                continue;
            }
        };
        for (field, value) in patch.given()? {
            match field.as_str() {
                "annotations" => {
                    for (key, value) in value.members()? {
                        let entry = [("key", Draft::text(value.at(), key)), ("value", carry::part(&value, &ANY)?)];
                        let mut entry: Vec<_> = written(entry).into();
                        entry.extend(
                            overwrites.map(|word| Line::Written(("policy".to_owned(), Draft::made(word.into())))),
                        );
                        lines.push(Line::Written(Draft::object(entry)));
                    }
                }
                "patchPolicy" => {}
                _ => lines.push(Line::dropped(&value, UNKNOWN)),
            }
        }
    }
    Ok(lines)
}
