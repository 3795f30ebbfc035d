// Copies an expression graph to a new tape, replacing values on the way: the frame of every pass.
import { Tape, type Value } from '../../ops/tape.js';

/** The results that a program is made for, by name. */
export type Outputs = Readonly<Record<string, Value>>;

/** Answers the same results, made in another way. */
export type Pass = (outputs: Outputs) => Outputs;

export interface Rewriting {
  readonly tape: Tape;
  /** The copy, or the replacement, of a value that comes before. */
  at(value: Value): Value;
  /** How many values and outputs read a value, in the graph as it was. */
  uses(value: Value): number;
}

/** `replace` answers the value that takes a value's place; `undefined` leaves it as it is. */
export function rewrite(
  outputs: Outputs,
  replace: (value: Value, rewriting: Rewriting) => Value | undefined,
): Outputs {
  const tape = new Tape();
  // The new values by the index of the old ones.
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

/** Counts by index how many values and outputs read each value. */
function countUses(outputs: Outputs, live: readonly Value[]): Int32Array {
  const counts = new Int32Array(live[0]!.tape.values.length);
  for (const { inputs } of live) for (const input of inputs) if (input) counts[input.index]!++;
  for (const { index } of Object.values(outputs)) counts[index]!++;
  return counts;
}

/** The inputs of a value that is this primitive; `undefined` where it is not. */
export function inputsOf(value: Value | undefined, primitive: string): readonly Value[] | undefined {
  return value?.primitive === primitive ? (value.inputs as readonly Value[]) : undefined;
}
