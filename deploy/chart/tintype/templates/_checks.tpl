{{/* Refuses to render what could not work or would not be safe, with a sentence. Each check is a template of its own. */}}
{{- define "tintype.checks" -}}
{{- $names := list -}}
{{- range include "tintype.secretPlaces" . | fromYamlArray }}{{- $names = append $names .name -}}{{- end -}}
{{- $env := list -}}
{{- range .Values.env }}{{- $env = append $env .name -}}{{- end -}}
{{- $facts := dict "root" . "values" .Values "settings" .Values.settings "secrets" $names "env" $env "unsaid" (concat $names $env) -}}
{{- include "tintype.checkNames" $facts -}}
{{- include "tintype.checkSecrets" $facts -}}
{{- include "tintype.checkSettings" $facts -}}
{{- include "tintype.checkAccess" $facts -}}
{{- include "tintype.checkScale" $facts -}}
{{- include "tintype.checkRoom" $facts -}}
{{- include "tintype.checkDrain" $facts -}}
{{- include "tintype.checkNetwork" $facts -}}
{{- include "tintype.checkImage" $facts -}}
{{- end -}}

{{- define "tintype.checkNames" -}}
{{- $name := include "tintype.fullname" .root -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}{{- fail (printf "fullnameOverride: expected a name for Services, of small letters, digits and -, with a letter in front; got %q" $name) -}}{{- end -}}
{{- $selector := include "tintype.selector" .root | fromYaml -}}
{{- range $label, $_ := merge (.values.podLabels | default dict | deepCopy) (.values.labels | default dict) -}}
{{- if hasKey $selector $label }}{{- fail (printf "%s: is the label by which Services find pods, and cannot be among labels or podLabels; expected nameOverride or another name of the release instead" $label) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkSecrets" -}}
{{- $secret := include "tintype.secretNames" . | fromYamlArray -}}
{{- range $name, $_ := .settings -}}
{{- if has $name $secret }}{{- fail (printf "settings.%s: is secret and would lie in a ConfigMap in clear; expected it among secrets.existing, secrets.external or secrets.values" $name) -}}{{- end -}}
{{- end -}}
{{- range .values.env -}}
{{- if and (has .name $secret) (hasKey . "value") }}{{- fail (printf "env: %s is secret and would be in the pod's text in clear; expected valueFrom.secretKeyRef, or it among secrets" .name) -}}{{- end -}}
{{- end -}}
{{- range $name := .secrets -}}
{{- if lt (len (without $.secrets $name)) (sub (len $.secrets) 1) }}{{- fail (printf "secrets: expected %s in one place, got it in more than one of values, existing and external" $name) -}}{{- end -}}
{{- if hasKey $.settings $name }}{{- fail (printf "settings.%s: expected it in one place, got it among secrets as well" $name) -}}{{- end -}}
{{- end -}}
{{- range $name := .env -}}
{{- if or (has $name $.secrets) (lt (len (without $.env $name)) (sub (len $.env) 1)) }}{{- fail (printf "env: expected %s in one place, got it twice or among secrets as well" $name) -}}{{- end -}}
{{- if hasKey $.settings $name }}{{- fail (printf "settings.%s: expected it in one place, got it among env as well" $name) -}}{{- end -}}
{{- end -}}
{{- with .values.secrets -}}
{{- if and .existing.name (empty .existing.keys) }}{{- fail (printf "secrets.existing.keys: expected the keys of Secret %q that are variables of the server, such as IMGPROXY_KEY and IMGPROXY_SALT, got none" .existing.name) -}}{{- end -}}
{{- if and .existing.keys (empty .existing.name) }}{{- fail "secrets.existing.name: expected the name of the Secret that has secrets.existing.keys, got none" -}}{{- end -}}
{{- if and .external.data (empty .external.store.name) }}{{- fail "secrets.external.store.name: expected the name of the store that has secrets.external.data, got none" -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkSettings" -}}
{{- $own := include "tintype.ownNames" . | fromYaml -}}
{{- $read := include "tintype.readNames" . | fromYamlArray -}}
{{- range .unsaid -}}
{{- if has . $read }}{{- fail (printf "%s: expected it among settings, because probes, policy, rules or checks of the chart follow from it" .) -}}{{- end -}}
{{- end -}}
{{- range concat (keys .settings) .unsaid | sortAlpha -}}
{{- if hasKey $own . -}}
{{- $value := get $own . -}}
{{- if $value }}{{- fail (printf "%s: is the chart's to set; expected %s instead" . $value) -}}{{- end -}}
{{- fail (printf "%s: is the chart's to set and cannot be chosen, because probes and Services rely on it" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkAccess" -}}
{{- $names := concat .unsaid (keys .settings) -}}
{{- $key := or (has "TINTYPE_GUARD_KEYS" $names) (has "IMGPROXY_KEY" $names) -}}
{{- $salt := or (has "TINTYPE_GUARD_SALTS" $names) (has "IMGPROXY_SALT" $names) -}}
{{- if and $key (not $salt) }}{{- fail "secrets: expected IMGPROXY_SALT beside IMGPROXY_KEY, one salt for each key, got none" -}}{{- end -}}
{{- if and $salt (not $key) }}{{- fail "secrets: expected IMGPROXY_KEY beside IMGPROXY_SALT, one key for each salt, got none" -}}{{- end -}}
{{- $capability := or (has "TINTYPE_CAPABILITY_KEYS" $names) (has "TINTYPE_CAPABILITY_FILE" $names) -}}
{{- if and $capability (not (has "TINTYPE_CAPABILITY_AUDIENCE" $names)) }}{{- fail "settings.TINTYPE_CAPABILITY_AUDIENCE: expected the host that browsers know the server by, which capabilities are made out to, got none" -}}{{- end -}}
{{- /* A list, a folder, or a file of variables; what that one says, and what env and Secrets say, nobody knows before the pod runs. */ -}}
{{- $sources := list "TINTYPE_GUARD_ALLOWED_SOURCES" "IMGPROXY_ALLOWED_SOURCES" "TINTYPE_SOURCE_LOCAL_FILESYSTEM_ROOT" "IMGPROXY_LOCAL_FILESYSTEM_ROOT" "TINTYPE_ENV_LOCAL_FILE_PATH" "IMGPROXY_ENV_LOCAL_FILE_PATH" -}}
{{- $listed := include "tintype.setting" (concat (list .settings) $sources (list "")) -}}
{{- range $sources }}{{- if has . $.unsaid }}{{- $listed = . -}}{{- end -}}{{- end -}}
{{- if not (or $key $capability $listed) -}}
{{- fail "expected IMGPROXY_KEY and IMGPROXY_SALT among secrets so that URLs are signed, or settings.TINTYPE_GUARD_ALLOWED_SOURCES with the beginnings of source URLs that may be asked, got neither: the server would refuse every picture" -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkScale" -}}
{{- with .values -}}
{{- if and .autoscaling.enabled (not (kindIs "invalid" .replicas)) }}{{- fail (printf "replicas: expected none while autoscaling.enabled is true, because both would set the number of pods, got %v" .replicas) -}}{{- end -}}
{{- if and .autoscaling.enabled (gt (int64 .autoscaling.workersUtilization) 0) (not .metrics.enabled) }}{{- fail "autoscaling.workersUtilization: expected metrics.enabled as well, because it is one of the metrics, got false" -}}{{- end -}}
{{- if and .autoscaling.enabled (gt (int64 .autoscaling.minReplicas) (int64 .autoscaling.maxReplicas)) }}{{- fail (printf "autoscaling.minReplicas: expected at most autoscaling.maxReplicas, which is %v, got %v" .autoscaling.maxReplicas .autoscaling.minReplicas) -}}{{- end -}}
{{- $most := ternary .autoscaling.maxReplicas (default 2 .replicas) .autoscaling.enabled | int64 -}}
{{- if eq .cache.volume "claim" -}}
{{- if empty .cache.claimName }}{{- fail "cache.claimName: expected the name of the claim that cache.volume is about, got none" -}}{{- end -}}
{{- if and (gt $most 1) (not .cache.shared) }}{{- fail (printf "cache.shared: expected true where up to %d replicas mount claim %q, which then has to be ReadWriteMany; or cache.volume ephemeral, which gives each its own" $most .cache.claimName) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkRoom" -}}
{{- $milli := include "tintype.millicpu" (dict "name" "cpu" "value" .values.cpu) -}}
{{- $memory := include "tintype.bytes" (dict "name" "memory" "value" .values.memory) | int64 -}}
{{- $cache := include "tintype.cacheSize" .root -}}
{{- $tmp := include "tintype.tmpSize" .root -}}
{{- $workers := include "tintype.workers" .root | int64 -}}
{{- /* The front, a kept sixteenth of 16 MiB at least, idle renderers with their spare, and one picture: config/derive.ts. */ -}}
{{- $mebibytes := add 144 16 (mul 56 (add1 $workers)) 64 -}}
{{- if lt $memory (mul $mebibytes 1048576) -}}
{{- fail (printf "memory: expected %dMi or more for %d workers, got %v" $mebibytes $workers .values.memory) -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkDrain" -}}
{{- with .values.drain -}}
{{- $least := add .preStopSeconds .lameDuckSeconds .gracefulStopSeconds | int64 -}}
{{- $given := include "tintype.graceSeconds" $.root | int64 -}}
{{- if lt $given $least -}}
{{- fail (printf "drain.terminationGracePeriodSeconds: expected %d or more (preStopSeconds %v, lameDuckSeconds %v and gracefulStopSeconds %v together), or pods are killed while they answer, got %d" $least .preStopSeconds .lameDuckSeconds .gracefulStopSeconds $given) -}}
{{- end -}}
{{- $period := $.values.probes.readiness.periodSeconds | int64 -}}
{{- if lt (int64 .lameDuckSeconds) (mul 2 $period) -}}
{{- fail (printf "drain.lameDuckSeconds: expected %d or more (twice probes.readiness.periodSeconds), so that who asks /ready hears of the end before the door closes, got %v" (mul 2 $period) .lameDuckSeconds) -}}
{{- end -}}
{{- $timeout := include "tintype.setting" (list $.settings "TINTYPE_HTTP_TIMEOUT" "IMGPROXY_TIMEOUT" "10") | int64 -}}
{{- if lt (int64 .gracefulStopSeconds) $timeout -}}
{{- fail (printf "drain.gracefulStopSeconds: expected %d or more (TINTYPE_HTTP_TIMEOUT), or the slowest requests are cut off at each deployment, got %v" $timeout .gracefulStopSeconds) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkNetwork" -}}
{{- $private := include "tintype.setting" (list .settings "TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES" "IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES" "") -}}
{{- $private = has (lower $private) (list "true" "t" "1") -}}
{{- with .values -}}
{{- if and .operator.enabled (not (has "TINTYPE_OPERATOR_TOKEN" $.unsaid)) }}{{- fail "operator.enabled: expected TINTYPE_OPERATOR_TOKEN among secrets, without which the operator's listener only shows metrics, got none" -}}{{- end -}}
{{- if and .operator.enabled .metrics.enabled (eq (int64 .operator.port) (int64 .metrics.port)) }}{{- fail (printf "operator.port: expected another port than metrics.port, got %v for both" .operator.port) -}}{{- end -}}
{{- range $of := list "operator" "metrics" -}}
{{- $listener := get $.values $of -}}
{{- if and $listener.enabled (eq (int64 $listener.port) 8080) }}{{- fail (printf "%s.port: expected another port than 8080, where pictures are served" $of) -}}{{- end -}}
{{- end -}}
{{- if and .metrics.serviceMonitor.enabled (not .metrics.enabled) }}{{- fail "metrics.serviceMonitor.enabled: expected metrics.enabled as well, got false" -}}{{- end -}}
{{- if and .metrics.rules.enabled (not .metrics.enabled) }}{{- fail "metrics.rules.enabled: expected metrics.enabled as well, got false" -}}{{- end -}}
{{- if and .ingress.enabled (empty .ingress.hosts) }}{{- fail "ingress.hosts: expected at least one host, got none" -}}{{- end -}}
{{- if and .gateway.enabled (empty .gateway.parentRefs) }}{{- fail "gateway.parentRefs: expected the Gateway that the route belongs to, such as { name: public, namespace: gateways }, got none" -}}{{- end -}}
{{- with .networkPolicy -}}
{{- if .enabled -}}
{{- if and $private (empty .privateSources) }}{{- fail "networkPolicy.privateSources: expected the private blocks where originals lie, because TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES is set and the policy denies all of them, got none" -}}{{- end -}}
{{- if and .privateSources (not $private) }}{{- fail "networkPolicy.privateSources: expected settings.TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES to be true as well, because the server refuses private addresses otherwise" -}}{{- end -}}
{{- if and (has "TINTYPE_CACHE_REDIS_URL" $.unsaid) (empty .extraEgress) }}{{- fail "networkPolicy.extraEgress: expected a rule that lets pods reach Redis, because TINTYPE_CACHE_REDIS_URL is set and the policy opens the ports of sources only, got none" -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tintype.checkImage" -}}
{{- with .values.image -}}
{{- if and .digest (not (regexMatch "^sha256:[0-9a-f]{64}$" .digest)) }}{{- fail (printf "image.digest: expected sha256: and 64 hexadecimal digits, got %q" .digest) -}}{{- end -}}
{{- if eq .tag "latest" }}{{- fail "image.tag: expected a version, because two pods with the tag latest may run two programs, got \"latest\"" -}}{{- end -}}
{{- end -}}
{{- end -}}
