//! The Service that an API server calls, the pods behind it, and how many of them may be away at a time.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Certificates, Installation, LogFormat, Manifest, Monitor, PodNetwork, PodUser, Toleration, USER, cluster, labels,
    metadata, selected,
};
use crate::kube::version::KubernetesVersion;
use crate::profile::OnIneligible;

/// The folder of the serving certificate in the pod.
const TLS: &str = "/etc/injector/tls";
/// The folder of the profiles in the pod.
const PROFILES: &str = "/etc/injector/profiles";

/// The time that a pod has after its drain before it is killed.
const SPARE: Duration = Duration::from_secs(5);

/// The first version with `unhealthyPodEvictionPolicy` by default.
const EVICTION_POLICY: KubernetesVersion = KubernetesVersion(27);

/// Service, Deployment and PodDisruptionBudget.
pub(super) fn workload(installation: &Installation) -> Vec<Manifest> {
    let site = &installation.site;
    let port = |name: &str, port: u16| json!({"name": name, "port": port, "targetPort": name, "protocol": "TCP"});
    let mut ports = vec![port("https", 443)];
    if installation.monitors.contains(&Monitor::Scrape) {
        ports.push(port("probes", installation.fit.probe_port));
    }
    let surge = match installation.fit.network {
        PodNetwork::Own => json!({"maxUnavailable": 0, "maxSurge": 1}),
        // The new pod needs the ports of an old one, where no other node is free.
        PodNetwork::Host => json!({"maxUnavailable": 1, "maxSurge": 0}),
    };
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(site, &site.name),
        "spec": {
            "type": "ClusterIP",
            "selector": selected(site),
            "ports": ports,
        },
    });
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(site, &site.name),
        "spec": {
            "replicas": installation.replicas,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": selected(site)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": surge},
            "template": {"metadata": {"labels": labels(site)}, "spec": pod(installation)},
        },
    });
    vec![
        Manifest::new("", service),
        Manifest::new(
            "No cpu limit: it would slow down the creation of every pod just when many are created.",
            deployment,
        ),
        Manifest::new("", disruption_budget(installation)),
    ]
}

/// One pod at a time may be evicted. `minAvailable` would block the drain of a node for ever where there is only one
/// replica.
fn disruption_budget(installation: &Installation) -> Value {
    let site = &installation.site;
    let mut spec = json!({"maxUnavailable": 1, "selector": {"matchLabels": selected(site)}});
    if installation.version() >= EVICTION_POLICY {
        // Pods that are not ready answer no request, so they must not block the drain of a node.
        spec["unhealthyPodEvictionPolicy"] = "AlwaysAllow".into();
    }
    json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(site, &site.name),
        "spec": spec,
    })
}

fn pod(installation: &Installation) -> Value {
    let site = &installation.site;
    let secret = match &installation.certificates {
        Certificates::Given { .. } | Certificates::CertManager => cluster::secret_name(site),
        Certificates::Secret { name, .. } => name.clone(),
    };
    let spread = |key: &str| {
        json!({
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selected(site)},
        })
    };
    let grace = installation.drain_delay + installation.drain_timeout + SPARE;
    let mut pod = json!({
        "serviceAccountName": site.name,
        "automountServiceAccountToken": !installation.watches.resources().is_empty(),
        // With a Service called `injector`, the kubelet would set variables `INJECTOR_…`, which are flags of `serve`.
        "enableServiceLinks": false,
        "terminationGracePeriodSeconds": grace.as_secs() + u64::from(grace.subsec_nanos() > 0),
        "securityContext": security_context(installation),
        "topologySpreadConstraints": [spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")],
        "nodeSelector": {"kubernetes.io/os": "linux"},
    });
    if let Some(class) = &installation.priority_class {
        pod["priorityClassName"] = class.as_str().into();
    }
    fit(&mut pod, installation);
    pod["containers"] = json!([container(installation)]);
    pod["volumes"] = json!([
        // 0440, for the group of the pod. YAML 1.2 and JSON have no octal numbers, so it is printed as 288.
        {"name": "tls", "secret": {"secretName": secret, "defaultMode": 0o440}},
        {"name": "profiles", "configMap": {"name": cluster::profiles_name(site), "defaultMode": 0o444}},
    ]);
    pod
}

