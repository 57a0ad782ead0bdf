//! The containers of a SidecarSet: as in a pod, with fields that take mounts, devices and variables from other containers.

use super::super::draft::{Content, Draft, Line, Member};
use super::super::sketch::written;
use super::super::source::{ImportError, Node};
use super::super::{carry, cel};
use super::{DEFAULT, NO_UPDATE, UNKNOWN};
use crate::kube::schema::{self, Shape};
use crate::value::view::Kind;

/// What is shared with the sidecars, and how it is written in a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shared {
    Mounts,
    Devices,
}

/// The containers of the application: OpenKruise marks its own by a variable.
const OTHERS: (&str, &str) =
    ("others", "pod.spec.containers.filter(c, !c.?env.orValue([]).exists(e, e.?name.orValue('') == 'IS_INJECTED'))");

/// Of two at one path, the first. The API server adds the mount of a token to each container itself.
const MOUNTS: [(&str, &str); 2] = [
    (
        "allMounts",
        "lets.others.map(c, c.?volumeMounts.orValue([])).flatten()\
         .filter(m, m.mountPath != '/var/run/secrets/kubernetes.io/serviceaccount')",
    ),
    (
        "mounts",
        "lists.range(lets.allMounts.size()).filter(i, !lists.range(i).exists(j, \
         lets.allMounts[j].mountPath == lets.allMounts[i].mountPath)).map(i, lets.allMounts[i])",
    ),
];

const DEVICES: [(&str, &str); 2] = [
    ("allDevices", "lets.others.map(c, c.?volumeDevices.orValue([])).flatten()"),
    (
        "devices",
        "lists.range(lets.allDevices.size()).filter(i, !lists.range(i).exists(j, \
         lets.allDevices[j].devicePath == lets.allDevices[i].devicePath)).map(i, lets.allDevices[i])",
    ),
];

impl Shared {
    /// The field of a container, the variable of the profile, the key, and the fields that need not be there.
    const fn row(self) -> (&'static str, &'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::Mounts => (
                "volumeMounts",
                "lets.mounts",
                "mountPath",
                &["readOnly", "recursiveReadOnly", "subPath", "subPathExpr", "mountPropagation"],
            ),
            Self::Devices => ("volumeDevices", "lets.devices", "devicePath", &[]),
        }
    }

    fn shape(self) -> &'static Shape {
        match schema::CONTAINER.member(self.row().0) {
            Some(Shape::List(element)) => element,
            _ => &Shape::Any,
        }
    }
}

/// The containers of a SidecarSet, and which values with names they need.
#[derive(Default)]
pub(super) struct Containers {
    shared: Vec<Shared>,
}

/// Which list containers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Sidecars,
    SetUp,
}

impl Containers {
    pub(super) fn sidecars(&mut self, list: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
        let containers = list.elements()?;
        containers.iter().map(|one| Ok(Line::Written(self.container(one, Place::Sidecars)?))).collect()
    }

    /// OpenKruise adds these in the order of their names.
    pub(super) fn set_up(&mut self, list: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
        let mut containers = list.elements()?;
        containers.sort_by_key(|container| container.text_at(&["name"]).map(String::from));
        containers.iter().map(|one| Ok(Line::Written(self.container(one, Place::SetUp)?))).collect()
    }

    /// The values that expressions of the containers use.
    pub(super) fn lets(&self) -> Vec<(&'static str, &'static str)> {
        let mut lets: Vec<_> = self.shared.first().map(|_| OTHERS).into_iter().collect();
        for (kind, values) in [(Shared::Mounts, MOUNTS), (Shared::Devices, DEVICES)] {
            lets.extend(values.into_iter().filter(|_| self.shared.contains(&kind)));
        }
        lets
    }

