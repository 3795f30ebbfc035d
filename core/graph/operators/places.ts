// Translates operators of the ONNX standard that gather or scatter at indices into operations of the table; those at
// computed indices are in computed-places.ts.
import { slice } from '../../ops/tensor/movement.js';
import { range, sizeOf, stridesOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { flatIndices, hasComputedIndices, scatterElements, scatterSlicesAt } from './computed-places.js';
import { cumulativeSum } from './cumulative-sum.js';
import type { NodeSite, Operators } from './operator.js';
import { isLastState } from './recurrent.js';

function writeGather(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', 0, shape.length);
  const index = site.x(1);
  if (hasComputedIndices(site)) return t.add('Gather', [site.x(0), index], { axis });
  const indices = site.known(1);
  const size = shape[axis]!;
  for (const i of indices)
    if (i < -size || i >= size) throw new TapeError(`its index ${i} is outside an axis of ${size}`);
  if (t.get(site.x(0)).constant) return t.add('Gather', [site.x(0), index], { axis });
  // A single element is sliced, because the gradient of a slice is cheaper.
  if (indices.length === 1) {
    const at = indices[0]! < 0 ? indices[0]! + size : indices[0]!;
    const one =
      stackedPart(t, site.x(0), { axis, at }) ??
      slice(t, site.x(0), { axis, start: at, end: at + 1, step: 1 });
    return t.reshape(one, [...shape.slice(0, axis), ...t.shape(index), ...shape.slice(axis + 1)]);
  }
  const rows = axis === 0 ? unflattened(site) : undefined;
  return rows ?? t.add('Gather', [site.x(0), index], { axis });
}

/** One of the last states of recurrent layers that were put together along an axis of size 1 each. */
function stackedPart(
  t: Tape,
  x: Id,
  { axis, at }: { readonly axis: number; readonly at: number },
): Id | undefined {
  const { op, inputs, attributes } = t.get(x);
  if (op !== 'Concat' || attributes.axis !== axis) return undefined;
  return inputs.every((part) => t.shape(part)[axis] === 1 && isLastState(t, part)) ? inputs[at] : undefined;
}

/**
 * The tensor [n, m, ...] that was flattened to [n x m, ...], where all rows are gathered again in their order, or
 * transposed, as the embeddings of tokens are, the input (token-ids.ts); undefined for any other gathering.
 */
function unflattened(site: NodeSite): Id | undefined {
  const { t } = site;
  const { op, inputs } = t.get(site.x(0));
  const [before] = inputs;
  const axes = site.shape(1);
  if (op !== 'Reshape' || axes.length !== 2 || t.get(before!).port === undefined) return undefined;
  const indices = site.known(1);
  const [n, m] = axes as [number, number];
  const rest = site.shape(0).slice(1);
  const wasOf = (...first: number[]) => String(t.shape(before!)) === String([...first, ...rest]);
  if (wasOf(n, m) && indices.every((i, at) => i === at)) return before;
  const isTransposed = (i: number, at: number) => i === (at % m) * n + Math.floor(at / m);
  if (!wasOf(m, n) || !indices.every(isTransposed)) return undefined;
  return t.transpose(before!, [1, 0, ...rest.map((_, axis) => axis + 2)]);
}

/**
 * Gathers where the last axis of the indices counts along the axes of the tensor behind its first `batch_dims`, which
 * tensor and indices share. The shared and the counted axes are flattened into one.
 */
function writeGatherAt(site: NodeSite): Id {
  const { t } = site;
  const [shape, axes] = [site.shape(0), site.shape(1)];
  const batches = sharedBatches(site);
  const [outer, depth] = [axes.slice(0, -1), axes.at(-1)!];
  const end = batches + depth;
  const rows = t.reshape(site.x(0), [sizeOf(shape.slice(0, end)), ...shape.slice(end)]);
  const lead = shape.slice(batches, end);
  const [size, perBatch] = [sizeOf(lead), sizeOf(outer.slice(batches))];
  // Where the elements of each row's batch begin.
  const starts = range(sizeOf(outer)).map((row) => Math.floor(row / perBatch) * size);
  if (hasComputedIndices(site)) {
    const places = flatIndices(site, lead);
    if (batches === 0) return t.add('Gather', [rows, places], { axis: 0 });
    // Indices that count from the end of a batch count from its start.
    const within = t.add('Mod', [places, t.constant([size], [], 'int')]);
    return t.add('Gather', [rows, t.plus(within, t.constant(starts, outer, 'int'))], { axis: 0 });
  }
  const indices = site.known(1);
  const strides = stridesOf(lead);
  const flat = starts.map((start, row) =>
    strides.reduce((at, stride, k) => {
      const i = indices[row * depth + k]!;
      return at + (i < 0 ? i + lead[k]! : i) * stride;
    }, start),
  );
  const isOutside = (at: number, row: number) => at < starts[row]! || at >= starts[row]! + size;
  if (flat.some(isOutside)) throw new TapeError('its indices lie outside the tensor');
  return t.add('Gather', [rows, t.constant(flat, outer, 'int')], { axis: 0 });
}

/** The attribute batch_dims. Throws TapeError if the two inputs have other sizes along those axes, or too few axes. */
function sharedBatches(site: NodeSite): number {
  const batches = site.number('batch_dims', 0);
  const [shape, axes] = [site.shape(0), site.shape(1)];
  const own = shape.length - batches;
  if (axes.at(-1)! > own)
    throw new TapeError(`its indices [${axes}] have ${axes.at(-1)} numbers for the ${own} axes of a tensor`);
  const isShared = String(shape.slice(0, batches)) === String(axes.slice(0, batches));
  if (batches < 0 || batches >= axes.length || !isShared)
    throw new TapeError(`its attribute batch_dims is ${batches} for the shapes [${shape}] and [${axes}]`);
  return batches;
}

/**
 * Gathers along one axis at constant indices, which may differ along the others. Leading axes along which they do
 * not differ stay; the others are flattened into one.
 */
function writeGatherElements(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const wanted = site.shape(1);
  const axis = site.axis('axis', 0, shape.length);
  const size = shape[axis]!;
  if (hasComputedIndices(site)) return t.add('GatherElements', [site.x(0), site.x(1)], { axis });
  const indices = site.known(1);
  if (wanted.length !== shape.length)
    throw new TapeError(`its indices have ${wanted.length} axes; must have ${shape.length}`);
  if (wanted.some((n, k) => k !== axis && n > shape[k]!))
    throw new TapeError(`its indices have the shape [${wanted}], which is larger than [${shape}]`);
  for (const i of indices)
    if (i < -size || i >= size) throw new TapeError(`its index ${i} is outside an axis of ${size}`);
  const lead = sharedAxes({ indices, wanted, shape }, axis);
  const rest = wanted.slice(lead);
  const [strides, places] = [stridesOf(shape.slice(lead)), stridesOf(rest)];
  const flat = range(sizeOf(rest)).map((at) =>
    strides.reduce((sum, stride, k) => {
      const i = k === axis - lead ? indices[at]! : Math.floor(at / places[k]!) % rest[k]!;
      return sum + (i < 0 ? i + size : i) * stride;
    }, 0),
  );
  const rows = t.reshape(site.x(0), [...shape.slice(0, lead), sizeOf(shape.slice(lead))]);
  return t.add('Gather', [rows, t.constant(flat, rest, 'int')], { axis: lead });
}

interface ElementIndices {
  readonly indices: readonly number[];
  /** The shape of the indices, and of the tensor. */
  readonly wanted: readonly number[];
  readonly shape: readonly number[];
}

/** The number of leading axes before `axis` that are whole and along which the indices repeat. */
function sharedAxes({ indices, wanted, shape }: ElementIndices, axis: number): number {
  let lead = 0;
  for (; lead < axis && wanted[lead] === shape[lead]; lead++) {
    const inner = sizeOf(wanted.slice(lead + 1));
    // What repeats along the axes before has been compared.
    const repeats = range(wanted[lead]! * inner).every((at) => indices[at] === indices[at % inner]);
    if (!repeats) break;
  }
  return lead;
}

/** The part of a tensor that a node writes, if it is a box: a range along each axis, in order. */
interface Box {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

/** The box of rows of indices, with `depth` indices in each, counted from the front. */
function boxOf(rows: readonly number[], depth: number): Box | undefined {
  const count = rows.length / depth;
  const columns = range(depth).map((k) => range(count).map((row) => rows[row * depth + k]!));
  const starts = columns.map((column) =>
    column.reduce((least, i) => Math.min(least, i), Number.POSITIVE_INFINITY),
  );
  const sizes = columns.map((column, k) => column.reduce((most, i) => Math.max(most, i), 0) - starts[k]! + 1);
  if (count === 0 || sizeOf(sizes) !== count) return undefined;
  const strides = stridesOf(sizes);
  const isInOrder = columns.every((column, k) =>
    column.every((i, row) => i === starts[k]! + (Math.floor(row / strides[k]!) % sizes[k]!)),
  );
  return isInOrder ? { starts, sizes } : undefined;
}

/**
 * Writes slices at indices of a tensor. Exporters build masks in this way, and assign to parts of tensors, which are
 * often boxes.
 */
function scatterSlices(site: NodeSite): Id {
  const { t } = site;
  if (hasComputedIndices(site)) return scatterSlicesAt(site);
  const shape = site.shape(0);
  const depth = site.shape(1).at(-1)!;
  // A shift of 0 along one side assigns to no rows of a mask.
  if (sizeOf(site.shape(1)) === 0) return site.x(0);
  const indices = site.known(1).map((i, at) => (i < 0 ? i + shape[at % depth]! : i));
  if (indices.some((i, at) => i < 0 || i >= shape[at % depth]!))
    throw new TapeError('its indices lie outside the tensor');
  if (site.text('reduction', 'none') !== 'none') return scatterSlicesAt(site);
  if (t.get(site.x(2)).constant) return scatterConstants(site, indices, depth);
  const box = boxOf(indices, depth);
  return box ? writeBox(site, box) : scatterSlicesAt(site);
}

/** Pads the updates to the tensor's shape and selects them by a mask. */
function writeBox(site: NodeSite, { starts, sizes }: Box): Id {
  const { t } = site;
  const shape = site.shape(0);
  const depth = starts.length;
  const updates = t.reshape(site.x(2), [...sizes, ...shape.slice(depth)]);
  const after = starts.map((start, axis) => shape[axis]! - start - sizes[axis]!);
  const rest = shape.slice(depth).map(() => 0);
  const padded = t.add('Pad', [updates], { pads: [...starts, ...rest, ...after, ...rest] });
  // An axis that is written completely needs no mask.
  const masked = shape.map((n, axis) => (axis < depth && sizes[axis] !== n ? n : 1));
  const strides = stridesOf(masked);
  const mask = range(sizeOf(masked)).map((at) =>
    Number(
      masked.every((n, axis) => {
        const i = Math.floor(at / strides[axis]!) % n;
        return n === 1 || (i >= starts[axis]! && i < starts[axis]! + sizes[axis]!);
      }),
    ),
  );
  return t.add('Where', [t.constant(mask, masked, 'bool'), padded, site.x(0)]);
}

function scatterConstants(site: NodeSite, indices: readonly number[], depth: number): Id {
  const { t } = site;
  const shape = site.shape(0);
  const updates = site.known(2);
  const strides = stridesOf(shape);
  const inner = sizeOf(shape.slice(depth));
  const written = new Float64Array(sizeOf(shape));
  const values = new Float64Array(sizeOf(shape));
  for (let row = 0; row < indices.length / depth; row++) {
    let at = 0;
    for (let k = 0; k < depth; k++) at += indices[row * depth + k]! * strides[k]!;
    for (let k = 0; k < inner; k++) {
      written[at + k] = 1;
      values[at + k] = updates[row * inner + k]!;
    }
  }
  const { type } = t.get(site.x(0));
  return t.add('Where', [t.constant(written, shape, 'bool'), t.constant(values, shape, type), site.x(0)]);
}

export const places: Operators = {
  Gather: (site) => [writeGather(site)],
  GatherND: (site) => [writeGatherAt(site)],
  GatherElements: (site) => [writeGatherElements(site)],
  ScatterElements: (site) => [scatterElements(site)],
  ScatterND: (site) => [scatterSlices(site)],
  CumSum: (site) => [cumulativeSum(site)],
};
