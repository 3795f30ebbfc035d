// Writes primitives in ONNX Runtime's blocked layout NCHWc: activations [b, channel blocks, h, w, channels of a block].
import { channelsOf, mapShape, type Shape } from '../../ir/shape.js';
import { MICROSOFT, NCHWC } from '../../onnx/domains.js';
import type { Attributes, GraphBuilder } from '../../onnx/graph.js';
import type { Value } from '../../ops/tape.js';
import type { Layout } from '../lower.js';
import { convOf, layoutFree, plus, pooling, windowAttributes } from '../plain.js';
import type { Writers, Written } from '../write.js';
import { roundUpToBlock } from './packing.js';
import { isProbe, readProbeInputs, SAMPLES } from './probe-inputs.js';
import { insertZeros, subPixelConv, upsample } from './resampling.js';
import type { Samples, VirtualChannels } from './virtual-channels.js';

/**
 * The input that holds a slot's weight, packed for the product with respect to the input; see
 * weight-packing.ts.
 */
export const gradientWeightInput = (slot: string): string => `t:${slot}`;

/** Packs a plain tensor [b, c, h, w]. */
export const packActivation = (g: GraphBuilder, x: string): string => g.add(`ReorderInput@${NCHWC}`, [x]);

export interface NchwcOptions {
  /** The number of channels in a channel block. */
  readonly block: number;
  readonly batch: number;
  readonly virtual: VirtualChannels;
  /** Whether many candidates share the Rademacher probe; see `Blocking`. */
  readonly probe: 'shared' | 'own';
}

export const nchwc = (options: NchwcOptions): Layout => ({
  passes: options.probe === 'shared' ? [readProbeInputs] : [],
  writers: nchwcWriters(options),
});

/**
 * Writes primitives with ONNX Runtime's own operators of the layout (domain com.microsoft.nchwc). Their
 * convolutions run about twice as fast as in the plain layout because they need no im2col copies. ONNX
 * Runtime's optimizer introduces them only for constant weights, but the operators also accept weights as
 * inputs, packed as packing.ts does. Channels are padded to whole blocks with zeros, which stay zero. A value
 * per channel is a vector with one element for each virtual channel.
 */
function nchwcWriters(options: NchwcOptions): Writers {
  return {
    ...layoutFree,
    ...convolutionWriters(options),
    ...channelWriters(options),
    ...sampleWriters(options),
  };
}

/** Writers of primitives that move a window or change the resolution. */
function convolutionWriters({ block, batch, virtual }: NchwcOptions) {
  return {
    conv: ({ g, value, inputs: [x, weight] }) => {
      const { isDepthwise, ...window } = convOf(value);
      const group = isDepthwise ? channelsOf(packedShape(value.shape!, block)) : 1;
      const made = g.add(`Conv@${NCHWC}`, [x!, weight!], { ...windowAttributes(window), group });
      return isDepthwise ? made : virtual.declareMap(g, made);
    },
    convInputGradient: (written) => {
      const { shape, inputs } = written.value;
      const shapes = { read: packedIfKnown(shape, block), made: packedIfKnown(inputs[0]!.shape, block) };
      const at = { ...written, ...shapes, block, batch, virtual };
      return convOf(written.value).isDepthwise ? depthwiseInputGradient(at) : convInputGradient(at);
    },
    averagePool: ({ g, value, inputs: [x] }) => g.add(`AveragePool@${NCHWC}`, [x!], pooling(value)),
    upsample: ({ g, value: { attributes, inputs: from }, inputs: [x, addend] }) => {
      const shape = packedShape(from[0]!.shape!, block);
      return upsample(g, x!, { factor: attributes.factor as number, shape, block, addend });
    },
  } satisfies Partial<Writers>;
}

/** Writers of means by channel, and of products and sums with a value for each channel. */
function channelWriters({ block, batch, virtual }: NchwcOptions) {
  return {
    channelMean: ({ g, value: { inputs: from }, inputs: [x] }) => {
      const shape = packedIfKnown(from[0]!.shape, block);
      const means = g.add(`GlobalAveragePool@${NCHWC}`, [virtual.cut(g, x!, shape)]);
      return virtual.mean(g, means, shape);
    },
    // A convolution whose kernel is as large as a run computes the mean of a b over each run in one pass,
    // without writing the product to memory.
    productMean: ({ g, value: { inputs: from }, inputs: [a, b] }) => {
      const shape = packedIfKnown(from[0]!.shape, block);
      const group = batch * virtual.runs(shape);
      const rows = g.add('Reshape', [a!, g.ints(1, group, 1, -1)]);
      const kernels = g.add('Reshape', [b!, g.ints(group, 1, 1, -1)]);
      const attributes = { strides: [1, 1], pads: [0, 0, 0, 0], group };
      return virtual.meanOfSums(g, g.add(`Conv@${NCHWC}`, [rows, kernels], attributes), shape);
    },
    // A depthwise 1 x 1 convolution applies scale (its weight) and shift (its bias) in one pass over memory.
    affine: ({ g, value, inputs: [x, scale, shift, addend] }) => {
      const group = virtual.count(packedIfKnown(value.shape, block));
      const weight = g.add('Reshape', [scale!, g.ints(group, 1, 1, 1)]);
      const { activation } = value.attributes;
      const attributes = {
        ...windowAttributes({ kernel: 1, stride: 1 }),
        group,
        ...(activation ? { activation } : {}),
      };
      const added = addend ? virtual.enter(g, addend) : '';
      const inputs = [virtual.enter(g, x!), weight, shift ?? '', added] as const;
      return virtual.leave(g, convPlus(g, inputs, attributes));
    },
  } satisfies Partial<Writers>;
}

