//! From a profile's document to a [`Profile`]: every error of the document, each at its own place.
//!
//! What decides about injection is read here, parameters in `parameters`, what is added in `added`. Only the document is
//! read: no other file, and nothing of the object that is to be injected.

use crate::value::pointer::Pointer;
use crate::value::view::View;

use super::fields::AddedDocument;
pub use super::fields::spec_fields;
use super::parameter::UsualValues;
use super::reader::{Errors, Node};
pub(crate) use super::reader::{ProfileError, ProfileErrorKind};
use super::slot::{LABEL_VALUE, SlotMap};
use super::{
    ContainerPattern, EnvPlacement, NativeSidecar, OnError, OnIneligible, Placements, Policy, Profile, Switch, Targets,
};
use crate::kube::names::{is_dns_label, is_label_value, is_qualified_name};
use crate::kube::selector::{Operator, Requirement, Selector};
use crate::profile::rule::Rule;

mod added;
mod bounds;
mod copy;
mod computed;
mod fit;
mod parameters;
mod parser;
mod scalar;
mod variable;

/// The `apiVersion` of a profile.
pub(crate) const API_VERSION: &str = "sidecar-injector/v1";
/// The `kind` of a profile.
pub(crate) const KIND: &str = "Profile";

const DNS_LABEL: &str = "a DNS label: lower case letters, digits and `-`, at most 63";
const KEY: &str = "a label or annotation key";
const EXCLUDED_NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

const TOP_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec"];
// An object may carry more metadata than its name, such as what tools write there. A profile reads only the name.
const METADATA_FIELDS: &[&str] = &["annotations", "labels", "name", "namespace"];
/// Reads and validates a profile's document.
///
/// # Errors
///
/// Everything that is wrong in it, in the order of reading, each with its place in the document.
pub fn load<'a, V: View<'a>>(document: V) -> Result<Profile, Vec<ProfileError>> {
    let mut errors = Errors::default();
    let profile = document_of(Node { view: document, at: Pointer::root() }, &mut errors);
    // Only of a profile that is right otherwise: a misspelt field is not also one that is missing.
    if errors.0.is_empty() && profile.as_ref().is_some_and(|profile| profile.adds_nothing()) {
        errors.add(&Pointer::of(["spec"]), ProfileErrorKind::AddsNothing);
    }
    match profile {
        Some(profile) if errors.0.is_empty() => Ok(profile),
        _ => Err(errors.0),
    }
}

fn document_of<'a, V: View<'a>>(root: Node<V>, errors: &mut Errors) -> Option<Profile> {
    let root = root.object(TOP_FIELDS, errors)?;
    for (field, word) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        if let Some(found) = root.require(field, errors) {
            let _ = found.choice(&[(word, ())], errors);
        }
    }
    let metadata = root.require("metadata", errors).and_then(|node| node.object(METADATA_FIELDS, errors));
    let name = metadata
        .and_then(|node| node.require("name", errors))
        .and_then(|node| node.formed(DNS_LABEL, is_dns_label, errors));
    let spec = root.require("spec", errors).and_then(|node| node.object(&spec_fields(), errors))?;
    let policy = spec
        .require("policy", errors)
        .and_then(|node| node.choice(&[("OptOut", Policy::OptOut), ("OptIn", Policy::OptIn)], errors));
    let mut profile = selection(&spec, errors);
    let names = parameters::read(&spec, &mut profile, errors);
    added::read(&spec, &names, &mut profile, errors);
    // A profile without these has an error, and is never handed out.
    profile.name = name.unwrap_or_default();
    profile.policy = policy.unwrap_or(Policy::OptIn);
    profile.reads_object = profile.finds_object();
    profile.document = AddedDocument::of(spec.view);
    Some(profile)
}

/// What a profile says about when it applies; the rest is filled in by `parameters` and `added`.
fn selection<'a, V: View<'a>>(spec: &Node<V>, errors: &mut Errors) -> Profile {
    // It was merged already, where it names a profile.
    let _ = spec.get("extends").and_then(|node| node.string(errors));
    let rules = Rule::optional();
    let rejects = [("Reject", OnError::Reject), ("Skip", OnError::Skip)];
    let denies = [("Allow", OnIneligible::Allow), ("Deny", OnIneligible::Deny)];
    let excluded = match spec.get("excludedNamespaces") {
        Some(node) => formed_list(node, DNS_LABEL, is_dns_label, errors),
        None => EXCLUDED_NAMESPACES.map(str::to_owned).to_vec(),
    };
    Profile {
        name: String::new(),
        description: spec.get("description").and_then(|node| node.string(errors)).unwrap_or_default(),
        policy: Policy::OptIn,
        on_error: spec.get("onError").and_then(|node| node.choice(&rejects, errors)).unwrap_or_default(),
        on_ineligible: spec.get("onIneligible").and_then(|node| node.choice(&denies, errors)).unwrap_or_default(),
        native_sidecar: spec.get("nativeSidecar").and_then(|node| native_sidecar(&node, errors)).unwrap_or_default(),
        skip: nodes(spec.get("skip"), errors).iter().filter_map(|node| node.choice(&rules, errors)).collect(),
        excluded_namespaces: excluded,
        namespace_selector: spec.get("namespaceSelector").and_then(|node| selector(node, errors)),
        object_selector: spec.get("objectSelector").and_then(|node| selector(node, errors)),
        pod_switch: spec.get("podSwitch").and_then(|node| switch(node, errors)),
        namespace_switch: spec.get("namespaceSwitch").and_then(|node| switch(node, errors)),
        already_injected: nodes(spec.get("alreadyInjected"), errors)
            .into_iter()
            .filter_map(|node| pattern(node, errors))
            .collect(),
        reserved_user: None,
        redirected_ports: None,
        template_paths: nodes(spec.get("templatePaths"), errors)
            .iter()
            .filter_map(|node| match node.string(errors)?.parse() {
                Ok(path) => Some(path),
                Err(error) => {
                    errors.add(&node.at, ProfileErrorKind::TemplatePath(error));
                    None
                }
            })
            .collect(),
        parameters: Vec::new(),
        usual: UsualValues::default(),
        lets: Vec::new(),
        match_conditions: Vec::new(),
        requirements: Vec::new(),
        placement: Placements::default(),
        env_placement: EnvPlacement::default(),
        targets: Targets::default(),
        reads_object: false,
        blocks: Vec::new(),
        pod: Vec::new(),
        pod_lists: Vec::new(),
        added: SlotMap::default(),
        document: AddedDocument::default(),
    }
}

