// Tests which networks' class scores sum to a constant, and what a specification is told about proxies that
// compare the gradient of that sum.
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { openSpace } from '../../../core/spaces/index.js';
import { hasConstantScores } from '../../../core/spaces/whole-network.js';
import { checkScoreGradients } from '../../../core/specification/constant-scores.js';
import { candidatesToExamine } from '../../../core/specification/sample-warnings.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const custom = (...blocks: readonly string[]) => ({
  kind: 'custom',
  definition: {
    input: { resolution: 32 },
    classes: 10,
    stages: [{ block: blocks, width: [8, 16], expansion: [3], stride: 2 }],
  },
});

describe('the sum of class scores over a batch', () => {
  test.each([
    [
      'TransNAS-Bench-101, whose cells end with normalizations',
      { kind: 'transnas-bench-101', size: 'micro' },
      true,
    ],
    ['linear bottlenecks', custom('inverted'), true],
    ['NAS-Bench-201, which ends with a ReLU', { kind: 'nas-bench-201' }, false],
    ['MobileNetV2', { kind: 'mobilenet-v2' }, false],
    ['DARTS', { kind: 'darts', cells: 5, channels: 8 }, false],
    ['AutoFormer', { kind: 'autoformer', size: 'tiny' }, false],
  ] as const)('%s', (_, value, expected) => {
    const space = openSpace(specificationOf(value, ['flops']).space);
    for (const candidate of candidatesToExamine(space).slice(0, 2))
      expect(hasConstantScores({ space, candidate, resolution: 32 })).toBe(expected);
  });
});

describe('a specification', () => {
  test.each(['jacov', 'epe-nas'])('%s is refused where it is rounding in every network', (proxy) => {
    const refused = () => check({ kind: 'transnas-bench-101', size: 'micro' }, [proxy, 'flops']);
    expect(refused).toThrow(SpecError);
    try {
      refused();
    } catch (error) {
      expect((error as SpecError).issues).toMatchObject([
        { path: 'proxies', message: expect.stringContaining(proxy) },
      ]);
    }
  });

  test('is warned where it is rounding in some of the networks', () => {
    expect(check(custom('inverted', 'basic'), ['jacov'])).toMatchObject([{ path: 'proxies' }]);
  });

  test('is told nothing where it can be computed, or not asked for', () => {
    expect(check({ kind: 'nas-bench-201' }, ['jacov', 'epe-nas'])).toEqual([]);
    expect(check({ kind: 'transnas-bench-101', size: 'micro' }, ['naswot'])).toEqual([]);
  });
});

function check(space: object, proxies: readonly string[]) {
  const specification = specificationOf(space, proxies);
  return checkScoreGradients({ specification, space: openSpace(specification.space) });
}

function specificationOf(space: object, proxies: readonly string[]) {
  const value = {
    name: 'x',
    space,
    proxies,
    strategy: { kind: 'random', samples: 4 },
    fidelity: { resolution: 32 },
  };
  return checkSpecification({ value, source: 'x' });
}
