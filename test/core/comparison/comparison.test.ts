// Tests comparisons of cohorts against definitions that are computed here in another way, and that they are
// reproducible.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankCohort, scoresOf } from '../../../core/comparison/cohort.js';
import { compareCohorts, type SearchComparison } from '../../../core/comparison/comparison.js';
import { costsOf } from '../../../core/comparison/cost.js';
import { measureSample, sampleOf } from '../../../core/comparison/measure-sample.js';
import { knownOf, qualitiesOf, type RankerQuality } from '../../../core/comparison/quality.js';
import { redundancyOf } from '../../../core/comparison/redundancy.js';
import { stabilityOf } from '../../../core/comparison/stability.js';
import { comparisonTables } from '../../../core/comparison/tables.js';
import { aggregate } from '../../../core/ranking/aggregate.js';
import { kendall, spearman } from '../../../core/ranking/correlation.js';
import { levelsOf } from '../../../core/ranking/levels.js';
import { order } from '../../../core/ranking/order.js';
import { ndcg } from '../../../core/ranking/quality.js';
import { readTable } from '../../../core/text/table.js';
import { noisyCohort as cohort } from '../../support/noisy-cohort.js';
import { mulberry32 } from '../../support/random.js';

/** Kendall's tau-b by its definition: every pair is compared. */
function tauB(a: readonly number[], b: readonly number[]): number {
  let [agreement, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const sign = (v: readonly number[]) => (v[i] === v[j] ? 0 : v[i]! > v[j]! ? 1 : -1);
      agreement += sign(a) * sign(b);
      untiedA += sign(a) ** 2;
      untiedB += sign(b) ** 2;
    }
  return agreement / Math.sqrt(untiedA * untiedB);
}

