// Finds the activation functions of a network on a tape: ReLU and its variants, and those that multiply an
// input by a gate of itself.
import type { Id, Tape, Value } from '../../ops/tensor/tape.js';

export interface Activation {
  /** The input of the activation function, whose sign says whether a unit is active. */
  readonly input: Id;
  readonly output: Id;
  /** In how many places the network applies the function to this input. */
  readonly times: number;
}

/**
 * Functions that occur in gates: GELU is x (1 + erf(x / sqrt 2)) / 2, or nearly x (1 + tanh(a x + b x³)) / 2, SiLU
 * x sigmoid(x), hard swish x clip(x / 6 + 1/2), Mish x tanh(softplus(x)).
 */
const GATES = new Set(['Erf', 'Sigmoid', 'Tanh', 'Clip']);

/**
 * Finds ReLU, ReLU6, leaky ReLU, ELU, GELU, SiLU, Mish and hard swish, in the order of their outputs. A gate
 * of another value (the sigmoid of squeeze-and-excitation) and a sigmoid or tanh on its own do not count,
 * because the sign of their input does not say whether a unit is active. `needed` marks the values on which
 * the output depends.
 */
export function findActivations({
  tape,
  isNeeded,
  isStream,
}: {
  readonly tape: Tape;
  readonly isNeeded: readonly boolean[];
  readonly isStream: readonly boolean[];
}): readonly Activation[] {
  const values = tape.values.filter(({ id }) => isNeeded[id] && isStream[id]);
  const readers = new Map<Id, Value[]>();
  for (const value of values)
    for (const each of new Set(value.inputs)) readers.set(each, [...(readers.get(each) ?? []), value]);
  const search: Search = { tape, isStream, readers };
  const found = values.flatMap((value) => activationAt(search, value) ?? []);
  return found
    .sort((a, b) => a.output - b.output)
    .map((activation) => ({ ...activation, times: tape.timesAdded(activation.output) }));
}

interface Search {
  readonly tape: Tape;
  readonly isStream: readonly boolean[];
  readonly readers: ReadonlyMap<Id, readonly Value[]>;
}

function activationAt(
  search: Search,
  { id, op, inputs, attributes }: Value,
): Omit<Activation, 'times'> | undefined {
  const [a, b] = inputs as [Id, Id];
  if (op === 'Relu') return { input: a, output: id };
  if (op === 'Where') {
    const { op: test, inputs: sides } = search.tape.get(a);
    return test === 'Greater' && sides[0] === b ? { input: b, output: id } : undefined;
  }
  if (op === undefined || !GATES.has(op)) return undefined;
  for (const input of [originOf(search, a), ...(op === 'Tanh' ? originsOfPolynomial(search, a) : [])]) {
    const output = gatedOutput(search, { gate: id, input });
    if (output !== undefined) return { input, output };
  }
  return op === 'Clip' && attributes.min === 0 ? { input: a, output: id } : undefined;
}

/**
 * The value from which a gate's argument was computed with constants alone: x in x / sqrt 2, in x / 6 + 1/2
 * and in softplus(x).
 */
function originOf({ tape, isStream }: Search, id: Id): Id {
  const { op, inputs } = tape.get(id);
  const streams = inputs.filter((each) => isStream[each]);
  const isAffine = op === 'Mul' || op === 'Add' || op === 'Div' || op === 'Softplus';
  return isAffine && streams.length === 1 && isScaling({ tape, inputs, isStream })
    ? originOf({ tape, isStream, readers: new Map() }, streams[0]!)
    : id;
}

/** The longest chain of products and powers that is followed. */
const DEEPEST_POWER = 4;

/** The x of a polynomial x + b x³, up to scalars, whose other terms are powers of x. */
function originsOfPolynomial(search: Search, id: Id): readonly Id[] {
  const { tape, isStream } = search;
  const { op, inputs } = tape.get(originOf(search, id));
  if (op !== 'Add' || !inputs.every((each) => isStream[each])) return [];
  const terms = inputs.map((each) => originOf(search, each));
  return terms.filter((x) => terms.every((term) => isPowerOf(search, { id: term, x, depth: DEEPEST_POWER })));
}

interface Power {
  readonly id: Id;
  readonly x: Id;
  readonly depth: number;
}

function isPowerOf(search: Search, { id, x, depth }: Power): boolean {
  const origin = originOf(search, id);
  if (origin === x) return true;
  const { op, inputs } = search.tape.get(origin);
  if (depth === 0 || (op !== 'Mul' && op !== 'Pow')) return false;
  return inputs.every(
    (each) => !search.isStream[each] || isPowerOf(search, { id: each, x, depth: depth - 1 }),
  );
}

/** Whether all other operands are scalars. */
function isScaling({
  tape,
  inputs,
  isStream,
}: {
  readonly tape: Tape;
  readonly inputs: readonly Id[];
  readonly isStream: readonly boolean[];
}): boolean {
  return inputs.every((each) => isStream[each] || tape.get(each).constant?.length === 1);
}

/** The product of a gate and its own input, found through sums and products with scalars. */
function gatedOutput(
  search: Search,
  { gate, input }: { readonly gate: Id; readonly input: Id },
): Id | undefined {
  const { tape, isStream, readers } = search;
  for (const { id, op, inputs } of readers.get(gate) ?? []) {
    const others = inputs.filter((each) => each !== gate && isStream[each]);
    if (op === 'Mul' && others.length === 1 && originOf(search, others[0]!) === input) return id;
    const isNumeric = (op === 'Mul' || op === 'Add' || op === 'Div') && isScaling({ tape, inputs, isStream });
    const found = isNumeric ? gatedOutput(search, { gate: id, input }) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
