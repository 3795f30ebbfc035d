// Tests one-hot constants, by which exporters compute the shape of repeat_interleave.
import { expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** The values and the shape of OneHot over the indices [1, -1, 5] with depth 3, where 2 is off and 7 is on. */
function oneHot(axis: number) {
  const g = new GraphBuilder();
  const inputs = [g.ints(1, -1, 5), g.ints(3), g.ints(2, 7)];
  const hot = g.add('OneHot', inputs, { axis });
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [1, 3, 4, 4] }],
    outputs: [
      { name: 'y', value: g.add('Add', ['x', g.add('ReduceMax', [hot], { keepdims: 0 })]), dims: [] },
    ],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const { tape, named } = resolveGraph({ graph, batch: 1, image: [3, 4, 4], file: 'x.onnx' });
  const { constant, shape } = tape.get(named.get(hot)!);
  return { values: Array.from(constant!), shape };
}

it('puts classes on the axis, counts negative indices from the end, and leaves out those beyond', () => {
  expect(oneHot(-1)).toEqual({ values: [2, 7, 2, 2, 2, 7, 2, 2, 2], shape: [3, 3] });
  expect(oneHot(0)).toEqual({ values: [2, 2, 2, 7, 2, 2, 2, 7, 2], shape: [3, 3] });
});