describe('qualitiesOf', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 8 }),
    fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  );
  const rows = fc.array(fc.record({ score: value, accuracy: fc.integer({ min: 60, max: 95 }) }), {
    minLength: 2,
    maxLength: 60,
    size: 'max',
  });

  it('agrees with the definitions, stays within bounds, and its intervals are the same each time', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const scores = Float64Array.from(all, ({ score }) => score);
        const candidates = all.map(({ accuracy }, unit) => ({ unit, accuracy }));
        const judge = () => qualitiesOf([{ name: 'x', kind: 'proxy', scores }], knownOf(candidates, 3))[0]!;
        const found = judge();
        const tau = tauB(
          all.map(({ score }) => score),
          all.map(({ accuracy }) => accuracy),
        );
        if (Number.isNaN(tau)) expect(found.kendall.value).toBeNull();
        else expect(found.kendall.value).toBeCloseTo(tau, 10);
        const within = ({ value: gain }: { value: number | null }) => {
          expect(gain).toBeGreaterThanOrEqual(0);
          expect(gain).toBeLessThanOrEqual(1 + 1e-9);
        };
        within(found.exponentialNdcg);
        // The gain above the worst known is 0 everywhere where all accuracies are equal.
        if (all.every(({ accuracy }) => accuracy === all[0]!.accuracy)) expect(found.ndcg.value).toBeNull();
        else within(found.ndcg);
        const best = Math.max(...all.map(({ accuracy }) => accuracy));
        const inOrder = all
          .map((row, at) => ({ ...row, at }))
          .sort((a, b) => (a.score === b.score ? a.at - b.at : a.score < b.score ? 1 : -1));
        const ten = inOrder.slice(0, 10).map(({ accuracy }) => accuracy);
        expect(found.top[1]!.regret.value).toBe(best - Math.max(...ten));
        expect(found.top[1]!.mean.value).toBeCloseTo(ten.reduce((a, b) => a + b) / ten.length, 9);
        expect(judge()).toEqual(found);
      }),
      { numRuns: 60 },
    );
  });

  it('measures a sample with repeated members as the definitions measure its columns', () => {
    const sampled = fc.array(fc.nat({ max: 59 }), { minLength: 2, maxLength: 80, size: 'max' });
    fc.assert(
      fc.property(rows, sampled, (all, places) => {
        const members = Uint32Array.from(places, (place) => place % all.length);
        const accuracies = Float64Array.from(all, ({ accuracy }) => accuracy);
        const scores = Float64Array.from(all, ({ score }) => score);
        const sample = sampleOf({ members, accuracies, levels: levelsOf(accuracies) });
        const found = measureSample(sample, levelsOf(scores));
        const x = Array.from(members, (at) => scores[at]!);
        const y = Array.from(members, (at) => accuracies[at]!);
        expect(found.kendall).toBe(kendall(x, y));
        expect(found.spearman).toBe(spearman(x, y));
        const inOrder = [...order({ scores: x, candidates: x.map((_, at) => String(at).padStart(3, '0')) })];
        expect(found.ndcg).toBe(ndcg(inOrder.map((at) => y[at]!)));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the members of a class together in a resample', () => {
    const candidates = Array.from({ length: 30 }, (_, i) => ({ unit: i % 5, accuracy: i }));
    const { samples } = knownOf(candidates, 1);
    for (const sample of samples) {
      const counts = new Map<number, number>();
      for (const at of sample) {
        const { unit } = candidates[at]!;
        counts.set(unit, (counts.get(unit) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(count % 6).toBe(0);
      expect(sample).toHaveLength(30);
    }
  });

  it('lists equal scores of a resample in the order of the whole', () => {
    // The order in which equal scores are listed is that of the accuracies, the best last.
    const candidates = Array.from({ length: 60 }, (_, unit) => ({ unit, accuracy: 30 + unit }));
    const scores = Float64Array.from(candidates, ({ unit }) => (unit < 40 ? 1 : 0));
    const ranker = { name: 'of two values', kind: 'proxy', scores } as const;
    const [{ ndcg: gain, top }] = qualitiesOf([ranker], knownOf(candidates, 1)) as [RankerQuality];
    for (const { value, interval } of [gain, top[0]!.mean, top[1]!.mean, top[1]!.regret]) {
      expect(value).toBeGreaterThanOrEqual(interval![0]);
      expect(value).toBeLessThanOrEqual(interval![1]);
    }
  });

  it('has an interval around the value of a ranking with noise, which narrows as candidates become more', () => {
    const widthOf = (n: number) => {
      const random = mulberry32(n);
      const candidates = Array.from({ length: n }, (_, unit) => ({ unit, accuracy: 60 + 30 * random() }));
      const scores = Float64Array.from(candidates, ({ accuracy }) => accuracy + 15 * random());
      const { value, interval } = qualitiesOf(
        [{ name: 'x', kind: 'proxy', scores }],
        knownOf(candidates, 1),
      )[0]!.kendall;
      expect(interval![0]).toBeLessThan(value!);
      expect(interval![1]).toBeGreaterThan(value!);
      return interval![1] - interval![0];
    };
    expect(widthOf(400)).toBeLessThan(widthOf(40) / 2);
  });
});

describe('a cohort', () => {
  it('is scored as a search scores it', () => {
    const given = cohort();
    const columns = Object.entries(given.aggregation.weights).map(([proxy, weight]) => ({
      proxy,
      weight: weight!,
      draws: given.values.get(proxy)!,
    }));
    expect(scoresOf(rankCohort(given))).toEqual(aggregate({ columns, kind: 'log-rank' }));
  });

  it('names proxies that say the same, and what leaving one out changes', () => {
    const { correlations, clusters, leftOut, proxies } = redundancyOf(rankCohort(cohort()), new Map());
    expect(clusters).toEqual([['expressivity', 'complexity']]);
    expect(correlations[0]![0]).toBe(1);
    expect(correlations[0]![2]).toBe(correlations[2]![0]);
    expect(proxies).toEqual(['expressivity', 'complexity', 'naswot']);
    const [, complexity, naswot] = leftOut;
    expect(complexity!.kendall!).toBeGreaterThan(naswot!.kendall!);
    expect(complexity!.kept).toBeLessThanOrEqual(10);
  });

  it('is steady without noise, and less so with it', () => {
    const steady = stabilityOf(rankCohort(cohort({ noise: 0 })), 1);
    expect(steady.betweenDraws).toMatchObject({ kendall: 1, contenders: 5 });
    // The first fifty of forty units are all of them, which says nothing.
    expect(steady.betweenDraws!.stays).toEqual([1, 10].map((k) => ({ k, share: 1 })));
    expect(steady.winners.map(({ ranks }) => ranks)).toEqual(steady.winners.map(({ rank }) => [rank, rank]));
    const noisy = stabilityOf(rankCohort(cohort({ noise: 3 })), 1);
    expect(noisy.betweenDraws!.kendall).toBeLessThan(0.9);
    expect(noisy.betweenDraws!.contenders).toBeGreaterThan(5);
    expect(stabilityOf(rankCohort(cohort({ draws: 1 })), 1).betweenDraws).toBeNull();
  });

  it('names a ranked candidate where the text of a unit is another one', () => {
    const [first, second] = stabilityOf(rankCohort(cohort()), 1).winners;
    const writtenAs = new Map([[first!.candidate, 'as it was written']]);
    const { winners } = stabilityOf(rankCohort({ ...cohort(), writtenAs }), 1);
    expect(winners[0]!.candidate).toBe('as it was written');
    expect(winners[1]!.candidate).toBe(second!.candidate);
  });

  it('has winners whose scores are the sum of what their proxies add', () => {
    const { winners } = stabilityOf(rankCohort(cohort()), 1);
    for (const { score, from } of winners)
      expect(Object.values(from).reduce((sum, { term }) => sum + (term ?? 0), 0)).toBeCloseTo(score, 12);
  });
});

describe('compareCohorts', () => {
  const known = new Map([
    ['cifar10', cohort().units.map((_, unit) => ({ unit, accuracy: 90 + (unit % 7) }))],
  ]);
  const costs = costsOf(
    ['expressivity', 'complexity', 'naswot'],
    [
      { families: ['az-nas', 'naswot'], milliseconds: [9] },
      { families: ['az-nas'], milliseconds: [7] },
      { families: ['naswot'], milliseconds: [4] },
    ],
  );
  const of = (options: Parameters<typeof cohort>[0], truth: boolean) => ({
    cohort: cohort(options),
    space: { kind: 'nas-bench-201' },
    known: truth ? known : new Map(),
    millisecondsPerCandidate: 3,
    costs,
    sampleWarnings: [],
  });

  it('says the same twice, answers every question, and is whole as JSON and as tables', () => {
    const compare = () =>
      compareCohorts({ searches: [of({}, true), of({ id: 'two' }, true)], differ: () => ['seed'] });
    const found = compare();
    expect(compare()).toEqual(found);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    const [one] = found.searches;
    expect(one!.checklist.map(({ topic }) => topic)).toEqual([
      'stable',
      'train',
      'sensitive',
      'limits',
      'trial',
    ]);
    expect(one!.datasets[0]!.rankers.map(({ name }) => name)).toEqual([
      'this ranking',
      'equal weights',
      'expressivity',
      'complexity',
      'naswot',
    ]);
    const milliseconds = one!.datasets[0]!.rankers.map((ranker) => ranker.milliseconds);
    expect(milliseconds).toEqual([9, 9, 7, 0, 4]);
    expect(found.between).toHaveLength(1);
    for (const [file, text] of Object.entries(comparisonTables(found))) {
      const { names, rows } = readTable({ text, source: file, shape: 'CSV' });
      expect(rows.length).toBeGreaterThan(0);
      // Each two of three proxies once, for both searches.
      if (file === 'correlations.csv') expect(rows).toHaveLength(2 * 3);
      for (const { cells } of rows) expect(cells).toHaveLength(names!.length);
    }
  });

  it('judges a noisy ranking otherwise than a steady one, and one draw as unknown', () => {
    const verdict = (options: Parameters<typeof cohort>[0]) =>
      compareCohorts({ searches: [of(options, false)], differ: () => [] }).searches[0]!.checklist[0]!.verdict;
    expect(verdict({ noise: 0 })).toBe('good');
    expect(verdict({ noise: 5 })).toBe('caution');
    expect(verdict({ draws: 1 })).toBe('unknown');
  });
});

it('a ranking of one candidate is compared: no coefficient is defined, and the checklist says so', () => {
  const { searches } = compareCohorts({
    searches: [
      { cohort: cohort({ m: 1 }), space: { kind: 'darts' }, known: new Map(), millisecondsPerCandidate: 1 },
    ],
    differ: () => [],
  });
  const [{ redundancy, stability, checklist }] = searches as [SearchComparison];
  expect(redundancy.correlations[0]).toEqual([1, null, null]);
  expect(redundancy.leftOut.map(({ kendall }) => kendall)).toEqual([null, null, null]);
  expect(stability.betweenDraws?.kendall).toBeNull();
  expect(checklist.find(({ topic }) => topic === 'stable')?.verdict).toBe('unknown');
});

it('tells of each two searches how their specifications differ', () => {
  const searches = ['a', 'b', 'c'].map((id) => ({
    cohort: cohort({ id }),
    space: { kind: 'darts' },
    known: new Map(),
    millisecondsPerCandidate: 1,
  }));
  const { between } = compareCohorts({ searches, differ: (a, b) => [`${a} and ${b}`] });
  expect(between.map(({ searches: both, differ }) => [...both, ...differ])).toEqual([
    ['a', 'b', '0 and 1'],
    ['a', 'c', '0 and 2'],
    ['b', 'c', '1 and 2'],
  ]);
});

it('describes as many winners as are asked for', () => {
  const search = {
    cohort: cohort(),
    space: { kind: 'darts' },
    known: new Map(),
    millisecondsPerCandidate: 1,
  };
  const winnersOf = (winners?: number) =>
    compareCohorts({ searches: [search], differ: () => [], winners }).searches[0]!.stability.winners.length;
  expect([winnersOf(), winnersOf(30), winnersOf(100)]).toEqual([20, 30, 40]);
});
