{{/* A metric as the server spells it, with the namespace that a setting puts in front. Takes the root and a name. */}}
{{- define "tintype.metricName" -}}
{{- $root := first . -}}
{{- $namespace := include "tintype.setting" (list $root.Values.settings "TINTYPE_OBSERVE_PROMETHEUS_NAMESPACE" "IMGPROXY_PROMETHEUS_NAMESPACE" "") -}}
{{- if $namespace }}{{ $namespace }}_{{ end }}{{ last . -}}
{{- end -}}

{{/* A selector of this release's series: names such as requests_total are other programs' too. Takes root, name and more matchers. */}}
{{- define "tintype.series" -}}
{{- $root := index . 0 -}}
{{- $more := index . 2 -}}
{{- include "tintype.metricName" (list $root (index . 1)) -}}
{namespace={{ $root.Release.Namespace | quote }},service={{ printf "%s-metrics" (include "tintype.fullname" $root) | quote }}{{ with $more }},{{ . }}{{ end }}}
{{- end -}}
