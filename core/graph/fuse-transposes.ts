// Finds matrix products of transposed matrices, which ONNX Runtime computes without moving an element.
import { range } from '../ops/tensor/shapes.js';
import type { Id, Tape, Value } from '../ops/tensor/tape.js';

/** An operation as it is written, in place of that on the tape. */
export type WrittenValue = Pick<Value, 'op' | 'inputs' | 'attributes'>;

/**
 * For a matrix product with a transposed operand, the product `FusedMatMul` (see `core/ops/tensor/fused.ts`)
 * of the operands before they are transposed; any other value as it is. `isFed` says which values are inputs
 * of the program: they are read where they lie.
 */
export function fuseTransposes({
  tape,
  value,
  isFed,
}: {
  readonly tape: Tape;
  readonly value: Value;
  readonly isFed: (id: Id) => boolean;
}): WrittenValue {
  if (value.op !== 'MatMul') return value;
  const operands = value.inputs.map((id) => {
    const { op, inputs, attributes } = tape.get(id);
    const isTransposed = !isFed(id) && op === 'Transpose' && swapsMatrices(attributes.perm);
    return { id: isTransposed ? inputs[0]! : id, isTransposed };
  });
  if (!operands.some(({ isTransposed }) => isTransposed)) return value;
  const [transA, transB] = operands.map(({ isTransposed }) => Number(isTransposed)) as [number, number];
  return { op: 'FusedMatMul', inputs: operands.map(({ id }) => id), attributes: { transA, transB } };
}

/** Whether a permutation exchanges the last two axes and keeps all others. */
function swapsMatrices(perm: unknown): boolean {
  if (!Array.isArray(perm) || perm.length < 2) return false;
  const rank = perm.length;
  return String(perm) === String([...range(rank - 2), rank - 1, rank - 2]);
}
