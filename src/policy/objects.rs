//! The objects of a policy: what an API server matches, and what holds the expressions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::compile::CompiledProfile;
use super::metadata::metadata;
use super::validations::{Validation, ValidationMessage, cut};
use super::{FailurePolicy, PolicyApi, PolicyOptions, PolicyWarnings, params};
use crate::kube::selector::{NAMESPACE_NAME, Operator, Requirement, Selector};
use crate::profile::Profile;

const GROUP: &str = "admissionregistration.k8s.io";

/// Which pods an API server asks about.
pub(super) fn constraints(profile: &Profile) -> Value {
    let selector = |selector: Option<&Selector>| selector.map(|selector| selector.0.clone()).unwrap_or_default();
    let mut namespaces = selector(profile.namespace_selector.as_ref());
    if !profile.excluded_namespaces.is_empty() {
        let (key, values) = (NAMESPACE_NAME.to_owned(), profile.excluded_namespaces.clone());
        namespaces.insert(0, Requirement { key, operator: Operator::NotIn, values });
    }
    matching(&Selector(namespaces), &Selector(selector(profile.object_selector.as_ref())))
}

/// All pods but those of these namespaces.
pub(super) fn all_pods(excluded: Vec<String>) -> Value {
    let (key, values) = (NAMESPACE_NAME.to_owned(), excluded);
    let excluded = Requirement { key, operator: Operator::NotIn, values };
    let namespaces = if excluded.values.is_empty() { Vec::new() } else { vec![excluded] };
    matching(&Selector(namespaces), &Selector(Vec::new()))
}

fn matching(namespaces: &Selector, pods: &Selector) -> Value {
    json!({
        "matchPolicy": "Equivalent",
        "namespaceSelector": namespaces.to_json(),
        "objectSelector": pods.to_json(),
        "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
    })
}

/// The variables that expressions use, and those that these use, in their order.
fn variables(all: &[(String, String)], used_by: &[&str]) -> Vec<Value> {
    let mut used: BTreeSet<&str> = used_by.iter().flat_map(|text| names(text)).collect();
    for (name, expression) in all.iter().rev() {
        if used.contains(name.as_str()) {
            used.extend(names(expression));
        }
    }
    let is_used = |(name, _): &&(String, String)| used.contains(name.as_str());
    all.iter().filter(is_used).map(|(name, expression)| json!({"name": name, "expression": expression})).collect()
}

/// The names of the variables in an expression. One in a string counts too, which does no harm.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("variables.")
        .skip(1)
        .map(|rest| rest.split(|next: char| !next.is_ascii_alphanumeric() && next != '_').next().unwrap_or_default())
}

/// The mutating policy, and its binding. One for several profiles keeps their order; an API server runs policies in any.
pub(super) fn mutating(
    name: &str,
    profiles: &[&str],
    (compiled, constraints): (&[CompiledProfile], &Value),
    options: &PolicyOptions,
) -> [Value; 2] {
    let version = mutating_version(options.api);
    let all: Vec<(String, String)> = compiled.iter().flat_map(|one| one.variables.iter().cloned()).collect();
    let used: Vec<&str> = compiled.iter().map(|one| one.patch.as_str()).collect();
    let mutation = |one: &CompiledProfile| json!({"patchType": "JSONPatch", "jsonPatch": {"expression": one.patch}});
    let profile = match profiles {
        [profile] => Some(*profile),
        _ => None,
    };
    let mut policy = json!({
        "apiVersion": version,
        "kind": "MutatingAdmissionPolicy",
        "metadata": metadata(name, profile),
        "spec": {
            "failurePolicy": failure(options.failure),
            "reinvocationPolicy": "IfNeeded",
            "matchConstraints": constraints,
            "variables": variables(&all, &used),
            "mutations": compiled.iter().map(mutation).collect::<Vec<_>>(),
        },
    });
    let mut binding = json!({
        "apiVersion": version,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": metadata(name, profile),
        "spec": {"policyName": name},
    });
    ask_params(&mut policy, &mut binding, (name, options));
    [policy, binding]
}

