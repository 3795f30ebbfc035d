// Tests that a tensor which the file says is learned is drawn also where it is subtracted from activations or divides them.
import { expect, it } from 'vitest';
import { trainedTensors } from '../../../../core/graph/exporters/notes.js';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { structureText } from '../../../../core/graph/structure.js';
import { initializer, type MessageField, model, node } from '../../../support/onnx-messages.js';

const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';
/** A ValueInfoProto with a note about a tensor. */
const noted = (name: string, kind: string): MessageField => [
  13,
  [
    [1, name],
    [
      4,
      [
        [1, KIND],
        [2, kind],
      ],
    ],
  ],
];

const structureOf = (graph: readonly MessageField[]) =>
  structureText({ graph: readOnnx({ bytes: model({ graph }), file: 'my.onnx' }), constants: new Set() });

/** A convolution, these nodes, which read its result `c` and a table `t` and make `d`, and a pooling. */
const network = (nodes: readonly MessageField[], notes: readonly MessageField[] = []) => [
  initializer('w', [8, 3, 3, 3], 1),
  initializer('t', [8, 4, 4], 1),
  node('Conv', ['x', 'w'], ['c']),
  ...nodes,
  node('GlobalAveragePool', ['d'], ['y']),
  ...notes,
];
const LEARNED = [noted('t', 'PARAMETER')];

it.each([
  ['x - t', [node('Sub', ['c', 't'], ['d'])], [node('Add', ['c', 't'], ['d'])]],
  ['x / t', [node('Div', ['c', 't'], ['d'])], [node('Mul', ['c', 't'], ['d'])]],
  ['t - x', [node('Sub', ['t', 'c'], ['d'])], [node('Neg', ['c'], ['n']), node('Add', ['n', 't'], ['d'])]],
  [
    't / x',
    [node('Div', ['t', 'c'], ['d'])],
    [node('Reciprocal', ['c'], ['n']), node('Mul', ['n', 't'], ['d'])],
  ],
  [
    'x - t, with t transposed',
    [node('Transpose', ['t'], ['u']), node('Sub', ['c', 'u'], ['d'])],
    [node('Transpose', ['t'], ['u']), node('Add', ['c', 'u'], ['d'])],
  ],
  [
    'x / softplus(t)',
    [node('Softplus', ['t'], ['u']), node('Div', ['c', 'u'], ['d'])],
    [node('Softplus', ['t'], ['u']), node('Mul', ['c', 'u'], ['d'])],
  ],
  [
    'x - t * n, with a number n',
    [initializer('n', [], 1), node('Mul', ['n', 't'], ['u']), node('Sub', ['c', 'u'], ['d'])],
    [initializer('n', [], 1), node('Mul', ['n', 't'], ['u']), node('Add', ['c', 'u'], ['d'])],
  ],
])('reads %s like its commutative form', (_, written, read) => {
  expect(structureOf(network(written, LEARNED))).toBe(structureOf(network(read)));
});

it('leaves what the file does not say is learned', () => {
  const subtracted = network([node('Sub', ['c', 't'], ['d'])]);
  expect(structureOf([...subtracted, noted('t', 'BUFFER')])).toBe(structureOf(subtracted));
  expect(structureOf(subtracted)).toContain('"Sub"');
});

it('leaves weights from which something of their own is subtracted, as in weight standardization', () => {
  const standardized = [
    initializer('w', [8, 3, 3, 3], 1),
    node('ReduceMean', ['w'], ['m']),
    node('Sub', ['w', 'm'], ['s']),
    node('Conv', ['x', 's'], ['y']),
  ];
  expect(structureOf([...standardized, noted('w', 'PARAMETER')])).toBe(structureOf(standardized));
});

it('leaves what is computed from learned tensors and from the images', () => {
  const gated = network([
    node('Mul', ['c', 't'], ['g']),
    node('Tanh', ['g'], ['u']),
    node('Sub', ['c', 'u'], ['d']),
  ]);
  expect(structureOf([...gated, ...LEARNED])).toBe(structureOf(gated));
});

it('takes for learned what stands for one of several parameters with equal numbers, as untrained temperatures are', () => {
  const call = (parameter: string): MessageField => [
    9,
    [
      [1, 'pkg.torch.onnx.fx_node'],
      [
        2,
        `%div : [num_users=1] = call_function[target=torch.ops.aten.div.Tensor](args = (%x, %${parameter}))`,
      ],
    ],
  ];
  const divided = (inputs: string[], output: string, parameter: string) =>
    node('Div', inputs, [output], [call(parameter)]);
  const merged = network(
    [divided(['c', 't'], 'e', 'p_t'), divided(['e', 't'], 'd', 'p_u')],
    [noted('t', 'PARAMETER')],
  );
  const { nodes } = readOnnx({ bytes: model({ graph: merged }), file: 'my.onnx' });
  const products = nodes.filter(({ op }) => op === 'Mul');
  expect(products).toHaveLength(2);
  expect(new Set(products.map(({ inputs }) => inputs[1])).size).toBe(2);
});

it('draws a first state that is still zero, if the file says that it is learned', () => {
  const recurrent = [
    initializer('w', [1, 24, 3], 1),
    initializer('r', [1, 24, 8], 1),
    initializer('h', [1, 2, 8], 1, [[9, new Uint8Array(64)]]),
    node('Transpose', ['x'], ['s'], []),
    node('GRU', ['s', 'w', 'r', '', '', 'h'], ['o', 'y']),
  ];
  expect(structureOf(recurrent)).toContain('"values"');
  expect(structureOf([...recurrent, noted('h', 'PARAMETER')])).not.toContain('"values"');
});

it('leaves single numbers, which cannot be told from settings', () => {
  const divided = [
    initializer('w', [8, 3, 3, 3], 1),
    initializer('t', [1], 1),
    node('Conv', ['x', 'w'], ['c']),
    node('Div', ['c', 't'], ['y']),
  ];
  expect(structureOf([...divided, noted('t', 'PARAMETER')])).toBe(structureOf(divided));
});

it('takes for learned what is listed as a parameter, and what was computed from one', () => {
  const signature = "p_c: PARAMETER target='c'\nb_mask: BUFFER target='mask'";
  const folded = (name: string, origins: string) => ({
    name,
    metadata: [{ key: 'pkg.onnxscript.optimizer.folded_from', value: origins }],
  });
  const graph = {
    metadata: [{ key: 'pkg.torch.export.ExportedProgram.graph_signature', value: signature }],
    values: [folded('unsqueeze', "['c', 'val_1']"), folded('expand', "['mask']")],
  };
  expect([...trainedTensors(graph)].sort()).toEqual(['c', 'unsqueeze']);
});
