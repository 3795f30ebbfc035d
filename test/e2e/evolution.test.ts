// Tests that an evolution has the same ranking whatever its workers and kills, and that constraints that no
// candidate meets are explained.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSpace } from '../../core/spaces/index.js';
import { InferenceSession } from '../../engine/onnx-runtime.js';
import { HIRED, hireWorkers } from '../support/hire.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';
import { searchWithKills } from './e2e-kills.js';

const BUDGET = 48;
const SEED = Number(process.env.ZEROSCOUT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const space = openSpace({ kind: 'nas-bench-201' });

const evolution = (changes: Readonly<Record<string, unknown>> = {}) =>
  specification({
    changes: {
      strategy: { kind: 'evolution', population: 12, budget: BUDGET, generation: 12, mutations: 1 },
      constraints: { flops: { max: '90M' } },
      fidelity: { draws: 1, batch: 8, resolution: 16 },
      execution: { shardSize: 12 },
      ...changes,
    },
  });

/** Eight networks of a space whose costs grow with the image size. */
const WIDE = {
  input: { resolution: 32 },
  classes: 10,
  stages: [
    { block: 'basic', width: [8, 16] },
    { block: 'basic', width: [8, 16], depth: [1, 2] },
  ],
};

const homes: TestHome[] = [];
/** A separate home, because scores of another search would be reused. */
function fresh(): TestHome {
  const home = testHome();
  homes.push(home);
  return home;
}

let first: TestHome;
let reference: string;
beforeAll(async () => {
  first = fresh();
  await first.startServices();
  await hireWorkers({ home: first });
  first.write('search.json', evolution());
  await done(['run', 'search.json', '--id', 'first', '--out', 'out', ...HIRED], { home: first });
  reference = first.read('out/ranking.csv');
}, 180_000);
afterAll(async () => {
  for (const home of homes) await home.remove();
}, 120_000);

test('the budget is spent on different candidates that meet the constraint', () => {
  const candidates = reference
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[1]!);
  expect(candidates).toHaveLength(BUDGET);
  expect(new Set(candidates.map(space.canonicalKey)).size).toBe(BUDGET);
  for (const candidate of candidates)
    expect(space.costs({ candidate, resolution: 32 }).flops).toBeLessThanOrEqual(90e6);
  const summary = JSON.parse(first.read('out/summary.json'));
  expect(summary).toMatchObject({ candidates: BUDGET, scored: BUDGET, reused: 0, generations: 4 });
  expect(summary.drawn.rejected['flops.max']).toBeGreaterThan(0);
  const { proposed, rejected, duplicates } = summary.drawn;
  expect(proposed).toBe(BUDGET + rejected['flops.max'] + duplicates);
});

test('again, in other shards: every score is there already, and so is the course', async () => {
  first.write('again.json', evolution({ execution: { shardSize: 3, window: 2 } }));
  await done(['run', 'again.json', '--id', 'again', '--out', 'again', ...HIRED], { home: first });
  expect(first.read('again/ranking.csv')).toBe(reference);
  expect(JSON.parse(first.read('again/summary.json'))).toMatchObject({ scored: 0, reused: BUDGET });
}, 180_000);

test(`killed at random moments, ZEROSCOUT_KILL_SEED=${SEED}: the same bytes`, async () => {
  const home = fresh();
  home.write('search.json', evolution({ execution: { shardSize: 4 } }));
  const trial = { workers: 2, shardSize: 4, seed: SEED };
  const { kills, computed, computedAgain } = await searchWithKills({ home, trial, samples: BUDGET });
  const moments = kills.map(({ what, at }) => `${what} after ${at}`).join(', ');
  console.log(`seed ${SEED}: killed ${moments}; ${computed} computed, ${computedAgain} more than once`);
  expect(home.read('out/ranking.csv')).toBe(reference);
}, 300_000);

test('the Pareto front: rising FLOPs, rising scores, the best last', async () => {
  const { stdout } = await done(['results', 'first', '--pareto', 'flops', '--json'], { home: first });
  const front = JSON.parse(stdout) as { rank: number; score: number; flops: number }[];
  expect(front.length).toBeGreaterThan(1);
  expect(front.at(-1)!.rank).toBe(1);
  front.slice(1).forEach((row, i) => {
    expect(row.score).toBeGreaterThan(front[i]!.score);
    expect(row.flops).toBeGreaterThan(front[i]!.flops);
  });
  const csv = await done(['results', 'first', '--pareto', 'flops', '--format', 'csv'], { home: first });
  expect(csv.stdout.trimEnd().split('\n')).toHaveLength(1 + front.length);
}, 180_000);

