// Convolutions of maps without bias: dense, and depthwise with a kernel for each channel.
import { channelsOf } from '../ir/shape.js';
import { convInputGradient, convolve } from './primitives.js';
import { type Rule, type Site, stridedSize } from './rule.js';

/** Same-padded convolution. settings: kernel, stride. weight [out, in, kernel, kernel]. */
export const conv: Rule = {
  shape: ({ inputs, weight, settings }) => [weight[0]!, ...stridedSize(inputs[0]!, settings.stride!)],
  forward: (site) => convolve(site.inputs[0]!, site.weight(), window(site, 1), site.shape),
  vjp: ({ dy, ...site }) => [convInputGradient(dy, site.weight(), window(site, 1), site.inputs[0]!.shape)],
};

/** Same-padded convolution of each channel with a kernel of its own. settings: kernel, stride. weight [channels, 1, kernel, kernel]. */
export const depthwise: Rule = {
  sized: true,
  shape: ({ inputs, settings }) => [channelsOf(inputs[0]!), ...stridedSize(inputs[0]!, settings.stride!)],
  forward: (site) => convolve(site.inputs[0]!, site.weight(), window(site, 'channels'), site.shape),
  vjp: ({ dy, ...site }) => [
    convInputGradient(dy, site.weight(), window(site, 'channels'), site.inputs[0]!.shape),
  ],
};

const window = ({ settings: { kernel, stride } }: Pick<Site, 'settings'>, groups: 1 | 'channels') => ({
  kernel: kernel!,
  stride: stride!,
  groups,
});
