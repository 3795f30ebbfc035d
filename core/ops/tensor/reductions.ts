// Defines sums, means and maxima over axes, and softmax.
import type { Rule, Rules } from './rule.js';
import { broadcastIndex, sizeOf } from './shapes.js';
import { listOf, numberOf } from './signature.js';
import type { Id } from './tape.js';

/** Reduced axes are kept with size 1. */
function reduction({
  fold,
  vjp,
}: {
  readonly fold: (values: readonly number[]) => number;
  readonly vjp: NonNullable<Rule['vjp']>;
}): Rule {
  return {
    shape: ([a], attributes) => a!.map((n, axis) => (listOf(attributes, 'axes').includes(axis) ? 1 : n)),
    vjp,
    fold: ({ operands: [a], shape }) => {
      const groups = Array.from({ length: sizeOf(shape) }, (): number[] => []);
      broadcastIndex(shape, a!.shape).forEach((at, i) => {
        groups[at]!.push(a!.values[i]!);
      });
      return Float64Array.from(groups, fold);
    },
  };
}

const write =
  (op: string): NonNullable<Rule['write']> =>
  ({ g, inputs: [a], attributes }) =>
    g.add(op, [a!, g.ints(...listOf(attributes, 'axes'))], { keepdims: 1 });

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const reductions: Rules = {
  ReduceSum: {
    ...reduction({ fold: sum, vjp: ({ t, x, g }) => [t.expand(g, t.shape(x[0]!))] }),
    write: write('ReduceSum'),
  },
  ReduceMean: {
    ...reduction({
      fold: (values) => sum(values) / values.length,
      vjp: ({ t, x, y, g }) => {
        const count = sizeOf(t.shape(x[0]!)) / sizeOf(t.shape(y));
        return [t.expand(t.over(g, { number: count }), t.shape(x[0]!))];
      },
    }),
    write: write('ReduceMean'),
  },
  /**
   * Where several elements equal the maximum, each gets an equal share of the gradient (as in PyTorch's
   * amax).
   */
  ReduceMax: {
    ...reduction({
      fold: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      vjp: ({ t, x, y, g, attributes }) => {
        const isLargest = t.add('Cast', [t.add('Equal', [x[0]!, y])], { to: 'float' });
        const count = t.reduce('ReduceSum', isLargest, listOf(attributes, 'axes'));
        return [t.times(isLargest, t.over(g, count))];
      },
    }),
    write: write('ReduceMax'),
  },
  /**
   * y = r (x - m), where x's own mean m and inverse standard deviation r = 1 / sqrt(variance + epsilon) over
   * `axes` are further inputs. The gradient with respect to x already includes the paths through m and r: r
   * (g - mean(g) - y mean(g y)). So m and r have no gradient of their own.
   */
  Standardize: {
    shape: ([a]) => a!,
    vjp: ({ t, x, y, g, attributes }) => {
      const mean = (id: Id) => t.reduce('ReduceMean', id, listOf(attributes, 'axes'));
      return [
        t.times(x[2]!, t.minus(t.minus(g, mean(g)), t.times(y, mean(t.times(g, y))))),
        undefined,
        undefined,
      ];
    },
    write: ({ g, inputs: [x, mean, inverse] }) => g.add('Mul', [g.add('Sub', [x!, mean!]), inverse!]),
  },
  /** dx = y (g - Σ g y), with the sum over the axis. */
  Softmax: {
    shape: ([a]) => a!,
    vjp: ({ t, y, g, attributes }) => [
      t.times(y, t.minus(g, t.reduce('ReduceSum', t.times(g, y), [numberOf(attributes, 'axis')]))),
    ],
  },
};
