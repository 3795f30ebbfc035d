// Writes scheduled values as ONNX nodes, using the writers of a memory layout.
import type { Attributes, GraphBuilder } from '../onnx/graph.js';
import type { LayoutPrimitive } from '../ops/primitives.js';
import { NONE, type Value } from '../ops/tape.js';

/** A value to be written, and the names of its inputs; an absent optional input has the name ''. */
export interface Written {
  readonly g: GraphBuilder;
  readonly value: Value;
  readonly inputs: readonly string[];
}

/** A function for each primitive of a memory layout that writes it and returns the name of the result. */
export type Writers = Readonly<
  Record<Exclude<LayoutPrimitive, 'mulByChannel' | 'subByChannel'>, (written: Written) => string>
>;

/** The program's input that holds the weight of a slot. */
export const weightInput = (slot: string): string => `w:${slot}`;

interface WriteArguments {
  readonly g: GraphBuilder;
  readonly values: readonly Value[];
  readonly writers: Readonly<Record<string, (written: Written) => string>>;
  readonly given?: Readonly<Record<string, string>>;
}

/**
 * Writes all values and returns their names. `given` maps the names of inputs to other names in the graph.
 */
export function write({ g, values, writers, given = {} }: WriteArguments): (value: Value) => string {
  // The names of the results of each value, by its index.
  const names: (readonly string[])[] = [];
  const nameOf = (value: Value | undefined): string => (value ? names[value.index]![0]! : '');
  for (const value of values) {
    const { primitive, attributes, inputs, index } = value;
    if (primitive === 'input')
      names[index] = [given[attributes.name as string] ?? (attributes.name as string)];
    else if (primitive === 'result') names[index] = [names[inputs[0]!.index]![attributes.index as number]!];
    else names[index] = writeValue({ g, value, inputs: inputs.map(nameOf) }, writers);
  }
  return nameOf;
}

function writeValue(
  { g, value, inputs }: Written,
  writers: Readonly<Record<string, (written: Written) => string>>,
): readonly string[] {
  const { primitive, attributes } = value;
  switch (primitive) {
    case 'weight':
      return [weightInput(attributes.slot as string)];
    case 'constant':
      return [writeConstant(g, attributes)];
  }
  if (Object.hasOwn(writers, primitive)) return [writers[primitive]!({ g, value, inputs })];
  if (attributes === NONE) return g.addMany(primitive, inputs, { results: 1 });
  const { results = 1, ...others } = attributes;
  const given = Object.keys(others).length > 0 ? others : undefined;
  return g.addMany(primitive, inputs, { attributes: given, results: results as number });
}

function writeConstant(g: GraphBuilder, { type, dims, data }: Attributes): string {
  const [sizes, numbers] = [dims as readonly number[], data as readonly number[]];
  if (type === 'int64' && sizes.length === 1) return g.ints(...numbers);
  if (type === 'float' && sizes.length === 0) return g.float(numbers[0]!);
  if (type === 'float' && sizes.length === 1) return g.floats(...numbers);
  return g.tensor({ type: type as 'float' | 'int64', dims: sizes, data: numbers });
}
