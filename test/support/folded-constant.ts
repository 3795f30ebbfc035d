// Reads the constant that a small network adds to its images.
import { readOnnx } from '../../core/graph/read-onnx.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import type { GraphBuilder } from '../../core/onnx/graph.js';

/** What the graph holds for the tensor `made`, after the network has added the tensor `added` to its images. */
export function foldedConstant(g: GraphBuilder, made: string, added = made) {
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [1, 3, 2, 4] }],
    outputs: [{ name: 'y', value: g.add('Add', ['x', added]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const { tape, named } = resolveGraph({ graph, batch: 1, image: [3, 2, 4], file: 'x.onnx' });
  const { constant, shape, type } = tape.get(named.get(made)!);
  return { values: Array.from(constant!), shape, type };
}
