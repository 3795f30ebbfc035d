// Lets a network of several inputs, such as two images, or an image and a vector, have one that holds the numbers of all.
import { SpecError } from '../errors.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import { type Graph, type GraphInput, type GraphNode, readsOf } from './graph.js';
import { elementsOf, readAsWeights } from './initializer-uses.js';
import { NodeWriter } from './node-writer.js';
import { checkShape } from './read-tensors.js';
import { sortNodes } from './sort-nodes.js';
import type { TypedInput } from './token-ids.js';

type Parts = Omit<Graph, 'inputs'> & { readonly inputs: readonly TypedInput[] };
type Sizes = readonly number[];

/** What is computed from each input is followed through the whole network. */
const MOST_INPUTS = 256;

/** The inputs that nodes read, or the first one where they read none. */
export function inputsRead<Input extends GraphInput>(
  inputs: readonly Input[],
  nodes: readonly GraphNode[],
): readonly Input[] {
  const names = new Set(nodes.flatMap((node) => node.inputs));
  const read = inputs.filter(({ name }) => names.has(name));
  return read.length > 0 ? read : inputs.slice(0, 1);
}

/**
 * Replaces several inputs of floats by one, [batch, numbers], which nodes Split and Reshape take apart again. Independent
 * normal numbers in it are independent normal numbers in every part. The largest part comes first, and of parts of one shape
 * the one that the network reads first, so that neither the names nor the order of the inputs matters. Undefined for one
 * input, and where others than floats are among them, or weights. Throws SpecError where batches differ or a size is open.
 */
export function joinInputs(
  graph: Parts,
  file: string,
): Pick<Graph, 'inputs' | 'nodes' | 'parts'> | undefined {
  const { inputs, nodes, initializers, opset } = graph;
  const weights = readAsWeights(nodes.filter(({ op }) => op !== 'MatMul'));
  const isOther = ({ name, type }: TypedInput) => type !== 'float' || weights.has(name);
  if (inputs.length < 2 || inputs.some(isOther)) return undefined;
  checkCount(inputs.length, file);
  const batch = batchOf(inputs, file);
  const parts = inOrder(graph, inputs).map((input) => ({ name: input.name, shape: sizesOf(input, file) }));
  parts.sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape) || compareShapes(a.shape, b.shape));
  const made = nodes.flatMap(({ outputs }) => outputs);
  const write = new NodeWriter([...initializers.keys(), ...made, ...parts.map(({ name }) => name)]);
  const joined: GraphInput = {
    name: write.newName(parts.map(({ name, shape }) => `${name} [${shape}]`).join(', ')),
    shape: [batch, parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0)],
  };
  checkShape('all inputs together', [batch ?? 1, joined.shape[1]!]);
  return {
    inputs: [joined],
    nodes: [...split({ joined: joined.name, parts, opset, write }), ...nodes],
    parts: parts.map(({ name }) => name),
  };
}

/** Throws SpecError for more inputs than can be followed; a lookup of integers in a table counts as one. */
export function checkCount(inputs: number, file: string): void {
  if (inputs > MOST_INPUTS)
    throw SpecError.inFile({
      file,
      reason: 'too-large',
      message: `has ${inputs} inputs; must have at most ${MOST_INPUTS}`,
    });
}

/** Whether a node was added to take the only input apart. */
export function makesParts({ inputs, parts }: Pick<Graph, 'inputs' | 'parts'>, node: GraphNode): boolean {
  if (!parts) return false;
  return node.inputs[0] === inputs[0]!.name || node.outputs.some((name) => parts.includes(name));
}

/** By the first axis in which they differ; a shape that begins another one is before it. */
function compareShapes(a: Sizes, b: Sizes): number {
  const at = a.findIndex((n, i) => n !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? 0);
}

/**
 * The inputs in the order in which a walk from the output reads their elements. Nodes that only need the shape of one do not
 * count, because exporters compute sizes in different ways; what nothing else reads comes last.
 */
function inOrder({ nodes, outputs, initializers }: Parts, inputs: readonly TypedInput[]) {
  const given = new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
  const walk = (reads: (node: GraphNode) => readonly string[]) =>
    sortNodes({ nodes, given, outputs, reads }).flatMap(reads);
  const elements = (node: GraphNode) => elementsOf({ ...node, inputs: readsOf(node) });
  const read = [...walk(elements), ...walk(readsOf)];
  const place = new Map([...read.entries()].reverse().map(([i, name]) => [name, i]));
  return [...inputs].sort((a, b) => place.get(a.name)! - place.get(b.name)!);
}

function batchOf(inputs: readonly GraphInput[], file: string): number | undefined {
  const [first, ...others] = inputs as [GraphInput, ...GraphInput[]];
  const scalar = inputs.find(({ shape }) => shape.length === 0);
  const other = scalar ?? others.find(({ shape }) => shape[0] !== first.shape[0]);
  if (other)
    throw SpecError.inFile({
      file,
      reason: 'image-size',
      message: `has ${inputs.length} inputs, ${inputs.map(describe).join(', ')}, whose batches, their first axes, differ; must be equal in all, or open in all: export the file with the same batch for every input`,
    });
  return first.shape[0];
}

/** The sizes of one image. Throws SpecError where the file leaves one open. */
export function sizesOf(input: GraphInput, file: string): Sizes {
  const sizes = input.shape.slice(1).filter((n) => n !== undefined);
  if (sizes.length === input.shape.length - 1) return sizes;
  throw SpecError.inFile({
    file,
    reason: 'image-size',
    message: `has several inputs, and the size of ${describe(input)} is open; must be fixed in every axis but the batch where a network has several inputs: export the file for one size of each`,
  });
}

const describe = ({ name, shape }: GraphInput) => `"${name}" [${shape.map((n) => n ?? 'any').join(', ')}]`;

interface SplitArguments {
  readonly joined: string;
  readonly parts: readonly { readonly name: string; readonly shape: Sizes }[];
  readonly opset: number;
  readonly write: NodeWriter;
}

function split({ joined, parts, opset, write }: SplitArguments): readonly GraphNode[] {
  const sizes = parts.map(({ shape }) => sizeOf(shape));
  const rows = parts.map(({ name }) => write.newName(`${name}/row`));
  // The sizes are an attribute before operator set 13.
  const inputs = opset < 13 ? [joined] : [joined, write.ints(sizes)];
  write.node({
    op: 'Split',
    inputs,
    outputs: rows,
    attributes: { axis: 1, ...(opset < 13 ? { split: sizes } : {}) },
  });
  parts.forEach(({ name, shape }, i) => {
    // 0 keeps the size of the batch.
    write.node({ op: 'Reshape', inputs: [rows[i]!, write.ints([0, ...shape])], outputs: [name] });
  });
  return write.nodes;
}
