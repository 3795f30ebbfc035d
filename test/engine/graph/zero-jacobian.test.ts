// Tests that a block through which no gradient comes has a Jacobian of 0, as in PyTorch, and that a note says so.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { scoreNetworks } from '../../../client/networks/score-networks.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const folder = mkdtempSync(join(tmpdir(), 'zero-jacobian-'));
afterAll(() => rmSync(folder, { recursive: true }));
const WIDTH = 8;
/** 2 - σ - 1 / (σ + 1e-6) of a Jacobian of 0. */
const OF_ZERO = 2 - 1e6;

/** Three convolutions with pooling between them; the operator comes before each of the last two. */
async function scored(before: readonly [string, string]) {
  const g = new GraphBuilder();
  const conv = (x: string, i: number, from: number) =>
    g.add(
      'Conv',
      [x, g.weights({ name: `w${i}`, dims: [WIDTH, from, 3, 3], data: new Float32Array(WIDTH * from * 9) })],
      {
        pads: [1, 1, 1, 1],
      },
    );
  let x = conv('x', 0, 3);
  before.forEach((op, i) => {
    const pooled = g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    x = conv(g.add(op, [pooled]), i + 1, WIDTH);
  });
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [x])]);
  const file = join(folder, `${before.join('-')}.onnx`);
  const inputs = [{ name: 'x', dims: ['batch', 3, 16, 16] }];
  writeFileSync(file, g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] }));
  const load = { batch: 2, normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 1, threads: 1, proxies: ['trainability'] as const };
  const [network] = await scoreNetworks({ files: [file], options });
  return { trainability: network!.proxies.trainability!, notes: network!.notes };
}

it.each(['Sign', 'Round', 'Floor'])('%s in every block', async (op) => {
  const { trainability, notes } = await scored([op, op]);
  expect(trainability).toBeCloseTo(OF_ZERO, 5);
  expect(notes).toEqual([
    expect.stringContaining('has a block whose Jacobian is 0, as where values are rounded'),
  ]);
});

it('a block without a gradient counts beside one that has one', async () => {
  const { trainability } = await scored(['Relu', 'Sign']);
  expect(trainability).toBeGreaterThan(OF_ZERO / 2 - 100);
  expect(trainability).toBeLessThan(OF_ZERO / 2 + 10);
  expect(await scored(['Relu', 'Relu'])).toMatchObject({ notes: [] });
});
