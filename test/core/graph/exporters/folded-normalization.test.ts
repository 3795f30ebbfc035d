// Tests that batch normalization that an exporter folded into convolutions is detected and can be restored.
import { expect, it } from 'vitest';
import { looksFolded } from '../../../../core/graph/exporters/folded-normalization.js';
import type { GraphNode, Normalization } from '../../../../core/graph/graph.js';
import { graphNetwork } from '../../../../core/graph/network.js';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../../core/graph/resolve.js';
import { initializer, model, node } from '../../../support/onnx-messages.js';
import { FOLDED_CONVOLUTIONS, foldedNetwork, smallNetwork } from '../../../support/small-networks.js';

const standardizations = (normalization: Normalization) => {
  const graph = readOnnx({ bytes: foldedNetwork(), file: 'x.onnx' });
  const { tape } = resolveGraph({ graph, batch: 2, image: [3, 16, 16], file: 'x.onnx', normalization });
  return tape.values.filter(({ op }) => op === 'StandardizeChannels').length;
};

it('is noticed where all convolutions have biases and nothing is normalized', () => {
  expect(looksFolded(readOnnx({ bytes: foldedNetwork(), file: 'x.onnx' }))).toBe(true);
  const widths = [8, 8, 8];
  expect(looksFolded(readOnnx({ bytes: smallNetwork({ widths, kernel: 3 }), file: 'x.onnx' }))).toBe(false);
});

it('is put back behind every convolution with a bias whose result has more than one position', () => {
  expect(standardizations('file')).toBe(0);
  expect(standardizations('restore')).toBe(FOLDED_CONVOLUTIONS);
});

it('counts the scales and shifts that are put back, in place of the biases', () => {
  const graph = readOnnx({ bytes: foldedNetwork(), file: 'x.onnx' });
  const parameters = (normalization: Normalization) =>
    graphNetwork({ graph, batch: 2, image: [3, 16, 16], wanted: 'blocks', file: 'x.onnx', normalization })
      .costs.parameters;
  expect(parameters('restore') - parameters('file')).toBe(3 * FOLDED_CONVOLUTIONS);
});

it('is not put behind a convolution whose normalization the file still has', () => {
  const scales = ['scale', 'shift', 'mean', 'variance'];
  const bytes = model({
    graph: [
      initializer('w', [4, 3, 3, 3], 1),
      initializer('v', [4, 4, 1, 1], 1),
      ...['b', 'c', ...scales].map((name) => initializer(name, [4], 1)),
      node('Conv', ['x', 'w', 'b'], ['kept']),
      node('BatchNormalization', ['kept', ...scales], ['n']),
      node('Relu', ['n'], ['r']),
      node('Conv', ['r', 'v', 'c'], ['folded']),
      node('GlobalAveragePool', ['folded'], ['y']),
    ],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolve = (normalization: Normalization) =>
    resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx', normalization });
  const count = ({ tape }: ReturnType<typeof resolve>) =>
    tape.values.filter(({ op }) => op === 'StandardizeChannels').length;
  expect([count(resolve('file')), count(resolve('restore'))]).toEqual([1, 2]);
  expect(resolve('restore').unread).toBe(2 * 4);
});

/** Whether convolutions look folded of which all but the last `bare` have a bias that is a weight, beside another operator. */
function looks(convolutions: number, { bare = 0, beside = 'Relu' } = {}) {
  const nodeOf = (op: string, inputs: readonly string[]): GraphNode => ({
    op,
    name: op,
    inputs,
    outputs: [op],
    attributes: {},
  });
  const nodes = Array.from({ length: convolutions }, (_, i) =>
    nodeOf('Conv', ['x', 'w', i < convolutions - bare ? 'b' : 'zeros']),
  );
  const numbers = { type: 'float', read: () => undefined } as const;
  const initializers = new Map([
    ['w', { ...numbers, shape: [3, 3, 1, 1] }],
    ['b', { ...numbers, shape: [3] }],
  ]);
  return looksFolded({
    opset: 18,
    inputs: [],
    outputs: [],
    nodes: [...nodes, nodeOf(beside, ['x'])],
    initializers,
  });
}

it('is suspected of six convolutions or more, none of which lacks a bias', () => {
  expect([looks(5), looks(6), looks(7)]).toEqual([false, true, true]);
  expect(looks(7, { bare: 1 })).toBe(false);
});

it.each([
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LayerNormalization',
  'RMSNormalization',
  'MeanVarianceNormalization',
])('is not suspected beside a %s', (beside) => {
  expect(looks(7, { beside })).toBe(false);
});
