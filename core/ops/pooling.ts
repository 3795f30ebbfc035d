// Defines average pooling of maps.
import { channelsOf } from '../ir/shape.js';
import { averagePool as average, mul, ones, reciprocal, upsample } from './primitives.js';
import { type Rule, stridedSize } from './rule.js';
import type { Value } from './tape.js';

/**
 * Average pooling that leaves padding out of the average. settings: kernel, stride (stride 1 with an odd
 * kernel and same padding, or stride = kernel without padding). Throws a RangeError for other settings.
 */
export const averagePool: Rule = {
  shape: ({ inputs, settings: { kernel, stride } }) => {
    if (stride !== 1 && stride !== kernel)
      throw new RangeError(
        `averagePool: stride ${stride} with kernel ${kernel}; must be 1, or equal to the kernel`,
      );
    return [channelsOf(inputs[0]!), ...stridedSize(inputs[0]!, stride!)];
  },
  forward: ({ inputs, settings: { kernel, stride }, shape }) =>
    average(inputs[0]!, { kernel: kernel!, stride: stride!, padding: 'not-counted' }, shape),
  vjp: ({ inputs: [x], settings: { kernel, stride }, dy }) =>
    stride === 1
      ? [averagePoolGradient({ dy, share: poolShare(x!, kernel!), kernel: kernel! })]
      : [upsample(mul(dy, 1 / kernel! ** 2), stride!, x!.shape)],
};

/**
 * k² / count by position, for one image of the shape of x, where count is the number of positions inside the
 * map that each k x k window covers.
 */
export const poolShare = (x: Value, kernel: number): Value =>
  reciprocal(average(ones(x), { kernel, stride: 1, padding: 'counted' }, undefined));

/**
 * With stride 1, each output distributes dy equally over the inputs that it averaged: dx is the average,
 * padding counted, of dy k² / count.
 */
export const averagePoolGradient = (args: {
  readonly dy: Value;
  readonly share: Value;
  readonly kernel: number;
}): Value =>
  average(mul(args.dy, args.share), { kernel: args.kernel, stride: 1, padding: 'counted' }, args.dy.shape);
