// Defines the fused primitives that passes make of those of the rules.
import type { Value } from '../../ops/tape.js';

/** `activation(scale x + shift + addend)`, scale and shift by channel. */
export function affine({
  x,
  scale,
  shift,
  addend,
  overwrites,
}: {
  x: Value;
  scale: Value;
  shift?: Value;
  addend?: Value;
  /** Whether the result may overwrite its addend, which no later node reads. The node then keeps its position in the order. */
  overwrites?: 'addend';
}): Value {
  const attributes = overwrites ? { overwrites } : {};
  return x.tape.apply({ primitive: 'affine', inputs: [x, scale, shift, addend], attributes, shape: x.shape });
}

/**
 * Primitives that can add a further term to their result in the same pass over memory, and which of their inputs that is.
 * Input 2 of a convolution's product is the factor by channel of its gradient, where it takes one.
 */
const ADDEND = { affine: 3, convInputGradient: 3, upsample: 1 } as const;

const addendPosition = (primitive: string): number | undefined =>
  Object.hasOwn(ADDEND, primitive) ? ADDEND[primitive as keyof typeof ADDEND] : undefined;

/** Whether the primitive that computes this value can add a term in the same pass. */
export function takesAddend({ primitive, inputs }: Value): boolean {
  const position = addendPosition(primitive);
  return position !== undefined && inputs[position] === undefined;
}

/** The value with a term added to it as it is made. */
export function withAddend(value: Value, addend: Value): Value {
  const position = addendPosition(value.primitive)!;
  const inputs = Array.from({ length: position }, (_, i) => value.inputs[i]);
  return value.tape.apply({ ...value, inputs: [...inputs, addend] });
}

/** Whether a value is a sum, or its primitive can add terms without overwriting one. */
export const isTerm = ({ primitive, attributes }: Value): boolean =>
  primitive === 'Sum' || (addendPosition(primitive) !== undefined && !attributes.overwrites);
