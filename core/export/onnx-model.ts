// Writes a whole network as an ONNX model for inference, with the weights of a draw.
import type { Draw } from '../ir/draw.js';
import { plain } from '../lowering/plain.js';
import { write } from '../lowering/write.js';
import { GraphBuilder } from '../onnx/graph.js';
import { normalDistribution } from '../ops/activation.js';
import { attend } from '../ops/attention.js';
import { byImage, patchImage, sliceTokens, tokenMatrix, withPositions, withToken } from '../ops/embedding.js';
import { EPSILON } from '../ops/normalization.js';
import { mul } from '../ops/primitives.js';
import { Tape, type Value } from '../ops/tape.js';
import { IMAGES, type Layer, LOGITS, type ModelSettings, parameterName, poolPadding } from './layers.js';

interface OnnxModelArguments extends ModelSettings {
  readonly layers: readonly Layer[];
}

/**
 * Input `images` [batch, channels, r, r], output `logits` [batch, classes], any batch size. Normalizations use running
 * statistics, which are 0 and 1 before training.
 */
export function onnxModel({ layers, draw, resolution, comment }: OnnxModelArguments): Uint8Array {
  const g = new GraphBuilder();
  const tape = new Tape();
  const values = new Map([[IMAGES, tape.input(IMAGES)]]);
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => values.get(name)!);
    values.set(layer.name, applyLayer({ layer, inputs, ...parametersOf({ g, tape, layer, draw }) }));
  }
  const nameOf = write({ g, values: tape.values, writers: plain.writers });
  // The first layer, a convolution or a patch embedding, determines the number of input channels.
  const channels = layers[0]!.parameters.weight!.shape[1]!;
  const classes = layers.at(-1)!.parameters.weight!.shape[0]!;
  return g.build({
    name: 'zeroscout',
    notes: true,
    comment,
    inputs: [{ name: IMAGES, dims: ['batch', channels, resolution, resolution] }],
    outputs: [{ name: LOGITS, dims: ['batch', classes], value: nameOf(values.get(LOGITS)!) }],
  });
}

interface Parameters {
  /** A trainable tensor, by name within the layer. */
  parameter(part: string): Value;
  /** A constant vector that belongs to the layer. */
  filled(part: string, length: number, value: number): Value;
}

interface ParametersOfArguments {
  readonly g: GraphBuilder;
  readonly tape: Tape;
  readonly layer: Layer;
  readonly draw: Draw;
}

function parametersOf({ g, tape, layer, draw }: ParametersOfArguments): Parameters {
  return {
    parameter: (part) => {
      const weight = layer.parameters[part]!;
      const name = parameterName(layer, part);
      return tape.input(g.weights({ name, dims: weight.shape, data: draw.weight(weight) }));
    },
    filled: (part, length, value) => {
      const data = new Float32Array(length).fill(value);
      return tape.input(g.weights({ name: `${layer.name}.${part}`, dims: [length], data }));
    },
  };
}

/** Applies a layer. Tokens are [images x tokens, channels], as in the programs that score. */
function applyLayer({
  layer,
  inputs,
  parameter,
  filled,
}: Parameters & { readonly layer: Layer; readonly inputs: readonly Value[] }): Value {
  const x = inputs[0]!;
  const { tape } = x;
  switch (layer.kind) {
    case 'conv':
      return tape.onnx('Conv', [x, parameter('weight')], { ...window(layer), group: layer.groups });
    case 'norm': {
      const { channels, epsilon } = layer;
      const parts = [parameter('weight'), parameter('bias')];
      const running = [filled('running_mean', channels, 0), filled('running_var', channels, 1)];
      return tape.onnx('BatchNormalization', [x, ...parts, ...running], { epsilon: { float: epsilon } });
    }
    case 'averagePool':
      return tape.onnx('AveragePool', inputs, poolingOf(layer));
    case 'relu':
      return tape.onnx('Relu', inputs);
    case 'sum':
      return tape.onnx('Sum', inputs);
    case 'zero':
      return mul(x, 0);
    case 'globalPool':
      return tape.onnx('Flatten', [tape.onnx('GlobalAveragePool', inputs)]);
    case 'linear':
      return tape.onnx('Gemm', [x, parameter('weight'), parameter('bias')], { transB: 1 });
    case 'layerNorm': {
      const settings = { axis: -1, epsilon: { float: EPSILON } };
      return tape.onnx('LayerNormalization', [x, parameter('weight'), parameter('bias')], settings);
    }
    case 'gelu':
      return mul(x, normalDistribution(x));
    case 'patches': {
      const weights = { weight: parameter('weight'), bias: parameter('bias') };
      return tokenMatrix(patchImage({ images: x, ...weights, patch: layer.patch }));
    }
    case 'classToken':
      return withToken(x, { tokens: layer.tokens, token: parameter('') });
    case 'positions':
      return withPositions(x, { tokens: layer.tokens, table: parameter('') });
    case 'attention': {
      const { heads, side, farthest } = layer;
      const tables = {
        keyRows: parameter('key_rows'),
        keyColumns: parameter('key_columns'),
        valueRows: parameter('value_rows'),
        valueColumns: parameter('value_columns'),
      };
      return attend({ qkv: x, heads, side, farthest, ...tables }).output;
    }
    case 'patchMean': {
      const patches = sliceTokens(byImage(x, layer.tokens), 1, layer.tokens);
      return tape.onnx('ReduceMean', [patches, tape.ints(1)], { keepdims: 0 });
    }
  }
}

interface Window {
  readonly kernel: number;
  readonly stride: number;
}

/** The odd kernel of a convolution is padded so that only the stride shrinks the map. */
function window({ kernel, stride }: Window) {
  return { ...stepsOf({ kernel, stride }), pads: new Array<number>(4).fill((kernel - 1) / 2) };
}

function poolingOf(layer: Window) {
  return { ...stepsOf(layer), pads: new Array<number>(4).fill(poolPadding(layer)), count_include_pad: 0 };
}

function stepsOf({ kernel, stride }: Window) {
  return { kernel_shape: [kernel, kernel], strides: [stride, stride] };
}
