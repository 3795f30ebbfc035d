// Tests an assignment to no rows, as Swin writes for a shift of 0 along one side of images that are not square.
import { expect, test } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

test('leaves the tensor as it is', () => {
  const g = new GraphBuilder();
  const updates = g.add('ConstantOfShape', [g.ints(0, 3, 8, 8)]);
  const rows = g.add('Cast', [g.add('ConstantOfShape', [g.ints(0, 1)])], { to: 7 });
  const value = g.add('ScatterND', [g.add('Relu', ['x']), rows, updates]);
  const bytes = g.build({
    name: 'n',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value: g.add('Sigmoid', [value]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const { tape, output } = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  const [assigned] = tape.get(output).inputs;
  expect(tape.get(assigned!).op).toBe('Relu');
});
