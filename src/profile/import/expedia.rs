//! The configuration of Expedia's kubernetes-sidecar-injector: a list of sets of sidecars, which a pod gets all together. It
//! is in a ConfigMap, and a pod of the ConfigMap's namespace asks for it by the ConfigMap's name.

use super::config_map::Around;
use super::draft::{Draft, Line, Member};
use super::sketch::Sketch;
use super::source::{ImportError, Node};
use super::{carry, cel};
use crate::kube::schema::Shape;

const REQUEST: &str = "sidecar-injector.expedia.com/inject";

/// Reads the configuration, and gives the name of the profile.
pub(super) fn read(config: &Node<'_>, around: Option<&Around<'_>>, sketch: &mut Sketch) -> Result<Draft, ImportError> {
    let sets = config.elements()?;
    let name = match (around, sets.first()) {
        (Some(around), _) => around.name.clone(),
        (None, Some(first)) => first.require("name")?,
        (None, None) => return Err(config.error("the list of sidecars is empty")),
    };
    let text = name.text()?;
    sketch.description = format!("the sidecars `{text}` of Expedia's kubernetes-sidecar-injector");
    // The annotation may name several.
    let asked = format!("{}.split(',').map(n, n.trim())", cel::of_pod("annotations", REQUEST));
    sketch.condition(name.at(), "requested", format!("{} in {asked}", cel::text(&text)));
    if let Some(namespace) = around.and_then(|around| around.namespace.as_ref()) {
        sketch.condition(namespace.at(), "namespace", format!("ns.name == {}", cel::text(&namespace.text()?)));
    }
    let (mut annotations, mut labels) = (Vec::new(), Vec::new());
    for set in &sets {
        for (field, value) in set.given()? {
            match field.as_str() {
                "name" if value.path == name.path => {}
                "name" => sketch.drop(&value, "the annotation of a pod names the ConfigMap, and not this"),
                "containers" | "initContainers" | "volumes" | "imagePullSecrets" => sketch.list(&field, &value)?,
                "annotations" => annotations.push(value),
                "labels" => labels.push(value),
                _ => sketch.drop(&value, "this is no field of kubernetes-sidecar-injector that is known"),
            }
        }
    }
    sketch.annotations = merged(&annotations)?;
    sketch.labels = merged(&labels)?;
    Ok(Draft::text(name.at(), text))
}

/// The annotations or labels of all sets. Of two with one key, the later set's counts.
fn merged(maps: &[Node<'_>]) -> Result<Vec<Line<Member>>, ImportError> {
    static ANY: Shape = Shape::Any;
    let mut entries = Vec::new();
    for map in maps {
        entries.extend(map.members()?);
    }
    let is_last = |index: usize, key: &str| !entries.iter().skip(index + 1).any(|(other, _)| other == key);
    let line = |(index, (key, value)): (usize, &(String, Node<'_>))| match is_last(index, key) {
        true => Ok(Line::Written((key.clone(), carry::part(value, &ANY)?))),
        false => Ok(Line::dropped(value, "a later set of the list has the same key")),
    };
    entries.iter().enumerate().map(line).collect()
}
