// Tests that a plan split into parts, each with its own workflow, gives the same bytes as an undivided one.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect, planCollection } from '../../client/retention/collect.js';
import { openSpace } from '../../core/spaces/index.js';
import { connectStore } from '../../store/jetstream.js';
import { cancelDuring, type Task } from '../support/cancel-during.js';
import { type Describer, openDescriber } from '../support/describer.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { createPace, type Pace } from '../support/pace.js';
import { whileStopped } from '../support/stopped.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { done, type Running, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const { enumeration, representative } = openSpace({ kind: 'nas-bench-201' });
const CANDIDATES = 60;
const PARTS = 6;
/** Some candidates are the same function, which no two parts may score. */
const list = Array.from({ length: CANDIDATES }, (_, i) => enumeration!.at(200 * i + 3));
const units = list.map(representative!);
const POISON = units[11]!;
const execution = { shardSize: 1, window: 4, partSize: 10 };
const strategy = { kind: 'list', file: 'candidates.txt' };

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let connection: Connection;
let describer: Describer;
let pace: Pace;
let workers: readonly Running[] = [];
const env = () => ({
  TEMPORAL_ADDRESS: temporal.address,
  NATS_URL: nats.url,
  POISON,
  ZEROSCOUT_LOG_LEVEL: 'debug',
});
const cli = (...args: string[]) => done(args, { home, env: env() });
const status = async (id: string) => JSON.parse((await cli('status', id, '--json')).stdout);
const scored = (id: string) =>
  workers[1]!
    .stderr()
    .split('\n')
    .filter((line) => line.includes('scored candidate') && line.includes(`"search":"${id}"`)).length;

/** The runs of the workflows of parts: how each ended, and its number of events. */
async function partsOf(id: string) {
  const { workflow } = new Client({ connection });
  const runs = [];
  for await (const { workflowId, runId, status, type } of workflow.list()) {
    if (type !== 'scorePart' || !workflowId.startsWith(`search-${id}/`)) continue;
    const { historyLength, priority } = await workflow.getHandle(workflowId, runId).describe();
    runs.push({ workflowId, status: status.name, events: historyLength, priority: priority?.priorityKey });
  }
  return runs;
}

beforeAll(async () => {
  home = testHome();
  // A part of ten shards also begins a new history.
  temporal = await startTemporal({ home, limits: { 'limit.historyCount.suggestContinueAsNew': 40 } });
  nats = await startNats({ dir: `${home.dir}/nats` });
  connection = await Connection.connect({ address: temporal.address });
  describer = await openDescriber({ temporal: temporal.address, nats: nats.url, isLocal: false });
  pace = createPace(home);
  home.write('candidates.txt', list.join('\n'));
  workers = [
    spawnZeroscout(['worker', '--role', 'control'], { home, env: env() }),
    spawnNode([script('e2e-worker.mjs'), script('e2e-poison-scorer.mjs')], {
      home,
      env: { ...env(), ...pace.env },
    }),
  ];
}, 120_000);
afterAll(async () => {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  await describer?.close();
  await connection?.close();
  await Promise.allSettled([temporal?.stop(), nats?.stop()]);
  await home.remove();
}, 60_000);

test('each part in a workflow of its own: each candidate once, the same ranking as in one', {
  timeout: 240_000,
}, async () => {
  const cohort = 'classes';
  home.write(
    'parts.json',
    specification({ changes: { strategy, cohort, execution: { ...execution, priority: 2 } } }),
  );
  home.write('one.json', specification({ changes: { strategy, cohort, execution: { shardSize: 8 } } }));
  await cli('run', 'parts.json', '--id', 'parts', '--out', 'parts');
  const summary = JSON.parse(home.read('parts/summary.json'));
  const poisoned = units.filter((unit) => unit === POISON).length;
  expect(summary).toMatchObject({ candidates: CANDIDATES, scored: CANDIDATES - poisoned, failed: poisoned });
  expect(scored('parts')).toBe(new Set(units).size - 1);
  expect(new Set(units).size).toBeLessThan(CANDIDATES - 10);

  const runs = await partsOf('parts');
  expect(new Set(runs.map(({ workflowId }) => workflowId)).size).toBe(PARTS);
  expect(runs.filter(({ status }) => status === 'COMPLETED')).toHaveLength(PARTS);
  expect(runs.some(({ status }) => status === 'CONTINUED_AS_NEW')).toBe(true);
  // Shards in the window still end: two shards with up to six events.
  expect(Math.max(...runs.map(({ events }) => events))).toBeLessThanOrEqual(40 + 2 * 6 + 20);
  expect(new Set(runs.map(({ priority }) => priority))).toEqual(new Set([2]));

  await cli('run', 'one.json', '--id', 'one', '--out', 'one');
  expect(await partsOf('one')).toEqual([]);
  expect(home.read('one/ranking.csv')).toBe(home.read('parts/ranking.csv'));
  expect(home.read('one/failures.csv')).toBe(home.read('parts/failures.csv'));
});

