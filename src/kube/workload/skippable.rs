//! Kinds that never hold a pod template, so that their documents need no parsing.
//!
//! A kind that is not listed here is parsed. A wrong row here hides a workload: the test holds every row against [`KINDS`].
//!
//! [`KINDS`]: super::KINDS

use super::{KINDS, TemplatePath};

/// Whether objects of a kind certainly hold no pod template, not by `extra` either.
///
/// `Namespace` is not listed, since its labels and annotations decide about other objects. Nor is any list.
pub(crate) fn known_without_template(group: &str, kind: &str, extra: &[TemplatePath]) -> bool {
    is_listed(group, kind)
        && !extra.iter().any(|path| path.kind == kind && path.group.as_ref().is_none_or(|own| own == group))
}

/// Whether a kind is another one than those that decide anything here, so that what cannot be read of it may pass. A kind that
/// only differs in case or group from one with a template counts as that one: it is more likely a mistake.
pub(crate) fn is_foreign(kind: &str, extra: &[TemplatePath]) -> bool {
    let mut own = KINDS.iter().map(|row| row.kind).chain(extra.iter().map(|path| path.kind.as_str()));
    !kind.ends_with("List")
        && !own.any(|own| own.eq_ignore_ascii_case(kind))
        && !["Namespace", "AdmissionReview"].iter().any(|own| own.eq_ignore_ascii_case(kind))
}

fn is_listed(group: &str, kind: &str) -> bool {
    WITHOUT_TEMPLATE.iter().any(|(own, kinds)| *own == group && kinds.contains(&kind))
}

const WITHOUT_TEMPLATE: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("apps", &["ControllerRevision"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("certificates.k8s.io", &["CertificateSigningRequest"]),
    ("coordination.k8s.io", &["Lease"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    ("extensions", &["Ingress", "NetworkPolicy", "PodSecurityPolicy"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("gateway.networking.k8s.io", &["GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ReferenceGrant"]),
    ("monitoring.coreos.com", &["PodMonitor", "PrometheusRule", "ServiceMonitor"]),
    ("networking.k8s.io", &["IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodDisruptionBudget", "PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "CSIStorageCapacity", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
];

#[cfg(test)]
mod tests {
    use super::super::KINDS;
    use super::*;

    #[test]
    fn only_kinds_that_hold_no_template_are_skipped() {
        for (group, kind, expected) in [
            ("", "ConfigMap", true),
            ("", "Service", true),
            ("rbac.authorization.k8s.io", "Role", true),
            ("serving.knative.dev", "Service", false),
            ("", "Pod", false),
            ("", "Namespace", false),
            ("", "ConfigMapList", false),
            ("apps", "ControllerRevision", true),
            ("example.com", "ConfigMap", false),
        ] {
            assert_eq!(known_without_template(group, kind, &[]), expected, "{group} {kind}");
        }
        for row in KINDS {
            assert!(row.groups.iter().all(|group| !known_without_template(group, row.kind, &[])), "{}", row.kind);
        }
    }

    #[test]
    fn a_kind_with_a_template_path_is_not_skipped() {
        let extra = ["ConfigMap=/data".parse().unwrap()];
        assert!(!known_without_template("", "ConfigMap", &extra));
        assert!(known_without_template("", "Secret", &extra));
    }
}
