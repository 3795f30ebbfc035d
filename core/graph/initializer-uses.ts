// Determines from the nodes of a graph which of its initializers are constants and which are slopes of PRelu.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Graph, GraphNode, Initializer } from './graph.js';

export interface InitializerUses {
  /**
   * The initializers whose numbers are as in the file. All others are weights, which are drawn anew, and so are
   * floats whose numbers the file does not hold.
   */
  readonly constants: ReadonlySet<string>;
  readonly slopes: ReadonlySet<string>;
  /** The weights of recurrent layers, their biases and their first states. */
  readonly recurrent: ReadonlyMap<string, 'weight' | 'bias' | 'state'>;
}

type Places = Readonly<Record<string, readonly number[]>>;

/** Inputs that are settings: shapes, indices, scales and bounds, which must be known before the network runs, grids that no image changes, and windows of STFT. */
const SETTINGS: Places = {
  AffineGrid: [1],
  Clip: [1, 2],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  CumSum: [0, 1],
  DFT: [1, 2],
  Dropout: [1, 2],
  Expand: [1],
  Gather: [1],
  GatherElements: [1],
  GatherND: [1],
  GridSample: [1],
  NonZero: [0],
  OneHot: [1, 2],
  Pad: [1, 2, 3],
  Range: [0, 1, 2],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceProd: [0, 1],
  ReduceSum: [1],
  Reshape: [1],
  Resize: [1, 2, 3],
  STFT: [1, 2, 3],
  ScatterElements: [1],
  ScatterND: [1],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
};

/** Inputs that are weights even if they have one element, as the bias of one output channel has. */
const WEIGHTS: Places = {
  BatchNormalization: [1, 2, 3, 4],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  DeformConv: [1, 3],
  Gemm: [1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  RMSNormalization: [1],
};

const RECURRENT = ['GRU', 'LSTM', 'RNN'];

/** Operators whose result has the elements of their first input. */
const MOVES = new Set([
  'Cast',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** Operators whose result does not depend on the elements of their input. */
const SHAPES = new Set(['Shape', 'Size']);

/**
 * Constants are integers, numbers from which a setting of an operator is computed, and single numbers that no
 * operator reads in the place of a weight. Numbers are not read here, so that a fault in them is reported with the
 * node that reads them.
 */
export function usesOf({
  inputs,
  nodes,
  initializers,
}: Pick<Graph, 'inputs' | 'nodes' | 'initializers'>): InitializerUses {
  const makers = makersOf(nodes);
  const images = inputs.map(({ name }) => name).filter((name) => !initializers.has(name));
  const isStream = streamOf(nodes, images);
  const from = readIn(nodes, SETTINGS).filter((name) => !isStream.has(name));
  const settings = behind({ makers, from, through: settingsOf(isStream) });
  const slopes = behind({ makers, from: readIn(nodes, { PRelu: [1] }), through: movedOf });
  const recurrent = new Map([
    ...recurrentIn(nodes, makers, [1, 2]).map((name) => [name, 'weight'] as const),
    ...recurrentIn(nodes, makers, [3]).map((name) => [name, 'bias'] as const),
    ...recurrentIn(nodes, makers, [5, 6]).map((name) => [name, 'state'] as const),
  ]);
  const weights = new Set([...readIn(nodes, WEIGHTS), ...slopes, ...recurrent.keys()]);
  const isConstant = (name: string, { type, shape }: Initializer): boolean =>
    type !== 'float' || settings.has(name) || (sizeOf(shape) === 1 && !weights.has(name));
  const constants = [...initializers].filter(([name, initializer]) => isConstant(name, initializer));
  return { constants: new Set(constants.map(([name]) => name)), slopes, recurrent };
}

/** The tensors that an operator reads in the place of a weight, directly or behind operators that move elements. */
export function readAsWeights(nodes: readonly GraphNode[]): ReadonlySet<string> {
  return behind({ makers: makersOf(nodes), from: readIn(nodes, WEIGHTS), through: movedOf });
}

/** Whether a tensor has elements of an initializer, directly or behind operators that move elements. */
export function weightsBehind({
  nodes,
  initializers,
}: Pick<Graph, 'nodes' | 'initializers'>): (name: string) => boolean {
  const makers = makersOf(nodes);
  return (name) =>
    [...behind({ makers, from: [name], through: movedOf })].some((each) => initializers.has(each));
}

const makersOf = (nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> =>
  new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));

const movedOf = ({ op, inputs }: GraphNode): readonly string[] => (MOVES.has(op) ? inputs.slice(0, 1) : []);

/**
 * The numbers of a first state that is 0; undefined for one that is learned, which the file may say of one that is still 0,
 * or whose numbers are not in the file.
 */
export function zerosOf(
  uses: InitializerUses,
  name: string,
  { read, isParameter }: Initializer,
): Float64Array | undefined {
  if (isParameter || uses.recurrent.get(name) !== 'state') return undefined;
  const values = read();
  return values?.every((value) => value === 0) ? values : undefined;
}

/** The tensors from which recurrent layers read these inputs. */
function recurrentIn(
  nodes: readonly GraphNode[],
  makers: ReadonlyMap<string, GraphNode>,
  inputs: readonly number[],
): readonly string[] {
  const places = Object.fromEntries(RECURRENT.map((op) => [op, inputs]));
  return [...behind({ makers, from: readIn(nodes, places), through: assembledOf })];
}

/** Exporters put the gates of recurrent layers in another order, and their directions together. */
function assembledOf(node: GraphNode): readonly string[] {
  if (node.op === 'Slice') return node.inputs.slice(0, 1);
  return node.op === 'Concat' ? node.inputs : movedOf(node);
}

/** What is computed from the images while the network runs is no setting. */
const settingsOf =
  (isStream: ReadonlySet<string>) =>
  (node: GraphNode): readonly string[] =>
    elementsOf(node).filter((name) => !isStream.has(name));

/** The inputs whose elements count: `CastLike` reads only the type of its second. */
export function elementsOf({ op, inputs }: GraphNode): readonly string[] {
  if (SHAPES.has(op)) return [];
  return op === 'CastLike' ? inputs.slice(0, 1) : inputs;
}

/** The tensors whose elements are computed from the images. */
function streamOf(nodes: readonly GraphNode[], images: readonly string[]): ReadonlySet<string> {
  const found = new Set(images);
  for (const node of nodes)
    if (elementsOf(node).some((name) => found.has(name))) for (const name of node.outputs) found.add(name);
  return found;
}

/** The names that nodes read in these places. */
function readIn(nodes: readonly GraphNode[], places: Places): string[] {
  return nodes.flatMap(({ op, inputs }) =>
    (Object.hasOwn(places, op) ? places[op]! : []).flatMap((place) => inputs[place] || []),
  );
}

/** The tensors from which others are computed, those included. `through` returns the inputs that count. */
function behind({
  makers,
  from,
  through,
}: {
  readonly makers: ReadonlyMap<string, GraphNode>;
  readonly from: readonly string[];
  readonly through: (node: GraphNode) => readonly string[];
}): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || found.has(name)) continue;
    found.add(name);
    const maker = makers.get(name);
    if (maker) open.push(...through(maker));
  }
  return found;
}
