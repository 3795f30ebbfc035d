// Writes the program of a whole network that computes, image by image, derivatives of its class scores with
// respect to one weight of each layer.
import { range } from '../../ops/tensor/shapes.js';
import { listOf } from '../../ops/tensor/signature.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { gradientsOf } from '../pullback.js';
import type { ProgramOutput, WrittenProgram } from '../write-program.js';
import { type Images, imagesFirst } from './images.js';
import { type Anatomy, type LayerUse, usesOf } from './layers.js';
import type { WholeNetwork } from './network.js';
import { type Target, writeWhole } from './write-whole.js';

/** Names of the program's input and outputs, to which the number of a layer is appended. */
export const FISHER = {
  cotangents: 'cotangents',
  probabilities: 'probabilities',
  derivative: 'derivative_',
} as const;

/**
 * Outputs: `probabilities` [batch, classes], the softmax of the class scores, and for each layer
 * `derivative_i` [batch], the product of `cotangents` [batch, classes] with the derivative of an image's
 * class scores with respect to the first element of the layer's weight. Statistics over the batch are held
 * fixed, as in evaluation mode, so that no image depends on another.
 */
export function fisherProgram({
  network: { tape: t, input, logits },
  anatomy: { layers, images },
  precision = 'float32',
}: {
  readonly network: WholeNetwork;
  readonly anatomy: Pick<Anatomy, 'layers' | 'images'>;
  readonly precision?: Target['precision'];
}): WrittenProgram {
  const v = t.port(FISHER.cotangents, t.shape(logits));
  const gradients = gradientsOf({
    tape: t,
    seeds: [{ output: logits, v }],
    to: [input, ...layers.map(({ weight }) => weight)],
    rules: {
      Standardize: (site) => {
        const axes = listOf(site.attributes, 'axes');
        const { x, y, g } = site;
        if (axes.includes(0)) return [t.times(g, x[2]!), undefined, undefined];
        const mean = (id: Id) => t.reduce('ReduceMean', id, axes);
        return [
          t.times(x[2]!, t.minus(t.minus(g, mean(g)), t.times(y, mean(t.times(g, y))))),
          undefined,
          undefined,
        ];
      },
    },
  });
  const outputs: ProgramOutput[] = [
    { name: FISHER.probabilities, id: t.add('Softmax', [logits], { axis: 1 }) },
    ...layers.map((layer, i) => ({
      name: `${FISHER.derivative}${i}`,
      id: usesOf(layer)
        .map((use) => derivative({ t, images, use, g: gradients.get(use.output) }))
        .reduce((sum, each) => t.plus(sum, each)),
    })),
  ];
  return writeWhole({ tape: t, outputs, target: { channelBlock: 1, precision } });
}

interface DerivativeArguments {
  readonly t: Tape;
  readonly images: Images;
  readonly use: LayerUse;
  readonly g: Id | undefined;
}

/**
 * Sum over an image's positions of the gradient of the layer's first channel times the values that its first
 * weight multiplies.
 */
function derivative({ t, images, use: { output, channelAxis, read }, g }: DerivativeArguments): Id {
  const { batch } = images;
  if (g === undefined) return t.expand(t.scalar(0), [batch]);
  const { op, attributes } = t.get(output);
  const first = (id: Id, axis: number) => t.add('Slice', [id], { axis, start: 0, end: 1, step: 1 });
  const [x, y] = [first(read, channelAxis), first(g, channelAxis)];
  const sidesOf = (id: Id) => t.shape(id).slice(2);
  // A transposed convolution multiplies what a convolution of its output would read.
  const products =
    op === 'Conv'
      ? t.times(y, firstTaps({ t, x, attributes, sides: sidesOf(output) }))
      : op === 'ConvTranspose'
        ? t.times(x, firstTaps({ t, x: y, attributes, sides: sidesOf(read) }))
        : t.times(y, x);
  const { id } = imagesFirst({ tape: t, images, id: products, place: images.placeOf(output) });
  return t.reshape(t.reduce('ReduceSum', id, range(t.shape(id).length).slice(1)), [batch]);
}

interface FirstTapsArguments {
  readonly t: Tape;
  readonly x: Id;
  readonly attributes: Parameters<typeof listOf>[0];
  readonly sides: readonly number[];
}

/** The input elements that the first element of a kernel multiplies, at each position of the output. */
function firstTaps({ t, x, attributes, sides }: FirstTapsArguments): Id {
  const strides = listOf(attributes, 'strides');
  const pads = listOf(attributes, 'pads');
  return sides.reduce((rest, side, i) => {
    const axis = i + 2;
    const rank = sides.length + 2;
    const end = (side - 1) * strides[i]! + 1;
    const missing = Math.max(0, end - pads[i]! - t.shape(rest)[axis]!);
    const widths = range(2 * rank).map((at) => (at === axis ? pads[i]! : at === rank + axis ? missing : 0));
    const padded = pads[i] || missing ? t.add('Pad', [rest], { pads: widths }) : rest;
    return t.add('Slice', [padded], { axis, start: 0, end, step: strides[i]! });
  }, x);
}
