//! What a rule's row says beside its text: the facts that it needs, and what an API server can check in its place.

use std::borrow::Cow;

use serde_json::json;

use crate::kube::names::is_label_value;
use crate::kube::selector::{NAMESPACE_NAME, Operator, Requirement, Selector};
use crate::profile::rule::{self, Rule};
use crate::profile::{OnIneligible, Policy, Profile, Switch};

macro_rules! rows {
    ($($rule:ident {
        id: $id:literal,
        when: $when:literal,
        verdict: $verdict:literal,
        asked: $asked:expr,
        needs: $needs:expr,
        gate: $gate:expr,
        look: $look:ident,
    })+) => {
        impl Rule {
            pub(crate) const fn row(self) -> &'static RuleRow {
                match self {
                    $(Self::$rule => {
                        const ROW: RuleRow = RuleRow { needs: $needs, gate: $gate };
                        &ROW
                    })+
                }
            }
        }
    };
}

rule::table!(rows);

/// What a rule's row says beside its text.
pub(crate) struct RuleRow {
    /// The facts that it needs beside the object, for this profile.
    pub(crate) needs: fn(&Profile) -> Needs,
    /// What an API server can check in the rule's place before it asks the webhook.
    pub(crate) gate: Gate,
}

/// What an API server can check without the webhook. It leaves out only pods that no rule would inject.
pub(crate) enum Gate {
    None,
    /// A `matchCondition`, where the profile has one. An error in one would be for the failure policy to answer, so no
    /// expression can fail: it asks first whether a field is there. See
    /// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions>.
    Condition {
        name: &'static str,
        expression: fn(&Profile) -> Option<Cow<'static, str>>,
    },
    /// Names of namespaces that are left out.
    NamespaceNames(fn(&Profile) -> &[String]),
    /// What the labels of a namespace must meet; where they do, the rule need not see them.
    NamespaceLabels(fn(&Profile) -> Vec<Requirement>),
    /// What the labels of a namespace must meet. The rule has to see them all the same.
    NamespaceLabelsToo(fn(&Profile) -> Vec<Requirement>),
    /// What the labels of a pod must meet.
    PodLabels(fn(&Profile) -> Vec<Requirement>),
}

/// Something that the object itself does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    NamespaceName,
    NamespaceLabels,
    NamespaceAnnotations,
    KubernetesVersion,
}

impl Fact {
    /// The word for it where only a watch of namespaces brings it; a review and the flags bring the others.
    pub(crate) const fn watched(self) -> Option<&'static str> {
        match self {
            Self::NamespaceName | Self::KubernetesVersion => None,
            Self::NamespaceLabels => Some("labels"),
            Self::NamespaceAnnotations => Some("annotations"),
        }
    }
}

/// The facts without which a rule decides otherwise than it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) facts: Vec<Fact>,
    /// What happens without them: a clause that names pods, for the start of `serve`.
    pub(crate) without: &'static str,
}

impl Needs {
    const NOTHING: Self = Self { facts: Vec::new(), without: "" };
}

/// Whether the API server calls the webhook for one profile or for several at a time: it checks [`Gate`]s of one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Own,
    Shared,
}

impl Rule {
    /// What of its needs a webhook lacks that does not watch namespaces; `None` where it lacks nothing.
    pub(crate) fn lacks(self, profile: &Profile, path: Path) -> Option<Needs> {
        let RuleRow { needs, gate, .. } = self.row();
        let is_checked = match gate {
            Gate::NamespaceLabels(requirements) => path == Path::Own && !requirements(profile).is_empty(),
            _ => false,
        };
        let mut needs = needs(profile);
        needs.facts.retain(|fact| fact.watched().is_some());
        (self.is_asked(profile) && !is_checked && !needs.facts.is_empty()).then_some(needs)
    }
}

const fn object_only(_: &Profile) -> Needs {
    Needs::NOTHING
}

/// What the profile's expressions read of the namespace, and its parameters inherit from it.
fn read_by_expressions(profile: &Profile) -> Needs {
    let read = profile.namespace_fields();
    let facts = [("labels", Fact::NamespaceLabels), ("annotations", Fact::NamespaceAnnotations)];
    let facts: Vec<Fact> = facts.into_iter().filter(|(field, _)| read.contains(field)).map(|(_, fact)| fact).collect();
    let without = match profile.inherits() {
        true => "pods that do not set all parameters that inherit are skipped",
        false => "pods for which an expression reads them are skipped or refused",
    };
    Needs { facts, without }
}

fn namespace_name(_: &Profile) -> Needs {
    Needs { facts: vec![Fact::NamespaceName], without: "pods in excluded namespaces are injected" }
}

fn kubernetes_version(_: &Profile) -> Needs {
    Needs { facts: vec![Fact::KubernetesVersion], without: "pods that must complete may never do so" }
}

fn other_meshes(_: &Profile) -> Needs {
    Needs {
        facts: vec![Fact::NamespaceAnnotations, Fact::NamespaceLabels],
        without: "pods in a namespace of another mesh are injected",
    }
}

/// The label with the namespace's name is known wherever the name is.
fn selected_labels(profile: &Profile) -> Needs {
    let requirements = requirements(profile.namespace_selector.as_ref());
    let has_labels = requirements.iter().any(|requirement| requirement.key != NAMESPACE_NAME);
    let labels = has_labels.then_some(Fact::NamespaceLabels);
    Needs { facts: [Fact::NamespaceName].into_iter().chain(labels).collect(), without: "no pod is injected" }
}

