//! Where the chart's values go: the blocks of the manifests that a template replaces.

/// A block of a manifest, and the template in its place.
pub(super) struct Hole {
    pub(super) kind: &'static str,
    /// How the block's first line begins.
    pub(super) start: &'static str,
    /// Lines, which get the block's indentation. A line `@` is the block itself, and `@RUN START` the block that begins with
    /// START in the manifest of another run; `INDENT` is the number of spaces that a member of the block has.
    pub(super) template: &'static str,
}

const fn hole(kind: &'static str, start: &'static str, template: &'static str) -> Hole {
    Hole { kind, start, template }
}

/// When a manifest of the webhook is part of the release.
pub(super) fn condition(kind: &str) -> String {
    let and = match kind {
        "ClusterRole" | "ClusterRoleBinding" => r#"(include "injector.watched" $)"#,
        "Issuer" | "Certificate" => r#"(eq $.Values.certificates.source "cert-manager")"#,
        "NetworkPolicy" => "(not $.Values.hostNetwork)",
        "ServiceMonitor" => "$.Values.serviceMonitor",
        "PrometheusRule" => "$.Values.prometheusRule",
        "MutatingWebhookConfiguration" => "$.Values.webhookConfiguration",
        _ => return r#"eq $.Values.mode "webhook""#.to_owned(),
    };
    format!(r#"and (eq $.Values.mode "webhook") {and}"#)
}

pub(super) const WEBHOOK: &[Hole] = &[
    hole(
        "ClusterRole",
        "resources:",
        r#"resources:
{{- range splitList " " (include "injector.watched" $) }}
- {{ . }}
{{- end }}"#,
    ),
    hole(
        "ConfigMap",
        "data:",
        r#"data:
  {{- range $item := $.Values.profiles }}
  {{- $profile := include "injector.profile" $item }}
  {{- $text := "" }}
  {{- if kindIs "string" $item }}
  {{- $text = $.Files.Get (printf "profiles/%s.yaml" $profile) }}
  {{- else }}
  {{- $text = $item.text }}
  {{- end }}
  {{- dict (printf "%s.yaml" $profile) $text | toYaml | nindent INDENT }}
  {{- end }}"#,
    ),
    hole(
        "NetworkPolicy",
        "policyTypes:",
        r#"{{- if include "injector.watched" $ }}
@
{{- else }}
@unwatched policyTypes:
{{- end }}"#,
    ),
    hole("Service", "- name: probes", "{{- if $.Values.serviceMonitor }}\n@\n{{- end }}"),
    hole("Deployment", "replicas:", "replicas: {{ int $.Values.replicas }}"),
    hole(
        "Deployment",
        "rollingUpdate:",
        "{{- if $.Values.hostNetwork }}\n@host rollingUpdate:\n{{- else }}\n@\n{{- end }}",
    ),
    hole(
        "Deployment",
        "automountServiceAccountToken:",
        r#"automountServiceAccountToken: {{ ne (include "injector.watched" $) "" }}"#,
    ),
    hole(
        "Deployment",
        "terminationGracePeriodSeconds:",
        "terminationGracePeriodSeconds: {{ add (int $.Values.drainDelaySeconds) (int $.Values.drainTimeoutSeconds) 5 }}",
    ),
    hole(
        "Deployment",
        "      securityContext:",
        "{{- if $.Values.openshift }}\n@openshift       securityContext:\n{{- else }}\n@\n{{- end }}",
    ),
    hole(
        "Deployment",
        "nodeSelector:",
        "{{- if $.Values.hostNetwork }}
@host hostNetwork:
@host dnsPolicy:
{{- end }}
nodeSelector:
  {{- toYaml $.Values.nodeSelector | nindent INDENT }}",
    ),
    hole(
        "Deployment",
        "priorityClassName:",
        "{{- with $.Values.priorityClassName }}\npriorityClassName: {{ . | quote }}\n{{- end }}",
    ),
    hole(
        "Deployment",
        "tolerations:",
        "{{- with $.Values.tolerations }}\ntolerations:\n  {{- toYaml . | nindent INDENT }}\n{{- end }}",
    ),
    hole(
        "Deployment",
        "imagePullSecrets:",
        "{{- with $.Values.imagePullSecrets }}\nimagePullSecrets:\n{{- range . }}\n- name: {{ . | quote }}\n{{- end }}\n{{- end }}",
    ),
    hole(
        "Deployment",
        "- --profile=",
        r#"{{- range $item := $.Values.profiles }}
- {{ printf "--profile=/etc/injector/profiles/%s.yaml" (include "injector.profile" $item) | quote }}
{{- end }}"#,
    ),
    // kubelet replaces `$(NAME)`, but not `$$(NAME)`.
    hole(
        "Deployment",
        "- --set=",
        r#"{{- range $.Values.set }}
- {{ printf "--set=%s" . | replace "$" "$$" | toJson }}
{{- end }}"#,
    ),
    hole(
        "Deployment",
        "- --native-sidecar=",
        "{{- with $.Values.nativeSidecar | toString }}\n- --native-sidecar={{ . }}\n{{- end }}",
    ),
    hole(
        "Deployment",
        "- --kubernetes-version=",
        "{{- with $.Values.kubernetesVersion }}\n- --kubernetes-version={{ . }}\n{{- end }}",
    ),
    hole(
        "Deployment",
        "- --watch-namespaces",
        "{{- if contains \"namespaces\" (include \"injector.watched\" $) }}\n@\n{{- end }}",
    ),
    hole(
        "Deployment",
        "- --watch-serviceaccounts",
        "{{- if contains \"serviceaccounts\" (include \"injector.watched\" $) }}\n@\n{{- end }}",
    ),
    hole("Deployment", "- --drain-delay=", "- --drain-delay={{ int $.Values.drainDelaySeconds }}s"),
    hole("Deployment", "- --drain-timeout=", "- --drain-timeout={{ int $.Values.drainTimeoutSeconds }}s"),
    hole("Deployment", "- --log-format=", "- --log-format={{ $.Values.logFormat }}"),
    hole("Deployment", "resources:", "resources:\n  {{- toYaml $.Values.resources | nindent INDENT }}"),
    hole(
        "Deployment",
        "secretName:",
        r#"{{- if eq $.Values.certificates.source "secret" }}
secretName: {{ $.Values.certificates.secretName | quote }}
{{- else }}
@
{{- end }}"#,
    ),
    hole(
        "PodDisruptionBudget",
        "unhealthyPodEvictionPolicy:",
        "{{- if include \"injector.atLeast\" (list $ \"1.27\") }}\n@\n{{- end }}",
    ),
    hole(
        "MutatingWebhookConfiguration",
        "annotations:",
        "{{- if eq $.Values.certificates.source \"cert-manager\" }}\n@\n{{- end }}",
    ),
    hole(
        "MutatingWebhookConfiguration",
        "service:",
        r#"@
{{- if eq $.Values.certificates.source "secret" }}
caBundle: {{ b64enc $.Values.certificates.caBundle }}
{{- end }}"#,
    ),
    hole(
        "MutatingWebhookConfiguration",
        "namespaceSelector:",
        r#"{{- include "injector.selectors" (list $ $item) | nindent 2 }}"#,
    ),
    hole("MutatingWebhookConfiguration", "objectSelector:", ""),
    hole("MutatingWebhookConfiguration", "matchConditions:", ""),
    hole("MutatingWebhookConfiguration", "matchPolicy:", "matchPolicy: {{ $.Values.matchPolicy }}"),
    hole(
        "MutatingWebhookConfiguration",
        "failurePolicy:",
        "failurePolicy: {{ $.Values.failurePolicy | default \"Ignore\" }}",
    ),
    hole(
        "MutatingWebhookConfiguration",
        "reinvocationPolicy:",
        "reinvocationPolicy: {{ $.Values.reinvocationPolicy }}",
    ),
    hole("MutatingWebhookConfiguration", "timeoutSeconds:", "timeoutSeconds: {{ int $.Values.timeoutSeconds }}"),
    // The last one, since it holds the others.
    hole(
        "MutatingWebhookConfiguration",
        "- name:",
        r#"{{- range $item := $.Values.profiles }}
{{- $profile := include "injector.profile" $item }}
@
{{- end }}"#,
    ),
];

/// What only the webhook configuration of one built-in profile has.
pub(super) const SELECTORS: &[Hole] = &[hole(
    "MutatingWebhookConfiguration",
    "matchConditions:",
    "{{- if include \"injector.atLeast\" (list $ \"1.28\") }}\n@\n{{- end }}",
)];

/// The policies, except for the one that warns, which never refuses.
pub(super) const POLICY: &[Hole] = &[
    hole("MutatingAdmissionPolicy", "failurePolicy:", FAILURE),
    hole("ValidatingAdmissionPolicy", "failurePolicy: Fail", FAILURE),
];

const FAILURE: &str = "failurePolicy: {{ $.Values.failurePolicy | default \"Fail\" }}";

/// What stands in a manifest for a value that is a part of many lines, and the template of the value. A marker that another
/// one begins with is after it.
pub(super) const MARKERS: &[(&str, &str)] = &[
    ("chart-namespace", "$.Release.Namespace"),
    ("chart-name", r#"include "injector.name" $"#),
    ("chart-profile", "$profile"),
    ("chart-image", r#"include "injector.image" $"#),
    ("29443", "int $.Values.listenPort"),
    ("29444", "int $.Values.probePort"),
];
