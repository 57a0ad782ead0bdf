//! The fields of a container, a volume, and all below them, as `core/v1` of Kubernetes 1.36 has them
//! (<https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/>).
//!
//! These are only names and types. Which values are valid is in `validity`.

use super::Shape;
use super::Shape::{Bool, Int, IntOrStr, List, Obj, Quantity, QuantityMap, Str, StrMap};

/// `NAME { field: Shape, … }` becomes a constant of that name. A type comes after all types that it uses.
macro_rules! shapes {
    ($($name:ident { $($field:ident: $shape:expr),+ $(,)? })+) => {
        $(pub(super) const $name: Shape = Obj(&[$((stringify!($field), $shape)),+]);)+
    };
}
pub(super) use shapes;

shapes! {
    CONTAINER_PORT { name: Str, hostPort: Int, containerPort: Int, protocol: Str, hostIP: Str }
    CONFIG_MAP_ENV_SOURCE { name: Str, optional: Bool }
    SECRET_ENV_SOURCE { name: Str, optional: Bool }
    ENV_FROM_SOURCE { prefix: Str, configMapRef: CONFIG_MAP_ENV_SOURCE, secretRef: SECRET_ENV_SOURCE }
    OBJECT_FIELD_SELECTOR { apiVersion: Str, fieldPath: Str }
    RESOURCE_FIELD_SELECTOR { containerName: Str, resource: Str, divisor: Quantity }
    CONFIG_MAP_KEY_SELECTOR { name: Str, key: Str, optional: Bool }
    SECRET_KEY_SELECTOR { name: Str, key: Str, optional: Bool }
    FILE_KEY_SELECTOR { volumeName: Str, path: Str, key: Str, optional: Bool }
    ENV_VAR_SOURCE {
        fieldRef: OBJECT_FIELD_SELECTOR, resourceFieldRef: RESOURCE_FIELD_SELECTOR,
        configMapKeyRef: CONFIG_MAP_KEY_SELECTOR, secretKeyRef: SECRET_KEY_SELECTOR, fileKeyRef: FILE_KEY_SELECTOR,
    }
    ENV_VAR { name: Str, value: Str, valueFrom: ENV_VAR_SOURCE }
    APPLICATION_ENV_VAR {
        name: Str, value: Str, valueFrom: ENV_VAR_SOURCE, append: Str, prepend: Str, separator: Str, onValueFrom: Str,
        at: Str,
    }
    RESOURCE_CLAIM { name: Str, request: Str }
    RESOURCES { limits: QuantityMap, requests: QuantityMap, claims: List(&RESOURCE_CLAIM) }
    RESIZE_POLICY { resourceName: Str, restartPolicy: Str }
    EXIT_CODES { operator: Str, values: List(&Int) }
    RESTART_RULE { action: Str, exitCodes: EXIT_CODES }
    VOLUME_MOUNT {
        name: Str, readOnly: Bool, recursiveReadOnly: Str, mountPath: Str, subPath: Str, mountPropagation: Str,
        subPathExpr: Str,
    }
    VOLUME_DEVICE { name: Str, devicePath: Str }
    EXEC { command: List(&Str) }
    HTTP_HEADER { name: Str, value: Str }
    HTTP_GET { path: Str, port: IntOrStr, host: Str, scheme: Str, httpHeaders: List(&HTTP_HEADER) }
    TCP_SOCKET { port: IntOrStr, host: Str }
    GRPC { port: Int, service: Str }
    PROBE {
        exec: EXEC, httpGet: HTTP_GET, tcpSocket: TCP_SOCKET, grpc: GRPC, initialDelaySeconds: Int,
        timeoutSeconds: Int, periodSeconds: Int, successThreshold: Int, failureThreshold: Int,
        terminationGracePeriodSeconds: Int,
    }
    SLEEP { seconds: Int }
    LIFECYCLE_HANDLER { exec: EXEC, httpGet: HTTP_GET, tcpSocket: TCP_SOCKET, sleep: SLEEP }
    LIFECYCLE { postStart: LIFECYCLE_HANDLER, preStop: LIFECYCLE_HANDLER, stopSignal: Str }
    CAPABILITIES { add: List(&Str), drop: List(&Str) }
    SE_LINUX_OPTIONS { user: Str, role: Str, type: Str, level: Str }
    WINDOWS_OPTIONS { gmsaCredentialSpecName: Str, gmsaCredentialSpec: Str, runAsUserName: Str, hostProcess: Bool }
    SECCOMP_PROFILE { type: Str, localhostProfile: Str }
    APP_ARMOR_PROFILE { type: Str, localhostProfile: Str }
    SECURITY_CONTEXT {
        capabilities: CAPABILITIES, privileged: Bool, seLinuxOptions: SE_LINUX_OPTIONS,
        windowsOptions: WINDOWS_OPTIONS, runAsUser: Int, runAsGroup: Int, runAsNonRoot: Bool,
        readOnlyRootFilesystem: Bool, allowPrivilegeEscalation: Bool, procMount: Str, seccompProfile: SECCOMP_PROFILE,
        appArmorProfile: APP_ARMOR_PROFILE,
    }
    CONTAINER {
        name: Str, image: Str, command: List(&Str), args: List(&Str), workingDir: Str, ports: List(&CONTAINER_PORT),
        envFrom: List(&ENV_FROM_SOURCE), env: List(&ENV_VAR), resources: RESOURCES,
        resizePolicy: List(&RESIZE_POLICY), restartPolicy: Str, restartPolicyRules: List(&RESTART_RULE),
        volumeMounts: List(&VOLUME_MOUNT), volumeDevices: List(&VOLUME_DEVICE), livenessProbe: PROBE,
        readinessProbe: PROBE, startupProbe: PROBE, lifecycle: LIFECYCLE, terminationMessagePath: Str,
        terminationMessagePolicy: Str, imagePullPolicy: Str, securityContext: SECURITY_CONTEXT, stdin: Bool,
        stdinOnce: Bool, tty: Bool,
    }
    HOST_PATH { path: Str, type: Str }
    EMPTY_DIR { medium: Str, sizeLimit: Quantity }
    GCE_PERSISTENT_DISK { pdName: Str, fsType: Str, partition: Int, readOnly: Bool }
    AWS_ELASTIC_BLOCK_STORE { volumeID: Str, fsType: Str, partition: Int, readOnly: Bool }
    GIT_REPO { repository: Str, revision: Str, directory: Str }
    KEY_TO_PATH { key: Str, path: Str, mode: Int }
    SECRET { secretName: Str, items: List(&KEY_TO_PATH), defaultMode: Int, optional: Bool }
    NFS { server: Str, path: Str, readOnly: Bool }
    PULL_SECRET { name: Str }
    ISCSI {
        targetPortal: Str, iqn: Str, lun: Int, iscsiInterface: Str, fsType: Str, readOnly: Bool, portals: List(&Str),
        chapAuthDiscovery: Bool, chapAuthSession: Bool, secretRef: PULL_SECRET, initiatorName: Str,
    }
    GLUSTERFS { endpoints: Str, path: Str, readOnly: Bool }
    PERSISTENT_VOLUME_CLAIM { claimName: Str, readOnly: Bool }
    RBD {
        monitors: List(&Str), image: Str, fsType: Str, pool: Str, user: Str, keyring: Str, secretRef: PULL_SECRET,
        readOnly: Bool,
    }
    FLEX { driver: Str, fsType: Str, secretRef: PULL_SECRET, readOnly: Bool, options: StrMap }
    CINDER { volumeID: Str, fsType: Str, readOnly: Bool, secretRef: PULL_SECRET }
    CEPH_FS { monitors: List(&Str), path: Str, user: Str, secretFile: Str, secretRef: PULL_SECRET, readOnly: Bool }
    FLOCKER { datasetName: Str, datasetUUID: Str }
    DOWNWARD_API_FILE {
        path: Str, fieldRef: OBJECT_FIELD_SELECTOR, resourceFieldRef: RESOURCE_FIELD_SELECTOR, mode: Int,
    }
    DOWNWARD_API { items: List(&DOWNWARD_API_FILE), defaultMode: Int }
    FC { targetWWNs: List(&Str), lun: Int, fsType: Str, readOnly: Bool, wwids: List(&Str) }
    AZURE_FILE { secretName: Str, shareName: Str, readOnly: Bool }
    CONFIG_MAP { name: Str, items: List(&KEY_TO_PATH), defaultMode: Int, optional: Bool }
    VSPHERE_VIRTUAL_DISK { volumePath: Str, fsType: Str, storagePolicyName: Str, storagePolicyID: Str }
    QUOBYTE { registry: Str, volume: Str, readOnly: Bool, user: Str, group: Str, tenant: Str }
    AZURE_DISK { diskName: Str, diskURI: Str, cachingMode: Str, fsType: Str, readOnly: Bool, kind: Str }
    PHOTON_PERSISTENT_DISK { pdID: Str, fsType: Str }
    SECRET_PROJECTION { name: Str, items: List(&KEY_TO_PATH), optional: Bool }
    DOWNWARD_API_PROJECTION { items: List(&DOWNWARD_API_FILE) }
    CONFIG_MAP_PROJECTION { name: Str, items: List(&KEY_TO_PATH), optional: Bool }
    SERVICE_ACCOUNT_TOKEN_PROJECTION { audience: Str, expirationSeconds: Int, path: Str }
    LABEL_SELECTOR_REQUIREMENT { key: Str, operator: Str, values: List(&Str) }
    LABEL_SELECTOR { matchLabels: StrMap, matchExpressions: List(&LABEL_SELECTOR_REQUIREMENT) }
    CLUSTER_TRUST_BUNDLE_PROJECTION {
        name: Str, signerName: Str, labelSelector: LABEL_SELECTOR, optional: Bool, path: Str,
    }
    POD_CERTIFICATE_PROJECTION {
        signerName: Str, keyType: Str, maxExpirationSeconds: Int, credentialBundlePath: Str, keyPath: Str,
        certificateChainPath: Str, userAnnotations: StrMap,
    }
    VOLUME_PROJECTION {
        secret: SECRET_PROJECTION, downwardAPI: DOWNWARD_API_PROJECTION, configMap: CONFIG_MAP_PROJECTION,
        serviceAccountToken: SERVICE_ACCOUNT_TOKEN_PROJECTION, clusterTrustBundle: CLUSTER_TRUST_BUNDLE_PROJECTION,
        podCertificate: POD_CERTIFICATE_PROJECTION,
    }
    PROJECTED { sources: List(&VOLUME_PROJECTION), defaultMode: Int }
    PORTWORX { volumeID: Str, fsType: Str, readOnly: Bool }
    SCALE_IO {
        gateway: Str, system: Str, secretRef: PULL_SECRET, sslEnabled: Bool, protectionDomain: Str, storagePool: Str,
        storageMode: Str, volumeName: Str, fsType: Str, readOnly: Bool,
    }
    STORAGE_OS { volumeName: Str, volumeNamespace: Str, fsType: Str, readOnly: Bool, secretRef: PULL_SECRET }
    CSI { driver: Str, readOnly: Bool, fsType: Str, volumeAttributes: StrMap, nodePublishSecretRef: PULL_SECRET }
    // The API server refuses every other metadata of a claim template.
    CLAIM_META { labels: StrMap, annotations: StrMap }
    CLAIM_RESOURCES { limits: QuantityMap, requests: QuantityMap }
    TYPED_LOCAL_OBJECT_REFERENCE { apiGroup: Str, kind: Str, name: Str }
    TYPED_OBJECT_REFERENCE { apiGroup: Str, kind: Str, name: Str, namespace: Str }
    CLAIM_SPEC {
        accessModes: List(&Str), selector: LABEL_SELECTOR, resources: CLAIM_RESOURCES, volumeName: Str,
        storageClassName: Str, volumeMode: Str, dataSource: TYPED_LOCAL_OBJECT_REFERENCE,
        dataSourceRef: TYPED_OBJECT_REFERENCE, volumeAttributesClassName: Str,
    }
    CLAIM_TEMPLATE { metadata: CLAIM_META, spec: CLAIM_SPEC }
    EPHEMERAL { volumeClaimTemplate: CLAIM_TEMPLATE }
    IMAGE { reference: Str, pullPolicy: Str }
    VOLUME {
        name: Str, hostPath: HOST_PATH, emptyDir: EMPTY_DIR, gcePersistentDisk: GCE_PERSISTENT_DISK,
        awsElasticBlockStore: AWS_ELASTIC_BLOCK_STORE, gitRepo: GIT_REPO, secret: SECRET, nfs: NFS, iscsi: ISCSI,
        glusterfs: GLUSTERFS, persistentVolumeClaim: PERSISTENT_VOLUME_CLAIM, rbd: RBD, flexVolume: FLEX,
        cinder: CINDER, cephfs: CEPH_FS, flocker: FLOCKER, downwardAPI: DOWNWARD_API, fc: FC, azureFile: AZURE_FILE,
        configMap: CONFIG_MAP, vsphereVolume: VSPHERE_VIRTUAL_DISK, quobyte: QUOBYTE, azureDisk: AZURE_DISK,
        photonPersistentDisk: PHOTON_PERSISTENT_DISK, projected: PROJECTED, portworxVolume: PORTWORX,
        scaleIO: SCALE_IO, storageos: STORAGE_OS, csi: CSI, ephemeral: EPHEMERAL, image: IMAGE,
    }
}
