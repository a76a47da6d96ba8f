{{- /* Files in /etc/vigie/secrets that a component reads, as a JSON list: (list . "pod"). */}}
{{- define "vigie.secretFiles" -}}
{{- $ := index . 0 -}}
{{- $files := list -}}
{{- if ne $.Values.secrets.provider "none" -}}
{{- if $.Values.secrets.files.adminToken -}}
{{- $files = append $files (dict "file" "admin-token" "secret" $.Values.secrets.kubernetes.adminToken) -}}
{{- end -}}
{{- if eq (index . 1) "pod" -}}
{{- if $.Values.secrets.files.registryCredentials -}}
{{- $files = append $files (dict "file" "registry-credentials" "secret" $.Values.secrets.kubernetes.registryCredentials) -}}
{{- end -}}
{{- if $.Values.secrets.files.trustedKeys -}}
{{- $files = append $files (dict "file" "trusted-keys" "secret" $.Values.secrets.kubernetes.trustedKeys) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{ toJson $files }}
{{- end }}

{{- define "vigie.hasAdminToken" -}}
{{- if and (ne .Values.secrets.provider "none") .Values.secrets.files.adminToken -}}true{{- end -}}
{{- end }}

{{- define "vigie.secretMount" -}}
{{- $ := index . 0 -}}
{{- if and (include "vigie.secretFiles" . | fromJsonArray) (ne $.Values.secrets.provider "vault") }}
- { name: secrets, mountPath: /etc/vigie/secrets, readOnly: true }
{{- end }}
{{- end }}

{{- define "vigie.secretVolume" -}}
{{- $ := index . 0 -}}
{{- $suffix := eq (index . 1) "pod" | ternary "" "-controller" -}}
{{- $files := include "vigie.secretFiles" . | fromJsonArray -}}
{{- if and $files (eq $.Values.secrets.provider "kubernetes") }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $files }}
      - secret:
          name: {{ .secret.name }}
          items: [{ key: {{ .secret.key }}, path: {{ .file }} }]
      {{- end }}
{{- else if and $files (eq $.Values.secrets.provider "csi") }}
- name: secrets
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes: { secretProviderClass: {{ include "vigie.fullname" $ }}{{ $suffix }} }
{{- end }}
{{- end }}

{{- define "vigie.vaultAnnotations" -}}
{{- $ := index . 0 -}}
{{- $files := include "vigie.secretFiles" . | fromJsonArray -}}
{{- if and $files (eq $.Values.secrets.provider "vault") }}
vault.hashicorp.com/agent-inject: "true"
vault.hashicorp.com/role: {{ $.Values.secrets.vault.role }}
vault.hashicorp.com/secret-volume-path: /etc/vigie/secrets
vault.hashicorp.com/agent-init-first: "true"
vault.hashicorp.com/agent-run-as-same-user: "true"
vault.hashicorp.com/agent-limits-mem: 64Mi
{{- range $files }}
vault.hashicorp.com/agent-inject-secret-{{ .file }}: {{ $.Values.secrets.vault.path }}
vault.hashicorp.com/agent-inject-perms-{{ .file }}: "0440"
vault.hashicorp.com/agent-inject-template-{{ .file }}: |
  {{ printf "{{- with secret %q }}{{ index .Data.data %q }}{{ end -}}" $.Values.secrets.vault.path .file }}
{{- end }}
{{- end }}
{{- end }}
