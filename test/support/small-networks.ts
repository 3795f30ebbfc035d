// Creates small convolutional networks as ONNX files, for short searches of files.
import { GraphBuilder } from '../../core/onnx/graph.js';

/**
 * Images are 16 x 16. Networks with different widths, kernels or depths have different structures; `names`
 * changes names alone.
 */
export function smallNetwork({
  widths,
  kernel,
  names = '',
}: {
  readonly widths: readonly number[];
  readonly kernel: number;
  readonly names?: string;
}): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({
      name: `${names}${name}`,
      dims,
      data: new Float32Array(dims.reduce((n, m) => n * m, 1)).fill(0.5),
    });
  const pad = (kernel - 1) >> 1;
  const layer = (x: string, stage: number, from: number, to: number) => {
    const conv = g.add('Conv', [x, weight(`conv${stage}`, to, from, kernel, kernel)], {
      pads: [pad, pad, pad, pad],
    });
    const statistics = ['scale', 'shift', 'mean', 'variance'].map((name) => weight(`${name}${stage}`, to));
    return g.add('Relu', [g.add('BatchNormalization', [conv, ...statistics])]);
  };
  const value = widths.reduce((x, width, stage) => {
    const input = stage === 0 ? x : g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    return layer(input, stage, widths[stage - 1] ?? 3, width);
  }, 'x');
  return g.build({
    name: 'small',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [
      { name: 'y', value: g.add('GlobalAveragePool', [value]), dims: ['batch', widths.at(-1)!, 1, 1] },
    ],
  });
}
