// Tests by numbers which fidelities give features too few samples, and that what is called enough is enough
// and not more than that.
import { describe, expect, it } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';
import { measuredFeatures } from '../../../core/spaces/measured-features.js';
import { enoughImages, isStarved, sampleWarnings } from '../../../core/specification/sample-warnings.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const warningsOf = (value: Record<string, unknown>) => {
  const specification = checkSpecification({ value: { name: 'x', ...value }, source: 'x' });
  return sampleWarnings({ specification, space: openSpace(specification.space) });
};

it('a feature is starved with fewer samples than channels', () => {
  expect(isStarved({ channels: 320, positions: 9 }, 8)).toBe(true);
  expect(isStarved({ channels: 320, positions: 49 }, 8)).toBe(false);
  expect(isStarved({ channels: 64, positions: 16 }, 4)).toBe(false);
  expect(
    enoughImages([
      { channels: 320, positions: 9 },
      { channels: 16, positions: 2304 },
    ]),
  ).toBe(36);
});

describe('measuredFeatures', () => {
  const cell = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';
  it('are those of the stem and of the blocks that are measured', () => {
    const space = openSpace({ kind: 'nas-bench-201' });
    const at = { space, candidate: cell, resolution: 16 };
    const sizes = measuredFeatures({ ...at, features: 'stages' });
    expect(sizes[0]).toEqual({ channels: 16, positions: 256 });
    expect(sizes.at(-1)).toEqual({ channels: 64, positions: 16 });
    expect(measuredFeatures({ ...at, features: 'blocks' })).toHaveLength(18);
  });

  it('are found in networks that are graphs', () => {
    const space = openSpace({ kind: 'nas-bench-101' });
    const candidate = space.random({ seed: 1, draw: 0, name: 'x' });
    const sizes = measuredFeatures({ space, candidate, resolution: 32, features: 'blocks' });
    expect(sizes[0]).toEqual({ channels: 128, positions: 1024 });
    expect(sizes.at(-1)).toEqual({ channels: 512, positions: 64 });
  });
});

describe('sampleWarnings', () => {
  const small = { space: 'nas-bench-201', fidelity: { batch: 2, resolution: 8 } };

  it('names the samples, and the batch or the resolution that would be enough', () => {
    const [warning, ...others] = warningsOf(small);
    expect(others).toEqual([]);
    expect(warning!.path).toBe('fidelity');
    // 64 channels at 2 x 2 positions.
    expect(warning!.message).toContain(
      '2 x 4 = 8 samples for 64 channels, so that progressivity and mean-expressivity there reflect the sample more than the network; enough: batch: 16, or resolution: 24',
    );
    const [four] = warningsOf({ ...small, aggregation: 'log-rank' });
    expect(four!.message).toMatch(/so that expressivity and progressivity there reflect the sample/);
    expect(warningsOf({ ...small, fidelity: { batch: 16, resolution: 8 } })).toEqual([]);
    expect(warningsOf({ ...small, fidelity: { batch: 15, resolution: 8 } })).toHaveLength(1);
    expect(warningsOf({ ...small, fidelity: { batch: 2, resolution: 24 } })).toEqual([]);
    expect(warningsOf({ ...small, fidelity: { batch: 2, resolution: 20 } })).toHaveLength(1);
  });

  it('is about every round of a screening, and about expressivity and progressivity alone', () => {
    const rounds = [{ fidelity: small.fidelity, keep: 0.5 }, { fidelity: 'standard' }];
    const screening = { kind: 'screening', source: { kind: 'random', samples: 10 }, rounds };
    const found = warningsOf({ space: 'nas-bench-201', strategy: screening });
    expect(found.map(({ path }) => path)).toEqual(['strategy.rounds.0.fidelity']);
    expect(warningsOf({ ...small, proxies: ['naswot', 'complexity'] })).toEqual([]);
  });

  it('is silent where the default fidelity has enough samples, and says where it has not', () => {
    const strategy = { kind: 'random', samples: 5 };
    const transnas = { kind: 'transnas-bench-101', size: 'micro' };
    for (const space of ['nas-bench-201', 'nas-bench-101', 'darts'])
      expect(warningsOf({ space, strategy })).toEqual([]);
    const [warning] = warningsOf({ space: 'mobilenet-v2', strategy });
    expect(warning!.message).toContain('8 x 49 = 392 samples for 2048 channels');
    const [ofCells] = warningsOf({ space: transnas, strategy });
    expect(ofCells!.message).toContain('8 x 9 = 72 samples for 512 channels');
    expect(warningsOf({ space: transnas, strategy, fidelity: { resolution: 256 } })).toEqual([]);
  });
});
