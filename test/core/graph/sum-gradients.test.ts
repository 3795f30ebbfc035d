// Tests that gradients of neighbouring slices are concatenated, and all others added.
import { expect, test } from 'vitest';
import { fuseTransposes } from '../../../core/graph/fuse-transposes.js';
import { sumGradients } from '../../../core/graph/sum-gradients.js';
import { pad, slice } from '../../../core/ops/tensor/movement.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { type Id, Tape } from '../../../core/ops/tensor/tape.js';

/** Three gradients of slices of [2, 6], at 0 to 1, 1 to 4 and 4 to 6 of axis 1. */
function slices() {
  const t = new Tape(TENSOR_RULES);
  const part = (name: string, start: number, size: number) =>
    pad(t, t.port(name, [2, size]), { axis: 1, before: start, after: 6 - start - size });
  return { t, part, parts: [part('a', 0, 1), part('b', 1, 3), part('c', 4, 2)] as [Id, Id, Id] };
}
const portsOf = (t: Tape, id: Id) => t.get(id).inputs.map((input) => t.get(input).port);

test.each([
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 0],
])('slices that cover a tensor become one concatenation, added in the order %i %i %i', (i, j, k) => {
  const { t, parts } = slices();
  const sum = sumGradients(t, sumGradients(t, parts[i]!, parts[j]!), parts[k]!);
  expect(t.get(sum)).toMatchObject({ op: 'Concat', attributes: { axis: 1 }, shape: [2, 6] });
  expect(portsOf(t, sum)).toEqual(['a', 'b', 'c']);
});

test('slices with a gap, that overlap or of other axes are added', () => {
  const { t, part, parts } = slices();
  const other = pad(t, t.port('d', [1, 6]), { axis: 0, before: 1, after: 0 });
  const whole = t.port('e', [2, 6]);
  for (const b of [parts[2], part('f', 0, 2), other, whole])
    expect(t.get(sumGradients(t, parts[0], b))).toMatchObject({ op: 'Add', inputs: [parts[0], b] });
});

test.each<[string, readonly number[], { pads: readonly number[]; value?: number }]>([
  ['not with zeros', [2, 3], { pads: [0, 1, 0, 2], value: 1 }],
  ['and cut', [2, 8], { pads: [0, 1, 0, -3] }],
])('a tensor that is padded %s is added', (_, shape, attributes) => {
  const { t, parts } = slices();
  const b = t.add('Pad', [t.port('b', shape)], attributes);
  expect(t.get(sumGradients(t, parts[0], b))).toMatchObject({ op: 'Add', inputs: [parts[0], b] });
});

test('a tensor that is padded along two axes is added', () => {
  const t = new Tape(TENSOR_RULES);
  const a = pad(t, t.port('a', [2, 1, 2]), { axis: 1, before: 0, after: 5 });
  const b = t.add('Pad', [t.port('b', [2, 3, 1])], { pads: [0, 1, 0, 0, 2, 1] });
  expect(t.get(sumGradients(t, a, b))).toMatchObject({ op: 'Add', inputs: [a, b] });
});

test('a slice that was put together along another axis stays a piece', () => {
  const { t, parts } = slices();
  const rows = t.add('Concat', [t.port('d', [1, 5]), t.port('e', [1, 5])], { axis: 0 });
  const sum = sumGradients(t, parts[0], pad(t, rows, { axis: 1, before: 1, after: 0 }));
  expect(t.get(sum)).toMatchObject({ op: 'Concat', attributes: { axis: 1 }, shape: [2, 6] });
  expect(t.get(sum).inputs[1]).toBe(rows);
});

test('a product of transposed matrices reads them where they lie, unless the transpose is an input', () => {
  const t = new Tape(TENSOR_RULES);
  const [a, b] = [t.port('a', [5, 2, 3]), t.port('b', [5, 2, 4])];
  const turned = t.transpose(a, [0, 2, 1]);
  const value = t.get(t.add('MatMul', [turned, b]));
  expect(fuseTransposes({ tape: t, value, isFed: () => false })).toEqual({
    op: 'FusedMatMul',
    inputs: [a, b],
    attributes: { transA: 1, transB: 0 },
  });
  expect(fuseTransposes({ tape: t, value, isFed: (id) => id === turned })).toBe(value);
  const rolled = t.transpose(slice(t, a, { axis: 0, start: 0, end: 2, step: 1 }), [1, 0, 2]);
  const moved = t.get(t.add('MatMul', [rolled, t.port('c', [3, 4])]));
  expect(fuseTransposes({ tape: t, value: moved, isFed: () => false })).toBe(moved);
});

test('two transposes in a row cancel, as in the gradient of a product with a transposed weight', () => {
  const t = new Tape(TENSOR_RULES);
  const [g, w] = [t.port('g', [5, 4]), t.port('w', [4, 4])];
  const once = t.transpose(w, [1, 0]);
  const twice = t.transpose(once, [1, 0]);
  const written = (right: Id, isFed = (_: Id) => false) =>
    fuseTransposes({ tape: t, value: t.get(t.add('MatMul', [g, right])), isFed });
  expect(written(twice)).toMatchObject({ op: 'MatMul', inputs: [g, w] });
  expect(written(t.transpose(twice, [1, 0]))).toMatchObject({
    op: 'FusedMatMul',
    inputs: [g, w],
    attributes: { transA: 0, transB: 1 },
  });
  expect(written(twice, (id) => id === once)).toMatchObject({ op: 'FusedMatMul', inputs: [g, once] });
});
