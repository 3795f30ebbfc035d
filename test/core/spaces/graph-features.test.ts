// Tests the features of graphs against counts by hand, for a space of blocks and for one of graphs.
import { expect, it } from 'vitest';
import { graphFeatures } from '../../../core/spaces/graph-features.js';
import { openSpace } from '../../../core/spaces/index.js';

it('counts the operations and paths of a NAS-Bench-201 network', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  const found = graphFeatures({
    space,
    candidate: '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|nor_conv_1x1~1|none~2|',
    resolution: 32,
  });
  // Each of 15 cells has an identity beside conv 3x3 and conv 1x1; each of 2 reductions a strided conv 3x3 and a conv 3x3, beside a
  // strided pool and a conv 1x1.
  expect(found['count conv 3x3']).toBeCloseTo(Math.log1p(1 + 15 + 2), 12);
  expect(found['count conv 3x3 strided']).toBeCloseTo(Math.log1p(2), 12);
  expect(found['count conv 1x1']).toBeCloseTo(Math.log1p(15 + 2), 12);
  expect(found['log paths']).toBeCloseTo(17 * Math.log(2), 9);
  expect(found['fewest layers']).toBe(1 + 2);
  expect(found['most layers']).toBe(1 + 15 * 2 + 2 * 2);
  expect(found['mean layers']).toBeCloseTo(1 + 15 + 2 * 1.5, 9);
  expect(found['fewest spatial convolutions']).toBe(1);
  expect(found['most pools']).toBe(2);
  expect(found['identity path']).toBe(1);
});

it('reads the graphs of a space that builds them', () => {
  const space = openSpace({ kind: 'nas-bench-101' });
  for (let draw = 0; draw < 5; draw++) {
    const candidate = space.random({ seed: 1, draw, name: 'graph' });
    const found = graphFeatures({ space, candidate, resolution: 32 });
    expect(found['most layers']!).toBeGreaterThanOrEqual(found['mean layers']!);
    expect(found['mean layers']!).toBeGreaterThanOrEqual(found['fewest layers']!);
    expect(found['fewest layers']!).toBeGreaterThan(0);
    expect(Object.values(found).every(Number.isFinite)).toBe(true);
  }
});
