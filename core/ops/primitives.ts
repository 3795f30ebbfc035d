// Lists the primitives that rules are written in: elementwise arithmetic, and whatever depends on how
// activations lie in memory.
import type { Form } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import type { Attributes } from '../onnx/graph.js';
import type { Value } from './tape.js';

/** A tensor, or a number that stands for a scalar. */
type Operand = Value | number;

/** An elementwise ONNX operator; its result has the shape of the first operand that has one. */
export function elementwise(operator: string, operands: readonly Operand[], attributes?: Attributes): Value {
  const { tape } = operands.find((operand) => typeof operand !== 'number') as Value;
  const inputs = operands.map((operand) => (typeof operand === 'number' ? tape.float(operand) : operand));
  const shape = inputs.find((input) => input.shape !== undefined)?.shape;
  return tape.apply({ primitive: operator, inputs, shape, ...(attributes ? { attributes } : {}) });
}

export const add = (a: Operand, b: Operand): Value => elementwise('Add', [a, b]);
export const sub = (a: Operand, b: Operand): Value => elementwise('Sub', [a, b]);
export const mul = (a: Operand, b: Operand): Value => elementwise('Mul', [a, b]);
export const div = (a: Operand, b: Operand): Value => elementwise('Div', [a, b]);
export const pow = (a: Operand, b: Operand): Value => elementwise('Pow', [a, b]);
export const neg = (x: Value): Value => elementwise('Neg', [x]);
export const exp = (x: Value): Value => elementwise('Exp', [x]);
export const erf = (x: Value): Value => elementwise('Erf', [x]);
export const reciprocal = (x: Value): Value => elementwise('Reciprocal', [x]);
export const relu = (x: Value): Value => elementwise('Relu', [x]);
/** The sum of tensors of one shape; a single tensor is returned as it is. */
export const sum = (parts: readonly Value[]): Value =>
  parts.length === 1 ? parts[0]! : elementwise('Sum', parts);

/** Side of the square kernel, and stride, of a convolution or a pooling. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
}
export interface ConvWindow extends Window {
  /** 1 for a dense convolution; 'channels' for a depthwise one, with a kernel for each channel. */
  readonly groups: 1 | 'channels';
}

/**
 * Primitives whose ONNX form depends on how activations [b, c, h, w] lie in memory. `x` and `dy` are
 * activations; `c` is a value per channel, whose layout each lowering chooses. Elementwise operators apply to
 * both.
 */
export type LayoutPrimitive =
  | 'positive'
  | 'conv'
  | 'convInputGradient'
  | 'averagePool'
  | 'ones'
  | 'upsample'
  | 'channelMean'
  | 'productMean'
  | 'subByChannel'
  | 'mulByChannel'
  | 'affine'
  | 'productSum'
  | 'gram'
  | 'channelSum'
  | 'spaceToDepth';

function layout(
  primitive: LayoutPrimitive,
  inputs: readonly [Value, ...(Value | undefined)[]],
  more: { readonly attributes?: Attributes; readonly shape?: Shape | undefined } = {},
): Value {
  return inputs[0].tape.apply({ primitive, inputs, ...more });
}

/** 1 where x > 0, else 0. */
export const positive = (x: Value): Value => layout('positive', [x], { shape: x.shape });

export interface Convolution {
  /** The weight [out, in / groups, kernel, kernel]. */
  readonly weight: Value;
  readonly window: ConvWindow;
  /** The shape of the result. */
  readonly shape: Shape | undefined;
}

/** Same-padded convolution. */
export const convolve = (x: Value, { weight, window, shape }: Convolution): Value =>
  layout('conv', [x, weight], { attributes: { ...window }, shape });

/**
 * The vector-Jacobian product of a convolution with respect to its input: the transposed convolution
 *
 *   dx[i, p] = sum over o, q of dy[o, q] w[o, i, p - s q + r], s the stride, r the padding.
 *
 * With stride 1 that is the convolution of dy with the weight rotated by 180 degrees, its input and output channels
 * exchanged. `core/lowering/plain.ts` and `core/lowering/nchwc/writers.ts` write it in ONNX. The result has the shape
 * of the convolution's input, whose sizes are multiples of the stride.
 */
export const convInputGradient = (dy: Value, { weight, window, shape }: Convolution): Value =>
  layout('convInputGradient', [dy, weight], { attributes: { ...window }, shape });

export interface PoolWindow extends Window {
  /** Whether the average includes the padding as zeros. */
  readonly padding: 'counted' | 'not-counted';
}

/** Average pooling, either with stride 1 and same padding or without padding. */
export const averagePool = (x: Value, window: PoolWindow, shape: Shape | undefined): Value =>
  layout('averagePool', [x], { attributes: { ...window }, shape });

/** A tensor of ones with the shape of one image of x. */
export const ones = (x: Value): Value => layout('ones', [x], { shape: x.shape });

/** Repeats each position `factor` times in both directions (nearest-neighbour upsampling). */
export const upsample = (x: Value, factor: number, shape: Shape | undefined): Value =>
  layout('upsample', [x], { attributes: { factor }, shape });

/** Mean by channel over batch and positions. */
export const channelMean = (x: Value): Value => layout('channelMean', [x]);

/** Mean by channel over batch and positions of the product a b. */
export const productMean = (a: Value, b: Value): Value => layout('productMean', [a, b]);

export const subByChannel = (x: Value, c: Value): Value => layout('subByChannel', [x, c], { shape: x.shape });
export const mulByChannel = (x: Value, c: Value): Value => layout('mulByChannel', [x, c], { shape: x.shape });

/**
 * Sum over samples of the products of each channel of a with each channel of b: [channels of a, channels of
 * b].
 */
export const productSum = (a: Value, b: Value, form: Form): Value =>
  layout('productSum', [a, b], { attributes: { form } });

/** Gram matrix: the products of each sample with each, summed over channels: [samples, samples]. */
export const gram = (a: Value, form: Form): Value => layout('gram', [a], { attributes: { form } });

/** Sum over samples by channel, [c]. */
export const channelSum = (a: Value, form: Form): Value =>
  layout('channelSum', [a], { attributes: { form } });

/**
 * Space-to-depth of a map by `stride`. Each lowering chooses the order of the stride² channels that it makes
 * of one.
 */
export const spaceToDepth = (x: Value, stride: number): Value =>
  layout('spaceToDepth', [x], { attributes: { stride } });
