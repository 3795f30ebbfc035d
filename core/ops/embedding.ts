// Defines operations that turn images into tokens: patch embedding, class token and positional embedding.
import { add, mul } from './primitives.js';
import type { Rule } from './rule.js';
import type { Value } from './tape.js';

/**
 * Embeds the patches of an image, row by row, with one matrix. settings: patch (side), tokens. Weights:
 * `slot` [out, 3, patch, patch], `slot.bias` [out].
 */
export const patchEmbedding: Rule = {
  shape: ({ weight, settings }) => [settings.tokens!, weight[0]!],
  forward: (site) => tokenMatrix(patchImage(patchesOf(site))),
  vjp: ({ dy, ...site }) => {
    const { weight, patch } = patchesOf(site);
    const { tape } = dy;
    const image = patchImage(patchesOf(site));
    const channelsFirst = transpose(byImage(dy, site.settings.tokens!));
    const gradient = tape.onnx('Reshape', [channelsFirst, tape.onnx('Shape', [image])]);
    return [tape.onnx('ConvTranspose', [gradient, weight], window(patch))];
  },
};

/**
 * Prepends a class token to the tokens of each image. settings: tokens (before). Weight: `slot` [channels].
 */
export const classToken: Rule = {
  shape: ({ inputs }) => [inputs[0]![0]! + 1, inputs[0]![1]!],
  forward: ({ inputs: [x], weight, settings }) =>
    withToken(x!, { tokens: settings.tokens!, token: weight() }),
  vjp: ({ settings: { tokens }, dy }) => [flat(sliceTokens(byImage(dy, tokens! + 1), 1, tokens! + 1))],
};

/**
 * Adds the positional embedding: a row for each token of an image. settings: tokens. Weight: `slot` [tokens,
 * channels].
 */
export const positions: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs: [x], weight, settings }) =>
    withPositions(x!, { tokens: settings.tokens!, table: weight() }),
  vjp: ({ dy }) => [dy],
};

interface Patches {
  readonly images: Value;
  readonly weight: Value;
  readonly bias: Value;
  readonly patch: number;
}

const patchesOf = ({ inputs, weight, settings }: Parameters<Rule['forward']>[0]): Patches => ({
  images: inputs[0]!,
  weight: weight(),
  bias: weight('.bias'),
  patch: settings.patch!,
});

/** Multiplies each patch by the matrix: [images, channels, rows, columns]. */
export const patchImage = ({ images, weight, bias, patch }: Patches): Value =>
  images.tape.onnx('Conv', [images, weight, bias], window(patch));

/** Prepends `token` to the `tokens` of each image. */
export function withToken(
  x: Value,
  { tokens, token }: { readonly tokens: number; readonly token: Value },
): Value {
  const images = byImage(x, tokens);
  const first = add(mul(sliceTokens(images, 0, 1), 0), token);
  return flat(x.tape.onnx('Concat', [first, images], { axis: 1 }));
}

/** Adds row t of `table` to token t of each image. */
export const withPositions = (
  x: Value,
  { tokens, table }: { readonly tokens: number; readonly table: Value },
): Value => flat(add(byImage(x, tokens), table));

/** Reshapes [images x tokens, channels] to [images, tokens, channels]. */
export function byImage(x: Value, tokens: number): Value {
  const { tape } = x;
  const channels = tape.onnx('Shape', [x], { start: 1 });
  return tape.onnx('Reshape', [x, tape.onnx('Concat', [tape.ints(-1, tokens), channels], { axis: 0 })]);
}

/** Slices tokens `from` to `to` (exclusive) of each image, [images, tokens, channels]. */
export function sliceTokens(images: Value, from: number, to: number): Value {
  const { tape } = images;
  return tape.onnx('Slice', [images, tape.ints(from), tape.ints(to), tape.ints(1)]);
}

/** Reshapes [images, tokens, channels] to [images x tokens, channels]. */
const flat = (images: Value): Value => images.tape.onnx('Flatten', [images], { axis: 2 });

/** Transposes [images, n, m] to [images, m, n]. */
const transpose = (x: Value): Value => x.tape.onnx('Transpose', [x], { perm: [0, 2, 1] });

/** Reshapes [images, channels, rows, columns] to [images x rows x columns, channels]. */
export const tokenMatrix = (image: Value): Value =>
  flat(transpose(image.tape.onnx('Reshape', [image, image.tape.ints(0, 0, -1)])));

const window = (patch: number) => ({ kernel_shape: [patch, patch], strides: [patch, patch] });
