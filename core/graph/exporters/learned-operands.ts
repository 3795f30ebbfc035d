// Reads a learned tensor that is subtracted from activations, or divides them, as one that is added to them, or multiplies
// them, where the file says that it is learned. In other files such tensors are taken for statistics of images.
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { GraphNode, Initializer } from '../graph.js';

interface LearnedOperands {
  /** Each node comes after the nodes that it reads. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** Names of the inputs of the network. */
  readonly inputs: readonly string[];
}

/**
 * x - t becomes x + t, and x / t becomes x * t: the numbers of a drawn table are as often negative as positive, a drawn
 * shift is 0 and a drawn scale 1. t - x becomes -x + t, and t / x becomes (1 / x) * t.
 */
export function readLearnedOperands({ nodes, initializers, inputs }: LearnedOperands): readonly GraphNode[] {
  const streams = new Set(inputs);
  const learned = new Set<string>();
  const numbers = new Set<string>();
  for (const [name, { type, shape, isParameter }] of initializers)
    if (type !== 'float' || sizeOf(shape) === 1) numbers.add(name);
    // A single number cannot be told from a setting of the network.
    else if (isParameter) learned.add(name);
  if (learned.size === 0) return nodes;
  return nodes.flatMap((node) => {
    if (node.inputs.some((name) => streams.has(name))) for (const name of node.outputs) streams.add(name);
    const [first = '', second = ''] = node.inputs;
    const isKnown = node.inputs.every((name) => name === '' || numbers.has(name));
    if (isKnown && (node.inputs.length > 0 || node.op === 'Constant'))
      for (const name of node.outputs) numbers.add(name);
    const [of = first] = COMMUTATIVE.has(node.op) ? node.inputs.filter((name) => learned.has(name)) : [];
    const isAlone = node.inputs.every((name) => name === of || name === '' || numbers.has(name));
    if (learned.has(of) && (MOVES.has(node.op) || (ELEMENTWISE.has(node.op) && isAlone)))
      learned.add(node.outputs[0]!);
    const form = FORMS[node.op];
    if (!form) return [node];
    if (streams.has(first) && learned.has(second)) return [{ ...node, op: form.commutative }];
    if (!learned.has(first) || !streams.has(second)) return [node];
    const inverse = `${node.outputs[0]}/${form.inverse}`;
    const inverted = {
      op: form.inverse,
      name: inverse,
      inputs: [second],
      outputs: [inverse],
      attributes: {},
    };
    return [inverted, { ...node, op: form.commutative, inputs: [inverse, first] }];
  });
}

const FORMS: Readonly<Record<string, { readonly commutative: string; readonly inverse: string }>> = {
  Sub: { commutative: 'Add', inverse: 'Neg' },
  Div: { commutative: 'Mul', inverse: 'Reciprocal' },
};

const COMMUTATIVE = new Set(['Add', 'Mul']);

/** Operators that move the elements of their first input, or interpolate between them; further inputs are sizes. */
const MOVES = new Set([
  'Cast',
  'Expand',
  'Identity',
  'Reshape',
  'Resize',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Operators that compute each element of their result from one element of a tensor, and from single numbers. */
const ELEMENTWISE = new Set([
  ...COMMUTATIVE,
  'Abs',
  'Clip',
  'Div',
  'Exp',
  'HardSigmoid',
  'Log',
  'Neg',
  'Pow',
  'Relu',
  'Sigmoid',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
]);
