// Writes a network that was read from a file as an ONNX model for inference, with the weights of a draw.
import { SpecError } from '../errors.js';
import { fixedBatch } from '../graph/free-batch.js';
import type { AttributeValue, Constant, Graph, GraphNode } from '../graph/graph.js';
import { imageShape } from '../graph/image-shape.js';
import { makesParts } from '../graph/join-inputs.js';
import { type ResolvedGraph, resolveGraph } from '../graph/resolve.js';
import { drawnPlaces, initializationOf, weightRoles } from '../graph/weight-roles.js';
import type { Draw } from '../ir/draw.js';
import { GraphBuilder } from '../onnx/graph.js';
import { attributeOf } from './graph-attributes.js';
import { IMAGES, LOGITS, type ModelInput } from './layers.js';

/** The number of images with which shapes are inferred where the file accepts any batch. */
const BATCH = 2;
/**
 * The number of inputs that these operators keep in inference; their further inputs and outputs are for
 * training alone.
 */
const INFERENCE_INPUTS: Readonly<Record<string, number>> = { BatchNormalization: 3, Dropout: 1 };
/** Attributes of batch normalizations that choose training, or have no effect without it. */
const OF_TRAINING: readonly string[] = ['training_mode', 'momentum'];
/**
 * Values of TensorProto.DataType for integers, which all become int64, and for floating-point numbers, which
 * all become float32.
 */
const SMALL_INTEGERS = new Set([2, 3, 4, 5, 6, 12, 13]);
const OTHER_FLOATS = new Set([10, 11, 16]);
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
/** The newest operator set that ONNX Runtime reads. Later ones only add types and attributes. */
const NEWEST = 26;
/** The largest integer that is written; no axis is that long. */
const LARGEST = 2 ** 62;

export interface FileModel {
  readonly inputs: readonly ModelInput[];
  /** The only batch that the network accepts; undefined where it accepts any. */
  readonly batch: number | undefined;
  /** `comment` says in words what the model is. */
  readonly bytes: (draw: Draw, comment?: string) => Uint8Array;
}

/**
 * The nodes are those of the file in inference mode; normalizations have running mean 0 and variance 1, as
 * before training. The weights are those with which the draw scores the network. Input
 * `images`, or those of `inputsOf`; output `logits`. Throws SpecError.
 */
export function fileModel({
  graph,
  resolution,
}: {
  readonly graph: Graph;
  readonly resolution: number;
}): FileModel {
  const [input] = graph.inputs;
  const image = imageShape(input!, resolution);
  const resolved = resolveGraph({ graph, batch: input!.shape[0] ?? BATCH, image, file: 'the network' });
  const batch = fixedBatch({ graph, image });
  const inputs = inputsOf(graph, resolved);
  return {
    inputs,
    batch,
    bytes: (draw, comment) => writeDraw({ graph, resolved, inputs, batch, draw, comment }),
  };
}

/** `images`, or `input_1`, `input_2`, ... in the order of the only input that holds the numbers of all (join-inputs.ts). */
function inputsOf(
  { parts = [] }: Graph,
  { tape, input, named, embedded = [], isOfTokens }: ResolvedGraph,
): readonly ModelInput[] {
  if (parts.length === 0) {
    const only = { name: IMAGES, shape: tape.shape(input).slice(1) };
    return [isOfTokens ? { ...only, isEmbedded: true } : only];
  }
  return parts.map((part, i) => {
    const id = named.get(part)!;
    const each = { name: `input_${i + 1}`, shape: tape.shape(id).slice(1) };
    return embedded.includes(id) ? { ...each, isEmbedded: true } : each;
  });
}

/** The nodes without those that take an only input apart, whose parts are inputs of the model. */
function nodesBehindInputs(graph: Graph): readonly GraphNode[] {
  const kept = graph.nodes.filter((node) => !makesParts(graph, node));
  const read = new Set([...graph.outputs, ...kept.flatMap(({ inputs }) => inputs)]);
  return kept.filter(({ outputs }) => outputs.some((name) => read.has(name)));
}

