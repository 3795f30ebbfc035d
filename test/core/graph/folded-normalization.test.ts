// Tests that batch normalization that an exporter folded into convolutions is detected and can be restored.
import { expect, it } from 'vitest';
import { looksFolded } from '../../../core/graph/folded-normalization.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { type Normalization, resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { smallNetwork } from '../../support/small-networks.js';

const COUNT = 6;

/** Convolutions with biases; the last has a single position, as in squeeze-and-excitation. */
function folded(): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, i: number) => g.add('Conv', [x, weight(`w${i}`, 3, 3, 1, 1), weight(`b${i}`, 3)]);
  let value = 'x';
  for (let i = 0; i < COUNT; i++) value = g.add('Relu', [conv(value, i)]);
  const pooled = conv(g.add('GlobalAveragePool', [value]), COUNT);
  return g.build({
    name: 'folded',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value: pooled, dims: ['batch', 3, 1, 1] }],
  });
}

const standardizations = (normalization: Normalization) => {
  const graph = readOnnx({ bytes: folded(), file: 'x.onnx' });
  const { tape } = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx', normalization });
  return tape.values.filter(({ op }) => op === 'StandardizeChannels').length;
};

it('is noticed where all convolutions have biases and nothing is normalized', () => {
  expect(looksFolded(readOnnx({ bytes: folded(), file: 'x.onnx' }))).toBe(true);
  const widths = [8, 8, 8];
  expect(looksFolded(readOnnx({ bytes: smallNetwork({ widths, kernel: 3 }), file: 'x.onnx' }))).toBe(false);
});

it('is put back behind every convolution with a bias whose result has more than one position', () => {
  expect(standardizations('file')).toBe(0);
  expect(standardizations('restore')).toBe(COUNT);
});
