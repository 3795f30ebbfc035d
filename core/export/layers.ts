// Lists the layers of a candidate's whole network, from images to class scores, independently of an export
// format.

import { SpecError } from '../errors.js';
import type { Block, Initialization, Instruction, Weight } from '../ir/block.js';
import type { Draw } from '../ir/draw.js';
import type { Network } from '../ir/network.js';
import { mapShape, type Shape, type TokenShape } from '../ir/shape.js';
import { blockShapes } from '../ops/block-shapes.js';

/** The name of a layer is also the name of its result. Shapes are of one image; tokens are [tokens, channels]. */
export type Layer = {
  readonly name: string;
  readonly inputs: readonly string[];
  /**
   * Trainable parameters by name within the layer; the name is '' where the layer consists of a single
   * parameter.
   */
  readonly parameters: Readonly<Record<string, Weight>>;
} & (
  | {
      readonly kind: 'conv';
      readonly kernel: number;
      readonly stride: number;
      /** 1 for a dense convolution, the number of channels for a depthwise one. */
      readonly groups: number;
    }
  | { readonly kind: 'norm'; readonly channels: number; readonly epsilon: number }
  | { readonly kind: 'relu' | 'sum' | 'zero' | 'globalPool' | 'linear' | 'layerNorm' | 'gelu' }
  | { readonly kind: 'averagePool'; readonly kernel: number; readonly stride: number }
  | { readonly kind: 'patches'; readonly patch: number }
  /** `tokens` of each image: for a class token the number before it is added, otherwise all tokens. */
  | { readonly kind: 'classToken' | 'positions' | 'patchMean'; readonly tokens: number }
  | {
      readonly kind: 'attention';
      readonly heads: number;
      readonly side: number;
      readonly farthest: number;
    }
);

export const IMAGES = 'images';
export const LOGITS = 'logits';
const POOLED = 'pooled';
const LAST_NORM = 'last_norm';
const LAST_RELU = 'last_relu';

/** What a model is written with. */
export interface ModelSettings {
  /** Of the weights. */
  readonly draw: Draw;
  /** The sides of an image in pixels. */
  readonly resolution: number;
  /** What the model is, in words. */
  readonly comment?: string | undefined;
}

/** An input of an exported model. */
export interface ModelInput {
  readonly name: string;
  /** Without the batch; of an image channels and sides. */
  readonly shape: readonly number[];
  /** Whether it holds rows of a table that an imported network looked up, such as the embeddings of tokens. */
  readonly isEmbedded?: true;
}

const ONE: Initialization = { kind: 'constant', value: 1 };
const ZERO: Initialization = { kind: 'constant', value: 0 };
/** The initialization of a transformer's classifier, which is that of all its linear layers. */
const NORMAL: Initialization = { kind: 'normal', std: 0.02 };

/**
 * The layers for training: normalizations have scale, shift and running statistics, and the classifier comes
 * last.
 */
export function modelLayers({
  network: { stem, blocks, classifier, inputChannels = 3 },
  resolution,
}: {
  readonly network: Network;
  readonly resolution: number;
}): readonly Layer[] {
  if (!classifier)
    throw SpecError.of({
      path: 'format',
      message: 'found a network that can only be exported as config yet',
    });
  const layers: Layer[] = [];
  const taken = new Set([IMAGES, LOGITS, POOLED, LAST_NORM, LAST_RELU]);
  let shape: Shape = [inputChannels, resolution, resolution];
  let value = IMAGES;
  for (const block of [stem, ...blocks]) {
    const made = blockLayers({ block, input: shape, value, taken });
    layers.push(...made.layers);
    ({ shape, value } = made);
  }
  return [...layers, ...classifierLayers({ value, shape, ...classifier })];
}

interface ClassifierLayersArguments {
  readonly value: string;
  readonly shape: Shape;
  readonly classes: number;
  readonly normalized: boolean;
}

/**
 * A normalization if the network has one, the mean over positions (over patches without the class token for
 * tokens), and a linear layer.
 */
function classifierLayers({ value, shape, classes, normalized }: ClassifierLayersArguments): Layer[] {
  const layers: Layer[] = [];
  const isMap = shape.length === 3;
  const channels = isMap ? shape[0] : shape[1];
  let last = value;
  if (normalized) {
    const base = { name: LAST_NORM, inputs: [value], parameters: scaleAndShift(LAST_NORM, channels) };
    layers.push(isMap ? { ...base, kind: 'norm', channels, epsilon: 1e-5 } : { ...base, kind: 'layerNorm' });
    last = LAST_NORM;
    if (isMap) {
      layers.push({ kind: 'relu', name: LAST_RELU, inputs: [last], parameters: {} });
      last = LAST_RELU;
    }
  }
  const pooled = { name: POOLED, inputs: [last], parameters: {} };
  layers.push(isMap ? { ...pooled, kind: 'globalPool' } : { ...pooled, kind: 'patchMean', tokens: shape[0] });
  const weight = { name: LOGITS, shape: [classes, channels], ...(isMap ? {} : { initialization: NORMAL }) };
  const bias = { name: `${LOGITS}.bias`, shape: [classes], initialization: ZERO };
  layers.push({ kind: 'linear', name: LOGITS, inputs: [POOLED], parameters: { weight, bias } });
  return layers;
}

