// Translates pooling of the ONNX standard into operations of the table.
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
  const { sums, positions } = sumWindows(site, site.x(0), window);
  const spatial = site.shape(0).slice(2);
  const counts = positions.map((count, i) => {
    const last = spatial[i]! + (counted ? window.pads[i + spatial.length]! : 0);
    const first = counted ? -window.pads[i]! : 0;
    return range(count).map(
      (at) => tapsOf(window, { axis: i, at }).filter((p) => p >= first && p < last).length,
    );
  });
  const shares = counts.reduce<number[]>(
    (all, axis) => all.flatMap((share) => axis.map((count) => share / count)),
    [1],
  );
  return t.times(sums, t.constant(Float64Array.from(shares), positions));
}

/** (Σ |x|ᵖ)^(1/p) over windows. */
export function lpPool(site: NodeSite): Id {
  const { t } = site;
  const p = site.number('p', 2);
  if (!(p > 0)) throw new TapeError(`its attribute p is ${p}; must be above 0`);
  const powers =
    p === 2 ? t.times(site.x(0), site.x(0)) : t.add('Pow', [t.add('Abs', [site.x(0)]), t.scalar(p)]);
  const window = poolingWindow(site);
  if (isDilated(window)) return t.add('Pow', [sumWindows(site, powers, window).sums, t.scalar(1 / p)]);
  const { kernel } = window;
  // Zeros are added explicitly, because the average over a window that reaches beyond the padding divides by
  // fewer positions.
  const positions = positionsOf(site, powers, window);
  const zeros = zerosFor(site, window, positions);
  const padded = zeros.some((size) => size > 0) ? t.add('Pad', [powers], { pads: zeros }) : powers;
  const pads = range(2 * kernel.length).map(() => 0);
  const mean = t.add('AveragePool', [padded], { ...window, pads, ceil: 0, counted: 1 });
  return t.add('Pow', [t.times(mean, { number: sizeOf(kernel) }), t.scalar(1 / p)]);
}

function isDilated({ dilations }: Window): boolean {
  return dilations.some((dilation) => dilation !== 1);
}

/** The number of windows along each axis. */
function positionsOf({ t }: NodeSite, x: Id, window: Window): readonly number[] {
  return t.shape(t.add('MaxPool', [x], { ...window })).slice(2);
}

/** The indices along an axis that a window reads; those outside of the map are padding. */
function tapsOf(
  { kernel, strides, dilations, pads }: Window,
  { axis, at }: { readonly axis: number; readonly at: number },
): readonly number[] {
  return range(kernel[axis]!).map((k) => at * strides[axis]! - pads[axis]! + k * dilations[axis]!);
}

/** The zeros around the map with which every window lies inside: before all axes, then after. */
function zerosFor(site: NodeSite, window: Window, positions: readonly number[]): readonly number[] {
  const spatial = site.shape(0).slice(2);
  const after = spatial.map(
    (size, axis) => tapsOf(window, { axis, at: positions[axis]! - 1 }).at(-1)! + 1 - size,
  );
  const before = window.pads.slice(0, spatial.length);
  return [0, 0, ...before, 0, 0, ...after.map((size) => Math.max(size, 0))];
}

/**
 * The sums over dilated windows: a convolution with ones, each channel by itself. The programs are written in operator
 * set 18, in which an average over a dilated window has no operator.
 */
function sumWindows(
  site: NodeSite,
  x: Id,
  window: Window,
): { readonly sums: Id; readonly positions: readonly number[] } {
  const { t } = site;
  const { kernel, strides, dilations } = window;
  const positions = positionsOf(site, x, window);
  const zeros = zerosFor(site, window, positions);
  const padded = zeros.some((size) => size > 0) ? t.add('Pad', [x], { pads: zeros }) : x;
  const [b, c, ...spatial] = t.shape(padded) as [number, number, ...number[]];
  const ones = t.constant(new Float64Array(sizeOf(kernel)).fill(1), [1, 1, ...kernel]);
  const pads = range(2 * kernel.length).map(() => 0);
  const apart = t.reshape(padded, [b * c, 1, ...spatial]);
  const sums = t.add('Conv', [apart, ones], { strides, dilations, pads, group: 1 });
  const cut = positions.reduce((rest, end, i) => {
    const whole = t.shape(rest)[i + 2] === end;
    return whole ? rest : t.add('Slice', [rest], { axis: i + 2, start: 0, end, step: 1 });
  }, sums);
  return { sums: t.reshape(cut, [b, c, ...positions]), positions };
}