/// The elements of a list that may be absent.
fn nodes<'a, V: View<'a>>(list: Option<Node<V>>, errors: &mut Errors) -> Vec<Node<V>> {
    list.map(|list| list.list(errors)).unwrap_or_default()
}

fn formed_list<'a, V: View<'a>>(
    list: Node<V>,
    form: &'static str,
    has: fn(&str) -> bool,
    errors: &mut Errors,
) -> Vec<String> {
    list.list(errors).iter().filter_map(|node| node.formed(form, has, errors)).collect()
}

fn check_key(key: &str, is_key: fn(&str) -> bool, at: &Pointer, errors: &mut Errors) {
    if key == super::RECORD {
        errors.add(at, ProfileErrorKind::Reserved(key.to_owned()));
    } else if !is_key(key) {
        errors.add(at, ProfileErrorKind::BadForm { value: key.to_owned(), form: KEY });
    }
}

/// Whether an expression gives the value.
fn is_computed<'a, V: View<'a>>(node: &Node<V>) -> bool {
    node.view.string().is_some_and(|text| text.contains("{{"))
}

fn native_sidecar<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<NativeSidecar> {
    match node.view.boolean() {
        // Then each of the sidecars has the expression, and nothing else decides.
        None if is_computed(node) => Some(NativeSidecar::Never),
        Some(true) => Some(NativeSidecar::Always),
        Some(false) => Some(NativeSidecar::Never),
        None => node.choice(&NativeSidecar::WORDS, errors),
    }
}

fn selector<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Selector> {
    let node = node.object(&["matchExpressions", "matchLabels"], errors)?;
    let mut requirements = Vec::new();
    for (key, value) in node.get("matchLabels").map(|labels| labels.entries(errors)).unwrap_or_default() {
        if !is_qualified_name(&key) {
            errors.add(&value.at, ProfileErrorKind::BadForm { value: key.clone(), form: KEY });
        }
        if let Some(value) = value.formed(LABEL_VALUE, is_label_value, errors) {
            requirements.push(Requirement { key, operator: Operator::In, values: vec![value] });
        }
    }
    for expression in nodes(node.get("matchExpressions"), errors) {
        requirements.extend(requirement(expression, errors));
    }
    Some(Selector(requirements))
}

fn requirement<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Requirement> {
    let operators = [
        ("In", Operator::In),
        ("NotIn", Operator::NotIn),
        ("Exists", Operator::Exists),
        ("DoesNotExist", Operator::DoesNotExist),
    ];
    let node = node.object(&["key", "operator", "values"], errors)?;
    let key = node.require("key", errors).and_then(|key| key.formed(KEY, is_qualified_name, errors));
    let operator = node.require("operator", errors);
    let values = match node.get("values") {
        Some(list) => formed_list(list, LABEL_VALUE, is_label_value, errors),
        None => Vec::new(),
    };
    let operator_node = operator?;
    let operator = operator_node.choice(&operators, errors)?;
    let takes_values = matches!(operator, Operator::In | Operator::NotIn);
    // Counted as written: a value that is bad in itself is not also missing.
    let has_values = node.get("values").is_some_and(|list| !list.view.elements().is_empty());
    if takes_values != has_values {
        let operator = operator_node.string(errors)?;
        errors.add(&node.at, ProfileErrorKind::SelectorValues { operator, takes_values });
    }
    Some(Requirement { key: key?, operator, values })
}

fn switch<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Switch> {
    let node = node.object(&["annotation", "inject", "label", "skip"], errors)?;
    if node.get("annotation").is_none() && node.get("label").is_none() {
        errors.add(&node.at, ProfileErrorKind::Empty("a switch needs an `annotation` or a `label`"));
    }
    let annotation = node.get("annotation").and_then(|key| key.formed(KEY, is_qualified_name, errors));
    let label = node.get("label").and_then(|key| key.formed(KEY, is_qualified_name, errors));
    let mut values = |field| node.get(field).map(|list| list.strings("value", errors)).unwrap_or_default();
    let (inject, skip) = (values("inject"), values("skip"));
    if node.get("inject").is_none() && node.get("skip").is_none() {
        errors.add(&node.at, ProfileErrorKind::Empty("a switch needs values that `inject` or that `skip`"));
    }
    for both in inject.iter().filter(|value| skip.contains(value)) {
        errors.add(&node.at, ProfileErrorKind::SwitchOverlap(both.clone()));
    }
    Some(Switch { annotation, label, inject, skip })
}

fn pattern<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<ContainerPattern> {
    let node = node.object(&["image", "name"], errors)?;
    if node.get("name").is_none() && node.get("image").is_none() {
        errors.add(&node.at, ProfileErrorKind::Empty("a container pattern needs a `name` or an `image`"));
    }
    let mut part = |field| node.get(field).and_then(|part| part.plain(errors));
    Some(ContainerPattern { name: part("name"), image: part("image") })
}

#[cfg(test)]
mod tests;
