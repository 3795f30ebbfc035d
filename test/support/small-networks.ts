// Creates small convolutional networks as ONNX files, for short searches of files.
import { GraphBuilder } from '../../core/onnx/graph.js';

interface SmallNetwork {
  readonly widths: readonly number[];
  readonly kernel: number;
  readonly names?: string;
  /** Channels and sides, of which a word is left open. */
  readonly image?: readonly [number, ...(number | string)[]];
}

/**
 * Images are 16 x 16 by default. Networks with different widths, kernels or depths have different structures; `names`
 * changes names alone.
 */
export function smallNetwork({ widths, kernel, names = '', image = [3, 16, 16] }: SmallNetwork): Uint8Array {
  const g = new GraphBuilder();
  const [channels, ...sides] = image;
  const each = (value: number) => sides.map(() => value);
  const weight = (name: string, ...dims: number[]) =>
    g.weights({
      name: `${names}${name}`,
      dims,
      data: new Float32Array(dims.reduce((n, m) => n * m, 1)).fill(0.5),
    });
  const pad = (kernel - 1) >> 1;
  const layer = (x: string, stage: number, from: number, to: number) => {
    const conv = g.add('Conv', [x, weight(`conv${stage}`, to, from, ...each(kernel))], {
      pads: [...each(pad), ...each(pad)],
    });
    const statistics = ['scale', 'shift', 'mean', 'variance'].map((name) => weight(`${name}${stage}`, to));
    return g.add('Relu', [g.add('BatchNormalization', [conv, ...statistics])]);
  };
  const value = widths.reduce((x, width, stage) => {
    const input = stage === 0 ? x : g.add('MaxPool', [x], { kernel_shape: each(2), strides: each(2) });
    return layer(input, stage, widths[stage - 1] ?? channels, width);
  }, 'x');
  return g.build({
    name: 'small',
    inputs: [{ name: 'x', dims: ['batch', ...image] }],
    outputs: [
      { name: 'y', value: g.add('GlobalAveragePool', [value]), dims: ['batch', widths.at(-1)!, ...each(1)] },
    ],
  });
}

export const FOLDED_CONVOLUTIONS = 6;

/**
 * A network whose normalization an exporter has folded: convolutions with biases; the last has a single
 * position, as in squeeze-and-excitation.
 */
export function foldedNetwork(): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, i: number) => g.add('Conv', [x, weight(`w${i}`, 3, 3, 1, 1), weight(`b${i}`, 3)]);
  let value = 'x';
  for (let i = 0; i < FOLDED_CONVOLUTIONS; i++) {
    value = g.add('Relu', [conv(value, i)]);
    if (i === 1 || i === 3) value = g.add('MaxPool', [value], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  const pooled = conv(g.add('GlobalAveragePool', [value]), FOLDED_CONVOLUTIONS);
  return g.build({
    name: 'folded',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: pooled, dims: ['batch', 3, 1, 1] }],
  });
}

/** The batch for which `resizedNetwork` is exported. */
export const RESIZED_BATCH = 2;

/**
 * Three convolutions of images of 24 x 24. Before the last one the map is resized to these sizes, the first of them the
 * number of images, so that another batch fits by chance; without sizes any batch is right.
 */
export function resizedNetwork(sizes: readonly number[]): Uint8Array {
  const g = new GraphBuilder();
  const conv = (x: string, i: number, from: number) => {
    const weight = g.weights({ name: `w${i}`, dims: [8, from, 3, 3], data: new Float32Array(72 * from) });
    return g.add('Relu', [g.add('Conv', [x, weight], { pads: [1, 1, 1, 1], strides: [2, 2] })]);
  };
  const maps = conv(conv('x', 0, 3), 1, 8);
  const resized = sizes.length ? g.add('Resize', [maps, '', '', g.ints(...sizes)], { mode: 'linear' }) : maps;
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [conv(resized, 2, 8)])]);
  const inputs = [{ name: 'x', dims: [RESIZED_BATCH, 3, 24, 24] }];
  return g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] });
}
