// Tests the chart's control and score Deployments as `podman kube play` runs them, from the image that
// `npm run test:image` has built: Helm renders them, and a search goes through them.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { type Delay, openDelay } from '../hosts/support/delay.js';
import { fetchDeployTools, type Manifest } from '../support/deploy-tools.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, specification } from '../support/zeroscout.js';

const IMAGE = process.env.ZEROSCOUT_IMAGE;
const SAMPLES = 12;
const NETWORK = `zeroscout-kube-${process.pid}`;
const TEMPORAL_PORT = 7233;
const PARTS = ['control', 'score-cpu'] as const;

const podman = (args: readonly string[], input = '') =>
  spawnSync(
    'podman',
    ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--log-level', 'error', ...args],
    {
      encoding: 'utf8',
      timeout: 300_000,
      input,
    },
  );
const podOf = (part: string) => `scan-zeroscout-${part}-pod`;
const containerOf = (part: string) => `${podOf(part)}-worker`;
const logOf = (part: string) => {
  const { stdout, stderr } = podman(['logs', containerOf(part)]);
  return stdout + stderr;
};

/** The capabilities that a process of the container could gain, in hexadecimal. */
const capabilitiesOf = (part: string) =>
  /^CapBnd:\s*(\S+)$/m.exec(podman(['exec', containerOf(part), 'cat', '/proc/self/status']).stdout)![1]!;

describe.skipIf(IMAGE === undefined)('the chart in pods', () => {
  let home: TestHome;
  const ways: Delay[] = [];
  let manifests: string | undefined;

  beforeAll(async () => {
    home = testHome();
    await home.startServices();
    const gateway = createNetwork();
    manifests = home.write('pods.yaml', renderDeployments(gateway));
    // A run that was killed may have left its pods, whose names the chart gives.
    const played = podman(['kube', 'play', '--replace', '--network', NETWORK, manifests]);
    expect(played.status, played.stderr).toBe(0);
    // The gateway's address exists once a pod does. Workers that have found no server are started again.
    const { services } = readState({ home: home.home });
    for (const [server, port] of [
      ['temporal', TEMPORAL_PORT],
      ['nats', 4222],
    ] as const)
      ways.push(await openDelay({ host: gateway, port, to: `127.0.0.1:${services[server]!.port}` }));
    for (const part of PARTS)
      await until(() => /worker ready/.test(logOf(part)), {
        what: `${part} is ready`,
        timeoutMs: 120_000,
        everyMs: 1_000,
      });
  }, 400_000);
  afterAll(async () => {
    if (manifests) podman(['kube', 'down', '--force', manifests]);
    podman(['network', 'rm', '--force', NETWORK]);
    for (const way of ways) way.close();
    await home?.remove();
  }, 120_000);

  test('a search goes through them', { timeout: 300_000 }, async () => {
    home.write('search.json', specification({ samples: SAMPLES }));
    await done(['run', 'search.json', '--workers', '0', '--out', 'out'], { home });
    expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
  });

  test('the worker is what the chart says: user 1000, a read-only root, no capabilities, its pod as its name', () => {
    for (const part of PARTS) {
      const [{ Config: config, HostConfig: host }] = JSON.parse(
        podman(['inspect', containerOf(part)]).stdout,
      );
      expect(config.User).toBe('1000:1000');
      expect(host.ReadonlyRootfs).toBe(true);
      expect(host.CapAdd).toEqual([]);
      expect(Number.parseInt(capabilitiesOf(part), 16)).toBe(0);
      expect(config.Env).toContain(`ZEROSCOUT_WORKER_NAME=${podOf(part)}`);
    }
  });
});

/** Makes a network on a subnet that podman finds free on this machine, and gives the address of its gateway. */
function createNetwork(): string {
  const made = podman(['network', 'create', NETWORK]);
  expect(made.status, made.stderr).toBe(0);
  const [network] = JSON.parse(podman(['network', 'inspect', NETWORK]).stdout);
  return network.subnets[0].gateway;
}

/** The Deployments of control workers and of the CPU pool, for servers behind the gateway of the pods. */
function renderDeployments(gateway: string): string {
  const [repository, tag] = IMAGE!.split(/:(?=[^:]*$)/);
  const values = {
    image: { repository, tag },
    control: { replicas: 1 },
    temporal: { enabled: false, address: `${gateway}:${TEMPORAL_PORT}`, namespace: 'default' },
    nats: { enabled: false, url: `nats://${gateway}:4222`, replicas: 1 },
    pools: { cpu: { enabled: true, replicas: 1, concurrency: 1 } },
  };
  const { pods } = fetchDeployTools().render({ pods: values });
  expect(pods.problems).toEqual([]);
  const deployments = pods.manifests.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(PARTS.length);
  return deployments.map((one: Manifest) => JSON.stringify(one)).join('\n---\n');
}
