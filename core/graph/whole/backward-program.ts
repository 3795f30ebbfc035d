// Writes the program of a whole network that computes gradients with respect to weights, activations and
// images, and products with the Hessian.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { type Differentiation, gradientsOf, type Seed } from '../pullback.js';
import type { ProgramOutput, WrittenProgram } from '../write-program.js';
import { WHOLE_GRADIENTS } from './gradient-rules.js';
import { type Images, imagesFirst } from './images.js';
import type { Anatomy, Layer } from './layers.js';
import type { WholeNetwork } from './network.js';
import { type Target, writeWhole } from './write-whole.js';

/** Names of the program's inputs and outputs, to which the number of a layer is appended. */
export const BACKWARD = {
  targets: 'targets',
  gradient: 'gradient_',
  product: 'product_',
  saliency: 'saliency_',
  hessian: 'hessian_',
  curvature: 'curvature_',
  jacobian: 'jacobian',
} as const;

/** The gradients that a program may compute. */
export type BackwardPart =
  | 'weight-gradients'
  | 'weight-products'
  | 'channel-saliency'
  | 'hessian-product'
  | 'weight-curvature'
  | 'input-jacobian';

const rules = WHOLE_GRADIENTS;

interface BackwardProgramArguments {
  readonly network: WholeNetwork;
  readonly anatomy: Anatomy;
  readonly parts: readonly BackwardPart[];
  readonly precision: Target['precision'];
}

/**
 * The loss L is the mean cross-entropy of `targets` [batch, classes], one-hot rows; g are its gradients in the
 * weights W of all layers, and H its Hessian. Outputs:
 *
 *     gradient_i   dL/dW of layer i, of the weight's shape
 *     product_i    terms whose sum is that of W dL/dW over the weights of layer i
 *     saliency_i   [batch, channels], sum over positions of a dL/da, a the output of layer i with its bias
 *     hessian_i    H g at layer i
 *     curvature_i  g (H W) at layer i, elementwise
 *     jacobian     [batch, ...image], the gradient of the sum of all class scores
 */
export function backwardProgram({
  network,
  anatomy: { layers, images },
  parts,
  precision,
}: BackwardProgramArguments): WrittenProgram {
  const { tape: t, input, logits } = network;
  const outputs: ProgramOutput[] = [];
  if (parts.some((part) => part !== 'input-jacobian')) {
    const gradients = lossGradients(network, layers);
    const loss: Loss = { t, layers, gradients, images };
    for (const part of parts) if (part !== 'input-jacobian') outputs.push(...OUTPUTS[part](loss));
  }
  if (parts.includes('input-jacobian')) {
    const v = t.expand(t.scalar(1), t.shape(logits));
    const seeded: Differentiation = { tape: t, seeds: [{ output: logits, v }], to: [input], rules };
    outputs.push({ name: BACKWARD.jacobian, id: gradientsOf(seeded).get(input) ?? zerosOf(t, input) });
  }
  return writeWhole({ tape: t, outputs, target: { channelBlock: 1, precision } });
}

/** The gradients of the loss in all values between the weights and the class scores. */
function lossGradients({ tape: t, logits }: WholeNetwork, layers: Anatomy['layers']): ReadonlyMap<Id, Id> {
  const targets = t.port(BACKWARD.targets, t.shape(logits));
  const [batch] = t.shape(logits) as [number];
  // dL/dz = (softmax(z) - targets) / batch
  const slope = t.minus(t.add('Softmax', [logits], { axis: 1 }), targets);
  const v = t.over(slope, { number: batch });
  return gradientsOf({
    tape: t,
    seeds: [{ output: logits, v }],
    to: layers.map(({ weight }) => weight),
    rules,
  });
}

interface Loss {
  readonly t: Tape;
  readonly layers: readonly Layer[];
  readonly gradients: ReadonlyMap<Id, Id>;
  readonly images: Images;
}

const OUTPUTS: Readonly<
  Record<Exclude<BackwardPart, 'input-jacobian'>, (loss: Loss) => readonly ProgramOutput[]>
