// Defines the operation that samples maps between their positions, as weighted sums of elements at computed positions.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Rule, Rules } from './rule.js';
import { range, sizeOf } from './shapes.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

/** The inputs after the map are all indices, then the weight of each. */
function halvesOf<T>(inputs: readonly T[]): {
  readonly indices: readonly T[];
  readonly weights: readonly T[];
} {
  const count = (inputs.length - 1) / 2;
  return { indices: inputs.slice(1, 1 + count), weights: inputs.slice(1 + count) };
}

/** The sizes of a map [images, channels, positions], and the number of samples of each image. */
function sizesOf(map: readonly number[], index: readonly number[]) {
  const [images, channels] = map as [number, number];
  return { images, channels, positions: sizeOf(map.slice(2)), samples: sizeOf(index.slice(1)) };
}

const shapeOf: Rule['shape'] = ([map, ...rest]) => {
  const [index] = rest as [readonly number[]];
  if (sizeOf(map!) === 0) throw new TapeError(`it samples maps of shape [${map}], which have no elements`);
  if (map!.length < 3 || index[0] !== map![0] || rest.some((each) => String(each) !== String(index)))
    throw new TapeError(`it samples maps of shape [${map}] at [${index}]`);
  return [map![0]!, map![1]!, ...index.slice(1)];
};

/** One sum after the other, so that the indices of one term at a time are repeated for every channel. */
const write: NonNullable<Rule['write']> = ({ g, inputs, shapes: [map, index] }) => {
  const { images, channels, positions, samples } = sizesOf(map!, index!);
  const { indices, weights } = halvesOf(inputs);
  const reshaped = (x: string, ...shape: number[]) => g.add('Reshape', [x, g.ints(...shape)]);
  const flat = reshaped(inputs[0]!, images, channels, positions);
  const termOf = (each: string, i: number) => {
    const places = expanded(g, reshaped(each, images, 1, samples), [images, channels, samples]);
    const gathered = g.add('GatherElements', [flat, places], { axis: 2 });
    return g.add('Mul', [gathered, reshaped(weights[i]!, images, 1, samples)]);
  };
  const sum = indices.map(termOf).reduce((before, term) => g.add('Add', [before, term]));
  return reshaped(sum, images, channels, ...index!.slice(1));
};

function expanded(g: GraphBuilder, x: string, shape: readonly number[]): string {
  return g.add('Expand', [x, g.ints(...shape)]);
}

export const sampling: Rules = {
  /**
   * The sum over k of weight_k times the elements of a map [images, channels, ...] at index_k, which counts its positions
   * in a row. Indices and weights are [images, ...], the same for all channels. Inputs: map, indices, weights.
   */
  Interpolate: {
    shape: shapeOf,
    vjp: ({ t, x, g, wanted }) => {
      const [map] = x as [Id];
      const { indices, weights } = halvesOf(x);
      const shape = t.shape(map);
      const { images, channels, positions, samples } = sizesOf(shape, t.shape(indices[0]!));
      const g3 = t.reshape(g, [images, channels, samples]);
      const placesOf = (index: Id) =>
        t.expand(t.reshape(index, [images, 1, samples]), [images, channels, samples]);
      const scatter = (sum: Id, index: Id, k: number) => {
        const values = t.times(g3, t.reshape(weights[k]!, [images, 1, samples]));
        return t.add('ScatterElements', [sum, placesOf(index), values], { axis: 2, reduction: 'add' });
      };
      const ofMap = () =>
        t.reshape(indices.reduce(scatter, t.expand(t.scalar(0), [images, channels, positions])), shape);
      const flat = t.reshape(map, [images, channels, positions]);
      const ofWeight = (k: number) => {
        const gathered = t.add('GatherElements', [flat, placesOf(indices[k]!)], { axis: 2 });
        return t.reshape(t.reduce('ReduceSum', t.times(g3, gathered), [1]), t.shape(weights[k]!));
      };
      return [
        wanted[0] ? ofMap() : undefined,
        ...indices.map(() => undefined),
        ...range(weights.length).map((k) => (wanted[1 + indices.length + k] ? ofWeight(k) : undefined)),
      ];
    },
    write,
  },
};

interface Interpolation {
  readonly map: Id;
  readonly terms: readonly { readonly index: Id; readonly weight: Id }[];
}

/** Writes the operation. */
export function interpolate(t: Tape, { map, terms }: Interpolation): Id {
  const indices = terms.map(({ index }) => index);
  return t.add('Interpolate', [map, ...indices, ...terms.map(({ weight }) => weight)]);
}