function scaleAndShift(name: string, channels: number) {
  return {
    weight: { name: `${name}.weight`, shape: [channels], initialization: ONE },
    bias: { name: `${name}.bias`, shape: [channels], initialization: ZERO },
  };
}

interface BlockLayersArguments {
  readonly block: Block;
  readonly input: Shape;
  readonly value: string;
  /** The names of other layers. */
  readonly taken: Set<string>;
}

function blockLayers({ block, input, value, taken }: BlockLayersArguments) {
  const shapes = blockShapes({ block, input });
  const names = [value];
  const layers = block.instructions.map((instruction, i): Layer => {
    const { operation, inputs, slot } = instruction;
    const name = layerName(`${block.name}_${slot || `${operation}${i}`}`, taken);
    names.push(name);
    const base = { name, inputs: inputs.map((at) => names[at]!) };
    const read = shapes[inputs[0]!]!;
    return { ...base, ...layerOf({ name, instruction, block, read, shape: shapes[i + 1]! }) };
  });
  return { layers, shape: shapes.at(-1)!, value: names.at(-1)! };
}

/** A name in Python of its own. Blocks of a space that is a module have names such as `layer1.0`, or all the same one. */
function layerName(wanted: string, taken: Set<string>): string {
  const word = wanted.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');
  let name = word;
  for (let n = 2; taken.has(name); n++) name = `${word}_${n}`;
  taken.add(name);
  return name;
}

type Kind<L = Layer> = L extends Layer ? Omit<L, 'name' | 'inputs'> : never;

interface LayerOfArguments {
  readonly name: string;
  readonly instruction: Instruction;
  readonly block: Block;
  /** The shape of the first input. */
  readonly read: Shape;
  readonly shape: Shape;
}

function layerOf({
  name,
  instruction: { operation, settings, slot },
  block: { weights },
  read,
  shape,
}: LayerOfArguments): Kind {
  const { kernel = 1, stride = 1, epsilon = 1e-5, patch = 1, heads = 1, side = 1, farthest = 1 } = settings;
  const weight = weights[slot]!;
  const bias = weights[`${slot}.bias`]!;
  switch (operation) {
    case 'conv':
    case 'depthwise': {
      const groups = operation === 'conv' ? 1 : mapShape(shape)[0];
      return { kind: 'conv', parameters: { weight }, kernel, stride, groups };
    }
    case 'batchNorm': {
      const [channels] = mapShape(shape);
      return { kind: 'norm', parameters: scaleAndShift(name, channels), channels, epsilon };
    }
    case 'averagePool':
      return { kind: 'averagePool', parameters: {}, kernel, stride };
    case 'linear':
    case 'layerNorm':
      return { kind: operation, parameters: { weight, bias } };
    case 'patchEmbedding':
      return { kind: 'patches', parameters: { weight, bias }, patch };
    case 'classToken':
    case 'positions':
      return { kind: operation, parameters: { '': weight }, tokens: (read as TokenShape)[0] };
    case 'attention': {
      const parameters = {
        key_rows: weight,
        key_columns: weights[`${slot}.kc`]!,
        value_rows: weights[`${slot}.vr`]!,
        value_columns: weights[`${slot}.vc`]!,
      };
      return { kind: 'attention', parameters, heads, side, farthest };
    }
    case 'gelu':
    case 'relu':
    case 'sum':
    case 'zero':
      return { kind: operation, parameters: {} };
  }
}

/**
 * The name of a parameter in the whole model: its key in PyTorch's state dict, and its initializer in the
 * ONNX model.
 */
export function parameterName({ name }: Layer, part: string): string {
  return part ? `${name}.${part}` : name;
}

/** An average pooling is padded where its stride is 1; otherwise the stride is the kernel (core/ops/pooling.ts). */
export function poolPadding({
  kernel,
  stride,
}: {
  readonly kernel: number;
  readonly stride: number;
}): number {
  return stride === 1 ? (kernel - 1) / 2 : 0;
}

/** The number of trainable parameters. */
export function trainableParameters(layers: readonly Layer[]): number {
  const weights = layers.flatMap(({ parameters }) => Object.values(parameters));
  return weights.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
}
