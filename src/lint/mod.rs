//! What a profile's author should know before anyone injects it: what clashes, what an API server refuses, what it asks
//! of a cluster, and what it lets a pod's author do.
//!
//! The profile is rendered with its defaults into a pod of one container. No object and no cluster is looked at. That the
//! document is a profile at all has been checked by loading it. Imports `value`, `diagnostic`,
//! `kube`, `profile` and `decide`; a check is added here.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::diagnostic::{Code, Severity};
use crate::kube::pod_security::Level;
use crate::profile::slot::Slot;
use crate::profile::{Policy, Profile};
use crate::value::pointer::Pointer;

mod choices;
mod cluster;
mod containers;
mod expressions;
mod native;
mod privilege;
mod sample;
mod targets;

/// Something that a profile's author should know. The message is lower case, without a final period, with values in backticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// `--fail-on` compares it.
    pub severity: Severity,
    pub code: Code,
    /// The value, from the root of the profile's document; it may be absent there.
    pub at: Pointer,
    pub message: String,
    /// What to do, where there is one thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    fn new(severity: Severity, code: Code, at: Pointer, message: impl Into<String>) -> Self {
        Self { severity, code, at, message: message.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Everything that is found in a profile, the gravest first.
pub(crate) fn lint(profile: &Profile) -> Vec<Finding> {
    let foreseen = native::foreseen(profile);
    let samples = native::samples(&foreseen);
    let mut findings: Vec<Finding> = samples.iter().flat_map(containers::check).collect();
    findings.extend(samples.iter().flat_map(cluster::check));
    findings.extend(privilege::check(profile));
    findings.extend(parameters(profile));
    findings.extend(expressions::check(profile));
    // A classic and a native sidecar have most findings in common.
    let mut seen = BTreeSet::new();
    findings.retain(|finding| seen.insert((finding.code, finding.at.clone(), finding.message.clone())));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// A profile in a few words, for a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary<'p> {
    pub name: &'p str,
    /// What it is for, in one line.
    pub description: &'p str,
    /// Whether pods are injected where nothing opts in or out: `OptIn` or `OptOut`.
    pub policy: &'static str,
    pub init_containers: Vec<&'p str>,
    pub containers: Vec<&'p str>,
    pub parameters: Vec<&'p str>,
    /// The Pod Security level that a pod needs at most once injected, whatever its annotations choose.
    pub pod_security: &'static str,
    /// The first Kubernetes minor version that runs it where it need not be a native sidecar, whatever the annotations of a pod
    /// choose; `None` where no field asks for one.
    pub first_version: Option<String>,
}

/// Sums a profile up.
pub(crate) fn summary(profile: &Profile) -> Summary<'_> {
    let foreseen = native::foreseen(profile);
    let samples = native::samples(&foreseen);
    let level = samples.iter().map(cluster::worst_level).min();
    let version = samples.first().and_then(cluster::worst_version);
    Summary {
        name: &profile.name,
        description: &profile.description,
        policy: match profile.policy {
            Policy::OptIn => "OptIn",
            Policy::OptOut => "OptOut",
        },
        init_containers: profile.names(Slot::InitContainers).collect(),
        containers: profile.names(Slot::Containers).collect(),
        parameters: profile.parameters.iter().map(|parameter| parameter.name.as_str()).collect(),
        pod_security: level.unwrap_or(Level::Restricted).name(),
        first_version: version.map(|version| version.to_string()),
    }
}

/// Parameters that nothing uses, and those that have to be set.
fn parameters(profile: &Profile) -> Vec<Finding> {
    let used = profile.parameters_behind(profile.variables());
    let mut findings = Vec::new();
    for (index, parameter) in profile.parameters.iter().enumerate() {
        let at = Pointer::of(["spec", "parameters"]).element(index);
        let name = &parameter.name;
        if !used.contains(&index) {
            let message = format!("nothing uses the parameter `{name}`");
            findings.push(
                Finding::new(Severity::Warning, Code::UnusedParameter, at.join("name"), message)
                    .hint(format!("write `{{{{ {name} }}}}` where its value belongs, or remove it")),
            );
        }
        if !parameter.has_default() && !parameter.is_optional() && parameter.from.is_empty() {
            let hint = match parameter.annotation_words() {
                Some(words) => format!("with `--set {name}=…`, or {words}"),
                None => format!("with `--set {name}=…`"),
            };
            let message = format!("the parameter `{name}` has no default, so it must be set");
            findings.push(Finding::new(Severity::Note, Code::UnsetParameter, at, message).hint(hint));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
