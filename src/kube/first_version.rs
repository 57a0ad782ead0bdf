//! The first Kubernetes version that runs a pod, by the fields that it uses.
//!
//! A field counts from the version in which it works without a feature gate: an older API server drops or refuses it.
//! The versions are from `pkg/features/kube_features.go` of Kubernetes 1.36 and from
//! <https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/>. Fields that still need a
//! feature gate in 1.36 are not in the table.
//!
//! A field is added as one row of [`RULES`].

use serde_json::Value;

use crate::kube::version::KubernetesVersion;
use crate::value::pointer::Pointer;

/// Why a pod needs a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The field, from the pod template on.
    pub field: Pointer,
    /// The feature in words: `a native sidecar`.
    pub feature: &'static str,
}

/// Where a rule's path begins: at the pod's spec, at each container of one or both lists, or at each volume.
#[derive(Clone, Copy)]
enum Scope {
    Pod,
    /// Each container of both lists.
    Container,
    /// Each of `initContainers`.
    Init,
    /// Each of `containers`.
    Regular,
    Volume,
}

/// A field that needs a version. `*` in a path means each element of a list.
struct VersionRule {
    scope: Scope,
    path: &'static [&'static str],
    /// The values that need the version; empty for any value that is not null.
    values: &'static [&'static str],
    minor: u32,
    feature: &'static str,
}

const fn rule(scope: Scope, path: &'static [&'static str], minor: u32, feature: &'static str) -> VersionRule {
    VersionRule { scope, path, values: &[], minor, feature }
}

const fn valued(
    scope: Scope,
    path: &'static [&'static str],
    values: &'static [&'static str],
    minor: u32,
    feature: &'static str,
) -> VersionRule {
    VersionRule { scope, path, values, minor, feature }
}

/// Newest first: the first rule that applies decides.
const RULES: &[VersionRule] = &[
    valued(
        Scope::Container,
        &["restartPolicyRules", "*", "action"],
        &["RestartAllContainers"],
        36,
        "a restart of all containers",
    ),
    rule(Scope::Volume, &["image"], 35, "an image volume"),
    rule(Scope::Container, &["restartPolicyRules"], 35, "restart rules of a container"),
    valued(Scope::Init, &["restartPolicy"], &["Never", "OnFailure"], 35, "a restart policy of a container"),
    rule(Scope::Regular, &["restartPolicy"], 35, "a restart policy of a container"),
    rule(Scope::Container, &["env", "*", "valueFrom", "fileKeyRef"], 35, "a variable from a file"),
    rule(Scope::Pod, &["hostnameOverride"], 35, "a host name override"),
    rule(Scope::Pod, &["resources"], 34, "pod-level resources"),
    rule(Scope::Pod, &["resourceClaims"], 34, "resource claims"),
    rule(Scope::Container, &["resizePolicy"], 33, "a resize policy"),
    valued(Scope::Container, &["securityContext", "procMount"], &["Unmasked"], 33, "an unmasked /proc"),
    valued(Scope::Pod, &["hostUsers"], &["false"], 33, "a user namespace"),
    valued(
        Scope::Container,
        &["volumeMounts", "*", "recursiveReadOnly"],
        &["Enabled", "IfPossible"],
        31,
        "a recursive read-only mount",
    ),
    rule(Scope::Pod, &["securityContext", "appArmorProfile"], 30, "an AppArmor profile in a field"),
    rule(Scope::Container, &["securityContext", "appArmorProfile"], 30, "an AppArmor profile in a field"),
    rule(Scope::Container, &["lifecycle", "postStart", "sleep"], 30, "a sleep action"),
    rule(Scope::Container, &["lifecycle", "preStop", "sleep"], 30, "a sleep action"),
    valued(Scope::Init, &["restartPolicy"], &["Always"], 29, "a native sidecar"),
    rule(Scope::Pod, &["schedulingGates"], 27, "scheduling gates"),
    rule(Scope::Container, &["livenessProbe", "grpc"], 24, "a gRPC probe"),
    rule(Scope::Container, &["readinessProbe", "grpc"], 24, "a gRPC probe"),
    rule(Scope::Container, &["startupProbe", "grpc"], 24, "a gRPC probe"),
];

/// The versions that the table tells apart, newest first; the last one has none of its features.
pub(crate) fn versions() -> impl Iterator<Item = KubernetesVersion> {
    let oldest = RULES.last().map_or(KubernetesVersion::NEWEST.0, |rule| rule.minor.saturating_sub(1));
    (oldest..=KubernetesVersion::NEWEST.0).rev().map(KubernetesVersion)
}

/// The first version that runs a pod template (`metadata` and `spec`), and the field that needs it. `None` where no
/// field of the table is used.
pub(crate) fn first_version(template: &Value) -> Option<(KubernetesVersion, Reason)> {
    let spec = template.get("spec")?;
    RULES.iter().find_map(|rule| {
        let field = starts(spec, rule.scope).into_iter().find_map(|(value, at)| find(value, at, rule))?;
        Some((KubernetesVersion(rule.minor), Reason { field, feature: rule.feature }))
    })
}