/** Writers of primitives that read an activation as a sample matrix. */
function sampleWriters({ virtual }: NchwcOptions) {
  return {
    productSum: ({ g, value: { inputs: from }, inputs: [a, b] }) =>
      virtual.products(g, samplesOf(from[0]!, a!), samplesOf(from[1]!, b!)),
    gram: ({ g, value: { inputs: from }, inputs: [a] }) => {
      const samples = virtual.samples(g, samplesOf(from[0]!, a!));
      return g.add(`FusedMatMul@${MICROSOFT}`, [samples, samples], { transB: 1 });
    },
    channelSum: ({ g, value: { inputs: from }, inputs: [x] }) => virtual.sums(g, samplesOf(from[0]!, x!)),
    // The sample matrix of the space-to-depth form, [b h w / stride², channels x stride²].
    spaceToDepth: ({ g, value: { attributes, inputs: from }, inputs: [x] }) => {
      const stride = attributes.stride as number;
      const [channels, , width] = mapShape(from[0]!.shape!);
      const last = g.add(`ReorderOutput@${NCHWC}`, [x!], { channels, channels_last: 1 });
      const squares = g.add('Reshape', [last, g.ints(-1, stride, width / stride, stride, channels)]);
      const gathered = g.add('Transpose', [squares], { perm: [0, 2, 1, 3, 4] });
      return g.add('Reshape', [gathered, g.ints(-1, channels * stride ** 2)]);
    },
  } satisfies Partial<Writers>;
}

/** A map's shape with its channels rounded up to whole blocks. */
export const packedShape = (shape: Shape, block: number): Shape =>
  shape.length === 3 ? [roundUpToBlock(shape[0], block), shape[1], shape[2]] : shape;

/** `packedShape` of a shape; undefined where the shape is, in a program for several shapes. */
const packedIfKnown = (shape: Shape | undefined, block: number): Shape | undefined =>
  shape && packedShape(shape, block);

/**
 * A value as `VirtualChannels` multiplies it. The probe, and a value after space-to-depth, already has a
 * sample matrix.
 */
function samplesOf(value: Value, name: string): Samples {
  const channels = value.shape ? channelsOf(value.shape) : 0;
  if (isProbe(value)) return { value: name, channels, samples: SAMPLES };
  return value.primitive === 'spaceToDepth'
    ? { value: name, channels, samples: name }
    : { value: name, channels };
}

interface Gradient extends Written {
  /** The packed shapes of the convolution's input and output. */
  readonly read: Shape | undefined;
  readonly made: Shape | undefined;
  readonly block: number;
  readonly batch: number;
  readonly virtual: VirtualChannels;
}

function convInputGradient({ g, value, inputs, read, made, block, batch, virtual }: Gradient): string {
  const { kernel, stride } = convOf(value);
  const [dy, , factor, addend] = inputs;
  const slot = slotOf(value);
  const given = gradientWeightInput(slot);
  const scaled = factor ? g.add('Mul', [given, virtual.byChannel(g, factor)]) : given;
  if (stride > 1 && kernel > 1)
    return plus(g, subPixelConv(g, [dy!, scaled], { kernel, stride, read, made, block, batch }), addend);
  const attributes = { ...windowAttributes({ kernel, stride: 1 }), group: 1 };
  const dims = read
    ? g.ints(channelsOf(read), channelsOf(made!), kernel, kernel)
    : g.add('Shape', [inputs[1]!]);
  const weights = g.add('Reshape', [scaled, dims]);
  if (stride === 1) return virtual.declareMap(g, convPlus(g, [dy!, weights, '', addend ?? ''], attributes));
  const narrow = g.add(`Conv@${NCHWC}`, [dy!, weights], attributes);
  return plus(g, insertZeros(g, narrow, { stride, read, block }), addend);
}

function depthwiseInputGradient({ g, value, inputs, read, block }: Gradient): string {
  const { kernel, stride } = convOf(value);
  const [dy, , factor, addend] = inputs;
  const wide = stride === 1 ? dy! : insertZeros(g, dy!, { stride, read, block });
  const attributes = { ...windowAttributes({ kernel, stride: 1 }), group: channelsOf(read!) };
  const given = gradientWeightInput(slotOf(value));
  const weights = factor ? depthwiseTimes(g, [given, factor], { block, kernel }) : given;
  return convPlus(g, [wide, weights, '', addend ?? ''], attributes);
}

const slotOf = ({ inputs }: Value): string => inputs[1]!.attributes.slot as string;

/** A depthwise weight in its memory order, [c / b, k k, b], times a factor for each channel. */
function depthwiseTimes(
  g: GraphBuilder,
  [weight, factor]: readonly [string, string],
  { block, kernel }: { readonly block: number; readonly kernel: number },
): string {
  const blocks = g.add('Reshape', [weight, g.ints(-1, kernel ** 2, block)]);
  const product = g.add('Mul', [blocks, g.add('Reshape', [factor, g.ints(-1, 1, block)])]);
  return g.add('Reshape', [product, g.ints(-1, 1, kernel, kernel)]);
}

/** A convolution that adds its result to `addend` in one pass. An absent input has the name ''. */
function convPlus(
  g: GraphBuilder,
  [x, weight, bias, addend]: readonly [x: string, weight: string, bias: string, addend: string],
  attributes: Attributes,
): string {
  const optional = addend ? [bias, addend] : bias ? [bias] : [];
  return g.add(`Conv@${NCHWC}`, [x, weight, ...optional], attributes);
}
