// Writes the blocks of a chain, followed by the classifier, as a whole network on one tape, with the same
// weights.
import type { Block, Instruction } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { withOwnActivations } from '../../ir/own-activations.js';
import { TENSOR_RULES } from '../../ops/tensor/table.js';
import { type Id, Tape } from '../../ops/tensor/tape.js';
import { IMAGES, streamOf } from '../resolve.js';
import { weightRoles } from '../weight-roles.js';
import { attention } from './attention.js';
import { type FedTensor, roleFields, type WholeNetwork } from './network.js';
import { gelu, standardize } from './write-out.js';
import type { Writer, Written } from './writer.js';

/** The default epsilon of normalizations (docs/understand/method.md). */
const EPSILON = 1e-5;

/**
 * Maps are [batch, channels, height, width]; tokens are [batch, tokens, channels]. `features` are the outputs
 * of the stem and of each block.
 */
export function wholeOfBlocks({
  network,
  batch,
  resolution,
}: {
  readonly network: Network;
  readonly batch: number;
  /** Side of the images in pixels. */
  readonly resolution: number;
}): WholeNetwork & { readonly features: readonly Id[] } {
  const t = new Tape(TENSOR_RULES);
  const { stem, blocks, inputChannels = 3 } = network;
  const input = t.port(IMAGES, [batch, inputChannels, resolution, resolution]);
  const fed: Omit<FedTensor, 'role' | 'fanIn'>[] = [];
  const ids = new Map<string, Id>();
  const writer: Writer = {
    t,
    batch,
    weight: (weight) => {
      const key = `${weight.name} ${weight.shape}`;
      const known = ids.get(key);
      if (known !== undefined) return known;
      const id = t.port(`w${fed.length}`, weight.shape);
      fed.push({ id, shape: weight.shape, from: weight });
      ids.set(key, id);
      return id;
    },
  };
  const features: Id[] = [];
  for (const block of [stem, ...blocks]) features.push(writeBlock(writer, block, features.at(-1) ?? input));
  const last = features.at(-1)!;
  const { logits, pooled } = classify({ writer, network, last });
  const weights = fed.map(({ id }) => ({ id, isSlope: false }));
  const roles = weightRoles({ tape: t, isStream: streamOf(t, input), weights });
  const withRoles = fed.map((tensor, i) => ({ ...tensor, ...roleFields(roles[i]!) }));
  return { tape: t, input, logits, lastFeature: pooled, fed: withRoles, features };
}

function writeBlock(writer: Writer, block: Block, input: Id): Id {
  const { instructions, weights } = withOwnActivations(block);
  const values = [input];
  for (const instruction of instructions) {
    const { inputs, settings, slot } = instruction;
    const x = inputs.map((index) => values[index]!);
    const weight = (end = '') => writer.weight(weights[`${slot}${end}`]!);
    values.push(OPERATIONS[instruction.operation]({ writer, x, settings, weight }));
  }
  return values.at(-1)!;
}

/**
 * A normalization if the network has one, the mean over positions (over patches for tokens), and a linear
 * layer with bias 0. `pooled` is what the mean reads.
 */
function classify({
  writer,
  network,
  last,
}: {
  readonly writer: Writer;
  readonly network: Network;
  readonly last: Id;
}): { readonly logits: Id; readonly pooled: Id } {
  const { t, batch } = writer;
  const { classifier } = network;
  const isMap = t.shape(last).length === 4;
  const channels = t.shape(last)[isMap ? 1 : 2]!;
  const normal = !classifier?.normalized
    ? last
    : isMap
      ? t.add('Relu', [t.add('StandardizeChannels', [last], { epsilon: EPSILON })])
      : standardize(t, last, { axes: [2], epsilon: EPSILON });
  const pooled = isMap ? normal : slicePatches(writer, normal);
  const mean = t.reshape(t.reduce('ReduceMean', pooled, isMap ? [2, 3] : [1]), [batch, channels]);
  // A network without a classifier is measured at the means of its channels.
  if (!classifier) return { logits: mean, pooled };
  const shape = [classifier.classes, channels];
  const matrix = writer.weight({ name: 'classifier.weight', shape });
  return { logits: t.add('MatMul', [mean, t.transpose(matrix, [1, 0])]), pooled };
}

/** All tokens but the class token. */
function slicePatches({ t }: Writer, tokens: Id): Id {
  const count = t.shape(tokens)[1]!;
  return t.add('Slice', [tokens], { axis: 1, start: 1, end: count, step: 1 });
}

const OPERATIONS: Readonly<Record<Instruction['operation'], (at: Written) => Id>> = {
  conv: (at) => convolution(at, 1),
  depthwise: (at) => convolution(at, at.writer.t.shape(at.x[0]!)[1]!),
  batchNorm: ({ writer: { t }, x, settings: { epsilon = EPSILON } }) =>
    t.add('StandardizeChannels', x, { epsilon }),
  relu: ({ writer: { t }, x }) => t.add('Relu', x),
  averagePool: ({ writer: { t }, x, settings: { kernel, stride } }) =>
    t.add('AveragePool', x, {
      ...window({ stride: stride!, pad: stride === 1 ? samePadding(kernel!) : 0 }),
      kernel: [kernel!, kernel!],
      ceil: 0,
      counted: 0,
    }),
  sum: ({ writer: { t }, x }) => x.slice(1).reduce((sum, each) => t.plus(sum, each), x[0]!),
  zero: ({ writer: { t }, x }) => t.times(x[0]!, { number: 0 }),
  linear: ({ writer: { t }, x, weight }) =>
    t.plus(t.add('MatMul', [x[0]!, t.transpose(weight(), [1, 0])]), weight('.bias')),
  layerNorm: ({ writer: { t }, x, weight }) =>
    t.plus(t.times(standardize(t, x[0]!, { axes: [2], epsilon: EPSILON }), weight()), weight('.bias')),
  gelu: ({ writer: { t }, x }) => gelu(t, x[0]!),
  attention,
  patchEmbedding: ({ writer: { t, batch }, x, weight, settings: { patch, tokens } }) => {
    const image = t.add('Conv', [x[0]!, weight()], { ...window({ stride: patch!, pad: 0 }), group: 1 });
    const channels = t.shape(image)[1]!;
    return t.plus(t.transpose(t.reshape(image, [batch, channels, tokens!]), [0, 2, 1]), weight('.bias'));
  },
  classToken: ({ writer: { t, batch }, x, weight }) => {
    const channels = t.shape(x[0]!)[2]!;
    const token = t.expand(t.reshape(weight(), [1, 1, channels]), [batch, 1, channels]);
    return t.add('Concat', [token, x[0]!], { axis: 1 });
  },
  positions: ({ writer: { t }, x, weight }) => t.plus(x[0]!, weight()),
};

function convolution({ writer: { t }, x, settings: { kernel, stride }, weight }: Written, group: number): Id {
  const attributes = window({ stride: stride!, pad: samePadding(kernel!) });
  return t.add('Conv', [x[0]!, weight()], { ...attributes, group });
}

function window({ stride, pad }: { readonly stride: number; readonly pad: number }) {
  return { strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad] };
}

/** The zeros on each side of a map with which an odd kernel of stride 1 keeps its size. */
const samePadding = (kernel: number): number => (kernel - 1) >> 1;