interface WriteDrawArguments extends Pick<FileModel, 'inputs' | 'batch'> {
  readonly graph: Graph;
  readonly resolved: ResolvedGraph;
  readonly draw: Draw;
  readonly comment: string | undefined;
}

function writeDraw({ graph, resolved, inputs, batch, draw, comment }: WriteDrawArguments): Uint8Array {
  const g = new GraphBuilder();
  const { parts = [graph.inputs[0]!.name] } = graph;
  const names = new Map(parts.map((part, i) => [part, inputs[i]!.name]));
  addWeights({ g, resolved, names, draw });
  for (const node of nodesBehindInputs(graph)) addNode({ g, graph, resolved, node, names });
  const { tape, output } = resolved;
  const [first, ...rest] = tape.shape(output);
  return g.build({
    name: 'zeroscout',
    notes: true,
    comment,
    inputs: inputs.map(({ name, shape, isEmbedded }) => ({
      name,
      dims: [batch ?? 'batch', ...shape],
      ...(isEmbedded ? { isEmbedded } : {}),
    })),
    outputs: [
      {
        name: LOGITS,
        dims: [batch === undefined ? 'batch' : first!, ...rest],
        value: names.get(graph.outputs[0]!)!,
      },
    ],
    opset: Math.min(graph.opset, NEWEST),
  });
}

interface AddWeightsArguments {
  readonly g: GraphBuilder;
  readonly resolved: ResolvedGraph;
  readonly names: Map<string, string>;
  readonly draw: Draw;
}

/** Weights keep the names under which they are drawn. */
function addWeights({ g, resolved, names, draw }: AddWeightsArguments): void {
  const roles = weightRoles(resolved);
  const places = drawnPlaces(roles);
  resolved.weights.forEach(({ name, shape, initializer }, index) => {
    const initialization = initializationOf(roles[index]!);
    const values = initialization ? undefined : initializer.read();
    if (!initialization && !values)
      throw SpecError.of({ path: '', message: `the numbers of a constant [${shape}] are not in the file` });
    const given = initialization ? `graph.${places[index]}` : `constant.${index}`;
    const data = initialization
      ? draw.weight({ name: given, shape, initialization })
      : Float32Array.from(values!);
    const constant = initialization ? {} : { isBuffer: true as const };
    names.set(name, g.weights({ name: given, dims: shape, data, ...constant }));
  });
}

interface AddNodeArguments {
  readonly g: GraphBuilder;
  readonly graph: Graph;
  readonly resolved: ResolvedGraph;
  readonly node: GraphNode;
  readonly names: Map<string, string>;
}

function addNode({ g, graph, resolved, node, names }: AddNodeArguments): void {
  const { op, attributes } = node;
  const value = attributes.value;
  if (op === 'Constant') {
    names.set(node.outputs[0]!, constantOf(g, node));
    return;
  }
  const read = (name: string): string => {
    if (name === '') return '';
    const known = names.get(name);
    if (known !== undefined) return known;
    const made = initializerOf(g, graph, name);
    names.set(name, made);
    return made;
  };
  const inputs = withoutLengths(node).slice(0, INFERENCE_INPUTS[op]).map(read);
  if (op === 'ConstantOfShape') {
    const one = isTensor(value) ? tensorOf(g, { ...value, shape: [] }) : g.float(0);
    names.set(node.outputs[0]!, g.add('Expand', [one, inputs[0]!]));
    return;
  }
  const isStandardized = standardizesWeights(resolved, node);
  if (op === 'BatchNormalization' && !isStandardized) inputs.push(...runningStatistics(g, resolved, node));
  const results = INFERENCE_INPUTS[op] === undefined ? node.outputs.length : 1;
  const kept = Object.entries(attributes).filter(([name]) => !OF_TRAINING.includes(name));
  const typed = Object.fromEntries(
    kept.map(([name, each]) => [name, attributeOf(name, castTo(op, name, each))]),
  );
  const made = g.addMany(isStandardized ? 'InstanceNormalization' : op, inputs, {
    attributes: typed,
    results,
  });
  made.forEach((name, i) => {
    names.set(node.outputs[i]!, name);
  });
}

