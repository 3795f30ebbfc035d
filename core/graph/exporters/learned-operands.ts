// Reads a learned tensor that is subtracted from activations, or divides them, as one that is added to them, or multiplies
// them, where the file says that it is learned. In other files such tensors are taken for statistics of images.
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { GraphNode, Initializer } from '../graph.js';

interface LearnedOperands {
  /** Each node comes after the nodes that it reads. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** Names of the tensors that the file says are trained. */
  readonly trained: ReadonlySet<string>;
  /** Names of the inputs of the network. */
  readonly inputs: readonly string[];
}

/**
 * x - t becomes x + t, and x / t becomes x * t: the numbers of a drawn table are as often negative as positive, a drawn
 * shift is 0 and a drawn scale 1. t - x becomes -x + t, and t / x becomes (1 / x) * t.
 */
export function readLearnedOperands({
  nodes,
  initializers,
  trained,
  inputs,
}: LearnedOperands): readonly GraphNode[] {
  if (trained.size === 0) return nodes;
  const streams = new Set(inputs);
  const learned = new Set(
    [...trained].filter((name) => {
      const tensor = initializers.get(name);
      // A single number cannot be told from a setting of the network.
      return tensor?.type === 'float' && sizeOf(tensor.shape) > 1;
    }),
  );
  return nodes.flatMap((node) => {
    if (node.inputs.some((name) => streams.has(name))) for (const name of node.outputs) streams.add(name);
    const [first = '', second = ''] = node.inputs;
    if (MOVES.has(node.op) && learned.has(first)) learned.add(node.outputs[0]!);
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

/** Operators that move the elements of a tensor. */
const MOVES = new Set(['Cast', 'Expand', 'Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);
