//! The fields of a pod's spec and of an object's metadata, as Kubernetes 1.36 has them
//! (<https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/>,
//! <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/>). Containers, volumes, and what is
//! below them are in `core_v1`.

use super::Shape;
use super::Shape::{Any, Bool, Int, List, Obj, QuantityMap, Str, StrMap};
use super::core_v1::{
    APP_ARMOR_PROFILE, CONTAINER, LABEL_SELECTOR, PULL_SECRET, RESOURCES, SE_LINUX_OPTIONS, SECCOMP_PROFILE, VOLUME,
    WINDOWS_OPTIONS, shapes,
};

shapes! {
    OWNER_REFERENCE {
        apiVersion: Str, kind: Str, name: Str, uid: Str, controller: Bool, blockOwnerDeletion: Bool,
    }
    MANAGED_FIELDS {
        manager: Str, operation: Str, apiVersion: Str, time: Str, fieldsType: Str, fieldsV1: Any, subresource: Str,
    }
    OBJECT_META {
        name: Str, generateName: Str, namespace: Str, selfLink: Str, uid: Str, resourceVersion: Str, generation: Int,
        creationTimestamp: Str, deletionTimestamp: Str, deletionGracePeriodSeconds: Int, labels: StrMap,
        annotations: StrMap, ownerReferences: List(&OWNER_REFERENCE), finalizers: List(&Str),
        managedFields: List(&MANAGED_FIELDS),
    }
    NODE_SELECTOR_REQUIREMENT { key: Str, operator: Str, values: List(&Str) }
    NODE_SELECTOR_TERM {
        matchExpressions: List(&NODE_SELECTOR_REQUIREMENT), matchFields: List(&NODE_SELECTOR_REQUIREMENT),
    }
    NODE_SELECTOR { nodeSelectorTerms: List(&NODE_SELECTOR_TERM) }
    PREFERRED_SCHEDULING_TERM { weight: Int, preference: NODE_SELECTOR_TERM }
    NODE_AFFINITY {
        requiredDuringSchedulingIgnoredDuringExecution: NODE_SELECTOR,
        preferredDuringSchedulingIgnoredDuringExecution: List(&PREFERRED_SCHEDULING_TERM),
    }
    POD_AFFINITY_TERM {
        labelSelector: LABEL_SELECTOR, namespaces: List(&Str), topologyKey: Str, namespaceSelector: LABEL_SELECTOR,
        matchLabelKeys: List(&Str), mismatchLabelKeys: List(&Str),
    }
    WEIGHTED_POD_AFFINITY_TERM { weight: Int, podAffinityTerm: POD_AFFINITY_TERM }
    POD_AFFINITY {
        requiredDuringSchedulingIgnoredDuringExecution: List(&POD_AFFINITY_TERM),
        preferredDuringSchedulingIgnoredDuringExecution: List(&WEIGHTED_POD_AFFINITY_TERM),
    }
    AFFINITY { nodeAffinity: NODE_AFFINITY, podAffinity: POD_AFFINITY, podAntiAffinity: POD_AFFINITY }
    TOLERATION { key: Str, operator: Str, value: Str, effect: Str, tolerationSeconds: Int }
    HOST_ALIAS { ip: Str, hostnames: List(&Str) }
    DNS_OPTION { name: Str, value: Str }
    DNS_CONFIG { nameservers: List(&Str), searches: List(&Str), options: List(&DNS_OPTION) }
    READINESS_GATE { conditionType: Str }
    TOPOLOGY_SPREAD_CONSTRAINT {
        maxSkew: Int, topologyKey: Str, whenUnsatisfiable: Str, labelSelector: LABEL_SELECTOR, minDomains: Int,
        nodeAffinityPolicy: Str, nodeTaintsPolicy: Str, matchLabelKeys: List(&Str),
    }
    POD_OS { name: Str }
    SCHEDULING_GATE { name: Str }
    POD_RESOURCE_CLAIM { name: Str, resourceClaimName: Str, resourceClaimTemplateName: Str }
    POD_SCHEDULING_GROUP { podGroupName: Str }
    SYSCTL { name: Str, value: Str }
    POD_SECURITY_CONTEXT {
        seLinuxOptions: SE_LINUX_OPTIONS, windowsOptions: WINDOWS_OPTIONS, runAsUser: Int, runAsGroup: Int,
        runAsNonRoot: Bool, supplementalGroups: List(&Int), supplementalGroupsPolicy: Str, fsGroup: Int,
        sysctls: List(&SYSCTL), fsGroupChangePolicy: Str, seccompProfile: SECCOMP_PROFILE,
        appArmorProfile: APP_ARMOR_PROFILE, seLinuxChangePolicy: Str,
    }
    POD_SPEC {
        volumes: List(&VOLUME), initContainers: List(&CONTAINER), containers: List(&CONTAINER),
        // Only the subresource of this name adds one: they are never in a pod template.
        ephemeralContainers: List(&Any), restartPolicy: Str, terminationGracePeriodSeconds: Int,
        activeDeadlineSeconds: Int, dnsPolicy: Str, nodeSelector: StrMap, serviceAccountName: Str,
        serviceAccount: Str, automountServiceAccountToken: Bool, nodeName: Str, hostNetwork: Bool, hostPID: Bool,
        hostIPC: Bool, shareProcessNamespace: Bool, securityContext: POD_SECURITY_CONTEXT,
        imagePullSecrets: List(&PULL_SECRET), hostname: Str, subdomain: Str, affinity: AFFINITY, schedulerName: Str,
        tolerations: List(&TOLERATION), hostAliases: List(&HOST_ALIAS), priorityClassName: Str, priority: Int,
        dnsConfig: DNS_CONFIG, readinessGates: List(&READINESS_GATE), runtimeClassName: Str, enableServiceLinks: Bool,
        preemptionPolicy: Str, overhead: QuantityMap,
        topologySpreadConstraints: List(&TOPOLOGY_SPREAD_CONSTRAINT), setHostnameAsFQDN: Bool, os: POD_OS,
        hostUsers: Bool, schedulingGates: List(&SCHEDULING_GATE), resourceClaims: List(&POD_RESOURCE_CLAIM),
        resources: RESOURCES, hostnameOverride: Str, schedulingGroup: POD_SCHEDULING_GROUP,
    }
    POD_TEMPLATE { metadata: OBJECT_META, spec: POD_SPEC }
}

#[cfg(test)]
mod tests {
    use crate::kube::schema::{POD_TEMPLATE, Shape};

    #[test]
    fn the_fields_of_a_pod_template_are_found_with_their_types() {
        for (path, expected) in [
            ("metadata/labels", "StrMap"),
            ("metadata/ownerReferences", "List"),
            ("spec/hostNetwork", "Bool"),
            ("spec/containers", "List"),
            ("spec/terminationGracePeriodSeconds", "Int"),
            ("spec/securityContext/fsGroup", "Int"),
            ("spec/dnsConfig/nameservers", "List"),
            ("spec/nodeSelector", "StrMap"),
            ("spec/tolerations", "List"),
            ("spec/hostNetworks", "none"),
            ("status", "none"),
        ] {
            let found = path.split('/').try_fold(&POD_TEMPLATE, Shape::member);
            let found = found.map_or_else(|| "none".to_owned(), |shape| format!("{shape:?}"));
            assert_eq!(found.split('(').next().unwrap(), expected, "{path}");
        }
    }
}
