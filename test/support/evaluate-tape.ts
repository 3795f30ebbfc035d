// Computes values of a tape in double precision, as constants are folded.
import { TENSOR_RULES } from '../../core/ops/tensor/table.js';
import type { Id, Tape } from '../../core/ops/tensor/tape.js';

/** The values of `id`, from those of the ports. */
export function evaluateTape(
  t: Tape,
  id: Id,
  ports: Readonly<Record<string, readonly number[]>>,
): Float64Array {
  const { op, inputs, attributes, shape, type, port, constant } = t.get(id);
  if (constant) return constant;
  if (op === undefined) return Float64Array.from(ports[port!]!);
  const operands = inputs.map((input) => ({
    values: evaluateTape(t, input, ports),
    shape: t.shape(input),
    type: t.get(input).type,
  }));
  return TENSOR_RULES[op]!.fold!({ operands, attributes, shape, type });
}
