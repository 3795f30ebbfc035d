// Translates a graph, at one batch and image size, into operations of the table: every shape is known, and
// constants are folded.
import { SpecError } from '../errors.js';
import { TENSOR_RULES } from '../ops/tensor/table.js';
import { type Id, Tape } from '../ops/tensor/tape.js';
import { TapeError } from '../ops/tensor/tape-error.js';
import { quote, quoteUpTo } from '../text/show.js';
import {
  type Graph,
  type GraphInput,
  type GraphNode,
  type Initializer,
  type Normalization,
  readsOf,
} from './graph.js';
import { elementsOf, type InitializerUses, usesOf, zerosOf } from './initializer-uses.js';
import { NodeSite, type NodeSiteArguments } from './operators/operator.js';
import { OPERATORS } from './operators/table.js';
import { sortNodes } from './sort-nodes.js';

/** An initializer that the network reads as a weight. */
export interface GraphWeight {
  /** The name of the initializer in the file. */
  readonly name: string;
  readonly id: Id;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** Whether it is the slope of a PRelu. */
  readonly isSlope: boolean;
  /** Which tensor of a recurrent layer it is, if it belongs to one. */
  readonly recurrent?: 'weight' | 'bias' | 'state' | undefined;
}

export interface ResolvedGraph {
  readonly tape: Tape;
  /** The input that holds the images. */
  readonly input: Id;
  readonly output: Id;
  /** The tensors of the file, by name. */
  readonly named: ReadonlyMap<string, Id>;
  /** The names of a value in the file; the first is that of the node that computed it. */
  readonly names: ReadonlyMap<Id, string>;
  /** The weights in the order in which the network reads them, which depends neither on names nor on the order of nodes. */
  readonly weights: readonly GraphWeight[];
  /** The number of parameters that no value reads: those of restored normalizations, and of tables whose rows are the input. */
  readonly unread: number;
  /** Whether each value of the graph depends on the images. */
  readonly isStream: readonly boolean[];
  /** Whether the only input holds rows of a table, such as the embeddings of tokens, [images, tokens, channels]. */
  readonly isOfTokens?: boolean;
  /** Where the file has several inputs: the values that hold them, which are computed from `input`. */
  readonly parts?: readonly Id[];
  /** Those of `parts` that hold rows of tables, [images, ..., channels]. */
  readonly embedded?: readonly Id[];
  /** The first values of the branches, each within the one before, along which features lie; see branches.ts. */
  readonly branches?: readonly Id[];
}

/** The name of the program's input for the images. */
export const IMAGES = 'images';

interface ResolveGraphArguments {
  readonly graph: Graph;
  readonly batch: number;
  /** Channels and sides; see image-shape.ts. */
  readonly image: readonly number[];
  readonly file: string;
  /** How normalizations are read; by default as the graph says. */
  readonly normalization?: Normalization | undefined;
}

/** Throws SpecError with file, node and operator for an unsupported operation, or where shapes do not fit. */
export function resolveGraph({
  graph,
  batch,
  image,
  file,
  normalization = graph.normalization ?? 'file',
}: ResolveGraphArguments): ResolvedGraph {
  refuseUnknown(graph, file);
  const tape = new Tape(TENSOR_RULES);
  const named = new Map<string, Id>();
  const weights: GraphWeight[] = [];
  const [first, ...others] = graph.inputs as [GraphInput, ...GraphInput[]];
  if (others.length)
    throw SpecError.inFile({
      file,
      message: `has ${graph.inputs.length} inputs (${graph.inputs.map(({ name }) => name).join(', ')}); must have one, several of floats or of integers that are looked up in tables, or token ids [batch, length] with masks, types and positions of the tokens beside them`,
    });
  const shape = checkedShape({ input: first, batch, image, file });
  const input = enterImages({ tape, shape, file });
  named.set(first.name, input);
  const uses = usesOf(graph);
  const read = (name: string): Id | undefined => {
    if (name === '') return undefined;
    const known = named.get(name);
    if (known !== undefined) return known;
    const initializer = graph.initializers.get(name);
    if (!initializer) return undefined;
    const id = enter({ tape, name, initializer, weights, uses });
    named.set(name, id);
    return id;
  };
  for (const name of weightsInOrder(graph, uses)) read(name);
  const hint = batchHint({ input: first, batch });
  const folded = { wanted: normalization, normalized: normalizedIn(graph), restored: 0 };
  const site = {
    t: tape,
    opset: graph.opset,
    normalization: folded,
    batch: { own: first.shape[0], wanted: batch },
  };
  for (const node of graph.nodes) place({ node, site, read, named, file, hint });
  const output = named.get(graph.outputs[0]!)!;
  const idsOf = (names: readonly string[]) => names.flatMap((name) => named.get(name) ?? []);
  return {
    tape,
    input,
    output,
    named,
    names: firstNames(graph, named),
    weights,
    unread: folded.restored + (graph.tableSize ?? 0),
    isStream: streamOf(tape, input),
    ...(graph.tableSize === undefined || graph.parts ? {} : { isOfTokens: true }),
    ...(graph.parts ? { parts: idsOf(graph.parts) } : {}),
    ...(graph.embedded ? { embedded: idsOf(graph.embedded) } : {}),
  };
}

/**
 * The weights in the order in which a walk from the output over inputs in their written order reads them. Nodes
 * that only need the shape of a tensor do not count, because exporters compute sizes in different ways.
 */
function weightsInOrder(
  { inputs, outputs, nodes, initializers }: Graph,
  { constants }: InitializerUses,
): readonly string[] {
  const given = new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
  const reads = (node: GraphNode) => elementsOf({ ...node, inputs: readsOf(node) });
  const isWeight = (name: string) => initializers.get(name)?.type === 'float' && !constants.has(name);
  return sortNodes({ nodes, given, outputs, reads }).flatMap((node) => reads(node).filter(isWeight));
}

