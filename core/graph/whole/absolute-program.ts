// Writes the program of a whole network with absolute weights and without normalization, whose gradients
// SynFlow needs.
import type { Weight } from '../../ir/block.js';
import type { Id } from '../../ops/tensor/tape.js';
import { gradientsOf } from '../pullback.js';
import { type WrittenProgram, writeProgram } from '../write-program.js';
import { type Anatomy, neededBy } from './layers.js';
import type { FedTensor, WholeNetwork } from './network.js';
import { type Scaled, ScaledTape } from './scaled-values.js';

/** Names of the program's outputs, to which the number of a layer is appended. */
export const ABSOLUTE = { gradient: 'flow_' } as const;

export interface AbsoluteProgram extends WrittenProgram {
  /** The logarithm of a factor that is left out of the outputs because float32 cannot represent it. */
  readonly scale: number;
  /** The number by which the absolute values of a tensor are divided before they are fed. */
  divisorOf(tensor: FedTensor): number;
}

/**
 * Let R be the sum of all class scores for images of ones. Output `flow_i` is dR/dW for layer i's absolute
 * weights as fed, divided by exp(scale). The sum over a layer of these weights times their gradients does not
 * depend on how the weights were divided.
 */
export function absoluteProgram({
  network: { tape, logits, fed },
  layers,
}: {
  network: WholeNetwork;
  layers: Anatomy['layers'];
}): AbsoluteProgram {
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
    else made.set(id, op === 'Standardize' ? x[0]! : scaled.apply(value, x));
  }
  const end = made.get(logits)!;
  const weights = layers.map(({ weight }) => made.get(weight)!.id);
  const v = t.expand(t.scalar(1), t.shape(end.id));
  const gradients = gradientsOf({ tape: t, seeds: [{ output: end.id, v }], to: weights });
  const outputs = weights.map((id, i) => ({
    name: `${ABSOLUTE.gradient}${i}`,
    id: gradients.get(id) ?? t.expand(t.scalar(0), t.shape(id)),
  }));
  return {
    ...writeProgram({ tape: t, outputs, fed: new Map(), channelBlock: 1 }),
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
