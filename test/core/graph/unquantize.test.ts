// Tests that networks of quantized numbers are read as the networks of floats that were quantized.
import { expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { structureText } from '../../../core/graph/structure.js';
import { attribute, initializer, type MessageField, model, node } from '../../support/onnx-messages.js';

const INT8 = 3;
const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const scale = initializer('s', [], 1, [[9, floats([0.5])]]);
const zero: MessageField = [
  5,
  [
    [2, INT8],
    [8, 'z'],
    [9, Uint8Array.of(3)],
  ],
];
/** TensorProto of int8 numbers from -100 on. */
const integers = (name: string, dims: readonly number[]): MessageField => [
  5,
  [
    ...dims.map((n): MessageField => [1, n]),
    [2, INT8],
    [8, name],
    [
      9,
      new Uint8Array(Int8Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i - 100).buffer),
    ],
  ],
];
const quantized = (x: string, y: string) => node('QuantizeLinear', [x, 's', 'z'], [y]);
const dequantized = (x: string, y: string, more: readonly MessageField[] = []) =>
  node('DequantizeLinear', [x, 's', 'z'], [y], more);

const read = (graph: readonly MessageField[]) => readOnnx({ bytes: model({ graph }), file: 'my.onnx' });
const structureOf = (graph: readonly MessageField[]) =>
  structureText({ graph: read(graph), constants: new Set() });

const HEAD = [
  initializer('v', [4, 8, 1, 1], 1),
  node('Conv', ['c', 'v'], ['d']),
  node('GlobalAveragePool', ['d'], ['y']),
];

it('reads fake quantization of weights and activations as what it quantizes', () => {
  const weight = initializer('w', [8, 3, 3, 3], 1);
  const graph = [
    weight,
    scale,
    zero,
    quantized('w', 'wq'),
    dequantized('wq', 'wd'),
    node('Conv', ['x', 'wd'], ['a']),
    quantized('a', 'aq'),
    node('Cast', ['aq'], ['ai'], [attribute('to', INT8)]),
    node('Relu', ['ai'], ['ar']),
    dequantized('ar', 'c'),
    ...HEAD,
  ];
  const passed = (x: string, y: string) => node('Identity', [x], [y]);
  const straight = [
    weight,
    passed('w', 'wq'),
    passed('wq', 'wd'),
    node('Conv', ['x', 'wd'], ['a']),
    passed('a', 'aq'),
    passed('aq', 'ai'),
    node('Relu', ['ai'], ['ar']),
    passed('ar', 'c'),
    ...HEAD,
  ];
  expect(structureOf(graph)).toBe(structureOf(straight));
  expect(read(graph).isUnquantized).toBe(true);
  expect(read(straight).isUnquantized).toBeUndefined();
});

it('reads weights that are stored as integers as floats', () => {
  const scales = initializer('t', [2], 1, [[9, floats([0.5, 0.25])]]);
  const graph = read([
    integers('w', [8, 3, 3, 3]),
    integers('b', [2, 3]),
    scale,
    scales,
    zero,
    dequantized('w', 'u'),
    node('Conv', ['x', 'u'], ['c']),
    // A scale and no zero for each row.
    node('DequantizeLinear', ['b', 't'], ['rows'], [attribute('axis', 0)]),
    ...HEAD.slice(0, -1),
    node('GlobalAveragePool', ['d'], ['e']),
    node('ReduceMean', ['rows'], ['row'], [attribute('keepdims', 0)]),
    node('Add', ['e', 'row'], ['y']),
  ]);
  const straight = structureOf([
    initializer('u', [8, 3, 3, 3], 1),
    node('Conv', ['x', 'u'], ['c']),
    initializer('rows', [2, 3], 1),
    ...HEAD.slice(0, -1),
    node('GlobalAveragePool', ['d'], ['e']),
    node('ReduceMean', ['rows'], ['row'], [attribute('keepdims', 0)]),
    node('Add', ['e', 'row'], ['y']),
  ]);
  expect(structureText({ graph, constants: new Set() })).toBe(straight);
  const numbers = [...graph.initializers.get('u')!.read()!];
  expect(numbers.slice(0, 3)).toEqual([(-100 - 3) / 2, (-99 - 3) / 2, (-98 - 3) / 2]);
  expect([...graph.initializers.get('rows')!.read()!]).toEqual([
    ...[-100, -99, -98].map((n) => n / 2),
    ...[-97, -96, -95].map((n) => n / 4),
  ]);
});
