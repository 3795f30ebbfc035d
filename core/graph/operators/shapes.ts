// Translates operators of the ONNX standard that move elements, or that compute shapes and indices, into
// operations of the table.
import { slice } from '../../ops/tensor/movement.js';
import { axisOf, broadcast, checkRank, range, sizeOf, stridesOf } from '../../ops/tensor/shapes.js';
import { type Id, LARGEST_FOLDED, type Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { checkCount, eyeLike, triangle } from './constant-matrices.js';
import { axesOf, type NodeSite, type Operators } from './operator.js';
import { pad } from './pad.js';

function shapeOfSqueeze(site: NodeSite): number[] {
  const shape = site.shape(0);
  const named = site.listOrInput('axes', 1);
  const axes = named ? axesOf(named, shape.length) : range(shape.length).filter((axis) => shape[axis] === 1);
  for (const axis of axes)
    if (shape[axis] !== 1) throw new TapeError(`it squeezes axis ${axis} of the shape [${shape}]`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function shapeOfUnsqueeze(site: NodeSite): number[] {
  const shape = [...site.shape(0)];
  const named = site.listOrInput('axes', 1) ?? [];
  const rank = shape.length + named.length;
  checkRank(rank);
  const axes = axesOf(named, rank);
  return range(rank).map((axis) => (axes.includes(axis) ? 1 : shape.shift()!));
}

/** The shape of a Reshape: 0 keeps a size, -1 is inferred. */
function shapeOfReshape(site: NodeSite): number[] {
  const shape = site.shape(0);
  const wanted = site.known(1);
  const keeps = site.number('allowzero', 0) === 0;
  const sizes = wanted.map((n, axis) => (n === 0 && keeps ? (shape[axis] ?? 0) : n));
  const { own, wanted: batch } = site.batch;
  // The rest, -1, would take up the images that are missing.
  if (own !== undefined && sizes[0] === own && shape[0] === batch && sizes.includes(-1)) sizes[0] = batch;
  const rest = sizeOf(sizes.filter((n) => n !== -1));
  const whole = sizes.map((n) => (n === -1 ? sizeOf(shape) / Math.max(1, rest) : n));
  return forBatch(site, whole, sizeOf(shape));
}

/**
 * Replaces the batch size of the example, which an exporter wrote into a shape, by the present batch size,
 * where that fits.
 */
function forBatch({ batch: { own, wanted } }: NodeSite, shape: readonly number[], size: number): number[] {
  const [first, ...rest] = shape;
  const isScaled = own !== undefined && first !== undefined && sizeOf(shape) * wanted === size * own;
  return isScaled && own !== wanted ? [(first * wanted) / own, ...rest] : [...shape];
}

function writeSlice(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const [starts, ends] = [site.known(1), site.known(2)];
  const axes = site.has(3) ? site.known(3) : range(starts.length);
  const steps = site.has(4) ? site.known(4) : starts.map(() => 1);
  return axes.reduce((rest, named, i) => {
    const axis = axisOf(named, shape.length);
    const n = shape[axis]!;
    const step = steps[i]!;
    if (step === 0) throw new TapeError('its step is 0');
    const bound = (value: number) => {
      const from = value < 0 ? value + n : value;
      return step > 0 ? Math.min(Math.max(from, 0), n) : Math.min(Math.max(from, -1), n - 1);
    };
    const [start, end] = [bound(starts[i]!), bound(ends[i]!)];
    return slice(t, rest, { axis, start, end: step > 0 ? Math.max(start, end) : Math.min(start, end), step });
  }, site.x(0));
}

function writeSplit(site: NodeSite): Id[] {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', 0, shape.length);
  const count = site.node.outputs.length;
  const each = Math.ceil(shape[axis]! / count);
  const sizes =
    site.listOrInput('split', 1) ?? range(count).map((i) => Math.min(each, shape[axis]! - i * each));
  if (sizes.reduce((sum, n) => sum + n, 0) !== shape[axis])
    throw new TapeError(`it splits ${shape[axis]} into [${sizes}]`);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(t, site.x(0), { axis, start: start - size, end: start, step: 1 });
  });
}

/** DepthToSpace moves channels into blocks of positions; SpaceToDepth is its inverse. */
function depthToSpace(site: NodeSite): Id {
  const { t } = site;
  const [b, c, h, w] = site.shape(0) as [number, number, number, number];
  const s = site.partsOf('blocksize');
  const inner = c / (s * s);
  const isColumnFirst = site.text('mode', 'DCR') === 'DCR';
  const apart = t.reshape(site.x(0), isColumnFirst ? [b, s, s, inner, h, w] : [b, inner, s, s, h, w]);
  const order = isColumnFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return t.reshape(t.transpose(apart, order), [b, inner, h * s, w * s]);
}

function spaceToDepth(site: NodeSite): Id {
  const { t } = site;
  const [b, c, h, w] = site.shape(0) as [number, number, number, number];
  const s = site.partsOf('blocksize');
  const apart = t.reshape(site.x(0), [b, c, h / s, s, w / s, s]);
  const order = site.text('mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  return t.reshape(t.transpose(apart, order), [b, c * s * s, h / s, w / s]);
}

/** Puts patches that do not overlap back into a map, as `fold` does; patches are channels x places. */
function columnsToMap(site: NodeSite): Id {
  const { t } = site;
  const [sides, patch] = [site.known(1), site.known(2)];
  const strides = site.list('strides', [1, 1]);
  const isPlain =
    sides.length === 2 &&
    site.list('dilations', [1, 1]).every((n) => n === 1) &&
    site.list('pads', [0, 0, 0, 0]).every((n) => n === 0) &&
    patch.every((n, i) => n === strides[i] && sides[i]! % n === 0);
  if (!isPlain) throw new TapeError('patches that overlap, are padded or dilated are not supported');
  const [b, columns] = site.shape(0) as [number, number];
  const [height, width] = patch as [number, number];
  const channels = columns / (height * width);
  const [rows, across] = [sides[0]! / height, sides[1]! / width];
  const apart = t.reshape(site.x(0), [b, channels, height, width, rows, across]);
  return t.reshape(t.transpose(apart, [0, 1, 4, 2, 5, 3]), [b, channels, ...sides]);
}

function tile(t: Tape, x: Id, repeats: readonly number[]): Id {
  const shape = t.shape(x);
  const apart = t.reshape(
    x,
    shape.flatMap((n) => [1, n]),
  );
  return t.reshape(
    t.expand(
      apart,
      shape.flatMap((n, i) => [repeats[i]!, n]),
    ),
    shape.map((n, i) => n * repeats[i]!),
  );
}

function constant(site: NodeSite): Id {
  const { t } = site;
  const tensor = site.constantAttribute('value');
  if (tensor) return t.constant(tensor.values, tensor.shape, tensor.type);
  for (const [name, type] of [
    ['value_float', 'float'],
    ['value_int', 'int'],
  ] as const)
    if (site.attribute(name) !== undefined) return t.constant([site.number(name)], [], type);
  for (const [name, type] of [
    ['value_floats', 'float'],
    ['value_ints', 'int'],
  ] as const)
    if (site.attribute(name) !== undefined)
      return t.constant(site.list(name), [site.list(name).length], type);
  throw new TapeError('it has no value of numbers');
}

/** The products of numbers of a constant, with which PyTorch counts the elements of a tensor. */
function productOfConstant(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axes = axesOf(site.listOrInput('axes', 1) ?? range(shape.length), shape.length);
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const [strides, places] = [stridesOf(shape), stridesOf(kept)];
  const products = new Float64Array(sizeOf(kept)).fill(1);
  site.known(0).forEach((value, i) => {
    const at = kept.reduce((sum, n, axis) => sum + (Math.floor(i / strides[axis]!) % n) * places[axis]!, 0);
    products[at] = products[at]! * value;
  });
  const squeezed = site.number('keepdims', 1) ? kept : shape.filter((_, axis) => !axes.includes(axis));
  return t.constant(products, squeezed, t.get(site.x(0)).type);
}

export const shapes: Operators = {
  Constant: (site) => [constant(site)],
  Shape: (site) => {
    const shape = site.shape(0);
    const part = shape.slice(
      site.number('start', 0),
      site.attribute('end') === undefined ? shape.length : site.number('end'),
    );
    return [site.t.constant(part, [part.length], 'int')];
  },
  Size: (site) => [site.t.constant([sizeOf(site.shape(0))], [], 'int')],
  ConstantOfShape: (site) => {
    const shape = site.known(0);
    const value = site.constantAttribute('value');
    const filled = new Float64Array(checkCount(sizeOf(shape))).fill(value?.values[0] ?? 0);
    return [site.t.constant(filled, shape, value?.type ?? 'float')];
  },
  Range: (site) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => site.known(i)[0]!) as [number, number, number];
    const count = checkCount(Math.max(0, Math.ceil((limit - start) / delta)));
    return [
      site.t.constant(
        range(count).map((i) => start + i * delta),
        [count],
        site.t.get(site.x(0)).type,
      ),
    ];
  },
  NonZero: (site) => {
    if (!site.t.get(site.x(0)).constant && sizeOf(site.shape(0)) <= LARGEST_FOLDED)
      throw new TapeError(
        'how many elements it finds depends on images or weights, so that shapes would; select a fixed number of elements (topk), or multiply by a mask',
      );
    const shape = site.shape(0);
    const strides = stridesOf(shape);
    const found = site.known(0).flatMap((value, i) => (value ? [i] : []));
    const rows = shape.flatMap((n, axis) => found.map((i) => Math.floor(i / strides[axis]!) % n));
    return [site.t.constant(rows, [shape.length, found.length], 'int')];
  },
  Reshape: (site) => [site.t.reshape(site.x(0), shapeOfReshape(site))],
  Flatten: (site) => {
    const shape = site.shape(0);
    const given = site.number('axis', 1);
    const axis = given < 0 ? given + shape.length : given;
    return [site.t.reshape(site.x(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))])];
  },
  Squeeze: (site) => [site.t.reshape(site.x(0), shapeOfSqueeze(site))],
  Unsqueeze: (site) => [site.t.reshape(site.x(0), shapeOfUnsqueeze(site))],
  Transpose: (site) => {
    const rank = site.shape(0).length;
    const perm = site.list('perm', range(rank).reverse());
    if (String(axesOf(perm, rank)) !== String(range(rank)) || perm.length !== rank)
      throw new TapeError(`its perm is [${perm}]; must be an order of ${rank} axes`);
    return [site.t.transpose(site.x(0), perm)];
  },
  Concat: (site) => {
    // Parts without elements are left out, if there are others.
    if (site.attribute('axis') === undefined) throw new TapeError('its attribute axis is missing');
    const axis = site.axis('axis', 0, site.shape(0).length);
    const all = site.all();
    const filled = all.filter((id) => site.t.shape(id)[axis] !== 0);
    const parts = filled.length > 0 ? filled : all;
    return [parts.length === 1 ? parts[0] : site.t.add('Concat', parts, { axis })];
  },
  Split: writeSplit,
  Slice: (site) => [writeSlice(site)],
  Pad: (site) => [pad(site)],
  Expand: (site) => {
    const shape = broadcast([site.shape(0), site.known(1)]);
    return [site.t.expand(site.x(0), shape)];
  },
  Tile: (site) => [tile(site.t, site.x(0), site.known(1))],
  ReduceProd: (site) => [productOfConstant(site)],
  Trilu: (site) => [triangle(site)],
  EyeLike: (site) => [eyeLike(site)],
  DepthToSpace: (site) => [depthToSpace(site)],
  Col2Im: (site) => [columnsToMap(site)],
  SpaceToDepth: (site) => [spaceToDepth(site)],
};
