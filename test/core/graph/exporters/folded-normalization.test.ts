// Tests that batch normalization that an exporter folded into convolutions is detected and can be restored.
import { expect, it } from 'vitest';
import { looksFolded } from '../../../../core/graph/exporters/folded-normalization.js';
import type { Normalization } from '../../../../core/graph/graph.js';
import { graphNetwork } from '../../../../core/graph/network.js';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../../core/onnx/graph.js';
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

/** A convolution and a normalization of its features, under the names that an exporter gives their parameters. */
function hybridOf(weight: string, bias: string): Uint8Array {
  const g = new GraphBuilder();
  const parameter = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const tokens = g.add('Conv', ['x', parameter(weight, 8, 3, 1, 1), parameter(bias, 8)]);
  const value = g.add('LayerNormalization', [tokens, parameter('scale', 8, 8), parameter('shift', 8, 8)]);
  return g.build({
    name: 'hybrid',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value, dims: ['batch', 8, 8, 8] }],
  });
}

it.each([
  ['onnx::Conv_238', 'onnx::Conv_239', true],
  // A patch embedding, and a convolution whose weight was computed.
  ['embed.weight', 'embed.bias', false],
  ['onnx::Conv_238', 'embed.bias', false],
])('is noticed beside other normalizations by the names %s and %s: %s', (weight, bias, isFolded) => {
  expect(looksFolded(readOnnx({ bytes: hybridOf(weight, bias), file: 'x.onnx' }))).toBe(isFolded);
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
