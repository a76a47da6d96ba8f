{{- /* What a schema cannot say of the values, because it is of two of them, or of the release's name. */}}
{{- define "vigie.checks" -}}
{{- $name := include "vigie.fullname" . -}}
{{- if not (regexMatch "^[a-z]" $name) -}}
{{- fail (printf "a Service cannot be called %s, since it begins with a digit: set fullnameOverride" $name) -}}
{{- end -}}
{{- range $values := list "podLabels" "commonLabels" -}}
{{- range $label, $_ := index $.Values $values -}}
{{- if regexMatch "^(app\\.kubernetes\\.io/(name|instance|component|managed-by|version)|helm\\.sh/chart)$" $label -}}
{{- fail (printf "%s.%s is set by this chart" $values $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq (int .Values.service.grpcPort) (int .Values.service.adminPort) -}}
{{- fail "service.adminPort must differ from service.grpcPort" -}}
{{- end -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas must be at most autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.controller.enabled (not .Values.rollouts.enabled) -}}
{{- fail "controller.enabled needs rollouts.enabled: pods that follow no ModelRollouts need no controller" -}}
{{- end -}}
{{- end }}
