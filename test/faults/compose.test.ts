// Tests deploy/compose.yaml by running its services as processes in the same wiring: three NATS nodes,
// Temporal (its development server in place of the one on PostgreSQL), control and score worker, command
// line. They run a search, also with one node fewer and from a backup of their files.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPOSE_VARIABLES, type Compose, readCompose } from '../support/compose.js';
import { BIN, type TestHome, testHome, until } from '../support/home.js';
import type { NatsServer } from '../support/nats.js';
import { answers, startComposeNats } from '../support/shipped-nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { done, type Outcome, spawnZeroscout, specification } from '../support/zeroscout.js';

const NODES = ['nats-1', 'nats-2', 'nats-3'] as const;
const WORKERS = ['control', 'score'] as const;

// Other systems have only 127.0.0.1 on their loopback interface.
const here = process.platform === 'linux' ? test : test.skip;
let compose: Compose;
let home: TestHome;
let temporal: TemporalServer;
let nats: readonly NatsServer[] = [];
let starting = true;
/** The last end of each worker, if there was one. */
const ended: Partial<Record<(typeof WORKERS)[number], Outcome>> = {};
/** Messages with which a worker ends that starts before what it needs. */
const MAY_COME = /start a control worker first|JetStream/;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  home = testHome();
  // Temporal's development server finds its own parts at 127.0.0.1 only.
  temporal = await startTemporal({ home });
  compose = readCompose({ variables: COMPOSE_VARIABLES, elsewhere: { 'temporal:7233': temporal.address } });
  ({ nodes: nats } = await startComposeNats({ compose, dir: home.dir }));
  createNamespace();
  for (const name of WORKERS) void startWorker(name);
  const ready = WORKERS.map((name) => answers(`http://${compose.service(name).ip}:9464/readyz`));
  await Promise.all(ready).catch((error) => {
    throw new Error(`${error.message}; ended: ${JSON.stringify(ended)}`);
  });
  starting = false;
}, 240_000);
afterAll(async () => {
  await Promise.allSettled([temporal?.stop(), ...nats.map((node) => node.stop())]);
  await home?.remove();
}, 60_000);

here(
  'a search from the command line, kept on three nodes; the next one with a node less',
  async () => {
    await run('first');
    expect(await copies()).toEqual(each(3));

    await nats[0]!.kill();
    // New leaders are elected within ten seconds; meanwhile a command may report that JetStream does not
    // answer.
    const elected = async () => isDeepStrictEqual(await copies().catch(() => undefined), each(2));
    await until(elected, { what: 'two nodes keep every stream', timeoutMs: 60_000, everyMs: 500 });
    await run('second');
    expect(home.read('second/ranking.csv')).toBe(home.read('first/ranking.csv'));
    await run('third', { seed: 2 });
    expect(home.read('third/ranking.csv')).not.toBe(home.read('first/ranking.csv'));
  },
  180_000,
);

here(
  'three nodes at rest are backed up by their files, and nothing is scored again after they are restored',
  async () => {
    await Promise.all(nats.map((node) => node.stop()));
    for (const name of NODES) {
      const data = join(home.dir, name);
      execFileSync('tar', ['-czf', `${data}.tgz`, '-C', data, '.']);
      rmSync(data, { recursive: true });
      mkdirSync(data);
      execFileSync('tar', ['-xzf', `${data}.tgz`, '-C', data]);
    }
    await Promise.all(nats.map((node) => node.restart()));
    const whole = async () => isDeepStrictEqual(await copies().catch(() => undefined), each(3));
    await until(whole, { what: 'three nodes keep every stream', timeoutMs: 60_000, everyMs: 500 });
    await run('fourth');
    expect(JSON.parse(home.read('fourth/summary.json'))).toMatchObject({ scored: 0, reused: 12 });
    expect(home.read('fourth/ranking.csv')).toBe(home.read('first/ranking.csv'));
  },
  180_000,
);

here(
  'a search with a limit on latency: the control worker measures, and its account may store that',
  async () => {
    await run('latency', { constraints: { latency: { max: '100s' } } });
    const { environment } = compose.service('cli');
    const { stdout } = await done(['results', 'latency', '--json'], { home, env: environment });
    const latencies = JSON.parse(stdout).map(({ latency }: { latency: number }) => latency);
    expect(latencies).toHaveLength(12);
    for (const latency of latencies) expect(latency).toBeGreaterThan(0);
  },
  180_000,
);

here('no password, no entry', async () => {
  const { ip } = compose.service('nats-2');
  await expect(connect({ servers: `${ip}:4222`, reconnect: false })).rejects.toThrow(/authorization/i);
});

/** The command in the file, in a shell as there. */
function createNamespace(): void {
  const { command, environment } = compose.service('temporal-namespace');
  const env = { ...environment, HOME: home.dir, PATH: `${BIN}:${process.env.PATH}` };
  const { status, stderr } = spawnSync('/bin/sh', ['-euc', ...command], { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

/**
 * Emulates `restart: unless-stopped` until all are ready: three nodes may have no leader yet, and a score
 * worker needs the control worker's streams.
 */
async function startWorker(name: (typeof WORKERS)[number]): Promise<void> {
  const { command, environment } = compose.service(name);
  do {
    ended[name] = await spawnZeroscout(command, { home, env: environment }).ended;
    await sleep(500);
  } while (starting && ended[name]?.code === 1 && MAY_COME.test(ended[name].stderr));
}

async function run(out: string, changes: Record<string, unknown> = {}): Promise<void> {
  const file = home.write(`${out}.json`, specification({ samples: 12, changes }));
  const { environment } = compose.service('cli');
  await done(['run', file, '--out', out, '--id', out], { home, env: environment });
  const { candidates, failed } = JSON.parse(home.read(`${out}/summary.json`));
  expect({ candidates, failed }).toEqual({ candidates: 12, failed: 0 });
}

/** Every stream of the store, with that many nodes. */
const each = (nodes: number) => ({
  'OBJ_zeroscout-blobs': nodes,
  ZEROSCOUT_FAILURES: nodes,
  ZEROSCOUT_LATENCIES: nodes,
  ZEROSCOUT_NAMESPACES: nodes,
  ZEROSCOUT_SCORES: nodes,
});

/** The number of nodes on which each stream is up to date, including its leader; 0 if it has no leader. */
async function copies(): Promise<Record<string, number>> {
  const { ip } = compose.service('nats-2');
  const connection = await connect({
    servers: `${ip}:4222`,
    user: 'zeroscout',
    pass: COMPOSE_VARIABLES.NATS_PASSWORD,
  });
  try {
    const streams = await (await jetstreamManager(connection)).streams.list().next();
    const counts = streams.map(({ config, cluster: { leader, replicas = [] } = {} }) => [
      config.name,
      leader ? 1 + replicas.filter(({ current, offline }) => current && !offline).length : 0,
    ]);
    return Object.fromEntries(counts);
  } finally {
    await connection.close();
  }
}
