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
  const copies = new Map<Value, Value>();
  const at = (value: Value): Value => copies.get(value)!;
  const live = liveValues(outputs);
  const counts = countUses(outputs, live);
  const rewriting = { tape, at, uses: (value: Value) => counts.get(value) ?? 0 };
  for (const value of live) {
    const { inputs } = value;
    const copy = () => tape.apply({ ...value, inputs: inputs.map((input) => input && at(input)) });
    copies.set(value, replace(value, rewriting) ?? copy());
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, at(value)]));
}

/** The values that the outputs depend on, in the order of the tape. */
export function liveValues(outputs: Outputs): readonly Value[] {
  const results = Object.values(outputs);
  const live = new Set(results);
  const { values } = results[0]!.tape;
  for (let i = values.length - 1; i >= 0; i--)
    if (live.has(values[i]!)) for (const input of values[i]!.inputs) if (input) live.add(input);
  return values.filter((value) => live.has(value));
}

function countUses(outputs: Outputs, live: readonly Value[]): ReadonlyMap<Value, number> {
  const counts = new Map<Value, number>();
  const count = (value: Value | undefined) => value && counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const { inputs } of live) inputs.forEach(count);
  Object.values(outputs).forEach(count);
  return counts;
}

/** The inputs of a value that is this primitive; `undefined` where it is not. */
export function inputsOf(value: Value | undefined, primitive: string): readonly Value[] | undefined {
  return value?.primitive === primitive ? (value.inputs as readonly Value[]) : undefined;
}
