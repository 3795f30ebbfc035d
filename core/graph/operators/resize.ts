// Translates Resize (nearest, linear, cubic) into a product with a matrix along each axis whose size changes.
import { axisOf, range } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { LARGEST_MATRIX, timesAlongAxis } from './axis-product.js';
import { cubic, cubicKernel, linear, nearest, smoothed, tent } from './interpolation.js';
import type { NodeSite } from './operator.js';

/**
 * Row i of a matrix holds the weights of the input elements in element i of the result, so the gradient is a
 * product with the transposed matrix.
 */
export function resize(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const { sizes, scales } = sizesOf(site);
  const mode = site.text('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'cubic')
    throw new TapeError(`its mode "${mode}" is not supported; nearest, linear and cubic are`);
  const isSmoothed = site.number('antialias', 0) === 1;
  if (isSmoothed && mode === 'nearest') throw new TapeError('its attribute antialias needs linear or cubic');
  const beyond = site.number('exclude_outside', 0) ? 'none' : 'edge';
  const a = site.number('cubic_coeff_a', -0.75);
  return range(shape.length).reduce((rest, axis) => {
    const [from, to] = [shape[axis]!, sizes[axis]!];
    if (from === to && (scales?.[axis] ?? 1) === 1) return rest;
    if (!(to > 0 && to * from <= LARGEST_MATRIX))
      throw new TapeError(`it resizes an axis of ${from} to ${to}`, 'too-large');
    const scale = scales?.[axis] ?? to / from;
    const position = positions({ site, from, to, scale });
    const rows = { from, position };
    const kernel = mode === 'linear' ? tent : cubicKernel(a);
    const stretch = isSmoothed ? Math.max(1, 1 / scale) : 1;
    const matrix =
      isSmoothed || (mode === 'cubic' && beyond === 'none')
        ? smoothed({ ...rows, kernel, stretch, beyond })
        : mode === 'nearest'
          ? nearest({ ...rows, round: roundingOf(site) })
          : mode === 'linear'
            ? linear(rows)
            : cubic({ ...rows, kernel });
    return timesAlongAxis(t, rest, { axis, matrix: t.constant(matrix, [to, from]) });
  }, site.x(0));
}

/** The size and, if given, the scale of each axis; `axes` names those that are given, and the others stay. */
function sizesOf(site: NodeSite): { sizes: readonly number[]; scales: readonly number[] | undefined } {
  const shape = site.shape(0);
  const all = range(shape.length);
  const axes = site.attribute('axes') === undefined ? all : site.list('axes');
  const spread = (given: readonly number[], others: readonly number[]) => {
    if (given.length !== axes.length)
      throw new TapeError(`it must have a size or a scale for each of ${axes.length} axes`);
    const own = new Map(axes.map((axis, i) => [axisOf(axis, shape.length), given[i]!]));
    return all.map((axis) => own.get(axis) ?? others[axis]!);
  };
  const scales = site.has(2) && site.shape(2)[0] ? site.known(2) : undefined;
  if (site.has(3)) return keepRatio(site, spread(site.known(3), shape), axes);
  if (!scales) throw new TapeError('it must have sizes or scales');
  const ones = all.map(() => 1);
  const whole = spread(scales, ones);
  return { sizes: whole.map((scale, axis) => Math.floor(shape[axis]! * scale)), scales: whole };
}

/** With a policy other than `stretch`, one scale for all resized axes: the smallest or the largest that fits. */
function keepRatio(site: NodeSite, sizes: readonly number[], axes: readonly number[]) {
  const policy = site.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return { sizes, scales: undefined };
  if (policy !== 'not_larger' && policy !== 'not_smaller')
    throw new TapeError(`its keep_aspect_ratio_policy "${policy.slice(0, 50)}" is not supported`);
  const shape = site.shape(0);
  const resized = axes.map((axis) => axisOf(axis, shape.length));
  const scales = resized.map((axis) => sizes[axis]! / shape[axis]!);
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  const all = shape.map((size, axis) => (resized.includes(axis) ? Math.floor(scale * size + 0.5) : size));
  return { sizes: all, scales: shape.map((_, axis) => (resized.includes(axis) ? scale : 1)) };
}

interface PositionsArguments {
  readonly site: NodeSite;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** The coordinate in the input of each element of the result (coordinate_transformation_mode). */
function positions({ site, from, to, scale }: PositionsArguments): number[] {
  const mode = site.text('coordinate_transformation_mode', 'half_pixel');
  const of: Readonly<Record<string, (i: number) => number>> = {
    half_pixel: (i) => (i + 0.5) / scale - 0.5,
    pytorch_half_pixel: (i) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
    align_corners: (i) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
    asymmetric: (i) => i / scale,
    // The positions of a resized map whose size is not whole are centred.
    half_pixel_symmetric: (i) => (from / 2) * (1 - to / (scale * from)) + (i + 0.5) / scale - 0.5,
  };
  const position = of[mode];
  if (!position) throw new TapeError(`its coordinate_transformation_mode "${mode}" is not supported`);
  return range(to).map(position);
}

/** How a coordinate becomes an index (nearest_mode). */
function roundingOf(site: NodeSite): (x: number) => number {
  const mode = site.text('nearest_mode', 'round_prefer_floor');
  const round: Readonly<Record<string, (x: number) => number>> = {
    round_prefer_floor: (x) => Math.ceil(x - 0.5),
    round_prefer_ceil: (x) => Math.floor(x + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  const of = round[mode];
  if (!of) throw new TapeError(`its nearest_mode "${mode}" is not supported`);
  return of;
}