/// Under `OptIn` a namespace that opts out is skipped by the default too, and it matters only whether that is denied.
fn opting_out(profile: &Profile) -> Needs {
    let without = match (profile.policy, profile.on_ineligible) {
        (Policy::OptOut, _) => "pods in a namespace that opts out are injected",
        (Policy::OptIn, OnIneligible::Deny) => "pods in a namespace that opts out are not denied",
        (Policy::OptIn, OnIneligible::Allow) => return Needs::NOTHING,
    };
    Needs { facts: switch_facts(profile, |switch| &switch.skip), without }
}

/// Under `OptOut` a namespace that opts in is injected by the default too.
fn opting_in(profile: &Profile) -> Needs {
    let without = match (profile.policy, pods_opt_in(profile)) {
        (Policy::OptOut, _) => return Needs::NOTHING,
        (Policy::OptIn, true) => "only pods that opt in themselves are injected",
        (Policy::OptIn, false) => "no pod is injected",
    };
    Needs { facts: switch_facts(profile, |switch| &switch.inject), without }
}

/// What must be known of a namespace to read its switch, where that has values of this side. A value of the other side on
/// an annotation hides the label, so both keys count.
fn switch_facts(profile: &Profile, values: fn(&Switch) -> &[String]) -> Vec<Fact> {
    let Some(switch) = profile.namespace_switch.as_ref().filter(|switch| !values(switch).is_empty()) else {
        return Vec::new();
    };
    let annotation = switch.annotation.as_ref().map(|_| Fact::NamespaceAnnotations);
    annotation.into_iter().chain(switch.label.as_ref().map(|_| Fact::NamespaceLabels)).collect()
}

fn pods_opt_in(profile: &Profile) -> bool {
    profile.pod_switch.as_ref().is_some_and(|switch| !switch.inject.is_empty())
}

/// The switch without which no pod is injected: under `OptIn`, where no namespace can opt its pods in.
fn only_switch(profile: &Profile) -> Option<&Switch> {
    let namespaces_opt_in = profile.namespace_switch.as_ref().is_some_and(|switch| !switch.inject.is_empty());
    let switch = profile.pod_switch.as_ref().filter(|switch| !switch.inject.is_empty());
    switch.filter(|_| profile.policy == Policy::OptIn && !namespaces_opt_in)
}

/// The label of a namespace that opts in, where no pod is injected without it: no pod opts in itself, and no annotation may
/// stand for the label. The rule before leaves out those that opt out. A value of neither side passes: it is worth a warning.
fn label_of_namespaces_that_opt_in(profile: &Profile) -> Vec<Requirement> {
    let Some(Switch { annotation: None, label: Some(key), inject, .. }) = &profile.namespace_switch else {
        return Vec::new();
    };
    let is_needed = profile.policy == Policy::OptIn && profile.on_ineligible == OnIneligible::Allow;
    if !is_needed || inject.is_empty() || pods_opt_in(profile) {
        return Vec::new();
    }
    vec![exists(key)]
}

/// The label of a pod that opts in, where no pod is injected without it. A value of neither side passes: it is an error,
/// which its author has to see.
fn label_that_opts_in(profile: &Profile) -> Vec<Requirement> {
    let Some(Switch { annotation: None, label: Some(key), skip, .. }) = only_switch(profile) else {
        return Vec::new();
    };
    [exists(key)].into_iter().chain(not_in(key, skip)).collect()
}

fn exists(key: &str) -> Requirement {
    Requirement { key: key.to_owned(), operator: Operator::Exists, values: Vec::new() }
}

/// The annotation of a pod that opts in, where no pod is injected without it; the label counts where it is absent. A value
/// of neither side passes here too.
fn annotation_that_opts_in(profile: &Profile) -> Option<Cow<'static, str>> {
    let Switch { annotation, label, skip, .. } = only_switch(profile)?;
    let annotation = annotation.as_deref()?;
    let absent = match label {
        Some(label) => asks("labels", label, skip, "false"),
        None => "false".to_owned(),
    };
    Some(asks("annotations", annotation, skip, &absent).into())
}

/// A CEL expression: whether a pod's annotation or label has none of these values, or else what holds without it.
fn asks(member: &str, key: &str, skip: &[String], absent: &str) -> String {
    let map = format!("object.metadata.{member}");
    // A key has only letters, digits and `-_./`. A value may be any text; a string of JSON is one of CEL too.
    let says = match skip {
        [] => "true".to_owned(),
        skip => format!("!({map}['{key}'] in {})", json!(skip)),
    };
    format!("has({map}) && '{key}' in {map} ? {says} : ({absent})")
}

fn requirements(selector: Option<&Selector>) -> Vec<Requirement> {
    selector.map(|selector| selector.0.clone()).unwrap_or_default()
}

/// The label of a namespace that opts out, where the API server may leave such namespaces out: no annotation, which would
/// win over the label, and no pod can opt in again, and no pod is to be denied.
fn label_that_opts_out(profile: &Profile) -> Vec<Requirement> {
    let Some(Switch { annotation: None, label: Some(key), skip, .. }) = &profile.namespace_switch else {
        return Vec::new();
    };
    if pods_opt_in(profile) || profile.on_ineligible == OnIneligible::Deny {
        return Vec::new();
    }
    not_in(key, skip).into_iter().collect()
}

/// A label cannot have any other value than a label's, and an API server refuses a selector with one.
fn not_in(key: &str, values: &[String]) -> Option<Requirement> {
    let values: Vec<String> = values.iter().filter(|value| is_label_value(value)).cloned().collect();
    (!values.is_empty()).then(|| Requirement { key: key.to_owned(), operator: Operator::NotIn, values })
}
