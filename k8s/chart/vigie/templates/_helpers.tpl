{{- define "vigie.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- /* Labels by which pods are found: (list . "pod"). */}}
{{- define "vigie.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ eq (index . 1) "controller" | ternary "vigie-controller" "vigie" }}
app.kubernetes.io/instance: {{ $.Release.Name }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "vigie.labels" -}}
{{- $ := index . 0 -}}
{{ include "vigie.selector" . }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" }}
{{- with $.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* An object's name, labels and annotations: (list . "pod" "suffix" annotations [labels]). */}}
{{- define "vigie.metadata" -}}
{{- $ := index . 0 -}}
name: {{ include "vigie.fullname" $ }}{{ index . 2 }}
namespace: {{ $.Release.Namespace }}
labels:
  {{- include "vigie.labels" (list $ (index . 1)) | nindent 2 }}
  {{- if gt (len .) 4 }}
  {{- with index . 4 }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- end }}
{{- with mergeOverwrite (dict) $.Values.commonAnnotations (index . 3) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "vigie.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- /* Flags of a map of settings, sorted: --name=value, or --name for true. */}}
{{- define "vigie.flags" -}}
{{- range $name, $value := . }}
{{- if kindIs "bool" $value }}
- {{ if $value }}--{{ $name }}{{ else }}--no-{{ $name }}{{ end }}
{{- else if kindIs "float64" $value }}
- {{ printf "--%s=%v" $name (ternary (int64 $value) $value (eq (floor $value) $value)) | quote }}
{{- else }}
- {{ printf "--%s=%v" $name $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "vigie.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "vigie.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: ["ALL"] }
{{- end }}

{{- define "vigie.identity" -}}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
{{- end }}

{{- define "vigie.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- /* A role and its binding to the component's service account: (list . "pod" "suffix" rules). */}}
{{- define "vigie.role" -}}
{{- $ := index . 0 -}}
{{- $name := printf "%s%s" (include "vigie.fullname" $) (index . 2) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "vigie.metadata" (list $ (index . 1) (index . 2) dict) | nindent 2 }}
rules:
  {{- toYaml (index . 3) | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "vigie.metadata" (list $ (index . 1) (index . 2) dict) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $name }}
    namespace: {{ $.Release.Namespace }}
{{- end }}
