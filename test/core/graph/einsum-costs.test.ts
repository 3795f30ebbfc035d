// Tests which equations of Einsum count as matrix products.
import { expect, it } from 'vitest';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

it.each([
  // A matrix product sums over a letter: here 3 products for each of 5 x 8 x 8 elements.
  ['bchw,cd->bdhw', [2, 5, 8, 8], 3 * 5 * 8 * 8],
  ['bchw,cd->bcdhw', [2, 3, 5, 8, 8], 0],
  ['bchw,cd->bdwch', [2, 5, 8, 3, 8], 0],
])('%s yields %o and %d multiply-accumulates an image', (equation, shape, macs) => {
  const g = new GraphBuilder();
  const weight = g.weights({ name: 'w', dims: [3, 5], data: new Float32Array(15) });
  const value = g.add('Einsum', ['x', weight], { equation });
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value, dims: shape }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  expect(resolved.tape.shape(resolved.output)).toEqual(shape);
  expect(graphCosts(resolved, weightRoles(resolved)).macs).toBe(macs);
});
