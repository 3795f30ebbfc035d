// Tests that a file whose nodes hold for the batch of its export is not scored with another, which they would take for positions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const folder = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(folder, { recursive: true }));
const OWN = 2;

/** Three convolutions, before the last of which the map is resized to a size that includes the number of images. */
function load(sizes: readonly number[], batch?: number) {
  const g = new GraphBuilder();
  const conv = (x: string, i: number, from: number) => {
    const weight = g.weights({ name: `w${i}`, dims: [8, from, 3, 3], data: new Float32Array(72 * from) });
    return g.add('Relu', [g.add('Conv', [x, weight], { pads: [1, 1, 1, 1], strides: [2, 2] })]);
  };
  const maps = conv(conv('x', 0, 3), 1, 8);
  const resized = g.add('Resize', [maps, '', '', g.ints(...sizes)], { mode: 'linear' });
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [conv(resized, 2, 8)])]);
  const file = join(folder, 'network.onnx');
  const inputs = [{ name: 'x', dims: [OWN, 3, 24, 24] }];
  writeFileSync(file, g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] }));
  return loadNetwork({ file, options: { normalization: 'file', ...(batch ? { batch } : {}) } });
}

it('is scored with its own batch', async () => {
  const { network, notes } = await load([OWN, 8, 8, 8]);
  expect(network.graph.tape.shape(network.graph.input)).toEqual([OWN, 3, 24, 24]);
  expect(notes).toContainEqual(`holds for a batch of ${OWN} images only, and is scored with it`);
  expect(network.costs.macs).toBe(72 * (3 * 12 ** 2 + 8 * 6 ** 2 + 8 * 4 ** 2));
});

it('is refused with another batch', async () => {
  await expect(load([OWN, 8, 8, 8], 4)).rejects.toThrow(/holds for a batch of 2, and not of 4/);
  expect((await load([OWN, 8, 8, 8], OWN)).notes).toEqual([]);
});