test('the winners leave as texts with costs, ONNX models and PyTorch modules', async () => {
  const names: Record<string, string> = {};
  for (const format of ['config', 'onnx', 'pytorch']) {
    const args = ['export', 'first', '--top', '2', '--format', format, '--out', 'winners', '--json'];
    const { files } = JSON.parse((await done(args, { home: first })).stdout) as { files: string[] };
    expect(files).toHaveLength(2);
    names[format] = `winners/${files[1]!.split('/').at(-1)}`;
  }
  const { candidate, costs, rank } = JSON.parse(first.read(names.config!));
  expect(rank).toBe(2);
  expect(reference.split('\n')[2]).toContain(candidate);
  expect(costs).toEqual(space.costs({ candidate, resolution: 32 }));
  expect(first.read(names.pytorch!)).toContain(candidate);
  const session = await InferenceSession.create(join(first.dir, names.onnx!));
  expect(session.outputNames).toEqual(['logits']);
  await session.release();
}, 180_000);

test('a limit on latency: measured before anything is scored, shown with its machine, found again', async () => {
  const constraints = { flops: { max: '90M' }, latency: { max: '100s' } };
  const strategy = { kind: 'evolution', population: 4, budget: 8, generation: 4, mutations: 1 };
  first.write('fast.json', evolution({ constraints, strategy }));
  const { stdout } = await done(['run', 'fast.json', '--id', 'fast', '--out', 'fast', ...HIRED], {
    home: first,
  });
  expect(stdout).toMatch(
    /latency: one image, median of repeated runs on .*, 1 thread; valid for that machine only/,
  );
  const { drawn } = JSON.parse(first.read('fast/summary.json'));
  expect(Object.values(drawn.latencies)).toEqual([expect.stringContaining('1 thread')]);
  const rows = async (id: string): Promise<{ candidate: string; latency: number }[]> =>
    JSON.parse((await done(['results', id, '--json'], { home: first })).stdout);
  const measured = await rows('fast');
  for (const { latency } of measured) expect(latency).toBeGreaterThan(0);
  // Half of the candidates are slower than the median. A repeated measurement is not needed.
  const median = measured.map(({ latency }) => latency).sort((a, b) => a - b)[4]!;
  first.write('list.txt', `${measured.map(({ candidate }) => candidate).join('\n')}\n`);
  const limit = { flops: { max: '90M' }, latency: { max: `${median.toFixed(6)}ms` } };
  const list = { kind: 'list', file: 'list.txt' };
  first.write('faster.json', evolution({ constraints: limit, strategy: list, cohort: 'written' }));
  await done(['run', 'faster.json', '--id', 'faster', ...HIRED], { home: first });
  const faster = await rows('faster');
  const limits = Number(median.toFixed(6));
  expect(faster.map(({ candidate }) => candidate).sort()).toEqual(
    measured
      .filter(({ latency }) => latency <= limits)
      .map(({ candidate }) => candidate)
      .sort(),
  );
}, 300_000);

test('latency is a column, an axis and a field of exports, with machine and spread', async () => {
  const [header, ...rows] = first.read('fast/ranking.csv').trimEnd().split('\n');
  expect(header).toMatch(/,parameters,latency$/);
  for (const row of rows) expect(Number(row.split(',').at(-1))).toBeGreaterThan(0);
  const show = async (...args: string[]) =>
    (await done(['results', 'fast', ...args], { home: first })).stdout;
  const front = JSON.parse(await show('--pareto', 'latency', '--json'));
  const times = front.map(({ latency }: { latency: number }) => latency);
  expect(times.toSorted((a: number, b: number) => a - b)).toEqual(times);
  expect(front[0].latencySpread).toMatchObject({ low: expect.any(Number), busy: expect.any(Boolean) });
  expect(await show('--pareto', 'latency', '--format', 'csv')).toMatch(/^rank,.*,parameters,latency\n/);
  expect(await show('--pareto', 'latency', '--top', '1')).toMatch(
    /on the front of 8 candidates; FLOPs of images/,
  );
  await done(['export', 'fast', '--out', 'fastest'], { home: first });
  const exported = JSON.parse(first.read('fastest/rank-1.json'));
  expect(exported).toMatchObject({ latency: expect.any(Number), latencyMachines: [expect.any(String)] });
}, 120_000);

test('one candidate has one number of FLOPs, and the top of a front is its best', async () => {
  const json = async (...args: string[]) =>
    JSON.parse((await done(['results', 'wide', ...args, '--json'], { home: first })).stdout);
  const space = { kind: 'custom', definition: WIDE };
  const fidelity = { draws: 1, batch: 2, resolution: 16 };
  const strategy = { kind: 'exhaustive' };
  first.write(
    'wide.json',
    evolution({ space, fidelity, strategy, constraints: undefined, cohort: undefined }),
  );
  await done(['run', 'wide.json', '--id', 'wide', ...HIRED], { home: first });
  const [best] = await json('--top', '1');
  // Candidates are scored at 16 pixels, and published at 32.
  expect(best.flops).toBeGreaterThan(2 * best.complexity);
  const front = await json('--pareto', 'flops');
  const shown = front.find(({ candidate }: { candidate: string }) => candidate === best.candidate);
  expect(shown.flops).toBe(best.flops);
  const { stdout } = await done(['results', 'wide', '--top', '1'], { home: first });
  expect(stdout).toContain((best.flops / 1e6).toFixed(2));
  expect(stdout).toContain('FLOPs of images of 32 x 32');
  const [only] = await json('--pareto', 'flops', '--top', '1');
  expect(only.rank).toBe(1);
  const top = await done(['results', 'wide', '--pareto', 'flops', '--top', '1'], { home: first });
  expect(top.stdout).toContain(`the best 1 of ${front.length} on the front of 8 candidates`);
}, 120_000);

