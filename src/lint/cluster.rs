//! What a pod needs of a cluster once a profile is injected: its Pod Security level, and a version of Kubernetes.

use std::collections::BTreeSet;

use super::Finding;
use super::choices::{self, Chosen};
use super::sample::Sample;
use crate::decide::inject::Sidecar;
use crate::diagnostic::{Code, Severity};
use crate::kube::first_version;
use crate::kube::pod_security::{self, Level, Violation};
use crate::kube::version::KubernetesVersion;
use crate::profile::scope::Fact;
use crate::profile::slot::Slot;
use crate::value::pointer::Pointer;

/// A version from which on a pod runs, and why not before.
struct Need {
    version: KubernetesVersion,
    feature: &'static str,
    /// The field's place in the profile's document.
    at: Pointer,
}

/// What is found about one sample, and about those that a pod's author can ask for in its place.
pub(super) fn check(sample: &Sample<'_>) -> Vec<Finding> {
    let chosen = choices::samples(sample);
    let mut findings = security(sample, &chosen);
    findings.extend(versions(sample, &chosen));
    findings
}

/// The Pod Security level that a pod needs at most.
pub(super) fn worst_level(sample: &Sample<'_>) -> Level {
    let chosen = choices::samples(sample);
    let levels = chosen.iter().map(|chosen| level(&chosen.sample));
    levels.fold(level(sample), Level::min)
}

/// The version from which on all pods run.
pub(super) fn worst_version(sample: &Sample<'_>) -> Option<KubernetesVersion> {
    let chosen = choices::samples(sample);
    let needs = chosen.iter().map(|chosen| first_version(&chosen.sample)).chain([first_version(sample)]);
    needs.flatten().map(|need| need.version).max()
}

fn level(sample: &Sample<'_>) -> Level {
    pod_security::required_level(sample.pod()).0
}

fn security(sample: &Sample<'_>, chosen: &[Chosen<'_>]) -> Vec<Finding> {
    let (level, violations) = pod_security::required_level(sample.pod());
    let worst = chosen.iter().map(|chosen| self::level(&chosen.sample)).fold(level, Level::min);
    let is_worse = worst < level;
    let mut findings = Vec::new();
    if level == Level::Restricted {
        let with = if is_worse { "with the defaults, " } else { "" };
        let message =
            format!("{with}a pod that meets the Pod Security level `restricted` still meets it once injected");
        findings.push(Finding::new(Severity::Note, Code::PodSecurity, Pointer::of(["spec"]), message));
    } else {
        let with = if is_worse { " with the defaults" } else { "" };
        let start = format!("once injected{with}, a pod needs the Pod Security level `{}`", level.name());
        let finding = |violation: &Violation| not_allowed(sample, level, violation, &start, "");
        findings.extend(violations.iter().map(finding));
    }
    if is_worse {
        findings.extend(at_most(worst, chosen));
    }
    findings
}

/// What asks for the worst level, each with the first choice that brings it.
fn at_most(worst: Level, chosen: &[Chosen<'_>]) -> Vec<Finding> {
    let start = format!("once injected, a pod needs the Pod Security level `{}` at most", worst.name());
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for Chosen { sample, words } in chosen {
        let (level, violations) = pod_security::required_level(sample.pod());
        for violation in violations.iter().filter(|_| level == worst) {
            if seen.insert((sample.place(&violation.field), violation.message.clone())) {
                findings.push(not_allowed(sample, level, violation, &start, &format!(", {words}")));
            }
        }
    }
    findings
}

fn not_allowed(sample: &Sample<'_>, level: Level, violation: &Violation, start: &str, end: &str) -> Finding {
    let severity = if level == Level::Privileged { Severity::Warning } else { Severity::Note };
    let of = violation.container.as_ref().map(|name| format!(" (container `{name}`)")).unwrap_or_default();
    let message = format!("{start}: {}{of}{end}", violation.message);
    Finding::new(severity, Code::PodSecurity, sample.place(&violation.field), message)
}

/// The first version from which on a sample's pod runs on every cluster. A profile may look at the version, and give another pod
/// to an old cluster.
fn first_version(sample: &Sample<'_>) -> Option<Need> {
    let need = |sample: &Sample<'_>, version: Option<KubernetesVersion>| {
        let (first, reason) = first_version::first_version(sample.pod())?;
        // At a version from which on the pod runs, nothing is missing.
        let version = version.map_or(Some(first), |at| (first > at).then_some(KubernetesVersion(at.0 + 1)))?;
        Some(Need { version, feature: reason.feature, at: sample.place(&reason.field) })
    };
    let profile = sample.profile();
    if !profile.reads(Fact::Kubernetes, profile.variables()) {
        return need(sample, None);
    }
    first_version::versions().find_map(|version| need(&sample.at(version), Some(version)))
}

fn versions(sample: &Sample<'_>, chosen: &[Chosen<'_>]) -> Vec<Finding> {
    let what = subject(sample);
    let default = first_version(sample);
    let mut worst: Option<(Need, &str)> = None;
    for Chosen { sample, words } in chosen {
        let Some(need) = first_version(sample) else { continue };
        let least = worst.as_ref().map(|(known, _)| known.version).max(default.as_ref().map(|known| known.version));
        if least.is_none_or(|least| need.version > least) {
            worst = Some((need, words));
        }
    }
    let with = if worst.is_some() { "with the defaults, " } else { "" };
    let (at, message) = match default {
        Some(need) => (need.at.clone(), format!("{with}{}", needs(what, &need, ""))),
        None => (Pointer::of(["spec"]), format!("{with}{what} runs on every Kubernetes version that is known")),
    };
    let mut findings = vec![Finding::new(Severity::Note, Code::KubernetesVersion, at, message)];
    findings.extend(worst.map(|(need, words)| {
        let message = needs(what, &need, &format!(" {words}"));
        Finding::new(Severity::Note, Code::KubernetesVersion, need.at, message)
    }));
    findings
}

fn needs(what: &str, Need { version, feature, .. }: &Need, choice: &str) -> String {
    let because = if what.starts_with(feature) { String::new() } else { format!(", because of {feature}") };
    format!("{what} runs from Kubernetes {version} on{choice}{because}")
}

/// What of the profile a version is said of.
fn subject(sample: &Sample<'_>) -> &'static str {
    let sidecars = &sample.profile().added[Slot::Containers];
    match sample.setting().sidecar {
        // Each says for itself of which kind it is.
        _ if sidecars.is_empty() || sidecars.iter().any(|sidecar| sidecar.native.is_some()) => "what is added",
        Sidecar::Classic => "a classic sidecar of this profile",
        Sidecar::Native => "a native sidecar of this profile",
    }
}
