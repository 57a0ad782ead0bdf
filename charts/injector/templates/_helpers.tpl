{{- /* The name of every object, or its beginning. */}}
{{- define "injector.name" -}}
{{- $.Values.name | default $.Release.Name }}
{{- end }}

{{- define "injector.image" -}}
{{- $.Values.image | default (printf "injector:%s" $.Chart.AppVersion) }}
{{- end }}

{{- /* The name of a profile: of an item of `profiles`. */}}
{{- define "injector.profile" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ .name }}{{ end }}
{{- end }}

{{- /* What a profile reads of the API. Takes the release, and the item. */}}
{{- define "injector.watches" -}}
{{- $item := last . }}
{{- if kindIs "string" $item }}
{{- include (printf "injector.watches.%s" $item) (first .) }}
{{- else }}
{{- $item.watches | default list | join " " }}
{{- end }}
{{- end }}

{{- /* The pods that the API server asks about for a profile. Takes the release, and the item. */}}
{{- define "injector.selectors" -}}
{{- $item := last . }}
{{- if kindIs "string" $item }}
{{- include (printf "injector.selectors.%s" $item) (first .) }}
{{- else }}
{{- pick $item "namespaceSelector" "objectSelector" "matchConditions" | toYaml }}
{{- end }}
{{- end }}

{{- /* The resources that the webhook watches, as words; empty if it watches none. */}}
{{- define "injector.watched" -}}
{{- $needed := list }}
{{- range $item := $.Values.profiles }}
{{- $needed = concat $needed (splitList " " (include "injector.watches" (list $ $item))) }}
{{- end }}
{{- $watched := list }}
{{- range $resource, $choice := dict "namespaces" $.Values.watchNamespaces "serviceaccounts" $.Values.watchServiceAccounts }}
{{- if or (eq (toString $choice) "true") (and (eq (toString $choice) "auto") (has $resource $needed)) }}
{{- $watched = append $watched $resource }}
{{- end }}
{{- end }}
{{- join " " $watched }}
{{- end }}

{{- /* Not empty where the cluster has at least this version. Takes the release, and the version. */}}
{{- define "injector.atLeast" -}}
{{- $values := (first .).Values }}
{{- $version := $values.kubernetesVersion | default (first .).Capabilities.KubeVersion.Version }}
{{- if semverCompare (printf ">=%s-0" (last .)) $version }}true{{ end }}
{{- end }}

{{- /* What the schema cannot say of the values. */}}
{{- define "injector.check" -}}
{{- $name := include "injector.name" $ }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$" $name) }}
{{- fail (printf "name: `%s` is not up to 50 of a-z, 0-9 and -, with a letter first\nhint: give a `name`, or another name to the release" $name) }}
{{- end }}
{{- $names := list }}
{{- range $item := $.Values.profiles }}
{{- $profile := include "injector.profile" $item }}
{{- if has $profile $names }}
{{- fail (printf "profiles: `%s` is there twice" $profile) }}
{{- end }}
{{- $names = append $names $profile }}
{{- end }}
{{- include (printf "injector.check.%s" $.Values.mode) $ }}
{{- end }}

{{- define "injector.check.webhook" -}}
{{- if not $.Values.profiles }}
{{- fail "profiles: there is none, and the webhook needs one" }}
{{- end }}
{{- range $item := $.Values.profiles }}
{{- if not (kindIs "string" $item) }}
{{- $called := (fromYaml $item.text | default dict).metadata | default dict }}
{{- if ne (toString $called.name) $item.name }}
{{- fail (printf "profiles: `%s` has another name in its `text`, or no name" $item.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $.Values.policyObjects }}
{{- fail "policyObjects: they are for `mode: policy`" }}
{{- end }}
{{- if eq $.Values.certificates.source "secret" }}
{{- if not $.Values.certificates.secretName }}
{{- fail "certificates.secretName: it is empty\nhint: name the Secret with `tls.crt` and `tls.key`, or set `certificates.source` to `cert-manager`" }}
{{- end }}
{{- if not (contains "-----BEGIN CERTIFICATE-----" $.Values.certificates.caBundle) }}
{{- fail "certificates.caBundle: there is no certificate in it\nhint: use `--set-file certificates.caBundle=ca.crt`" }}
{{- end }}
{{- if contains "PRIVATE KEY-----" $.Values.certificates.caBundle }}
{{- fail "certificates.caBundle: it contains a private key, and everyone can read a webhook configuration" }}
{{- end }}
{{- end }}
{{- if eq (int $.Values.listenPort) (int $.Values.probePort) }}
{{- fail (printf "listenPort: %d is the port for probes too\nhint: give `probePort` another one" (int $.Values.listenPort)) }}
{{- end }}
{{- if and $.Values.hostNetwork (has 10250 (list (int $.Values.listenPort) (int $.Values.probePort))) }}
{{- fail "hostNetwork: 10250 is the port of kubelet on each node\nhint: give `listenPort` and `probePort` other ones" }}
{{- end }}
{{- end }}

{{- define "injector.check.policy" -}}
{{- if not (include "injector.atLeast" (list $ "1.36")) }}
{{- $version := $.Values.kubernetesVersion | default $.Capabilities.KubeVersion.Version }}
{{- fail (printf "mode: `policy` is for Kubernetes 1.36 and later, not for %s\nhint: use `mode: webhook`; `helm template` needs `--kube-version 1.36`" $version) }}
{{- end }}
{{- $compiled := splitList " " (include "injector.policies" $) }}
{{- range $item := $.Values.profiles }}
{{- if not (kindIs "string" $item) }}
{{- fail (printf "profiles: `%s` has no policy in this chart\nhint: compile it with `injector install --as policy`, and give the result to `policyObjects`" $item.name) }}
{{- else if not (has $item $compiled) }}
{{- fail (printf "profiles: `%s` cannot be a policy; these can: %s\nhint: use `mode: webhook`" $item (join ", " $compiled)) }}
{{- end }}
{{- end }}
{{- if gt (len $.Values.profiles) 1 }}
{{- fail (printf "profiles: a release of policies has one of them, not %d\nhint: compile them together, `injector install --as policy -p %s`, and give the result to `policyObjects`" (len $.Values.profiles) (join "," $.Values.profiles)) }}
{{- end }}
{{- if $.Values.set }}
{{- fail "set: the settings of a policy are fixed when it is compiled\nhint: compile it with `injector install --as policy --set …`, and give the result to `policyObjects`" }}
{{- end }}
{{- if not (or $.Values.profiles $.Values.policyObjects) }}
{{- fail "profiles: there is none, and there are no `policyObjects`" }}
{{- end }}
{{- end }}
