// Tests which parameters are told apart in files of which exporter.
import { expect, it } from 'vitest';
import { restoreParameters } from '../../../../core/graph/exporters/restore-parameters.js';
import type { Initializer } from '../../../../core/graph/graph.js';

const SIGNATURE = 'pkg.torch.export.ExportedProgram.graph_signature';
const ORIGINS = 'pkg.onnxscript.optimizer.folded_from';
const CALL = 'pkg.torch.onnx.fx_node';
const listed = [{ key: SIGNATURE, value: "p_token: PARAMETER target='token'" }];
const tensor = (shape: readonly number[]): Initializer => ({
  shape,
  type: 'float',
  read: () => new Float64Array(shape.reduce((n, m) => n * m, 1)).fill(1),
});

it.each([
  ['pytorch', [], ['a.weight', 'b.weight']],
  ['another exporter', [], ['a.weight']],
  // The newer exporter of PyTorch notes which parameter a node reads.
  ['pytorch', listed, ['a.weight']],
])('copies in a file of %s that notes %o', (producer, metadata, names) => {
  const initializers = new Map([['a.weight', tensor([2])]]);
  const nodes = [{ opType: 'Identity', inputs: ['a.weight'], outputs: ['b.weight'] }];
  restoreParameters({ model: { producer, graph: { metadata } }, nodes, initializers, batch: undefined });
  expect([...initializers.keys()]).toEqual(names);
});

it('parameters that were repeated for the images of the batch, and those that were merged', () => {
  const initializers = new Map([
    ['expand', tensor([4, 1, 3])],
    ['one', tensor([3])],
  ]);
  const norm = (parameter: string) => ({
    opType: 'LayerNormalization',
    inputs: ['expand', 'one'],
    outputs: [parameter],
    metadata: [{ key: CALL, value: `args = (%expand, %${parameter}), kwargs = {}` }],
  });
  const values = [{ name: 'expand', metadata: [{ key: ORIGINS, value: "['p_token']" }] }];
  const nodes = [norm('p_a'), norm('p_b')];
  const model = { graph: { metadata: listed, values } };
  restoreParameters({ model, nodes, initializers, batch: 4 });
  expect([...initializers].map(([name, { shape }]) => [name, shape])).toEqual([
    ['one', [3]],
    ['expand once', [1, 1, 3]],
    ['expand shape', [3]],
    ['one as p_b', [3]],
  ]);
});
