// Tests that random candidates are different, and the same for the same seed, with and without enumeration.
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';
import { drawn } from '../../support/drawn.js';

const { enumeration: _, ...endless }: Space = nasBench201;

describe('random candidates', () => {
  it('of a space without enumeration: one of each canonical key, by the key alone', async () => {
    const some = await drawn({ space: endless, seed: 1, count: 500 });
    expect(new Set(some.map(nasBench201.canonicalKey)).size).toBe(500);
    expect(await drawn({ space: endless, seed: 1, count: 200 })).toEqual(some.slice(0, 200));
    expect(await drawn({ space: endless, seed: 2, count: 500 })).not.toEqual(some);
  });

  it('of a space that has not enough of them: a SpecError that says about how many there are', async () => {
    const small: Space = { ...endless, canonicalKey: (candidate) => candidate.slice(0, 6) };
    const draw = () => drawn({ space: small, seed: 1, count: 10 });
    await expect(draw).rejects.toThrow(SpecError);
    await expect(draw).rejects.toThrow(/strategy\.samples: found 10; after 4 different candidates/);
  });
});

describe('NAS-Bench-201', () => {
  it('random cells: every operation on every edge', () => {
    const draws = Array.from({ length: 200 }, (_, draw) =>
      nasBench201.random({ seed: 1, draw, name: 'test' }),
    );
    for (const operation of ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'])
      for (const edge of [0, 1, 2, 3, 4, 5])
        expect(draws.some((cell) => operationsOf(cell)[edge] === operation)).toBe(true);
  });

  it.each([1, 2, 6, 9])('%i mutations: as many edges differ, six at most', (mutations) => {
    const parent = nasBench201.enumeration.at(8888);
    for (let draw = 0; draw < 50; draw++) {
      const key = { seed: 1, draw, name: 'test' };
      const child = nasBench201.mutate({ parent, key, mutations });
      expect(nasBench201.parse(child)).toBe(child);
      const before = operationsOf(parent);
      const differing = operationsOf(child).filter((operation, edge) => operation !== before[edge]);
      expect(differing).toHaveLength(Math.min(6, mutations));
      expect(nasBench201.mutate({ parent, key, mutations })).toBe(child);
    }
  });
});

function operationsOf(cell: string): string[] {
  return [...cell.matchAll(/([a-z_\dx]+)~\d/g)].map(([, operation]) => operation!);
}
