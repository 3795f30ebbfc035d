// Tests that a search has the undisturbed ranking when workers are suspended, cut off, have wrong clocks or
// are replaced.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../support/home.js';
import { type Cluster, PATIENCE_MS, startStaffed } from './support/cluster.js';
import { buildOf, makeCurrent } from './support/deployment.js';
import { cutNetwork, dismiss, jumpClocks, replaceWorker, someWorker, stopWorker } from './support/faults.js';
import { checkInvariant, forget, type Reference, undisturbed } from './support/invariant.js';

/**
 * Longer than a shard's heartbeat timeout (workflows/score-list.ts), so the shard is given to another worker.
 */
const LONG_MS = 20_000;
const timeout = PATIENCE_MS;

let cluster: Cluster;
let reference: Reference;
beforeAll(async () => {
  cluster = await startStaffed();
  reference = await undisturbed({ cluster });
}, PATIENCE_MS);
afterEach(async () => {
  cluster.misbehave({ clockMs: undefined, paceMs: undefined });
  await forget({ cluster, reference });
}, PATIENCE_MS);
afterAll(() => cluster?.close(), PATIENCE_MS);

test('a score worker stopped for longer than its heartbeats may be late, then continued', {
  timeout,
}, async () => {
  const search = cluster.search('stopped');
  await search.reaches(10);
  const worker = someWorker(cluster, 'score', 'direct');
  // The other worker may have been given the first shards.
  const scores = () => search.over() || search.scoredBy(worker) > 0;
  await until(scores, { what: 'this worker scores', timeoutMs: PATIENCE_MS });
  expect(search.over()).toBe(false);
  await stopWorker({ worker, stoppedMs: LONG_MS });
  await checkInvariant({ cluster, search, reference });
});

test.each([
  // Longer than a request may take; what was sent arrives late.
  ['nats', 8_000, 'resumed'],
  ['temporal', LONG_MS, 'reset'],
] as const)(
  'the network between workers and %s is cut for %i ms, then %s',
  {
    timeout,
  },
  async (name, cutMs, healed) => {
    const search = cluster.search(`cut-${name}`);
    await search.reaches(10);
    await cutNetwork({ cluster, name, cutMs, healed });
    await checkInvariant({ cluster, search, reference });
  },
);

test('clocks of workers jump an hour ahead, and two hours back', { timeout }, async () => {
  const search = cluster.search('clocks');
  await search.reaches(10);
  await jumpClocks({ cluster, byMs: 3_600_000, forMs: 1_000 });
  cluster.misbehave({ clockMs: -3_600_000 });
  await checkInvariant({ cluster, search, reference });
});

test('two `zeroscout run` of one search at once', { timeout }, async () => {
  // Scoring is slow, so that the second command finds the search of the first however late it starts.
  cluster.misbehave({ paceMs: 200 });
  const both = [cluster.search('twice'), cluster.search('twice')];
  for (const search of both) await checkInvariant({ cluster, search, reference });
  expect(cluster.scored('twice')).toHaveLength(cluster.samples);
  const said = (await Promise.all(both.map(({ run }) => run.ended))).map(({ stderr }) => stderr).join('');
  expect(said.match(/attached to it/g)).toHaveLength(1);
});

test('SIGTERM: a worker of each role drains, others take over, nothing is scored again', {
  timeout,
}, async () => {
  const search = cluster.search('drained');
  for (const [role, at] of [['score', 10] as const, ['control', 30] as const]) {
    await search.reaches(at);
    // Scoring is slow meanwhile, so that the search does not end before the new worker is ready.
    cluster.misbehave({ paceMs: 500 });
    const took = await replaceWorker({ cluster, worker: someWorker(cluster, role), signal: 'SIGTERM' });
    cluster.misbehave({ paceMs: undefined });
    console.log(`a ${role} worker drained in ${(took / 1_000).toFixed(1)} s`);
  }
  await checkInvariant({ cluster, search, reference });
  expect(cluster.scored('drained')).toHaveLength(cluster.samples);
});

/** This test is last because later searches would go to versioned control workers only. */
test('upgrade in mid-run with --deployment: a search ends on the version that it began on', {
  timeout,
}, async () => {
  await dismiss(someWorker(cluster, 'control'));
  const join = async (build: string) => {
    await cluster.addWorker('control', 'network', ['--deployment', 'zeroscout', '--build', build]);
    await makeCurrent({ cluster, build });
  };
  await join('1.0.0');
  const search = cluster.search('begun-before');
  await search.reaches(20);
  await join('1.1.0');
  await checkInvariant({ cluster, search, reference });
  expect(await buildOf({ cluster, id: search.id })).toBe('1.0.0');
  await forget({ cluster, reference });
  const next = cluster.search('begun-after');
  await checkInvariant({ cluster, search: next, reference });
  expect(await buildOf({ cluster, id: next.id })).toBe('1.1.0');
});
