{{- define "zeroscout.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Labels of a part: (dict "root" $ "part" "control") */}}
{{- define "zeroscout.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "zeroscout.labels" -}}
{{ include "zeroscout.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "zeroscout.secret" -}}
{{ .Values.secrets.existing | default (include "zeroscout.name" .) }}
{{- end }}

{{- define "zeroscout.temporalAddress" -}}
{{- if .Values.temporal.enabled }}{{ include "zeroscout.name" . }}-temporal:7233
{{- else }}{{ required "temporal.address: host:port of the existing server, since temporal.enabled is false" .Values.temporal.address }}{{ end }}
{{- end }}

{{/* The ports of existing NATS servers, as a list: the address of each may have user and password, an IPv6 address, and no port. */}}
{{- define "zeroscout.natsPorts" -}}
{{- $ports := list }}
{{- range splitList "," .Values.nats.url }}{{ $ports = append $ports (dict "port" (regexFind ":[0-9]+/?$" . | trimPrefix ":" | trimSuffix "/" | default "4222" | int)) }}{{ end }}
{{- $ports | uniq | toJson }}
{{- end }}

{{- define "zeroscout.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* What the pods of all parts have in common: (dict "root" $ "user" 1000) */}}
{{- define "zeroscout.podCommon" -}}
automountServiceAccountToken: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- include "zeroscout.podSecurity" .user | nindent 2 }}
{{- end }}

{{/* On which nodes the pods of a part run, by its values: (dict "of" .Values.nats), and "affinity" that applies where these set no such affinity */}}
{{- define "zeroscout.placement" -}}
{{- with .of.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- $affinity := dict }}
{{- range $kind, $rules := .affinity | default dict }}{{ $_ := set $affinity $kind $rules }}{{ end }}
{{- range $kind, $rules := .of.affinity | default dict }}{{ $_ := set $affinity $kind $rules }}{{ end }}
{{- with $affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "zeroscout.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
{{- end }}

{{/* The Secret of an account for existing NATS servers, its own before the common one: (dict "root" $ "account" "score" "key" "credsSecret") */}}
{{- define "zeroscout.natsSecret" -}}
{{- $nats := .root.Values.nats }}{{ $common := get $nats .key }}
{{- if eq .account "control" }}{{ $common }}{{ else }}{{ get (get $nats .account) .key | default $common }}{{ end }}
{{- end }}

{{/* Environment variables with which a process of zeroscout connects to both servers: (dict "root" $ "account" "control"), or score or admin; the names are those of Temporal's and NATS's own tools. */}}
{{- define "zeroscout.env" -}}
{{- $account := .account }}{{ $urlSecret := include "zeroscout.natsSecret" (dict "root" .root "account" $account "key" "urlSecret") }}{{ $credsSecret := include "zeroscout.natsSecret" (dict "root" .root "account" $account "key" "credsSecret") }}{{- with .root }}{{ $temporal := .Values.temporal }}{{ $nats := .Values.nats }}{{ $name := include "zeroscout.name" . -}}
- name: TEMPORAL_ADDRESS
  value: {{ include "zeroscout.temporalAddress" . | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ $temporal.namespace | quote }}
{{- if and (not $temporal.enabled) $temporal.apiKeySecret }}
- name: TEMPORAL_API_KEY
  valueFrom: { secretKeyRef: { name: {{ $temporal.apiKeySecret }}, key: api-key } }
{{- end }}
{{- if and (not $temporal.enabled) (or $temporal.tls.enabled $temporal.tls.secret) }}
- name: TEMPORAL_TLS
  value: "true"
{{- with $temporal.tls.serverName }}
- name: TEMPORAL_TLS_SERVER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if $temporal.tls.secret }}
- name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
  value: /etc/zeroscout/temporal/ca.crt
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /etc/zeroscout/temporal/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /etc/zeroscout/temporal/tls.key
{{- end }}
{{- end }}
{{- if $nats.enabled }}
- name: NATS_USER
  value: zeroscout{{ if ne $account "admin" }}-{{ $account }}{{ end }}
- name: NATS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "zeroscout.secret" . }}, key: nats-{{ if ne $account "admin" }}{{ $account }}-{{ end }}password } }
- name: NATS_URL
  value: {{ $hosts := list }}{{ range $i := until (int $nats.replicas) }}{{ $hosts = append $hosts (printf "%s-nats-%d.%s-nats:4222" $name $i $name) }}{{ end }}{{ printf "nats://%s" (join "," $hosts) | quote }}
{{- else if $urlSecret }}
- name: NATS_URL
  valueFrom: { secretKeyRef: { name: {{ $urlSecret }}, key: url } }
{{- else }}
- name: NATS_URL
  value: {{ required "nats.url or nats.urlSecret: the existing servers, since nats.enabled is false" $nats.url | quote }}
{{- end }}
{{- if and (not $nats.enabled) $credsSecret }}
- name: NATS_CREDS
  value: /etc/zeroscout/nats/nats.creds
{{- end }}
- name: ZEROSCOUT_NATS_REPLICAS
  value: {{ $nats.replicas | quote }}
{{- $said := false }}{{- range .Values.extraEnv }}{{- if eq .name "ORT_DISABLE_TELEMETRY" }}{{- $said = true }}{{- end }}{{- end }}
{{- if not $said }}
# ONNX Runtime sends telemetry only if extraEnv sets this to 0.
- name: ORT_DISABLE_TELEMETRY
  value: "1"
{{- end }}
{{- with .Values.encryption.secret }}
- name: ZEROSCOUT_ENCRYPTION_KEYS
  valueFrom: { secretKeyRef: { name: {{ . }}, key: keys } }
{{- end }}
{{- end }}
{{- end }}

{{/* The spec of the Job that creates the namespace of Temporal, or updates its retention */}}
{{- define "zeroscout.namespaceJob" -}}
{{- $temporal := .Values.temporal }}{{ $job := dict "root" . "part" "temporal-namespace" -}}
backoffLimit: 20
template:
  metadata:
    labels: {{- include "zeroscout.selector" $job | nindent 6 }}
  spec:
    restartPolicy: OnFailure
    serviceAccountName: {{ include "zeroscout.name" . }}-servers
    {{- include "zeroscout.podCommon" (dict "root" . "user" 1000) | nindent 4 }}
    {{- include "zeroscout.placement" (dict "of" $temporal) | nindent 4 }}
    containers:
      - name: namespace
        image: {{ $temporal.toolsImage | quote }}
        command: [/bin/sh, -euc]
        args:
          - |
            if temporal operator namespace describe -n {{ $temporal.namespace }}; then
              temporal operator namespace update -n {{ $temporal.namespace }} --retention {{ $temporal.retention }}
            else
              temporal operator namespace create -n {{ $temporal.namespace }} --retention {{ $temporal.retention }}
            fi
        env:
          - { name: TEMPORAL_ADDRESS, value: {{ include "zeroscout.temporalAddress" . | quote }} }
        resources:
          requests: { cpu: 50m, memory: 64Mi }
          limits: { memory: 256Mi }
        securityContext: {{- include "zeroscout.containerSecurity" . | nindent 10 }}
{{- end }}

{{/* (dict "root" $ "tagSuffix" ""), and "pool" for score workers, whose own tag goes before the common one */}}
{{- define "zeroscout.image" -}}
{{- $own := (.pool | default dict).tag }}{{ $suffix := ternary "" .tagSuffix (not (empty $own)) -}}
{{- if and (contains "@" .root.Values.image.tag) $suffix }}{{ fail (printf "image.tag names one image by its digest, which a pool with tagSuffix %q does not use: set the pool's tag" $suffix) }}{{ end -}}
{{ printf "%s:%s%s" .root.Values.image.repository ($own | default .root.Values.image.tag | default .root.Chart.AppVersion) $suffix }}
{{- end }}

{{/* Where a process of zeroscout mounts its scratch space and the files that its environment names: (dict "root" $ "account" "score") */}}
{{- define "zeroscout.mounts" -}}
{{- $values := .root.Values -}}
- { name: scratch, mountPath: /tmp }
{{- if and (not $values.temporal.enabled) $values.temporal.tls.secret }}
- { name: temporal-tls, mountPath: /etc/zeroscout/temporal, readOnly: true }
{{- end }}
{{- if and (not $values.nats.enabled) (include "zeroscout.natsSecret" (dict "root" .root "account" .account "key" "credsSecret")) }}
- { name: nats-creds, mountPath: /etc/zeroscout/nats, readOnly: true }
{{- end }}
{{- with $values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "account" "score" "scratch" "2Gi") */}}
{{- define "zeroscout.volumes" -}}
{{- $values := .root.Values }}{{ $credsSecret := include "zeroscout.natsSecret" (dict "root" .root "account" .account "key" "credsSecret") -}}
- name: scratch
  emptyDir: { sizeLimit: {{ .scratch }} }
{{- if and (not $values.temporal.enabled) $values.temporal.tls.secret }}
- name: temporal-tls
  secret: { secretName: {{ $values.temporal.tls.secret }}, defaultMode: 0440 }
{{- end }}
{{- if and (not $values.nats.enabled) $credsSecret }}
- name: nats-creds
  secret: { secretName: {{ $credsSecret }}, defaultMode: 0440 }
{{- end }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A worker's pod: (dict "root" $ "part" "score-cpu" "account" "score" "args" list "resources" dict "tagSuffix" "" "scratch" "2Gi" "pool" dict) */}}
{{- define "zeroscout.workerPod" -}}
{{- $root := .root -}}
metadata:
  labels: {{- include "zeroscout.labels" . | nindent 4 }}
  {{- with $root.Values.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "zeroscout.name" $root }}-{{ .account }}
  {{- include "zeroscout.podCommon" (dict "root" $root "user" 1000) | nindent 2 }}
  # A worker that receives SIGTERM finishes its tasks, or returns them to the queue, within 20 s.
  terminationGracePeriodSeconds: 60
  containers:
    - name: worker
      image: {{ include "zeroscout.image" . | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: {{- toYaml (concat (list "worker") .args (list "--metrics=0.0.0.0:9464")) | nindent 8 }}
      env:
        {{- include "zeroscout.env" . | nindent 8 }}
        # The name of the pod stays the same when the container restarts.
        - name: ZEROSCOUT_WORKER_NAME
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
        {{- if eq .account "control" }}
        - { name: ZEROSCOUT_VERIFY, value: {{ $root.Values.control.verify | quote }} }
        {{- end }}
        {{- with $root.Values.extraEnv }}{{ toYaml . | nindent 8 }}{{ end }}
      ports:
        - { name: metrics, containerPort: 9464 }
      startupProbe:
        httpGet: { path: /healthz, port: metrics }
        periodSeconds: 2
        failureThreshold: 60
      # Deadlines are long, so that a worker on a busy machine does not count as dead.
      livenessProbe:
        httpGet: { path: /healthz, port: metrics }
        periodSeconds: 20
        timeoutSeconds: 10
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: metrics }
        periodSeconds: 10
        timeoutSeconds: 5
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext:
        {{- include "zeroscout.containerSecurity" . | nindent 8 }}
        readOnlyRootFilesystem: true
      volumeMounts:
        {{- include "zeroscout.mounts" . | nindent 8 }}
  volumes:
    {{- include "zeroscout.volumes" (dict "root" $root "account" .account "scratch" .scratch) | nindent 4 }}
  {{- include "zeroscout.placement" (dict "of" .place) | nindent 2 }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "zeroscout.selector" . | nindent 10 }}
{{- end }}
