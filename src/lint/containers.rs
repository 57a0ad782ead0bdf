//! What is to tell about the containers and volumes of a profile: what clashes, what an API server refuses, and what good
//! containers have. What they may do to a node is the matter of `privilege` and of Pod Security.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Finding;
use super::sample::{Placed, Sample};
use crate::decide::inject::{name, port_clash};
use crate::diagnostic::{Code, Severity};
use crate::kube::image::image_parts;
use crate::kube::validity::{self, Role};
use crate::value::pointer::Pointer;

pub(super) fn check(sample: &Sample<'_>) -> Vec<Finding> {
    let mut findings = clashes(sample);
    findings.extend(invalid(sample));
    findings.extend(foreign_volumes(sample));
    for list in ["initContainers", "containers"] {
        for container in sample.list(list) {
            findings.extend(image(sample, text(container.value, "/image"), container.at.join("image")));
            findings.extend(resources(&container));
            // An init container ends, and a probe of one is refused.
            if list == "containers" {
                findings.extend(probe(&container));
            }
        }
    }
    for (index, volume) in sample.rendered().volumes.iter().enumerate() {
        let at = Pointer::of(["spec", "volumes"]).join(index.to_string()).join("image").join("reference");
        findings.extend(image(sample, text(volume, "/image/reference"), at));
    }
    findings
}

/// Ports that two containers of the profile's have in common.
fn clashes(sample: &Sample<'_>) -> Vec<Finding> {
    let containers: Vec<Placed<'_>> = sample.list("initContainers").chain(sample.list("containers")).collect();
    let mut findings = Vec::new();
    for (index, first) in containers.iter().enumerate() {
        for second in containers.iter().skip(index + 1) {
            for (port, at) in ports(sample, second) {
                let clash = ports(sample, first).into_iter().find_map(|(taken, _)| port_clash(port, taken));
                if let Some((word, port)) = clash {
                    let message = format!(
                        "{word} {port} of container `{}` is already used by container `{}`",
                        name(second.value),
                        name(first.value)
                    );
                    findings.push(Finding::new(Severity::Error, Code::Clash, at, message));
                }
            }
        }
    }
    findings
}

/// The ports of a container whose numbers are known, with their places.
fn ports<'c>(sample: &Sample<'_>, container: &Placed<'c>) -> Vec<(&'c Value, Pointer)> {
    let place = container.at.join("ports");
    if sample.is_guess(&place) {
        return Vec::new();
    }
    let list = container.value.get("ports").and_then(Value::as_array).into_iter().flatten().enumerate();
    list.map(|(index, port)| (port, place.join(index.to_string()))).collect()
}

/// What an API server would refuse, as far as it does not hang on made-up values.
fn invalid(sample: &Sample<'_>) -> Vec<Finding> {
    let spec = |list: &'static str| -> Vec<&Value> {
        let list = sample.pod().get("spec").and_then(|spec| spec.get(list)).and_then(Value::as_array);
        list.into_iter().flatten().collect()
    };
    let (inits, containers, volumes) = (spec("initContainers"), spec("containers"), spec("volumes"));
    // A mount of a volume that is not the profile's is told by itself.
    let mounted = inits.iter().chain(&containers).flat_map(|container| mounts(container)).map(|(_, volume)| volume);
    let names: BTreeSet<String> = volumes.iter().map(|volume| name(volume)).chain(mounted).map(str::to_owned).collect();
    let place = |list: &str| Pointer::of(["spec", list]);
    let mut found = validity::containers(&inits, Role::Init, &names, &place("initContainers"));
    found.extend(validity::containers(&containers, Role::Container, &names, &place("containers")));
    found.extend(validity::volumes(&volumes, &place("volumes")));
    let metadata = Pointer::of(["metadata"]);
    found.extend(validity::labels(&strings(&sample.rendered().labels), &metadata.join("labels")));
    found.extend(validity::annotations(&strings(&sample.rendered().annotations), &metadata.join("annotations")));
    let finding = |diagnostic: crate::diagnostic::Diagnostic| {
        let at = sample.place(&diagnostic.at);
        let finding = Finding::new(Severity::Error, Code::Invalid, at, diagnostic.message);
        Finding { hint: diagnostic.hint, ..finding }
    };
    found.into_iter().map(finding).filter(|finding| !sample.is_guess(&finding.at)).collect()
}

