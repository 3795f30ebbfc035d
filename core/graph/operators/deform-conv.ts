// Translates DeformConv: a convolution whose kernel reads each element of its window at a computed offset.
import { slice } from '../../ops/tensor/movement.js';
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { alongAxis, type NodeSite } from './operator.js';
import { sampleMap } from './sample-map.js';
import { kernelOf, windowOf } from './windows.js';

/** The sizes of a deformable convolution; groups are those of the offsets. */
interface Sizes {
  readonly images: number;
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly out: readonly number[];
}

/**
 * The windows are sampled into a map in which they lie side by side, [out x kernel] along each side, with zeros beyond
 * the edges. A convolution whose stride is its kernel then reads each window once.
 */
export function deformConv(site: NodeSite): Id {
  const { t } = site;
  const kernel = kernelOf(site);
  const window = windowOf(site, kernel);
  const shape = site.shape(0);
  if (shape.length !== 4)
    throw new TapeError(`its input 0 has shape [${shape}]; must be [images, channels, height, width]`);
  const [images, channels, ...sides] = shape as [number, number, number, number];
  const groups = site.number('offset_group', 1);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw new TapeError(
      `its attribute offset_group is ${groups}; must divide the ${channels} channels of its input 0, of shape [${shape}]`,
    );
  const out = sides.map((size, i) => {
    const reach = window.dilations[i]! * (kernel[i]! - 1) + 1;
    return Math.floor((size + window.pads[i]! + window.pads[i + 2]! - reach) / window.strides[i]!) + 1;
  });
  const sizes = { images, groups, kernel, out };
  const map = t.reshape(site.x(0), [images * groups, channels / groups, ...sides]);
  const sampled = sampleMap(t, {
    map,
    coordinates: coordinatesOf(site, sizes, window),
    kernel: 'linear',
    beyond: 'zeros',
    atCentres: true,
  });
  const windows = out.map((n, i) => n * kernel[i]!);
  const columns = t.reshape(masked(site, sampled, sizes), [images, channels, ...windows]);
  const product = t.add('Conv', [columns, site.x(1)], {
    strides: kernel,
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    group: site.number('group', 1),
  });
  // Exporters write zeros where a convolution has no bias.
  if (!site.has(3) || t.get(site.x(3)).constant?.every((value) => value === 0)) return product;
  return t.plus(product, alongAxis(t, site.x(3), { axis: 1, rank: 4 }));
}

/** Along each side: the place of an element of a window without offsets, plus its offset. */
function coordinatesOf(site: NodeSite, sizes: Sizes, window: ReturnType<typeof windowOf>): readonly Id[] {
  const { t } = site;
  const { images, groups, kernel, out } = sizes;
  checkShape(site, 2, sizes);
  const offsets = t.reshape(site.x(2), [images * groups, ...kernel, 2, ...out]);
  return range(2).map((side) => {
    const offset = slice(t, offsets, { axis: 3, start: side, end: side + 1, step: 1 });
    const [count, reach] = [out[side]!, kernel[side]!];
    const places = range(count * reach).map((at) => {
      const [i, k] = [Math.floor(at / reach), at % reach];
      return i * window.strides[side]! + k * window.dilations[side]! - window.pads[side]!;
    });
    const along = side === 0 ? [count * reach, 1] : [count * reach];
    return t.plus(sideBySide(site, offset, sizes), t.constant(places, along));
  });
}

/** Each element of a window times its own factor. */
function masked(site: NodeSite, sampled: Id, sizes: Sizes): Id {
  if (!site.has(4)) return sampled;
  checkShape(site, 4, sizes);
  const { t } = site;
  const [rows, , height, width] = t.shape(sampled) as [number, number, number, number];
  return t.times(sampled, t.reshape(sideBySide(site, site.x(4), sizes), [rows, 1, height, width]));
}

/** Moves numbers [images x groups, ...kernel, ...out] to [images x groups, out x kernel along each side]. */
function sideBySide({ t }: NodeSite, x: Id, { images, groups, kernel, out }: Sizes): Id {
  const apart = t.transpose(t.reshape(x, [images * groups, ...kernel, ...out]), [0, 3, 1, 4, 2]);
  return t.reshape(apart, [images * groups, ...out.map((n, i) => n * kernel[i]!)]);
}

/** Offsets (input 2) have two numbers for each element of a window, a mask (input 4) has one. Throws TapeError. */
function checkShape(site: NodeSite, input: 2 | 4, { images, groups, kernel, out }: Sizes): void {
  const wanted = [images, groups * sizeOf(kernel) * (input === 2 ? 2 : 1), ...out];
  const shape = site.shape(input);
  if (String(shape) !== String(wanted))
    throw new TapeError(`its input ${input} has shape [${shape}]; must be [${wanted}]`);
  const { type } = site.t.get(site.x(input));
  if (type !== 'float')
    throw new TapeError(`its input ${input} has numbers of the type ${type}; must be float`);
}
