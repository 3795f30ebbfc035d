// Tests the statistics of programs against docs/understand/method.md, computed with plain loops from y, g and
// v.
import { describe, expect, it } from 'vitest';
import { BlockBuilder } from '../../../core/ir/block.js';
import type { Shape } from '../../../core/ir/shape.js';
import {
  featureExpressivity,
  type GramSums,
  gramEigenvalues,
  spectralEntropy,
} from '../../../core/proxies/az-nas.js';
import {
  blockFeeds,
  count,
  dot,
  openBlock,
  openForward,
  randomNormal,
  sizes,
  tensor,
} from '../../support/programs.js';
import { combinedBlocks, operationBlocks, type TestBlock } from '../ops/blocks.js';

const BATCH = 3;
type MapDims = readonly [number, number, number, number];

describe('statistics of a block', () => {
  it.each([
    operationBlocks.conv[5]!,
    operationBlocks.conv[9]!,
    operationBlocks.averagePool[4]!,
    ...combinedBlocks,
  ])('$name', async (test) => {
    const { y, g, v, cov, sum, jac, dims } = await run(test);
    const [, c, h, w] = dims.y as MapDims;
    const positions = h * w;
    const samples = (data: Float32Array, channels: number, size: number) => (channel: number) =>
      Array.from({ length: BATCH }, (_, b) =>
        Array.from(data.subarray((b * channels + channel) * size, (b * channels + channel + 1) * size)),
      ).flat();
    const feature = samples(y, c, positions);
    const signs = samples(v, c, positions);
    for (let i = 0; i < c; i++) {
      expect(sum[i]).toBeCloseTo(dot(feature(i), feature(i).fill(1)), 3);
      for (let j = 0; j < c; j++) expect(cov[i * c + j]).toBeCloseTo(dot(feature(i), feature(j)), 3);
    }
    const deep = spaceToDepth({ data: g, dims: dims.x as MapDims, by: test.stride });
    const rows = dims.x[1]! * test.stride ** 2;
    expect(jac).toHaveLength(rows * c);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < c; j++)
        expect(jac[i * c + j]).toBeCloseTo(dot(samples(deep, rows, positions)(i), signs(j)), 3);
  });

  it('zero: output, gradient and all statistics are zeros', async () => {
    const { y, g, cov, sum, jac } = await run(operationBlocks.zero[0]!);
    for (const data of [y, g, cov, sum, jac]) expect(data.every((value) => value === 0)).toBe(true);
  });

  it('identity: the gradient is v itself', async () => {
    const { g, v, y, x } = await run(operationBlocks.sum[0]!);
    expect(g).toEqual(v);
    expect(y).toEqual(x);
  });

  it('a stem has the same forward pass and covariance, and nothing else', async () => {
    const test = combinedBlocks[0]!;
    const { feeds, y, cov, sum } = await run(test);
    const stem = await openForward(test);
    const out = await stem.run({ feeds, outputs: ['y', 'cov', 'sum'] });
    expect(out).toEqual({ y, cov, sum });
    await expect(stem.run({ feeds, outputs: ['jac'] })).rejects.toThrow(/jac/);
    await stem.close();
  });
});

describe('statistics of a block of tokens', () => {
  it('rows are samples, columns are channels', async () => {
    const { y, g, v, cov, sum, jac } = await run(tokens([4, 5]));
    const column = (data: Float32Array, channel: number) => data.filter((_, i) => i % 5 === channel);
    expect(cov).toHaveLength(25);
    for (let i = 0; i < 5; i++) {
      expect(sum[i]).toBeCloseTo(dot(column(y, i), column(y, i).fill(1)), 3);
      for (let j = 0; j < 5; j++) {
        expect(cov[i * 5 + j]).toBeCloseTo(dot(column(y, i), column(y, j)), 3);
        expect(jac[i * 5 + j]).toBeCloseTo(dot(column(g, i), column(v, j)), 3);
      }
    }
  });
});

describe('the Gram matrix of fewer samples than channels', () => {
  const gramExpressivity = (feature: GramSums) => spectralEntropy(gramEigenvalues(feature));

  it.each([simple([40, 2, 3]), tokens([4, 30])])('gives the same expressivity: $name', async (test) => {
    const { y, cov, sum, feeds } = await run(test);
    const channels = sum.length;
    const samples = y.length / channels;
    expect(samples).toBeLessThan(channels);
    const open = await openBlock({ ...test, spectrum: 'gram' });
    const { gram } = await open.run({ feeds, outputs: ['gram'] });
    await open.close();
    expect(gram).toHaveLength(samples ** 2);
    const found = gramExpressivity({ products: gram, samples });
    expect(found).toBeGreaterThan(0);
    expect(found).toBeCloseTo(featureExpressivity({ products: cov, sums: sum, samples }), 4);
  });

  it('of a constant feature is dead', () => {
    expect(gramExpressivity({ products: new Float32Array(9).fill(2), samples: 3 })).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(gramExpressivity({ products: [5], samples: 1 })).toBe(Number.NEGATIVE_INFINITY);
  });
});

/** A block that adds its input to itself. Its output has a positive mean, as features have. */
function simple(input: Shape): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  b.add('sum', [b.add('relu', [0]), 0]);
  return { name: `map ${input}`, block: b.build(), input, stride: 1 };
}

function tokens(input: Shape): TestBlock {
  const b = new BlockBuilder({ name: 'test', form: 'tokens' });
  b.add('sum', [b.add('relu', [0]), 0]);
  return { name: `tokens ${input}`, block: b.build(), input, stride: 1 };
}

async function run(test: TestBlock) {
  const { block, input } = test;
  const dims = sizes({ block, input, batch: BATCH });
  const x = randomNormal('x', 1, count(dims.x));
  const feeds = blockFeeds({ block, dims: dims.y, seed: 1 });
  feeds.x = tensor(x, dims.x);
  const open = await openBlock(test);
  const out = await open.run({ feeds, outputs: ['y', 'cov', 'sum', 'jac', 'g'] });
  await open.close();
  return { ...out, x, v: feeds.v!.data as Float32Array, dims, feeds };
}

/**
 * [b, c, h, w] to [b, c s², h / s, w / s], with the rows ordered by offset first; singular values do not
 * depend on the order of the new channels.
 */
function spaceToDepth({
  data,
  dims: [batch, c, h, w],
  by: s,
}: {
  data: Float32Array;
  dims: MapDims;
  by: number;
}): Float32Array {
  const out = new Float32Array(data.length);
  for (let b = 0; b < batch; b++)
    for (let k = 0; k < c; k++)
      for (let i = 0; i < h; i++)
        for (let j = 0; j < w; j++) {
          const channel = ((i % s) * s + (j % s)) * c + k;
          const row = (b * c * s * s + channel) * (h / s) + Math.floor(i / s);
          out[row * (w / s) + Math.floor(j / s)] = data[((b * c + k) * h + i) * w + j]!;
        }
  return out;
}
