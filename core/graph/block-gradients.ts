// Defines vector-Jacobian products of block programs on the CPU, which replace those of the table.
import type { Rule } from '../ops/tensor/rule.js';

/**
 * The products that have a quicker form on ONNX Runtime's CPU. Proxies of whole networks use others
 * (`core/graph/whole/gradient-rules.ts`), whose rounding is part of their stored scores.
 */
export const CPU_GRADIENTS: Readonly<Record<string, NonNullable<Rule['vjp']>>> = {
  StandardizeChannels: ({ t, x, y, g, attributes }) => {
    const variance = t.add('ChannelVariance', x, attributes);
    return [t.add('StandardizeChannelsGradient', [g, y, variance], attributes)];
  },
};
