// Writes the program of a whole network that computes statistics of its activations: signs, covariances,
// variances, the last feature.
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import { numberOf } from '../../ops/tensor/signature.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import type { ProgramOutput, WrittenProgram } from '../write-program.js';
import type { Activation } from './activations.js';
import { type Images, imagesFirst } from './images.js';
import type { Anatomy, Layer } from './layers.js';
import type { WholeNetwork } from './network.js';
import { type Target, writeWhole } from './write-whole.js';

/**
 * Names of the program's outputs, to which the number of an activation function, a layer or a normalization
 * is appended.
 */
export const FORWARD = {
  agreement: 'agreement',
  pattern: 'pattern_',
  feature: 'feature',
  variance: 'variance_',
  covariance: 'covariance_',
  before: 'before_',
  after: 'after_',
} as const;

/** The statistics that a program may compute. */
export type ForwardPart =
  | 'sign-agreement'
  | 'sign-patterns'
  | 'perturbed-images'
  | 'channel-covariances'
  | 'activation-products';

/** The number of images whose signs one float32 holds exactly. */
export const IMAGES_OF_PATTERN = 24;

interface ForwardProgramArguments {
  readonly network: WholeNetwork;
  readonly anatomy: Anatomy;
  readonly parts: readonly ForwardPart[];
  readonly target: Target;
}

/**
 *     agreement     [batch, batch], K[i, j] = units of all activation functions that are active for both images or for neither
 *     pattern_i     [words, units] of activation function i: bit n of word w says whether the unit is active for image 24 w + n
 *     feature       the last feature before the mean over positions
 *     variance_i    [], mean over channels of the variance (with epsilon) that normalization i divides by
 *     covariance_i  [channels, channels] of layer i's output for the first image, over positions; not of a layer with no more
 *                   positions than channels, whose covariance is singular
 *     before_i, after_i  X^T X or X X^T, whichever is smaller, of the input and output X [samples, channels] of activation function i
 *
 * Undefined where the network has nothing of which these statistics are computed.
 */
export function forwardProgram({
  network: { tape: t, lastFeature },
  anatomy: { activations, layers, normalizations, images },
  parts,
  target,
}: ForwardProgramArguments): WrittenProgram | undefined {
  const outputs: ProgramOutput[] = [];
  if (parts.includes('sign-agreement') && activations.length > 0)
    outputs.push({ name: FORWARD.agreement, id: agreement({ t, images, activations }) });
  if (parts.includes('sign-patterns'))
    activations.forEach(({ input: id }, i) => {
      outputs.push({ name: `${FORWARD.pattern}${i}`, id: patterns(t, rowsOf({ t, images, id })) });
    });
  if (parts.includes('perturbed-images')) {
    outputs.push({ name: FORWARD.feature, id: imagesFirst({ tape: t, images, id: lastFeature }).id });
    normalizations.forEach((normalization, i) => {
      const id = varianceOf(t, normalization.id);
      const mean = t.reduce('ReduceMean', id, range(t.shape(id).length));
      outputs.push({ name: `${FORWARD.variance}${i}`, id: t.reshape(mean, []) });
    });
  }
  if (parts.includes('channel-covariances'))
    layers.forEach((layer, i) => {
      const id = channelCovariance({ t, images, layer });
      if (id !== undefined) outputs.push({ name: `${FORWARD.covariance}${i}`, id });
    });
  if (parts.includes('activation-products'))
    activations.forEach(({ input, output }, i) => {
      outputs.push({ name: `${FORWARD.before}${i}`, id: product({ t, images, id: input }) });
      outputs.push({ name: `${FORWARD.after}${i}`, id: product({ t, images, id: output }) });
    });
  if (outputs.length === 0) return undefined;
  // ONNX allows one name for each value, so a value that is needed under two names is copied.
  return writeWhole({ tape: t, outputs, target, fusion: 'transposes' });
}

