// Reads a network of quantized numbers as the network of floats that was quantized: quantizing and dequantizing pass on
// what they read, and weights that are stored as integers are floats. Gradients of PyTorch's fake quantization pass too.
import type { AttributeValue, Constant, GraphNode, Initializer } from '../graph.js';

/** Operators that change neither the order nor the number of elements. */
const CASTS = new Set(['Cast', 'Identity']);
/** Operators whose first input, quantized, gives the same elements quantized, in another place or a part of them. */
const MOVES = new Set([
  'Cast',
  'Concat',
  'Flatten',
  'Identity',
  'MaxPool',
  'Relu',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Chains of such nodes are followed no further, because every node of a longer one would be followed again and again. */
const LONGEST_CHAIN = 64;

/** The nodes without quantization, or undefined if there is none; `initializers` gains weights that were stored as integers. */
export function unquantize(
  nodes: readonly GraphNode[],
  initializers: Map<string, Initializer>,
): readonly GraphNode[] | undefined {
  if (!nodes.some(({ op }) => op === 'QuantizeLinear' || op === 'DequantizeLinear')) return undefined;
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  /** From where a tensor comes through nodes of these operators: its name, and the node that makes it, if one does. */
  const sourceOf = (name: string, through: ReadonlySet<string>) => {
    let [at, node] = [name, makers.get(name)];
    for (let left = LONGEST_CHAIN; left > 0 && node && through.has(node.op); left--) {
      at = node.inputs[0] ?? '';
      node = makers.get(at);
    }
    return { at, node };
  };
  const tensorOf = (name: string): Stored | undefined => {
    const { at, node } = sourceOf(name, CASTS);
    const value = node?.op === 'Constant' ? node.attributes.value : undefined;
    return isConstant(value) ? { shape: value.shape, read: () => value.values } : initializers.get(at);
  };
  const isQuantized = (name: string) => sourceOf(name, MOVES).node?.op === 'QuantizeLinear';
  /** The weight that a node dequantizes; PyTorch's older exporter divides a bias by its scale before. */
  const weightOf = ({ inputs: [input = '', ...settings], attributes }: GraphNode): Stored | undefined => {
    const stored = tensorOf(input);
    const { node } = sourceOf(input, CASTS);
    if (!stored) return node?.op === 'Div' ? tensorOf(node.inputs[0] ?? '') : undefined;
    const [scale, zero] = settings.map(tensorOf);
    const axis = typeof attributes.axis === 'number' ? attributes.axis : 1;
    return { shape: stored.shape, read: () => dequantize({ weight: stored, scale, zero, axis }) };
  };
  return nodes.flatMap((node) => {
    const { op, inputs, outputs } = node;
    const passesOn =
      op === 'QuantizeLinear' ||
      ((op === 'Cast' || op === 'DequantizeLinear') && isQuantized(inputs[0] ?? ''));
    if (passesOn) return [{ ...node, op: 'Identity', inputs: inputs.slice(0, 1), attributes: {} }];
    const weight = op === 'DequantizeLinear' ? weightOf(node) : undefined;
    if (!weight) return [node];
    initializers.set(outputs[0] ?? '', { shape: weight.shape, type: 'float', read: weight.read });
    return [];
  });
}

function isConstant(value: AttributeValue | undefined): value is Constant {
  return typeof value === 'object' && 'shape' in value;
}

/** A tensor of the file; `read` returns undefined where the file has no numbers for it. */
type Stored = Pick<Initializer, 'shape' | 'read'>;

interface DequantizeArguments {
  readonly weight: Stored;
  /** Of all elements, or of each index of `axis`. */
  readonly scale: Stored | undefined;
  readonly zero: Stored | undefined;
  readonly axis: number;
}

/** (weight - zero) scale */
function dequantize({ weight, scale, zero, axis }: DequantizeArguments): Float64Array | undefined {
  const [values, scales, zeros] = [weight.read(), scale?.read(), zero?.read()];
  if (!values || !scales) return undefined;
  const { shape } = weight;
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = shape.slice(at + 1).reduce((product, n) => product * n, 1);
  const of = (numbers: Float64Array, i: number) =>
    numbers[numbers.length === 1 ? 0 : Math.floor(i / inner) % numbers.length]!;
  return values.map((value, i) => (value - (zeros ? of(zeros, i) : 0)) * of(scales, i));
}
