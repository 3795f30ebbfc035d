// In: token matrices [tokens of all images, channels]. Out: linear layer, layer normalization and GELU: shape, ONNX form, VJP.

import type { GraphBuilder } from '../onnx/graph.js';
import { weightInput } from './layout.js';
import type { Operation } from './operation.js';

/** y = x Wᵀ + b. Weights: `slot` [out, in], `slot.bias` [out]. */
export const linear: Operation = {
  shape: ({ inputs, weight }) => [inputs[0]![0]!, weight[0]!],
  forward: (g, { inputs, slot }) => ({
    output: g.add('Gemm', [inputs[0]!, weightInput(slot), weightInput(`${slot}.bias`)], { transB: 1 }),
    saved: [],
  }),
  vjp: (g, { slot }, _, gradient) => [g.add('Gemm', [gradient, weightInput(slot)])],
};

/** Epsilon of AutoFormer's layer normalization. */
export const EPSILON = 1e-5;

/** Over the channels of each token, biased variance. Weights: `slot` (gain) and `slot.bias` (shift), [channels]. */
export const layerNorm: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs, slot }) => {
    const [output, mean, inverse] = g.addMany(
      'LayerNormalization',
      [inputs[0]!, weightInput(slot), weightInput(`${slot}.bias`)],
      { axis: -1, epsilon: { float: EPSILON } },
      3,
    ) as [string, string, string];
    return { output, saved: [mean, inverse] };
  },
  // r (c - mean(c) - n mean(c n)), c the gradient times the gain, n the normalized input, r one over its deviation
  vjp: (g, { inputs, slot }, { saved }, gradient) => {
    const [mean, inverse] = saved as [string, string];
    const normal = g.add('Mul', [g.add('Sub', [inputs[0]!, mean]), inverse]);
    const scaled = g.add('Mul', [gradient, weightInput(slot)]);
    const tokenMean = (value: string) => g.add('ReduceMean', [value, g.ints(-1)], { keepdims: 1 });
    const along = g.add('Mul', [normal, tokenMean(g.add('Mul', [scaled, normal]))]);
    const rest = g.add('Sub', [g.add('Sub', [scaled, tokenMean(scaled)]), along]);
    return [g.add('Mul', [rest, inverse])];
  },
};

/** x Φ(x), Φ the normal distribution function: the exact form, by erf. */
export const gelu: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => {
    const share = normalShare(g, inputs[0]!);
    return { output: g.add('Mul', [inputs[0]!, share]), saved: [share] };
  },
  // Φ(x) + x φ(x)
  vjp: (g, { inputs }, { saved }, gradient) => {
    const x = inputs[0]!;
    const bell = g.add('Exp', [g.add('Mul', [g.add('Mul', [x, x]), g.float(-0.5)])]);
    const density = g.add('Mul', [g.add('Mul', [bell, x]), g.float(1 / Math.sqrt(2 * Math.PI))]);
    return [g.add('Mul', [gradient, g.add('Add', [saved[0]!, density])])];
  },
};

/** Φ(x). */
export function normalShare(g: GraphBuilder, x: string): string {
  const erf = g.add('Erf', [g.add('Mul', [x, g.float(Math.SQRT1_2)])]);
  return g.add('Add', [g.add('Mul', [erf, g.float(0.5)]), g.float(0.5)]);
}
