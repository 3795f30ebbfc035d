// Tests that the chart's NATS nodes do not start on data that they would delete or not load, because the number of
// nodes has changed between one and several.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchDeployTools, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { until } from '../support/home.js';
import { freePort, type NatsServer, startNats } from '../support/nats.js';
import { secrets } from './chart-values.js';

const VALUES = { alone: { secrets, nats: { replicas: 1 } }, clustered: { secrets } };
type Case = keyof typeof VALUES;

/** Stores a stream of as many copies as there are nodes, as soon as they have a leader. */
async function storeStream(nodes: readonly NatsServer[]): Promise<void> {
  const connection = await connect({ servers: nodes.map(({ url }) => url) });
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const config = { name: 'S', subjects: ['s.*'], num_replicas: nodes.length };
  await until(() => streams.add(config).then(Boolean, () => false), {
    what: 'a stream is stored',
    timeoutMs: 60_000,
  });
  await connection.close();
}

describe.skipIf(!toolsExist)('data of NATS in the chart (Helm is fetched for linux-x64)', () => {
  let dir: string;
  let rendered: Readonly<Record<Case, Rendered>>;
  const nodes: NatsServer[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'zeroscout-chart-nats-'));
    rendered = fetchDeployTools().render<Case>(VALUES);
    mkdirSync(join(dir, 'empty'));
    const alone = await startNats({ dir: join(dir, 'alone') });
    nodes.push(alone);
    await storeStream([alone]);
    const ports = await Promise.all([0, 1, 2].map(() => freePort()));
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(',');
    const members = await Promise.all(
      ports.map((port, i) => {
        const cluster = ['--cluster', `nats://127.0.0.1:${port}`, '--cluster_name', 'c', '--routes', routes];
        const folder = i === 0 ? 'clustered' : `member-${i}`;
        return startNats({ dir: join(dir, folder), args: ['--name', `n${i}`, ...cluster] });
      }),
    );
    nodes.push(...members);
    await storeStream(members);
    await Promise.all(nodes.map((node) => node.stop()));
  }, 300_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(dir, { recursive: true, force: true });
  });

  /** Runs the container before a node of these values on a folder of data. */
  const begin = (values: Case, data: string) => {
    const { spec } = rendered[values].manifests.find(
      ({ kind, metadata }) => kind === 'StatefulSet' && metadata.name.endsWith('-nats'),
    );
    const [{ command, args, volumeMounts }] = spec.template.spec.initContainers;
    expect(volumeMounts).toEqual([{ name: 'data', mountPath: '/data', readOnly: true }]);
    const script = (args as string[]).map((text) => text.replaceAll('/data/', `${join(dir, data)}/`));
    return spawnSync(command[0], [...command.slice(1), ...script], { encoding: 'utf8' });
  };

  test.each([
    ['alone', 'empty'],
    ['clustered', 'empty'],
    ['alone', 'alone'],
    ['clustered', 'clustered'],
  ] as const)('a node that runs %s starts on %s data', (values, data) => {
    expect(rendered[values].problems).toEqual([]);
    expect(begin(values, data)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test.each([
    ['clustered', 'alone', 'nats.replicas is 3'],
    ['alone', 'clustered', 'nats.replicas is 1'],
  ] as const)('a node that is to run %s refuses the data of one that ran %s', (values, data, says) => {
    const { status, stdout } = begin(values, data);
    expect(status).toBe(1);
    expect(stdout).toContain(`${says}, but these streams are those of a node that ran ${data}`);
  });
});
