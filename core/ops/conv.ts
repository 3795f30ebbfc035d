// Defines convolutions of maps without bias: dense, and depthwise with one kernel for each channel.
import { channelsOf } from '../ir/shape.js';
import { convInputGradient, convolve } from './primitives.js';
import { type Rule, type Site, stridedSize } from './rule.js';

/** Same-padded convolution. settings: kernel, stride. weight [out, in, kernel, kernel]. */
export const conv: Rule = {
  shape: ({ inputs, weight, settings }) => [weight[0]!, ...stridedSize(inputs[0]!, settings.stride!)],
  ...convolutionOf(1),
};

/** Same-padded depthwise convolution. settings: kernel, stride. weight [channels, 1, kernel, kernel]. */
export const depthwise: Rule = {
  sized: true,
  shape: ({ inputs, settings }) => [channelsOf(inputs[0]!), ...stridedSize(inputs[0]!, settings.stride!)],
  ...convolutionOf('channels'),
};

function convolutionOf(groups: 1 | 'channels'): Pick<Rule, 'forward' | 'vjp'> {
  const window = ({ settings: { kernel, stride } }: Pick<Site, 'settings'>) => ({
    kernel: kernel!,
    stride: stride!,
    groups,
  });
  return {
    forward: (site) => {
      const { inputs, shape } = site;
      return convolve(inputs[0]!, { weight: site.weight(), window: window(site), shape });
    },
    vjp: ({ dy, ...site }) => {
      const { shape } = site.inputs[0]!;
      return [convInputGradient(dy, { weight: site.weight(), window: window(site), shape })];
    },
  };
}