> = {
  'weight-gradients': (loss) =>
    loss.layers.map(({ weight }, i) => ({ name: `${BACKWARD.gradient}${i}`, id: gradientOf(loss, weight) })),
  'weight-products': (loss) =>
    loss.layers.map((layer, i) => ({
      name: `${BACKWARD.product}${i}`,
      id: layer.isProportional
        ? products(loss, layer)
        : loss.t.times(layer.weight, gradientOf(loss, layer.weight)),
    })),
  'channel-saliency': (loss) =>
    loss.layers.map((layer, i) => ({ name: `${BACKWARD.saliency}${i}`, id: saliency(loss, layer) })),
  'hessian-product': hessianProducts,
  'weight-curvature': curvatures,
};

/** H g is the gradient of the sum of g · (g held fixed). */
function hessianProducts(loss: Loss): readonly ProgramOutput[] {
  const { t, layers } = loss;
  const weights = layers.map(({ weight }) => weight);
  const seeds = weights.map((weight) => ({ output: gradientOf(loss, weight), v: gradientOf(loss, weight) }));
  const second = gradientsOf({ tape: t, seeds, to: weights, rules });
  return weights.map((weight, i) => ({
    name: `${BACKWARD.hessian}${i}`,
    id: second.get(weight) ?? zerosOf(t, weight),
  }));
}

/**
 * H W is the gradient of the sum of g · (W held fixed). For a result a that is proportional to W, the sum of g
 * · W is that of a dL/da, so that this sum can be differentiated without g. Its gradient is that of a product
 * of two functions of W, H W + g.
 */
function curvatures(loss: Loss): readonly ProgramOutput[] {
  const { t, layers, gradients } = loss;
  const seeds = layers.flatMap(({ weight, output, isProportional }): readonly Seed[] => {
    const ofOutput = gradients.get(output);
    if (!isProportional) return [{ output: gradientOf(loss, weight), v: weight }];
    if (ofOutput === undefined) return [];
    return [
      { output, v: ofOutput },
      { output: ofOutput, v: output },
    ];
  });
  const second = gradientsOf({ tape: t, seeds, to: layers.map(({ weight }) => weight), rules });
  return layers.map(({ weight, isProportional }, i) => {
    const g = gradientOf(loss, weight);
    const sum = second.get(weight) ?? zerosOf(t, weight);
    return { name: `${BACKWARD.curvature}${i}`, id: t.times(g, isProportional ? t.minus(sum, g) : sum) };
  });
}

function gradientOf({ t, gradients }: Loss, weight: Id): Id {
  return gradients.get(weight) ?? zerosOf(t, weight);
}

function zerosOf(t: Tape, id: Id): Id {
  return t.expand(t.scalar(0), t.shape(id));
}

/** The terms of a dL/da, summed over positions: [images, or windows of images, channels]. */
function products({ t, gradients }: Loss, { output, channelAxis }: Layer): Id {
  const shape = t.shape(output);
  const kept = [shape[0]!, shape[channelAxis]!];
  const g = gradients.get(output);
  if (g === undefined) return t.expand(t.scalar(0), kept);
  const axes = shape.flatMap((_, axis) => (axis === 0 || axis === channelAxis ? [] : [axis]));
  return t.reshape(t.reduce('ReduceSum', t.times(output, g), axes), kept);
}

/** The sum over an image's positions of a dL/da, with a the output and its bias: [batch, channels]. */
function saliency({ t, gradients, images }: Loss, { output, channelAxis, biased }: Layer): Id {
  const a = biased ?? { id: output, channelAxis };
  const kept = [images.batch, t.shape(a.id)[a.channelAxis]!];
  const g = gradients.get(a.id);
  if (g === undefined) return t.expand(t.scalar(0), kept);
  const found = imagesFirst({
    tape: t,
    images,
    id: t.times(a.id, g),
    place: images.placeOf(a.id),
    channelAxis: a.channelAxis,
  });
  const axes = t
    .shape(found.id)
    .flatMap((_, axis) => (axis === 0 || axis === found.channelAxis ? [] : [axis]));
  return t.reshape(t.reduce('ReduceSum', found.id, axes), kept);
}
