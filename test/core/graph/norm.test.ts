// Tests that the gradient of a norm is that of PyTorch: x / ||x||, and 0 at a vector of zeros; also of a norm of
// any order, which is written with powers.
import { expect, test } from 'vitest';
import { rootOfSquares } from '../../../core/graph/operators/norm.js';
import { pullback } from '../../../core/graph/pullback.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { Tape } from '../../../core/ops/tensor/tape.js';
import { evaluateTape } from '../../support/evaluate-tape.js';

test.each([
  ['a vector of zeros', [0, 0], [0, 0]],
  ['another', [3, -4], [3 / 5, -4 / 5]],
  ['one as small as float32 can square', [3e-16, 4e-16], [3 / 5, 4 / 5]],
])('%s', (_, x, wanted) => {
  const t = new Tape(TENSOR_RULES);
  const port = t.port('x', [1, 2]);
  const norm = rootOfSquares(t, t.reduce('ReduceSum', t.times(port, port), [1]));
  const v = t.port('v', [1, 1]);
  const [gradient] = pullback({ tape: t, output: norm, v, to: [port] });
  for (const upstream of [0, 1, 7]) {
    const found = evaluateTape(t, gradient!, { x, v: [upstream] });
    expect([...found].map((g) => g + 0)).toEqual(wanted.map((g) => expect.closeTo(g * upstream, 12)));
  }
});

test.each([2, 3])('the %s-th root of a sum of powers, at zeros and elsewhere', (order) => {
  const t = new Tape(TENSOR_RULES);
  const port = t.port('x', [1, 2]);
  const powers = t.add('Pow', [t.add('Abs', [port]), t.scalar(order)]);
  const norm = t.add('Pow', [t.reduce('ReduceSum', powers, [1]), t.scalar(1 / order)]);
  const v = t.port('v', [1, 1]);
  const [gradient] = pullback({ tape: t, output: norm, v, to: [port] });
  const at = (x: readonly number[]) => [...evaluateTape(t, gradient!, { x, v: [1] })].map((g) => g + 0);
  expect(at([0, 0])).toEqual([0, 0]);
  const size = (3 ** order + 4 ** order) ** (1 / order);
  const wanted = [3, 4].map((x) => (x / size) ** (order - 1));
  expect(at([3, 4])).toEqual(wanted.map((g) => expect.closeTo(g, 12)));
});
