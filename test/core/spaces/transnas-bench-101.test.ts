// Tests properties of TransNAS-Bench-101: its sizes, classes of cells, and cells without a path or without an
// operation.
import { describe, expect, it } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';

const MICRO = { kind: 'transnas-bench-101', size: 'micro' } as const;
const micro = openSpace(MICRO);
const macro = openSpace({ kind: 'transnas-bench-101', size: 'macro' });

it('has the published numbers of candidates', () => {
  expect([micro.size, macro.size]).toEqual([4096n, 3256n]);
  const texts = Array.from({ length: 3256 }, (_, i) => macro.parse(macro.enumeration!.at(i)));
  expect(new Set(texts).size).toBe(3256);
});

describe('classes of cells', () => {
  const key = (text: string) => micro.canonicalKey(text);

  it('join cells that differ in edges which reach no output, or in which way a skip takes', () => {
    expect(key('64-41414-0_00_212')).toBe(key('64-41414-0_00_202'));
    // The operation 3<-1 reads node 1 directly, or through a skip to node 2.
    expect(key('64-41414-2_00_030')).toBe(key('64-41414-2_01_003'));
  });

  it('part cells that differ in an operation, and a skip from node 0 from the identity', () => {
    expect(key('64-41414-0_00_200')).not.toBe(key('64-41414-0_00_300'));
    expect(key('64-41414-1_01_003')).not.toBe(key('64-41414-2_01_003'));
  });
});

it('a cell without a path has a gradient of zero, and one of a skip alone is an identity where the shape stays', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  try {
    const fidelity = { draws: 1, batch: 2, resolution: 32, weights: 'shared', features: 'blocks' } as const;
    // Trainability 2 - s - 1 / (s + 1e-6) for a largest singular value s = 0; minus infinity for an identity.
    const cases = [
      ['64-41414-0_00_000', 2 - 1e6],
      ['64-41414-0_00_100', Number.NEGATIVE_INFINITY],
    ] as const;
    for (const [candidate, trainability] of cases) {
      const [proxies] = await scorer.score({ space: MICRO, candidate, seed: 1, draws: [0], fidelity });
      expect(proxies!.trainability).toBe(trainability);
      expect(Number.isNaN(proxies!.expressivity)).toBe(false);
      expect(Number.isNaN(proxies!.progressivity)).toBe(false);
    }
  } finally {
    await scorer.close();
  }
});
