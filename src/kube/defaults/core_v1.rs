//! What the API server of Kubernetes 1.36 fills in, one row each, and which lists have keys
//! (<https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/v1/defaults.go>).
//!
//! A path is the end of the way from an item to a field, without the indexes of lists; `a|b` stands for either. It begins
//! with `pod`, `container`, `volume`, … where the field is the item's own; `pod` is a template's spec.

use std::sync::LazyLock;

use crate::value::view::is_same_name;

/// A field with a default.
pub(super) struct DefaultRow {
    pub(super) path: &'static str,
    pub(super) value: DefaultValue,
    pub(super) when: When,
}

/// Whether names, the last first, end like this path of the tables.
pub(super) fn ends_with<'n>(path: &str, names: impl Iterator<Item = &'n str>) -> bool {
    let mut names = names.peekable();
    // Nearly every row of the tables differs in the last name, and every member that is read is looked up in all of them.
    if names.peek().is_some_and(|last| !path.ends_with(last)) && !path.contains('|') {
        return false;
    }
    path.rsplit('/').all(|part| names.next().is_some_and(|name| part.split('|').any(|either| either == name)))
}

/// The rows about fields of this name, in their order: every member that an expression reads is looked up.
pub(super) fn defaults_of(name: &str) -> impl Iterator<Item = &'static DefaultRow> + Clone {
    /// By the length of the name: few have the same, so this takes less than a hash.
    static BY_LENGTH: LazyLock<Vec<Vec<(&'static str, &'static DefaultRow)>>> = LazyLock::new(|| {
        let mut all: Vec<Vec<_>> = Vec::new();
        for row in DEFAULTS {
            for name in row.path.rsplit('/').next().unwrap_or_default().split('|') {
                all.resize_with(all.len().max(name.len() + 1), Vec::new);
                all.get_mut(name.len()).into_iter().for_each(|rows| rows.push((name, row)));
            }
        }
        all
    });
    let rows = BY_LENGTH.get(name.len()).into_iter().flatten();
    rows.filter(move |(known, _)| is_same_name(known, name)).map(|(_, row)| *row)
}

