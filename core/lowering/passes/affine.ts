// Defines the fused primitives into which passes rewrite the primitives of rules.
import { NONE, type Value } from '../../ops/tape.js';

const OVERWRITES = { overwrites: 'addend' };

interface AffineArguments {
  readonly x: Value;
  readonly scale: Value;
  readonly shift?: Value;
  readonly addend?: Value;
  /**
   * Whether the result may overwrite the addend's buffer. No later node may read the addend, so the node
   * keeps its position in the order.
   */
  readonly overwrites?: 'addend';
}

/** `activation(scale x + shift + addend)`, with scale and shift by channel. */
export function affine({ x, scale, shift, addend, overwrites }: AffineArguments): Value {
  const attributes = overwrites ? OVERWRITES : NONE;
  return x.tape.apply({ primitive: 'affine', inputs: [x, scale, shift, addend], attributes, shape: x.shape });
}

/**
 * Primitives that can add a further term to their result in the same pass over memory, with the index of the
 * input that holds this addend. Input 2 of convInputGradient is an optional factor by channel of dy.
 */
const ADDEND = { affine: 3, convInputGradient: 3, upsample: 1 } as const;

const addendPosition = (primitive: string): number | undefined =>
  Object.hasOwn(ADDEND, primitive) ? ADDEND[primitive as keyof typeof ADDEND] : undefined;

/** Whether the primitive that computes this value can add a term in the same pass. */
export function canTakeAddend({ primitive, inputs }: Value): boolean {
  const position = addendPosition(primitive);
  return position !== undefined && inputs[position] === undefined;
}

/** Copies the value with a term added in the same pass. */
export function withAddend(value: Value, addend: Value): Value {
  const position = addendPosition(value.primitive)!;
  const inputs = Array.from({ length: position }, (_, i) => value.inputs[i]);
  return value.tape.apply({ ...value, inputs: [...inputs, addend] });
}

/** Whether a value is a sum, or its primitive can add a term without overwriting the term's buffer. */
export const isTerm = ({ primitive, attributes }: Value): boolean =>
  primitive === 'Sum' || (addendPosition(primitive) !== undefined && !attributes.overwrites);
