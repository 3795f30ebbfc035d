// Replaces the estimates of spectral norms by which layers are divided (torch.nn.utils.spectral_norm). A file holds singular
// vectors of its own weights, which say nothing about weights that are drawn anew.
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { GraphNode, Initializer } from '../graph.js';

type Initializers = ReadonlyMap<string, Initializer>;

/** Operators of the power iteration: products of a matrix and vectors, and the norms of these. */
const OF_ESTIMATES = new Set([
  'Cast',
  'CastLike',
  'Clip',
  'Concat',
  'Constant',
  'Div',
  'Expand',
  'Flatten',
  'Identity',
  'MatMul',
  'Max',
  'Mul',
  'Pow',
  'ReduceL2',
  'ReduceSum',
  'Reshape',
  'Sqrt',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** More tensors than an estimate has, and more inputs than its nodes have, so that graphs of other kinds are left soon. */
const MOST = { tensors: 200, inputs: 8 };

/**
 * The nodes, with each weight that is divided by an estimate of its largest singular value divided by that of drawn
 * weights instead: a matrix [rows, columns] of normal numbers with standard deviation s has about s (sqrt(rows) +
 * sqrt(columns)), its limit for large matrices (Davidson and Szarek 2001). Weights are drawn with their fan-in:
 * s = sqrt(2 / fan-in). Rows are along the axis of the outputs or, as the argument `dim` of PyTorch says, along another.
 */
export function replaceSpectralNorms(
  nodes: readonly GraphNode[],
  initializers: Initializers,
): readonly GraphNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map(nodes.flatMap((node) => node.inputs.map((name) => [name, node] as const)));
  return nodes.flatMap((node) => {
    const [weight = '', norm = ''] = node.inputs;
    const initializer = node.op === 'Div' ? initializers.get(weight) : undefined;
    if (!initializer || initializer.shape.length < 2) return [node];
    const vectors = vectorsOf({ norm, weight, makers, initializers });
    if (!vectors) return [node];
    const { shape } = initializer;
    const size = sizeOf(shape);
    const isTransposed = readers.get(node.outputs[0] ?? '')?.op === 'ConvTranspose';
    const outputs = shape[isTransposed ? 1 : 0]!;
    const matches = (rows: number) => [rows, size / rows].filter((length) => vectors.includes(length)).length;
    const rows = [outputs, ...shape].reduce((best, each) => (matches(each) > matches(best) ? each : best));
    if (matches(rows) === 0) return [node];
    const known = `${node.outputs[0]}/spectral-norm`;
    const value = Math.sqrt((2 * outputs) / size) * (Math.sqrt(rows) + Math.sqrt(size / rows));
    return [numberNode(known, value), { ...node, inputs: [weight, known] }];
  });
}

function numberNode(name: string, value: number): GraphNode {
  const constant = { shape: [], type: 'float', values: Float64Array.of(value) } as const;
  return { op: 'Constant', name, inputs: [], outputs: [name], attributes: { value: constant } };
}

interface VectorsOfArguments {
  readonly norm: string;
  readonly weight: string;
  readonly makers: ReadonlyMap<string, GraphNode>;
  readonly initializers: Initializers;
}

/**
 * The lengths of the vectors from which a number is computed together with the weight, or with a matrix of its numbers, which
 * the older exporter writes in addition; undefined where it is no product of vectors, or depends on anything else.
 */
function vectorsOf({
  norm,
  weight,
  makers,
  initializers,
}: VectorsOfArguments): readonly number[] | undefined {
  if (!OF_PRODUCTS.has(makers.get(norm)?.op ?? '')) return undefined;
  // Names that are added are visited by the same loop.
  const names = new Set([norm]);
  const vectors: number[] = [];
  const size = sizeOf(initializers.get(weight)!.shape);
  let isOfWeight = false;
  for (const name of names) {
    const node = makers.get(name);
    const tensor = initializers.get(name);
    if (names.size > MOST.tensors || (node && !mayEstimate(node))) return undefined;
    if (node) for (const each of node.inputs.filter(Boolean)) names.add(each);
    else if (!tensor) return undefined;
    else if (tensor.shape.length > 1) {
      if (sizeOf(tensor.shape) !== size) return undefined;
      isOfWeight = true;
    } else if (tensor.shape.length === 1 && tensor.type === 'float') vectors.push(tensor.shape[0]!);
  }
  return isOfWeight ? vectors : undefined;
}

function mayEstimate({ op, inputs }: GraphNode): boolean {
  return OF_ESTIMATES.has(op) && inputs.length <= MOST.inputs;
}

/** Operators whose result may be the product of two vectors. */
const OF_PRODUCTS = new Set(['MatMul', 'ReduceSum']);
