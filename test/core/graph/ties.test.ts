// Tests that equal numbers share the gradient of the largest or the smallest of them, as in PyTorch.
import { expect, test } from 'vitest';
import { pullback } from '../../../core/graph/pullback.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { Tape } from '../../../core/ops/tensor/tape.js';
import { evaluateTape } from '../../support/evaluate-tape.js';

test.each([
  ['Max', [0, 2, 3]],
  ['Min', [6, 2, 0]],
] as const)('%s of two tensors', (op, ofFirst) => {
  const t = new Tape(TENSOR_RULES);
  const [a, b, v] = ['a', 'b', 'v'].map((name) => t.port(name, [3]));
  const gradients = pullback({ tape: t, output: t.add(op, [a!, b!]), v: v!, to: [a!, b!] });
  const numbers = { a: [1, 5, 9], b: [2, 5, 8], v: [6, 4, 3] };
  const [first, second] = gradients.map((id) => [...evaluateTape(t, id!, numbers)]);
  expect(first).toEqual(ofFirst);
  expect(second).toEqual(numbers.v.map((value, i) => value - ofFirst[i]!));
});

test('ReduceMax over an axis', () => {
  const t = new Tape(TENSOR_RULES);
  const [x, v] = [t.port('x', [2, 4]), t.port('v', [2, 1])];
  const [gradient] = pullback({ tape: t, output: t.reduce('ReduceMax', x, [1]), v, to: [x] });
  const numbers = { x: [7, 1, 7, 7, 0, 3, 2, 1], v: [6, 5] };
  expect([...evaluateTape(t, gradient!, numbers)]).toEqual([2, 0, 2, 2, 0, 5, 0, 0]);
});
