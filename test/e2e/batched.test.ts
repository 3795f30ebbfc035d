// Tests a search with a batched supernet in which two candidates kill their scorer: only these are set aside,
// and the other scores agree with the CPU's.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { sample } from '../../core/random/shuffle.js';
import { kendall } from '../../core/ranking/correlation.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const candidates = sample({ key: { seed: 5, draw: 0, name: 'stack' }, count: 30, size: 15_625 }).map(
  nasBench201.enumeration.at,
);
const POISON = [2, 20].map((i) => candidates[i]!);

let home: TestHome;
beforeAll(async () => {
  home = testHome();
  await home.startServices();
  home.write('candidates.txt', candidates.join('\n'));
  const strategy = { kind: 'list', file: 'candidates.txt' };
  const fidelity = { draws: 1, batch: 4, resolution: 8, features: 'stages' };
  for (const device of ['cpu', 'cpu-stack']) {
    const changes = { strategy, fidelity, cohort: 'written', execution: { device, shardSize: 20 } };
    home.write(`${device}.json`, specification({ name: device, changes }));
  }
}, 120_000);
afterAll(() => home.remove(), 60_000);

const scores = (file: string) =>
  new Map(readRankingCsv(home.read(file)).map(({ candidate, score }) => [candidate, Number(score)]));

test('halving finds the guilty; the next run scores them alone; the ranking is that of the cpu', {
  timeout: 300_000,
}, async () => {
  const { temporal, nats } = readState({ home: home.home }).services;
  const env = {
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal!.port}`,
    NATS_URL: `nats://127.0.0.1:${nats!.port}`,
    POISON: POISON.join(' '),
  };
  const control = spawnZeroscout(['worker', '--role', 'control'], { home, env });
  const args = [script('e2e-worker.mjs'), script('e2e-poison-scorer.mjs'), 'cpu-stack'];
  const score = spawnNode(args, { home, env });
  await done(['run', 'cpu-stack.json', '--id', 'stack', '--workers', '0', '--out', 'poisoned'], { home });
  for (const worker of [score, control]) {
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect(code, stderr).toBe(0);
  }
  const failures = home.read('poisoned/failures.csv').trimEnd().split('\n').slice(1);
  expect(failures.map((line) => line.split(',').slice(0, 2)).sort()).toEqual(
    POISON.map((candidate) => [candidate, 'crash']).sort(),
  );
  expect(scores('poisoned/ranking.csv').size).toBe(candidates.length - POISON.length);

  await done(['run', 'cpu-stack.json', '--id', 'stack', '--again', '--out', 'stack'], { home });
  expect(JSON.parse(home.read('stack/summary.json'))).toMatchObject({ scored: 2, reused: 28, failed: 0 });
  await done(['run', 'cpu.json', '--id', 'one-by-one', '--out', 'cpu'], { home });
  // Another device class has other addresses, so nothing was reused.
  expect(JSON.parse(home.read('cpu/summary.json'))).toMatchObject({ scored: 30, reused: 0 });
  const [stack, cpu] = ['stack', 'cpu'].map((folder) => scores(`${folder}/ranking.csv`));
  const taus = kendall(
    candidates.map((candidate) => stack!.get(candidate)!),
    candidates.map((candidate) => cpu!.get(candidate)!),
  );
  expect(taus).toBeGreaterThanOrEqual(0.99);
});
