//! Expressions that say the same of every pod, values that nothing uses, and what a manifest does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::expression::Expression;
use crate::policy;
use crate::profile::Profile;
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::Pointer;

/// Fields of a pod that the API server or a controller fills in after a manifest is written.
const ADMISSION_ONLY: &[&[&str]] = &[
    &["metadata", "generateName"],
    &["metadata", "ownerReferences"],
    &["metadata", "uid"],
    &["spec", "nodeName"],
    &["spec", "preemptionPolicy"],
    &["spec", "priority"],
];

/// What is found in a profile's expressions.
pub(super) fn check(profile: &Profile) -> Vec<Finding> {
    let mut findings = constant(profile);
    findings.extend(unused(profile));
    for (expression, at) in profile.expressions() {
        findings.extend(admission_only(profile, expression, at));
    }
    findings.extend(published(profile));
    findings.extend(not_compilable(profile));
    findings
}

/// What no policy of an API server can do, so that the profile needs the webhook.
fn not_compilable(profile: &Profile) -> Vec<Finding> {
    let told = |one: Diagnostic| {
        let message = format!("it cannot be a MutatingAdmissionPolicy: {}", one.message);
        Finding::new(Severity::Note, Code::NotCompilable, one.at, message)
    };
    policy::obstacles(profile, &BTreeMap::new()).into_iter().map(told).collect()
}

/// Annotations and labels with a value of a variable: it may be a secret, and more people read metadata than pods.
fn published(profile: &Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for slot in Slot::of(Home::Metadata) {
        for (expression, at) in profile.added_expressions(slot) {
            if profile.reads_member(expression, "env") {
                let message = format!("a variable's value goes into {}, which more people read", slot.field());
                findings.push(Finding::new(Severity::Warning, Code::EnvInMetadata, at.clone(), message));
            }
        }
    }
    findings
}

/// Conditions that read nothing: a `when` that always or never holds, a requirement that every pod or none meets.
fn constant(profile: &Profile) -> Vec<Finding> {
    let conditions = profile.all_conditions();
    let constant = conditions.into_iter().filter(|condition| condition.holds.variables().next().is_none());
    let finding = |at: &Pointer| {
        let message = "the condition reads nothing of the pod and no parameter, so it is the same for every pod";
        Finding::new(Severity::Warning, Code::ConstantCondition, at.clone(), message).hint("remove it")
    };
    constant.map(|condition| finding(&condition.at)).collect()
}

/// Names that `let` gives and nothing uses.
fn unused(profile: &Profile) -> Vec<Finding> {
    let used: BTreeSet<usize> = profile.used_lets();
    let unused = profile.lets.iter().enumerate().filter(|(index, _)| !used.contains(index));
    let finding = |name: &str, at: &Pointer| {
        let message = format!("nothing uses `lets.{name}`");
        Finding::new(Severity::Warning, Code::UnusedLet, at.clone(), message).hint("remove it")
    };
    unused.map(|(_, made)| finding(&made.name, &made.at)).collect()
}

fn admission_only(profile: &Profile, expression: &Expression, at: &Pointer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in profile.pod_fields(expression) {
        let is_it =
            |field: &&&[&str]| path.len() >= field.len() && path.iter().zip(**field).all(|(one, two)| one == two);
        let Some(field) = ADMISSION_ONLY.iter().find(is_it) else { continue };
        let field = field.join(".");
        let message =
            format!("the expression reads `pod.{field}`, which a manifest does not have: it is filled in later");
        let finding = Finding::new(Severity::Warning, Code::AdmissionOnly, at.clone(), message);
        findings.push(finding.hint("use what the manifest says too, or `workload` for the owner"));
    }
    findings
}
