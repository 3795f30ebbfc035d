// Tests that limits that exclude all candidates or none are detected, with the space's exact bounds.
import { describe, expect, it, test } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';
import { adviseOn, checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { checkLimits, exactRanges } from '../../../core/specification/cost-bounds.js';
import { parseSpecification } from '../../../core/specification/specification.js';
import { factsIn, faultsOf } from '../../support/facts.js';

function read(text: string) {
  const specification = parseSpecification({ text: `name: a\n${text}`, source: 'spec.yaml' });
  return { specification, space: openSpace(specification.space) };
}
const errors = (text: string) => faultsOf(() => checkAgainstSpace(read(text)));
const advice = (text: string) => adviseOn(read(text)).map(({ path, message }) => [path, ...factsIn(message)]);
const NB201 = 'space: nas-bench-201\nconstraints:';
const TOKENS =
  'space: { kind: autoformer, size: tiny }\nstrategy: { kind: random, samples: 9 }\nconstraints:';
const CUSTOM =
  'space: { kind: custom, definition: { input: { resolution: 32 }, classes: 10, stages: [{ block: basic, width: [8, 16], depth: [1, 2] }] } }\nconstraints:';

describe('a limit that no candidate meets is an error', () => {
  it.each([
    [`${NB201} { flops: { max: 1 } }`, ['constraints.flops.max', '1', '7.78M', '220.12M']],
    [`${NB201} { parameters: { min: 2M } }`, ['constraints.parameters.min', '2M', '73.31k', '1.53M']],
    [
      `${TOKENS} { parameters: { max: 1M } }`,
      ['constraints.parameters.max', '1M', expect.any(String), expect.any(String)],
    ],
    [`${CUSTOM} { layers: { min: 3 } }`, ['constraints.layers.min', '3', '1', '2']],
  ])('%s', (text, fault) => {
    expect(errors(text)).toEqual([fault]);
  });
});

test('the bounds themselves can be met, and spaces without known bounds are left alone', () => {
  const { flops, parameters } = exactRanges({ space: openSpace({ kind: 'nas-bench-201' }), resolution: 32 })!;
  expect(
    errors(`${NB201} { flops: { max: ${flops!.min} }, parameters: { min: ${parameters!.min} } }`),
  ).toEqual([]);
  expect(checkLimits(read('space: mobilenet-v2\nconstraints: { flops: { max: 1 } }'))).toEqual({
    impossible: [],
    vacuous: [],
  });
  expect(advice('space: nas-bench-201\nconstraints: { flops: { max: 100M } }')).toEqual([]);
});

it.each([
  [`${NB201} { flops: { max: 900M } }`, [['constraints.flops.max', '900M', '7.78M', '220.12M']]],
  [
    `${NB201} { parameters: { min: 73306, max: 1M } }`,
    [['constraints.parameters.min', '73.31k', '73.31k', '1.53M']],
  ],
  [
    'space: mobilenet-v2\nstrategy: { kind: evolution, budget: 500 }',
    [expect.arrayContaining(['strategy.budget', '500', '1024'])],
  ],
  ['space: nas-bench-201\nstrategy: evolution', [['strategy.budget', '100000', '15625']]],
])('what excludes nobody, or is hardly meant, is a warning: %s', (text, warnings) => {
  expect(errors(text)).toEqual([]);
  expect(advice(text)).toEqual(warnings);
});

test('the bounds of autoformer are those of its candidates', () => {
  for (const size of ['tiny', 'small', 'base'] as const) {
    const space = openSpace({ kind: 'autoformer', size });
    const ranges = exactRanges({ space, resolution: 224 })!;
    for (let draw = 0; draw < 200; draw++) {
      const { flops, parameters } = space.costs({
        candidate: space.random({ seed: 1, draw, name: 'bounds' }),
        resolution: 224,
      });
      expect(flops).toBeGreaterThanOrEqual(ranges.flops!.min);
      expect(flops).toBeLessThanOrEqual(ranges.flops!.max);
      expect(parameters).toBeGreaterThanOrEqual(ranges.parameters!.min);
      expect(parameters).toBeLessThanOrEqual(ranges.parameters!.max);
    }
  }
});
