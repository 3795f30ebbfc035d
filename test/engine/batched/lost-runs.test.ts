// Tests that a list is scored as always where the device loses memory in the middle of it, and not at all where
// statistics of a run are lost.
import { expect, it } from 'vitest';
import { randomDraw } from '../../../core/ir/draw.js';
import { sample } from '../../../core/random/shuffle.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { createBatchedScorer } from '../../../engine/batched/batched-scorer.js';
import type { BatchedScorerOptions } from '../../../engine/batched/scorer-types.js';
import { createStatisticsPool } from '../../../engine/batched/statistics-pool.js';
import { openSupernet } from '../../../engine/batched/supernet-session.js';
import { largestDeviation } from '../../support/engine.js';

const draw = randomDraw({ seed: 1, draw: 0 });
const candidates = sample({ key: { seed: 3, draw: 0, name: 'lost' }, count: 6, size: 15_625 }).map(
  nasBench201.enumeration.at,
);

async function scoreAll(options: Partial<BatchedScorerOptions> = {}, list = candidates) {
  const scorer = createBatchedScorer({
    device: 'cpu',
    fidelity: { batch: 2, resolution: 8, features: 'stages' },
    size: 4,
    statistics: createStatisticsPool({ threads: 0 }),
    ...options,
  });
  return await scorer.score({ candidates: list, draw }).finally(() => scorer.close());
}

it('each candidate keeps its own score where memory for one at a time is left after the first run', async () => {
  const expected = await scoreAll();
  const tried: number[] = [];
  let runs = 0;
  const found = await scoreAll({
    open: async (args) => {
      const session = await openSupernet(args);
      tried.push(args.shape.size);
      return {
        ...session,
        run: async (given) => {
          if (runs > 0 && args.shape.size > 1) throw new Error('out of memory');
          runs++;
          return await session.run(given);
        },
      };
    },
  });
  // The first run holds half of the six, since four at most make two runs.
  expect(tried).toEqual([3, 2, 1]);
  expect(runs).toBe(1 + 3);
  for (const [i, { features }] of found.entries()) {
    expect(largestDeviation(features, expected[i]!.features)).toBeLessThan(1e-4);
    const others = expected.filter((_, other) => other !== i);
    for (const other of others) expect(largestDeviation(features, other.features)).toBeGreaterThan(1e-4);
  }
});

it('a run whose statistics are lost is an error, also where it is the last', async () => {
  const statistics = {
    ...createStatisticsPool({ threads: 0 }),
    score: () => Promise.reject(new Error('the thread is gone')),
  };
  await expect(scoreAll({ statistics }, candidates.slice(0, 1))).rejects.toThrow('the thread is gone');
});