/// The values at which a rule's path begins, with their pointers.
fn starts(spec: &Value, scope: Scope) -> Vec<(&Value, Pointer)> {
    let lists: &[&str] = match scope {
        Scope::Pod => return vec![(spec, Pointer::of(["spec"]))],
        Scope::Container => &["initContainers", "containers"],
        Scope::Init => &["initContainers"],
        Scope::Regular => &["containers"],
        Scope::Volume => &["volumes"],
    };
    lists
        .iter()
        .flat_map(|list| {
            let items = spec.get(*list).and_then(Value::as_array).into_iter().flatten().enumerate();
            items.map(|(index, value)| (value, Pointer::of(["spec", list, &index.to_string()])))
        })
        .collect()
}

/// The pointer of the first value below `start` to which a rule applies.
fn find(start: &Value, at: Pointer, rule: &VersionRule) -> Option<Pointer> {
    let mut nodes = vec![(start, at)];
    for step in rule.path {
        nodes = nodes
            .into_iter()
            .flat_map(|(node, at)| -> Vec<_> {
                if *step == "*" {
                    let items = node.as_array().into_iter().flatten().enumerate();
                    items.map(|(index, item)| (item, at.element(index))).collect()
                } else {
                    node.get(*step).map(|member| (member, at.join(*step))).into_iter().collect()
                }
            })
            .collect();
    }
    nodes.into_iter().find(|(node, _)| applies(node, rule)).map(|(_, at)| at)
}

fn applies(value: &Value, rule: &VersionRule) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) if rule.values.is_empty() => !list.is_empty(),
        Value::String(text) => rule.values.is_empty() || rule.values.contains(&text.as_str()),
        other => rule.values.is_empty() || rule.values.contains(&other.to_string().as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_feature_needs_its_version() {
        for (spec, minor, field) in [
            (
                json!({"volumes": [{"name": "v"}, {"name": "i", "image": {"reference": "r"}}]}),
                35,
                "/spec/volumes/1/image",
            ),
            (
                json!({"containers": [{"restartPolicyRules": [{"action": "Restart"}]}]}),
                35,
                "/spec/containers/0/restartPolicyRules",
            ),
            (
                json!({"containers": [{"restartPolicyRules": [{"action": "RestartAllContainers"}]}]}),
                36,
                "/spec/containers/0/restartPolicyRules/0/action",
            ),
            (
                json!({"containers": [{"env": [{"name": "a"}, {"valueFrom": {"fileKeyRef": {"key": "k"}}}]}]}),
                35,
                "/spec/containers/0/env/1/valueFrom/fileKeyRef",
            ),
            (json!({"containers": [{"restartPolicy": "Always"}]}), 35, "/spec/containers/0/restartPolicy"),
            (json!({"resources": {"limits": {"cpu": "1"}}}), 34, "/spec/resources"),
            (
                json!({"containers": [{"resizePolicy": [{"resourceName": "cpu"}]}]}),
                33,
                "/spec/containers/0/resizePolicy",
            ),
            (json!({"hostUsers": false}), 33, "/spec/hostUsers"),
            (
                json!({"containers": [{"volumeMounts": [{"recursiveReadOnly": "IfPossible"}]}]}),
                31,
                "/spec/containers/0/volumeMounts/0/recursiveReadOnly",
            ),
            (
                json!({"initContainers": [{"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}),
                30,
                "/spec/initContainers/0/securityContext/appArmorProfile",
            ),
            (
                json!({"containers": [{"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}]}),
                30,
                "/spec/containers/0/lifecycle/preStop/sleep",
            ),
            (json!({"initContainers": [{}, {"restartPolicy": "Always"}]}), 29, "/spec/initContainers/1/restartPolicy"),
            (json!({"initContainers": [{"restartPolicy": "Never"}]}), 35, "/spec/initContainers/0/restartPolicy"),
            (
                json!({"containers": [{"readinessProbe": {"grpc": {"port": 1}}}]}),
                24,
                "/spec/containers/0/readinessProbe/grpc",
            ),
        ] {
            let (version, reason) = first_version(&json!({"spec": spec})).unwrap();
            assert_eq!((version, &*reason.field.to_string()), (KubernetesVersion(minor), field));
        }
    }

    #[test]
    fn the_newest_feature_decides() {
        assert!(RULES.is_sorted_by_key(|rule| std::cmp::Reverse(rule.minor)));
        let template = json!({"spec": {
            "initContainers": [{"restartPolicy": "Always"}],
            "containers": [{"startupProbe": {"grpc": {}}}],
            "volumes": [{"image": {}}],
        }});
        let (version, reason) = first_version(&template).unwrap();
        assert_eq!((version, reason.feature), (KubernetesVersion(35), "an image volume"));
    }

    #[test]
    fn a_plain_pod_needs_no_version() {
        for template in [
            json!(null),
            json!({"spec": 1}),
            json!({"spec": {"hostUsers": true, "resources": null, "containers": [{"name": "a", "resizePolicy": []}, 5]}}),
        ] {
            assert_eq!(first_version(&template), None, "{template}");
        }
    }
}