/// User and group own the mounted files too: the key of the certificate is for the group of the pod.
fn security_context(installation: &Installation) -> Value {
    let seccomp = json!({"type": "RuntimeDefault"});
    match installation.fit.user {
        PodUser::Fixed => json!({
            "runAsNonRoot": true,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": seccomp,
        }),
        PodUser::Cluster => json!({"runAsNonRoot": true, "seccompProfile": seccomp}),
    }
}

/// What the cluster needs beyond the usual: network, nodes, registry.
fn fit(pod: &mut Value, installation: &Installation) {
    let fit = &installation.fit;
    match fit.network {
        PodNetwork::Own => {}
        PodNetwork::Host => {
            pod["hostNetwork"] = true.into();
            pod["dnsPolicy"] = "ClusterFirstWithHostNet".into();
        }
    }
    for (key, value) in &fit.node_selector {
        pod["nodeSelector"][key] = value.as_str().into();
    }
    if !fit.tolerations.is_empty() {
        pod["tolerations"] = fit.tolerations.iter().map(toleration).collect();
    }
    if !fit.image_pull_secrets.is_empty() {
        pod["imagePullSecrets"] = fit.image_pull_secrets.iter().map(|name| json!({"name": name})).collect();
    }
}

fn toleration(toleration: &Toleration) -> Value {
    let mut object = match &toleration.value {
        Some(value) => json!({"key": toleration.key, "operator": "Equal", "value": value}),
        None => json!({"key": toleration.key, "operator": "Exists"}),
    };
    if let Some(effect) = toleration.effect {
        object["effect"] = effect.word().into();
    }
    object
}

fn container(installation: &Installation) -> Value {
    let probe = |path: &str, period: u32, timeout: u32, failures: u32| {
        json!({
            "httpGet": {"path": path, "port": "probes"},
            "periodSeconds": period,
            "timeoutSeconds": timeout,
            "failureThreshold": failures,
        })
    };
    json!({
        "name": "injector",
        "image": installation.image,
        "args": arguments(installation),
        "ports": [
            {"name": "https", "containerPort": installation.fit.listen_port, "protocol": "TCP"},
            {"name": "probes", "containerPort": installation.fit.probe_port, "protocol": "TCP"},
        ],
        "startupProbe": probe("/livez", 1, 1, 60),
        "readinessProbe": probe("/readyz", 2, 1, 2),
        "livenessProbe": probe("/livez", 10, 5, 3),
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": "256Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true,
        },
        "volumeMounts": [
            {"name": "tls", "mountPath": TLS, "readOnly": true},
            {"name": "profiles", "mountPath": PROFILES, "readOnly": true},
        ],
    })
}

/// The command line of `serve`: flags that differ from their default, and those on which the manifest depends.
fn arguments(installation: &Installation) -> Vec<String> {
    let mut arguments = vec![
        "serve".to_owned(),
        format!("--listen=[::]:{}", installation.fit.listen_port),
        format!("--probe-listen=[::]:{}", installation.fit.probe_port),
        format!("--tls-cert={TLS}/tls.crt"),
        format!("--tls-key={TLS}/tls.key"),
    ];
    for source in &installation.profiles {
        arguments.push(format!("--profile={PROFILES}/{}", cluster::file_name(&source.profile.name)));
    }
    arguments.extend(installation.set.iter().map(|setting| format!("--set={setting}")));
    arguments.extend(installation.overrides.on_ineligible.map(|choice| {
        let word = match choice {
            OnIneligible::Allow => "allow",
            OnIneligible::Deny => "deny",
        };
        format!("--on-ineligible={word}")
    }));
    arguments.extend(installation.overrides.native_sidecar.map(|choice| format!("--native-sidecar={}", choice.word())));
    arguments.extend(installation.kubernetes_version.map(|version| format!("--kubernetes-version={version}")));
    arguments.extend(installation.watches.flags().map(str::to_owned));
    arguments.push(format!("--drain-delay={}", seconds(installation.drain_delay)));
    arguments.push(format!("--drain-timeout={}", seconds(installation.drain_timeout)));
    let format = match installation.log_format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    arguments.push(format!("--log-format={format}"));
    arguments.into_iter().map(|argument| literal(&argument)).collect()
}

/// A duration as `serve` reads it.
fn seconds(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

/// Escapes an argument: the kubelet would replace `$(NAME)` with the value of a variable.
fn literal(argument: &str) -> String {
    argument.replace('$', "$$")
}
