// Tests networks whose blocks all read indices and masks that were computed from the images before the first of them.
import { expect, it } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';

const CHANNELS = 8;
const TOKENS = 16;
const BLOCKS = 3;

/** The neighbour of each token is found once; every block adds what it computes of both to the tokens of a mask. */
function neighbours() {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const patches = g.add('Conv', ['x', weight('patch', CHANNELS, 3, 4, 4)], { strides: [4, 4] });
  const rows = g.add('Reshape', [patches, g.ints(0, CHANNELS, -1)]);
  let tokens = g.add('Transpose', [rows], { perm: [0, 2, 1] });
  const likeness = g.add('MatMul', [tokens, rows]);
  const nearest = g.addMany('TopK', [likeness, g.ints(1)], { attributes: { axis: 2 }, results: 2 })[1]!;
  const index = g.add('Expand', [nearest, g.ints(1, TOKENS, CHANNELS)]);
  const isKept = g.add('Greater', [g.add('ReduceMean', [tokens, g.ints(2)]), g.float(0)]);
  const features = [tokens];
  for (let block = 0; block < BLOCKS; block++) {
    const near = g.add('GatherElements', [tokens, index], { axis: 1 });
    const both = g.add('Concat', [tokens, near], { axis: 2 });
    const inner = g.add('MatMul', [both, weight(`up${block}`, 2 * CHANNELS, CHANNELS)]);
    const added = g.add('Where', [isKept, g.add('Relu', [inner]), g.float(0)]);
    tokens = g.add('Add', [tokens, added]);
    features.push(tokens);
  }
  const bytes = g.build({
    name: 'neighbours',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('ReduceMean', [tokens, g.ints(1)], { keepdims: 0 }), dims: [] }],
  });
  return { graph: readOnnx({ bytes, file: 'neighbours' }), features };
}

const { graph, features } = neighbours();

async function score(wanted: 'blocks' | readonly string[], layout: 'blocked' | 'plain' = 'blocked') {
  const network = graphNetwork({ graph, batch: 4, image: [3, 16, 16], wanted, file: 'neighbours' });
  const draw = drawGraph({ network, drawn: randomDraw({ seed: 2, draw: 0 }), file: 'neighbours' });
  const opened = await openGraph({ network, threads: 1, layout });
  return { network, scores: await opened.score(draw).finally(() => opened.close()) };
}

it('has the sums of its stream as features', async () => {
  const { network } = await score('blocks');
  expect(network.features.map(({ name }) => name)).toEqual(features.slice(-network.features.length));
  expect(network.features.length).toBeGreaterThanOrEqual(BLOCKS);
});

it('computes the same features in one program and block by block', async () => {
  const all = await score(features);
  const ends = await score([features[0]!, features[BLOCKS]!]);
  expect(ends.scores.features[0]).toBeCloseTo(all.scores.features[0]!, 6);
  expect(ends.scores.features[1]).toBeCloseTo(all.scores.features[BLOCKS]!, 5);
  expect(all.scores.blocks.every((value) => Number.isFinite(value))).toBe(true);
});

it('computes the same in standard ONNX, for other devices', async () => {
  const [blocked, plain] = [await score(features), await score(features, 'plain')];
  plain.scores.features.forEach((value, i) => {
    expect(value).toBeCloseTo(blocked.scores.features[i]!, 5);
  });
  plain.scores.blocks.forEach((value, i) => {
    expect(value).toBeCloseTo(blocked.scores.blocks[i]!, 4);
  });
});
