// Tests depth and identity paths of candidates with an obvious structure.
import { describe, expect, it } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';
import { structureOf } from '../../../core/spaces/structure.js';

const cell = (operations: readonly string[]) =>
  `|${operations[0]}~0|+|${operations[1]}~0|${operations[2]}~1|+|${operations[3]}~0|${operations[4]}~1|${operations[5]}~2|`;
const none = ['none', 'none', 'none', 'none', 'none', 'none'];

describe('NAS-Bench-201', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  const of = (operations: readonly string[]) =>
    structureOf({ space, candidate: cell(operations), resolution: 32 });
  // The stem counts 1, and reductions 2 each on their longest path.
  it.each([
    ['a convolution', none.with(3, 'nor_conv_3x3'), { depth: 5 + 15, identityPath: 0 }],
    ['a skip', none.with(3, 'skip_connect'), { depth: 5, identityPath: 1 }],
    [
      'two convolutions with a skip around them',
      ['nor_conv_3x3', 'none', 'none', 'skip_connect', 'nor_conv_1x1', 'none'],
      { depth: 5 + 30, identityPath: 1 },
    ],
    [
      'a skip in series with a convolution',
      ['nor_conv_3x3', 'none', 'none', 'none', 'skip_connect', 'none'],
      { depth: 5 + 15, identityPath: 0 },
    ],
    ['an average', none.with(3, 'avg_pool_3x3'), { depth: 5, identityPath: 0 }],
  ])('%s', (_, operations, expected) => expect(of(operations)).toEqual(expected));
});

describe('graphs', () => {
  const micro = openSpace({ kind: 'transnas-bench-101', size: 'micro' });
  it.each([
    // The stem counts 2; the first cell of each of five modules changes the shape.
    ['64-41414-0_00_100', 1],
    ['64-41414-0_00_300', 0],
    ['64-41414-3_01_300', 0],
    ['64-41414-3_01_303', 0],
    ['64-41414-3_00_103', 1],
  ])('%s', (candidate, identityPath) =>
    expect(structureOf({ space: micro, candidate, resolution: 64 }).identityPath).toBe(identityPath),
  );

  it('counts the longest path', () => {
    const depth = (candidate: string) => structureOf({ space: micro, candidate, resolution: 64 }).depth;
    // One further convolution in sequence adds one to each of the ten cells.
    expect(depth('64-41414-3_03_003') - depth('64-41414-0_00_300')).toBe(2 * 10);
  });

  it('finds the additions of basic blocks', () => {
    const space = openSpace({ kind: 'transnas-bench-101', size: 'macro' });
    const found = structureOf({ space, candidate: '64-1141-basic', resolution: 64 });
    expect(found).toEqual({ depth: 2 + 8 * 2 + 1, identityPath: 1 });
  });
});
