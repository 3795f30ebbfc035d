// Finds the parts of a whole network that proxies look at: layers with weights, activation functions,
// normalizations, depth.
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { streamOf } from '../resolve.js';
import { type Activation, findActivations } from './activations.js';
import { type Depths, depthsOf } from './depths.js';
import { findImages, type Images } from './images.js';
import type { WholeNetwork } from './network.js';

/** One application of a layer. */
export interface LayerUse {
  /** The result before bias and normalization, and the axis of its channels. */
  readonly output: Id;
  /** The result with its bias, where it has one, and the axis of its channels there. */
  readonly biased?: { readonly id: Id; readonly channelAxis: number } | undefined;
  readonly channelAxis: number;
  /** The values that the weight multiplies; their channels are in the same axis. */
  readonly read: Id;
}

/** A convolution or a linear layer, with its last use. */
export interface Layer extends LayerUse {
  /**
   * The weight: [out, in / groups, ...kernel] for a convolution, [out, in] or [in, out] for a linear layer.
   */
  readonly weight: Id;
  readonly shape: readonly number[];
  /** Where the network applies the same weight before, such as a step of a recurrent layer. */
  readonly earlier: readonly LayerUse[];
  /**
   * Whether the result is proportional to the weight, which nothing else reads. Then the sum of W dL/dW over
   * the weight W equals that of a dL/da over the result a.
   */
  readonly isProportional: boolean;
}

export interface Normalization {
  /** Its output before scale and shift. */
  readonly id: Id;
  /** In how many places the network normalizes this value. */
  readonly times: number;
}

/** The parts of a network, in the order in which it computes them. */
export interface Anatomy extends Depths {
  /** A weight that several operations share is listed once, with the last of them. */
  readonly layers: readonly Layer[];
  readonly activations: readonly Activation[];
  readonly normalizations: readonly Normalization[];
  /** The number of elements in the outputs of all layers, for one image; of each use of a layer. */
  readonly outputs: number;
  readonly images: Images;
}

export function anatomyOf({ tape, input, logits, fed }: WholeNetwork): Anatomy {
  const isStream = streamOf(tape, input);
  const isNeeded = neededBy(tape, logits);
  const matrices = new Set(fed.filter(({ role }) => role === 'weight').map(({ id }) => id));
  /** For each value that is a weight with its elements moved, that weight. */
  const weightOf = new Map<Id, Id>();
  const readers = readersOf(tape, isNeeded);
  const isProportional = proportionalWeights({ tape, readers, isStream, matrices });
  const layers = new Map<Id, Layer>();
  const normalizations: Normalization[] = [];
  for (let id = 0; id <= logits; id++) {
    const { op, inputs, shape: result } = tape.get(id);
    if (!isNeeded[id]) continue;
    const weight = matrices.has(id)
      ? id
      : inputs.map((each) => weightOf.get(each)).find((each) => each !== undefined);
    if (!isStream[id]) {
      if (weight !== undefined) weightOf.set(id, weight);
      continue;
    }
    if (op === 'Standardize' || op === 'StandardizeChannels')
      normalizations.push({ id, times: tape.timesAdded(id) });
    if (weight === undefined || (op !== 'Conv' && op !== 'ConvTranspose' && op !== 'MatMul')) continue;
    const before = layers.get(weight);
    const earlier = before ? [...before.earlier, before] : [];
    layers.delete(weight);
    const read = inputs.find((each) => isStream[each])!;
    // W x has its channels in the rows, x W in the columns.
    const channelAxis = op === 'MatMul' ? result.length - (read === inputs[0] ? 1 : 2) : 1;
    const shape = tape.shape(weight);
    const proportional = { isProportional: isProportional(weight) };
    const biased = biasedOf({ tape, readers, isStream, channels: result[channelAxis]! }, id);
    layers.set(weight, { weight, shape, output: id, biased, channelAxis, read, earlier, ...proportional });
  }
  const activations = findActivations({ tape, isNeeded, isStream });
  const [batch] = tape.shape(input) as [number];
  const found = [...layers.values()];
  const results = found.flatMap(usesOf).map(({ output }) => output);
  return {
    layers: found,
    activations,
    normalizations,
    ...depthsOf({ tape, logits, layers: new Set(results) }),
    outputs: results.reduce((sum, output) => sum + sizeOf(tape.shape(output)), 0) / batch,
    images: findImages({ tape, input, isStream }),
  };
}

/** Every use of a layer, the first one first. */
export function usesOf(layer: Layer): readonly LayerUse[] {
  return [...layer.earlier, layer];
}

const MOVEMENTS: readonly (string | undefined)[] = ['Reshape', 'Transpose'];
const PRODUCTS: readonly (string | undefined)[] = ['Conv', 'ConvTranspose', 'MatMul'];

/** For each value, the needed values that are computed from it. */
type Readers = ReadonlyMap<Id, readonly Id[]>;

function readersOf(tape: Tape, isNeeded: readonly boolean[]): Readers {
  const readers = new Map<Id, Id[]>();
  tape.values.forEach(({ id, inputs }) => {
    if (isNeeded[id]) for (const each of inputs) readers.set(each, [...(readers.get(each) ?? []), id]);
  });
  return readers;
}

interface BiasedOfArguments {
  readonly tape: Tape;
  readonly readers: Readers;
  readonly isStream: readonly boolean[];
  readonly channels: number;
}

/** The sum with one number for each channel, after the elements of the result were at most moved. */
function biasedOf(site: BiasedOfArguments, result: Id): LayerUse['biased'] {
  const { tape, readers, isStream, channels } = site;
  const [id, ...others] = readers.get(result) ?? [];
  if (id === undefined || others.length > 0) return undefined;
  const { op, inputs, shape } = tape.get(id);
  if (MOVEMENTS.includes(op)) return biasedOf(site, id);
  const bias = inputs.find((each) => !isStream[each]);
  if (op !== 'Add' || bias === undefined || sizeOf(tape.shape(bias)) !== channels) return undefined;
  const sides = tape.shape(bias);
  const axis = sides.indexOf(channels) + shape.length - sides.length;
  return channels > 1 && shape[axis] === channels ? { id, channelAxis: axis } : undefined;
}

interface ProportionalWeightsArguments {
  readonly tape: Tape;
  readonly readers: Readers;
  readonly isStream: readonly boolean[];
  readonly matrices: ReadonlySet<Id>;
}

/** Whether a weight is read once, by a product, after its elements were at most moved. */
function proportionalWeights({
  tape,
  readers,
  isStream,
  matrices,
}: ProportionalWeightsArguments): (weight: Id) => boolean {
  const isReadByProduct = (value: Id): boolean => {
    const [reader, ...others] = readers.get(value) ?? [];
    if (reader === undefined || others.length > 0) return false;
    const { op } = tape.get(reader);
    return isStream[reader] ? PRODUCTS.includes(op) : MOVEMENTS.includes(op) && isReadByProduct(reader);
  };
  return (weight) => matrices.has(weight) && isReadByProduct(weight);
}

/** Whether each value is needed for `end`. */
export function neededBy({ values }: Tape, end: Id): readonly boolean[] {
  const needed = new Array<boolean>(values.length).fill(false);
  needed[end] = true;
  for (let id = end; id >= 0; id--)
    if (needed[id]) for (const each of values[id]!.inputs) needed[each] = true;
  return needed;
}
