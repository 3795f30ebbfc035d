// Defines the linear layer on token matrices [tokens of all images, channels].
import type { Rule } from './rule.js';

/** y = x Wᵀ + b. The weight of `slot` is W [out, in], that of `slot.bias` is b [out]. */
export const linear: Rule = {
  shape: ({ inputs, weight }) => [inputs[0]![0]!, weight[0]!],
  forward: ({ inputs: [x], weight }) => x!.tape.onnx('Gemm', [x, weight(), weight('.bias')], { transB: 1 }),
  vjp: ({ weight, dy }) => [dy.tape.onnx('Gemm', [dy, weight()])],
};
