//! The containers and volumes of a profile: what clashes, what an API server refuses, and what good containers have. What they
//! may do to a node is checked in `privilege` and by the Pod Security levels.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sample::{Sample, SampleItem};
use super::{Finding, targets};
use crate::decide::inject::{name, port_clash};
use crate::decide::record::listed::LOCAL_VOLUMES;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::kube::image::image_parts;
use crate::kube::validity;
use crate::profile::slot::{Home, Slot, Validity};
use crate::value::pointer::Pointer;

pub(super) fn check(sample: &Sample<'_>) -> Vec<Finding> {
    let mut findings = clashes(sample);
    findings.extend(invalid(sample));
    findings.extend(foreign_volumes(sample));
    findings.extend(pull_secrets(sample));
    findings.extend(local_volumes(sample));
    for slot in container_slots() {
        for container in sample.list(slot) {
            findings.extend(image(sample, text(container.value, "/image"), container.at.join("image")));
            findings.extend(resources(&container));
            // An init container ends, and a probe of one is refused.
            if slot == Slot::Containers {
                findings.extend(probe(&container));
            }
        }
    }
    for volume in sample.list(Slot::Volumes) {
        let at = volume.at.join("image").join("reference");
        findings.extend(image(sample, text(volume.value, "/image/reference"), at));
    }
    findings
}

/// Ports that two of the profile's containers have in common.
fn clashes(sample: &Sample<'_>) -> Vec<Finding> {
    // A plain init container has ended when the next one starts.
    let stays = |init: &SampleItem<'_>| text(init.value, "/restartPolicy") == "Always";
    let containers: Vec<SampleItem<'_>> =
        sample.list(Slot::InitContainers).filter(stays).chain(sample.list(Slot::Containers)).collect();
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
fn ports<'c>(sample: &Sample<'_>, container: &SampleItem<'c>) -> Vec<(&'c Value, Pointer)> {
    let place = container.at.join("ports");
    if sample.is_guess(&place) {
        return Vec::new();
    }
    let list = container.value.get("ports").and_then(Value::as_array).into_iter().flatten().enumerate();
    list.map(|(index, port)| (port, place.element(index))).collect()
}

/// What an API server would refuse, as far as it does not depend on made-up values.
fn invalid(sample: &Sample<'_>) -> Vec<Finding> {
    let volumes = in_pod(sample, Slot::Volumes);
    let containers = container_slots().flat_map(|slot| in_pod(sample, slot));
    // A mount of a volume that the profile does not add is reported by itself.
    let mounted = containers.flat_map(mounts).map(|(_, volume)| volume);
    let names: BTreeSet<String> = volumes.iter().map(|volume| name(volume)).chain(mounted).map(str::to_owned).collect();
    let mut found = targets::invalid(sample, &names);
    let bare = targets::bare(sample.pod().pointer("/spec/containers/0").unwrap_or(&Value::Null));
    for (slot, items) in sample.rendered().added.iter() {
        match slot.validity() {
            Validity::Container(role) => {
                let mut containers = in_pod(sample, slot);
                // The application's containers are checked by themselves, with what each of them gets.
                if let Some(first) = containers.first_mut().filter(|_| slot == Slot::Containers) {
                    *first = &bare;
                }
                found.extend(validity::containers(&containers, role, &names, slot.place()));
            }
            Validity::Volume => found.extend(validity::volumes(&volumes, slot.place())),
            Validity::Alone(_, check) if slot.home() == Home::Metadata => {
                let items: Vec<(&str, &Value)> = items.iter().map(|item| (item.key.as_str(), &*item.value)).collect();
                found.extend(check(&items, slot.place()));
            }
            // What is added to the application is checked as a part of its containers.
            Validity::Alone(..) | Validity::Schema => {}
        }
    }
    let finding = |diagnostic: Diagnostic| {
        let at = sample.place(&diagnostic.at);
        let finding = Finding::new(Severity::Error, Code::Invalid, at, diagnostic.message);
        Finding { hint: diagnostic.hint, ..finding }
    };
    found.into_iter().map(finding).filter(|finding| !sample.is_guess(&finding.at)).collect()
}

/// The lists of containers in a pod.
fn container_slots() -> impl Iterator<Item = Slot> {
    Slot::ALL.into_iter().filter(|slot| slot.holds_containers())
}

/// A list of the pod's spec: the application's container is in it too.
fn in_pod<'s>(sample: &'s Sample<'_>, slot: Slot) -> Vec<&'s Value> {
    let list = sample.pod().get("spec").and_then(|spec| spec.get(slot.field())).and_then(Value::as_array);
    list.into_iter().flatten().collect()
}