/// Lets a policy and its binding have the ConfigMap that belongs to this mutating policy.
fn ask_params(policy: &mut Value, binding: &mut Value, (mutating, options): (&str, &PolicyOptions)) {
    if let Some(of) = &options.params {
        policy["spec"]["paramKind"] = params::kind();
        binding["spec"]["paramRef"] = params::reference(&params::config_map_name(mutating), of);
    }
}

fn mutating_version(api: PolicyApi) -> String {
    match api {
        PolicyApi::V1 => format!("{GROUP}/v1"),
        PolicyApi::V1Beta1 => format!("{GROUP}/v1beta1"),
    }
}

/// What [`mutating`] makes, by its name alone; the binding goes first.
#[cfg(feature = "serve")]
pub(super) fn mutating_removal(name: &str, api: PolicyApi) -> [Value; 2] {
    named_pair(&mutating_version(api), "MutatingAdmissionPolicy", name)
}

/// What [`validating`] makes, in the opposite order, by its names alone.
#[cfg(feature = "serve")]
pub(super) fn validating_removal(name: &str) -> Vec<Value> {
    let version = format!("{GROUP}/v1");
    let pairs = [format!("{name}-warnings"), name.to_owned()];
    pairs.iter().flat_map(|name| named_pair(&version, "ValidatingAdmissionPolicy", name)).collect()
}

#[cfg(feature = "serve")]
fn named_pair(version: &str, kind: &str, name: &str) -> [Value; 2] {
    let object = |kind: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
    [object(&format!("{kind}Binding")), object(kind)]
}

const fn failure(policy: FailurePolicy) -> &'static str {
    match policy {
        FailurePolicy::Fail => "Fail",
        FailurePolicy::Ignore => "Ignore",
    }
}

/// The validating policies of a profile, each with its binding: what refuses, and what warns.
pub(super) fn validating(
    (name, mutating): (&str, &str),
    profile: &Profile,
    compiled: &CompiledProfile,
    options: &PolicyOptions,
) -> Vec<Value> {
    let mut used: Vec<&str> = vec![&compiled.rule];
    for Validation { holds, message, .. } in &compiled.validations {
        used.push(holds);
        if let ValidationMessage::Computed(message) = message {
            used.push(message);
        }
    }
    let validation = |Validation { holds, message, reason }: &Validation| match message {
        ValidationMessage::Fixed(message) => json!({"expression": holds, "message": message, "reason": reason}),
        ValidationMessage::Computed(message) => {
            json!({"expression": holds, "messageExpression": message, "reason": reason})
        }
    };
    let spec = json!({
        "failurePolicy": failure(options.failure),
        "matchConstraints": constraints(profile),
        "variables": variables(&compiled.variables, &used),
        "validations": compiled.validations.iter().map(validation).collect::<Vec<_>>(),
        "auditAnnotations": [{"key": "rule", "valueExpression": compiled.rule}],
    });
    let mut objects = pair(name, profile, (&spec, "Deny"), (mutating, options)).to_vec();
    if options.warnings == PolicyWarnings::Made && !compiled.warnings.is_empty() {
        let used: Vec<&str> = compiled.warnings.iter().map(String::as_str).collect();
        let validation = |list: &String| {
            json!({
                "expression": format!("{list}.size() == 0"),
                "messageExpression": cut(list),
            })
        };
        let spec = json!({
            "failurePolicy": "Ignore",
            "matchConstraints": constraints(profile),
            "variables": variables(&compiled.variables, &used),
            "validations": compiled.warnings.iter().map(validation).collect::<Vec<_>>(),
        });
        objects.extend(pair(&format!("{name}-warnings"), profile, (&spec, "Warn"), (mutating, options)));
    }
    objects
}

fn pair(name: &str, profile: &Profile, (spec, action): (&Value, &str), params: (&str, &PolicyOptions)) -> [Value; 2] {
    let version = format!("{GROUP}/v1");
    let metadata = || metadata(name, Some(&profile.name));
    let mut policy =
        json!({"apiVersion": version, "kind": "ValidatingAdmissionPolicy", "metadata": metadata(), "spec": spec});
    let mut binding = json!({
        "apiVersion": version,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": metadata(),
        "spec": {"policyName": name, "validationActions": [action]},
    });
    ask_params(&mut policy, &mut binding, params);
    [policy, binding]
}
