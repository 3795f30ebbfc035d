// Lets a network that looks integers up in tables, such as categories beside numbers, read the rows of these tables instead.
import { DATA_TYPE } from '../onnx/tensor-values.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Graph, GraphInput, GraphNode } from './graph.js';
import { elementsOf } from './initializer-uses.js';
import { checkCount, sizesOf } from './join-inputs.js';
import { NodeWriter } from './node-writer.js';
import { checkShape, LARGEST_CONSTANT } from './read-tensors.js';
import { resolveGraph } from './resolve.js';
import { sortNodes } from './sort-nodes.js';
import { FIRST_ID, type Held, heldBy, type TypedInput } from './token-ids.js';

type Parts = Pick<Graph, 'nodes' | 'initializers' | 'opset'> & { readonly inputs: readonly TypedInput[] };

export interface EmbeddedIntegers {
  readonly inputs: readonly TypedInput[];
  readonly nodes: readonly GraphNode[];
  /** The number of parameters in the tables that no other node reads. */
  readonly tableSize: number;
  /** The inputs that hold rows of tables. */
  readonly embedded: readonly string[];
}

/** Batches with which the shape of what is looked up is determined, where the file leaves the batch open. */
const BATCHES = [2, 3];

/**
 * Replaces each lookup of integers in a table of weights [rows, channels] by an input of floats [batch, ..., channels]. With
 * independent normal numbers in it, this is the table as PyTorch draws it, as long as no row is looked up twice. What else is
 * computed from the integers, such as a mask, is computed from known ones (`writeKnown`). Undefined where an input of
 * integers is looked up nowhere, where images are not the first axis, or for a mask that is not recognized (token-ids.ts). Throws
 * SpecError where a size is open.
 */
export function embedIntegers(graph: Parts, file: string): EmbeddedIntegers | undefined {
  const { nodes, initializers } = graph;
  const integers = graph.inputs.filter((input) => input.type === 'int' && heldBy(input) === undefined);
  const isOfTokens = ({ shape }: TypedInput) => integers.some((ids) => String(ids.shape) === String(shape));
  const isBeside = (input: TypedInput) => heldBy(input) !== undefined && isOfTokens(input);
  const replaced = [...integers, ...graph.inputs.filter(isBeside)];
  // Random numbers are no mask, and what a mask of another name holds is not known.
  const isRefused = ({ type, name }: TypedInput) => type !== 'float' || /mask/i.test(name);
  if (graph.inputs.some((input) => !replaced.includes(input) && isRefused(input))) return undefined;
  const lookups = findLookups(graph, integers);
  if (!lookups) return undefined;
  const indices = new Set([...lookups].map((node) => node.inputs[1]!));
  checkCount(graph.inputs.length - replaced.length + indices.size, file);
  const shapes = shapesOfIndices({ graph, replaced, indices, file });
  if (!shapes) return undefined;
  const firsts = new Map<string, string>();
  const inputs: TypedInput[] = graph.inputs.filter((input) => !replaced.includes(input));
  const rewritten = nodes.map((node): GraphNode | undefined => {
    if (!lookups.has(node)) return node;
    const [table, index] = node.inputs as [string, string];
    const [name] = node.outputs as [string];
    const lookup = `${table} ${index}`;
    const first = firsts.get(lookup);
    if (first !== undefined) return { ...node, op: 'Identity', inputs: [first], attributes: {} };
    firsts.set(lookup, name);
    const [, channels] = initializers.get(table)!.shape as [number, number];
    inputs.push({ name, shape: [...shapes.get(index)!, channels], type: 'float' });
    return undefined;
  });
  const embedded = [...firsts.values()];
  const kept = rewritten.filter((node) => node !== undefined);
  const known = writeKnown({ graph, replaced, like: embedded[0]!, file });
  const read = new Set(kept.flatMap(elementsOf));
  const tables = new Set([...lookups].map((node) => node.inputs[0]!).filter((table) => !read.has(table)));
  return {
    inputs,
    nodes: [...known, ...kept],
    tableSize: [...tables].reduce((sum, table) => sum + sizeOf(initializers.get(table)!.shape), 0),
    embedded,
  };
}

