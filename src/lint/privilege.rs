//! Privileges that a pod's author can take by an annotation, or by another place in the pod that a parameter reads.
//!
//! A profile's containers may have privileges that the authors of pods do not have: capabilities, root, the node's files.
//! Anyone who chooses the image or the security context of such a container has them too.

use super::Finding;
use crate::diagnostic::words::list;
use crate::diagnostic::{Code, Severity};
use crate::profile::slot::{Slot, Validity};
use crate::profile::template::{Condition, Template};
use crate::profile::{Parameter, ParameterType, Profile};
use crate::value::pointer::Pointer;

/// What a place in a container or volume gives to anyone who sets it.
#[derive(Clone, Copy)]
struct Reach {
    what: &'static str,
    why: &'static str,
    weight: Weight,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Anything that the container may do.
    Whole,
    /// A part of it.
    Part,
    /// Only where the value is free text.
    FreeText,
}

/// What a path in an element gives to anyone who sets it.
type FindReach = fn(&[&str]) -> Option<Reach>;

pub(super) fn check(profile: &Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, parameter) in profile.parameters.iter().enumerate() {
        let at = Pointer::of(["spec", "parameters"]).join(index.to_string());
        for (slot, added) in profile.added.iter() {
            let judge: FindReach = match slot.validity() {
                Validity::Container(_) => of_container,
                Validity::Volume => of_volume,
                // These reach the application alone, which is the pod's author's own.
                Validity::Alone(..) | Validity::Schema => continue,
            };
            for (place, template) in added.iter().map(|addition| &addition.template).enumerate() {
                let element = slot.place_in_profile().join(place.to_string());
                for (scalar, variables) in template.scalars_with_variables() {
                    if !profile.parameters_behind(variables).contains(&index) {
                        continue;
                    }
                    let path = without_language(scalar.at.tokens().get(element.tokens().len()..).unwrap_or_default());
                    if let Some(reach) = judge(&path) {
                        findings.extend(reached(parameter, reach, &owner(slot, template), &at));
                    }
                }
                let decides = |condition: &&Condition| {
                    let path = condition.at.tokens().get(element.tokens().len()..).unwrap_or_default();
                    path.first().is_some_and(|first| first == "securityContext")
                        && profile.parameters_behind(condition.holds.variables()).contains(&index)
                };
                if template.conditions().iter().any(decides) {
                    findings.extend(reached(parameter, CHOICE, &owner(slot, template), &at));
                }
            }
        }
        for (path, template) in profile.pod_templates() {
            let variables = template.scalars_with_variables().into_iter().flat_map(|(_, variables)| variables);
            if profile.parameters_behind(variables).contains(&index) {
                findings.extend(reached(parameter, of_pod(path), "the pod", &at));
            }
        }
    }
    findings
}

/// A condition inside a security context: it picks among what the profile's author wrote.
const CHOICE: Reach = Reach {
    what: "the choice of the security context",
    why: "anyone who sets it takes any of those that the profile has",
    weight: Weight::Part,
};

fn owner(slot: Slot, template: &Template) -> String {
    match template.name() {
        Some(name) => format!("{} `{name}`", slot.noun()),
        None => format!("a {}", slot.noun()),
    }
}

/// What a field of the pod's spec gives to anyone who sets it.
fn of_pod(path: &[&str]) -> Reach {
    let (what, why, weight) = match path {
        ["securityContext", ..] => {
            ("the security context", "anyone who sets it changes what the profile's containers may do", Weight::Whole)
        }
        ["serviceAccountName" | "automountServiceAccountToken"] => {
            ("the ServiceAccount", "anyone who sets it chooses what the pod may do in the cluster", Weight::Whole)
        }
        ["shareProcessNamespace"] => {
            ("the process namespace", "anyone who sets it can reach the processes of all containers", Weight::Whole)
        }
        ["dnsPolicy" | "dnsConfig" | "hostAliases"] => (
            "the name resolution",
            "anyone who sets it can send the profile's containers to other hosts",
            Weight::Whole,
        ),
        ["runtimeClassName" | "priorityClassName" | "tolerations" | "nodeSelector"] => {
            ("the scheduling", "anyone who sets it can take other nodes or other resources", Weight::Part)
        }
        _ => ("the start or the end", "anyone who sets it can hold the pod up", Weight::Part),
    };
    Reach { what, why, weight }
}

