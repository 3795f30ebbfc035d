// Tests that a search whose history grows too long continues over many runs, with the ranking of a single
// one.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSpace } from '../../core/spaces/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { done, spawnNode, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

const script = (name: string) => fileURLToPath(new URL(`../e2e/${name}`, import.meta.url));
const space = openSpace({ kind: 'nas-bench-201' });
const SHARDS = 100;
const candidates = Array.from({ length: SHARDS }, (_, i) => space.enumeration!.at(i * 100 + 3));
const POISON = [candidates[0]!, candidates[90]!];
const SUGGESTED_AT = 100;

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
beforeAll(async () => {
  home = testHome();
  const limits = { 'limit.historyCount.suggestContinueAsNew': SUGGESTED_AT };
  temporal = await startTemporal({ home, limits });
  nats = await startNats({ dir: `${home.dir}/nats` });
  home.write('candidates.txt', candidates.join('\n'));
  const strategy = { kind: 'list', file: 'candidates.txt' };
  for (const [name, shardSize] of [
    ['many', 1],
    ['few', 64],
  ] as const)
    home.write(`${name}.json`, specification({ changes: { strategy, execution: { shardSize, window: 8 } } }));
}, 120_000);
afterAll(async () => {
  await Promise.allSettled([temporal?.stop(), nats?.stop()]);
  await home.remove();
}, 60_000);

test('100 shards of one candidate: bounded histories, right counts, the same bytes', {
  timeout: 240_000,
}, async () => {
  const env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url, POISON: POISON.join(' ') };
  const control = spawnZeroscout(['worker', '--role', 'control'], { home, env });
  const score = spawnNode([script('e2e-worker.mjs'), script('e2e-poison-scorer.mjs')], { home, env });
  await done(['run', 'many.json', '--id', 'many', '--out', 'many'], { home, env });
  const summary = JSON.parse(home.read('many/summary.json'));
  expect(summary).toMatchObject({ candidates: SHARDS, scored: SHARDS - 2, reused: 0, failed: 2 });

  const connection = await Connection.connect({ address: temporal.address });
  const { workflow } = new Client({ connection });
  const lengths: number[] = [];
  for await (const run of workflow.list({ query: 'WorkflowId = "search-many"' })) {
    const { events } = await workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    lengths.push(events!.length);
  }
  const { memo } = await workflow.getHandle('search-many').describe();
  await connection.close();
  console.log(`${lengths.length} runs of ${lengths.join(', ')} events`);
  expect(lengths.length).toBeGreaterThan(3);
  // Shards in the window still end, with up to six events each.
  expect(Math.max(...lengths)).toBeLessThanOrEqual(SUGGESTED_AT + 8 * 6 + 20);
  expect(memo).toMatchObject({ name: 'sample', space: 'nas-bench-201', state: 'done' });
  const { stdout } = await done(['status', 'many', '--json'], { home, env });
  expect(JSON.parse(stdout)).toMatchObject({ id: 'many', state: 'completed' });

  // The same id still has its specification.
  home.write('other.json', specification({ changes: { seed: 9 } }));
  const refused = await zeroscout(['run', 'other.json', '--id', 'many', '--json'], { home, env });
  expect([refused.code, JSON.parse(refused.stdout).error.issues]).toEqual([
    2,
    expect.arrayContaining([
      expect.objectContaining({ message: expect.stringMatching(/seed.*\b1\b.*\b9\b/) }),
    ]),
  ]);

  await done(['run', 'few.json', '--id', 'few', '--out', 'few'], { home, env });
  expect(home.read('few/ranking.csv')).toBe(home.read('many/ranking.csv'));
  expect(home.read('few/failures.csv')).toBe(home.read('many/failures.csv'));
  for (const worker of [score, control]) worker.child.kill('SIGTERM');
  await Promise.all([score.ended, control.ended]);
});
