// In: images. Out: the operations that make tokens of them: patches, class token, positions; shape, ONNX form, VJP.

import type { GraphBuilder } from '../onnx/graph.js';
import { weightInput } from './layout.js';
import type { Operation } from './operation.js';

/** Patches of an image, row by row, each through one matrix. settings: patch (side), tokens. Weights: `slot` [out, 3, patch, patch], `slot.bias` [out]. */
export const patchEmbedding: Operation = {
  shape: ({ weight, settings }) => [settings.tokens!, weight[0]!],
  forward: (g, { inputs, slot, settings }) => {
    const weights = { weight: weightInput(slot), bias: weightInput(`${slot}.bias`) };
    const image = patchImage(g, inputs[0]!, { ...weights, patch: settings.patch! });
    return { output: tokenMatrix(g, image), saved: [image] };
  },
  vjp: (g, { slot, settings }, { saved }, gradient) => {
    const images = g.add('Transpose', [byImage(g, gradient, settings.tokens!)], { perm: [0, 2, 1] });
    const image = g.add('Reshape', [images, g.add('Shape', [saved[0]!])]);
    return [g.add('ConvTranspose', [image, weightInput(slot)], window(settings.patch!))];
  },
};

/** Puts one token before those of each image. settings: tokens (before). Weight: `slot` [channels]. */
export const classToken: Operation = {
  shape: ({ inputs }) => [inputs[0]![0]! + 1, inputs[0]![1]!],
  forward: (g, { inputs, slot, settings }) => ({
    output: withToken(g, inputs[0]!, { tokens: settings.tokens!, token: weightInput(slot) }),
    saved: [],
  }),
  vjp: (g, { settings }, _, gradient) => {
    const images = byImage(g, gradient, settings.tokens! + 1);
    return [flat(g, g.add('Slice', [images, g.ints(1), g.ints(settings.tokens! + 1), g.ints(1)]))];
  },
};

/** Adds a row to each token of an image. settings: tokens. Weight: `slot` [tokens, channels]. */
export const positions: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs, slot, settings }) => ({
    output: withPositions(g, inputs[0]!, { tokens: settings.tokens!, table: weightInput(slot) }),
    saved: [],
  }),
  vjp: (_, __, ___, gradient) => [gradient],
};

/** Each patch through one matrix: [images, channels, rows, columns]. */
export function patchImage(
  g: GraphBuilder,
  images: string,
  { weight, bias, patch }: { weight: string; bias: string; patch: number },
): string {
  return g.add('Conv', [images, weight, bias], window(patch));
}

/** `token` before the `tokens` of each image. */
export function withToken(
  g: GraphBuilder,
  x: string,
  { tokens, token }: { tokens: number; token: string },
): string {
  const images = byImage(g, x, tokens);
  const one = g.add('Slice', [images, g.ints(0), g.ints(1), g.ints(1)]);
  const first = g.add('Add', [g.add('Mul', [one, g.float(0)]), token]);
  return flat(g, g.add('Concat', [first, images], { axis: 1 }));
}

/** A row of `table` added to each of the `tokens` of an image. */
export function withPositions(
  g: GraphBuilder,
  x: string,
  { tokens, table }: { tokens: number; table: string },
): string {
  return flat(g, g.add('Add', [byImage(g, x, tokens), table]));
}

/** [images x tokens, channels] as [images, tokens, channels]. */
export function byImage(g: GraphBuilder, x: string, tokens: number): string {
  const channels = g.add('Shape', [x], { start: 1 });
  return g.add('Reshape', [x, g.add('Concat', [g.ints(-1, tokens), channels], { axis: 0 })]);
}

/** And back. */
function flat(g: GraphBuilder, x: string): string {
  return g.add('Flatten', [x], { axis: 2 });
}

/** [images, channels, rows, columns] as [images x rows x columns, channels]. */
export function tokenMatrix(g: GraphBuilder, image: string): string {
  const rows = g.add('Transpose', [g.add('Reshape', [image, g.ints(0, 0, -1)])], { perm: [0, 2, 1] });
  return flat(g, rows);
}

function window(patch: number) {
  return { kernel_shape: [patch, patch], strides: [patch, patch] };
}