/** The variance, including epsilon, by whose root a normalization divides. */
function varianceOf(t: Tape, normalization: Id): Id {
  const { op, inputs, attributes } = t.get(normalization);
  if (op === 'StandardizeChannels')
    return t.plus(t.add('ChannelVariance', inputs, attributes), t.scalar(numberOf(attributes, 'epsilon')));
  const inverse = inputs[2]!;
  return t.over(t.scalar(1), t.times(inverse, inverse));
}

interface OnTape {
  readonly t: Tape;
  readonly images: Images;
}

/** Flattens each image to a row: [batch, units]. */
function rowsOf({ t, images, id }: OnTape & { readonly id: Id }): Id {
  const { batch } = images;
  const value = imagesFirst({ tape: t, images, id }).id;
  return t.reshape(value, [batch, sizeOf(t.shape(id)) / batch]);
}

/** (units + s sᵀ) / 2, where s in {-1, 1} is the sign of each unit. */
function agreement({ t, images, activations }: OnTape & { readonly activations: readonly Activation[] }): Id {
  const products = activations.map(({ input: id, times }) => {
    const rows = rowsOf({ t, images, id });
    const signs = t.add('Where', [t.add('Greater', [rows, t.scalar(0)]), t.scalar(1), t.scalar(-1)]);
    const product = t.add('MatMul', [signs, t.transpose(signs, [1, 0])]);
    return times === 1 ? product : t.times(product, { number: times });
  });
  const units = activations.reduce(
    (sum, { input, times }) => sum + (times * sizeOf(t.shape(input))) / images.batch,
    0,
  );
  const sum = products.reduce((total, each) => t.plus(total, each));
  return t.times(t.plus(sum, t.scalar(units)), { number: 0.5 });
}

function patterns(t: Tape, rows: Id): Id {
  const [batch] = t.shape(rows) as [number];
  const words = Math.ceil(batch / IMAGES_OF_PATTERN);
  const bits = new Float64Array(words * batch);
  for (let n = 0; n < batch; n++)
    bits[Math.floor(n / IMAGES_OF_PATTERN) * batch + n] = 2 ** (n % IMAGES_OF_PATTERN);
  const active = t.add('Cast', [t.add('Greater', [rows, t.scalar(0)])], { to: 'float' });
  return t.add('MatMul', [t.constant(bits, [words, batch]), active]);
}

/**
 * The covariance [channels, channels] of the first image; undefined where it has no more positions than
 * channels.
 */
function channelCovariance({
  t,
  images,
  layer: { output, channelAxis },
}: OnTape & { readonly layer: Layer }): Id | undefined {
  const channels = t.shape(output)[channelAxis]!;
  const positions = sizeOf(t.shape(output)) / images.batch / channels;
  if (positions <= channels) return undefined;
  const value = imagesFirst({ tape: t, images, id: output, channelAxis });
  const first = t.add('Slice', [value.id], { axis: 0, start: 0, end: 1, step: 1 });
  const rows = t.reshape(channelsFirst(t, first, value.channelAxis), [channels, positions]);
  const centred = t.minus(rows, t.reduce('ReduceMean', rows, [1]));
  return t.over(t.add('MatMul', [centred, t.transpose(centred, [1, 0])]), { number: positions });
}

function channelsFirst(t: Tape, id: Id, channelAxis: number): Id {
  const axes = range(t.shape(id).length);
  return t.transpose(id, [channelAxis, ...axes.filter((axis) => axis !== channelAxis)]);
}

/** Where the axes could not be followed, maps have their channels in axis 1, tokens and rows in the last axis. */
function product({ t, images, id }: OnTape & { readonly id: Id }): Id {
  const shape = t.shape(id);
  const channelAxis = images.channelAxisOf(id) ?? (shape.length > 3 ? 1 : shape.length - 1);
  const channels = shape[channelAxis]!;
  const samples = sizeOf(shape) / channels;
  const columns = t.reshape(channelsFirst(t, id, channelAxis), [channels, samples]);
  const rows = t.transpose(columns, [1, 0]);
  return t.add('MatMul', samples < channels ? [rows, columns] : [columns, rows]);
}
