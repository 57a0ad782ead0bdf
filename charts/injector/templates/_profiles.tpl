{{- /* Made from what `injector install` prints: see CONTRIBUTING.md. */}}

{{- define "injector.watches.cortexflow" -}}
namespaces
{{- end }}

{{- define "injector.selectors.cortexflow" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.nginx" -}}

{{- end }}

{{- define "injector.selectors.nginx" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
  - key: sidecar-inject
    operator: In
    values:
    - enabled
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.curl" -}}

{{- end }}

{{- define "injector.selectors.curl" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector:
  matchExpressions:
  - key: sidecar.me/inject
    operator: In
    values:
    - "True"
    - "true"
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.istio" -}}
namespaces
{{- end }}

{{- define "injector.selectors.istio" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
    - local-path-storage
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
{{- end }}
{{- end }}

{{- define "injector.watches.linkerd" -}}
namespaces
{{- end }}

{{- define "injector.selectors.linkerd" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - cert-manager
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.otel-java" -}}
namespaces
{{- end }}

{{- define "injector.selectors.otel-java" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.otel-nodejs" -}}
namespaces
{{- end }}

{{- define "injector.selectors.otel-nodejs" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.otel-python" -}}
namespaces
{{- end }}

{{- define "injector.selectors.otel-python" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.otel-collector" -}}
namespaces
{{- end }}

{{- define "injector.selectors.otel-collector" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.watches.fluent-bit" -}}

{{- end }}

{{- define "injector.selectors.fluent-bit" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
- name: opted-in
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (has(object.metadata.annotations) && 'sidecar-injector/fluent-bit' in object.metadata.annotations ? !(object.metadata.annotations['sidecar-injector/fluent-bit'] in [\"false\"]) : (false))"
{{- end }}
{{- end }}

{{- define "injector.watches.vault-agent" -}}

{{- end }}

{{- define "injector.selectors.vault-agent" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
- name: opted-in
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (has(object.metadata.annotations) && 'vault.hashicorp.com/agent-inject' in object.metadata.annotations ? !(object.metadata.annotations['vault.hashicorp.com/agent-inject'] in [\"false\",\"False\",\"FALSE\",\"f\",\"F\",\"0\"]) : (false))"
{{- end }}
{{- end }}

{{- define "injector.watches.cloud-sql-proxy" -}}

{{- end }}

{{- define "injector.selectors.cloud-sql-proxy" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
- name: opted-in
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (has(object.metadata.annotations) && 'sidecar-injector/cloud-sql-proxy' in object.metadata.annotations ? !(object.metadata.annotations['sidecar-injector/cloud-sql-proxy'] in [\"false\"]) : (false))"
{{- end }}
{{- end }}

{{- define "injector.watches.oauth2-proxy" -}}

{{- end }}

{{- define "injector.selectors.oauth2-proxy" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-host-network
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (!has(object.spec.hostNetwork) || !object.spec.hostNetwork)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
- name: opted-in
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (has(object.metadata.annotations) && 'sidecar-injector/oauth2-proxy' in object.metadata.annotations ? !(object.metadata.annotations['sidecar-injector/oauth2-proxy'] in [\"false\"]) : (false))"
{{- end }}
{{- end }}

{{- define "injector.watches.dapr" -}}

{{- end }}

{{- define "injector.selectors.dapr" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
- name: opted-in
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (has(object.metadata.annotations) && 'dapr.io/enabled' in object.metadata.annotations ? !(object.metadata.annotations['dapr.io/enabled'] in [\"false\",\"False\",\"FALSE\",\"f\",\"F\",\"no\",\"No\",\"NO\",\"n\",\"N\",\"off\",\"Off\",\"OFF\",\"0\",\"\"]) : (false))"
{{- end }}
{{- end }}

{{- define "injector.watches.k8tz" -}}
namespaces
{{- end }}

{{- define "injector.selectors.k8tz" -}}
namespaceSelector:
  matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
    - {{ $.Release.Namespace | quote }}
    - kube-system
    - kube-public
    - kube-node-lease
objectSelector: {}
{{- if include "injector.atLeast" (list $ "1.28") }}
matchConditions:
- name: not-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
- name: not-windows
  expression: "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || ((!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows')))"
{{- end }}
{{- end }}

{{- define "injector.policies" -}}
cortexflow nginx curl otel-java otel-nodejs otel-python otel-collector fluent-bit cloud-sql-proxy oauth2-proxy k8tz
{{- end }}
