// Tests how the chart runs Temporal and NATS, or reaches those that exist, and which images it names.
import { execFileSync, spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBinary } from '../../client/embedded/binaries.js';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { DIGEST } from './chart-values.js';

const secrets = { natsPassword: 'a-Password_7', postgresPassword: 'b-Password_8' };
const VALUES = {
  first: {
    secrets,
    imagePullSecrets: [{ name: 'registry' }],
    ui: { enabled: true, tokenSecret: 'ui-tokens' },
    retention: { enabled: true },
    podAnnotations: { 'sidecar.istio.io/inject': 'false' },
  },
  sized: { secrets, nats: { resources: { limits: { memory: '1536Mi' } } } },
  unlimited: { secrets, nats: { resources: { limits: { memory: null } } } },
  longer: { secrets, temporal: { retention: '2160h' } },
  pinned: {
    secrets,
    image: { repository: 'registry.example/zeroscout', tag: `1.0@${DIGEST}` },
    pools: { cuda: { enabled: true, tag: `1.0-cuda@${DIGEST}` } },
  },
  elsewhere: {
    temporal: { enabled: false, address: 'temporal.example:7233' },
    nats: { enabled: false, url: 'nats://one:123456@[fd00::1]:4333,nats://two.example' },
  },
};

describe.skipIf(!toolsExist)('servers in the chart (Helm is fetched for linux-x64)', () => {
  let rendered: Readonly<Record<keyof typeof VALUES, Rendered>>;
  const of = (name: keyof typeof VALUES, kind: string): Manifest[] =>
    rendered[name].manifests.filter((manifest) => manifest.kind === kind);

  beforeAll(() => {
    rendered = fetchDeployTools().render<keyof typeof VALUES>(VALUES);
  }, 300_000);

  test('every image may come from a registry that asks for a password', () => {
    const pods = [
      ...['Deployment', 'StatefulSet', 'Job'].flatMap((kind) => of('first', kind)),
      ...of('first', 'CronJob').map(({ metadata, spec }) => ({ metadata, spec: spec.jobTemplate.spec })),
    ];
    expect(pods).toHaveLength(8);
    for (const { metadata, spec } of pods)
      expect(spec.template.spec.imagePullSecrets, metadata.name).toEqual([{ name: 'registry' }]);
  });

  test('an image may be named by its digest, and a pool has a tag of its own', () => {
    const images = of('pinned', 'Deployment').map(({ spec }) => spec.template.spec.containers[0].image);
    const ours = images.filter((image) => image.startsWith('registry.example/'));
    const tags = ours.map((image) => image.replace('registry.example/zeroscout:', ''));
    expect(tags).toEqual([`1.0@${DIGEST}`, `1.0@${DIGEST}`, `1.0-cuda@${DIGEST}`]);
    expect(rendered.pinned.problems).toEqual([]);
  });

  test('the network policy reads the ports of addresses with passwords, with IPv6 and without a port', () => {
    const policies = of('elsewhere', 'NetworkPolicy');
    expect(policies).toHaveLength(2);
    for (const { spec } of policies)
      expect(spec.egress).toContainEqual({ ports: [{ port: 4333 }, { port: 4222 }] });
  });

  test('a NATS node counts as started once its streams have caught up, and as ready while they lag later', () => {
    const { spec } = of('first', 'StatefulSet').find(({ metadata }) => metadata.name.endsWith('-nats'))!;
    const [{ startupProbe, readinessProbe, livenessProbe }] = spec.template.spec.containers;
    const paths = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.path);
    expect(paths).toEqual(['/healthz', '/healthz?js-server-only=true', '/healthz?js-enabled-only=true']);
  });

  test('the heap of a NATS node stays below the limit of its container', () => {
    const limitOf = (name: keyof typeof VALUES) => {
      const { spec } = of(name, 'StatefulSet').find(({ metadata }) => metadata.name.endsWith('-nats'))!;
      const [{ env }] = spec.template.spec.containers;
      return env.find((one: Manifest) => one.name === 'GOMEMLIMIT')?.value;
    };
    expect(limitOf('first')).toBe('1638MiB');
    expect(limitOf('sized')).toBe('1228MiB');
    expect(limitOf('unlimited')).toBeUndefined();
  });

  test('gc is not repeated where its use is wrong, and no service mesh keeps it from ending', () => {
    const [{ spec }] = of('first', 'CronJob') as [Manifest];
    const { podFailurePolicy, template } = spec.jobTemplate.spec;
    const [container] = template.spec.containers;
    expect(podFailurePolicy.rules).toEqual([
      {
        action: 'FailJob',
        onExitCodes: { containerName: container.name, operator: 'In', values: [2] },
      },
    ]);
    expect(template.spec.restartPolicy).toBe('Never');
    expect(template.metadata.annotations).toEqual({ 'sidecar.istio.io/inject': 'false' });
    expect(rendered.first.problems).toEqual([]);
  });

  describe('the namespace at a real server', () => {
    let home: TestHome;
    let server: TemporalServer;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      home = testHome();
      server = await startTemporal({ home });
      const { path } = await ensureBinary({ home: home.home, name: 'temporal', onStep: console.log });
      const PATH = [dirname(path), process.env.PATH].join(delimiter);
      env = { ...process.env, PATH, TEMPORAL_ADDRESS: server.address };
    }, 120_000);
    afterAll(async () => {
      await server?.stop();
      await home?.remove();
    }, 60_000);

    const retention = (): string => {
      const args = ['operator', 'namespace', 'describe', '-n', 'zeroscout', '-o', 'json'];
      const { config } = JSON.parse(execFileSync('temporal', args, { env, encoding: 'utf8' }));
      return config.workflowExecutionRetentionTtl;
    };
    /** As the Job does, which tries again: a new namespace can only be changed after some seconds. */
    const runJob = async (name: keyof typeof VALUES): Promise<void> => {
      const [{ spec }] = of(name, 'Job') as [Manifest];
      const [{ command, args }] = spec.template.spec.containers;
      const given = [...command.slice(1), ...args];
      await until(async () => spawnSync(command[0], given, { env, stdio: 'ignore' }).status === 0, {
        what: 'the Job ends',
        timeoutMs: 40_000,
      });
    };

    test('is created with its retention, and gets another one where the value changes', {
      timeout: 120_000,
    }, async () => {
      await runJob('first');
      expect(retention()).toBe('2592000s');
      await runJob('first');
      expect(retention()).toBe('2592000s');
      await runJob('longer');
      expect(retention()).toBe('7776000s');
    });
  });
});
