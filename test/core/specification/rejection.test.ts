// Tests that the first constraint that a candidate breaks is named, and that a cost equal to its limit is
// allowed.
import { expect, test } from 'vitest';
import { nasBench201 as space } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';
import { latencyRejection, rejection } from '../../../core/specification/rejection.js';
import { drawn } from '../../support/drawn.js';

const candidate = space.enumeration.at(8000);
const { flops, parameters } = space.costs({ candidate, resolution: 32 });

test('limits are inclusive; FLOPs are named before parameters', () => {
  const broken = (constraints: Parameters<typeof rejection>[0]['constraints']) =>
    rejection({ space, constraints })(candidate);
  expect(broken(undefined)).toBeUndefined();
  expect(broken({ resolution: 32, flops: { min: flops, max: flops } })).toBeUndefined();
  expect(broken({ resolution: 32, flops: { max: flops - 1 } })).toBe('flops.max');
  expect(broken({ resolution: 32, flops: { min: flops + 1 } })).toBe('flops.min');
  expect(broken({ resolution: 32, parameters: { min: parameters + 1 } })).toBe('parameters.min');
  const both = { flops: { max: 1 }, parameters: { max: 1 } };
  expect(broken({ resolution: 32, ...both })).toBe('flops.max');
});

test('FLOPs are counted at the resolution of the constraints', () => {
  const square: Space = {
    ...space,
    costs: ({ resolution }) => ({ flops: resolution ** 2, parameters: 1, layers: 3 }),
  };
  const broken = (resolution: number) =>
    rejection({ space: square, constraints: { resolution, flops: { max: 50_000 } } })(candidate);
  expect([broken(64), broken(224)]).toEqual([undefined, 'flops.max']);
  const deep = { resolution: 64, flops: { max: 1 }, layers: { max: 2 } };
  expect(rejection({ space: square, constraints: deep })(candidate)).toBe('layers.max');
});

test('random candidates under constraints: the accepted ones of the same order', async () => {
  const accept = (one: string) => space.costs({ candidate: one, resolution: 32 }).flops <= 50e6;
  const { enumeration: _, ...endless }: Space = space;
  for (const each of [space, endless]) {
    const some = await drawn({ space: each, seed: 1, count: 100, accept });
    expect(some).toHaveLength(100);
    expect(some.every(accept)).toBe(true);
    const all = await drawn({ space: each, seed: 1, count: 400 });
    expect(all.filter(accept).slice(0, 20)).toEqual(some.slice(0, 20));
    await expect(drawn({ space: each, seed: 1, count: 5, accept: () => false })).rejects.toThrow(
      /strategy\.samples: found 5; .*(0 of the 15625 candidates meet|after 0 different candidates)/,
    );
  }
});

test('a measured time against limits in any unit', () => {
  const constraints = { resolution: 32, latency: { min: '2ms', max: '20ms' } };
  const broken = (milliseconds: number) => latencyRejection({ constraints, milliseconds });
  expect([1.99, 2, 20, 20.01].map(broken)).toEqual(['latency.min', undefined, undefined, 'latency.max']);
  expect(latencyRejection({ constraints: { resolution: 32 }, milliseconds: 1e9 })).toBeUndefined();
});
