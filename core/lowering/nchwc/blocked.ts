// In: activations in ONNX Runtime's blocked order. Out: the ONNX form of what depends on the layout.

import { channelsOf, mapShape, type Shape } from '../../ir/shape.js';
import { MICROSOFT, NCHWC } from '../../onnx/domains.js';
import type { Attributes, GraphBuilder } from '../../onnx/graph.js';
import {
  gradientWeightInput,
  type Layout,
  padded,
  plus,
  poolGradient,
  pooling,
  weightInput,
} from '../../ops/layout.js';
import { KEPT } from './kept-signs.js';
import type { Lanes } from './lanes.js';
import { phases } from './phases.js';

/** A plain tensor [b, c, h, w] in blocked order. */
export const enterBlocks = (g: GraphBuilder, x: string): string => g.add(`ReorderInput@${NCHWC}`, [x]);

/**
 * ONNX Runtime's blocked layout [b, c / block, h, w, block], through its own operators: convolutions run about twice as
 * fast as in the plain layout, without copies (im2col). Its optimizer uses it for constant weights alone; its operators
 * take weights as inputs too, in the order that reordering.ts gives. Channels are filled up to whole blocks with zeros,
 * which stay zeros. Values per channel are vectors, one value for each lane (lanes.ts).
 */
export const blocked = ({
  block,
  batch,
  lanes,
  kept,
}: {
  /** Channels in a block. */
  block: number;
  batch: number;
  lanes: Lanes;
  /** Whether a value is the signs of many candidates, so that what is worked out of them is an input (`KEPT`). */
  kept: (value: string) => boolean;
}): Layout => ({
  conv: (g, x, slot, window) =>
    lanes.map(g, g.add(`Conv@${NCHWC}`, [x, weightInput(slot)], { ...padded(window), group: 1 })),
  convGradient: (g, gradient, slot, { kernel, stride, read, made, factor, rest }) => {
    const given = gradientWeightInput(slot);
    const scaled = factor === undefined ? given : g.add('Mul', [given, lanes.byChannel(g, factor)]);
    if (stride > 1 && kernel > 1) {
      const { before, after, width } = phases({ kernel, stride });
      const [channels, height, breadth] = mapShape(read!);
      const [rows, columns] = [height / stride, breadth / stride];
      const dims = g.ints(stride ** 2 * channels, channelsOf(made!), width, width);
      const byPhase = g.add(`Conv@${NCHWC}`, [gradient, g.add('Reshape', [scaled, dims])], {
        kernel_shape: [width, width],
        strides: [1, 1],
        pads: [before, before, after, after],
        group: 1,
      });
      const apart = g.add('Reshape', [
        byPhase,
        g.ints(batch, stride, stride, channels / block, rows, columns, block),
      ]);
      const joined = g.add('Transpose', [apart], { perm: [0, 3, 4, 1, 5, 2, 6] });
      return plus(g, g.add('Reshape', [joined, g.ints(batch, channels, height, breadth)]), rest);
    }
    const attributes = { ...padded({ kernel, stride: 1 }), group: 1 };
    const dims = read
      ? g.ints(channelsOf(read), channelsOf(made!), kernel, kernel)
      : g.add('Shape', [weightInput(slot)]);
    const weights = g.add('Reshape', [scaled, dims]);
    if (stride === 1) return lanes.map(g, convPlus(g, [gradient, weights], attributes, rest));
    const narrow = g.add(`Conv@${NCHWC}`, [gradient, weights], attributes);
    return plus(g, spread(g, narrow, { stride, read, block }), rest);
  },
  depthwise: (g, x, slot, { channels, kernel, stride }) =>
    g.add(`Conv@${NCHWC}`, [x, weightInput(slot)], { ...padded({ kernel, stride }), group: channels }),
  depthwiseGradient: (g, gradient, slot, { channels, kernel, stride, read, factor, rest }) => {
    const wide = stride === 1 ? gradient : spread(g, gradient, { stride, read, block });
    const attributes = { ...padded({ kernel, stride: 1 }), group: channels };
    const given = gradientWeightInput(slot);
    const weights = factor === undefined ? given : depthwiseTimes(g, given, factor, { block, kernel });
    return convPlus(g, [wide, weights], attributes, rest);
  },
  averagePool,
  averagePoolGradient: (g, gradient, x, kernel) =>
    kept(gradient) && kernel === 3 ? KEPT.pooled : poolGradient(g, { averagePool }, gradient, x, kernel),
  // In memory a position is a run of as many values as a block has channels.
  enlarge: (g, x, { factor, shape, rest }) => {
    const [channels, height, width] = mapShape(shape!);
    const repeat = (value: string, run: number) =>
      g.add('Concat', Array(factor).fill(g.add('Reshape', [value, g.ints(-1, 1, run)])), { axis: 1 });
    const run = width * factor * block;
    const wide = repeat(x, block);
    const rows = (value: string, count: number) => g.add('Reshape', [value, g.ints(-1, count, run)]);
    const tall = rest === undefined ? repeat(wide, run) : g.add('Add', [rows(rest, factor), rows(wide, 1)]);
    return g.add('Reshape', [tall, g.ints(-1, channels, height * factor, width * factor)]);
  },
  channelMean: (g, x, shape) =>
    kept(x) ? KEPT.mean : lanes.mean(g, g.add(`GlobalAveragePool@${NCHWC}`, [lanes.cut(g, x, shape)]), shape),
  // A convolution of each run of each image with one kernel as large as the run: one pass that writes nothing.
  productMean: (g, a, b, shape) => {
    const group = batch * lanes.runs(shape);
    const rows = g.add('Reshape', [a, g.ints(1, group, 1, -1)]);
    const kernels = g.add('Reshape', [b, g.ints(group, 1, 1, -1)]);
    const products = g.add(`Conv@${NCHWC}`, [rows, kernels], { strides: [1, 1], pads: [0, 0, 0, 0], group });
    return lanes.meanOfSums(g, products, shape);
  },
  // A depthwise 1x1 convolution: scale is its weight, shift its bias; one pass over memory.
  affine: (g, { x, shape, scale, shift, rest, then }) => {
    const group = lanes.count(shape);
    const weight = g.add('Reshape', [scale, g.ints(group, 1, 1, 1)]);
    const attributes = { ...padded({ kernel: 1, stride: 1 }), group, ...(then ? { activation: then } : {}) };
    const added = rest === undefined ? undefined : lanes.enter(g, rest);
    return lanes.leave(g, convPlus(g, [lanes.enter(g, x), weight, shift ?? ''], attributes, added));
  },
  productSum: lanes.products,
  gram: (g, a) => {
    const samples = lanes.samples(g, a);
    return g.add(`FusedMatMul@${MICROSOFT}`, [samples, samples], { transB: 1 });
  },
  channelSum: lanes.sums,
  deepen: (g, { value, channels }, { stride, width }) => {
    const last = g.add(`ReorderOutput@${NCHWC}`, [value], { channels, channels_last: 1 });
    const cut = g.add('Reshape', [last, g.ints(-1, stride, width / stride, stride, channels)]);
    const gathered = g.add('Transpose', [cut], { perm: [0, 2, 1, 3, 4] });
    const deep = channels * stride ** 2;
    return { value, channels: deep, samples: g.add('Reshape', [gathered, g.ints(-1, deep)]) };
  },
});

