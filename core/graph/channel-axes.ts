// Follows which axes of each tensor hold the channels, from the operations that made it.
import type { Tape, Value } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

/** Axes of one tensor, in ascending order: a channel shuffle has the channels in two of them for a while. */
type Axes = readonly number[];

/** The axis of the channels of every value of the graph; undefined where it is not known, or not a single one. */
export function channelAxes({ tape, input, isStream }: ResolvedGraph): readonly (number | undefined)[] {
  const axes: (Axes | undefined)[] = [];
  for (const value of tape.values) {
    if (value.id === input) axes.push([1]);
    else axes.push(isStream[value.id] ? axesOf(tape, value, axes) : undefined);
  }
  return axes.map((each) => (each?.length === 1 ? each[0] : undefined));
}

function axesOf(tape: Tape, value: Value, axes: readonly (Axes | undefined)[]): Axes | undefined {
  const { op, inputs, shape, attributes } = value;
  const known = axes[inputs.find((input) => axes[input] !== undefined) ?? -1];
  switch (op) {
    case 'Conv':
    case 'ConvTranspose':
    case 'MaxPool':
    case 'AveragePool':
      return [1];
    case 'MatMul':
      return [shape.length - 1];
    case 'Transpose': {
      const perm = attributes.perm as readonly number[];
      return known?.map((axis) => perm.indexOf(axis)).sort((a, b) => a - b);
    }
    case 'Reshape':
      return known && reshapedAxes(tape.shape(inputs[0]!), shape, known);
    case 'Gather':
      return known;
    default:
      return axes[inputs.find((input) => axes[input] && tape.shape(input).length === shape.length) ?? -1];
  }
}

/** The axes with as many elements before them and as many of their own, if the channels lie together. */
function reshapedAxes(from: readonly number[], to: readonly number[], axes: Axes): Axes | undefined {
  const [first, last] = [axes[0]!, axes.at(-1)!];
  if (last - first + 1 !== axes.length) return undefined;
  const before = product(from.slice(0, first));
  const size = product(from.slice(first, last + 1));
  const start = to.findIndex((n, axis) => product(to.slice(0, axis)) === before && (n !== 1 || size === 1));
  if (start < 0) return undefined;
  for (let end = start + 1; end <= to.length; end++)
    if (product(to.slice(start, end)) === size) return to.slice(start, end).map((_, i) => start + i);
  return undefined;
}

const product = (sizes: readonly number[]) => sizes.reduce((n, m) => n * m, 1);