function normalizedIn({ nodes }: Graph): ReadonlySet<string> {
  return new Set(nodes.filter(({ op }) => op.endsWith('Normalization')).map(({ inputs }) => inputs[0] ?? ''));
}

/** Names in a file may have any length and any characters; those of PyTorch's modules are shown whole. */
const quoteName = (name: string) => quoteUpTo(200, name);

/** This check precedes all others, so that one message names all unsupported operators. */
function refuseUnknown(graph: Graph, file: string): void {
  const unknown = new Map<string, string>();
  for (const { op, name } of graph.nodes)
    if (!Object.hasOwn(OPERATORS, op)) unknown.set(op, unknown.get(op) ?? name);
  if (unknown.size)
    throw new SpecError(
      [...unknown].map(([op, name]) => ({
        path: '',
        file,
        reason: 'unsupported-operator',
        message: `the operator ${/^[\w.]{1,100}$/.test(op) ? op : quote(op)} (node ${quoteName(name)}) cannot be scored: there is no rule for it`,
      })),
    );
}

/** Many exporters write the batch size of the example into reshapes, so that no other batch size fits. */
function batchHint({
  input: { shape },
  batch,
}: {
  readonly input: GraphInput;
  readonly batch: number;
}): string {
  const own = shape[0];
  if (own === undefined || own === batch) return '';
  return `; the file was exported for a batch of ${own}: score it with that batch, or export it with a free one (docs/guides/own-network.md)`;
}

interface CheckedShapeArguments {
  readonly input: GraphInput;
  readonly batch: number;
  readonly image: readonly number[];
  readonly file: string;
}

/** The shape of the input, where the file allows it. */
function checkedShape({
  input: { name, shape },
  batch,
  image,
  file,
}: CheckedShapeArguments): readonly number[] {
  const wanted = [batch, ...image];
  if (shape.length < 2 || shape.length > 5)
    throw SpecError.inFile({
      file,
      message: `its input "${name}" has ${shape.length} ${shape.length === 1 ? 'dimension' : 'dimensions'}; must be images [batch, channels, height, width], signals [batch, channels, length], samples [batch, samples], volumes [batch, channels, depth, height, width] or token ids [batch, length]`,
    });
  const isOther = (n: number | undefined, axis: number) => axis > 0 && n !== undefined && n !== wanted[axis];
  if (shape.length !== wanted.length || shape.some(isOther))
    throw SpecError.inFile({
      file,
      reason: 'image-size',
      message: `its input "${name}" was exported for images of [${shape.slice(1).map((each) => each ?? 'any')}], not [${image}]`,
    });
  return wanted;
}

function enterImages({
  tape,
  shape,
  file,
}: {
  readonly tape: Tape;
  readonly shape: readonly number[];
  readonly file: string;
}): Id {
  try {
    return tape.port(IMAGES, shape);
  } catch (error) {
    if (!(error instanceof TapeError)) throw error;
    throw SpecError.inFile({ file, reason: error.reason, message: `its input: ${error.message}` });
  }
}

interface EnterArguments {
  readonly tape: Tape;
  readonly name: string;
  readonly initializer: Initializer;
  readonly weights: GraphWeight[];
  readonly uses: InitializerUses;
}

function enter({ tape, name, initializer, weights, uses }: EnterArguments): Id {
  const { shape, type } = initializer;
  const values = uses.constants.has(name) ? initializer.read() : zerosOf(uses, name, initializer);
  if (values) return tape.constant(values, shape, type);
  if (type !== 'float')
    throw new TapeError(
      `the integers of "${name}" are neither in the file nor in a data file beside it, and the graph depends on them`,
      'missing-data',
    );
  const id = tape.port(`w${weights.length}`, shape);
  weights.push({
    name,
    id,
    shape,
    initializer,
    isSlope: uses.slopes.has(name),
    recurrent: uses.recurrent.get(name),
  });
  return id;
}

interface PlaceArguments {
  readonly node: GraphNode;
  /** The arguments that all nodes share. */
  readonly site: Omit<NodeSiteArguments, 'node' | 'inputs'>;
  readonly read: (name: string) => Id | undefined;
  readonly named: Map<string, Id>;
  readonly file: string;
  readonly hint: string;
}

function place({ node, site, read, named, file, hint }: PlaceArguments): void {
  try {
    const inputs = readsOf(node).map(read);
    const outputs = OPERATORS[node.op]!(new NodeSite({ ...site, node, inputs }));
    node.outputs.forEach((name, i) => {
      const id = outputs[i];
      if (name !== '' && id !== undefined) named.set(name, id);
    });
  } catch (error) {
    if (!(error instanceof TapeError)) throw error;
    const message = `node ${quoteName(node.name)} (${node.op}): ${error.message}${hint}`;
    throw SpecError.inFile({ file, reason: error.reason, message });
  }
}

function firstNames(graph: Graph, named: ReadonlyMap<string, Id>): ReadonlyMap<Id, string> {
  const names = new Map<Id, string>();
  const add = (name: string) => {
    const id = named.get(name);
    if (id !== undefined && !names.has(id)) names.set(id, name);
  };
  for (const name of [...graph.inputs.map((input) => input.name), ...(graph.parts ?? [])]) add(name);
  for (const { outputs } of graph.nodes) for (const name of outputs) add(name);
  return names;
}

/** Whether each value of a tape depends on the images. */
export function streamOf({ values }: Tape, input: Id): readonly boolean[] {
  const isStream: boolean[] = [];
  for (const { id, inputs } of values) isStream.push(id === input || inputs.some((each) => isStream[each]));
  return isStream;
}
