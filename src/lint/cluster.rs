//! What a pod needs of a cluster once a profile is injected: its Pod Security level, and a version of Kubernetes.

use super::Finding;
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
pub(super) struct Need {
    pub(super) version: KubernetesVersion,
    feature: &'static str,
    /// The field's place in the profile's document.
    at: Pointer,
}

/// What is found about one sample.
pub(super) fn check(sample: &Sample<'_>) -> Vec<Finding> {
    let mut findings = security(sample);
    findings.push(version(sample));
    findings
}

fn security(sample: &Sample<'_>) -> Vec<Finding> {
    let (level, violations) = pod_security::required_level(sample.pod());
    if level == Level::Restricted {
        let message = "a pod that meets the Pod Security level `restricted` still meets it once injected";
        return vec![Finding::new(Severity::Note, Code::PodSecurity, Pointer::of(["spec"]), message)];
    }
    let severity = if level == Level::Privileged { Severity::Warning } else { Severity::Note };
    let finding = |violation: Violation| {
        let of = violation.container.map(|name| format!(" (container `{name}`)")).unwrap_or_default();
        let message =
            format!("once injected, a pod needs the Pod Security level `{}`: {}{of}", level.name(), violation.message);
        Finding::new(severity, Code::PodSecurity, sample.place(&violation.field), message)
    };
    violations.into_iter().map(finding).collect()
}

/// The first version from which on a sample's pod runs on every cluster. A profile may look at the version, and give another pod
/// to an old cluster.
pub(super) fn first_version(sample: &Sample<'_>) -> Option<Need> {
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

fn version(sample: &Sample<'_>) -> Finding {
    let sidecars = &sample.profile().added[Slot::Containers];
    let what = match sample.sidecar() {
        // Each says for itself of which kind it is.
        _ if sidecars.is_empty() || sidecars.iter().any(|sidecar| sidecar.native.is_some()) => "what is added",
        Sidecar::Classic => "a classic sidecar of this profile",
        Sidecar::Native => "a native sidecar of this profile",
    };
    let (at, message) = match first_version(sample) {
        Some(Need { version, feature, at }) => {
            let because = if what.starts_with(feature) { String::new() } else { format!(", because of {feature}") };
            (at, format!("{what} runs from Kubernetes {version} on{because}"))
        }
        None => (Pointer::of(["spec"]), format!("{what} runs on every Kubernetes version that is known")),
    };
    Finding::new(Severity::Note, Code::KubernetesVersion, at, message)
}
