// Tests that limits that exclude all candidates or none are detected, with the space's exact bounds.
import { describe, expect, it, test } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';
import { adviseOn, checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { checkLimits, exactRanges } from '../../../core/specification/cost-bounds.js';
import { parseSpecification } from '../../../core/specification/specification.js';

function read(text: string) {
  const specification = parseSpecification({ text: `name: a\n${text}`, source: 'spec.yaml' });
  return { specification, space: openSpace(specification.space) };
}
const errors = (text: string) => {
  try {
    checkAgainstSpace(read(text));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const advice = (text: string) => adviseOn(read(text)).map(({ path, message }) => `${path}: ${message}`);
const NB201 = 'space: nas-bench-201\nconstraints:';
const TOKENS =
  'space: { kind: autoformer, size: tiny }\nstrategy: { kind: random, samples: 9 }\nconstraints:';
const CUSTOM =
  'space: { kind: custom, definition: { input: { resolution: 32 }, classes: 10, stages: [{ block: basic, width: [8, 16], depth: [1, 2] }] } }\nconstraints:';

describe('a limit that no candidate meets is an error', () => {
  it.each([
    [
      `${NB201} { flops: { max: 1 } }`,
      'constraints.flops.max: found 1; no candidate has so few FLOPs: nas-bench-201 has 7.78M to 220.12M',
    ],
    [
      `${NB201} { parameters: { min: 2M } }`,
      'constraints.parameters.min: found 2M; no candidate has so many parameters: nas-bench-201 has 73.31k to 1.53M',
    ],
    [
      `${TOKENS} { parameters: { max: 1M } }`,
      'constraints.parameters.max: found 1M; no candidate has so few parameters: autoformer has ',
    ],
    [
      `${CUSTOM} { layers: { min: 3 } }`,
      'constraints.layers.min: found 3; no candidate has so many layers: custom has 1 to 2',
    ],
  ])('%s', (text, message) => {
    expect(errors(text)).toContain(message);
  });
});

test('the bounds themselves can be met, and spaces without known bounds are left alone', () => {
  const { flops, parameters } = exactRanges({ space: openSpace({ kind: 'nas-bench-201' }), resolution: 32 })!;
  expect(errors(`${NB201} { flops: { max: ${flops!.min} }, parameters: { min: ${parameters!.min} } }`)).toBe(
    '',
  );
  expect(checkLimits(read('space: mobilenet-v2\nconstraints: { flops: { max: 1 } }'))).toEqual({
    impossible: [],
    vacuous: [],
  });
  expect(advice('space: nas-bench-201\nconstraints: { flops: { max: 100M } }')).toEqual([]);
});

it.each([
  [
    `${NB201} { flops: { max: 900M } }`,
    [
      'constraints.flops.max: found 900M; no candidate has more: nas-bench-201 has 7.78M to 220.12M; remove it',
    ],
  ],
  [
    `${NB201} { parameters: { min: 73306, max: 1M } }`,
    [
      'constraints.parameters.min: found 73.31k; no candidate has fewer: nas-bench-201 has 73.31k to 1.53M; remove it',
    ],
  ],
  [
    'space: mobilenet-v2\nstrategy: { kind: evolution, budget: 500 }',
    [
      expect.stringMatching(
        /^strategy\.budget: found 500, below the population of 1024: .*; raise it, or lower strategy\.population$/,
      ),
    ],
  ],
  [
    'space: nas-bench-201\nstrategy: evolution',
    [
      'strategy.budget: found 100000; nas-bench-201 has 15625 candidates, so the search ends before it is spent',
    ],
  ],
])('what excludes nobody, or is hardly meant, is a warning: %s', (text, warnings) => {
  expect(errors(text)).toBe('');
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
