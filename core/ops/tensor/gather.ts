// Defines the operation that selects parts of one axis by indices, and its gradient.
import type { Rules } from './rule.js';
import { addAtIndices } from './selection.js';
import { sizeOf } from './shapes.js';
import { numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

export const gathering: Rules = {
  /**
   * Selects parts of one axis by indices, the second input. Its axes replace the selected axis.
   */
  Gather: {
    shape: ([a, index], attributes) => {
      const axis = numberOf(attributes, 'axis');
      return [...a!.slice(0, axis), ...index!, ...a!.slice(axis + 1)];
    },
    vjp: ({ t, x, g, attributes }) => [
      gatherGradient({ t, g, x: x as [Id, Id], axis: numberOf(attributes, 'axis') }),
      undefined,
    ],
    fold: ({ operands: [a, index], attributes, shape }) => {
      const axis = numberOf(attributes, 'axis');
      const size = a!.shape[axis]!;
      const inner = sizeOf(a!.shape.slice(axis + 1));
      const outer = sizeOf(a!.shape.slice(0, axis));
      const out = new Float64Array(sizeOf(shape));
      let at = 0;
      for (let o = 0; o < outer; o++)
        for (const i of index!.values) {
          const from = (o * size + (i < 0 ? i + size : i)) * inner;
          for (let k = 0; k < inner; k++) out[at++] = a!.values[from + k]!;
        }
      return out;
    },
  },
};

/** The largest one-hot matrix of indices. */
const LARGEST_ONE_HOT = 2 ** 24;
/** The most elements that are scattered where that matrix would be larger. */
const MOST_SCATTERED = 2 ** 22;

interface GatherGradientArguments {
  readonly t: Tape;
  readonly g: Id;
  readonly x: readonly [Id, Id];
  readonly axis: number;
}

/**
 * Adds the gradient of each gathered element at its original position: a product with the one-hot matrix of
 * the indices.
 */
function gatherGradient({ t, g, x: [a, index], axis }: GatherGradientArguments): Id {
  const shape = t.shape(a);
  const indices = t.get(index).constant;
  if (!indices) return computedGradient({ t, g, x: [a, index], axis });
  const size = shape[axis]!;
  const count = indices.length;
  if (size * count > LARGEST_ONE_HOT) return scatterGradient({ t, g, shape, axis, indices });
  const flat = t.reshape(g, [sizeOf(shape.slice(0, axis)), count, sizeOf(shape.slice(axis + 1))]);
  const hot = new Float64Array(size * count);
  indices.forEach((i, k) => {
    hot[(i < 0 ? i + size : i) * count + k] = 1;
  });
  return t.reshape(t.add('MatMul', [t.constant(hot, [size, count]), flat]), shape);
}

/** The same for indices that are computed from images. */
function computedGradient({ t, g, x: [a, index], axis }: GatherGradientArguments): Id {
  const shape = t.shape(a);
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const count = sizeOf(t.shape(index));
  const places = t.expand(t.reshape(index, [1, count, 1]), [outer, count, inner]);
  const values = t.reshape(g, [outer, count, inner]);
  const flat = [outer, shape[axis]!, inner];
  return t.reshape(addAtIndices(t, { shape: flat, index: places, values, axis: 1 }), shape);
}

interface ScatterGradientArguments {
  readonly t: Tape;
  readonly g: Id;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly indices: Float64Array;
}

/** The same, where the one-hot matrix would be too large: adds element by element. */
function scatterGradient({ t, g, shape, axis, indices }: ScatterGradientArguments): Id {
  const [size, inner, count] = [shape[axis]!, sizeOf(shape.slice(axis + 1)), sizeOf(t.shape(g))];
  if (count > MOST_SCATTERED)
    throw new TapeError(`it gathers ${count} elements out of [${shape}]: too many`, 'too-large');
  const places = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const row = Math.floor(at / inner);
    const index = indices[row % indices.length]!;
    const outer = Math.floor(row / indices.length);
    places[at] = (outer * size + (index < 0 ? index + size : index)) * inner + (at % inner);
  }
  const zeros = t.expand(t.scalar(0), [sizeOf(shape)]);
  const vector = t.reshape(g, [count]);
  return t.reshape(t.add('ScatterAdd', [zeros, t.constant(places, [count], 'int'), vector]), shape);
}
