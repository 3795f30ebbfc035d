// Writes values of a tape as an ONNX program that computes them.
import { GraphBuilder, type Port, type Precision } from '../onnx/graph.js';
import { FLOAT } from '../onnx/write-messages.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import { TENSOR_RULES } from '../ops/tensor/table.js';
import type { Id, Tape, Value } from '../ops/tensor/tape.js';
import { fuseTransposes, type WrittenValue } from './fuse-transposes.js';

export interface ProgramOutput {
  readonly name: string;
  readonly id: Id;
}

export interface WrittenProgram {
  readonly bytes: Uint8Array;
  /** The values that are fed to the program, by the names of its inputs. */
  readonly feeds: readonly { readonly name: string; readonly id: Id }[];
}

interface WriteProgramArguments {
  readonly tape: Tape;
  readonly outputs: readonly ProgramOutput[];
  readonly fed: ReadonlyMap<Id, string>;
  /** See `WriteSite`. */
  readonly channelBlock: number;
  readonly fusion?: 'none' | 'transposes';
  readonly precision?: Precision;
}

/**
 * `fed` are values that are passed in although the tape can compute them: the outputs of earlier programs.
 * `fusion`: `transposes` writes products of transposed matrices as single nodes, which only ONNX Runtime's
 * CPU has.
 */
export function writeProgram({
  tape,
  outputs,
  fed,
  channelBlock,
  fusion = 'none',
  precision = 'float32',
}: WriteProgramArguments): WrittenProgram {
  const isFed = (id: Id) => fed.has(id);
  const asWritten = (value: Value): WrittenValue =>
    fusion === 'transposes' ? fuseTransposes({ tape, value, isFed }) : value;
  const g = new GraphBuilder(precision);
  const names = new Map<Id, string>();
  const feeds: { name: string; id: Id }[] = [];
  for (const value of neededValues({ tape, outputs: outputs.map(({ id }) => id), isFed, asWritten })) {
    const port = fed.get(value.id) ?? value.port;
    if (port !== undefined) feeds.push({ name: port, id: value.id });
    names.set(
      value.id,
      port ??
        (value.constant
          ? writeConstant(g, value)
          : writeValue({ g, tape, value: asWritten(value), names, channelBlock })),
    );
  }
  const ports = (all: readonly { name: string; id: Id }[]): Port[] =>
    all.map(({ name, id }) => ({ name, dims: tape.shape(id), type: portType(tape.get(id).type, precision) }));
  const bytes = g.build({
    name: 'block',
    inputs: ports(feeds),
    outputs: ports(outputs).map((port, i) => ({ ...port, value: names.get(outputs[i]!.id)! })),
  });
  return { bytes, feeds };
}

/** Indices and masks that are computed from images pass from one program to the next as they are. */
const portType = (type: Value['type'], precision: Precision) =>
  type === 'int' ? 'int64' : type === 'bool' ? 'bool' : precision === 'float64' ? 'double' : 'float';

interface NeededValuesArguments {
  readonly tape: Tape;
  readonly outputs: readonly Id[];
  readonly isFed: (id: Id) => boolean;
  readonly asWritten: (value: Value) => WrittenValue;
}

/** The values that the outputs need, in the order of the tape, in which every value comes after its inputs. */
function neededValues({ tape, outputs, isFed, asWritten }: NeededValuesArguments): readonly Value[] {
  const needed = new Set<Id>();
  const open = [...outputs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    if (!isFed(id)) open.push(...asWritten(tape.get(id)).inputs);
  }
  return [...needed].sort((a, b) => a - b).map((id) => tape.get(id));
}

function writeConstant(g: GraphBuilder, { id, constant, shape, type }: Value): string {
  const values = constant!;
  if (type === 'int') return g.tensor({ type: 'int64', dims: shape, data: Array.from(values) });
  if (type === 'float' && sizeOf(shape) === 1 && shape.length === 0) return g.float(values[0]!);
  const name = g.weights({
    name: `constant_${id}`,
    dims: shape,
    data: g.floatType === FLOAT ? Float32Array.from(values) : values,
  });
  return type === 'bool' ? g.add('Cast', [name], { to: 9 }) : name;
}

interface WriteValueArguments {
  readonly g: GraphBuilder;
  readonly tape: Tape;
  readonly value: WrittenValue;
  readonly names: ReadonlyMap<Id, string>;
  readonly channelBlock: number;
}

function writeValue({
  g,
  tape,
  value: { op, inputs, attributes },
  names,
  channelBlock,
}: WriteValueArguments): string {
  const rule = TENSOR_RULES[op!]!;
  const read = inputs.map((input) => names.get(input)!);
  if (!rule.write)
    return g.add(op!, read, attributes as Readonly<Record<string, number | string | readonly number[]>>);
  const shapes = inputs.map((input) => tape.shape(input));
  return rule.write({ g, inputs: read, shapes, attributes, channelBlock });
}
