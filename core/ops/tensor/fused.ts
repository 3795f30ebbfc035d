// Defines operations that ONNX Runtime computes in one pass over memory, although their definitions would
// take several.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Rules, WriteSite } from './rule.js';
import { broadcast, range } from './shapes.js';
import { numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';

/** 1 / sqrt(2 π), the density of the standard normal distribution at 0. */
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/** All axes but that of the channels. */
const samples = (t: Tape, x: Id) => range(t.shape(x).length).filter((axis) => axis !== 1);

export const fused: Rules = {
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
  /** 1 where x > 0, else 0, computed as min(max(1e38 x, 0), 1). */
  Step: {
    shape: ([x]) => x!,
    fold: ({ operands: [x] }) => x!.values.map((value) => Number(value > 0)),
    write: ({ g, inputs }) => g.add('HardSigmoid', inputs, { alpha: { float: 1e38 }, beta: { float: 0 } }),
  },
  /** min(max(alpha x + beta, 0), 1). */
  HardSigmoid: {
    shape: ([x]) => x!,
    fold: ({ operands: [x], attributes }) => {
      const [alpha, beta] = [numberOf(attributes, 'alpha'), numberOf(attributes, 'beta')];
      return x!.values.map((value) => Math.min(Math.max(alpha * value + beta, 0), 1));
    },
    vjp: ({ t, y, g, attributes }) => {
      const isInside = t.times(t.add('Step', [y]), t.add('Step', [t.minus(t.scalar(1), y)]));
      return [t.times(t.times(g, { number: numberOf(attributes, 'alpha') }), isInside)];
    },
    write: ({ g, inputs, attributes }) =>
      g.add('HardSigmoid', inputs, {
        alpha: { float: numberOf(attributes, 'alpha') },
        beta: { float: numberOf(attributes, 'beta') },
      }),
  },
  /**
   * y = x Φ(x), with Φ the distribution function of the standard normal distribution and φ its density; dy/dx
   * = Φ(x) + x φ(x).
   */
  Gelu: {
    shape: ([x]) => x!,
    vjp: ({ t, x, g }) => {
      const [a] = x as [Id];
      const erf = t.add('Erf', [t.times(a, { number: Math.SQRT1_2 })]);
      const distribution = t.add('HardSigmoid', [erf], { alpha: 0.5, beta: 0.5 });
      const exponential = t.add('Exp', [t.times(t.times(a, { number: -0.5 }), a)]);
      const density = t.times(t.times(a, { number: DENSITY }), exponential);
      return [t.times(g, t.plus(distribution, density))];
    },
    write: ({ g, inputs }) => g.add('Gelu@com.microsoft', inputs),
  },
  /**
   * The matrix product of A or Aᵀ (attribute transA: 1) with B or Bᵀ (transB: 1). Only written programs contain
   * it (`core/graph/fuse-transposes.ts`), so it has no gradient.
   */
  FusedMatMul: {
    shape: ([a, b], attributes) => {
      const [transA, transB] = [numberOf(attributes, 'transA'), numberOf(attributes, 'transB')];
      const rows = a!.at(transA ? -1 : -2)!;
      const columns = b!.at(transB ? -2 : -1)!;
      return [...broadcast([a!.slice(0, -2), b!.slice(0, -2), []]), rows, columns];
    },
    write: ({ g, inputs, attributes }) =>
      g.add('FusedMatMul@com.microsoft', inputs, {
        transA: numberOf(attributes, 'transA'),
        transB: numberOf(attributes, 'transB'),
      }),
  },
};

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
