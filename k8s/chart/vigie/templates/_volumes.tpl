{{- define "vigie.pod.mounts" -}}
{{- include "vigie.secretMount" (list . "pod") }}
{{- if .Values.tls.enabled }}
- { name: tls, mountPath: /etc/vigie/tls, readOnly: true }
{{- end }}
{{- if .Values.registry.volume }}
- { name: registry, mountPath: {{ .Values.registry.source | quote }}, readOnly: true }
{{- end }}
{{- if or .Values.registry.cache.enabled .Values.rollouts.enabled }}
- { name: cache, mountPath: /var/cache/vigie }
{{- end }}
{{- end }}

{{- define "vigie.pod.volumes" -}}
{{- include "vigie.secretVolume" (list . "pod") }}
{{- if .Values.tls.enabled }}
- name: tls
  secret: { secretName: {{ .Values.tls.secretName }}, defaultMode: 0440 }
{{- end }}
{{- with .Values.registry.volume }}
- name: registry
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .Values.registry.cache.enabled .Values.rollouts.enabled }}
- name: cache
  emptyDir: { sizeLimit: {{ .Values.registry.cache.enabled | ternary .Values.registry.cache.sizeLimit "64Mi" }} }
{{- end }}
{{- end }}

{{- define "vigie.controller.mounts" -}}
{{- include "vigie.secretMount" (list . "controller") }}
{{- end }}

{{- define "vigie.controller.volumes" -}}
{{- include "vigie.secretVolume" (list . "controller") }}
{{- end }}
