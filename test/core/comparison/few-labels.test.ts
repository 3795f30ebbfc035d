// Tests that a handful of known accuracies is not taken for certain.
import { expect, test } from 'vitest';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import { knownOf, qualitiesOf } from '../../../core/comparison/quality.js';
import { noisyCohort } from '../../support/noisy-cohort.js';

/** Kendall's tau of a perfect ranking of this many classes. */
function tauOf(classes: number) {
  const candidates = Array.from({ length: classes }, (_, unit) => ({ unit, accuracy: unit }));
  const scores = Float64Array.from({ length: classes }, (_, unit) => unit);
  return qualitiesOf([{ name: 'x', kind: 'proxy', scores }], knownOf(candidates, 1))[0]!.kendall;
}

test('the first ten of five are the first five', () => {
  const candidates = [3, 9, 5, 7, 1].map((accuracy, unit) => ({ unit, accuracy }));
  const scores = Float64Array.of(5, 4, 3, 2, 1);
  const { top } = qualitiesOf([{ name: 'x', kind: 'proxy', scores }], knownOf(candidates, 1))[0]!;
  expect(top.map(({ k, mean, regret }) => [k, mean.value, regret.value])).toEqual([
    [1, 3, 6],
    [5, 5, 0],
    [5, 5, 0],
  ]);
});

test('fewer than five classes have no interval', () => {
  expect(tauOf(4)).toEqual({ value: 1, interval: null });
  expect(tauOf(5).interval).toEqual([1, 1]);
});

test('a comparison says how many resamples its intervals are of, and none where it has no interval', () => {
  const cohort = noisyCohort();
  const known = (units: number) =>
    cohort.units.slice(0, units).flatMap((_, unit) => [
      { unit, accuracy: unit },
      { unit, accuracy: unit + 0.5 },
    ]);
  const resamplesOf = (...sizes: readonly number[]) => {
    const datasets = new Map(sizes.map((units, i) => [`task ${i}`, known(units)]));
    const search = { cohort, space: { kind: 'custom' }, known: datasets, millisecondsPerCandidate: null };
    return compareCohorts({ searches: [search], differ: () => [] }).searches[0]!.resamples;
  };
  expect(resamplesOf()).toBeNull();
  expect(resamplesOf(4)).toBe(0);
  expect(resamplesOf(4, 5)).toBe(200);
});
