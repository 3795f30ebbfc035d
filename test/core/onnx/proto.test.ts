// Tests that every field of a network that is read has the number that onnx.proto gives it.
import { expect, it } from 'vitest';
import { decodeModel } from '../../../core/onnx/proto.js';
import { type MessageField, message } from '../../support/onnx-messages.js';

const float = (value: number) => new Uint8Array(Float32Array.of(value).buffer);
const pair = (key: string, value: string): readonly MessageField[] => [
  [1, key],
  [2, value],
];
const NOTE = [{ key: 'k', value: 'v' }];

/** TensorProto. */
const tensor: readonly MessageField[] = [
  [1, 2],
  [1, 3],
  [2, 7],
  [4, float(1)],
  [5, Uint8Array.of(5)],
  [7, Uint8Array.of(7)],
  [8, 'tensor'],
  [9, Uint8Array.of(9)],
  [10, Uint8Array.of(10)],
  [11, Uint8Array.of(11)],
  [13, pair('location', 'weights.bin')],
  [14, 1],
];
const readTensor = {
  dims: [2, 3],
  dataType: 7,
  floatData: [float(1)],
  int32Data: [Uint8Array.of(5)],
  int64Data: [Uint8Array.of(7)],
  name: 'tensor',
  rawData: Uint8Array.of(9),
  doubleData: [Uint8Array.of(10)],
  uint64Data: [Uint8Array.of(11)],
  externalData: [{ key: 'location', value: 'weights.bin' }],
  dataLocation: 1,
};

/** AttributeProto, without the field of one float, and packed floats. */
const attribute: readonly MessageField[] = [
  [1, 'attribute'],
  [3, 3],
  [4, Uint8Array.of(4)],
  [5, tensor],
  [6, [[2, 'body']]],
  [7, float(7)],
  [8, 8],
  [9, Uint8Array.of(9)],
  [20, 2],
  [21, 'reference'],
];
const readAttribute = {
  name: 'attribute',
  i: 3,
  s: Uint8Array.of(4),
  t: readTensor,
  g: { name: 'body' },
  floats: [7],
  ints: [8],
  strings: [Uint8Array.of(9)],
  type: 2,
  refAttrName: 'reference',
};

/** NodeProto. */
const node: readonly MessageField[] = [
  [1, 'input'],
  [2, 'output'],
  [3, 'node'],
  [4, 'Conv'],
  [5, attribute],
  [7, 'domain'],
  [8, 'overload'],
  [9, pair('k', 'v')],
];
const readNode = {
  inputs: ['input'],
  outputs: ['output'],
  name: 'node',
  opType: 'Conv',
  attributes: [readAttribute],
  domain: 'domain',
  overload: 'overload',
  metadata: NOTE,
};

/** ValueInfoProto with an open and a fixed dimension. */
const port = (name: string): readonly MessageField[] => [
  [1, name],
  [
    2,
    [
      [
        1,
        [
          [1, 1],
          [
            2,
            [
              [1, [[2, 'batch']]],
              [1, [[1, 3]]],
            ],
          ],
        ],
      ],
    ],
  ],
];
const readPort = (name: string) => ({
  name,
  type: { tensorType: { elementType: 1, shape: { dims: [{ parameter: 'batch' }, { value: 3 }] } } },
});

/** GraphProto. */
const graph: readonly MessageField[] = [
  [1, node],
  [2, 'graph'],
  [5, tensor],
  [11, port('x')],
  [12, port('y')],
  [
    13,
    [
      [1, 'value'],
      [4, pair('k', 'v')],
    ],
  ],
  [16, pair('k', 'v')],
];

/** OperatorSetIdProto. */
const opset: readonly MessageField[] = [
  [1, 'domain'],
  [2, 18],
];
const readOpset = { domain: 'domain', version: 18 };

/** FunctionProto. */
const called: readonly MessageField[] = [
  [1, 'function'],
  [4, 'input'],
  [5, 'output'],
  [6, 'attribute'],
  [7, node],
  [9, opset],
  [10, 'domain'],
  [11, attribute],
  [13, 'overload'],
];

it('reads all of a model', () => {
  const model: readonly MessageField[] = [
    [1, 8],
    [2, 'producer'],
    [7, graph],
    [8, opset],
    [25, called],
  ];
  expect(decodeModel(Uint8Array.from(message(model)))).toEqual({
    irVersion: 8,
    producer: 'producer',
    graph: {
      nodes: [readNode],
      name: 'graph',
      initializers: [readTensor],
      inputs: [readPort('x')],
      outputs: [readPort('y')],
      values: [{ name: 'value', metadata: NOTE }],
      metadata: NOTE,
    },
    opsets: [readOpset],
    functions: [
      {
        name: 'function',
        inputs: ['input'],
        outputs: ['output'],
        attributes: ['attribute'],
        nodes: [readNode],
        opsets: [readOpset],
        domain: 'domain',
        defaults: [readAttribute],
        overload: 'overload',
      },
    ],
  });
});

it('reads the float of an attribute, whose wire type is another', () => {
  const bytes = Uint8Array.from([(2 << 3) | 5, ...float(0.5)]);
  const model = message([[7, [[1, [[5, bytes]]]]]]);
  expect(decodeModel(model)).toEqual({ graph: { nodes: [{ attributes: [{ f: 0.5 }] }] } });
});
