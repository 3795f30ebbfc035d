// Copies an expression graph to a new tape and replaces values on the way; every pass is built on it.
import { Tape, type Value } from '../../ops/tape.js';

/** The results of a program, by name. */
export type Outputs = Readonly<Record<string, Value>>;

/** A pass returns equivalent outputs that are computed in another way. */
export type Pass = (outputs: Outputs) => Outputs;

export interface Rewriting {
  readonly tape: Tape;
  /** The copy, or the replacement, of an earlier value. */
  at(value: Value): Value;
  /** The number of values and outputs that read a value in the original graph. */
  uses(value: Value): number;
}

/** `replace` returns the value that replaces the given one, or undefined to copy it unchanged. */
export function rewrite(
  outputs: Outputs,
  replace: (value: Value, rewriting: Rewriting) => Value | undefined,
): Outputs {
  const tape = new Tape();
  // The new values, by the index of the original ones.
  const counts = countUses(outputs);
  const copies = new Array<Value>(counts.length);
  const at = (value: Value): Value => copies[value.index]!;
  const rewriting = { tape, at, uses: (value: Value) => counts[value.index]! };
  const copy = ({ primitive, inputs, attributes, shape }: Value) =>
    tape.apply({ primitive, inputs: inputs.map((input) => input && at(input)), attributes, shape });
  for (const value of readValues(outputs, counts))
    copies[value.index] = replace(value, rewriting) ?? copy(value);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, at(value)]));
}

/** The values that the outputs depend on, in the order of the tape. */
export function liveValues(outputs: Outputs): readonly Value[] {
  return readValues(outputs, countUses(outputs));
}

function readValues(outputs: Outputs, counts: Int32Array): readonly Value[] {
  const { values } = Object.values(outputs)[0]!.tape;
  return values.filter((value) => counts[value.index]! > 0);
}

/** The number of outputs, and of values that the outputs depend on, that read each value, by index. */
function countUses(outputs: Outputs): Int32Array {
  const results = Object.values(outputs);
  const { values } = results[0]!.tape;
  const counts = new Int32Array(values.length);
  for (const { index } of results) counts[index]!++;
  // A value comes after its inputs, so all of its readers have been visited when it is reached.
  for (let i = values.length - 1; i >= 0; i--)
    if (counts[i]! > 0) for (const input of values[i]!.inputs) if (input) counts[input.index]!++;
  return counts;
}

/** The inputs of a value if it is an application of this primitive, else undefined. */
export function inputsOf(value: Value | undefined, primitive: string): readonly Value[] | undefined {
  return value?.primitive === primitive ? (value.inputs as readonly Value[]) : undefined;
}