    fn container(&mut self, container: &Node<'_>, place: Place) -> Result<Draft, ImportError> {
        let mut lines = Vec::new();
        let mut lists =
            [("env", Vec::new()), (Shared::Mounts.row().0, Vec::new()), (Shared::Devices.row().0, Vec::new())];
        let [(_, env), (_, mounts), (_, devices)] = &mut lists;
        for (name, value) in carry::fields(container, &schema::CONTAINER)? {
            match name.as_str() {
                "transferEnv" => env.extend(transferred(&value)?),
                "shareVolumePolicy" if is_enabled(&value) => mounts.push(self.shared(container, Shared::Mounts)?),
                "shareVolumeDevicePolicy" if is_enabled(&value) => {
                    devices.push(self.shared(container, Shared::Devices)?);
                }
                _ => {}
            }
        }
        for (name, value) in container.members()? {
            match name.as_str() {
                "transferEnv" => {}
                "shareVolumePolicy" | "shareVolumeDevicePolicy" => lines.extend(left_of_policy(&value)?),
                "podInjectPolicy" => lines.push(placement(&value, place)?),
                "upgradeStrategy" => lines.push(Line::dropped(&value, NO_UPDATE)),
                _ => lines.push(match lists.iter_mut().find(|(list, more)| *list == name && !more.is_empty()) {
                    Some((_, more)) => Line::Written((name, extended(&value, std::mem::take(more))?)),
                    None => carry::member(name, &value, &schema::CONTAINER)?,
                }),
            }
        }
        if place == Place::Sidecars && container.get("podInjectPolicy").is_none() {
            lines.extend(written([("placement", Draft::made("First".into()))]));
        }
        let rest = lists.into_iter().filter(|(_, more)| !more.is_empty());
        lines.extend(rest.map(|(name, more)| Line::Written((name.to_owned(), Draft::list(more)))));
        Ok(Draft::new(container.at(), Content::Object(lines)))
    }

    /// One element for all that the containers of the application have, except what is at a path of this container's own.
    fn shared(&mut self, container: &Node<'_>, kind: Shared) -> Result<Line<Draft>, ImportError> {
        self.shared.push(kind);
        Ok(Line::Written(repeated(container, kind)?))
    }
}

fn is_enabled(policy: &Node<'_>) -> bool {
    policy.text_at(&["type"]).as_deref() == Some("enabled")
}

/// What is dropped of the policy of something shared.
fn left_of_policy(policy: &Node<'_>) -> Result<Vec<Line<Member>>, ImportError> {
    let mut lines = Vec::new();
    for (field, value) in policy.given()? {
        match (field.as_str(), value.text_at(&[]).as_deref()) {
            ("type", Some("enabled")) => {}
            ("type", Some("disabled" | "")) => lines.push(Line::dropped(&value, DEFAULT)),
            ("type", _) => lines.push(Line::dropped(&value, "it is neither `enabled` nor `disabled`")),
            _ => lines.push(Line::dropped(&value, UNKNOWN)),
        }
    }
    Ok(lines)
}

fn repeated(container: &Node<'_>, kind: Shared) -> Result<Draft, ImportError> {
    let (list, variable, key, optional) = kind.row();
    let own = container.get(list).map_or(Ok(Vec::new()), |list| list.elements())?;
    let own: Vec<String> = own.iter().filter_map(|element| element.text_at(&[key]).map(String::from)).collect();
    let all = match own.as_slice() {
        [] => variable.to_owned(),
        own => format!("{variable}.filter(s, !(s.{key} in {}))", cel::texts(own.iter().map(String::as_str))),
    };
    let repeat = serde_json::json!({"name": "shared", "in": all});
    let mut members: Vec<Line<Member>> = written([("forEach", Draft::made(repeat))]).into();
    for field in ["name", key] {
        members.extend(written([(field, Draft::made(format!("{{{{ shared.{field} }}}}").into()))]));
    }
    for field in optional.iter().filter(|field| kind.shape().member(field).is_some()) {
        members.extend(written([(*field, Draft::made(format!("{{{{ shared.?{field}.orValue(null) }}}}").into()))]));
    }
    Ok(Draft::object(members))
}

