// Tests that the residual proxy detects identity paths in networks that are graphs.
import { expect, it } from 'vitest';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';

const fidelity = { batch: 2, resolution: 64, weights: 'shared', features: 'blocks' } as const;

it('counts the cells of TransNAS-Bench-101 that keep their shape and have a skip', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  const residualOf = async (candidate: string) => {
    const [proxies] = await scorer.score({
      space: { kind: 'transnas-bench-101', size: 'micro' },
      candidate,
      seed: 1,
      draws: [0],
      fidelity,
      families: ['residual'],
    });
    return proxies!.residual;
  };
  try {
    expect(await residualOf('64-41414-3_00_103')).toBe(1);
    expect(await residualOf('64-41414-3_01_303')).toBe(0);
  } finally {
    await scorer.close();
  }
});
