// Tests which tensors of a file of PyTorch's newer exporter are read as trained.
import { expect, it } from 'vitest';
import { foldedTensors, untrainedTensors } from '../../../../core/graph/exporters/notes.js';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { initializer, type MessageField, model, node } from '../../../support/onnx-messages.js';

const KIND = 'pkg.torch.export.graph_signature.InputSpec.kind';
const kindOf = (name: string, value: string) => ({ name, metadata: [{ key: KIND, value }] });

/** A ValueInfoProto with a note about a tensor. */
const noted = (name: string, key: string, value: string): MessageField => [
  13,
  [
    [1, name],
    [
      4,
      [
        [1, key],
        [2, value],
      ],
    ],
  ],
];

it('takes buffers, and tensors that are plain attributes of a module, for untrained', () => {
  const values = [
    kindOf('weight', 'PARAMETER'),
    kindOf('table', 'BUFFER'),
    kindOf('positions', 'CONSTANT_TENSOR'),
    { name: 'other', metadata: [{ key: 'layout', value: 'BUFFER' }] },
  ];
  expect([...untrainedTensors({ values })]).toEqual(['table', 'positions']);
});

it('reads the notes from a file', () => {
  const graph = [
    node('Add', ['x', 'positions'], ['moved']),
    node('Add', ['moved', 'learned'], ['y']),
    initializer('positions', [8, 8], 1),
    initializer('learned', [8, 8], 1),
    noted('positions', KIND, 'CONSTANT_TENSOR'),
    noted('learned', KIND, 'PARAMETER'),
  ];
  const { initializers } = readOnnx({ bytes: model({ graph }), file: 'x.onnx' });
  expect([...initializers].map(([name, { isBuffer = false }]) => [name, isBuffer])).toEqual([
    ['positions', true],
    ['learned', false],
  ]);
});

const SIGNATURE = 'pkg.torch.export.ExportedProgram.graph_signature';
const ORIGINS = 'pkg.onnxscript.optimizer.folded_from';
const signature = `
# inputs
p_token: PARAMETER target='token'
p_fc_weight: PARAMETER target='fc.weight'
b_table: BUFFER target='table' persistent=True
x: USER_INPUT
`;
const foldedFrom = (name: string, ...origins: string[]) => ({
  name,
  metadata: [{ key: ORIGINS, value: `[${origins.map((each) => `'${each}'`).join(', ')}]` }],
});
const values = [
  foldedFrom('cos', 'arange', 'val_3', 'table'),
  foldedFrom('val_7', 'fc.weight'),
  foldedFrom('expand', 'token', 'unsqueeze', 'val_9'),
];

it('takes what was computed from no parameter for untrained', () => {
  const metadata = [{ key: SIGNATURE, value: signature }];
  expect([...untrainedTensors({ values, metadata })]).toEqual(['cos']);
  expect(foldedTensors({ values, metadata }).slice(1)).toEqual([
    { name: 'val_7', parameters: ['fc.weight'], others: [] },
    { name: 'expand', parameters: ['token'], others: ['unsqueeze', 'val_9'] },
  ]);
});

it('takes no computed tensor for untrained where the file does not list the parameters', () => {
  expect([...untrainedTensors({ values })]).toEqual([]);
});
