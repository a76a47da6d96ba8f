{{- /* Settings of `vigie serve` that other values imply, and values.settings, as YAML. */}}
{{- define "vigie.podSettings" -}}
{{- $settings := dict
  "admin" (printf "0.0.0.0:%d" (int .Values.service.adminPort))
  "listen" (printf "0.0.0.0:%d" (int .Values.service.grpcPort))
  "grace" (printf "%ds" (int .Values.graceSeconds))
  "log-format" "json"
  "registry" .Values.registry.source
  "resource-attributes" "k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME)" -}}
{{- if .Values.rollouts.enabled -}}
{{- $_ := set $settings "rollouts" "kubernetes" -}}
{{- $_ := set $settings "rollouts-cache" "/var/cache/vigie/rollouts.json" -}}
{{- end -}}
{{- if .Values.registry.cache.enabled -}}
{{- $_ := set $settings "registry-cache" "/var/cache/vigie/models" -}}
{{- end -}}
{{- if .Values.registry.requireSigned -}}
{{- if or (eq .Values.secrets.provider "none") (not .Values.secrets.files.trustedKeys) -}}
{{- fail "registry.requireSigned needs secrets.files.trustedKeys, and a secrets.provider other than none" -}}
{{- end -}}
{{- $_ := set $settings "require-signed" true -}}
{{- $_ := set $settings "trusted-keys" "/etc/vigie/secrets/trusted-keys" -}}
{{- end -}}
{{- if include "vigie.hasAdminToken" . -}}
{{- $_ := set $settings "admin-token-file" "/etc/vigie/secrets/admin-token" -}}
{{- end -}}
{{- if .Values.tls.enabled -}}
{{- $_ := set $settings "tls-cert" "/etc/vigie/tls/tls.crt" -}}
{{- $_ := set $settings "tls-key" "/etc/vigie/tls/tls.key" -}}
{{- if ne .Values.tls.clientAuth "none" -}}
{{- $_ := set $settings "tls-client-ca" "/etc/vigie/tls/ca.crt" -}}
{{- $_ := set $settings "tls-client-auth" .Values.tls.clientAuth -}}
{{- end -}}
{{- end -}}
{{- include "vigie.mergedSettings" (list $settings .Values.settings "settings") -}}
{{- end }}

{{- define "vigie.controllerSettings" -}}
{{- $settings := dict
  "admin" (printf "0.0.0.0:%d" (int .Values.service.adminPort))
  "log-format" "json"
  "pods-selector" (printf "app.kubernetes.io/name=vigie,app.kubernetes.io/instance=%s" .Release.Name)
  "rollouts" "kubernetes" -}}
{{- with .Values.controller.prometheusAddress -}}
{{- $_ := set $settings "prometheus" . -}}
{{- end -}}
{{- if include "vigie.hasAdminToken" . -}}
{{- $_ := set $settings "pods-token-file" "/etc/vigie/secrets/admin-token" -}}
{{- $_ := set $settings "admin-token-file" "/etc/vigie/secrets/admin-token" -}}
{{- end -}}
{{- include "vigie.mergedSettings" (list $settings .Values.controller.settings "controller.settings") -}}
{{- end }}

{{- define "vigie.mergedSettings" -}}
{{- $implied := index . 0 -}}
{{- $where := index . 2 -}}
{{- range $name, $_ := index . 1 -}}
{{- if hasKey $implied $name -}}
{{- fail (printf "%s.%s is set by another value of this chart" $where $name) -}}
{{- end -}}
{{- end -}}
{{ toYaml (merge $implied (index . 1)) }}
{{- end }}
