// Tests that `zeroscout correlate` agrees with the definitions of its numbers, computed here in another way,
// on a real search.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { runOverClasses, writeTruth } from '../support/known-search.js';
import { done, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 60;
/** The truth file omits every fifth candidate, to cover a partly known ranking. */
const isKnown = (index: number) => index % 5 !== 4;

const space = openSpace({ kind: 'nas-bench-201' });
let home: TestHome;
let rows: readonly RankingRow[];

/** Whole numbers from 60 to 66, so that many are equal; `noisy` is independent of the ranking. */
const accuracies = {
  noisy: (index: number) => 60 + ((index * 7919) % 7),
  reversed: (index: number) => 60 + index,
};

beforeAll(async () => {
  home = testHome();
  rows = await runOverClasses({ home, id: 'one', samples: SAMPLES, draws: 2 });
  writeTruth({ home, rows, accuracies, isKnown });
}, 300_000);
afterAll(() => home.remove(), 60_000);

/** Kendall's tau-b by its definition: every pair is compared. */
function tauB(a: readonly number[], b: readonly number[]): number {
  let [agreement, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const [x, y] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
      agreement += x * y;
      untiedA += x * x;
      untiedB += y * y;
    }
  return agreement / Math.sqrt(untiedA * untiedB);
}

/** Spearman's rho by its definition: Pearson's correlation of the mean ranks. */
function rho(a: readonly number[], b: readonly number[]): number {
  const ranks = (v: readonly number[]) =>
    v.map((x) => v.filter((y) => y < x).length + v.filter((y) => y === x).length / 2);
  const centred = (v: readonly number[]) => v.map((x) => x - v.reduce((s, y) => s + y, 0) / v.length);
  const dot = (v: readonly number[], w: readonly number[]) => v.reduce((s, x, i) => s + x * w[i]!, 0);
  const [x, y] = [centred(ranks(a)), centred(ranks(b))];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function gain(values: readonly number[]): number {
  const least = Math.min(...values);
  return values.reduce((sum, value, index) => sum + (value - least) / Math.log2(index + 2), 0);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the numbers as JSON', () => {
  test.each(['noisy', 'reversed'] as const)('%s', async (dataset) => {
    const { stdout } = await done(['correlate', 'one', '--truth', 'truth.csv', '--json'], { home });
    const { id, datasets } = JSON.parse(stdout);
    expect(id).toBe('one');
    const found = datasets.find((each: { dataset: string }) => each.dataset === dataset);

    const known = rows.flatMap((row, index) =>
      isKnown(index) ? [{ ...row, accuracy: accuracies[dataset](index) }] : [],
    );
    const truth = known.map(({ accuracy }) => accuracy);
    const scores = known.map(({ score }) => score);
    expect(found.written.candidates).toBe(truth.length);
    expect(found.written.kendall).toBeCloseTo(tauB(scores, truth), 12);
    expect(found.written.spearman).toBeCloseTo(rho(scores, truth), 12);
    expect(found.ndcg).toBeCloseTo(gain(truth) / gain(truth.toSorted((a, b) => b - a)), 12);
    expect(found.trueBest).toBe(Math.max(...truth));

    const classes = [...new Set(known.map((row) => row.class))].map((unit) => {
      const members = known.filter((row) => row.class === unit);
      return { score: members[0]!.score, accuracy: mean(members.map(({ accuracy }) => accuracy)) };
    });
    expect(classes.length).toBeLessThan(truth.length);
    expect(found.classes.candidates).toBe(classes.length);
    const [classScores, classTruth] = [classes.map((c) => c.score), classes.map((c) => c.accuracy)];
    expect(found.classes.kendall).toBeCloseTo(tauB(classScores, classTruth), 12);
    expect(found.classes.spearman).toBeCloseTo(rho(classScores, classTruth), 12);

    const ten = found.top.find(({ k }: { k: number }) => k === 10);
    expect(ten.mean).toBeCloseTo(mean(truth.slice(0, 10)), 12);
    expect(ten.best).toBe(Math.max(...truth.slice(0, 10)));
    // The class is the representative, by whose costs the ranking itself ranks the candidates of the class.
    const costs = known.map((row) => space.costs({ candidate: row.class!, resolution: 32 }));
    const textOf = (row: (typeof known)[number]) => `${row.class}\n${row.candidate}`;
    const byFlops = known
      .map((row, i) => ({ ...row, flops: costs[i]!.flops }))
      .toSorted((a, b) => b.flops - a.flops || (textOf(a) < textOf(b) ? -1 : 1))
      .map(({ accuracy }) => accuracy);
    expect(ten.flops.mean).toBeCloseTo(mean(byFlops.slice(0, 10)), 12);
    expect(ten.regret).toBe(Math.max(...truth) - ten.best);

    const flops = costs.map((each) => each.flops);
    expect(flops).not.toEqual(known.map(({ proxies }) => proxies.complexity!));
    expect(found.baselines.flops.written.kendall).toBeCloseTo(tauB(flops, truth), 12);
    const parameters = costs.map((each) => each.parameters);
    expect(found.baselines.parameters.written.kendall).toBeCloseTo(tauB(parameters, truth), 12);
    expect(found.baselines.depth.written.candidates).toBe(truth.length);
    expect(found.baselines.flopsAndResidual.recall).toHaveLength(3);
    const halfway = classTruth.toSorted((a, b) => a - b)[classes.length >> 1]!;
    const better = classes.filter(({ accuracy }) => accuracy >= halfway);
    expect(found.betterHalf.kendall).toBeCloseTo(
      tauB(
        better.map(({ score }) => score),
        better.map(({ accuracy }) => accuracy),
      ),
      12,
    );
  });

  test('an accuracy that falls with the rank has a tau below zero, the same file rising one above', async () => {
    const rising = home
      .read('truth.csv')
      .replace(/,(\d+)$/gm, (_, accuracy: string) => `,${200 - Number(accuracy)}`);
    home.write('rising.csv', rising);
    const [falls, rises] = await Promise.all(
      ['truth.csv', 'rising.csv'].map((truth) =>
        done(['correlate', '@last', '--truth', truth, '--json'], { home }),
      ),
    );
    const tau = ({ stdout }: { stdout: string }) => JSON.parse(stdout).datasets[1].written.kendall;
    expect(tau(falls!)).toBeLessThan(-0.9);
    expect(tau(rises!)).toBeGreaterThan(0.9);
  });
});

test('the table has a line for each dataset, over candidates and over classes', async () => {
  const { stdout } = await done(['correlate', 'one', '--truth', 'truth.csv'], { home });
  for (const dataset of ['noisy', 'reversed']) {
    expect(stdout).toMatch(new RegExp(`${dataset} .*48 written`));
    expect(stdout).toMatch(new RegExp(`${dataset} .* classes`));
    // Rankings by costs stand in a table of each dataset, under its name.
    const [table] = stdout.slice(stdout.search(new RegExp(`^${dataset}$`, 'm'))).split('\n\n');
    for (const name of ['this ranking', 'FLOPs', 'parameters', 'depth', 'FLOPs \\+ identity path'])
      expect(table).toMatch(new RegExp(`^${name} +-?\\d`, 'm'));
  }
});

test('of few candidates, no top is repeated', async () => {
  const few = home.read('truth.csv').split('\n').slice(0, 9).join('\n');
  home.write('few.csv', few);
  const { stdout } = await done(['correlate', 'one', '--truth', 'few.csv'], { home });
  const tops = [...stdout.matchAll(/^noisy +(\d+) +[\d.]+ /gm)].map(([, k]) => k);
  expect(tops).toEqual(['1', '8']);
});

test('what cannot be compared ends with code 2', async () => {
  const cell = rows[0]!.candidate;
  home.write('header.csv', 'arch,noisy\n');
  home.write('nameless.csv', 'name,noisy\na,1\n');
  home.write('words.csv', `arch,noisy\n${cell},high\n`);
  home.write('foreign.csv', 'arch,noisy\nw216-h3r4,70\n');
  home.write('single.csv', `arch,noisy\n${cell},70\n`);
  const cases = [
    ...['absent.csv', 'header.csv', 'nameless.csv', 'words.csv', 'foreign.csv', 'single.csv'].map((file) => [
      'one',
      file,
    ]),
    ['none', 'truth.csv'],
  ];
  const outcomes = await Promise.all(
    cases.map(([id, file]) => zeroscout(['correlate', id!, '--truth', file!], { home })),
  );
  expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(() => [2, '']));
});

