// Tests what is said of resampled draws, and of proxies that are left out, against definitions that are computed here in
// another way.
import { describe, expect, it } from 'vitest';
import { intervalOf, resamples } from '../../../core/comparison/bootstrap.js';
import { type Cohort, rankCohort } from '../../../core/comparison/cohort.js';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import { redundancyOf } from '../../../core/comparison/redundancy.js';
import { stabilityOf } from '../../../core/comparison/stability.js';
import { aggregate } from '../../../core/ranking/aggregate.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { order } from '../../../core/ranking/order.js';
import { noisyCohort } from '../../support/noisy-cohort.js';
import { mulberry32 } from '../../support/random.js';

const SEED = 5;

/** The scores by these draws and without these proxies. */
function scoresOf(
  { values, aggregation }: Cohort,
  draws: readonly number[],
  without: readonly string[] = [],
): Float64Array {
  const columns = Object.entries(aggregation.weights)
    .filter(([proxy]) => !without.includes(proxy))
    .map(([proxy, weight]) => ({
      proxy,
      weight: weight!,
      draws: draws.map((draw) => values.get(proxy)![draw]!),
    }));
  return aggregate({ columns, kind: aggregation.kind });
}

describe('draws that are resampled', () => {
  const cohort = noisyCohort({ draws: 4, noise: 1.5, m: 60 });
  const { units } = cohort;
  const ranksOf = (draws: readonly number[]) => {
    const inOrder = [...order({ scores: scoresOf(cohort, draws), candidates: units })];
    return units.map((_, unit) => inOrder.indexOf(unit) + 1);
  };
  const drawn = resamples({ n: 4, count: 200, key: { seed: SEED, draw: 0, name: 'draws' } });
  const resampled = drawn.map((sample) => ranksOf([...sample]));
  const whole = ranksOf([0, 1, 2, 3]);
  const { betweenDraws, winners } = stabilityOf(rankCohort(cohort), SEED);
  const isFirst = (ranks: readonly number[], k: number) =>
    ranks.flatMap((rank, unit) => (rank <= k ? [unit] : []));

  it('tell how many of the first stay there', () => {
    const shareOf = (k: number) => {
      const top = isFirst(whole, k);
      const kept = resampled.map((ranks) => top.filter((unit) => ranks[unit]! <= k).length / k);
      return kept.reduce((sum, share) => sum + share, 0) / kept.length;
    };
    for (const { k, share } of [...betweenDraws!.stays, betweenDraws!.first])
      expect(share).toBeCloseTo(shareOf(k), 12);
    expect(betweenDraws!.stays.map(({ k }) => k)).toEqual([1, 10, 50]);
    expect(betweenDraws!.first.k).toBe(10);
  });

  it('tell who may be the best: among the first five in a twentieth of the resamples', () => {
    const counts = units.map((_, unit) => resampled.filter((ranks) => ranks[unit]! <= 5).length);
    const contenders = counts.filter((count) => count >= 10).length;
    // Some are among the first five, and in fewer resamples.
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(contenders);
    expect(betweenDraws!.contenders).toBe(contenders);
    const places = whole.filter((_, unit) => counts[unit]! >= 10);
    expect(betweenDraws!.contendersWithin).toBe(Math.max(...places));
    // Between them is one that may not be the best.
    expect(betweenDraws!.contendersWithin).toBeGreaterThan(contenders);
  });

  it('say how many to train: as many as contain all who may be the best', () => {
    const search = {
      cohort,
      space: { kind: 'nas-bench-201' },
      known: new Map(),
      millisecondsPerCandidate: null,
    };
    const { searches } = compareCohorts({ searches: [search], differ: () => [] });
    const { checklist, stability } = searches[0]!;
    const { contendersWithin } = stability.betweenDraws!;
    expect(contendersWithin).toBeLessThan(50);
    const { answer } = checklist.find(({ topic }) => topic === 'train')!;
    expect(answer).toContain(`The first ${contendersWithin}:`);
  });

  it('give each winner the interval of its rank', () => {
    expect(winners).toHaveLength(20);
    for (const { candidate, rank, ranks, staysInTop10 } of winners) {
      const unit = units.indexOf(candidate);
      const own = resampled.map((each) => each[unit]!);
      expect(rank).toBe(whole[unit]);
      expect(ranks).toEqual(intervalOf(own));
      expect(staysInTop10).toBeCloseTo(own.filter((each) => each <= 10).length / own.length, 12);
    }
  });

  it('agree one by one as much as their rankings do', () => {
    const alone = [0, 1, 2, 3].map((draw) => scoresOf(cohort, [draw]));
    const taus = alone.flatMap((a, i) => alone.slice(i + 1).map((b) => kendall(a, b)));
    expect(betweenDraws!.kendall).toBeCloseTo(taus.reduce((sum, tau) => sum + tau, 0) / 6, 12);
  });
});

it.each([1, 2, 4])('the first fifth of %i candidates is one', (m) => {
  const { betweenDraws } = stabilityOf(rankCohort(noisyCohort({ m })), SEED);
  expect(betweenDraws!.first).toEqual({ k: 1, share: expect.any(Number) });
  expect(betweenDraws!.first.share).not.toBeNaN();
});

describe('a proxy that is left out', () => {
  const cohort = noisyCohort({ m: 50 });
  const random = mulberry32(3);
  const accuracies = cohort.units.map((_, unit) => cohort.values.get('naswot')![0]![unit]! + 0.3 * random());
  const known = new Map([['cifar10', accuracies.map((accuracy, unit) => ({ unit, accuracy }))]]);
  const { leftOut } = redundancyOf(rankCohort(cohort), known);
  const all = scoresOf(cohort, [0, 1, 2]);

  it('changes the ranking, and its agreement with known accuracies, as a ranking without it does', () => {
    for (const { proxy, kendall: tau, kept, of, gain } of leftOut) {
      const rest = scoresOf(cohort, [0, 1, 2], [proxy]);
      const topOf = (scores: Float64Array) => order({ scores, candidates: cohort.units }).slice(0, 10);
      const top = topOf(all);
      expect(tau).toBeCloseTo(kendall(all, rest), 12);
      expect([kept, of]).toEqual([topOf(rest).filter((unit) => top.includes(unit)).length, 10]);
      expect(gain.cifar10).toBeCloseTo(kendall(rest, accuracies) - kendall(all, accuracies), 12);
    }
  });

  it('is missed where it agrees with the accuracies, and not where it does not', () => {
    const gains = Object.fromEntries(leftOut.map(({ proxy, gain }) => [proxy, gain.cifar10!]));
    expect(gains.naswot).toBeLessThan(0);
    expect(gains.expressivity).toBeGreaterThan(0);
  });
});

it('proxies of opposite order say different things, and are no group', () => {
  const cohort = noisyCohort();
  const opposite = cohort.values.get('complexity')!.map((draw) => draw.map((value) => -value));
  const values = new Map([...cohort.values, ['naswot', opposite] as const]);
  const { correlations, clusters } = redundancyOf(rankCohort({ ...cohort, values }), new Map());
  expect(correlations[1]![2]).toBeCloseTo(-1, 12);
  expect(clusters).toEqual([['expressivity', 'complexity']]);
});
