// Tests that a block that passes its input on is the worst of a network of maps, and none of a network of tokens.
import { expect, it } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';

const file = 'identity.onnx';
const CHANNELS = 4;

/** The blocks of a network whose first block multiplies by 1. */
async function blocksOf(form: 'maps' | 'tokens') {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const relu = (x: string) => g.add('Relu', [x]);
  const patches = g.add('Conv', ['x', weight('patch', CHANNELS, 3, 2, 2)], { strides: [2, 2] });
  const rows = () => g.add('Reshape', [patches, g.ints(0, CHANNELS, -1)]);
  const stem = form === 'maps' ? patches : g.add('Transpose', [rows()], { perm: [0, 2, 1] });
  const layer = (x: string, name: string) =>
    relu(
      form === 'maps'
        ? g.add('Conv', [x, weight(name, CHANNELS, CHANNELS, 3, 3)], { pads: [1, 1, 1, 1] })
        : g.add('MatMul', [x, weight(name, CHANNELS, CHANNELS)]),
    );
  const first = relu(stem);
  const second = g.add('Mul', [first, g.float(1)]);
  const third = layer(second, 'third');
  const inputs = [{ name: 'x', dims: ['batch', 3, 8, 8] }];
  const bytes = g.build({ name: 'identity', inputs, outputs: [{ name: 'y', value: third, dims: [] }] });
  const graph = readOnnx({ bytes, file });
  const network = graphNetwork({ graph, batch: 2, image: [3, 8, 8], wanted: [first, second, 'y'], file });
  const opened = await openGraph({ network, threads: 1 });
  const drawn = randomDraw({ seed: 1, draw: 0 });
  return await opened.score(drawGraph({ network, drawn, file })).finally(() => opened.close());
}

it('of maps: the worst, whose trace is that of an identity', async () => {
  const { blocks, traces } = await blocksOf('maps');
  expect(blocks[0]).toBe(Number.NEGATIVE_INFINITY);
  expect(Number.isFinite(blocks[1])).toBe(true);
  expect(traces[0]).toBeCloseTo(1, 5);
});

it('of tokens: none', async () => {
  const { blocks } = await blocksOf('tokens');
  expect(blocks[0]).toBeNull();
  expect(Number.isFinite(blocks[1])).toBe(true);
});
