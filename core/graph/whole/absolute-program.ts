// Writes the program of a whole network with absolute weights and without normalization, whose gradients
// SynFlow needs.
import type { Weight } from '../../ir/block.js';
import type { Id } from '../../ops/tensor/tape.js';
import { gradientsOf } from '../pullback.js';
import type { WrittenProgram } from '../write-program.js';
import { WHOLE_GRADIENTS } from './gradient-rules.js';
import { type Anatomy, neededBy } from './layers.js';
import type { FedTensor, WholeNetwork } from './network.js';
import { type Scaled, ScaledTape } from './scaled-values.js';
import { type Target, writeWhole } from './write-whole.js';

/** Names of the program's outputs, to which the number of a layer is appended. */
export const ABSOLUTE = { gradient: 'flow_', product: 'product_' } as const;

/** What a program with absolute weights may compute. */
export type AbsolutePart = 'absolute-weights' | 'absolute-products';

export interface AbsoluteProgram extends WrittenProgram {
  /** The logarithm of a factor that is left out of the outputs because float32 cannot represent it. */
  readonly scale: number;
  /** The number by which the absolute values of a tensor are divided before they are fed. */
  divisorOf(tensor: FedTensor): number;
}

interface AbsoluteProgramArguments {
  readonly network: WholeNetwork;
  readonly layers: Anatomy['layers'];
  readonly parts: readonly AbsolutePart[];
  readonly target: Target;
}

/**
 * Let R be the sum of all class scores for images of ones, divided by exp(scale), and W the absolute weights
 * of layer i as fed. Outputs:
 *
 *     flow_i     dR/dW
 *     product_i  terms whose sum is that of W dR/dW, which does not depend on how the weights were divided
 */
export function absoluteProgram({
  network: { tape, logits, fed },
  layers,
  parts,
  target,
}: AbsoluteProgramArguments): AbsoluteProgram {
  const scaled = new ScaledTape();
  const t = scaled.tape;
  const isNeeded = neededBy(tape, logits);
  const tensors = new Map(fed.map((tensor) => [tensor.id, tensor]));
  const made = new Map<Id, Scaled>();
  for (const value of tape.values.slice(0, logits + 1)) {
    const { id, op, inputs, shape, constant, port, type } = value;
    if (!isNeeded[id]) continue;
    const x = inputs.map((each) => made.get(each)!);
    const tensor = tensors.get(id);
    if (port !== undefined)
      made.set(id, { id: t.port(port, shape), scale: tensor ? Math.log(divisorOf(tensor)) : 0 });
    else if (constant) made.set(id, { id: t.constant(constant, shape, type), scale: 0 });
    else made.set(id, op === 'Standardize' || op === 'StandardizeChannels' ? x[0]! : scaled.apply(value, x));
  }
  const end = made.get(logits)!;
  const weights = layers.map(({ weight }) => made.get(weight)!.id);
  const v = t.expand(t.scalar(1), t.shape(end.id));
  const gradients = gradientsOf({
    tape: t,
    seeds: [{ output: end.id, v }],
    to: weights,
    rules: WHOLE_GRADIENTS,
  });
  const gradientOf = (id: Id) => gradients.get(id) ?? t.expand(t.scalar(0), t.shape(id));
  const flows = weights.map((id, i) => ({ name: `${ABSOLUTE.gradient}${i}`, id: gradientOf(id) }));
  const products = layers.map(({ weight, output, isProportional }, i) => {
    const factor = made.get(isProportional ? output : weight)!.id;
    return { name: `${ABSOLUTE.product}${i}`, id: t.times(factor, gradientOf(factor)) };
  });
  const outputs = [
    ...(parts.includes('absolute-weights') ? flows : []),
    ...(parts.includes('absolute-products') ? products : []),
  ];
  return {
    ...writeWhole({ tape: t, outputs, target, fusion: 'transposes' }),
    scale: end.scale,
    divisorOf,
  };
}

/**
 * The expected sum of the absolute weights that one output reads, by which weights are divided so that values
 * stay near 1; 1 for tensors that are not weights.
 */
function divisorOf({ from, fanIn }: FedTensor): number {
  if (fanIn === undefined || 'read' in from) return 1;
  return fanIn * meanAbsolute(from, fanIn);
}

/** E|w| of a weight under its initialization. */
function meanAbsolute({ initialization }: Weight, fanIn: number): number {
  const ofNormal = Math.sqrt(2 / Math.PI);
  switch (initialization?.kind) {
    case 'normal':
      return ofNormal * initialization.std;
    case 'uniform':
      return initialization.bound / 2;
    case 'constant':
      return Math.abs(initialization.value) || 1;
    default:
      return ofNormal * Math.sqrt(2 / fanIn);
  }
}
