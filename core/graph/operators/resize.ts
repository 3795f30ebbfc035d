// Translates Resize (nearest, linear, cubic) into a product with a matrix along each axis whose size changes.
import { axisOf, range } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

/** The most elements of a matrix along one axis. */
const LARGEST_MATRIX = 2 ** 22;

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
  if (site.number('exclude_outside', 0))
    throw new TapeError('its attribute exclude_outside is not supported');
  if (site.number('antialias', 0)) throw new TapeError('its attribute antialias is not supported');
  const policy = site.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch')
    throw new TapeError(`its keep_aspect_ratio_policy "${policy.slice(0, 50)}" is not supported`);
  return range(shape.length).reduce((rest, axis) => {
    const [from, to] = [shape[axis]!, sizes[axis]!];
    if (from === to && (scales?.[axis] ?? 1) === 1) return rest;
    if (!(to > 0 && to * from <= LARGEST_MATRIX))
      throw new TapeError(`it resizes an axis of ${from} to ${to}`, 'too-large');
    const position = positions({ site, from, to, scale: scales?.[axis] ?? to / from });
    const matrix =
      mode === 'nearest'
        ? nearest({ site, from, position })
        : mode === 'linear'
          ? linear({ from, position })
          : cubic({ a: site.number('cubic_coeff_a', -0.75), from, position });
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
  if (site.has(3)) return { sizes: spread(site.known(3), shape), scales: undefined };
  if (!scales) throw new TapeError('it must have sizes or scales');
  const ones = all.map(() => 1);
  const whole = spread(scales, ones);
  return { sizes: whole.map((scale, axis) => Math.floor(shape[axis]! * scale)), scales: whole };
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

function nearest({
  site,
  from,
  position,
}: {
  readonly site: NodeSite;
  readonly from: number;
  readonly position: readonly number[];
}): Float64Array {
  const mode = site.text('nearest_mode', 'round_prefer_floor');
  const round: Readonly<Record<string, (x: number) => number>> = {
    round_prefer_floor: (x) => Math.ceil(x - 0.5),
    round_prefer_ceil: (x) => Math.floor(x + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  const of = round[mode];
  if (!of) throw new TapeError(`its nearest_mode "${mode}" is not supported`);
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    matrix[i * from + Math.min(Math.max(of(x), 0), from - 1)] = 1;
  });
  return matrix;
}

function linear({
  from,
  position,
}: {
  readonly from: number;
  readonly position: readonly number[];
}): Float64Array {
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    const inside = Math.min(Math.max(x, 0), from - 1);
    const low = Math.floor(inside);
    const part = inside - low;
    matrix[i * from + low]! += 1 - part;
    if (part > 0) matrix[i * from + low + 1]! += part;
  });
  return matrix;
}

/**
 * Keys' cubic convolution with the coefficient `a`: each element has four neighbours; neighbours beyond an
 * edge take the value at the edge.
 */
function cubic({
  a,
  from,
  position,
}: {
  readonly a: number;
  readonly from: number;
  readonly position: readonly number[];
}): Float64Array {
  const weight = (x: number) =>
    x <= 1 ? (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1 : a * (x ** 3 - 5 * x ** 2 + 8 * x - 4);
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    const low = Math.floor(x);
    for (const at of [low - 1, low, low + 1, low + 2])
      matrix[i * from + Math.min(Math.max(at, 0), from - 1)]! += weight(Math.abs(x - at));
  });
  return matrix;
}

/** Multiplies the tensor by a matrix [to, from] along one axis. */
function timesAlongAxis(
  t: Tape,
  x: Id,
  { axis, matrix }: { readonly axis: number; readonly matrix: Id },
): Id {
  const shape = t.shape(x);
  const [to, from] = t.shape(matrix) as [number, number];
  const after = shape.slice(axis + 1).reduce((n, m) => n * m, 1);
  const before = shape.slice(0, axis).reduce((n, m) => n * m, 1);
  const product = t.add('MatMul', [matrix, t.reshape(x, [before, from, after])]);
  return t.reshape(product, [...shape.slice(0, axis), to, ...shape.slice(axis + 1)]);
}
