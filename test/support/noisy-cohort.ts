// Makes the measured values of a search for tests of comparisons.
import type { Cohort } from '../../core/comparison/cohort.js';
import { mulberry32 } from './random.js';

/** Two proxies that are equal, and a third that is independent of them; noise differs between draws. */
export function noisyCohort({ draws = 3, noise = 0.1, m = 40, id = 'one' } = {}): Cohort {
  const random = mulberry32(m + draws);
  const base = Array.from({ length: m }, random);
  const other = Array.from({ length: m }, random);
  const noisy = (values: readonly number[]) =>
    Array.from({ length: draws }, () => Float64Array.from(values, (value) => value + noise * random()));
  return {
    id,
    units: Array.from({ length: m }, (_, i) => `c${String(i).padStart(3, '0')}`),
    values: new Map([
      ['expressivity', noisy(base)],
      ['complexity', [...Array(draws)].map(() => Float64Array.from(base, (value) => 7 * value + 1))],
      ['naswot', noisy(other)],
    ]),
    aggregation: { kind: 'log-rank', weights: { expressivity: 2, complexity: 1, naswot: 0.5 } },
    costs: new Map([['flops', Float64Array.from(base)]]),
  };
}