/// A container's own list, with more behind it.
fn extended(own: &Node<'_>, more: Vec<Line<Draft>>) -> Result<Draft, ImportError> {
    let mut lines = Vec::new();
    let element = match own.path.tokens().last().and_then(|name| schema::CONTAINER.member(name)) {
        Some(Shape::List(element)) => element,
        _ => &Shape::Any,
    };
    for one in own.elements()? {
        lines.push(Line::Written(carry::part(&one, element)?));
    }
    lines.extend(more);
    Ok(Draft::new(own.at(), Content::List(lines)))
}

fn placement(policy: &Node<'_>, place: Place) -> Result<Line<Member>, ImportError> {
    let word = match (place, policy.text()?.as_str()) {
        (Place::SetUp, _) => return Ok(Line::dropped(policy, "it has no effect on an init container")),
        (Place::Sidecars, "BeforeAppContainer") => "First",
        (Place::Sidecars, "AfterAppContainer") => "Last",
        (Place::Sidecars, _) => {
            return Ok(Line::dropped(policy, "it is neither `BeforeAppContainer` nor `AfterAppContainer`"));
        }
    };
    Ok(Line::Written(("placement".to_owned(), Draft::text(policy.at(), word))))
}

/// Variables that are copied from other containers.
fn transferred(list: &Node<'_>) -> Result<Vec<Line<Draft>>, ImportError> {
    let mut lines = Vec::new();
    for transfer in list.elements()? {
        let mut container = transfer.get("sourceContainerName").map(|node| Ok(name(&node.text()?))).transpose()?;
        let mut names = Vec::new();
        let mut dropped = Vec::new();
        for (field, value) in transfer.given()? {
            match field.as_str() {
                "sourceContainerName" if transfer.get("sourceContainerNameFrom").is_some() => {
                    dropped.push(Line::dropped(&value, "`sourceContainerNameFrom` counts instead"));
                }
                "sourceContainerName" => {}
                "sourceContainerNameFrom" => container = named_by(&value, &mut dropped)?,
                "envName" => names.push(text_line(&value)?),
                "envNames" => {
                    for name in value.elements()? {
                        names.push(text_line(&name)?);
                    }
                }
                _ => dropped.push(Line::dropped(&value, UNKNOWN)),
            }
        }
        lines.extend(dropped);
        lines.push(match container {
            Some(container) => {
                let copy = [("container", Draft::text(transfer.at(), container)), ("env", Draft::list(names))];
                Line::Written(Draft::object(written([("copyFrom", Draft::object(written(copy).into()))]).into()))
            }
            None => Line::dropped(&transfer, "a profile cannot find this container"),
        });
    }
    Ok(lines)
}

fn text_line(node: &Node<'_>) -> Result<Line<Draft>, ImportError> {
    Ok(Line::Written(Draft::text(node.at(), name(&node.text()?))))
}

/// A name in `copyFrom`, which takes an expression only as a whole.
fn name(text: &str) -> String {
    if text.contains("{{") { format!("{{{{ {} }}}}", cel::text(text)) } else { text.to_owned() }
}

/// The container that a label or annotation of the pod names, as an expression.
fn named_by(from: &Node<'_>, dropped: &mut Vec<Line<Draft>>) -> Result<Option<String>, ImportError> {
    let mut container = None;
    for (field, value) in from.given()? {
        match (field.as_str(), value.kind()) {
            ("fieldRef", Kind::Mapping) => {
                for (field, value) in value.given()? {
                    match field.as_str() {
                        "fieldPath" => container = expression_of(&value.text()?),
                        _ => dropped.push(Line::dropped(&value, "it has no effect")),
                    }
                }
            }
            _ => dropped.push(Line::dropped(&value, UNKNOWN)),
        }
    }
    Ok(container)
}

/// `metadata.labels['KEY']` and `metadata.annotations['KEY']`. A pod that a workload makes has no name yet.
fn expression_of(path: &str) -> Option<String> {
    let key = |map: &str| path.strip_prefix("metadata.")?.strip_prefix(map)?.strip_prefix("['")?.strip_suffix("']");
    let map = ["labels", "annotations"].into_iter().find(|map| key(map).is_some())?;
    Some(format!("{{{{ {} }}}}", cel::of_pod(map, key(map)?)))
}
