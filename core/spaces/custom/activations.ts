// Writes the activations of custom spaces, and squeeze-and-excitation, into a graph.
import type { NetworkBuilder, Tensor } from '../../graph/network-builder.js';
import { ACTIVATIONS } from './kinds.js';

/** `activation` is an index into ACTIVATIONS. */
export function activate(b: NetworkBuilder, x: Tensor, activation: number): Tensor {
  switch (ACTIVATIONS[activation]!) {
    case 'relu':
      return b.relu(x);
    case 'relu6':
      return b.clip(x, { min: 0, max: 6 });
    case 'hardswish':
      return b.apply('HardSwish', x);
    case 'silu':
      return b.multiply(x, b.apply('Sigmoid', x));
    case 'gelu':
      return b.apply('Gelu', x);
  }
}

/**
 * Squeeze-and-excitation (Hu et al. 2018): each channel is multiplied by a gate, which two 1x1 convolutions
 * with biases compute from the means of all channels. In a block with hard swish, ReLU and a hard sigmoid
 * follow them, as in MobileNetV3; otherwise the block's activation and a sigmoid do.
 */
export function squeezeExcite(
  b: NetworkBuilder,
  x: Tensor,
  { hidden, activation }: { readonly hidden: number; readonly activation: number },
): Tensor {
  const isHard = ACTIVATIONS[activation] === 'hardswish';
  const squeezed = b.conv(b.mean(x), { to: hidden, kernel: 1, bias: true });
  const active = isHard ? b.relu(squeezed) : activate(b, squeezed, activation);
  const excited = b.conv(active, { to: x.channels, kernel: 1, bias: true });
  const gate = isHard
    ? b.apply('HardSigmoid', excited, { alpha: 1 / 6, beta: 0.5 })
    : b.apply('Sigmoid', excited);
  return b.multiply(x, gate);
}