test('a measurement can be taken again, is taken for a search without limits too, and says when the machine was busy', async () => {
  const measure = async (...args: string[]) =>
    JSON.parse((await done(['latency', 'measure', ...args, '--json'], { home: first })).stdout);
  const refused = await zeroscout(['results', 'wide', '--pareto', 'latency'], { home: first });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining(
      '--pareto: no latency of "wide" was measured yet; measure them with `zeroscout latency measure wide`',
    ),
  ]);
  expect(await measure('wide', '--top', '3')).toMatchObject({ measured: 3, failed: 0, resolution: 32 });
  const { stdout } = await done(['results', 'wide', '--pareto', 'latency'], { home: first });
  expect(stdout).toMatch(/on the front of 8 candidates, of which 5 have no latency; FLOPs/);

  const known = await measure('fast', '--top', '2');
  expect(known).toMatchObject({ measured: 0, machines: [expect.stringContaining('1 thread')] });
  const load = Array.from({ length: 4 * availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;);']),
  );
  try {
    const again = async () => {
      const { stdout } = await done(['latency', 'measure', 'fast', '--top', '2', '--again'], { home: first });
      expect(stdout).toContain('2 of 2 measured now');
      return stdout;
    };
    // All runs of a small network may fall into one undisturbed time slice; then it is measured once more.
    await expect
      .poll(again, { timeout: 120_000 })
      .toMatch(/the machine was busy while [12] of 2 latencies were measured/);
  } finally {
    for (const child of load) child.kill('SIGKILL');
  }
  // The last measurement counts, wherever it is shown.
  const [row] = JSON.parse((await done(['results', 'fast', '--json'], { home: first })).stdout);
  expect(row.candidate).toBe(known.candidates[0].candidate);
  expect(row.latency).not.toBe(known.candidates[0].latency);
}, 180_000);

describe('what nobody can meet', () => {
  test('limits outside the bounds of the space: refused before anything starts', async () => {
    first.write('outside.json', evolution({ constraints: { parameters: { max: '1k' } } }));
    for (const command of ['validate', 'run']) {
      const { code, stdout, stderr } = await zeroscout([command, 'outside.json', '--json'], { home: first });
      expect(code).toBe(2);
      expect(JSON.parse(stdout).error).toMatchObject({
        code: 'invalid-input',
        field: 'constraints.parameters.max',
      });
      expect(stderr).toContain('73.31k to 1.53M');
    }
    first.write('vacuous.json', evolution({ constraints: { flops: { max: '900M' } } }));
    const { stdout } = await done(['validate', 'vacuous.json'], { home: first });
    expect(stdout).toContain('warning: constraints.flops.max: ');
  });

  test('an evolution says what was rejected', async () => {
    // In a space without a maximum, nothing is known before candidates are drawn.
    const space = { kind: 'mobilenet-v2' };
    const fidelity = { draws: 1, batch: 1, resolution: 32 };
    const nobody = { space, fidelity, constraints: { parameters: { max: '1k' } }, cohort: 'written' };
    first.write('nobody.json', evolution(nobody));
    const { code, stdout } = await zeroscout(['run', 'nobody.json', '--id', 'nobody', '--json', ...HIRED], {
      home: first,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'search-failed',
      reason: expect.stringMatching(/^constraints: .*10000 rejected by parameters\.max/),
    });
  }, 180_000);

  test('while nothing is fast enough, whoever follows is told what is measured and what is rejected', async () => {
    const constraints = { latency: { max: '0.0001ms' }, resolution: 8 };
    first.write('slow.json', evolution({ constraints }));
    const running = spawnZeroscout(['run', 'slow.json', '--id', 'slow', ...HIRED], { home: first });
    await running.says(/rejecting: \d+ % by latency\.max, 0 of 12 taken of \d+ drawn/);
    await running.says(/measuring latency: \d+ candidates measured, 0 of 12 taken/);
    await done(['cancel', 'slow'], { home: first });
    await running.ended;
  }, 60_000);

  test('a random sample says how many there are', async () => {
    const strategy = { kind: 'random', samples: 5 };
    // Each of the two constraints can be met, but not both together.
    const both = { constraints: { flops: { max: '10M' }, parameters: { min: '1M' } } };
    first.write('few.json', evolution({ ...both, strategy }));
    const { code, stdout } = await zeroscout(['run', 'few.json', '--id', 'few', '--json', ...HIRED], {
      home: first,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'search-failed',
      reason: expect.stringMatching(/^strategy\.samples: .* 0 of the 15625/),
    });
  }, 180_000);
});
