// In: a model's layers and the draw of its weights. Out: an ONNX model of the whole network, for inference.
import type { Draw } from '../programs/draw.js';
import { GraphBuilder } from '../programs/onnx.js';
import { IMAGES, type Layer, LOGITS } from './layers.js';

/** Input `images` [batch, channels, r, r], output `logits` [batch, classes], any batch. Normalizations use running statistics: 0 and 1, untrained. */
export function onnxModel({
  layers,
  draw,
  resolution,
}: {
  layers: readonly Layer[];
  draw: Draw;
  resolution: number;
}): Uint8Array {
  const g = new GraphBuilder();
  const values = new Map([[IMAGES, IMAGES]]);
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => values.get(name)!);
    values.set(layer.name, addLayer({ g, layer, inputs, draw }));
  }
  // The stem's convolution comes first.
  const { weight } = layers[0] as Layer & { kind: 'conv' };
  const { classes } = layers.at(-1) as Layer & { kind: 'linear' };
  return g.build({
    name: 'zeroscout',
    inputs: [{ name: IMAGES, dims: ['batch', weight.shape[1]!, resolution, resolution] }],
    outputs: [{ name: LOGITS, dims: ['batch', classes], value: values.get(LOGITS)! }],
  });
}

function addLayer({
  g,
  layer,
  inputs,
  draw,
}: {
  g: GraphBuilder;
  layer: Layer;
  inputs: readonly string[];
  draw: Draw;
}): string {
  const filled = (part: string, length: number, value: number) =>
    g.weights({ name: `${layer.name}.${part}`, dims: [length], data: new Float32Array(length).fill(value) });
  switch (layer.kind) {
    case 'conv': {
      const { weight, kernel, stride, groups } = layer;
      const w = g.weights({ name: `${layer.name}.weight`, dims: weight.shape, data: draw.weight(weight) });
      return g.add('Conv', [...inputs, w], { ...window({ kernel, stride }), group: groups });
    }
    case 'norm': {
      const { channels, epsilon } = layer;
      const parts = [
        filled('weight', channels, 1),
        filled('bias', channels, 0),
        filled('running_mean', channels, 0),
        filled('running_var', channels, 1),
      ];
      return g.add('BatchNormalization', [...inputs, ...parts], { epsilon: { float: epsilon } });
    }
    case 'averagePool':
      return g.add('AveragePool', inputs, { ...window(layer), count_include_pad: 0 });
    case 'relu':
      return g.add('Relu', inputs);
    case 'sum':
      return g.add('Sum', inputs);
    case 'zero':
      return g.add('Mul', [...inputs, g.float(0)]);
    case 'globalPool':
      return g.add('Flatten', [g.add('GlobalAveragePool', inputs)]);
    case 'linear': {
      const { channels, classes } = layer;
      const weight = { name: layer.name, shape: [classes, channels] };
      const w = g.weights({ name: `${layer.name}.weight`, dims: weight.shape, data: draw.weight(weight) });
      return g.add('Gemm', [...inputs, w, filled('bias', classes, 0)], { transB: 1 });
    }
  }
}

/** An odd kernel keeps the size but for the stride; an even one, as wide as its stride, cuts the map into squares. */
function window({ kernel, stride }: { kernel: number; stride: number }) {
  const pad = kernel % 2 ? (kernel - 1) / 2 : 0;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}
