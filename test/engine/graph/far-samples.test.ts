// Tests that samples far beyond the edges of a map do not hide what the network computes beside them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scoreNetworks } from '../../../client/networks/score-networks.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const WIDTH = 32;

/** The SynFlow of 30 convolutions of `WIDTH` channels, then a sum of one more and, where wanted, a deformable one. */
async function synflow(isDeformed: boolean): Promise<number> {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const pads = [1, 1, 1, 1];
  let map = g.add('Conv', ['x', weight('stem', WIDTH, 3, 3, 3)], { pads });
  for (let i = 0; i < 30; i++) map = g.add('Conv', [map, weight(`w${i}`, WIDTH, WIDTH, 3, 3)], { pads });
  const beside = g.add('Conv', [map, weight('beside', WIDTH, WIDTH, 3, 3)], { pads });
  const offsets = g.add('Conv', [map, weight('offsets', 18, WIDTH, 3, 3)], { pads });
  const deformed = g.add('DeformConv', [map, weight('deformed', WIDTH, WIDTH, 3, 3), offsets], { pads });
  const sum = isDeformed ? g.add('Add', [beside, deformed]) : beside;
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [sum])]);
  const inputs = [{ name: 'x', dims: [2, 3, 6, 6] }];
  const bytes = g.build({ name: 'far', inputs, outputs: [{ name: 'y', value, dims: [] }] });
  const file = join(mkdtempSync(join(tmpdir(), 'far-')), 'far.onnx');
  writeFileSync(file, bytes);
  const load = { batch: 2, features: 'blocks', normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 1, threads: 1, proxies: ['synflow'] } as const;
  const [scored] = await scoreNetworks({ files: [file], options });
  return scored!.proxies.synflow!;
}

it('the sum of absolute gradients times weights is that of the layers beside them', async () => {
  const [plain, deformed] = [await synflow(false), await synflow(true)];
  expect(Number.isFinite(plain)).toBe(true);
  expect(deformed).toBeCloseTo(plain, 5);
});
