// In: a candidate's network. Out: the whole model, from images to class scores, as a list of layers for any format to write.
import { type Block, blockShapes, type Network, type Weight } from '../programs/block.js';
import { mapShape, type Shape } from '../programs/operation.js';
import { SpecError } from '../spec/errors.js';

/** A layer's name is its result's name. Sizes are of one image. */
export type Layer = { readonly name: string; readonly inputs: readonly string[] } & (
  | {
      readonly kind: 'conv';
      readonly weight: Weight;
      readonly kernel: number;
      readonly stride: number;
      /** 1, or all channels: each with a kernel of its own. */
      readonly groups: number;
    }
  | { readonly kind: 'norm'; readonly channels: number; readonly epsilon: number }
  | { readonly kind: 'relu' | 'sum' | 'zero' | 'globalPool' }
  | { readonly kind: 'averagePool'; readonly kernel: number; readonly stride: number }
  | { readonly kind: 'linear'; readonly channels: number; readonly classes: number }
);

export const IMAGES = 'images';
export const LOGITS = 'logits';

/** For training: normalizations have scale, shift and running statistics, and the space's classifier comes last. */
export function modelLayers({
  network: { stem, blocks, classifier, inputChannels = 3 },
  resolution,
}: {
  network: Network;
  resolution: number;
}): readonly Layer[] {
  if (!classifier)
    throw SpecError.of({ path: '--format', message: 'found a network that has only --format config yet' });
  const layers: Layer[] = [];
  let shape: Shape = [inputChannels, resolution, resolution];
  let value = IMAGES;
  for (const block of [stem, ...blocks]) {
    const made = blockLayers({ block, input: shape, value });
    layers.push(...made.layers);
    ({ shape, value } = made);
  }
  const [channels] = mapShape(shape);
  if (classifier.normalized) {
    layers.push({ kind: 'norm', name: 'last_norm', inputs: [value], channels, epsilon: 1e-5 });
    layers.push({ kind: 'relu', name: 'last_relu', inputs: ['last_norm'] });
    value = 'last_relu';
  }
  layers.push({ kind: 'globalPool', name: 'pooled', inputs: [value] });
  layers.push({ kind: 'linear', name: LOGITS, inputs: ['pooled'], channels, classes: classifier.classes });
  return layers;
}

function blockLayers({ block, input, value }: { block: Block; input: Shape; value: string }) {
  const shapes = blockShapes({ block, input });
  const names = [value];
  const layers = block.instructions.map(({ operation, inputs, settings, slot }, i): Layer => {
    const name = `${block.name}_${slot || `${operation}${i}`}`;
    names.push(name);
    const base = { name, inputs: inputs.map((at) => names[at]!) };
    const [channels] = mapShape(shapes[i + 1]!);
    const { kernel = 1, stride = 1, epsilon = 1e-5 } = settings;
    switch (operation) {
      case 'conv':
      case 'depthwise': {
        const groups = operation === 'conv' ? 1 : channels;
        return { ...base, kind: 'conv', weight: block.weights[slot]!, kernel, stride, groups };
      }
      case 'batchNorm':
        return { ...base, kind: 'norm', channels, epsilon };
      case 'averagePool':
        return { ...base, kind: 'averagePool', kernel, stride };
      case 'relu':
      case 'sum':
      case 'zero':
        return { ...base, kind: operation };
      default:
        throw new Error(`operation "${operation}" has no layer in core/export/layers.ts`);
    }
  });
  return { layers, shape: shapes.at(-1)!, value: names.at(-1)! };
}

/** Numbers that training changes. */
export function trainableParameters(layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => {
    if (layer.kind === 'conv') return sum + layer.weight.shape.reduce((product, n) => product * n, 1);
    if (layer.kind === 'norm') return sum + 2 * layer.channels;
    if (layer.kind === 'linear') return sum + (layer.channels + 1) * layer.classes;
    return sum;
  }, 0);
}
