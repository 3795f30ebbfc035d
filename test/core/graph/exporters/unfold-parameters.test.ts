// Tests that parameters which an exporter repeated for a batch, or transposed for each layer that shares them, are read
// as one parameter.
import { expect, it, test } from 'vitest';
import { unfoldParameters } from '../../../../core/graph/exporters/unfold-parameters.js';
import type { Initializer } from '../../../../core/graph/graph.js';

const BATCH = 8;

const tensorOf = (shape: readonly number[], numbers: (i: number) => number): Initializer => ({
  shape,
  type: 'float',
  read: () => Float64Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, i) => numbers(i)),
});

/** A tensor that the exporter computed from the parameter `p`, and the names of the results on the way. */
interface Case {
  readonly name: string;
  readonly tensor: Initializer;
  readonly others?: readonly string[];
  readonly parameters?: readonly string[];
}

function unfold(...cases: readonly Case[]) {
  const initializers = new Map(cases.map(({ name, tensor }) => [name, tensor]));
  const folded = cases.map(({ name, others = [], parameters = ['p'] }) => ({ name, parameters, others }));
  const nodes = cases.map(({ name }) => ({
    opType: 'MatMul',
    inputs: ['x', name],
    outputs: [`${name} times x`],
  }));
  const unfolded = unfoldParameters({ nodes, folded, initializers, batch: BATCH });
  return { reads: unfolded.map(({ inputs }) => inputs![1]), unfolded, initializers };
}

const TOKEN = ['unsqueeze', 'val_1'];

test.each<[string, readonly number[], readonly number[], (i: number) => number]>([
  ['a token', [BATCH, 1, 4], [1, 1, 4], (i) => i % 4],
  ['a token that is still zero', [BATCH, 1, 4], [1, 1, 4], () => 0],
  ['registers of every window', [BATCH, 3, 2, 4], [1, 1, 2, 4], (i) => i % 8],
  ['a window token behind a transposition', [32, 4, 1], [1, 4, 1], (i) => i % 4],
])('%s [%o] is one parameter, repeated', (_, shape, once, numbers) => {
  const { unfolded, initializers } = unfold({
    name: 'expand',
    tensor: tensorOf(shape, numbers),
    others: TOKEN,
  });
  expect(unfolded[1]).toMatchObject({
    opType: 'Expand',
    inputs: ['expand once', 'expand shape'],
    outputs: ['expand'],
  });
  const parameter = initializers.get('expand once')!;
  const size = once.reduce((n, m) => n * m, 1);
  expect(parameter.shape).toEqual(once);
  expect([...parameter.read()!]).toEqual(Array.from({ length: size }, (_, i) => numbers(i)));
  expect([...initializers.get('expand shape')!.read()!]).toEqual(shape);
  expect(initializers.has('expand')).toBe(false);
});

test.each<[string, Case]>([
  ['that differ in every image', { name: 'expand', tensor: tensorOf([BATCH, 4], (i) => i), others: TOKEN }],
  ['that nothing repeated', { name: 'val_2', tensor: tensorOf([BATCH, 4], () => 0), others: [] }],
  [
    'that are still zero, with as many positions as images',
    { name: 'expand', tensor: tensorOf([3, BATCH], () => 0), others: TOKEN },
  ],
  [
    'of two parameters',
    { name: 'expand', tensor: tensorOf([BATCH, 4], (i) => i % 4), others: TOKEN, parameters: ['p', 'q'] },
  ],
  [
    'of integers',
    { name: 'expand', tensor: { ...tensorOf([BATCH, 4], (i) => i % 4), type: 'int' }, others: TOKEN },
  ],
  ['that are still zero, of no batch', { name: 'expand', tensor: tensorOf([6, 4], () => 0), others: TOKEN }],
  [
    'that are not in the file',
    { name: 'expand', tensor: { shape: [BATCH, 4], type: 'float', read: () => undefined }, others: TOKEN },
  ],
])('tensors %s stay as in the file', (_, given) => {
  const { unfolded, initializers } = unfold(given);
  expect(unfolded).toHaveLength(1);
  expect([...initializers.keys()]).toEqual([given.name]);
});

it('reads equal tensors of one parameter as one', () => {
  const weight = (name: string) => ({ name, tensor: tensorOf([4, 6], (i) => i) });
  const { reads, initializers } = unfold(weight('a'), weight('b'), {
    name: 'negated',
    tensor: tensorOf([4, 6], (i) => -i - 1),
  });
  expect(reads).toEqual(['a', 'a', 'negated']);
  expect([...initializers.keys()]).toEqual(['a', 'negated']);
});

it('keeps equal tensors of different parameters, or of different shapes, apart', () => {
  const weight = (name: string, shape: readonly number[], parameters: readonly string[]) => ({
    name,
    tensor: tensorOf(shape, (i) => i),
    parameters,
  });
  expect(unfold(weight('a', [4, 6], ['p']), weight('b', [4, 6], ['q'])).reads).toEqual(['a', 'b']);
  expect(unfold(weight('a', [4, 6], ['p']), weight('b', [6, 4], ['p'])).reads).toEqual(['a', 'b']);
});

it('reads a part of a parameter that was taken twice as one, and what was repeated twice', () => {
  const part = (name: string) => ({ name, tensor: tensorOf([4, 6], (i) => i), others: [`slice_${name}`] });
  expect(unfold(part('a'), part('b')).reads).toEqual(['a', 'a']);
  const token = (name: string) => ({ name, tensor: tensorOf([BATCH, 4], (i) => i % 4), others: TOKEN });
  const { unfolded } = unfold(token('expand'), token('expand_1'));
  expect(unfolded.map(({ opType, inputs }) => [opType, inputs![1]])).toEqual([
    ['MatMul', 'expand'],
    ['MatMul', 'expand'],
    ['Expand', 'expand shape'],
  ]);
});

it('keeps different parts of a parameter that is still zero apart', () => {
  const zeros = (name: string, others: readonly string[]) => ({
    name,
    tensor: tensorOf([4, 6], () => 0),
    others,
  });
  expect(unfold(zeros('a', ['slice_1']), zeros('b', ['slice_2'])).reads).toEqual(['a', 'b']);
  expect(unfold(zeros('a', []), zeros('b', [])).reads).toEqual(['a', 'a']);
});