/** The nodes that look up what is computed from `integers` alone; undefined where one of these is looked up nowhere. */
function findLookups(
  { nodes, initializers, inputs }: Parts,
  integers: readonly TypedInput[],
): ReadonlySet<GraphNode> | undefined {
  // The inputs of integers from which a tensor is computed; undefined where others are among them.
  const sources = new Map<string, ReadonlySet<string> | undefined>();
  for (const input of inputs)
    sources.set(input.name, integers.includes(input) ? new Set([input.name]) : undefined);
  const lookups = new Set<GraphNode>();
  const found = new Set<string>();
  for (const node of nodes) {
    const read = node.inputs.filter((name) => sources.has(name));
    const isMixed = read.some((name) => sources.get(name) === undefined);
    const of = new Set(read.flatMap((name) => [...(sources.get(name) ?? [])]));
    const [table, index] = node.inputs;
    const { shape = [], type } = initializers.get(table!) ?? {};
    const isTable = type === 'float' && shape.length === 2 && Number(node.attributes.axis ?? 0) === 0;
    const isLookup = node.op === 'Gather' && isTable && !isMixed && read.includes(index!);
    if (isLookup) {
      lookups.add(node);
      for (const name of of) found.add(name);
    }
    if (read.length > 0)
      for (const name of node.outputs) sources.set(name, isMixed || isLookup ? undefined : of);
  }
  return integers.length > 0 && found.size === integers.length ? lookups : undefined;
}

interface Replacing {
  readonly graph: Parts;
  readonly replaced: readonly TypedInput[];
  readonly file: string;
}

/** The shape of each tensor of indices, with the batch of the file; undefined where images are not the first axis of one. */
function shapesOfIndices({
  graph: { nodes, initializers, ...graph },
  replaced,
  indices,
  file,
}: Replacing & { readonly indices: ReadonlySet<string> }):
  | ReadonlyMap<string, GraphInput['shape']>
  | undefined {
  const batch = replaced[0]!.shape[0];
  const images: GraphInput = { name: 'images of any kind', shape: [batch, 1] };
  const known = writeKnown({ graph: { nodes, initializers, ...graph }, replaced, like: images.name, file });
  const outputs = [...indices];
  const given = new Set([images.name, ...initializers.keys()]);
  const sorted = sortNodes({ nodes: [...known, ...nodes], given, outputs });
  const part = { opset: graph.opset, inputs: [images], outputs, nodes: sorted, initializers };
  const found = (batch === undefined ? BATCHES : [batch]).map((count) => {
    const { tape, named } = resolveGraph({ graph: part, batch: count, image: [1], file });
    return outputs.map((index) => {
      const [first, ...sizes] = tape.shape(named.get(index)!);
      return first === count ? sizes : undefined;
    });
  });
  const shapes = new Map<string, GraphInput['shape']>();
  for (const [i, index] of outputs.entries()) {
    const sizes = found[0]![i];
    if (!sizes || found.some((at) => String(at[i]) !== String(sizes))) return undefined;
    shapes.set(index, [batch, ...sizes]);
  }
  return shapes;
}

/** Nodes that compute known numbers of the name and shape of each replaced input, with the batch of the tensor `like`. */
function writeKnown({
  graph: { nodes, initializers, inputs },
  replaced,
  like,
  file,
}: Replacing & { readonly like: string }): readonly GraphNode[] {
  const made = nodes.flatMap(({ outputs }) => outputs);
  const write = new NodeWriter([...initializers.keys(), ...inputs.map(({ name }) => name), ...made, like]);
  const batch = write.add('Gather', [write.add('Shape', [like]), write.ints([0])]);
  for (const input of replaced) {
    const sizes = sizesOf(input, file);
    checkShape(`the numbers of input "${input.name}"`, sizes, LARGEST_CONSTANT);
    const one = write.constant(numbersOf(heldBy(input), sizes), [1, ...sizes]);
    const shape = write.add('Concat', [batch, write.ints(sizes)], { axis: 0 });
    const to = DATA_TYPE[input.type === 'int' ? 'int64' : input.type];
    write.node({
      op: 'Cast',
      inputs: [write.add('Expand', [one, shape])],
      outputs: [input.name],
      attributes: { to },
    });
  }
  return write.nodes;
}

/** The numbers of one image: those that a mask or positions hold, or else integers that count from `FIRST_ID`. */
function numbersOf(held: Held | undefined, sizes: readonly number[]): readonly number[] {
  const count = Array.from({ length: sizeOf(sizes) }, (_, i) => i);
  if (held === 'ones' || held === 'zeros') return count.map(() => (held === 'ones' ? 1 : 0));
  return held === 'positions' ? count.map((i) => i % (sizes.at(-1) ?? 1)) : count.map((i) => i + FIRST_ID);
}
