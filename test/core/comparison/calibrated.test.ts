// Tests the comparison of a calibrated ranking: its own score is the model's, and that of each proxy is the proxy's.
import { expect, test } from 'vitest';
import { meanShares, rankCohort, scoresOf } from '../../../core/comparison/cohort.js';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import { rankersOf } from '../../../core/comparison/rankers.js';
import { redundancyOf } from '../../../core/comparison/redundancy.js';
import { ascendingRanks } from '../../../core/ranking/ranks.js';
import { noisyCohort } from '../../support/noisy-cohort.js';

const M = 30;
const plain = noisyCohort({ m: M });
const equal = { expressivity: 1, complexity: 1, naswot: 1 };
/** A model that wants little of the third proxy, and of the first two nothing. */
const cohort = rankCohort({
  ...plain,
  aggregation: { kind: 'log-rank', weights: equal },
  scoreUnit: (_, shares) => -shares[2]!,
});

/** The mean rank over some draws, as a share of the cohort, by definition. */
function sharesOf(proxy: string, draws: readonly number[]): readonly number[] {
  const ranks = draws.map((draw) => ascendingRanks(plain.values.get(proxy)![draw]!));
  return Array.from({ length: M }, (_, unit) => {
    const sum = ranks.reduce((total, column) => total + column[unit]!, 0);
    return sum / draws.length / M;
  });
}

test('shares are those of the draws that were chosen, each as often as it was', () => {
  for (const draws of [[0, 1, 2], [1], [2, 2, 0]])
    expect([...meanShares({ cohort, proxy: 'naswot', draws })]).toEqual(sharesOf('naswot', draws));
});

test('the ranking is the model’s; equal weights and the proxies stand beside it', () => {
  const rankers = new Map(rankersOf(cohort).map(({ name, scores }) => [name, [...scores]]));
  expect([...rankers.keys()]).toEqual([
    'this ranking',
    'equal weights',
    'expressivity',
    'complexity',
    'naswot',
  ]);
  const all = [0, 1, 2];
  expect(rankers.get('this ranking')).toEqual(sharesOf('naswot', all).map((share) => -share));
  expect(rankers.get('naswot')).toEqual(sharesOf('naswot', all).map(Math.log));
  const { scoreUnit: _, ...weighted } = cohort;
  expect(rankers.get('equal weights')).toEqual([...scoresOf(weighted)]);
});

test('no proxy can be left out of a model, and none adds a term to its score', () => {
  expect(redundancyOf(cohort, new Map()).leftOut).toEqual([]);
  const search = { cohort, space: { kind: 'darts' }, known: new Map(), millisecondsPerCandidate: null };
  const [{ stability, checklist }] = compareCohorts({ searches: [search], differ: () => [] }).searches as [
    ReturnType<typeof compareCohorts>['searches'][number],
  ];
  for (const { from } of stability.winners)
    expect(Object.values(from).map(({ term }) => term)).toEqual([null, null, null]);
  expect(checklist.find(({ topic }) => topic === 'sensitive')!.answer).not.toContain('without');
});

test('a ranking that is FLOPs in another word is said to be no better', () => {
  const weights = { complexity: 1 };
  const values = new Map([['complexity', plain.values.get('complexity')!]]);
  const known = new Map([
    ['cifar10', plain.units.map((_, unit) => ({ unit, accuracy: 90 + ((unit * 7) % 11) }))],
  ]);
  const search = {
    cohort: { ...plain, values, aggregation: { kind: 'log-rank', weights } as const },
    space: { kind: 'darts' },
    known,
    millisecondsPerCandidate: null,
  };
  const [found] = compareCohorts({ searches: [search], differ: () => [] }).searches;
  const { verdict, answer } = found!.checklist.find(({ topic }) => topic === 'limits')!;
  expect(verdict).toBe('caution');
  expect(answer).toMatch(/^On cifar10 this ranking \(tau .*\) is no better than FLOPs alone/);
});
