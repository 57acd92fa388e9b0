{{/* Variables that are secret, in the server's table or to the clouds: never in a ConfigMap, never in a pod's own text. */}}
{{- define "tintype.secretNames" -}}
- TINTYPE_GUARD_KEYS
- IMGPROXY_KEY
- TINTYPE_GUARD_SALTS
- IMGPROXY_SALT
- TINTYPE_GUARD_TRUSTED_SIGNATURES
- IMGPROXY_TRUSTED_SIGNATURES
- TINTYPE_GUARD_SECRET
- IMGPROXY_SECRET
- TINTYPE_CAPABILITY_KEYS
- TINTYPE_CACHE_REDIS_URL
- TINTYPE_CACHE_S3_ASSUME_ROLE_EXTERNAL_ID
- IMGPROXY_CACHE_S3_ASSUME_ROLE_EXTERNAL_ID
- TINTYPE_OPERATOR_TOKEN
- TINTYPE_EDGE_CLOUDFLARE_TOKEN
- TINTYPE_EDGE_FASTLY_TOKEN
- TINTYPE_S3_ASSUME_ROLE_EXTERNAL_ID
- IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID
- TINTYPE_S3_SSE_CUSTOMER_KEY
- TINTYPE_GCS_KEY
- IMGPROXY_GCS_KEY
- TINTYPE_ABS_KEY
- IMGPROXY_ABS_KEY
- TINTYPE_SWIFT_API_KEY
- IMGPROXY_SWIFT_API_KEY
- TINTYPE_OBSERVE_SENTRY_DSN
- IMGPROXY_SENTRY_DSN
- AWS_SECRET_ACCESS_KEY
- AWS_SESSION_TOKEN
- AZURE_CLIENT_SECRET
- OTEL_EXPORTER_OTLP_HEADERS
- OTEL_EXPORTER_OTLP_TRACES_HEADERS
- OTEL_EXPORTER_OTLP_METRICS_HEADERS
{{- end -}}

{{/* Variables that follow from a value of the chart, and from which; empty where they cannot be chosen. */}}
{{- define "tintype.ownNames" -}}
TINTYPE_HTTP_BIND: ""
IMGPROXY_BIND: ""
TINTYPE_HTTP_NETWORK: ""
IMGPROXY_NETWORK: ""
TINTYPE_DEVELOPMENT: ""
TINTYPE_HTTP_LAME_DUCK_DELAY: drain.lameDuckSeconds
TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT: drain.gracefulStopSeconds
IMGPROXY_GRACEFUL_STOP_TIMEOUT: drain.gracefulStopSeconds
TINTYPE_RENDER_WORKERS: workers
IMGPROXY_WORKERS: workers
TINTYPE_CACHE_DIR: cache.volume
IMGPROXY_CACHE_FS_ROOT: cache.volume
TINTYPE_CACHE_DISK: cache.disk
TINTYPE_CACHE_ORIGINALS: cache.originals
TINTYPE_OBSERVE_PROMETHEUS_BIND: metrics.port
IMGPROXY_PROMETHEUS_BIND: metrics.port
TINTYPE_OPERATOR_BIND: operator.port
{{- end -}}

{{/* Settings that the chart reads, and therefore has to see. */}}
{{- define "tintype.readNames" -}}
- TINTYPE_HTTP_PATH_PREFIX
- IMGPROXY_PATH_PREFIX
- TINTYPE_HTTP_TIMEOUT
- IMGPROXY_TIMEOUT
- TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT
- IMGPROXY_KEEP_ALIVE_TIMEOUT
- TINTYPE_GUARD_SOURCE_PORTS
- TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES
- IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES
- TINTYPE_OBSERVE_PROMETHEUS_NAMESPACE
- IMGPROXY_PROMETHEUS_NAMESPACE
{{- end -}}

{{/*
The text of a setting under the first of its names that says anything, else the last item; an empty variable says nothing to
the server either. Takes the values and a list.
*/}}
{{- define "tintype.setting" -}}
{{- $settings := index . 0 -}}
{{- $found := list -}}
{{- range rest . | initial -}}
{{- if hasKey $settings . }}{{- $found = append $found (include "tintype.text" (get $settings .)) -}}{{- end -}}
{{- end -}}
{{- first (append (without $found "") (last .)) -}}
{{- end -}}

{{- define "tintype.pathPrefix" -}}
{{- include "tintype.setting" (list .Values.settings "TINTYPE_HTTP_PATH_PREFIX" "IMGPROXY_PATH_PREFIX" "") -}}
{{- end -}}

{{/* Everything of the server that is not secret, by variable. */}}
{{- define "tintype.settings" -}}
{{- $cached := ne .Values.cache.volume "none" -}}
{{- $own := dict
  "TINTYPE_HTTP_BIND" ":8080"
  "TINTYPE_HTTP_LAME_DUCK_DELAY" (include "tintype.text" .Values.drain.lameDuckSeconds)
  "TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT" (include "tintype.text" .Values.drain.gracefulStopSeconds)
  "TINTYPE_RENDER_WORKERS" (include "tintype.workers" .)
  "TINTYPE_CACHE_DIR" (ternary "/cache" "/tmp/cache" $cached)
  "TINTYPE_CACHE_DISK" (ternary (include "tintype.bytes" (dict "name" "cache.disk" "value" .Values.cache.disk)) "0" $cached)
  "TINTYPE_CACHE_ORIGINALS" (ternary (include "tintype.bytes" (dict "name" "cache.originals" "value" .Values.cache.originals)) "0" $cached)
-}}
{{- if .Values.metrics.enabled }}{{- $_ := set $own "TINTYPE_OBSERVE_PROMETHEUS_BIND" (printf ":%v" (int64 .Values.metrics.port)) -}}{{- end -}}
{{- if .Values.operator.enabled }}{{- $_ := set $own "TINTYPE_OPERATOR_BIND" (printf ":%v" (int64 .Values.operator.port)) -}}{{- end -}}
{{- /* Load balancers keep connections for 60 seconds; the server must not be the first to let go. */ -}}
{{- if not (hasKey .Values.settings "IMGPROXY_KEEP_ALIVE_TIMEOUT") }}{{- $_ := set $own "TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT" "75" -}}{{- end -}}
{{- range $name, $value := .Values.settings }}{{- $_ := set $own $name (include "tintype.text" $value) -}}{{- end -}}
{{- range $name, $text := $own }}
{{ $name }}: {{ $text | quote }}
{{- end -}}
{{- end -}}

{{/* Which Secret each secret variable is in. */}}
{{- define "tintype.secretPlaces" -}}
{{- with .Values.secrets -}}
{{- range $name, $_ := .values }}
- { name: {{ $name }}, secret: {{ include "tintype.fullname" $ }} }
{{- end -}}
{{- range $name := .existing.keys }}
- { name: {{ $name }}, secret: {{ $.Values.secrets.existing.name | quote }} }
{{- end -}}
{{- range $name, $_ := .external.data }}
- { name: {{ $name }}, secret: {{ include "tintype.fullname" $ }}-external }
{{- end -}}
{{- end -}}
{{- end -}}
