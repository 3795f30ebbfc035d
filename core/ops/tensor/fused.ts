// Defines operations that ONNX Runtime computes in one pass over memory, although their definitions would
// take several.
import type { Rules } from './rule.js';
import { broadcast } from './shapes.js';
import { numberOf } from './signature.js';
import type { Id } from './tape.js';

/** 1 / sqrt(2 π), the density of the standard normal distribution at 0. */
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

export const fused: Rules = {
  /** 1 where x > 0, else 0, computed as min(max(1e38 x, 0), 1). */
  Step: {
    shape: ([x]) => x!,
    fold: ({ operands: [x] }) => x!.values.map((value) => Number(value > 0)),
    write: ({ g, inputs }) => g.add('HardSigmoid', inputs, { alpha: { float: 1e38 }, beta: { float: 0 } }),
  },
  /** min(max(alpha x + beta, 0), 1). */
  HardSigmoid: {
    shape: ([x]) => x!,
    fold: ({ operands: [x], attributes }) => {
      const [alpha, beta] = [numberOf(attributes, 'alpha'), numberOf(attributes, 'beta')];
      return x!.values.map((value) => Math.min(Math.max(alpha * value + beta, 0), 1));
    },
    vjp: ({ t, y, g, attributes }) => {
      const isInside = t.times(t.add('Step', [y]), t.add('Step', [t.minus(t.scalar(1), y)]));
      return [t.times(t.times(g, { number: numberOf(attributes, 'alpha') }), isInside)];
    },
    write: ({ g, inputs, attributes }) =>
      g.add('HardSigmoid', inputs, {
        alpha: { float: numberOf(attributes, 'alpha') },
        beta: { float: numberOf(attributes, 'beta') },
      }),
  },
  /**
   * y = x Φ(x), with Φ the distribution function of the standard normal distribution and φ its density; dy/dx
   * = Φ(x) + x φ(x).
   */
  Gelu: {
    shape: ([x]) => x!,
    vjp: ({ t, x, g }) => {
      const [a] = x as [Id];
      const erf = t.add('Erf', [t.times(a, { number: Math.SQRT1_2 })]);
      const distribution = t.add('HardSigmoid', [erf], { alpha: 0.5, beta: 0.5 });
      const exponential = t.add('Exp', [t.times(t.times(a, { number: -0.5 }), a)]);
      const density = t.times(t.times(a, { number: DENSITY }), exponential);
      return [t.times(g, t.plus(distribution, density))];
    },
    write: ({ g, inputs }) => g.add('Gelu@com.microsoft', inputs),
  },
  /**
   * The matrix product of A or Aᵀ (attribute transA: 1) with B or Bᵀ (transB: 1). Only written programs contain
   * it (`core/graph/fuse-transposes.ts`), so it has no gradient.
   */
  FusedMatMul: {
    shape: ([a, b], attributes) => {
      const [transA, transB] = [numberOf(attributes, 'transA'), numberOf(attributes, 'transB')];
      const rows = a!.at(transA ? -1 : -2)!;
      const columns = b!.at(transB ? -2 : -1)!;
      return [...broadcast([a!.slice(0, -2), b!.slice(0, -2), []]), rows, columns];
    },
    write: ({ g, inputs, attributes }) =>
      g.add('FusedMatMul@com.microsoft', inputs, {
        transA: numberOf(attributes, 'transA'),
        transB: numberOf(attributes, 'transB'),
      }),
  },
};
