// Reverse-mode differentiation: one walk over the operations between two values.
import { TENSOR_RULES } from '../ops/tensor/table.js';
import type { Id, Tape } from '../ops/tensor/tape.js';

/**
 * The vector-Jacobian product of `output` with the tensor `v`, with respect to each of `to` (values or weights): undefined
 * where it is zero. All values that do not depend on `to` are held fixed.
 */
export function pullback({
  tape,
  output,
  v,
  to,
}: {
  tape: Tape;
  output: Id;
  v: Id;
  to: readonly Id[];
}): readonly (Id | undefined)[] {
  const depends = dependents(tape, output, to);
  const ends = new Set(to);
  const gradients = new Map<Id, Id>([[output, v]]);
  for (let id = output; id >= 0; id--) {
    const g = gradients.get(id);
    if (g === undefined || !depends[id] || ends.has(id)) continue;
    const { op, inputs, attributes } = tape.get(id);
    const vjp = op === undefined ? undefined : TENSOR_RULES[op]!.vjp;
    // Comparisons, signs and roundings are flat almost everywhere.
    if (!vjp) continue;
    const wanted = inputs.map((input) => Boolean(depends[input]));
    const parts = vjp({ t: tape, x: inputs, y: id, g, attributes, wanted });
    inputs.forEach((input, i) => {
      const part = parts[i];
      if (part === undefined || !wanted[i]) return;
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? part : tape.plus(before, part));
    });
  }
  return to.map((id) => gradients.get(id));
}

/** Whether each value up to `output` depends on one of `to`. */
function dependents({ values }: Tape, output: Id, to: readonly Id[]): readonly boolean[] {
  const ends = new Set(to);
  const depends: boolean[] = [];
  for (let id = 0; id <= output; id++)
    depends.push(ends.has(id) || values[id]!.inputs.some((input) => depends[input]));
  return depends;
}