/// What a field has by default.
#[derive(Clone, Copy)]
pub(super) enum DefaultValue {
    Str(&'static str),
    Int(i64),
    Bool(bool),
    Quantity(&'static str),
    /// An object, each of whose members has its own default.
    Object,
    /// The value of another member of the same object.
    Sibling(&'static str),
    /// Each member of a map has the value that it has in another map of the same object.
    MembersOf(&'static str),
}

/// When a field has its default.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// The image that this member names has no tag, or `latest`; a digest may follow.
    Latest(&'static str),
    /// The image that this member names has another tag, or only a digest.
    Fixed(&'static str),
    /// The volume has no source.
    NoSource,
    /// The pod has the node's network.
    HostNetwork,
}

const fn row(path: &'static str, value: DefaultValue) -> DefaultRow {
    when(path, value, When::Always)
}

const fn when(path: &'static str, value: DefaultValue, when: When) -> DefaultRow {
    DefaultRow { path, value, when }
}

use DefaultValue::{Bool, Int, MembersOf, Object, Quantity, Sibling, Str};

/// All defaults.
pub(super) const DEFAULTS: &[DefaultRow] = &[
    row("template/metadata", Object),
    row("pod/restartPolicy", Str("Always")),
    row("pod/terminationGracePeriodSeconds", Int(30)),
    row("pod/dnsPolicy", Str("ClusterFirst")),
    // The two names of the account are one field; the name itself is from the `ServiceAccount` admission plugin.
    row("pod/serviceAccountName", Sibling("serviceAccount")),
    row("pod/serviceAccount", Sibling("serviceAccountName")),
    row("pod/serviceAccountName|serviceAccount", Str("default")),
    row("pod/securityContext", Object),
    row("securityContext/sysctls/value", Str("")),
    row("pod/schedulerName", Str("default-scheduler")),
    row("pod/enableServiceLinks", Bool(true)),
    row("container/terminationMessagePath", Str("/dev/termination-log")),
    row("container/terminationMessagePolicy", Str("File")),
    when("container/imagePullPolicy", Str("Always"), When::Latest("image")),
    when("container/imagePullPolicy", Str("IfNotPresent"), When::Fixed("image")),
    row("container/resources", Object),
    row("container/resources/requests", MembersOf("limits")),
    row("container/securityContext/procMount", Str("Default")),
    row("container/ports/protocol", Str("TCP")),
    when("container/ports/hostPort", Sibling("containerPort"), When::HostNetwork),
    row("livenessProbe|readinessProbe|startupProbe/timeoutSeconds", Int(1)),
    row("livenessProbe|readinessProbe|startupProbe/periodSeconds", Int(10)),
    row("livenessProbe|readinessProbe|startupProbe/successThreshold", Int(1)),
    row("livenessProbe|readinessProbe|startupProbe/failureThreshold", Int(3)),
    row("httpGet/path", Str("/")),
    row("httpGet/scheme", Str("HTTP")),
    row("grpc/service", Str("")),
    row("fieldRef/apiVersion", Str("v1")),
    row("resourceFieldRef/divisor", Quantity("0")),
    row("fileKeyRef/optional", Bool(false)),
    when("volume/emptyDir", Object, When::NoSource),
    row("volume/secret|configMap|downwardAPI|projected/defaultMode", Int(420)),
    row("volume/hostPath/type", Str("")),
    row("volume/iscsi/iscsiInterface", Str("default")),
    row("volume/iscsi/lun", Int(0)),
    row("volume/rbd/pool", Str("rbd")),
    row("volume/rbd/user", Str("admin")),
    row("volume/rbd/keyring", Str("/etc/ceph/keyring")),
    row("volume/azureDisk/cachingMode", Str("ReadWrite")),
    row("volume/azureDisk/kind", Str("Shared")),
    row("volume/azureDisk/fsType", Str("ext4")),
    row("volume/azureDisk/readOnly", Bool(false)),
    row("volume/scaleIO/storageMode", Str("ThinProvisioned")),
    row("volume/scaleIO/fsType", Str("xfs")),
    when("volume/image/pullPolicy", Str("Always"), When::Latest("reference")),
    when("volume/image/pullPolicy", Str("IfNotPresent"), When::Fixed("reference")),
    row("serviceAccountToken/expirationSeconds", Int(3600)),
    row("podCertificate/maxExpirationSeconds", Int(86400)),
    row("volumeClaimTemplate/metadata", Object),
    row("volumeClaimTemplate/spec/resources", Object),
    row("volumeClaimTemplate/spec/volumeMode", Str("Filesystem")),
];

/// Fields that are pointers in Go: there `""`, `0` and `false` are values, and everywhere else they mean nothing.
pub(super) const POINTERS: &[&str] = &[
    "pod/terminationGracePeriodSeconds|activeDeadlineSeconds|automountServiceAccountToken|shareProcessNamespace",
    "pod/priority|runtimeClassName|enableServiceLinks|preemptionPolicy|setHostnameAsFQDN|hostUsers|hostnameOverride",
    "pod/securityContext/fsGroup|fsGroupChangePolicy|supplementalGroupsPolicy|seLinuxChangePolicy",
    "tolerations/tolerationSeconds",
    "topologySpreadConstraints/minDomains|nodeAffinityPolicy|nodeTaintsPolicy",
    "dnsConfig/options/value",
    "container/restartPolicy",
    "securityContext/privileged|runAsUser|runAsGroup|runAsNonRoot|readOnlyRootFilesystem",
    "securityContext/allowPrivilegeEscalation|procMount",
    "windowsOptions/gmsaCredentialSpecName|gmsaCredentialSpec|runAsUserName|hostProcess",
    "seccompProfile|appArmorProfile/localhostProfile",
    "livenessProbe|readinessProbe|startupProbe/terminationGracePeriodSeconds",
    "grpc/service",
    "lifecycle/stopSignal",
    "recursiveReadOnly",
    "mountPropagation",
    "optional",
    "defaultMode",
    "items/mode",
    "sizeLimit",
    "hostPath/type",
    "iscsi/initiatorName",
    "fc/lun",
    "azureDisk/cachingMode|fsType|readOnly|kind",
    "csi/readOnly|fsType",
    "serviceAccountToken/expirationSeconds",
    "podCertificate/maxExpirationSeconds",
    "clusterTrustBundle/name|signerName",
    "volumeClaimTemplate/spec/storageClassName|volumeMode|volumeAttributesClassName",
    "dataSource|dataSourceRef/apiGroup|namespace",
];

/// Fields that are written whatever they are. Most of them must not be empty.
pub(super) const WRITTEN: &[&str] = &[
    "containers|initContainers|env|volumes|volumeMounts|sysctls/name",
    "volumeMounts/mountPath",
    "sysctls/value",
    "hostAliases/ip",
    "readinessGates/conditionType",
    "items/key|path",
    "fieldRef/fieldPath",
    "resourceFieldRef/resource",
    "secretKeyRef|configMapKeyRef/key",
    "fileKeyRef/volumeName|path|key",
    "hostPath/path",
    "persistentVolumeClaim/claimName",
    "serviceAccountToken/path",
    "iscsi/targetPortal|iqn|lun",
    "nfs/server|path",
    "csi/driver",
];

/// Lists that Kubernetes merges by key, and the members that are the key. All others are compared by position.
pub(super) const KEYS: &[(&str, &[&str])] = &[
    ("container/env", &["name"]),
    ("container/ports", &["containerPort", "protocol"]),
    ("container/volumeMounts", &["mountPath"]),
    ("container/volumeDevices", &["devicePath"]),
    ("container/resizePolicy", &["resourceName"]),
    ("container/resources/claims", &["name"]),
];

/// Elements that the API server adds to a list: the list, and how each of these members begins.
///
/// The mount is that of the `ServiceAccount` admission plugin, in pods alone; the policy is that of servers before 1.33.
pub(super) const ADDED: &[(&str, &[(&str, &str)])] = &[
    (
        "container/volumeMounts",
        &[("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount"), ("name", "kube-api-access-")],
    ),
    ("container/resizePolicy", &[("restartPolicy", "NotRequired")]),
];
