// Reads the bytes of an ONNX file into a graph and reports what is wrong with them.
import { SpecError } from '../errors.js';
import { otherContent } from '../onnx/other-content.js';
import {
  type AttributeProto,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '../onnx/proto.js';
import { ReadError, reasonOfRead } from '../onnx/read-error.js';
import { numberType, type ReadExternal } from '../onnx/tensor-values.js';
import { quote } from '../text/show.js';
import { readLearnedOperands } from './exporters/learned-operands.js';
import { modulesOf } from './exporters/module-names.js';
import { holdsEmbeddings, trainedTensors, untrainedTensors } from './exporters/notes.js';
import { restoreParameters } from './exporters/restore-parameters.js';
import { replaceSpectralNorms } from './exporters/spectral-norm.js';
import { unfuseNormalization } from './exporters/unfuse-normalization.js';
import { unquantize } from './exporters/unquantize.js';
import type { AttributeValue, Graph, GraphNode, Initializer } from './graph.js';
import { readAsWeights } from './initializer-uses.js';
import { inlineControlFlow, type Nodes } from './inline-control-flow.js';
import { inlineFunctions } from './inline-functions.js';
import { inputsRead } from './join-inputs.js';
import { knownNumber } from './known-number.js';
import { givenBy, withOneInput } from './one-input.js';
import { checkShape, constantOf, initializersOf } from './read-tensors.js';
import { sortNodes } from './sort-nodes.js';
import type { TypedInput } from './token-ids.js';

/** The oldest and the newest supported operator set. */
export const OPSETS = { first: 11, last: 28 };
/** Larger files are refused, since a protocol buffer cannot exceed 2 GB. */
export const LARGEST_FILE = 2 ** 31 - 1;

interface ReadOnnxArguments {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly external?: ReadExternal | undefined;
  /**
   * Normalizations and parameters that the exporter merged, and noted: `kept` where the weights of the file are used,
   * which contain them.
   */
  readonly merged?: 'restored' | 'kept';
}

/**
 * Reads a network. `file` is its name in messages. Weights are not read; they remain views of `bytes`.
 * `external` reads constants that are stored in another file. Throws SpecError.
 */
export function readOnnx({ bytes, file, external, merged = 'restored' }: ReadOnnxArguments): Graph {
  if (bytes.length > LARGEST_FILE)
    throw SpecError.inFile({
      file,
      reason: 'too-large',
      message: `is larger than 2 GB, which protocol buffers do not allow; export it with external data`,
    });
  try {
    return graphOf(decodeModel(bytes), { external, merged, file });
  } catch (error) {
    if (error instanceof SpecError) throw error;
    throw SpecError.inFile({
      file,
      reason: reasonOfRead(error),
      message: `is not a readable ONNX network: ${otherContent(bytes) ?? (error as Error).message}`,
    });
  }
}

interface GraphOfOptions {
  readonly external: ReadExternal | undefined;
  readonly merged: 'restored' | 'kept';
  readonly file: string;
}

function graphOf(model: ModelProto, options: GraphOfOptions): Graph {
  const { external, merged } = options;
  const { graph } = model;
  if (!graph?.nodes?.length) throw new Error('it has no graph with nodes');
  const opset = opsetOf(model);
  const { nodes: inlined, initializers: tensors } = inlineAll({ model, graph, options });
  const kinds = { trained: trainedTensors(graph), untrained: untrainedTensors(graph) };
  const initializers = initializersOf({ tensors, ...kinds, external });
  const given = (graph.inputs ?? []).filter(({ name }) => !initializers.has(name ?? '')).map(inputOf);
  const batch = given[0]?.shape[0];
  const { nodes: written, unfused, isUnquantized } = nodesOf({ model, inlined, initializers, batch, merged });
  const images = takeWeights({ inputs: given, nodes: written, initializers });
  // Further outputs, such as those of auxiliary heads in training, are left out with what only they depend on.
  const [first, ...others] = (graph.outputs ?? []).map(({ name }) => name ?? '');
  const outputs = first === undefined ? [] : [first];
  if (!images.length) throw new Error('its graph has no input');
  if (!outputs.length) throw new Error('its graph has no output');
  const repeated = given.find(({ name }, i) => given.findIndex((each) => each.name === name) < i);
  if (repeated) throw new Error(`it has two inputs named ${quote(repeated.name)}`);
  const inOrder = sortNodes({ nodes: written, given: givenBy(images, initializers), outputs });
  const inputs = images.map(({ name }) => name);
  const sorted = merged === 'kept' ? inOrder : readLearnedOperands({ nodes: inOrder, initializers, inputs });
  const made = new Set(sorted.flatMap((node) => node.outputs));
  if (!made.has(first!)) throw new Error(`its first output, ${quote(first!)}, is the result of no node`);
  const leftOut = others.filter((name) => !made.has(name) && name !== images[0]!.name);
  const file = { opset, inputs: inputsRead(images, sorted), outputs, nodes: sorted, initializers };
  return {
    opset,
    outputs,
    initializers,
    ...withOneInput(file, options.file),
    ...(unfused > 0 ? { unfused } : {}),
    ...(isUnquantized ? { isUnquantized } : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
}

interface NodesOfArguments {
  readonly model: ModelProto;
  /** The nodes of the file without functions and control flow. */
  readonly inlined: readonly NodeProto[];
  readonly initializers: Map<string, Initializer>;
  readonly batch: number | undefined;
  readonly merged: GraphOfOptions['merged'];
}

/** The nodes as PyTorch has them, without quantization; and, unless weights are those of the file, as weights are drawn. */
function nodesOf({ model, inlined, initializers, batch, merged }: NodesOfArguments) {
  const isRestored = merged === 'restored';
  const restored = isRestored ? restoreParameters({ model, nodes: inlined, initializers, batch }) : inlined;
  const unfused = restored.flatMap((proto, index) => {
    const node = nodeOf(proto, index);
    return isRestored ? unfuseNormalization({ node, metadata: proto.metadata ?? [], initializers }) : [node];
  });
  const unquantized = unquantize(unfused, initializers);
  const floats = unquantized ?? unfused;
  return {
    nodes: isRestored ? replaceSpectralNorms(floats, initializers) : floats,
    unfused: unfused.length - restored.length,
    ...(unquantized ? { isUnquantized: true as const } : {}),
  };
}

/** The nodes of a graph without calls of functions and without control flow. */
function inlineAll({
  model,
  graph,
  options,
}: {
  readonly model: ModelProto;
  readonly graph: GraphProto;
  readonly options: GraphOfOptions;
}): Nodes {
  const { functions = [] } = model;
  const inline = (nodes: readonly NodeProto[]) => inlineFunctions({ nodes, functions });
  const known = (name: string, { nodes, initializers }: Nodes) => {
    const copy: NodeProto = { opType: 'Identity', inputs: [name], outputs: [`${name}/known`] };
    const before = {
      ...graph,
      nodes: [...nodes, copy],
      initializers,
      outputs: [{ name: `${name}/known` }],
    };
    return knownNumber(graphOf({ ...model, graph: before, functions: [] }, options), options.file);
  };
  return inlineControlFlow({
    nodes: graph.nodes ?? [],
    initializers: graph.initializers ?? [],
    known,
    inline,
  });
}

/**
 * A file without weights (`export_params=False` of PyTorch) has them as further inputs: they become initializers
 * without numbers. Whatever a matrix product reads may also be an input of the network, if the file has weights or
 * leaves a size of it open.
 */
function takeWeights({
  inputs,
  nodes,
  initializers,
}: {
  readonly inputs: readonly TypedInput[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: Map<string, Initializer>;
}): readonly TypedInput[] {
  const [images, ...rest] = inputs;
  const asWeights = readAsWeights(nodes);
  const hasWeights = [...initializers].some(([name, { type }]) => type === 'float' && asWeights.has(name));
  const surely = readAsWeights(nodes.filter(({ op }) => op !== 'MatMul'));
  const isWeight = ({ name, shape }: TypedInput) =>
    surely.has(name) || (asWeights.has(name) && !hasWeights && !shape.includes(undefined));
  const isData = (input: TypedInput) => input.shape.includes(undefined) && !isWeight(input);
  // Integers are masks and the like, beside token ids.
  const others = rest.filter((input) => input.type === 'float' && !isData(input));
  if (!images || isWeight(images) || !others.some(isWeight)) return inputs;
  if (others.some(({ shape }) => shape.includes(undefined))) return inputs;
  for (const { name, shape } of others)
    initializers.set(name, { shape: shape as readonly number[], type: 'float', read: () => undefined });
  return inputs.filter(({ name }) => !initializers.has(name));
}

function opsetOf({ opsets = [], functions = [] }: ModelProto): number {
  const version = opsets.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version;
  if (version === undefined) throw new Error('it does not say which ONNX operator set it is written in');
  if (version < OPSETS.first || version > OPSETS.last)
    throw new ReadError(
      'operator-set',
      `it is written in operator set ${version}; must be ${OPSETS.first} to ${OPSETS.last} (torch.onnx.export has opset_version)`,
    );
  for (const { opsets: own = [], name } of functions) {
    const other = own.find((each) => (each.domain ?? '') === '' && each.version !== version);
    if (other)
      throw new ReadError(
        'operator-set',
        `its function "${name}" is written in operator set ${other.version}, the graph in ${version}`,
      );
  }
  return version;
}

function inputOf({ name, type, metadata }: ValueInfoProto): TypedInput {
  if (!name) throw new Error('an input of its graph has no name');
  const known = type?.tensorType?.shape;
  if (!known) throw new Error(`its input "${name}" has no shape`);
  const shape = (known.dims ?? []).map(({ value }) => (value !== undefined && value > 0 ? value : undefined));
  checkShape(
    `input "${name}"`,
    shape.map((n) => n ?? 1),
  );
  const { elementType = 0 } = type?.tensorType ?? {};
  const kind = numberType(elementType);
  if (elementType !== 0 && !kind)
    throw new Error(`its input ${quote(name)} has data type ${elementType}, which holds no numbers`);
  const isEmbedded = kind === 'float' && holdsEmbeddings(metadata);
  return { name, shape, type: kind ?? 'float', ...(isEmbedded ? { isEmbedded } : {}) };
}

function nodeOf(node: NodeProto, index: number): GraphNode {
  const { opType, domain = '', inputs = [], outputs = [], attributes = [] } = node;
  if (!opType) throw new Error(`node ${index} has no operator`);
  const name = node.name || `${opType} number ${index}`;
  // Operators of the standard have no domain. Others are refused later, by name, if the output depends on
  // them.
  const op = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
  const entries = attributes.map(
    (attribute) => [attribute.name ?? '', attributeValue(attribute, `node "${name}"`)] as const,
  );
  const modules = modulesOf({ name, metadata: node.metadata });
  return {
    op,
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(entries),
    ...(modules.length ? { modules } : {}),
  };
}

/** Values of AttributeProto.AttributeType. */
const KIND = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

function attributeValue(attribute: AttributeProto, where: string): AttributeValue {
  const { type, name = '' } = attribute;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (type) {
    case KIND.float:
      return attribute.f ?? 0;
    case KIND.int:
      return attribute.i ?? 0;
    case KIND.string:
      return text(attribute.s ?? new Uint8Array());
    case KIND.tensor:
      return constantOf(attribute.t ?? {}, where);
    case KIND.floats:
      return attribute.floats ?? [];
    case KIND.ints:
      return attribute.ints ?? [];
    case KIND.strings:
      return (attribute.strings ?? []).map(text);
    case KIND.graph:
      throw new ReadError(
        'unsupported-operator',
        `${where} has a graph of its own (${name}): control flow cannot be scored; export the network without it, or with PyTorch's newer exporter (dynamo=True), which often writes none`,
      );
    default:
      throw new Error(`${where} has an attribute "${name}" of unknown type ${type}`);
  }
}
