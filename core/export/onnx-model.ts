// Writes a whole network as an ONNX model for inference, with the weights of a draw.
import type { Draw } from '../ir/draw.js';
import { GraphBuilder } from '../onnx/graph.js';
import { attend } from '../ops/attention.js';
import { byImage, patchImage, tokenMatrix, withPositions, withToken } from '../ops/embedding.js';
import { EPSILON, normalShare } from '../ops/linear.js';
import { IMAGES, type Layer, LOGITS, parameterName } from './layers.js';

/** Input `images` [batch, channels, r, r], output `logits` [batch, classes], any batch size. Normalizations use running statistics, which are 0 and 1 before training. */
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
  // The first layer is a convolution or a patch embedding.
  const channels = layers[0]!.parameters.weight!.shape[1]!;
  const classes = layers.at(-1)!.parameters.weight!.shape[0]!;
  return g.build({
    name: 'zeroscout',
    inputs: [{ name: IMAGES, dims: ['batch', channels, resolution, resolution] }],
    outputs: [{ name: LOGITS, dims: ['batch', classes], value: values.get(LOGITS)! }],
  });
}

/** Tokens are [images x tokens, channels], as in the programs that score. */
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
  const x = inputs[0]!;
  const parameter = (part: string) => {
    const weight = layer.parameters[part]!;
    return g.weights({
      name: parameterName(layer, part),
      dims: weight.shape,
      data: draw.weight(weight),
    });
  };
  const filled = (part: string, length: number, value: number) =>
    g.weights({ name: `${layer.name}.${part}`, dims: [length], data: new Float32Array(length).fill(value) });
  switch (layer.kind) {
    case 'conv':
      return g.add('Conv', [x, parameter('weight')], { ...window(layer), group: layer.groups });
    case 'norm': {
      const { channels, epsilon } = layer;
      const running = [filled('running_mean', channels, 0), filled('running_var', channels, 1)];
      const parts = [parameter('weight'), parameter('bias'), ...running];
      return g.add('BatchNormalization', [x, ...parts], { epsilon: { float: epsilon } });
    }
    case 'averagePool':
      return g.add('AveragePool', inputs, { ...window(layer), count_include_pad: 0 });
    case 'relu':
      return g.add('Relu', inputs);
    case 'sum':
      return g.add('Sum', inputs);
    case 'zero':
      return g.add('Mul', [x, g.float(0)]);
    case 'globalPool':
      return g.add('Flatten', [g.add('GlobalAveragePool', inputs)]);
    case 'linear':
      return g.add('Gemm', [x, parameter('weight'), parameter('bias')], { transB: 1 });
    case 'layerNorm': {
      const settings = { axis: -1, epsilon: { float: EPSILON } };
      return g.add('LayerNormalization', [x, parameter('weight'), parameter('bias')], settings);
    }
    case 'gelu':
      return g.add('Mul', [x, normalShare(g, x)]);
    case 'patches': {
      const weights = { weight: parameter('weight'), bias: parameter('bias') };
      return tokenMatrix(g, patchImage(g, x, { ...weights, patch: layer.patch }));
    }
    case 'classToken':
      return withToken(g, x, { tokens: layer.tokens, token: parameter('') });
    case 'positions':
      return withPositions(g, x, { tokens: layer.tokens, table: parameter('') });
    case 'attention': {
      const tables = {
        keyRows: parameter('key_rows'),
        keyColumns: parameter('key_columns'),
        valueRows: parameter('value_rows'),
        valueColumns: parameter('value_columns'),
      };
      return attend(g, x, { ...layer, ...tables }).output;
    }
    case 'patchMean': {
      const all = byImage(g, x, layer.tokens);
      const patches = g.add('Slice', [all, g.ints(1), g.ints(layer.tokens), g.ints(1)]);
      return g.add('ReduceMean', [patches, g.ints(1)], { keepdims: 0 });
    }
  }
}

/** An odd kernel is padded so that only the stride shrinks the map. An even kernel is as wide as its stride, without padding: patches. */
function window({ kernel, stride }: { kernel: number; stride: number }) {
  const pad = kernel % 2 ? (kernel - 1) / 2 : 0;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}
