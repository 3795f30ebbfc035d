// Replaces operations that are fused for speed by the simple operations that they stand for.
import { range } from '../../ops/tensor/shapes.js';
import { numberOf } from '../../ops/tensor/signature.js';
import { TENSOR_RULES } from '../../ops/tensor/table.js';
import { type Id, Tape, type Value } from '../../ops/tensor/tape.js';
import { averageWindows, convolve, convolveBack } from './windows.js';

/**
 * (x - mean) / sqrt(variance + epsilon) over these axes, with biased variance; mean and deviation are
 * separate values.
 */
export function standardize(
  t: Tape,
  x: Id,
  { axes, epsilon }: { readonly axes: readonly number[]; readonly epsilon: number },
): Id {
  const mean = t.reduce('ReduceMean', x, axes);
  const centred = t.minus(x, mean);
  const variance = t.reduce('ReduceMean', t.times(centred, centred), axes);
  const inverse = t.over(t.scalar(1), t.add('Sqrt', [t.plus(variance, t.scalar(epsilon))]));
  return t.add('Standardize', [x, mean, inverse], { axes });
}

/** x (1 + erf(x / sqrt 2)) / 2. */
export function gelu(t: Tape, x: Id): Id {
  const phi = t.plus(t.scalar(1), t.add('Erf', [t.times(x, { number: Math.SQRT1_2 })]));
  return t.times(t.times(x, { number: 0.5 }), phi);
}

/** The operations that can be written out. */
export type FusedOperation =
  | 'StandardizeChannels'
  | 'Gelu'
  | 'HardSigmoid'
  | 'Conv'
  | 'ConvTranspose'
  | 'AveragePool';

/** Copies a tape without these fused operations, and maps its values to the copies. */
export function writeOut(
  from: Tape,
  operations: readonly FusedOperation[],
): { tape: Tape; idOf: (id: Id) => Id } {
  const isWrittenOut = new Set<string | undefined>(operations);
  const tape = new Tape(TENSOR_RULES);
  const ids: Id[] = [];
  for (const value of from.values) {
    const x = value.inputs.map((each) => ids[each]!);
    const write = () => (isWrittenOut.has(value.op) ? simplify(tape, value, x) : copy(tape, value, x));
    ids.push(write());
    // The copy is added as often as its original was (`Tape.timesAdded`).
    if (value.op !== undefined) for (let i = 1; i < from.timesAdded(value.id); i++) write();
  }
  return { tape, idOf: (id) => ids[id]! };
}

function copy(t: Tape, { op, attributes, shape, constant, port, type }: Value, x: readonly Id[]): Id {
  if (port !== undefined) return t.port(port, shape);
  return constant ? t.constant(constant, shape, type) : t.add(op!, x, attributes);
}

function simplify(t: Tape, value: Value, x: readonly Id[]): Id {
  const { op, attributes, shape } = value;
  const number = (name: string) => numberOf(attributes, name);
  switch (op as FusedOperation) {
    case 'StandardizeChannels': {
      const axes = range(shape.length).filter((axis) => axis !== 1);
      return standardize(t, x[0]!, { axes, epsilon: number('epsilon') });
    }
    case 'Gelu':
      return gelu(t, x[0]!);
    case 'HardSigmoid': {
      const line = t.plus(t.times(x[0]!, { number: number('alpha') }), t.scalar(number('beta')));
      return t.add('Clip', [line], { min: 0, max: 1 });
    }
    case 'Conv':
      return convolve(t, x as [Id, Id], value);
    case 'ConvTranspose':
      return convolveBack(t, x as [Id, Id], value);
    case 'AveragePool':
      return averageWindows(t, x[0]!, value);
  }
}