const averagePool: Layout['averagePool'] = (g, x, window, padding) =>
  g.add(`AveragePool@${NCHWC}`, [x], pooling(window, padding));

/** A depthwise weight as it lies, [c / b, k k, b], times a factor for each channel. */
function depthwiseTimes(
  g: GraphBuilder,
  weight: string,
  factor: string,
  { block, kernel }: { block: number; kernel: number },
): string {
  const blocks = g.add('Reshape', [weight, g.ints(-1, kernel ** 2, block)]);
  const product = g.add('Mul', [blocks, g.add('Reshape', [factor, g.ints(-1, 1, block)])]);
  return g.add('Reshape', [product, g.ints(-1, 1, kernel, kernel)]);
}

/** A blocked convolution that adds its result to `rest`, in one pass. */
function convPlus(
  g: GraphBuilder,
  [x, weight, bias = '']: readonly string[],
  attributes: Attributes,
  rest: string | undefined,
): string {
  const inputs = rest === undefined ? [x!, weight!, ...(bias ? [bias] : [])] : [x!, weight!, bias, rest];
  return g.add(`Conv@${NCHWC}`, inputs, attributes);
}

/**
 * Each position of a blocked tensor moved to the first of `stride` x `stride`, zeros around it; `read` is the shape of the
 * result, [channels, height, width]. In memory a position is a run of as many values as a block has channels.
 */
function spread(
  g: GraphBuilder,
  x: string,
  { stride, read, block }: { stride: number; read: Shape | undefined; block: number },
): string {
  const [channels, height, width] = mapShape(read!);
  const run = g.ints(-1, 1, width / stride, 1, block);
  const padded = g.add('Pad', [
    g.add('Reshape', [x, run]),
    g.ints(0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1, 0),
  ]);
  return g.add('Reshape', [padded, g.ints(-1, channels, height, width)]);
}
