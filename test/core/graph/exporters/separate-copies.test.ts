// Tests that equal parameters which PyTorch's older exporter wrote as copies of one are told apart, and that weights
// which layers share are not.
import { expect, it } from 'vitest';
import { separateCopies } from '../../../../core/graph/exporters/separate-copies.js';
import type { Initializer } from '../../../../core/graph/graph.js';

const tensor = (numbers: readonly number[]): Initializer => ({
  shape: [numbers.length],
  type: 'float',
  read: () => Float64Array.from(numbers),
});
const RANDOM = [0.3, -0.1];

const copy = (source: string, name: string) => ({ opType: 'Identity', inputs: [source], outputs: [name] });
const matmul = (module: string, weight: string) => ({
  opType: 'MatMul',
  name: `/${module}/MatMul`,
  inputs: ['x', weight],
  outputs: [module],
});

it('makes a parameter of every copy that has the name of one', () => {
  const one = tensor([1, 1]);
  const initializers = new Map([['a.weight', one]]);
  const reader = matmul('b', 'b.weight');
  expect(separateCopies([copy('a.weight', 'b.weight'), reader], initializers)).toEqual([reader]);
  expect(initializers.get('b.weight')).toBe(one);
});

it('leaves other copies as they are', () => {
  const initializers = new Map<string, Initializer>([
    ['a', tensor(RANDOM)],
    ['empty', tensor([])],
    ['indices', { ...tensor(RANDOM), type: 'int' }],
  ]);
  const nodes = [
    copy('x', 'stream'),
    copy('indices', 'other'),
    copy('empty', 'none'),
    copy('a', '/layer/Identity_output_0'),
  ];
  expect(separateCopies(nodes, initializers)).toEqual(nodes);
  expect(initializers.size).toBe(3);
});

/** Two layers whose transposed weights are equal, and the biases of which one is a copy of the other. */
function layers(first: string, second: string, bias: readonly number[]) {
  const initializers = new Map([
    ['onnx::MatMul_1', tensor(RANDOM)],
    [`${first}.bias`, tensor(bias)],
  ]);
  separateCopies(
    [
      copy('onnx::MatMul_1', 'onnx::MatMul_2'),
      copy(`${first}.bias`, `${second}.bias`),
      matmul(first.replaceAll('.', '/'), 'onnx::MatMul_1'),
      matmul(second.replaceAll('.', '/'), 'onnx::MatMul_2'),
    ],
    initializers,
  );
  return initializers.has('onnx::MatMul_2');
}

it('separates transposed weights of modules that are copies of each other', () => {
  expect(layers('a', 'b', RANDOM)).toBe(true);
});

it('keeps transposed weights that are shared, whose biases are equal only where they are zero', () => {
  expect(layers('a', 'b', [0, 0])).toBe(false);
  // The exporter names the second call of one module after it.
  const initializers = new Map([['onnx::MatMul_1', tensor(RANDOM)]]);
  const nodes = [
    copy('onnx::MatMul_1', 'onnx::MatMul_2'),
    matmul('a', 'onnx::MatMul_1'),
    matmul('a_1', 'onnx::MatMul_2'),
  ];
  expect(separateCopies(nodes, initializers)).toEqual(nodes);
});

it('keeps transposed weights that one module reads twice', () => {
  const initializers = new Map([['onnx::MatMul_1', tensor(RANDOM)]]);
  const nodes = [
    copy('onnx::MatMul_1', 'onnx::MatMul_2'),
    matmul('a', 'onnx::MatMul_1'),
    matmul('a', 'onnx::MatMul_2'),
  ];
  expect(separateCopies(nodes, initializers)).toEqual(nodes);
});

it.each([
  ['a table of ones', 'onnx::Mul_2', { shape: [2, 2] }],
  ['a result that is no parameter', '/a/Identity_output_0', {}],
])('keeps %s that two modules share', (_, name, other) => {
  const initializers = new Map([['onnx::Mul_1', { ...tensor([1, 1]), ...other }]]);
  const nodes = [copy('onnx::Mul_1', name), matmul('a/norm', 'onnx::Mul_1'), matmul('b/norm', name)];
  expect(separateCopies(nodes, initializers)).toEqual(nodes);
});

it('takes the first module that reads a scale for its own', () => {
  const initializers = new Map([['onnx::Mul_1', tensor([1, 1])]]);
  const nodes = [
    matmul('a/norm', 'onnx::Mul_1'),
    matmul('b/norm', 'onnx::Mul_2'),
    matmul('a/norm', 'onnx::Mul_2'),
  ];
  expect(separateCopies([copy('onnx::Mul_1', 'onnx::Mul_2'), ...nodes], initializers)).toEqual(nodes);
});

it.each([
  ['a.norm', 'b.norm', [1, 1], true],
  ['blocks.a.norm', 'blocks.b.norm', [1, 1], true],
  ['a.norm', 'a.norm_1', [1, 1], false],
  ['a.norm', 'a_1.norm', [1, 1], false],
  ['a.norm', 'b.norm', RANDOM, false],
])('scales that were computed for %s and %s, %o, are separate: %s', (first, second, scale, isSeparate) => {
  const initializers = new Map([['onnx::Mul_1', tensor(scale)]]);
  const nodes = [
    copy('onnx::Mul_1', 'onnx::Mul_2'),
    { ...matmul(first.replaceAll('.', '/'), 'onnx::Mul_1'), opType: 'Mul' },
    { ...matmul(second.replaceAll('.', '/'), 'onnx::Mul_2'), opType: 'Mul' },
  ];
  separateCopies(nodes, initializers);
  expect(initializers.has('onnx::Mul_2')).toBe(isSeparate);
});
