// Writes the program of a whole network that computes gradients with respect to weights, activations and
// images, and products with the Hessian.
import type { Id } from '../../ops/tensor/tape.js';
import { type Differentiation, gradientsOf } from '../pullback.js';
import { type ProgramOutput, type WrittenProgram, writeProgram } from '../write-program.js';
import type { Anatomy, Layer } from './layers.js';
import type { WholeNetwork } from './network.js';

/** Names of the program's inputs and outputs, to which the number of a layer is appended. */
export const BACKWARD = {
  targets: 'targets',
  gradient: 'gradient_',
  saliency: 'saliency_',
  hessian: 'hessian_',
  jacobian: 'jacobian',
} as const;

/** The gradients that a program may compute. */
export type BackwardPart = 'weight-gradients' | 'channel-saliency' | 'hessian-product' | 'input-jacobian';

/**
 * The loss is the mean cross-entropy of `targets` [batch, classes], one-hot rows. Outputs:
 *
 *     gradient_i   dL/dW of layer i, of the weight's shape
 *     saliency_i   [batch, channels], sum over positions of a dL/da, a the output of layer i
 *     hessian_i    H g at layer i, g the gradients of all layers and H the loss's Hessian in their weights
 *     jacobian     [batch, ...image], the gradient of the sum of all class scores
 */
export function backwardProgram({
  network,
  layers,
  parts,
}: {
  network: WholeNetwork;
  layers: Anatomy['layers'];
  parts: readonly BackwardPart[];
}): WrittenProgram {
  const { tape: t, input, logits } = network;
  const outputs: ProgramOutput[] = [];
  const weights = layers.map(({ weight }) => weight);
  const zerosOf = (id: Id) => t.expand(t.scalar(0), t.shape(id));
  if (parts.some((part) => part !== 'input-jacobian')) {
    const targets = t.port(BACKWARD.targets, t.shape(logits));
    const [batch] = t.shape(logits) as [number];
    // dL/dz = (softmax(z) - targets) / batch
    const slope = t.minus(t.add('Softmax', [logits], { axis: 1 }), targets);
    const v = t.over(slope, { number: batch });
    const gradients = gradientsOf({ tape: t, seeds: [{ output: logits, v }], to: weights });
    const ofWeights = weights.map((id) => gradients.get(id) ?? zerosOf(id));
    if (parts.includes('weight-gradients'))
      ofWeights.forEach((id, i) => {
        outputs.push({ name: `${BACKWARD.gradient}${i}`, id });
      });
    if (parts.includes('hessian-product')) {
      // H g is the gradient of the sum of g · (g held fixed).
      const seeds = ofWeights.map((id) => ({ output: id, v: id }));
      const second = gradientsOf({ tape: t, seeds, to: weights });
      weights.forEach((weight, i) => {
        outputs.push({ name: `${BACKWARD.hessian}${i}`, id: second.get(weight) ?? zerosOf(weight) });
      });
    }
    if (parts.includes('channel-saliency'))
      layers.forEach((layer, i) => {
        outputs.push({ name: `${BACKWARD.saliency}${i}`, id: saliency({ network, layer, gradients }) });
      });
  }
  if (parts.includes('input-jacobian')) {
    const v = t.expand(t.scalar(1), t.shape(logits));
    const seeded: Differentiation = { tape: t, seeds: [{ output: logits, v }], to: [input] };
    outputs.push({ name: BACKWARD.jacobian, id: gradientsOf(seeded).get(input) ?? zerosOf(input) });
  }
  return writeProgram({ tape: t, outputs, fed: new Map(), channelBlock: 1 });
}

function saliency({
  network: { tape: t },
  layer: { output, channelAxis },
  gradients,
}: {
  network: WholeNetwork;
  layer: Layer;
  gradients: ReadonlyMap<Id, Id>;
}): Id {
  const shape = t.shape(output);
  const kept = [shape[0]!, shape[channelAxis]!];
  const g = gradients.get(output);
  if (g === undefined) return t.expand(t.scalar(0), kept);
  const axes = shape.flatMap((_, axis) => (axis === 0 || axis === channelAxis ? [] : [axis]));
  return t.reshape(t.reduce('ReduceSum', t.times(output, g), axes), kept);
}
