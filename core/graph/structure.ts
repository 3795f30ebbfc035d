// Writes the structure of a network as text: everything but names, the order of nodes and the values of
// weights. The digest of this text identifies the network.
import { createHash } from 'node:crypto';
import { SpecError } from '../errors.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import {
  type AttributeValue,
  type Constant,
  type Graph,
  type GraphNode,
  type Initializer,
  readsOf,
} from './graph.js';
import { usesOf, zerosOf } from './initializer-uses.js';

/** Operators that return their first input. */
const PASSED_ON = new Set(['Identity', 'Dropout']);

/** JSON has no infinities, so these are written as text. */
type Numbers = readonly (number | string)[];
interface Tensor {
  readonly shape: readonly number[];
  readonly type: Constant['type'];
  readonly values?: Numbers;
}
type Attribute = Exclude<AttributeValue, Constant> | Tensor;
interface Structure {
  readonly opset: number;
  readonly input: readonly (number | null)[];
  readonly output: string;
  /** Tensors that a person named as features; absent where features are to be found. */
  readonly features?: readonly string[];
  /** Absent where normalization is as in the file. */
  readonly normalization?: 'restore';
  /** See `Graph`. */
  readonly tableSize?: number;
  readonly parts?: readonly string[];
  readonly embedded?: readonly string[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly (readonly [
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ])[];
}

/**
 * Nodes are in the order of a walk from the output over inputs in their written order (sort-nodes.ts), and
 * tensors are numbered in that order. `constants` lists initializers that look like weights but are none:
 * masks, statistics of images (weight-roles.ts). Other constants are determined here (initializer-uses.ts).
 */
export function structureText({
  graph,
  constants,
  features,
}: {
  readonly graph: Graph;
  readonly constants: ReadonlySet<string>;
  /** Names of tensors; throws SpecError for one on which the output does not depend. */
  readonly features?: readonly string[] | undefined;
}): string {
  const { opset, inputs, outputs, nodes, initializers, normalization, tableSize, parts, embedded } = graph;
  const uses = usesOf(graph);
  const isKept = (name: string, initializer: Initializer) =>
    constants.has(name) || uses.constants.has(name) || zerosOf(uses, name, initializer) !== undefined;
  const numbers = new Map<string, string>([[inputs[0]!.name, 'x']]);
  const tensors: Record<string, Tensor> = {};
  const numberOf = (name: string): string => {
    const known = name === '' ? '' : numbers.get(name);
    if (known !== undefined) return known;
    const number = `t${numbers.size}`;
    numbers.set(name, number);
    const initializer = initializers.get(name);
    if (initializer) tensors[number] = tensorOf(initializer, isKept(name, initializer) ? 'kept' : 'left out');
    return number;
  };
  const written: Structure['nodes'][number][] = [];
  const needed = neededNodes(graph);
  for (const node of nodes) {
    if (!needed.has(node)) continue;
    const [first] = node.inputs;
    if (PASSED_ON.has(node.op)) numbers.set(node.outputs[0]!, numberOf(first!));
    else written.push([node.op, node.inputs.map(numberOf), node.outputs.map(numberOf), attributesOf(node)]);
  }
  const input = inputs[0]!.shape.map((n) => n ?? null);
  const output = numberOf(outputs[0]!);
  // The order of the keys is part of the digest.
  const structure: Structure = {
    opset,
    input,
    output,
    ...(features ? { features: features.map((name) => nameOf(numbers, name)) } : {}),
    ...(normalization === 'restore' ? { normalization } : {}),
    ...(tableSize === undefined ? {} : { tableSize }),
    ...(parts ? { parts: parts.flatMap((name) => numbers.get(name) ?? []) } : {}),
    ...(embedded ? { embedded: embedded.flatMap((name) => numbers.get(name) ?? []) } : {}),
    tensors,
    nodes: written,
  };
  return JSON.stringify(structure);
}

function nameOf(numbers: ReadonlyMap<string, string>, name: string): string {
  const number = numbers.get(name);
  if (number !== undefined) return number;
  throw SpecError.of({
    path: '',
    message: `the output of the network does not depend on its feature "${name}"`,
  });
}

/** SHA-256 in hexadecimal. */
export function structureDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reads the graph from a text that `structureText` wrote. */
export function graphOfStructure(text: string): Graph {
  const { opset, input, output, tensors, nodes, normalization, tableSize, parts, embedded } = JSON.parse(
    text,
  ) as Structure;
  const initializers = new Map(
    Object.entries(tensors).map(([name, { shape, type, values }]): [string, Initializer] => [
      name,
      {
        shape,
        type,
        read: () => values && fromNumbers(values),
        // Only tensors that are no weights have numbers here.
        ...(values && sizeOf(shape) > 1 ? { isBuffer: true as const } : {}),
      },
    ]),
  );
  return {
    opset,
    inputs: [{ name: 'x', shape: input.map((n) => n ?? undefined) }],
    outputs: [output],
    nodes: nodes.map(([op, inputs, outputs, attributes], i): GraphNode => {
      const entries = Object.entries(attributes).map(([name, value]) => [name, fromAttribute(value)]);
      return { op, name: `${op} number ${i}`, inputs, outputs, attributes: Object.fromEntries(entries) };
    }),
    initializers,
    ...(normalization ? { normalization } : {}),
    ...(tableSize === undefined ? {} : { tableSize }),
    ...(parts ? { parts } : {}),
    ...(embedded ? { embedded } : {}),
  };
}

/** The tensors that are features by their names in `graphOfStructure`; undefined where features are to be found. */
export function featuresOfStructure(text: string): readonly string[] | undefined {
  return (JSON.parse(text) as Structure).features;
}

/** The nodes on which the first output depends. */
function neededNodes({ nodes, outputs }: Graph): ReadonlySet<GraphNode> {
  const read = new Set([outputs[0]!]);
  const needed = new Set<GraphNode>();
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    needed.add(node);
    for (const name of PASSED_ON.has(node.op) ? node.inputs.slice(0, 1) : readsOf(node)) read.add(name);
  }
  return needed;
}

function tensorOf({ shape, type, read }: Initializer, numbers: 'kept' | 'left out'): Tensor {
  const values = numbers === 'kept' ? read() : undefined;
  return { shape, type, ...(values ? { values: toNumbers(values) } : {}) };
}

function attributesOf({ attributes }: GraphNode): Readonly<Record<string, Attribute>> {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: AttributeValue): Attribute {
  if (typeof value !== 'object' || Array.isArray(value)) return value as Attribute;
  const { shape, type, values } = value as Constant;
  return { shape, type, values: toNumbers(values) };
}

function fromAttribute(value: Attribute): AttributeValue {
  if (typeof value !== 'object' || Array.isArray(value)) return value as AttributeValue;
  const { shape, type, values } = value as Tensor;
  return { shape, type, values: fromNumbers(values ?? []) };
}

function toNumbers(values: Float64Array): Numbers {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)));
}

function fromNumbers(values: Numbers): Float64Array {
  return Float64Array.from(values, Number);
}
