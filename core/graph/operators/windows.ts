// Reads the windows of convolutions and pooling from a node's attributes.
import { range } from '../../ops/tensor/shapes.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];

/** How a node is padded without `pads`. Throws TapeError. */
export function autoPadOf(site: NodeSite): string {
  const auto = site.text('auto_pad', 'NOTSET');
  if (AUTO_PADS.includes(auto)) return auto;
  throw new TapeError(`its auto_pad is "${auto.slice(0, 50)}"; must be one of ${AUTO_PADS.join(', ')}`);
}

/** The kernel of a convolution: the last axes of its weight, which a `kernel_shape` must repeat. */
export function kernelOf(site: NodeSite): readonly number[] {
  site.mustBeFloats(2);
  const kernel = site.shape(1).slice(2);
  const named = site.attribute('kernel_shape') === undefined ? kernel : site.list('kernel_shape');
  if (String(named) !== String(kernel))
    throw new TapeError(`its kernel_shape is [${named}], but its weight has the shape [${site.shape(1)}]`);
  return kernel;
}

/** Strides, dilations and paddings of a window; `auto_pad` is resolved. */
export function windowOf(site: NodeSite, kernel: readonly number[]) {
  const n = kernel.length;
  const ones = range(n).map(() => 1);
  const [strides, dilations] = ['strides', 'dilations'].map((name) =>
    checkedList(site.list(name, ones), { name, count: n, least: 1 }),
  ) as [readonly number[], readonly number[]];
  const auto = autoPadOf(site);
  const spatial = site.shape(0).slice(2);
  checkedList(kernel, { name: 'kernel_shape', count: spatial.length, least: 1 });
  if (auto === 'NOTSET') {
    const none = range(2 * n).map(() => 0);
    const pads = checkedList(site.list('pads', none), { name: 'pads', count: 2 * n, least: 0 });
    return { strides, dilations, pads };
  }
  if (auto === 'VALID') return { strides, dilations, pads: range(2 * n).map(() => 0) };
  const totals = kernel.map((k, i) => {
    const size = spatial[i]!;
    const out = Math.ceil(size / strides[i]!);
    return Math.max(0, (out - 1) * strides[i]! + dilations[i]! * (k - 1) + 1 - size);
  });
  return { strides, dilations, pads: padsFor(totals, auto) };
}

/** The numbers of one setting of a window. Throws TapeError. */
function checkedList(
  list: readonly number[],
  { name, count, least }: { readonly name: string; readonly count: number; readonly least: number },
): readonly number[] {
  if (list.length === count && list.every((n) => Number.isInteger(n) && n >= least)) return list;
  throw new TapeError(`its ${name} are [${list}]; must be ${count} numbers of at least ${least}`);
}

/** Distributes the padding of each axis; with SAME_UPPER an odd one is larger at the end. */
export function padsFor(totals: readonly number[], auto: string): number[] {
  const before = totals.map((total) =>
    auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2),
  );
  return [...before, ...totals.map((total, i) => total - before[i]!)];
}
