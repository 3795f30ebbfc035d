// Tests that a transformer whose tokens are [positions, images, channels] is measured as one whose images come first.
import { expect, it } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';

const BLOCKS = 3;
const CHANNELS = 8;

/** Tokens of 4 x 4 patches, a residual layer for each block, and the mean over the tokens. */
function transformer(order: 'images first' | 'positions first'): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const patches = g.add('Conv', ['x', weight('patch', CHANNELS, 3, 4, 4)], { strides: [4, 4] });
  const rows = g.add('Reshape', [patches, g.ints(0, CHANNELS, -1)]);
  const isFirst = order === 'images first';
  let tokens = g.add('Transpose', [rows], { perm: isFirst ? [0, 2, 1] : [2, 0, 1] });
  for (let block = 0; block < BLOCKS; block++) {
    const scale = weight(`scale${block}`, CHANNELS);
    const normal = g.add('LayerNormalization', [tokens, scale, weight(`shift${block}`, CHANNELS)]);
    const inner = g.add('MatMul', [normal, weight(`up${block}`, CHANNELS, 16)]);
    const outer = g.add('MatMul', [g.add('Relu', [inner]), weight(`down${block}`, 16, CHANNELS)]);
    tokens = g.add('Add', [tokens, outer]);
  }
  const mean = g.add('ReduceMean', [tokens, g.ints(isFirst ? 1 : 0)], { keepdims: 0 });
  return g.build({
    name: 'transformer',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: mean, dims: [] }],
  });
}

async function score(order: Parameters<typeof transformer>[0]) {
  const graph = readOnnx({ bytes: transformer(order), file: order });
  const network = graphNetwork({ graph, batch: 4, image: [3, 16, 16], wanted: 'stages', file: order });
  const draw = drawGraph({ network, drawn: randomDraw({ seed: 2, draw: 0 }), file: order });
  const opened = await openGraph({ network, threads: 1, weights: 'drawn' });
  return { network, scores: await opened.score(draw).finally(() => opened.close()) };
}

it('has the same features, and the same expressivities', async () => {
  const [images, positions] = [await score('images first'), await score('positions first')];
  expect(positions.network.found).toBe('blocks');
  const found = ({ network }: typeof images) => network.features.map((feature) => feature.positions);
  expect(found(positions)).toEqual(found(images));
  expect(positions.network.features).toHaveLength(BLOCKS + 1);
  images.scores.features.forEach((value, i) => {
    expect(positions.scores.features[i]).toBeCloseTo(value, 4);
  });
  // The Rademacher probe has another order, so trainabilities agree in size alone.
  images.scores.blocks.forEach((value, i) => {
    expect(Math.abs(positions.scores.blocks[i]! - value!)).toBeLessThan(0.5 * Math.abs(value!) + 0.2);
  });
});