/** The lengths of the sequences of a recurrent layer are those of all steps, as without them. */
function withoutLengths({ op, inputs }: GraphNode): readonly string[] {
  const isRecurrent = op === 'LSTM' || op === 'GRU' || op === 'RNN';
  return isRecurrent && inputs.length > 4 ? inputs.with(4, '') : inputs;
}

/**
 * Whether the node is a batch normalization of weights [1, ...] by their own statistics (weight standardization, as of NFNet and
 * BiT). In inference these stay, unlike those of images, so that it is an instance normalization.
 */
function standardizesWeights({ tape, named, isStream }: ResolvedGraph, { op, inputs }: GraphNode): boolean {
  if (op !== 'BatchNormalization') return false;
  const id = named.get(inputs[0]!)!;
  return !isStream[id] && tape.shape(id)[0] === 1;
}

/** Running mean 0 and variance 1. */
function runningStatistics(
  g: GraphBuilder,
  { tape, named }: ResolvedGraph,
  { inputs }: GraphNode,
): readonly string[] {
  const size = tape.shape(named.get(inputs[1]!)!)[0]!;
  const addFilled = (part: string, value: number) =>
    g.weights({ name: `${part}.${size}`, dims: [size], data: new Float32Array(size).fill(value) });
  return [addFilled('mean', 0), addFilled('variance', 1)];
}

function castTo(op: string, name: string, value: GraphNode['attributes'][string]) {
  if (op !== 'Cast' || name !== 'to') return value;
  return SMALL_INTEGERS.has(value as number) ? INT64 : OTHER_FLOATS.has(value as number) ? FLOAT : value;
}

function constantOf(g: GraphBuilder, { attributes, name }: GraphNode): string {
  const { value, value_float: float, value_int: int, value_floats: floats, value_ints: ints } = attributes;
  // As a tensor of the file it would have a place among the weights, in whose order numbers are drawn.
  if (isTensor(value) && value.type === 'float') return g.floatNode(value.shape, Array.from(value.values));
  if (isTensor(value)) return tensorOf(g, value);
  if (typeof float === 'number') return g.float(float);
  if (typeof int === 'number') return g.tensor({ type: 'int64', dims: [], data: [inRange(int)] });
  if (floats) return g.floatNode([(floats as readonly number[]).length], floats as readonly number[]);
  if (ints) return g.ints(...(ints as readonly number[]).map(inRange));
  throw SpecError.of({ path: '', message: `${name} has no value of numbers` });
}

/** An initializer that is part of the graph: axes, shapes, indices. */
function initializerOf(g: GraphBuilder, graph: Graph, name: string): string {
  const { shape, type, read } = graph.initializers.get(name)!;
  const values = read();
  if (!values)
    throw SpecError.of({ path: '', message: `the numbers of a constant [${shape}] are not in the file` });
  return tensorOf(g, { shape, type, values });
}

/**
 * Exporters write the largest int64 for "to the end". As a JavaScript number it is rounded to 2^63, which overflows
 * int64.
 */
const inRange = (value: number) => Math.min(Math.max(value, -LARGEST), LARGEST);

function tensorOf(g: GraphBuilder, { shape, type, values }: Constant): string {
  const stored = type === 'float' ? 'float' : 'int64';
  const data = Array.from(type === 'float' ? values : values.map(inRange));
  const name = g.tensor({ type: stored, dims: shape, data });
  return type === 'bool' ? g.add('Cast', [name], { to: BOOL }) : name;
}

function isTensor(value: AttributeValue | undefined): value is Constant {
  return typeof value === 'object' && 'values' in value && 'shape' in value;
}