fn strings(map: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The places of a container's mounts and devices, and the volumes' names.
fn mounts(container: &Value) -> impl Iterator<Item = (Pointer, &str)> {
    ["volumeMounts", "volumeDevices"].into_iter().flat_map(move |field| {
        let list = container.get(field).and_then(Value::as_array).into_iter().flatten().enumerate();
        list.map(move |(index, mount)| (Pointer::of([field, &index.to_string(), "name"]), name(mount)))
    })
}

/// Mounts of volumes that the profile does not bring: the pod has to.
fn foreign_volumes(sample: &Sample<'_>) -> Vec<Finding> {
    let own: BTreeSet<&str> = sample.rendered().volumes.iter().map(name).collect();
    let pod = |list: &'static str| {
        let containers = sample.pod().get("spec").and_then(|spec| spec.get(list)).and_then(Value::as_array);
        let place = Pointer::of(["spec", list]);
        let placed = move |(index, container): (usize, &'_ Value)| {
            let at = place.join(index.to_string());
            mounts(container).map(|(mount, volume)| (at.append(&mount), volume.to_owned())).collect::<Vec<_>>()
        };
        containers.into_iter().flatten().enumerate().flat_map(placed)
    };
    pod("initContainers")
        .chain(pod("containers"))
        .filter(|(_, volume)| !volume.is_empty() && !own.contains(volume.as_str()))
        .map(|(at, volume)| (sample.place(&at), volume))
        .filter(|(at, _)| !sample.is_guess(at))
        .map(|(at, volume)| {
            let message =
                format!("the volume `{volume}` is mounted and is none of the profile's: the pod has to bring it");
            Finding::new(Severity::Warning, Code::PodVolume, at, message).hint("add it under `volumes`")
        })
        .collect()
}

fn image(sample: &Sample<'_>, image: &str, at: Pointer) -> Option<Finding> {
    let parts = image_parts(image);
    if image.is_empty() || parts.digest.is_some() || sample.is_guess(&at) {
        return None;
    }
    let (code, message) = match parts.tag {
        None => (Code::UntaggedImage, format!("image `{image}` has neither a tag nor a digest")),
        Some("latest") => (Code::LatestImage, format!("image `{image}` is another one from day to day")),
        Some(_) => return None,
    };
    Some(Finding::new(Severity::Warning, code, at, message).hint("pin a version, or better a digest"))
}

fn resources(container: &Placed<'_>) -> Option<Finding> {
    let missing: Vec<String> = ["requests", "limits"]
        .into_iter()
        .flat_map(|kind| ["cpu", "memory"].map(|resource| format!("{kind}.{resource}")))
        .filter(|path| {
            let path = format!("/resources/{}", path.replace('.', "/"));
            container.value.pointer(&path).is_none_or(Value::is_null)
        })
        .map(|path| format!("`{path}`"))
        .collect();
    let message = format!("container `{}` has no {}", name(container.value), missing.join(", "));
    (!missing.is_empty())
        .then(|| Finding::new(Severity::Warning, Code::NoResources, container.at.join("resources"), message))
}

fn probe(container: &Placed<'_>) -> Option<Finding> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    let has_one = probes.iter().any(|probe| container.value.get(*probe).is_some_and(|probe| !probe.is_null()));
    let message = format!("container `{}` has no probe: its failure goes unseen", name(container.value));
    (!has_one).then(|| Finding::new(Severity::Warning, Code::NoProbe, container.at.clone(), message))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
