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
  const copies: Value[] = [];
  const at = (value: Value): Value => copies[value.index]!;
  const live = liveValues(outputs);
  const counts = countUses(outputs, live);
  const rewriting = { tape, at, uses: (value: Value) => counts[value.index]! };
  for (const value of live) {
    const { primitive, inputs, attributes, shape } = value;
    const copy = () =>
      tape.apply({ primitive, inputs: inputs.map((input) => input && at(input)), attributes, shape });
    copies[value.index] = replace(value, rewriting) ?? copy();
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, at(value)]));
}

/** The values that the outputs depend on, in the order of the tape. */
export function liveValues(outputs: Outputs): readonly Value[] {
  const results = Object.values(outputs);
  const { values } = results[0]!.tape;
  const isLive = new Uint8Array(values.length);
  for (const { index } of results) isLive[index] = 1;
  for (let i = values.length - 1; i >= 0; i--)
    if (isLive[i]) for (const input of values[i]!.inputs) if (input) isLive[input.index] = 1;
  return values.filter(({ index }) => isLive[index]);
}

/** The number of values and outputs that read each value, by index. */
function countUses(outputs: Outputs, live: readonly Value[]): Int32Array {
  const counts = new Int32Array(live[0]!.tape.values.length);
  for (const { inputs } of live) for (const input of inputs) if (input) counts[input.index]!++;
  for (const { index } of Object.values(outputs)) counts[index]!++;
  return counts;
}

/** The inputs of a value if it is an application of this primitive, else undefined. */
export function inputsOf(value: Value | undefined, primitive: string): readonly Value[] | undefined {
  return value?.primitive === primitive ? (value.inputs as readonly Value[]) : undefined;
}
