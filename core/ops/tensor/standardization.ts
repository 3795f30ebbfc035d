// Defines normalization to mean 0 and variance 1, and its first and second derivative.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Rules, Site, WriteSite } from './rule.js';
import { range } from './shapes.js';
import { listOf, numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';

/** All axes but that of the channels. */
const samples = (t: Tape, x: Id) => range(t.shape(x).length).filter((axis) => axis !== 1);

export const standardizations: Rules = {
  /**
   * Batch normalization in training mode without scale and shift: y = r (x - mean) with r = 1 / sqrt(variance
   * + epsilon), by channel (axis 1), with biased variance over all other axes. Gradient: r (g - mean(g) - y
   * mean(g y)).
   */
  StandardizeChannels: {
    shape: ([x]) => x!,
    vjp: ({ t, x, y, g, attributes }) => {
      const mean = (id: Id) => t.reduce('ReduceMean', id, samples(t, y));
      const variance = t.add('ChannelVariance', x, attributes);
      const root = t.add('Sqrt', [t.plus(variance, t.scalar(numberOf(attributes, 'epsilon')))]);
      const rest = t.minus(t.minus(g, mean(g)), t.times(y, mean(t.times(g, y))));
      return [t.times(rest, t.over(t.scalar(1), root))];
    },
    write: (site) => writeNormalization(site)[0],
  },
  /**
   * The variance of each channel, [1, c, 1, ...]. It has no gradient of its own because the gradient of
   * StandardizeChannels contains it.
   */
  ChannelVariance: {
    shape: ([x]) => x!.map((n, axis) => (axis === 1 ? n : 1)),
    write: (site) => writeNormalization(site)[1],
  },
  /**
   * The gradient of StandardizeChannels from g, y and the variances, as the difference of two batch
   * normalizations in inference mode, each of which is one pass over memory: r (g - mean(g)) and r mean(g y)
   * y. Only the CPU's block programs contain it (`core/graph/block-gradients.ts`).
   */
  StandardizeChannelsGradient: {
    shape: ([g]) => g!,
    write: writeNormalizationGradient,
  },
  /**
   * Below, y = r (x - m) with r = 1 / sqrt(variance + epsilon) and means over `axes`. The mean m and r are
   * further inputs, as in Standardize: the derivatives with respect to x already include the paths through
   * them.
   *
   * B(g) = r (g - mean(g) - y mean(g y)), the gradient of Standardize, of inputs [g, x, m, r]. It is symmetric
   * in g, so that its product with h is B(h) with respect to g.
   */
  StandardizeGradient: {
    shape: ([g]) => g!,
    vjp: ({ t, x: [g, x, m, r], g: h, attributes }) => [
      t.add('StandardizeGradient', [h, x!, m!, r!], attributes),
      t.add('StandardizeCurvature', [g!, h, x!, m!, r!], attributes),
      undefined,
      undefined,
    ],
    write: writeGradient,
  },
  /**
   * The product of B(g) with h, with respect to x, of inputs [g, h, x, m, r]. With p = mean(g y), q = mean(h
   * y), g' = g - mean(g) and h' = h - mean(h):
   *
   *     -r² (h' p + g' q + y (mean(h' g) - 3 p q))
   *
   * It is the sum of the product with respect to y, -r (h p + g q), carried back through y, and of that with
   * respect to r, sum(h B) / r, carried back by dr/dx = -r² y / n.
   */
  StandardizeCurvature: { shape: ([g]) => g!, write: writeCurvature },
};

/** The gradient of Standardize as one operation. */
export function standardizeGradient({ t, x, g, attributes }: Site): readonly (Id | undefined)[] {
  return [t.add('StandardizeGradient', [g, ...x], attributes), undefined, undefined];
}

/** The nodes of y, centred gradients and means, which the graph holds once however often they are added. */
function partsOf(
  g: GraphBuilder,
  { axes, x, m, r }: Readonly<Record<'x' | 'm' | 'r', string>> & { readonly axes: readonly number[] },
) {
  const mean = (value: string) => g.add('ReduceMean', [value, g.ints(...axes)], { keepdims: 1 });
  const y = g.add('Mul', [g.add('Sub', [x, m]), r]);
  return {
    y,
    mean,
    centred: (value: string) => g.add('Sub', [value, mean(value)]),
    along: (value: string) => mean(g.add('Mul', [value, y])),
  };
}

/** The differences come before the factor r, which may be large where they are zero. */
function writeGradient({ g, inputs, attributes }: WriteSite): string {
  const [gradient, x, m, r] = inputs as [string, string, string, string];
  const { y, centred, along } = partsOf(g, { axes: listOf(attributes, 'axes'), x, m, r });
  return g.add('Mul', [r, g.add('Sub', [centred(gradient), g.add('Mul', [y, along(gradient)])])]);
}

function writeCurvature({ g, inputs, attributes }: WriteSite): string {
  const [gradient, h, x, m, r] = inputs as [string, string, string, string, string];
  const { y, mean, centred, along } = partsOf(g, { axes: listOf(attributes, 'axes'), x, m, r });
  const [p, q] = [along(gradient), along(h)];
  const times = (a: string, b: string) => g.add('Mul', [a, b]);
  const cross = g.add('Add', [times(centred(h), p), times(centred(gradient), q)]);
  const factor = g.add('Sub', [mean(times(centred(h), gradient)), times(times(p, q), g.float(3))]);
  const sum = g.add('Add', [cross, times(y, factor)]);
  return times(sum, times(times(r, r), g.float(-1)));
}

function writeNormalizationGradient({ g, inputs, shapes, attributes }: WriteSite): string {
  const [gradient, y, variances] = inputs as [string, string, string];
  const [, channels, ...positions] = shapes[0] as [number, number, ...number[]];
  const axes = g.ints(0, ...positions.map((_, i) => i + 2));
  const mean = (value: string) => g.add('ReduceMean', [value, axes], { keepdims: 0 });
  const [zeros, ones] = [addFilled(g, channels, 0), addFilled(g, channels, 1)];
  const variance = g.add('Reshape', [variances, g.ints(channels)]);
  const settings = { epsilon: { float: numberOf(attributes, 'epsilon') } };
  const normalize = (x: string, scale: string, center: string) =>
    g.add('BatchNormalization', [x, scale, zeros, center, variance], settings);
  // The mean of y is 0.
  return g.add('Sub', [
    normalize(gradient, ones, mean(gradient)),
    normalize(y, mean(g.add('Mul', [gradient, y])), zeros),
  ]);
}

function addFilled(g: GraphBuilder, channels: number, value: number): string {
  const data = new Float32Array(channels).fill(value);
  return g.weights({ name: `${value}_of_${channels}`, dims: [channels], data });
}

/** The standardized map, and the variances [1, c, 1, ...]. */
function writeNormalization(site: WriteSite): readonly [string, string] {
  const { g, inputs, shapes, attributes, channelBlock } = site;
  const shape = shapes[0]!;
  if (channelBlock > 1) {
    const [result, , variances] = writeTrainingNode(site) as [string, string, string];
    const kept = shape.map((n, axis) => (axis === 1 ? n : 1));
    return [result, g.add('Reshape', [variances, g.ints(...kept)])];
  }
  const axes = g.ints(...range(shape.length).filter((axis) => axis !== 1));
  const mean = (value: string) => g.add('ReduceMean', [value, axes], { keepdims: 1 });
  const centred = g.add('Sub', [inputs[0]!, mean(inputs[0]!)]);
  const variances = mean(g.add('Mul', [centred, centred]));
  const root = g.add('Sqrt', [g.add('Add', [variances, g.float(numberOf(attributes, 'epsilon'))])]);
  return [g.add('Div', [centred, root]), variances];
}

/**
 * Batch normalization in training mode with scale 1 and shift 0: the result, the means and the variances.
 * Only the CPU kernel has that mode. The kernel writes the running means and variances over its inputs, even
 * over constants (it declares `Alias`), so each node gets fresh tensors for them.
 */
function writeTrainingNode({ g, inputs, shapes, attributes }: WriteSite): readonly string[] {
  const [x] = inputs as [string];
  const [, channels, ...positions] = shapes[0] as [number, number, ...number[]];
  // The first element of each channel, as a tensor of the node's own.
  const first = g.add('Slice', [
    x,
    g.ints(...positions.map(() => 0), 0),
    g.ints(...positions.map(() => 1), 1),
    g.ints(...positions.map((_, i) => i + 2), 0),
  ]);
  const means = g.add('Reshape', [first, g.ints(channels)]);
  const settings = {
    epsilon: { float: numberOf(attributes, 'epsilon') },
    // With momentum 0, the running means and variances become those of the batch.
    momentum: { float: 0 },
    training_mode: 1,
  };
  return g.addMany(
    'BatchNormalization',
    [x, addFilled(g, channels, 1), addFilled(g, channels, 0), means, g.add('Abs', [means])],
    {
      attributes: settings,
      results: 3,
    },
  );
}
