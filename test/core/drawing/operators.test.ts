// Tests that the operators of a block become a graph with one input and one output.
import { expect, it } from 'vitest';
import { operatorPart } from '../../../core/drawing/operators.js';

const operators = [
  { op: 'Conv', inputs: ['x', 'weight'], outputs: ['a'] },
  { op: 'Relu', inputs: ['a'], outputs: ['b'] },
  { op: 'Add', inputs: ['b', 'x'], outputs: ['c'] },
];
const around = {
  title: 'block',
  isStream: (name: string) => name !== 'weight',
  isRead: (name: string) => name === 'c',
};

it('tensors of other blocks are one input, what they read is one output, and weights are left out', () => {
  const part = operatorPart({ operators, ...around })!;
  expect(part.nodes.map(({ label }) => label)).toEqual(['input', 'Conv', 'Relu', 'Add', 'output']);
  expect(part.edges).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [0, 3],
    [3, 4],
  ]);
});

it('a block of hundreds of operators is not drawn', () => {
  const many = Array.from({ length: 201 }, (_, i) => ({
    op: 'Relu',
    inputs: [`${i}`],
    outputs: [`${i + 1}`],
  }));
  expect(operatorPart({ operators: many, ...around })).toBeUndefined();
});
