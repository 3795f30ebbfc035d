// Tests that the last feature is what the mean over positions reads, even where that has a single position.
import { expect, test } from 'vitest';
import { lastFeature } from '../../../core/graph/branches.js';
import { cutPoints } from '../../../core/graph/features.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** Two convolutions of stride 2, the mean over positions, and a convolution of what it yields. */
function network(side: number) {
  const g = new GraphBuilder();
  const weight = (name: string) => g.weights({ name, dims: [3, 3, 1, 1], data: new Float32Array(9) });
  const reduced = (x: string, name: string) =>
    g.add('Relu', [g.add('Conv', [x, weight(name)], { strides: [2, 2] })]);
  const last = reduced(reduced('x', 'first'), 'second');
  const mean = g.add('GlobalAveragePool', [last]);
  const bytes = g.build({
    name: 'reduced',
    inputs: [{ name: 'x', dims: ['batch', 3, side, side] }],
    outputs: [
      { name: 'y', value: g.add('Relu', [g.add('Conv', [mean, weight('head')])]), dims: ['batch', 3, 1, 1] },
    ],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  return resolveGraph({ graph, batch: 2, image: [3, side, side], file: 'x.onnx' });
}

test('several positions: the last feature is the last cut point', () => {
  const graph = network(8);
  expect(lastFeature(graph)).toMatchObject({ shape: [2, 3, 2, 2] });
  expect(lastFeature(graph)).toEqual(cutPoints(graph).at(-1));
});

test('a single position: the last feature is what the mean reads, not the last cut point', () => {
  const graph = network(4);
  expect(cutPoints(graph).at(-1)).toMatchObject({ shape: [2, 3, 2, 2] });
  const found = lastFeature(graph)!;
  expect(found).toMatchObject({ shape: [2, 3, 1, 1] });
  expect(graph.tape.get(found.id).op).toBe('Relu');
  expect(graph.tape.values.some(({ op, inputs }) => op === 'ReduceMean' && inputs[0] === found.id)).toBe(
    true,
  );
});
