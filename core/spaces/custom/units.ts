// Writes one repetition of each kind of block of a custom space into a graph.
import type { ConvSettings, NetworkBuilder, Tensor } from '../../graph/network-builder.js';
import { activate, squeezeExcite } from './activations.js';
import type { Option } from './options.js';
import { innerWidth } from './widths.js';

interface Unit {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly option: Option;
  readonly stride: number;
}

export const UNITS = {
  /** Convolution, normalization, activation. */
  conv: ({ b, x, option, stride }: Unit): Tensor => {
    const { width: to, kernel, groups, dilation, activation } = option;
    return activate(b, convNorm(b, x, { to, kernel, stride, groups, dilation }), activation);
  },
  /** Two convolutions and a shortcut (He et al. 2016), with squeeze-and-excitation before the sum. */
  basic: (unit: Unit): Tensor => {
    const { b, x, option, stride } = unit;
    const { width: to, kernel, groups, dilation, activation } = option;
    const first = convNorm(b, x, { to, kernel, stride, groups, dilation });
    const second = convNorm(b, activate(b, first, activation), { to, kernel, groups, dilation });
    return activate(b, b.sum([squeeze(unit, second), shortcut(unit)]), activation);
  },
  /** Squeeze-and-excitation follows the inner convolution, as in RegNetY (Radosavovic et al. 2020). */
  bottleneck: (unit: Unit): Tensor => {
    const { b, x, option, stride } = unit;
    const { width: to, kernel, groups, dilation, activation } = option;
    const inner = innerWidth(option);
    const reduced = activate(b, convNorm(b, x, { to: inner, kernel: 1 }), activation);
    const filtered = convNorm(b, reduced, { to: inner, kernel, stride, groups, dilation });
    const gated = squeeze(unit, activate(b, filtered, activation));
    const expanded = convNorm(b, gated, { to, kernel: 1 });
    return activate(b, b.sum([expanded, shortcut(unit)]), activation);
  },
  /** Squeeze-and-excitation follows the depthwise convolution, as in EfficientNet (Tan and Le 2019). */
  inverted: (unit: Unit): Tensor => {
    const { b, x, option, stride } = unit;
    const { width: to, kernel, expansion, dilation, activation } = option;
    const wide = x.channels * expansion;
    const expanded = expansion === 1 ? x : activate(b, convNorm(b, x, { to: wide, kernel: 1 }), activation);
    const filtered = convNorm(b, expanded, { to: wide, kernel, stride, groups: wide, dilation });
    const gated = squeeze(unit, activate(b, filtered, activation));
    const reduced = convNorm(b, gated, { to, kernel: 1 });
    return stride === 1 && x.channels === to ? b.sum([reduced, x]) : reduced;
  },
  /** An identity where the shape changes: a 1x1 convolution with the stride, and a normalization. */
  identity: ({ b, x, option, stride }: Unit): Tensor =>
    convNorm(b, x, { to: option.width, kernel: 1, stride }),
  /**
   * Appends `growth` channels to its input (Huang et al. 2017): normalization, activation and convolution,
   * twice.
   */
  dense: ({ b, x, option }: Unit): Tensor => {
    const { growth, kernel, expansion, activation } = option;
    const inner = b.conv(activate(b, b.normalize(x), activation), { to: expansion * growth, kernel: 1 });
    const grown = b.conv(activate(b, b.normalize(inner), activation), { to: growth, kernel });
    return b.concat([x, grown]);
  },
  /**
   * A transition between dense stages (Huang et al. 2017): normalization, activation, 1x1 convolution,
   * average pooling with the stride.
   */
  transition: ({ b, x, option, stride }: Unit): Tensor => {
    const narrowed = b.conv(activate(b, b.normalize(x), option.activation), { to: option.width, kernel: 1 });
    return stride === 1 ? narrowed : b.pool(narrowed, { kind: 'average', kernel: stride, stride, pad: 0 });
  },
  maxpool: (unit: Unit): Tensor => pool('max', unit),
  avgpool: (unit: Unit): Tensor => pool('average', unit),
};

/** Pooling, followed by a normalized 1x1 convolution where the width changes. */
function pool(kind: 'max' | 'average', { b, x, option: { width, kernel }, stride }: Unit): Tensor {
  const y = b.pool(x, { kind, kernel, stride, ...(kernel === 2 ? { pad: 0 } : {}) });
  return width === 0 || width === x.channels ? y : convNorm(b, y, { to: width, kernel: 1 });
}

function squeeze({ b, x, option: { squeeze: divisor, activation } }: Unit, value: Tensor): Tensor {
  if (divisor === 0) return value;
  return squeezeExcite(b, value, { hidden: Math.max(1, Math.floor(x.channels / divisor)), activation });
}

/** The block's input, passed through a normalized 1x1 convolution where shapes differ. */
function shortcut({ b, x, option: { width: to }, stride }: Unit): Tensor {
  return stride === 1 && x.channels === to ? x : convNorm(b, x, { to, kernel: 1, stride });
}

function convNorm(b: NetworkBuilder, x: Tensor, settings: ConvSettings): Tensor {
  return b.normalize(b.conv(x, settings));
}
