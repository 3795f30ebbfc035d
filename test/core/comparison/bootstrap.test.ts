// Tests that resamples are the same for the same key, and that their quantiles leave out what is no number.
import { describe, expect, it } from 'vitest';
import { intervalOf, resamples } from '../../../core/comparison/bootstrap.js';

describe('resamples', () => {
  it('depend on the key alone', () => {
    const draw = (seed: number) => resamples({ n: 20, count: 3, key: { seed, draw: 0, name: 'b' } });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const sample of draw(1)) expect(Math.max(...sample)).toBeLessThan(20);
  });

  it('give quantiles, without NaN', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    expect(intervalOf([...values, Number.NaN])).toEqual([2.5, 97.5]);
    expect(intervalOf([Number.NaN])).toBeNull();
  });
});
