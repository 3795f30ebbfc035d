// Defines values with which the chart is rendered in tests, and values that it must refuse by name.
export const secrets = { natsPassword: 'a-Password_7', postgresPassword: 'b-Password_8' };
export const DIGEST = `sha256:${'0'.repeat(64)}`;
const scaled = { enabled: true, autoscaling: { enabled: true } };
export const GOOD = {
  everything: {
    secrets,
    pools: { cpu: scaled, cuda: scaled },
    podMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    retention: { enabled: true, timezone: 'Europe/Berlin', forgetNamespaces: ['a-1', 'b-2'] },
    ui: { enabled: true, tokenSecret: 'ui-tokens', hosts: ['search.example.com'], prefix: '/zeroscout' },
    control: { verify: '1.5%' },
    networkPolicy: { temporalFrom: [{}], uiFrom: [{}], workerEgress: [{ ports: [{ port: 4318 }] }] },
  },
  existing: {
    temporal: {
      enabled: false,
      address: 'ns.account.tmprl.cloud:7243',
      namespace: 'ns.account',
      apiKeySecret: 'temporal-key',
      tls: { enabled: true, serverName: 'cloud', secret: 'temporal-tls' },
    },
    nats: {
      enabled: false,
      urlSecret: 'nats-url',
      credsSecret: 'nats-creds',
      score: { credsSecret: 'nats-score-creds' },
      admin: { credsSecret: 'nats-admin-creds' },
      replicas: 5,
    },
    encryption: { secret: 'temporal-keys' },
    pools: { cpu: scaled },
    retention: { enabled: true, keepLast: 3, olderThan: '90d' },
    networkPolicy: {
      metricsFrom: [{ namespaceSelector: {} }],
      controlEgress: [{ ports: [{ port: 443 }] }],
    },
  },
  elsewhere: {
    temporal: { enabled: false, address: 'temporal.example:7233' },
    nats: { enabled: false, url: 'tls://a.example:4443,tls://b.example:4443' },
  },
  trusted: { secrets, nats: { replicas: 5, routes: { secret: 'nats-routes' } } },
  small: {
    secrets: { existing: 'mine' },
    extraEnv: [{ name: 'ORT_DISABLE_TELEMETRY', value: '0' }],
    temporal: { postgresql: { enabled: false, host: 'postgres.example' } },
    nats: { replicas: 1 },
    networkPolicy: { enabled: false },
  },
} as const;
export const BAD = {
  'no password': [{}, 'secrets.natsPassword'],
  'a password that breaks the address': [
    { secrets: { ...secrets, natsPassword: 'p@ss word' } },
    'natsPassword',
  ],
  'a page without tokens': [{ secrets, ui: { enabled: true } }, 'ui.tokenSecret'],
  'no address': [{ secrets, temporal: { enabled: false } }, 'temporal.address'],
  'no url': [{ secrets, nats: { enabled: false } }, 'nats.url'],
  'an even cluster': [{ secrets, nats: { replicas: 2 } }, '/nats/replicas'],
  'a device that is none': [{ secrets, pools: { cpu: { device: 'tpu' } } }, '/pools/cpu/device'],
  'a suffix behind a digest': [
    { secrets, image: { tag: `1.0@${DIGEST}` }, pools: { cuda: { enabled: true } } },
    'tagSuffix "-cuda"',
  ],
  'fewer workers at most than at least': [
    { secrets, pools: { cpu: { autoscaling: { enabled: true, min: 5, max: 2 } } } },
    'pools.cpu.autoscaling',
  ],
  'an age without a unit': [{ secrets, retention: { olderThan: '30' } }, '/retention/olderThan'],
  'a share that is none': [{ secrets, control: { verify: '1 percent' } }, '/control/verify'],
  'a word that is none': [{ secrets, nats: { replica: 3 } }, 'replica'],
} as const;
