{{/* A value as text. YAML's numbers arrive as floats, and a large one would be written 5.24288e+07. */}}
{{- define "tintype.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* Thousandths of a CPU. Takes name and value. */}}
{{- define "tintype.millicpu" -}}
{{- $text := include "tintype.text" .value -}}
{{- $milli := 0 -}}
{{- if regexMatch "^[0-9]+m$" $text -}}
{{- $milli = trimSuffix "m" $text | int64 -}}
{{- else if regexMatch "^[0-9]+([.][0-9]{1,3})?$" $text -}}
{{- $milli = round (mulf (float64 $text) 1000) 0 | int64 -}}
{{- end -}}
{{- if lt (int64 $milli) 1 -}}
{{- fail (printf "%s: expected a quantity of CPUs above 0 such as 2, 1.5 or 500m, got %q" .name $text) -}}
{{- end -}}
{{- $milli -}}
{{- end -}}

{{/* Bytes. Takes name and value. A small m is a thousandth of a byte to Kubernetes, and never meant. */}}
{{- define "tintype.bytes" -}}
{{- $text := include "tintype.text" .value -}}
{{- if not (regexMatch "^[0-9]+([.][0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$" $text) -}}
{{- fail (printf "%s: expected a quantity of bytes such as 512Mi or 2Gi, got %q" .name $text) -}}
{{- end -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9.]+" $text -}}
{{- $unit := regexFind "[a-zA-Z]*$" $text -}}
{{- mulf (float64 $number) (get $units $unit) | int64 -}}
{{- end -}}

{{/* Bytes as whole MiB, upwards. */}}
{{- define "tintype.mebibytes" -}}
{{- printf "%dMi" (divf (float64 .) 1048576 | ceil | int64) -}}
{{- end -}}

{{- define "tintype.workers" -}}
{{- if kindIs "invalid" .Values.workers -}}
{{- $milli := include "tintype.millicpu" (dict "name" "cpu" "value" .Values.cpu) | int64 -}}
{{- max 1 (div $milli 1000) -}}
{{- else -}}
{{- int64 .Values.workers -}}
{{- end -}}
{{- end -}}

{{/* What is kept on disk, and a quarter for what a file takes besides its bytes and while it is replaced. */}}
{{- define "tintype.cacheSize" -}}
{{- $disk := include "tintype.bytes" (dict "name" "cache.disk" "value" .Values.cache.disk) | int64 -}}
{{- $originals := include "tintype.bytes" (dict "name" "cache.originals" "value" .Values.cache.originals) | int64 -}}
{{- include "tintype.mebibytes" (mulf (add $disk $originals | float64) 1.25) -}}
{{- end -}}

{{- define "tintype.tmpSize" -}}
{{- include "tintype.mebibytes" (include "tintype.bytes" (dict "name" "tmp.size" "value" .Values.tmp.size)) -}}
{{- end -}}

{{- define "tintype.graceSeconds" -}}
{{- with .Values.drain -}}
{{- $least := add .preStopSeconds .lameDuckSeconds .gracefulStopSeconds -}}
{{- if kindIs "invalid" .terminationGracePeriodSeconds -}}{{ add $least 5 }}{{- else -}}{{ int64 .terminationGracePeriodSeconds }}{{- end -}}
{{- end -}}
{{- end -}}
