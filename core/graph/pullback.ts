// Implements reverse-mode differentiation: one walk back over the operations between two values.
import type { Rule } from '../ops/tensor/rule.js';
import { TENSOR_RULES } from '../ops/tensor/table.js';
import type { Id, Tape } from '../ops/tensor/tape.js';

/**
 * The vector-Jacobian product of `output` with the tensor `v`, with respect to each of `to` (values or
 * weights); undefined where it is zero. Values that do not depend on `to` are held fixed.
 */
export function pullback({
  tape,
  output,
  v,
  to,
  rules,
  sum,
}: Omit<Differentiation, 'seeds'> & {
  readonly output: Id;
  readonly v: Id;
}): readonly (Id | undefined)[] {
  const gradients = gradientsOf({ tape, seeds: [{ output, v }], to, rules, sum });
  return to.map((id) => gradients.get(id));
}

/** The start of a gradient: the tensor `v`, of the shape of `output`. */
export interface Seed {
  readonly output: Id;
  readonly v: Id;
}

export interface Differentiation {
  readonly tape: Tape;
  /** The gradients of all seeds are summed. A `v` is held fixed even if it depends on `to`. */
  readonly seeds: readonly Seed[];
  readonly to: readonly Id[];
  /** Vector-Jacobian products that replace those of the table, by operation. */
  readonly rules?: Readonly<Record<string, NonNullable<Rule['vjp']>>> | undefined;
  /** How two gradients of one value are added; by default with the operation `Add`. */
  readonly sum?: ((tape: Tape, a: Id, b: Id) => Id) | undefined;
}

/** The gradients of every value between the seeds and `to`; a value whose gradient is zero is left out. */
export function gradientsOf({
  tape,
  seeds,
  to,
  rules = {},
  sum = (t, a, b) => t.plus(a, b),
}: Differentiation): ReadonlyMap<Id, Id> {
  const last = Math.max(...seeds.map(({ output }) => output));
  const depends = dependents(tape, last, to);
  const ends = new Set(to);
  const gradients = new Map<Id, Id>();
  const add = (id: Id, part: Id) => {
    const before = gradients.get(id);
    gradients.set(id, before === undefined ? part : sum(tape, before, part));
  };
  for (const { output, v } of seeds) add(output, v);
  for (let id = last; id >= 0; id--) {
    const g = gradients.get(id);
    if (g === undefined || !depends[id] || ends.has(id)) continue;
    const { op, inputs, attributes } = tape.get(id);
    const vjp = op === undefined ? undefined : (rules[op] ?? TENSOR_RULES[op]!.vjp);
    // Comparisons, signs and roundings have a zero gradient almost everywhere.
    if (!vjp) continue;
    const wanted = inputs.map((input) => Boolean(depends[input]));
    const parts = vjp({ t: tape, x: inputs, y: id, g, attributes, wanted });
    inputs.forEach((input, i) => {
      const part = parts[i];
      if (part !== undefined && wanted[i]) add(input, part);
    });
  }
  return gradients;
}

/** Whether each value up to `output` depends on one of `to`. */
export function dependents({ values }: Tape, output: Id, to: readonly Id[]): readonly boolean[] {
  const ends = new Set(to);
  const depends: boolean[] = [];
  for (let id = 0; id <= output; id++)
    depends.push(ends.has(id) || values[id]!.inputs.some((input) => depends[input]));
  return depends;
}