test('pause, resume, progress and cancel reach the parts', { timeout: 240_000 }, async () => {
  // Two parts begin, and no candidate is scored before the search is paused, however busy the machine is.
  pace.set(Number.POSITIVE_INFINITY);
  const random = { kind: 'random', samples: CANDIDATES };
  home.write('told.json', specification({ changes: { seed: 4, strategy: random, execution } }));
  const run = spawnZeroscout(['run', 'told.json', '--id', 'told'], { home, env: env() });
  await run.says(/started/);
  await until(async () => (await describer.status('told')).progress?.shards.running.length === 4, {
    what: 'two shards of each of two parts',
    timeoutMs: 60_000,
  });
  await cli('pause', 'told');
  // The signal has seconds to reach the parts before they could be over.
  pace.set(800);
  // The search and its parts are queried one after the other, so one shard may have ended while the next has
  // not begun.
  let seen = -1;
  await until(
    async () => {
      const now = await describer.status('told');
      const settled = now.progress?.shards.running.length === 0 && now.progress.done === seen;
      seen = now.progress?.done ?? -1;
      return settled && now.progress?.parts !== undefined;
    },
    { what: 'running shards end', timeoutMs: 60_000, everyMs: 500 },
  );
  const paused = await status('told');
  expect(paused.state).toBe('paused');
  const { done: before, planned, shards, parts } = paused.progress;
  expect(parts).toMatchObject({ total: PARTS });
  expect(parts.running).toHaveLength(2);
  expect(shards).toMatchObject({ done: before, total: CANDIDATES });
  expect([before, planned]).toEqual([scored('told'), CANDIDATES]);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(scored('told')).toBe(before);
  expect((await cli('status', 'told')).stdout).toMatch(/parts: \d of 6 done, 2 running/);

  await cli('resume', 'told');
  await until(() => scored('told') > before, { what: 'it goes on', timeoutMs: 60_000 });
  pace.set(Number.POSITIVE_INFINITY);
  await cli('cancel', 'told');
  expect((await run.ended).stderr).toMatch(/cancelled/i);
  await until(async () => (await partsOf('told')).every(({ status }) => status !== 'RUNNING'), {
    what: 'parts end',
    timeoutMs: 60_000,
    everyMs: 200,
  });
  const ended = (await partsOf('told')).map(({ status }) => status);
  expect(ended).toContain('CANCELLED');
  const kept = scored('told');
  expect(kept).toBeLessThan(CANDIDATES);

  pace.set(0);
  await cli('run', 'told.json', '--id', 'told', '--out', 'told');
  const { scored: anew, reused } = JSON.parse(home.read('told/summary.json'));
  expect(anew + reused).toBe(CANDIDATES);
  expect(reused).toBeGreaterThanOrEqual(kept);
  expect(scored('told')).toBe(CANDIDATES);
});

test.each([
  [
    'continues as new',
    ({ completed }: Task) => completed.filter((type) => type === 'auditScores').length === PARTS,
  ],
  // The audits were made by the run before.
  [
    'requests its parts, before they have started',
    ({ isContinued, completed }: Task) => isContinued && completed.join() === 'checkSearch',
  ],
])('a search that is cancelled while it %s ends', { timeout: 120_000 }, async (moment, isMoment) => {
  const id = `early-${moment.length}`;
  const strategy = { kind: 'random', samples: CANDIDATES };
  home.write('early.json', specification({ changes: { seed: moment.length, strategy, execution } }));
  await cli('run', 'early.json', '--id', id, '--detach');
  await cancelDuring(
    new Client({ connection }).workflow.getHandle(`search-${id}`),
    workers[0]!.pid,
    isMoment,
  );
  await until(async () => (await describer.status(id)).state === 'cancelled', {
    what: 'it ends',
    timeoutMs: 30_000,
  });
  await until(async () => (await partsOf(id)).every(({ status }) => status === 'CANCELLED'), {
    what: 'its parts end',
    timeoutMs: 30_000,
  });
});

test('a part of the run before that has not ended yet is waited for', { timeout: 240_000 }, async () => {
  const { workflow } = new Client({ connection });
  home.write(
    'behind.json',
    specification({ samples: 20, changes: { seed: 9, execution: { ...execution, partSize: 5 } } }),
  );
  // No worker serves the search until the name of its second part is taken.
  const { run, behind } = await whileStopped(workers[0]!.pid, async () => {
    const args = ['run', 'behind.json', '--id', 'behind', '--workers', '0', '--out', 'behind'];
    const run = spawnZeroscout(args, { home, env: env() });
    const search = workflow.getHandle('search-behind');
    const what = { what: 'the search is started', timeoutMs: 60_000 };
    const begun = await until(() => search.describe().catch(() => undefined), what);
    const workflowId = `search-behind/${begun!.runId.slice(0, 8)}/part-2`;
    return { run, behind: await workflow.start('scorePart', { workflowId, taskQueue: 'nobody' }) };
  });
  const asked = async () =>
    (await behind.fetchHistory()).events?.some(
      (event) => event.workflowExecutionCancelRequestedEventAttributes,
    );
  await until(asked, { what: 'it is asked to end', timeoutMs: 60_000 });
  await behind.terminate();
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(home.read('behind/summary.json'))).toMatchObject({ candidates: 20, scored: 20 });
});

test('gc takes the parts of a run along', { timeout: 120_000 }, async () => {
  const client = new Client({ connection });
  const count = async () => (await client.workflow.count('ExecutionStatus != "Running"')).count;
  expect((await partsOf('parts')).length).toBeGreaterThan(0);
  const store = await connectStore({ url: nats.url });
  try {
    const inAYear = { now: Date.now() + 365 * 86_400_000, olderThan: 30 * 86_400_000, keepLast: 0 };
    const collection = await planCollection({ client, store, ...inAYear });
    await collect({ client, store, collection });
    await until(async () => (await count()) === 0, {
      what: 'nothing is left in Temporal',
      timeoutMs: 60_000,
      everyMs: 200,
    });
    // A concurrent collector finds the item gone, and continues.
    await collect({ client, store, collection });
  } finally {
    await store.close();
  }
});
