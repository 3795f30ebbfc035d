// Tests that the rendered chart is valid for Kubernetes, has no dangling references, and is wired as our code
// reads it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfigured } from '../../client/connections/read-configured.js';
import { CONTROL_QUEUE, scoreQueue } from '../../core/contract/search-queues.js';
import { parseAddress } from '../../store/address.js';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { ROOT } from '../support/zeroscout.js';
import { BAD, GOOD } from './chart-values.js';

type Case = keyof typeof GOOD;

describe.skipIf(!toolsExist)('chart (Helm and the schemas are fetched for linux-x64)', () => {
  let rendered: Readonly<Record<string, Rendered>>;
  let dockerfile: string;
  const of = (name: string, kind: string): Manifest[] =>
    rendered[name]!.manifests.filter((manifest) => manifest.kind === kind);
  const pods = (name: string): Manifest[] =>
    [
      ...['Deployment', 'StatefulSet', 'Job'].flatMap((kind) => of(name, kind)),
      ...of(name, 'CronJob').map(({ spec }) => spec.jobTemplate),
    ].map(({ spec }) => spec.template);
  const containers = (name: string): Manifest[] =>
    pods(name).flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers]);

  beforeAll(() => {
    const tools = fetchDeployTools();
    const bad = Object.fromEntries(Object.entries(BAD).map(([name, [values]]) => [name, values]));
    rendered = tools.render<string>({ ...GOOD, ...bad });
    dockerfile = tools.hadolint('Dockerfile');
  }, 300_000);

  test('hadolint has nothing against the Dockerfile', () => {
    expect(dockerfile).toBe('');
  });

  test.each(Object.keys(GOOD) as Case[])('%s: lint and schemas have nothing against it', (name) => {
    expect(rendered[name]).not.toHaveProperty('refused');
    expect(rendered[name]!.problems).toEqual([]);
  });

  test.each(Object.entries(BAD))('%s is refused by name', (name, [, says]) => {
    expect(rendered[name]!.refused).toContain(says);
  });

  test.each(Object.keys(GOOD) as Case[])('%s: every selector finds a pod, every name something', (name) => {
    const labels = pods(name).map(({ metadata }) => metadata.labels as Record<string, string>);
    const selectors: Manifest[] = [
      ...of(name, 'Service').map(({ spec }) => spec.selector),
      ...['Deployment', 'StatefulSet', 'PodDisruptionBudget']
        .flatMap((kind) => of(name, kind))
        .map(({ spec }) => spec.selector.matchLabels),
      ...of(name, 'NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels),
    ];
    for (const selector of selectors)
      expect(
        labels.filter((own) => Object.entries(selector).every(([key, value]) => own[key] === value)).length,
        JSON.stringify(selector),
      ).toBe(1);

    const there = new Set(rendered[name]!.manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const given = [
      'mine',
      'temporal-key',
      'temporal-tls',
      'temporal-keys',
      'nats-url',
      'nats-creds',
      'nats-routes',
      'nats-score-creds',
      'nats-admin-creds',
      'ui-tokens',
    ].map((key) => `Secret ${key}`);
    const wanted = pods(name).flatMap(({ spec }) => [
      `ServiceAccount ${spec.serviceAccountName}`,
      ...(spec.volumes ?? []).flatMap(({ configMap, secret }: Manifest) => [
        ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
        ...(secret ? [`Secret ${secret.secretName}`] : []),
      ]),
    ]);
    const keys = containers(name)
      .flatMap(({ env = [] }) => env)
      .flatMap(({ valueFrom }: Manifest) =>
        valueFrom?.secretKeyRef ? [`Secret ${valueFrom.secretKeyRef.name}`] : [],
      );
    const scalers = of(name, 'ScaledObject').flatMap(({ spec }) => [
      `Deployment ${spec.scaleTargetRef.name}`,
      ...spec.triggers.flatMap(({ authenticationRef }: Manifest) =>
        authenticationRef ? [`TriggerAuthentication ${authenticationRef.name}`] : [],
      ),
    ]);
    for (const one of [...wanted, ...keys, ...scalers]) expect([...there, ...given]).toContain(one);
  });

  test.each(Object.keys(GOOD) as Case[])(
    '%s: nobody is root, gains rights or takes without limit',
    (name) => {
      for (const { spec } of pods(name)) {
        expect(spec.securityContext.runAsNonRoot).toBe(true);
        expect(spec.automountServiceAccountToken).toBe(false);
      }
      for (const container of containers(name)) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits.memory).toBeTruthy();
        expect(container.resources.requests.cpu).toBeTruthy();
        expect(container.image).toMatch(/:[\w.-]+$/);
      }
    },
  );

  test('workers are told what our own code reads', () => {
    const env = (name: Case): NodeJS.ProcessEnv => {
      const worker = containers(name).find((container) => container.name === 'worker');
      const values = worker.env.map(({ name, value, valueFrom }: Manifest) => [
        name,
        value ?? valueFrom.secretKeyRef?.key ?? valueFrom.fieldRef.fieldPath,
      ]);
      return { HOME: '/nowhere', ...Object.fromEntries(values) };
    };
    const own = env('everything');
    expect(own).toMatchObject({ ZEROSCOUT_WORKER_NAME: 'metadata.name', ZEROSCOUT_VERIFY: '1.5%' });
    const { temporal, nats } = readConfigured({ env: own });
    expect(temporal).toMatchObject({ address: 'scan-zeroscout-temporal:7233', namespace: 'zeroscout' });
    expect(nats!.replicas).toBe(3);
    const servers = [0, 1, 2].map((i) => ({
      host: `scan-zeroscout-nats-${i}.scan-zeroscout-nats`,
      port: 4222,
    }));
    expect(parseAddress(nats!.url)).toMatchObject({ servers });
    expect(nats!.access).toMatchObject({ user: 'zeroscout-control', password: 'nats-control-password' });
    const users = pods('everything')
      .flatMap(({ spec }) => spec.containers)
      .filter((container) => container.name === 'worker')
      .map(({ env }) => env.find((one: Manifest) => one.name === 'NATS_USER').value);
    expect(users).toEqual(['zeroscout-control', 'zeroscout-score', 'zeroscout-score']);

    // The contents of mounted files are not available here.
    const {
      NATS_CREDS,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH,
      TEMPORAL_TLS_CLIENT_CERT_PATH,
      TEMPORAL_TLS_CLIENT_KEY_PATH,
      ...rest
    } = env('existing');
    const mounts = containers('existing')[0].volumeMounts.map(({ mountPath }: Manifest) => mountPath);
    for (const file of [
      NATS_CREDS,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH,
      TEMPORAL_TLS_CLIENT_CERT_PATH,
      TEMPORAL_TLS_CLIENT_KEY_PATH,
    ])
      expect(mounts).toContain(file!.replace(/\/[^/]+$/, ''));
    const credsOf = (account: string) =>
      pods('existing')
        .find(({ spec }) => spec.serviceAccountName === `scan-zeroscout-${account}`)
        .spec.volumes.find((volume: Manifest) => volume.name === 'nats-creds').secret.secretName;
    expect(['control', 'score'].map(credsOf)).toEqual(['nats-creds', 'nats-score-creds']);
    expect(readConfigured({ env: { ...rest, NATS_URL: 'nats://elsewhere' } })).toMatchObject({
      temporal: {
        address: 'ns.account.tmprl.cloud:7243',
        namespace: 'ns.account',
        options: { apiKey: 'api-key' },
      },
      nats: { replicas: 5 },
    });
  });

  test('ONNX Runtime sends telemetry, and Temporal asks for versions, only where a user says so', () => {
    const said = (name: Case) =>
      containers(name)
        .flatMap(({ env = [] }) => env)
        .filter((one: Manifest) => one.name === 'ORT_DISABLE_TELEMETRY')
        .map((one: Manifest) => one.value);
    expect(new Set(said('everything'))).toEqual(new Set(['1']));
    expect(new Set(said('small'))).toEqual(new Set(['0']));
    const { env } = containers('everything').find(({ name }) => name === 'temporal');
    expect(env).toContainEqual({ name: 'TEMPORAL_VERSION_CHECK_DISABLED', value: '1' });
  });

  test('what is kept is told to gc, which may go where workers go', () => {
    const [gc] = of('existing', 'CronJob').map(
      ({ spec }) => spec.jobTemplate.spec.template.spec.containers[0],
    );
    expect(gc.args).toEqual(['gc']);
    const told = Object.fromEntries(gc.env.map(({ name, value }: Manifest) => [name, value]));
    expect(told).toMatchObject({ ZEROSCOUT_GC_KEEP_LAST: '3', ZEROSCOUT_GC_OLDER_THAN: '90d' });
    const [worker] = containers('existing');
    const ofWorkers = ['ZEROSCOUT_WORKER_NAME', 'ZEROSCOUT_VERIFY'];
    const shared = worker.env.filter(({ name }: Manifest) => !ofWorkers.includes(name));
    expect(shared).toHaveLength(worker.env.length - 2);
    expect(gc.env).toEqual(expect.arrayContaining(shared));
    expect(gc.volumeMounts).toEqual(worker.volumeMounts);
    expect(of('existing', 'CronJob')[0].spec.jobTemplate.spec.template.spec.volumes).toContainEqual({
      name: 'nats-creds',
      secret: { secretName: 'nats-admin-creds', defaultMode: 0o440 },
    });
    // The job deletes messages, which NATS permits to the admin only.
    const [admin] = of('everything', 'CronJob').map(
      ({ spec }) => spec.jobTemplate.spec.template.spec.containers[0],
    );
    expect(admin.args).toEqual(['gc', '--forget-namespace', 'a-1', 'b-2']);
    expect(admin.env).toContainEqual({ name: 'NATS_USER', value: 'zeroscout' });
    expect(admin.env).toContainEqual({
      name: 'NATS_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'scan-zeroscout', key: 'nats-password' } },
    });
    const policies = of('everything', 'NetworkPolicy');
    for (const server of ['nats', 'temporal']) {
      const { spec } = policies.find(({ metadata }) => metadata.name === `scan-zeroscout-${server}`);
      expect(JSON.stringify(spec.ingress[0].from)).toContain('"app.kubernetes.io/component":"gc"');
    }
    for (const part of ['control', 'score-cpu', 'gc']) {
      const { spec } = policies.find(({ metadata }) => metadata.name === `scan-zeroscout-${part}`);
      expect(spec.egress).toContainEqual({ ports: [{ port: 4318 }] });
    }
  });

  test('alerts come as they stand in their file', () => {
    const [{ spec, metadata }] = of('everything', 'PrometheusRule') as [Manifest];
    expect(spec).toEqual(parse(readFileSync(join(ROOT, 'deploy/chart/files/alerts.yaml'), 'utf8')));
    expect(metadata.labels.release).toBe('prometheus');
  });

  test('workers may go to the ports of servers elsewhere', () => {
    for (const { metadata, spec } of of('elsewhere', 'NetworkPolicy')) {
      const ports = spec.egress.flatMap(({ ports }: Manifest) => ports.map(({ port }: Manifest) => port));
      expect(ports, metadata.name).toEqual([53, 53, 7233, 4443]);
    }
    const [{ spec }] = of('existing', 'NetworkPolicy') as [Manifest];
    expect(spec.egress).toContainEqual({ ports: [{ port: 4222 }] });
  });

  test('the page listens where its Service and its probes look, for those whom the policy lets in', () => {
    const page = containers('everything').find(({ name }) => name === 'ui');
    expect(page.args).toEqual(
      expect.arrayContaining(['ui', '--port=8600', '--prefix=/zeroscout', 'search.example.com']),
    );
    expect(page.ports).toEqual([{ name: 'http', containerPort: 8600 }]);
    const service = of('everything', 'Service').find(({ metadata }) => metadata.name.endsWith('-ui'))!;
    expect(service.spec.ports[0]).toMatchObject({ port: 8600, targetPort: 'http' });
    expect([page.livenessProbe, page.readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      '/healthz',
      '/readyz',
    ]);
    const policy = of('everything', 'NetworkPolicy').find(({ metadata }) => metadata.name.endsWith('-ui'))!;
    expect(policy.spec.ingress).toEqual([{ from: [{}], ports: [{ port: 'http' }] }]);
    expect(of('small', 'Service').some(({ metadata }) => metadata.name.endsWith('-ui'))).toBe(false);
  });

  test('budgets, probes and GPUs', () => {
    expect(of('everything', 'PodDisruptionBudget').map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(
        ['control', 'score-cpu', 'score-cuda', 'nats'].map((part) => `scan-zeroscout-${part}`),
      ),
    );
    for (const { metadata, spec } of ['Deployment', 'StatefulSet'].flatMap((kind) => of('everything', kind)))
      for (const container of spec.template.spec.containers)
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
          expect(container, metadata.name).toHaveProperty(probe);
    const gpus = of('everything', 'Deployment').map(({ metadata, spec }) => [
      metadata.name,
      spec.template.spec.containers[0].resources.limits['nvidia.com/gpu'],
    ]);
    expect(gpus.filter(([, count]) => count)).toEqual([['scan-zeroscout-score-cuda', '1']]);
  });

  test('KEDA watches the queues that the pools work for', () => {
    const watched = of('everything', 'ScaledObject').map(({ spec }) => [
      spec.scaleTargetRef.name,
      spec.triggers[0].metadata,
    ]);
    expect(Object.fromEntries(watched)).toEqual(
      Object.fromEntries(
        (['cpu', 'cuda'] as const).map((device) => [
          `scan-zeroscout-score-${device}`,
          {
            endpoint: 'scan-zeroscout-temporal.nas.svc:7233',
            namespace: 'zeroscout',
            taskQueue: scoreQueue(device),
            queueTypes: 'activity',
            targetQueueSize: '2',
            includeRunningWorkflowCount: 'true',
            workflowTaskQueueForCount: CONTROL_QUEUE,
          },
        ]),
      ),
    );
    for (const { spec } of of('everything', 'Deployment'))
      expect('replicas' in spec).toBe(
        !spec.template.metadata.labels['app.kubernetes.io/component'].startsWith('score-'),
      );
  });
});
