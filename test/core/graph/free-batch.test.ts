// Tests whether networks that were exported for one batch accept others.
import { expect, it } from 'vitest';
import { fixedBatch, withKeptBatch } from '../../../core/graph/free-batch.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** A pool and a product, with a reshape to this shape between them. */
function exported({ batch, reshaped }: { batch: number | string; reshaped: readonly number[] }) {
  const g = new GraphBuilder();
  const pooled = g.add('GlobalAveragePool', ['x']);
  const flat = g.add('Reshape', [pooled, g.ints(...reshaped)]);
  const weight = g.weights({ name: 'w', dims: [3, 5], data: new Float32Array(15) });
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [batch, 3, 8, 8] }],
    outputs: [{ name: 'y', value: g.add('MatMul', [flat, weight]), dims: [batch, 5] }],
  });
  return { graph: readOnnx({ bytes, file: 'x.onnx' }), image: [3, 8, 8] };
}

it.each([
  ['any: the input leaves it open', { batch: 'batch', reshaped: [-1, 3] }, undefined],
  ['any: no node depends on it', { batch: 4, reshaped: [0, 3] }, undefined],
  ['4: a node needs so many images', { batch: 4, reshaped: [4, 3] }, 4],
  ['4: any multiple would become four rows', { batch: 4, reshaped: [4, -1] }, 4],
  ['1: a node needs so many images', { batch: 1, reshaped: [1, 3] }, 1],
])('holds for a batch of %s', (_, network, expected) => {
  expect(fixedBatch(exported(network))).toBe(expected);
});

it.each([
  ['with the size of the export where a node kept it', { batch: 'batch', reshaped: [4, 3] }, 4],
  ['also where that is the usual size of a score', { batch: 'batch', reshaped: [8, 3] }, 8],
  ['not at all where its input has a size', { batch: 4, reshaped: [4, 3] }, undefined],
  ['not at all where it holds for no usual size', { batch: 'batch', reshaped: [7, 3] }, undefined],
])('an open batch is replaced %s', (_, network, expected) => {
  const { graph, image } = exported(network);
  const fixed = withKeptBatch({ graph, image });
  expect(fixed?.inputs.map(({ shape }) => shape[0])).toEqual(expected && [expected]);
  // Whatever the size, the network then holds for others, as one whose input has it.
  if (!fixed) return;
  const { tape, output } = resolveGraph({ graph: fixed, batch: 8, image, file: 'x.onnx' });
  expect(tape.shape(output)).toEqual([8, 5]);
});

it.each([[[4, 3]], [[4, -1]]])(
  'a row for each image of another batch than that of the export, reshaped to %j',
  (reshaped) => {
    const { graph, image } = exported({ batch: 4, reshaped });
    const { tape, output } = resolveGraph({ graph, batch: 8, image, file: 'x.onnx' });
    expect(tape.shape(output)).toEqual([8, 5]);
  },
);
