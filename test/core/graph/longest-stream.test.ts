// Tests which sums are taken for the residual sums of a stream, and which stream for the longest.
import { expect, it } from 'vitest';
import type { ResolvedGraph } from '../../../core/graph/resolve.js';
import { longestStream } from '../../../core/graph/side-streams.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { type Id, Tape } from '../../../core/ops/tensor/tape.js';

const SHAPE = [2, 4, 8];

interface Made {
  readonly output: Id;
  readonly expected: readonly Id[];
  /** Values on no path from the images to the output. */
  readonly off?: readonly Id[];
}
interface Writer {
  readonly t: Tape;
  readonly x: Id;
  /** Some branch of a block. */
  readonly branch: (of: Id) => Id;
  readonly sum: (a: Id, b: Id) => Id;
  readonly weight: Id;
}

it.each<[string, (w: Writer) => Made]>([
  [
    'blocks in a row',
    ({ x, branch, sum }) => {
      const first = sum(x, branch(x));
      const second = sum(first, branch(first));
      return { output: branch(second), expected: [first, second] };
    },
  ],
  [
    'what a longer stream adds, though a shorter one ends nearer to the output',
    ({ t, x, branch, sum }) => {
      const first = sum(x, branch(x));
      const second = sum(first, branch(first));
      const other = t.reshape(branch(second), [2, 32]);
      return { output: branch(sum(other, branch(other))), expected: [first, second] };
    },
  ],
  [
    'no doubled value, no positions that are added, and no sum of another shape',
    ({ t, x, branch, sum, weight }) => {
      const first = sum(x, branch(x));
      const inner = branch(first);
      const doubled = sum(inner, inner);
      const moved = branch(sum(branch(doubled), weight));
      const gated = branch(sum(moved, t.reduce('ReduceMean', moved, [1])));
      const last = sum(gated, branch(gated));
      return { output: branch(last), expected: [first, last] };
    },
  ],
  [
    'the first of two parts that are as long',
    ({ t, x, branch, sum }) => {
      const [first, second] = [sum(x, branch(x)), sum(x, branch(branch(x)))];
      const both = sum(first, second);
      const last = sum(both, branch(t.times(both, t.times(branch(first), branch(second)))));
      return { output: branch(last), expected: [first, both, last] };
    },
  ],
  [
    'a sum that another sum and a branch read',
    ({ t, x, branch, sum }) => {
      const first = sum(x, branch(x));
      const second = sum(first, branch(branch(x)));
      const gate = t.add('Sigmoid', [first]);
      return { output: t.times(second, gate), expected: [first, second] };
    },
  ],
  [
    'no part of a sum of three terms, whatever else reads it off the path',
    ({ t, x, branch, sum }) => {
      const part = sum(x, branch(x));
      const off = t.add('Tanh', [part]);
      const whole = sum(part, branch(branch(x)));
      return { output: branch(whole), expected: [whole], off: [off] };
    },
  ],
])('%s', (_, make) => {
  const t = new Tape(TENSOR_RULES);
  const x = t.port('x', SHAPE);
  const weight = t.port('w', SHAPE);
  let count = 0;
  const branch = (of: Id) => t.add('Mul', [t.add('Relu', [of]), t.scalar(++count + 1)]);
  const sum = (a: Id, b: Id) => t.add('Add', [a, b]);
  const { output, expected, off = [] } = make({ t, x, branch, sum, weight });
  const isStream: boolean[] = [];
  for (const { id, inputs } of t.values) isStream[id] = id === x || inputs.some((input) => isStream[input]);
  const on = t.values.map(({ id }) => isStream[id]! && !off.includes(id));
  const graph = { tape: t, isStream, output } as unknown as ResolvedGraph;
  expect(longestStream(graph, on)).toEqual(expected);
});
