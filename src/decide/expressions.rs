//! What a profile's expressions may read of an object and its facts, and what is said of one that has no value.

use crate::decide::facts::{Facts, Known};
use crate::diagnostic::{Code, Diagnostic, words};
use crate::expression::{EvalFault, Item};
use crate::kube::defaults::{self, Seen};
use crate::kube::workload::{Identity, owning_workload};
use crate::profile::Profile;
use crate::profile::template::{RenderFault, Surroundings};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What to do about facts of a namespace that are not known.
pub(crate) const NAME_FACTS: &str =
    "put the Namespace into the input, or use `--namespace-labels` and `--namespace-annotations`";

/// The surroundings of a pod template that is as it was before the profile.
pub(crate) fn surroundings<'f, 'a: 'f, V: View<'a>>(
    identity: &Identity,
    template: V,
    facts: &'f Facts,
) -> Surroundings<'f, Seen<'f, 'a, V>> {
    let namespace = &facts.namespace;
    let mut ns = vec![("name", Item::text(namespace.name.as_str()))];
    for (name, known) in [("labels", &namespace.labels), ("annotations", &namespace.annotations)] {
        if let Known::Yes(entries) = known {
            let entries = entries.iter().map(|(key, value)| (key.as_str(), Item::text(value.as_str())));
            ns.push((name, Item::map(entries)));
        }
    }
    let owner = owning_workload(identity, template);
    let workload = [
        ("kind", Item::text(owner.kind.as_str())),
        ("name", Item::text(owner.name.as_str())),
        ("apiVersion", Item::text(owner.api_version.as_str())),
    ];
    let kubernetes = [("minor", Item::Int(i64::from(facts.kubernetes_version.0)))];
    let pod = defaults::seen(template, &namespace.name);
    Surroundings { pod, facts: [Item::map(ns), Item::map(workload), Item::map(kubernetes)] }
}

/// An expression of the profile that has no value for a template: at the annotation that it comes from, where there is one.
pub(crate) fn without_value(profile: &Profile, failed: &RenderFault, facts: &Facts, place: &Pointer) -> Diagnostic {
    let behind = profile.parameters_behind(failed.variables.iter().copied());
    let used = || behind.iter().filter_map(|index| profile.parameters.get(*index));
    let names: Vec<&str> = used().map(|parameter| parameter.name.as_str()).collect();
    let namespace = &facts.namespace;
    let unknown = match &failed.fault {
        EvalFault::NoField(field) if field == "labels" && namespace.labels == Known::No => Some("labels"),
        EvalFault::NoField(field) if field == "annotations" && namespace.annotations == Known::No => {
            Some("annotations")
        }
        _ => None,
    };
    let unknown = unknown.filter(|_| profile.reads_namespace(failed.variables.iter().copied()));
    let (why, hint) = match unknown {
        Some(field) => {
            let why = format!("the {field} of namespace `{}` are not known", namespace.name);
            (why, Some(NAME_FACTS.to_owned()))
        }
        None => {
            let plural = if names.len() == 1 { "parameter" } else { "parameters" };
            let hint = (!names.is_empty()).then(|| format!("it uses the {plural} {}", words::list(&names)));
            (failed.fault.to_string(), hint)
        }
    };
    let message = format!("the expression at `{}` of the profile `{}` has no value: {why}", failed.at, profile.name);
    let at = match used().find_map(|parameter| parameter.annotation()) {
        Some(key) => place.append(&Pointer::of(["metadata", "annotations", key])),
        None => place.clone(),
    };
    Diagnostic { hint, ..Diagnostic::new(Code::BadValue, at, message) }
}