/// A path in an element, as it is in a pod: without the members of the language.
fn without_language(path: &[String]) -> Vec<&str> {
    let mut tokens = path.iter().map(String::as_str);
    let mut kept = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            "oneOf" => drop(tokens.next()),
            "forEach" | "value" | "values" | "when" if kept.last() != Some(&"env") && tokens.len() == 0 => {}
            _ => kept.push(token),
        }
    }
    kept
}

fn of_container(path: &[&str]) -> Option<Reach> {
    let (what, why, weight) = match path {
        ["image"] => {
            ("the image", "anyone who sets it runs any program with the privileges of that container", Weight::Whole)
        }
        ["securityContext", "runAsUser" | "runAsGroup", ..] => {
            ("the user or group id", "anyone who sets it can run that container as root", Weight::Whole)
        }
        ["securityContext", ..] => {
            ("the security context", "anyone who sets it can give that container any privilege", Weight::Whole)
        }
        ["command" | "args", ..] | [_, "exec", ..] | ["lifecycle", _, "exec", ..] => {
            ("the command line", "its text becomes part of what that container runs", Weight::FreeText)
        }
        ["env", _, "name"] => {
            ("the name of a variable", "anyone who sets it can set any variable of that container", Weight::FreeText)
        }
        ["ports", _, "hostPort" | "hostIP"] => ("a port of the node", "anyone who sets it can take any", Weight::Part),
        ["volumeMounts" | "volumeDevices", _, "name" | "subPath" | "subPathExpr" | "mountPropagation"] => {
            ("what is mounted", "anyone who sets it can look into other volumes", Weight::FreeText)
        }
        _ => return None,
    };
    Some(Reach { what, why, weight })
}

fn of_volume(path: &[&str]) -> Option<Reach> {
    let (what, why) = match path {
        // Its own size and medium are all that an empty folder has.
        ["name"] | ["emptyDir", ..] => return None,
        ["hostPath", ..] => ("the folder of the node", "anyone who sets it reaches any file of the node"),
        ["image", ..] => ("the image", "anyone who sets it chooses the files that the profile's containers see"),
        _ => ("the source", "anyone who sets it chooses the files that the profile's containers see"),
    };
    Some(Reach { what, why, weight: Weight::Whole })
}

fn reached(parameter: &Parameter, reach: Reach, owner: &str, at: &Pointer) -> Vec<Finding> {
    let single = parameter.ty.single();
    let free = matches!(
        single,
        ParameterType::String | ParameterType::Image | ParameterType::Name | ParameterType::Path | ParameterType::Envs
    ) || matches!(parameter.ty, ParameterType::Map(_));
    if reach.weight == Weight::FreeText && !free {
        return Vec::new();
    }
    let name = &parameter.name;
    let mut findings = Vec::new();
    let prefix = parameter.annotation_prefix.iter().map(|prefix| format!("{prefix}…")).collect();
    for (field, keys) in [("annotation", parameter.annotations.clone()), ("annotationPrefix", prefix)] {
        if keys.is_empty() {
            continue;
        }
        // The values of an enum are those that the profile's author thought of.
        let listed = matches!(single, ParameterType::Enum(_)) && !matches!(parameter.ty, ParameterType::Map(_));
        let severity = if reach.weight == Weight::Whole && !listed { Severity::Error } else { Severity::Warning };
        let is_one = field == "annotation" && keys.len() == 1;
        let (noun, verb) = if is_one { ("annotation", "sets") } else { ("annotations", "set") };
        let message = format!("the {noun} {} {verb} {} of {owner}: {}", list(&keys), reach.what, reach.why);
        findings.push(
            Finding::new(severity, Code::AnnotationPrivilege, at.join(field), message)
                .hint(format!("remove `{field}` from the parameter `{name}`: `--set` still sets it")),
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
