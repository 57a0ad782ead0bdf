//! Privileges that a pod's author can take by an annotation, or by another place in the pod that a parameter reads.
//!
//! A profile's containers may have privileges that the authors of pods do not have: capabilities, root, the node's files.
//! Anyone who chooses the image or the security context of such a container has them too.

use super::Finding;
use crate::diagnostic::words::list;
use crate::diagnostic::{Code, Severity};
use crate::profile::slot::{Slot, Validity};
use crate::profile::template::{Condition, Content, Template};
use crate::profile::{ParameterType, Profile};
use crate::value::pointer::{Pointer, ReferenceToken};

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
    for index in 0..profile.parameters.len() {
        for (slot, added) in profile.added.iter() {
            for (place, template) in added.iter().map(|addition| &addition.template).enumerate() {
                let element = slot.place_in_profile().element(place);
                findings.extend(in_element(profile, index, slot, (template, &element)));
            }
        }
        findings.extend(in_pod(profile, index));
    }
    findings
}

/// What a parameter sets or picks in an element of a slot, which is at this place of the profile's document.
fn in_element(profile: &Profile, index: usize, slot: Slot, (template, element): (&Template, &Pointer)) -> Vec<Finding> {
    let judge: FindReach = match slot.validity() {
        Validity::Container(_) => of_container,
        Validity::Volume => of_volume,
        // These reach the application alone, which is the pod's author's own.
        Validity::Alone(..) | Validity::Schema => return Vec::new(),
    };
    let within = |at: &'_ Pointer| at.tokens().get(element.tokens().len()..).unwrap_or_default().to_vec();
    let mut reaches = Vec::new();
    for (scalar, variables) in template.scalars_with_variables() {
        if profile.parameters_behind(variables).contains(&index) {
            reaches.extend(judge(&without_language(&within(&scalar.at))));
        }
    }
    // Every condition is an expression, and so is the list over which an element repeats.
    let expressions = template.expressions().into_iter();
    let decisive = expressions.filter(|(one, _)| profile.parameters_behind(one.variables()).contains(&index));
    reaches.extend(decisive.filter_map(|(_, at)| picked(slot, template, &within(at))).take(1));
    let owner = owner(slot, template);
    reaches.into_iter().flat_map(|reach| reached(profile, index, reach, &owner)).collect()
}

/// What a parameter sets or picks in the pod's spec.
fn in_pod(profile: &Profile, index: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, template) in profile.pod_templates() {
        let variables = template.scalars_with_variables().into_iter().flat_map(|(_, variables)| variables);
        if profile.parameters_behind(variables).contains(&index) {
            findings.extend(reached(profile, index, of_pod(path), "the pod"));
        }
        let picks = || template.conditions().into_iter().any(|condition| decides(profile, index, condition));
        if path.first() == Some(&"securityContext") && picks() {
            findings.extend(reached(profile, index, CONTEXT, "the pod"));
        }
    }
    findings
}

fn decides(profile: &Profile, index: usize, condition: &Condition) -> bool {
    profile.parameters_behind(condition.holds.variables()).contains(&index)
}

/// What a condition, or the list of `forEach`, at a path of an element picks: it is among what the profile's author wrote.
fn picked(slot: Slot, template: &Template, path: &[ReferenceToken]) -> Option<Reach> {
    let path: Vec<&str> = path.iter().map(ReferenceToken::as_str).collect();
    match path.as_slice() {
        ["when"] | ["oneOf", _, "when"] | ["forEach", "in"] | ["hostPath", .., "when"] if slot == Slot::Volumes => {
            may_have(template, "hostPath").then_some(VOLUME_OF_NODE)
        }
        ["securityContext", .., "when"] => Some(CONTEXT),
        ["oneOf", _, "when"] => may_have(template, "securityContext").then_some(CONTEXT),
        _ => None,
    }
}

/// Whether an element has this member, in one of its alternatives.
fn may_have(template: &Template, field: &str) -> bool {
    let has = |members: &[(String, Template)]| members.iter().any(|(name, _)| name == field);
    match template {
        Template::Literal(value) => value.get(field).is_some_and(|found| !found.is_null()),
        Template::Object(members) => has(members),
        Template::Sparse(inner) => may_have(inner, field),
        Template::Part(part) => match &part.content {
            Content::One(template) => may_have(template, field),
            Content::OneOf { common, alternatives } => {
                has(common) || alternatives.iter().any(|(_, template)| may_have(template, field))
            }
            Content::Several(_) | Content::Spliced(_) => false,
        },
        Template::Scalar(_) | Template::List(_) => false,
    }
}

/// The choice among several security contexts, or whether there is one.
const CONTEXT: Reach = Reach {
    what: "the choice of the security context",
    why: "anyone who sets it takes any of those that the profile has",
    weight: Weight::Part,
};

/// The choice of a volume of which one alternative is a folder of the node.
const VOLUME_OF_NODE: Reach = Reach {
    what: "the choice of the source",
    why: "anyone who sets it can give the pod a volume of the node",
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
fn without_language(path: &[ReferenceToken]) -> Vec<&str> {
    let mut tokens = path.iter().map(ReferenceToken::as_str);
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

fn reached(profile: &Profile, index: usize, reach: Reach, owner: &str) -> Vec<Finding> {
    let Some(parameter) = profile.parameters.get(index) else { return Vec::new() };
    let at = Pointer::of(["spec", "parameters"]).element(index);
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
