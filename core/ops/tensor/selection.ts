// Defines the selection of elements at indices that are computed from images: the largest elements of an axis, and
// elements gathered or scattered along it. Gradients hold indices fixed.
import type { Rules } from './rule.js';
import { range, stridedIndex, stridesOf } from './shapes.js';
import { type Attributes, numberOf, type Operand } from './signature.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

/** Attributes `axis`, `k` and `largest` (0: the smallest). */
const selectedShape: Rules[string]['shape'] = ([a], attributes) => {
  const [axis, k] = [numberOf(attributes, 'axis'), numberOf(attributes, 'k')];
  if (!Number.isInteger(k) || k < 1 || k > a![axis]!)
    throw new TapeError(`it selects ${k} elements of an axis of ${a![axis]}`);
  return a!.map((n, i) => (i === axis ? k : n));
};

/** Which of the two results of ONNX's TopK is read. One node computes both, so it is written once. */
const writeTopK =
  (result: 0 | 1): NonNullable<Rules[string]['write']> =>
  ({ g, inputs: [a], attributes: { axis, k, largest } }) =>
    g.addMany('TopK', [a!, g.ints(k as number)], {
      attributes: { axis: axis as number, largest: largest as number, sorted: 1 },
      results: 2,
    })[result]!;

interface Scattered {
  readonly shape: readonly number[];
  readonly index: Id;
  readonly values: Id;
  readonly axis: number;
}

/** Adds values to zeros of a shape, each at its index along an axis. */
export function addAtIndices(t: Tape, { shape, index, values, axis }: Scattered): Id {
  const zeros = t.expand(t.scalar(0), shape);
  return t.add('ScatterElements', [zeros, index, values], { axis, reduction: 'add' });
}

/** Throws TapeError unless indices have as many axes as the tensor, and fit into it but along `axis`. */
function checkIndices(shape: readonly number[], index: readonly number[], axis: number): void {
  if (index.length !== shape.length)
    throw new TapeError(`its indices have ${index.length} axes; must have ${shape.length}`);
  if (index.some((n, i) => i !== axis && n > shape[i]!))
    throw new TapeError(`its indices have the shape [${index}], which is larger than [${shape}]`);
}

/** The position in a tensor of `shape` of each element that indices select. */
function placesOf(shape: readonly number[], index: Operand, axis: number): Uint32Array {
  const strides = stridesOf(shape);
  const others = strides.map((stride, i) => (i === axis ? 0 : stride));
  return stridedIndex(index.shape, others, 0).map((at, i) => {
    const from = index.values[i]!;
    return at + (from < 0 ? from + shape[axis]! : from) * strides[axis]!;
  });
}

/** For each line along the axis, the indices of its `k` first elements in order; of equal ones, the first is first. */
function selectedOf({ values, shape }: Operand, attributes: Attributes): Float64Array {
  const axis = numberOf(attributes, 'axis');
  const k = numberOf(attributes, 'k');
  const sign = attributes.largest ? -1 : 1;
  const [size, inner] = [shape[axis]!, stridesOf(shape)[axis]!];
  const out = new Float64Array((values.length / size) * k);
  for (let line = 0; line < values.length / size; line++) {
    const [outer, at] = [Math.floor(line / inner), line % inner];
    const value = (i: number) => values[(outer * size + i) * inner + at]!;
    const order = range(size).sort((i, j) => sign * (value(i) - value(j)) || i - j);
    for (let i = 0; i < k; i++) out[(outer * k + i) * inner + at] = order[i]!;
  }
  return out;
}

function elementsAt({ values, shape }: Operand, index: Operand, axis: number): Float64Array {
  const places = placesOf(shape, index, axis);
  return Float64Array.from(places, (at) => values[at]!);
}

export const selection: Rules = {
  /** The `k` largest or smallest elements of each line along an axis, in order. */
  TopK: {
    shape: selectedShape,
    vjp: ({ t, x, g, attributes }) => {
      const index = t.add('TopKIndices', x, attributes);
      const axis = numberOf(attributes, 'axis');
      return [addAtIndices(t, { shape: t.shape(x[0]!), index, values: g, axis })];
    },
    fold: ({ operands: [a], attributes, shape }) => {
      const index = { values: selectedOf(a!, attributes), shape };
      return elementsAt(a!, index, numberOf(attributes, 'axis'));
    },
    write: writeTopK(0),
  },
  /** Their indices. */
  TopKIndices: {
    shape: selectedShape,
    type: () => 'int',
    fold: ({ operands: [a], attributes }) => selectedOf(a!, attributes),
    write: writeTopK(1),
  },
  /** Selects elements of the first input along an axis, at the indices in the second, which has as many axes. */
  GatherElements: {
    shape: ([a, index], attributes) => {
      checkIndices(a!, index!, numberOf(attributes, 'axis'));
      return index!;
    },
    vjp: ({ t, x, g, attributes }) => {
      const [a, index] = x as [Id, Id];
      const axis = numberOf(attributes, 'axis');
      return [addAtIndices(t, { shape: t.shape(a), index, values: g, axis }), undefined];
    },
    fold: ({ operands: [a, index], attributes }) => elementsAt(a!, index!, numberOf(attributes, 'axis')),
  },
  /**
   * Replaces elements of the first input by those of the third, or adds these to them (`reduction`: `none` or `add`),
   * at the indices along an axis in the second. Without addition, an index must not repeat in a line.
   */
  ScatterElements: {
    shape: ([a, index, updates], attributes) => {
      checkIndices(a!, index!, numberOf(attributes, 'axis'));
      if (String(updates) !== String(index))
        throw new TapeError(
          `its updates have the shape [${updates}]; must have that of its indices, [${index}]`,
        );
      return a!;
    },
    vjp: ({ t, x: [, index], g, attributes, wanted }) => {
      const axis = numberOf(attributes, 'axis');
      const zeros = () => t.expand(t.scalar(0), t.shape(index!));
      const ofKept = () =>
        attributes.reduction === 'add' ? g : t.add('ScatterElements', [g, index!, zeros()], attributes);
      return [
        wanted[0] ? ofKept() : undefined,
        undefined,
        wanted[2] ? t.add('GatherElements', [g, index!], { axis }) : undefined,
      ];
    },
    fold: ({ operands: [a, index, updates], attributes }) => {
      const out = a!.values.slice();
      placesOf(a!.shape, index!, numberOf(attributes, 'axis')).forEach((at, i) => {
        out[at] = updates!.values[i]! + (attributes.reduction === 'add' ? out[at]! : 0);
      });
      return out;
    },
  },
};
