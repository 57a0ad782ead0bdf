//! Kinds and API versions that were most likely meant, where an object that holds a pod template has other ones.

use super::kinds::{KINDS, WorkloadKind};
use crate::diagnostic::words::nearest;

/// What kubectl takes for these kinds on its command line, which no manifest can have.
pub(super) const SHORT_NAMES: [(&str, &str); 7] = [
    ("cj", "CronJob"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("po", "Pod"),
    ("rc", "ReplicationController"),
    ("rs", "ReplicaSet"),
    ("sts", "StatefulSet"),
];

/// The API groups of the kinds, and their versions: the usual one first. Of a group outside of Kubernetes itself only that
/// one is listed, and any version may be right.
const VERSIONS: &[(&str, &[&str])] = &[
    ("", &["v1"]),
    ("apps", &["v1", "v1beta1", "v1beta2"]),
    ("batch", &["v1", "v1beta1", "v2alpha1"]),
    ("extensions", &["v1beta1"]),
    ("apps.openshift.io", &["v1"]),
    ("argoproj.io", &["v1alpha1"]),
    ("apps.kruise.io", &["v1alpha1"]),
    ("serving.knative.dev", &["v1"]),
    ("kubeflow.org", &["v1"]),
    ("jobset.x-k8s.io", &["v1alpha2"]),
    ("leaderworkerset.x-k8s.io", &["v1"]),
    ("ray.io", &["v1"]),
];

/// Groups of Kubernetes itself. Here a kind of another of them is a mistake, and elsewhere it is someone's own kind.
const BUILT_IN: [&str; 7] = ["", "apps", "autoscaling", "batch", "core", "extensions", "policy"];

/// What an object was most likely meant to be.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    /// The kind.
    pub(crate) row: &'static WorkloadKind,
    /// The `apiVersion`.
    pub(crate) api_version: String,
}

/// What an object of this kind and `apiVersion` was meant to be. The same as what is written where that is right; `None`
/// where it is likely to be something else altogether.
pub(crate) fn meant(kind: &str, api_version: Option<&str>) -> Option<Meant> {
    let kind = known_kind(kind)?;
    let mut rows = KINDS.iter().filter(|row| row.kind == kind);
    let Some(api_version) = api_version else {
        let row = rows.next()?;
        return Some(Meant { row, api_version: usual_version(row.groups.first()?) });
    };
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    rows.find_map(|row| {
        let groups = || row.groups.iter().copied();
        if groups().any(|known| known == group) && is_version(group, version) {
            return Some(Meant { row, api_version: api_version.to_owned() });
        }
        let folded = group.to_lowercase();
        let near = groups().find(|known| *known == group || nearest(&folded, [*known]).is_some());
        let group = near.or_else(|| groups().next().filter(|_| BUILT_IN.contains(&group)))?;
        Some(Meant { row, api_version: usual_version(group) })
    })
}

/// The kind that is written so, with a capital missing, or a few letters wrong: plurals and short names too.
pub(crate) fn known_kind(written: &str) -> Option<&'static str> {
    let kinds = || KINDS.iter().map(|row| row.kind);
    if let Some(exact) = kinds().find(|kind| *kind == written) {
        return Some(exact);
    }
    let folded: String = written.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect::<String>().to_lowercase();
    let short = SHORT_NAMES.iter().find(|(short, _)| *short == folded).map(|(_, kind)| *kind);
    short.or_else(|| nearest(&folded, kinds()))
}

fn usual_version(group: &str) -> String {
    let version = VERSIONS.iter().find(|(known, _)| *known == group).and_then(|(_, versions)| versions.first());
    let version = version.copied().unwrap_or("v1");
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// Whether a group has, or may have, this version.
fn is_version(group: &str, version: &str) -> bool {
    let known = VERSIONS.iter().find(|(known, _)| *known == group);
    match known {
        Some((_, versions)) if BUILT_IN.contains(&group) => versions.contains(&version),
        _ => has_form(version),
    }
}

/// `v1`, `v2beta1`. See <https://kubernetes.io/docs/reference/using-api/#api-versioning>.
fn has_form(version: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = version.strip_prefix('v') else { return false };
    let parts = rest.split_once("alpha").or_else(|| rest.split_once("beta"));
    parts.map_or_else(|| number(rest), |(major, minor)| number(major) && number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_a_kind_has_a_version() {
        for group in KINDS.iter().flat_map(|row| row.groups) {
            assert!(VERSIONS.iter().any(|(known, versions)| known == group && !versions.is_empty()), "{group}");
        }
    }

    #[test]
    fn what_was_meant_is_near_what_is_written() {
        for (kind, api_version, expected) in [
            ("Deployment", "apps/v1", "Deployment apps/v1"),
            ("Deployment", "extensions/v1beta1", "Deployment extensions/v1beta1"),
            ("Deploymnet", "apps/v1", "Deployment apps/v1"),
            ("deployment", "apps/v1", "Deployment apps/v1"),
            ("Deployments", "apps/v1", "Deployment apps/v1"),
            ("deploy", "apps/v1", "Deployment apps/v1"),
            ("Daemonset", "apps/v1", "DaemonSet apps/v1"),
            ("Stateful-Set", "apps/v1", "StatefulSet apps/v1"),
            ("StatefullSet", "apps/v1", "StatefulSet apps/v1"),
            ("cron_job", "batch/v1", "CronJob batch/v1"),
            ("pod", "v1", "Pod v1"),
            ("Deployment", "app/v1", "Deployment apps/v1"),
            ("Deployment", "Apps/v1", "Deployment apps/v1"),
            ("Deployment", "v1", "Deployment apps/v1"),
            ("Deployment", "apps", "Deployment apps/v1"),
            ("Deployment", "apps/", "Deployment apps/v1"),
            ("Deployment", "apps/1", "Deployment apps/v1"),
            ("Deployment", "apps/v2", "Deployment apps/v1"),
            ("Deployment", "batch/v1", "Deployment apps/v1"),
            ("Pod", "core/v1", "Pod v1"),
            ("Pod", "apps/v1", "Pod v1"),
            ("CronJob", "batch/v1beta1", "CronJob batch/v1beta1"),
            ("Job", "bacth/v1", "Job batch/v1"),
            ("Rollout", "argoproj.oi/v1alpha1", "Rollout argoproj.io/v1alpha1"),
            ("Rollout", "argoproj.io/v1beta7", "Rollout argoproj.io/v1beta7"),
            ("Deploymnet", "app/v1", "Deployment apps/v1"),
            // Kinds of other projects.
            ("Deployment", "example.com/v1", ""),
            ("Job", "batch.volcano.sh/v1alpha1", ""),
            ("Application", "apps/v1", ""),
        ] {
            let found = meant(kind, Some(api_version));
            let found = found.map_or(String::new(), |meant| format!("{} {}", meant.row.kind, meant.api_version));
            assert_eq!(found, expected, "{kind} {api_version}");
        }
        assert_eq!(meant("DaemonSet", None).map(|meant| meant.api_version).as_deref(), Some("apps/v1"));
    }
}
