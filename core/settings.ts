// Lists every environment variable that zeroscout reads, with its meaning; docs/reference/settings.md is
// generated from this table.

export interface Setting {
  /** The name; a name that ends in `*` stands for all names with that prefix. */
  readonly name: string;
  /** One sentence in Markdown; links are relative to docs/reference. */
  readonly meaning: string;
  /** The value where the variable is not set. */
  readonly default?: string;
  /** The program or library that reads the variable, where zeroscout only passes it on. */
  readonly readBy?: string;
}

/** All settings, grouped by subject. */
export const SETTINGS: Readonly<Record<string, readonly Setting[]>> = {
  Servers: [
    {
      name: 'TEMPORAL_ADDRESS',
      meaning: 'Temporal, `HOST:PORT`.',
      default: 'the embedded server',
    },
    { name: 'TEMPORAL_NAMESPACE', meaning: 'Namespace at Temporal.', default: '`default`' },
    { name: 'TEMPORAL_API_KEY', meaning: 'API key for Temporal.' },
    {
      name: 'TEMPORAL_TLS',
      meaning: '`true`: TLS to Temporal with the certificates of the system.',
      readBy: 'Temporal’s SDK',
    },
    {
      name: 'TEMPORAL_TLS_*',
      meaning:
        '`CLIENT_CERT_PATH` and `CLIENT_KEY_PATH`, `SERVER_CA_CERT_PATH`, `SERVER_NAME`, or `..._DATA` with the PEM text itself.',
    },
    {
      name: 'TEMPORAL_CONFIG_FILE',
      meaning: 'A `temporal.toml`, whose profile may hold all of the above.',
      default: 'the file where Temporal’s own tools look for it',
    },
    {
      name: 'TEMPORAL_PROFILE',
      meaning: 'The profile of `temporal.toml`.',
      default: '`default`',
    },
    {
      name: 'NATS_URL',
      meaning:
        'NATS with JetStream: `nats://` or `tls://`; several addresses of one cluster with commas between.',
      default: 'the embedded server',
    },
    { name: 'NATS_CREDS', meaning: 'File with the credentials of a NATS user (JWT and seed).' },
    { name: 'NATS_NKEY', meaning: 'File with the seed of a NATS user.' },
    { name: 'NATS_USER', meaning: 'NATS user, with `NATS_PASSWORD`.' },
    { name: 'NATS_PASSWORD', meaning: 'Password of `NATS_USER`.' },
    { name: 'NATS_TOKEN', meaning: 'Token for NATS.' },
    {
      name: 'NATS_CA',
      meaning:
        'PEM file with the trusted authorities. With this or `NATS_CERT`, nothing is sent without TLS.',
    },
    {
      name: 'NATS_CERT',
      meaning: 'PEM file with the client certificate, if the server requires one; needs `NATS_KEY`.',
    },
    { name: 'NATS_KEY', meaning: 'PEM file with the key of `NATS_CERT`.' },
    {
      name: 'ZEROSCOUT_TEMPORAL_UI',
      meaning: 'Address of Temporal’s web page, to which the page of a search links.',
      default: 'the page of the embedded server, if it has one',
    },
    {
      name: 'ZEROSCOUT_UI_TOKEN',
      meaning: 'Token of operators for `zeroscout ui`, who may change data.',
      default: 'a new one at each start',
    },
    {
      name: 'ZEROSCOUT_UI_VIEWER_TOKEN',
      meaning: 'Token of viewers for `zeroscout ui` where it listens beyond this machine.',
    },
    {
      name: 'ZEROSCOUT_NATS_REPLICAS',
      meaning:
        '1, 3 or 5: the number of nodes in a NATS cluster that keep each message, for streams that are created. More than 1 needs `NATS_URL`.',
      default: '1',
    },
    {
      name: 'ZEROSCOUT_ENCRYPTION_KEYS',
      meaning:
        'Keys `NAME:BASE64`, with commas or lines between, with which everything that Temporal stores about a search is encrypted: the first encrypts, all decrypt ([how](../operate/encryption.md)).',
      default: 'in the clear',
    },
    { name: 'ZEROSCOUT_ENCRYPTION_KEYS_FILE', meaning: 'The same keys in a file.' },
  ],

  Workers: [
    {
      name: 'ZEROSCOUT_WORKER_NAME',
      meaning: 'Name of a worker, as `--name`.',
      default: '`PID@HOST`',
    },
    {
      name: 'ZEROSCOUT_CANDIDATE_TIMEOUT',
      meaning:
        'How long a score worker waits for one candidate before it sets it aside, as `--candidate-timeout`.',
      default: '`10m`',
    },
    {
      name: 'ZEROSCOUT_LOG_LEVEL',
      meaning: '`trace`, `debug`, `info`, `warn` or `error`.',
      default: '`info`',
    },
    {
      name: 'ZEROSCOUT_VERIFY',
      meaning:
        'For control workers: the share of the new scores, such as `1%`, that another worker computes again if a specification is silent ([how](../operate/verification.md)).',
      default: 'none',
    },
    {
      name: 'ZEROSCOUT_ALLOW_MODULES',
      meaning:
        '`1`: spaces and proxies that are TypeScript modules may run their code here, as `--allow-modules` ([spaces](../guides/own-space.md#a-module), [proxies](../guides/own-proxy.md)).',
    },
    {
      name: 'ZEROSCOUT_ALLOW_COMMANDS',
      meaning: '`1`: control workers run `notify.command` of specifications, as `--allow-commands`.',
    },
    {
      name: 'ZEROSCOUT_SECRET_*',
      meaning:
        'For control workers: secrets that `notify.secretEnv` may name, to sign webhooks ([how](../guides/scheduled-searches.md#notifications)).',
    },
    {
      name: 'ZEROSCOUT_NOTIFY_SECRETS',
      meaning:
        'For control workers: variables with other names that `notify.secretEnv` may name, with commas between.',
    },
    {
      name: 'ZEROSCOUT_NOTIFY_ALLOW',
      meaning:
        'For control workers: the addresses that webhooks may reach in addition to public ones: `private`, `loopback`, or ranges such as `10.1.0.0/16`, with commas between.',
    },
    {
      name: 'ORT_DISABLE_TELEMETRY',
      meaning:
        'ONNX Runtime’s own switch; `0` turns its telemetry on ([what else would reach out](../../SECURITY.md#what-reaches-out)).',
      default: '`1`',
    },
    {
      name: 'TMPDIR',
      meaning:
        'Where a worker makes its folder of temporary files ([storage](../operate/storage.md#temporary-files)).',
      default: '`/tmp`',
    },
  ],

  'Embedded servers': [
    {
      name: 'ZEROSCOUT_HOME',
      meaning: 'Folder of the embedded servers’ data and logs.',
      default: '`.zeroscout` in the working folder',
    },
    {
      name: 'ZEROSCOUT_BIN',
      meaning: 'Folder of fetched servers. Its programs are run without checking their digests.',
      default: '`zeroscout/bin` in `$XDG_DATA_HOME` or `~/.local/share`',
    },
    {
      name: 'XDG_DATA_HOME',
      meaning: 'The user’s data folder, where fetched servers live.',
      default: '`~/.local/share`',
    },
    {
      name: 'ZEROSCOUT_WEB_PAGE',
      meaning:
        '`off`: the embedded Temporal has no web page; `on`: it has one also where the system has a single loopback address (macOS), where other sites could read it by DNS rebinding.',
      default: 'a page where it has an address of its own',
    },
  ],

  'The command line': [
    {
      name: 'ZEROSCOUT_GC_KEEP_LAST',
      meaning: 'As `gc --keep-last`.',
    },
    { name: 'ZEROSCOUT_GC_OLDER_THAN', meaning: 'As `gc --older-than`.' },
    {
      name: 'CHROMIUM_PATH',
      meaning: 'The Chromium, or browser made from it, with which `report --format pdf` prints.',
      default: '`chromium`, `google-chrome` and their like on PATH',
    },
    {
      name: 'ZEROSCOUT_DEBUG',
      meaning: 'Any text: errors are printed with their stack.',
    },
    { name: 'NO_COLOR', meaning: 'Any text: no colours.' },
    { name: 'FORCE_COLOR', meaning: 'Colours even if the output is not a terminal; `0`: none.' },
    {
      name: 'LANG',
      meaning: 'A locale without UTF-8 gets ASCII only; `LC_ALL` and `LC_CTYPE` go before it.',
    },
  ],

  Tracing: [
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      meaning:
        'An OpenTelemetry collector (OTLP over HTTP): a search becomes a trace ([how](../operate/monitoring.md#traces)).',
      default: 'no tracing',
    },
    {
      name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      meaning: 'The same for traces alone, with its path.',
    },
    { name: 'OTEL_TRACES_EXPORTER', meaning: '`otlp` or `none`.' },
    {
      name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
      meaning: '`http/protobuf`, the only one; also `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`.',
    },
    { name: 'OTEL_SDK_DISABLED', meaning: '`true`: no tracing.' },
    {
      name: 'OTEL_*',
      meaning: 'Headers, certificates, sampling, queue sizes and service name.',
      readBy: 'OpenTelemetry’s SDK',
    },
  ],

  Development: [
    {
      name: 'ZEROSCOUT_BASELINE_PYTHON',
      meaning: 'Python with torch for `npm run bench -- --baseline` and the tests that need torch or onnx.',
      default: '`python3`',
    },
  ],
};