/// The places of a container's mounts and devices, and the volumes' names.
fn mounts(container: &Value) -> impl Iterator<Item = (Pointer, &str)> {
    ["volumeMounts", "volumeDevices"].into_iter().flat_map(move |field| {
        let list = container.get(field).and_then(Value::as_array).into_iter().flatten().enumerate();
        list.map(move |(index, mount)| (Pointer::of([field, &index.to_string(), "name"]), name(mount)))
    })
}

/// Mounts of volumes that the profile does not add: the pod must have them.
fn foreign_volumes(sample: &Sample<'_>) -> Vec<Finding> {
    let own = &sample.rendered().added[Slot::Volumes];
    let mut findings = Vec::new();
    for slot in container_slots() {
        for (index, container) in in_pod(sample, slot).into_iter().enumerate() {
            for (mount, volume) in mounts(container) {
                let at = sample.place(&slot.place().element(index).append(&mount));
                if volume.is_empty() || own.iter().any(|own| own.key == volume) || sample.is_guess(&at) {
                    continue;
                }
                let message =
                    format!("the profile mounts the volume `{volume}` and does not add it: the pod must have it");
                let finding = Finding::new(Severity::Warning, Code::PodVolume, at, message);
                findings.push(finding.hint("add it under `volumes`"));
            }
        }
    }
    findings
}

/// A pod gets the pull secrets of its ServiceAccount only where it has none of its own.
fn pull_secrets(sample: &Sample<'_>) -> Option<Finding> {
    let message = "`imagePullSecrets` hide those of the ServiceAccount of a pod that has none of its own";
    let hint = "add the secret to the ServiceAccounts instead, or name theirs in the pods too";
    let at = Slot::ImagePullSecrets.place_in_profile();
    (!sample.rendered().added[Slot::ImagePullSecrets].is_empty())
        .then(|| Finding::new(Severity::Warning, Code::HidesPullSecrets, at, message).hint(hint))
}

/// Volumes on the node's disk, which the cluster autoscaler does not drop unless an annotation allows it.
fn local_volumes(sample: &Sample<'_>) -> Vec<Finding> {
    let annotation = |key: &str| {
        let mut annotations = sample.rendered().added[Slot::Annotations].iter();
        annotations.find(|item| item.key == key).and_then(|item| item.value.as_str()).unwrap_or_default()
    };
    if annotation("cluster-autoscaler.kubernetes.io/safe-to-evict") == "true" {
        return Vec::new();
    }
    let safe: Vec<&str> = annotation(LOCAL_VOLUMES).split(',').collect();
    let is_local = |volume: &Value| {
        let empty = volume.get("emptyDir").filter(|source| !source.is_null());
        let is_on_disk = empty.is_some_and(|source| source.get("medium").and_then(Value::as_str) != Some("Memory"));
        is_on_disk || volume.get("hostPath").is_some_and(|source| !source.is_null())
    };
    let finding = |volume: SampleItem<'_>| {
        let name = name(volume.value);
        let message = format!("the volume `{name}` keeps the cluster autoscaler from removing the pod's node");
        let hint = format!("if its data may be lost, add `{name}` to the annotation `{LOCAL_VOLUMES}`");
        Finding::new(Severity::Note, Code::LocalVolume, volume.at.join("name"), message).hint(hint)
    };
    let volumes = sample.list(Slot::Volumes);
    volumes.filter(|volume| is_local(volume.value) && !safe.contains(&name(volume.value))).map(finding).collect()
}

fn image(sample: &Sample<'_>, image: &str, at: Pointer) -> Option<Finding> {
    let parts = image_parts(image);
    if image.is_empty() || parts.digest.is_some() || sample.is_guess(&at) {
        return None;
    }
    let (code, message) = match parts.tag {
        None => (Code::UntaggedImage, format!("image `{image}` has neither a tag nor a digest")),
        Some("latest") => (Code::LatestImage, format!("the tag `latest` of image `{image}` can change at any time")),
        Some(_) => return None,
    };
    Some(Finding::new(Severity::Warning, code, at, message).hint("pin a version, or better a digest"))
}

fn resources(container: &SampleItem<'_>) -> Option<Finding> {
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

fn probe(container: &SampleItem<'_>) -> Option<Finding> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    let has_one = probes.iter().any(|probe| container.value.get(*probe).is_some_and(|probe| !probe.is_null()));
    let message =
        format!("container `{}` has no probe: Kubernetes does not notice when it fails", name(container.value));
    (!has_one).then(|| Finding::new(Severity::Warning, Code::NoProbe, container.at.clone(), message))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
