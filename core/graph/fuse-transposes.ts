// Finds matrix products of transposed matrices, which ONNX Runtime computes without moving an element.
import { range } from '../ops/tensor/shapes.js';
import type { Id, Tape, Value } from '../ops/tensor/tape.js';

/** An operation as it is written, in place of that on the tape. */
export type WrittenValue = Pick<Value, 'op' | 'inputs' | 'attributes'>;

interface FuseArguments {
  readonly tape: Tape;
  readonly value: Value;
  readonly isFed: (id: Id) => boolean;
}

/**
 * For a matrix product with a transposed operand, the product `FusedMatMul` (see `core/ops/tensor/fused.ts`)
 * of the operands before they are transposed; any other value as it is. `isFed` says which values are inputs
 * of the program: they are read where they lie.
 */
export function fuseTransposes({ tape, value, isFed }: FuseArguments): WrittenValue {
  if (value.op !== 'MatMul') return value;
  const operands = value.inputs.map((id) => beforeTransposes({ tape, id, isFed }));
  const inputs = operands.map(({ id }) => id);
  if (!operands.some(({ isTransposed }) => isTransposed))
    return inputs.every((id, i) => id === value.inputs[i]) ? value : { op: 'MatMul', inputs, attributes: {} };
  const [transA, transB] = operands.map(({ isTransposed }) => Number(isTransposed)) as [number, number];
  return { op: 'FusedMatMul', inputs, attributes: { transA, transB } };
}

/**
 * The matrix that `id` is or transposes, and whether the two differ: two transposes in a row, as in the gradient
 * of a product with a transposed weight, cancel.
 */
function beforeTransposes({ tape, id, isFed }: Pick<FuseArguments, 'tape' | 'isFed'> & { readonly id: Id }): {
  id: Id;
  isTransposed: boolean;
} {
  let [at, isTransposed] = [id, false];
  for (;;) {
    const { op, inputs, attributes } = tape.get(at);
    if (isFed(at) || op !== 'Transpose' || !swapsMatrices(attributes.perm)) return { id: at, isTransposed };
    [at, isTransposed] = [inputs[0]!, !isTransposed];
  }
}

/** Whether a permutation exchanges the last two axes and keeps all others. */
function swapsMatrices(perm: unknown): boolean {
  if (!Array.isArray(perm) || perm.length < 2) return false;
  const rank = perm.length;
  return String(perm) === String([...range(rank - 2), rank - 1, rank - 2]);
}
