// Translates pooling of the ONNX standard into operations of the table.
import { pooledShape, windowOfOnes, windowShares } from '../../ops/tensor/pooling.js';
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';
import { windowOf } from './windows.js';

interface Window extends ReturnType<typeof windowOf> {
  readonly kernel: readonly number[];
  /** 1: the last window may reach beyond the far edge. */
  readonly ceil: number;
}

/** Throws TapeError if a window could lie in the padding alone. */
function poolingWindow(site: NodeSite): Window {
  const kernel = site.list('kernel_shape');
  site.mustBeFloats(1);
  const window = windowOf(site, kernel);
  if (window.pads.some((pad, i) => pad >= kernel[i % kernel.length]!))
    throw new TapeError(`its pads [${window.pads}] must be smaller than its kernel [${kernel}]`);
  return { kernel, ...window, ceil: site.number('ceil_mode', 0) };
}

export function maxPool(site: NodeSite): Id {
  return site.t.add('MaxPool', [site.x(0)], { ...poolingWindow(site) });
}

export function averagePool(site: NodeSite): Id {
  const { t } = site;
  const window = poolingWindow(site);
  const counted = site.number('count_include_pad', 0);
  if (!isDilated(window)) return t.add('AveragePool', [site.x(0)], { ...window, counted });
  const sums = sumWindows(site, site.x(0), window);
  const [, , ...spatial] = site.shape(0);
  const positions = positionsOf(site, window);
  return t.times(sums, windowShares({ t, attributes: { ...window, counted }, spatial, positions }));
}

/** (Σ |x|ᵖ)^(1/p) over windows. */
export function lpPool(site: NodeSite): Id {
  const { t } = site;
  const p = site.number('p', 2);
  if (!(p > 0)) throw new TapeError(`its attribute p is ${p}; must be above 0`);
  const powers =
    p === 2 ? t.times(site.x(0), site.x(0)) : t.add('Pow', [t.add('Abs', [site.x(0)]), t.scalar(p)]);
  const window = poolingWindow(site);
  if (isDilated(window)) return t.add('Pow', [sumWindows(site, powers, window), t.scalar(1 / p)]);
  const { kernel } = window;
  // Zeros are added explicitly, because the average over a window that reaches beyond the padding divides by
  // fewer positions.
  const zeros = zerosFor(site, window);
  const padded = zeros.some((size) => size > 0) ? t.add('Pad', [powers], { pads: zeros }) : powers;
  const pads = range(2 * kernel.length).map(() => 0);
  const mean = t.add('AveragePool', [padded], { ...window, pads, ceil: 0, counted: 1 });
  return t.add('Pow', [t.times(mean, { number: sizeOf(kernel) }), t.scalar(1 / p)]);
}

function isDilated({ dilations }: Window): boolean {
  return dilations.some((dilation) => dilation !== 1);
}

/** The number of windows along each axis. */
function positionsOf(site: NodeSite, window: Window): readonly number[] {
  return pooledShape([site.shape(0)], { ...window }).slice(2);
}

/** The zeros around the map with which every window lies inside: before all axes, then after. */
function zerosFor(site: NodeSite, window: Window): readonly number[] {
  const { kernel, strides, dilations, pads } = window;
  const [, , ...spatial] = site.shape(0);
  const after = positionsOf(site, window).map((count, i) => {
    const last = (count - 1) * strides[i]! - pads[i]! + dilations[i]! * (kernel[i]! - 1);
    return Math.max(last + 1 - spatial[i]!, 0);
  });
  return [0, 0, ...pads.slice(0, spatial.length), 0, 0, ...after];
}

/**
 * The sums over dilated windows: a convolution with ones, each channel by itself. The programs are written in operator
 * set 18, in which an average over a dilated window has no operator.
 */
function sumWindows(site: NodeSite, x: Id, window: Window): Id {
  const { t } = site;
  const { kernel, strides, dilations } = window;
  const zeros = zerosFor(site, window);
  const padded = zeros.some((size) => size > 0) ? t.add('Pad', [x], { pads: zeros }) : x;
  const [b, c, ...spatial] = t.shape(padded) as [number, number, ...number[]];
  const pads = range(2 * kernel.length).map(() => 0);
  const apart = t.reshape(padded, [b * c, 1, ...spatial]);
  const sums = t.add('Conv', [apart, windowOfOnes(t, kernel)], { strides, dilations, pads, group: 1 });
  return t.reshape(sums, [b, c, ...positionsOf(site, window)]);
}
