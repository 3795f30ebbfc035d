// Tests which values count as activation functions: gates of a value times the value itself.
import { expect, test } from 'vitest';
import { findActivations } from '../../../../core/graph/whole/activations.js';
import { TENSOR_RULES } from '../../../../core/ops/tensor/table.js';
import { type Id, Tape } from '../../../../core/ops/tensor/tape.js';

const number = (t: Tape, value: number) => t.constant([value], []);
/** x (1 + tanh(c (x + b cube))) / 2, as PyTorch's exporters write GELU's approximation. */
function gelu(t: Tape, x: Id, cube: Id): Id {
  const polynomial = t.add('Add', [x, t.add('Mul', [cube, number(t, 0.044715)])]);
  const gate = t.add('Tanh', [t.add('Mul', [polynomial, number(t, 0.79788)])]);
  return t.add('Mul', [t.add('Mul', [x, number(t, 0.5)]), t.add('Add', [gate, number(t, 1)])]);
}
function activationsOf(make: (t: Tape, x: Id, other: Id) => void) {
  const t = new Tape(TENSOR_RULES);
  const [x, other] = [t.port('x', [2, 3]), t.port('other', [2, 3])];
  make(t, x, other);
  const isStream = t.values.map(
    ({ id }) => id <= other || t.get(id).inputs.some((each) => isStreamOf(t, each)),
  );
  return { x, found: findActivations({ tape: t, isNeeded: t.values.map(() => true), isStream }) };
}
const isStreamOf = (t: Tape, id: Id): boolean =>
  t.get(id).port !== undefined || t.get(id).inputs.some((each) => isStreamOf(t, each));

test.each<[string, (t: Tape, x: Id) => Id]>([
  ['x x x', (t, x) => t.add('Mul', [t.add('Mul', [x, x]), x])],
  ['x to the power of 3', (t, x) => t.add('Pow', [x, number(t, 3)])],
])('GELU by tanh with %s', (_, cube) => {
  const { x, found } = activationsOf((t, input) => void gelu(t, input, cube(t, input)));
  expect(found.map(({ input }) => input)).toEqual([x]);
});

test('a gate of another value, or of a sum with another value, does not count', () => {
  const { found } = activationsOf((t, x, other) => {
    t.add('Mul', [x, t.add('Tanh', [other])]);
    gelu(t, x, t.add('Mul', [other, x]));
  });
  expect(found).toEqual([]);
});