describe('compare', () => {
  test('of two searches that differ in their seed: agreement with known accuracies as correlate says it, and with each other', async () => {
    const given = JSON.parse(home.read('one.json'));
    home.write('candidates.txt', rows.map(({ candidate }) => candidate).join('\n'));
    const strategy = { kind: 'list', file: 'candidates.txt' };
    home.write('again.json', JSON.stringify({ ...given, strategy, seed: 2 }));
    await done(['run', 'again.json', '--id', 'two'], { home });
    const truth = ['--truth', 'truth.csv'];
    const timed = ['--time', '1', '--out', 'c', '--json'];
    const { stdout } = await done(['compare', 'one', 'two', ...truth, ...timed], { home });
    const { searches, between } = JSON.parse(stdout);
    expect(JSON.parse(home.read(join('c', 'comparison.json')))).toEqual({ searches, between });
    expect(home.read(join('c', 'quality.csv'))).toContain('one,noisy,this ranking,aggregation,');

    const { costs, datasets } = searches[0];
    expect(costs).toMatchObject({
      candidates: 1,
      families: expect.arrayContaining([expect.objectContaining({ family: 'az-nas' })]),
    });
    expect(costs.together).toBeGreaterThan(0);
    const [own] = datasets[0].rankers;
    expect(own.milliseconds).toBe(costs.together);
    expect(home.read(join('c', 'costs.csv'))).toContain('one,trainability,az-nas,');

    const correlated = JSON.parse((await done(['correlate', 'one', ...truth, '--json'], { home })).stdout);
    for (const { dataset, written, ndcg, exponentialNdcg, baselines } of correlated.datasets) {
      const found = searches[0].datasets.find((each: { dataset: string }) => each.dataset === dataset);
      const own = found.rankers[0];
      expect(own.kendall.value).toBeCloseTo(written.kendall, 12);
      expect(own.spearman.value).toBeCloseTo(written.spearman, 12);
      expect(own.ndcg.value).toBeCloseTo(ndcg, 12);
      expect(own.exponentialNdcg.value).toBeCloseTo(exponentialNdcg, 12);
      for (const [name, baseline] of [
        ['complexity', baselines.flops],
        ['parameters', baselines.parameters],
        ['depth', baselines.depth],
      ]) {
        const other = found.rankers.find((each: { name: string }) => each.name === name);
        expect(other.kendall.value, name).toBeCloseTo(baseline.written.kendall, 12);
        expect(other.ndcg.value, name).toBeCloseTo(baseline.ndcg, 12);
        const means = other.top.map(({ mean: { value } }: { mean: { value: number } }) => value);
        expect(means, name).toEqual(baseline.top.map((each: { mean: number }) => each.mean));
      }
    }
    const winners = searches[0].stability.winners.map(({ candidate }: { candidate: string }) => candidate);
    expect(winners[0]).toBe(rows[0]!.candidate);
    expect(between[0]).toMatchObject({ searches: ['one', 'two'], candidates: searches[0].candidates });
    expect(between[0].differ).toContain('seed');
    expect(between[0].kendall).toBeGreaterThan(0);

    const { stdout: shown } = await done(['compare', 'one', '--time', '0'], { home });
    expect(shown).toContain('Is this stable enough to act on?');
    expect(shown).not.toContain('truth');
    // Two draws show how ranks vary. One draw does not, so the columns are left out.
    expect(shown).toMatch(/^ *rank +ranks +in top 10 +candidate/m);
    home.write(
      'once.json',
      JSON.stringify({ ...given, strategy, fidelity: { ...given.fidelity, draws: 1 } }),
    );
    await done(['run', 'once.json', '--id', 'once'], { home });
    const { stdout: once } = await done(['compare', 'once', '--time', '0'], { home });
    expect(once).toMatch(/^ *rank +candidate/m);
  }, 300_000);

  test('what cannot be compared ends with code 2', async () => {
    const cases = [['none'], ['one', 'one'], ['one', '--truth', 'absent.csv']];
    const outcomes = await Promise.all(cases.map((args) => zeroscout(['compare', ...args], { home })));
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(() => [2, '']));
  });
});
