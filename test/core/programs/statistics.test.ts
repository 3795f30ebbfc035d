// In: programs of blocks. Out: their statistics are what method.md defines, computed with plain loops from y, g and v.
import { describe, expect, it } from 'vitest';
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
import { combinedBlocks, operationBlocks, type TestBlock } from './blocks.js';

const BATCH = 3;

describe('statistics of a block', () => {
  it.each([
    operationBlocks.conv[5]!,
    operationBlocks.conv[9]!,
    operationBlocks.averagePool[4]!,
    ...combinedBlocks,
  ])('$name', async (test) => {
    const { y, g, v, cov, sum, jac, dims } = await run(test);
    const [, c, h, w] = dims.y;
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
    const deep = spaceToDepth({ data: g, dims: dims.x, by: test.stride });
    const rows = dims.x[1] * test.stride ** 2;
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

/** [b, c, h, w] as [b, c s², h / s, w / s]; singular values do not mind the order of the new channels: rows by offset first. */
function spaceToDepth({
  data,
  dims: [batch, c, h, w],
  by: s,
}: {
  data: Float32Array;
  dims: readonly [number, number, number, number];
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
