//! Privileges that a pod's author can take by an annotation, or by another place in the pod that a parameter reads.
//!
//! A profile's containers may hold what its pods' authors do not: capabilities, root, the node's files. Whoever chooses
//! such a container's image or context holds it too.

use serde_json::Value;

use super::Finding;
use crate::diagnostic::{Code, Severity};
use crate::profile::template::{Segment, segments};
use crate::profile::{Parameter, ParameterType, Profile, Template};
use crate::value::pointer::Pointer;

/// What a place in a container or volume gives to whoever sets it.
#[derive(Clone, Copy)]
struct Reach {
    /// What is set.
    what: &'static str,
    /// Why that matters.
    why: &'static str,
    weight: Weight,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Whatever the container may do, its setter may.
    Whole,
    /// Something of it.
    Part,
    /// Only where the value is free text.
    FreeText,
}

/// What a path in a template gives to whoever sets it.
type Judge = fn(&[&str]) -> Option<Reach>;

pub(super) fn check(profile: &Profile) -> Vec<Finding> {
    let lists: [(_, &[Template], Judge); 3] = [
        ("init container", &profile.init_containers, of_container),
        ("container", &profile.containers, of_container),
        ("volume", &profile.volumes, of_volume),
    ];
    let mut findings = Vec::new();
    for (index, parameter) in profile.parameters.iter().enumerate() {
        let at = Pointer::of(["spec", "parameters"]).join(index.to_string());
        for (sort, templates, reach) in lists {
            for template in templates {
                for path in uses(template, &parameter.name) {
                    let tokens: Vec<&str> = path.iter().map(String::as_str).collect();
                    if let Some(reach) = reach(&tokens) {
                        let owner = format!("{sort} `{}`", template.name().unwrap_or_default());
                        findings.extend(told(parameter, reach, &owner, &at));
                    }
                }
            }
        }
    }
    findings
}

/// The paths of the scalars in which a parameter stands. By an explicit stack, so that depth costs no call stack.
fn uses(template: &Template, name: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Vec<(&Value, Vec<String>)> = vec![(&template.0, Vec::new())];
    while let Some((value, path)) = open.pop() {
        let below = |token: String| path.iter().cloned().chain([token]).collect::<Vec<_>>();
        match value {
            Value::String(text) => {
                if segments(text).contains(&Ok(Segment::Parameter(name))) {
                    found.push(path);
                }
            }
            Value::Array(list) => {
                open.extend(list.iter().enumerate().rev().map(|(index, item)| (item, below(index.to_string()))));
            }
            Value::Object(map) => open.extend(map.iter().rev().map(|(key, member)| (member, below(key.clone())))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

fn of_container(path: &[&str]) -> Option<Reach> {
    let (what, why, weight) = match path {
        ["image"] => {
            ("the image", "who writes it runs any program with the privileges of that container", Weight::Whole)
        }
        ["securityContext", "runAsUser" | "runAsGroup", ..] => {
            ("the user or group id", "who writes it can run that container as root", Weight::Whole)
        }
        ["securityContext", ..] => {
            ("the security context", "who writes it can give that container any privilege", Weight::Whole)
        }
        ["command" | "args", ..] | [_, "exec", ..] | ["lifecycle", _, "exec", ..] => {
            ("the command line", "its text becomes part of what that container runs", Weight::FreeText)
        }
        ["ports", _, "hostPort" | "hostIP"] => ("a port of the node", "who writes it can take any", Weight::Part),
        ["volumeMounts" | "volumeDevices", _, "name" | "subPath" | "subPathExpr" | "mountPropagation"] => {
            ("what is mounted", "who writes it can look into other volumes", Weight::FreeText)
        }
        _ => return None,
    };
    Some(Reach { what, why, weight })
}

fn of_volume(path: &[&str]) -> Option<Reach> {
    let (what, why) = match path {
        // Its own size and medium are all that an empty folder has.
        ["name"] | ["emptyDir", ..] => return None,
        ["hostPath", ..] => ("the folder of the node", "who writes it reaches any file of the node"),
        ["image", ..] => ("the image", "who writes it chooses the files that the profile's containers see"),
        _ => ("the source", "who writes it chooses the files that the profile's containers see"),
    };
    Some(Reach { what, why, weight: Weight::Whole })
}

fn told(parameter: &Parameter, reach: Reach, owner: &str, at: &Pointer) -> Vec<Finding> {
    let free = matches!(parameter.ty, ParameterType::String | ParameterType::Image);
    if reach.weight == Weight::FreeText && !free {
        return Vec::new();
    }
    let name = &parameter.name;
    let mut findings = Vec::new();
    if let Some(key) = &parameter.annotation {
        // The values of an enum are those that the profile's author thought of.
        let listed = matches!(parameter.ty, ParameterType::Enum(_));
        let severity = if reach.weight == Weight::Whole && !listed { Severity::Error } else { Severity::Warning };
        let message = format!("the annotation `{key}` sets {} of {owner}: {}", reach.what, reach.why);
        findings.push(
            Finding::new(severity, Code::AnnotationPrivilege, at.join("annotation"), message)
                .hint(format!("remove `annotation` from the parameter `{name}`: `--set` still sets it")),
        );
    }
    if let Some(place) = parameter.from.first() {
        let message = format!("the pod's `{place}` sets {} of {owner}: {}", reach.what, reach.why);
        findings.push(
            Finding::new(Severity::Warning, Code::PodPrivilege, at.join("from"), message)
                .hint(format!("remove `from` from the parameter `{name}`: `--set` still sets it")),
        );
    }
    findings
}
