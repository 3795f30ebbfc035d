// Tests that proxies of two workers agree up to rounding, whatever their size, and disagree where one is off by more.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findDisagreements, formatDifference } from '../../../core/proxies/agreement.js';

const NAMES = [
  ...(['expressivity', 'progressivity', 'trainability'] as const),
  ...(['mean-expressivity', 'sampled-progressivity'] as const),
] as const;
/**
 * The largest deviations measured between two layouts (decision 22), and the smallest that must be detected.
 */
const NOISE = {
  ...{ expressivity: 4e-7, progressivity: 3e-6, trainability: 6e-4 },
  // They are computed from the same entropies.
  ...{ 'mean-expressivity': 4e-7, 'sampled-progressivity': 3e-6 },
} as const;
const WRONG = {
  ...{ expressivity: 2e-4, progressivity: 2e-4, trainability: 2e-2 },
  ...{ 'mean-expressivity': 2e-4, 'sampled-progressivity': 2e-4 },
} as const;

const value = fc.double({ min: -1e7, max: 1e7, noNaN: true });

test.each(NAMES)('%s: ten times the noise that was measured agrees, twice the tolerance does not', (name) => {
  const sign = fc.constantFrom(-1, 1);
  const size = (one: number) => Math.max(1, Math.abs(one));
  fc.assert(
    fc.property(value, sign, fc.double({ min: 0, max: 10, noNaN: true }), (one, side, times) => {
      const near = { [name]: one + side * times * NOISE[name] * size(one) };
      expect(findDisagreements({ [name]: one }, near)).toEqual([]);
      expect(findDisagreements(near, { [name]: one })).toEqual([]);
      const far = { [name]: one + side * (1 + times) * WRONG[name] * size(one) };
      expect(findDisagreements({ [name]: one }, far)).toEqual([name]);
      expect(findDisagreements(far, { [name]: one })).toEqual([name]);
    }),
  );
});

test('infinities are equal or they are not; a missing proxy is one that differs; complexity is counted', () => {
  const dead = { expressivity: -Infinity, trainability: -Infinity };
  expect(findDisagreements(dead, { ...dead })).toEqual([]);
  expect(findDisagreements(dead, { ...dead, expressivity: -1e300 })).toEqual(['expressivity']);
  expect(findDisagreements(dead, { ...dead, trainability: Infinity })).toEqual(['trainability']);
  expect(findDisagreements(dead, { expressivity: -Infinity })).toEqual(['trainability']);
  expect(findDisagreements({ complexity: 1e9 }, { complexity: 1e9 + 1 })).toEqual(['complexity']);
  expect(findDisagreements({ expressivity: 0 }, { expressivity: -0 })).toEqual([]);
});

test('a difference names what differs alone', () => {
  const stored = { complexity: 5, expressivity: -Infinity, trainability: -0.5123456789 };
  const again = { complexity: 5, expressivity: 3, trainability: -1 };
  expect(formatDifference(stored, again)).toBe(
    'expressivity -inf, computed again 3; trainability -0.5123457, computed again -1',
  );
});
