// Tests that a search has the undisturbed ranking when Temporal is killed, stays unreachable, or returns in
// an earlier state.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cluster, PATIENCE_MS, startStaffed } from './support/cluster.js';
import { copyTemporal, dismiss, killServer } from './support/faults.js';
import { checkInvariant, forget, type Reference, undisturbed } from './support/invariant.js';

/** How long a server stays away in the long case. */
const GONE_MS = Number(process.env.ZEROSCOUT_GONE_SECONDS ?? 15) * 1_000;
/** How long a worker may take to poll again after a server has returned. */
const REMEMBERED_MS = 15_000;
const timeout = PATIENCE_MS + 2 * GONE_MS;

let cluster: Cluster;
let reference: Reference;
beforeAll(async () => {
  cluster = await startStaffed();
  reference = await undisturbed({ cluster });
}, PATIENCE_MS);
afterEach(() => forget({ cluster, reference }), PATIENCE_MS);
afterAll(() => cluster?.close(), PATIENCE_MS);

test.each([
  ['killed and restarted', 500],
  [`gone for ${GONE_MS / 1_000} s`, GONE_MS],
])('Temporal %s', { timeout }, async (what, awayMs) => {
  const search = cluster.search(what.replaceAll(' ', '-'));
  await search.reaches(20);
  await killServer({ cluster, name: 'temporal', awayMs });
  await checkInvariant({ cluster, search, reference });
});

test('Temporal restored from a copy that was taken in mid-run', { timeout }, async () => {
  const search = cluster.search('restored');
  await search.reaches(5);
  const restore = await copyTemporal(cluster);
  await search.reaches(35);
  await restore();
  await checkInvariant({ cluster, search, reference });
  // Shards that the copy does not know are scheduled again, and find their scores.
  expect(cluster.scored('restored').length).toBeLessThan(1.5 * cluster.samples);
});

test('Temporal restored under control workers that remember more than the copy', { timeout }, async () => {
  const search = cluster.search('remembered', 'parts');
  await search.reaches(5);
  const restore = await copyTemporal(cluster);
  await search.reaches(35);
  const scorers = [...cluster.workers].filter(({ role, dismissed }) => role === 'score' && !dismissed);
  for (const worker of scorers) await dismiss(worker);
  await restore();
  // Long enough that tasks would go to the worker that cached the workflow.
  await sleep(REMEMBERED_MS);
  for (const { role, way } of scorers) await cluster.addWorker(role, way);
  await checkInvariant({ cluster, search, reference });
});

test('Temporal restored from a copy that is older than the search', { timeout }, async () => {
  const restore = await copyTemporal(cluster);
  const search = cluster.search('unknown');
  await search.reaches(20);
  await restore();
  await search.run.says(/Temporal does not know/, PATIENCE_MS);
  await checkInvariant({ cluster, search, reference });
  expect(JSON.parse(cluster.home.read('unknown/summary.json')).reused).toBeGreaterThanOrEqual(15);
});
