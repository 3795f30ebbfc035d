// Tests that the mean of entropies ranks as their sum among equal numbers of features, and counts no features.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expressivity } from '../../../core/proxies/az-nas.js';
import { meanExpressivity } from '../../../core/proxies/mean-expressivity.js';

const entropies = (length: number) =>
  fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: length, maxLength: length });

it('orders networks with as many features as expressivity does', () => {
  const pair = fc.integer({ min: 1, max: 12 }).chain((n) => fc.tuple(entropies(n), entropies(n)));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      fc.pre(expressivity(a) < expressivity(b));
      expect(meanExpressivity(a)).toBeLessThanOrEqual(meanExpressivity(b));
    }),
  );
});

it('is the same for a network with every feature twice, while the sum doubles', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }).chain(entropies), (features) => {
      const twice = features.flatMap((entropy) => [entropy, entropy]);
      expect(meanExpressivity(twice)).toBeCloseTo(meanExpressivity(features), 9);
      expect(expressivity(twice)).toBeCloseTo(2 * expressivity(features), 9);
    }),
  );
});

it('is minus infinity where a feature is dead or not a number', () => {
  expect(meanExpressivity([1, -Infinity, 2])).toBe(-Infinity);
  expect(meanExpressivity([1, NaN])).toBe(-Infinity);
});
