// Defines a network of one operator, as a case of tests, and its file.
import { type Attributes, GraphBuilder } from '../../../core/onnx/graph.js';

/**
 * An input other than the images: integers, booleans and floats are constants of the graph, `computed` ones are computed
 * from the images `x` by further nodes, others are weights.
 */
export type CaseInput =
  | { readonly ints: readonly number[]; readonly dims?: readonly number[] }
  | { readonly floats: readonly number[]; readonly dims?: readonly number[] }
  | { readonly bools: readonly number[]; readonly dims: readonly number[] }
  | { readonly computed: (g: GraphBuilder) => string }
  | 'absent'
  | { readonly shape: readonly number[] };

export interface OperatorCase {
  readonly op: string;
  /** The shape of the images. */
  readonly x: readonly number[];
  readonly inputs?: readonly CaseInput[];
  readonly attributes?: Attributes;
  readonly opset?: number;
  /** The scales of a Resize, which has sizes otherwise. */
  readonly scales?: CaseInput;
  /** Whether the images have positive values. */
  readonly positive?: boolean;
  readonly outputs?: number;
  /** Whether the outputs after the first hold integers. */
  readonly integers?: boolean;
  /** Whether the images are input 1, for an operator whose input 0 cannot be images. */
  readonly second?: boolean;
  /**
   * Whether the reference evaluator cannot compute the case (axes of a resized map, indices of GatherElements that leave elements of other axes out, norms over windows beyond the edge, groups of a transposed convolution, negative
   * padding, an absolute norm, the newest operators, softmax of old operator sets, SAME_LOWER of
   * pooling), or uses running statistics.
   */
  readonly withoutReference?: boolean;
}

/** The data type bool of onnx.proto. */
const BOOL = 9;

export const map = [2, 6, 7, 5];
export const each = (names: readonly string[], rest: Omit<OperatorCase, 'op'>): OperatorCase[] =>
  names.map((op) => ({ op, ...rest }));
export const weight = (...shape: number[]): CaseInput => ({ shape });
export const ints = (...values: number[]): CaseInput => ({ ints: values });
export const float = (value: number) => ({ float: value });

export interface CaseModel {
  readonly bytes: Uint8Array;
  /** Names and shapes of the weights, which have no values in the file. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * The network of a case: images `x`, weights `w1`, ..., outputs `y` (and `y1`). `numbers` gives the weights'
 * values, so that other programs can read the file.
 */
export function caseModel(
  { op, x, inputs = [], scales, attributes, opset = 18, outputs = 1, integers, second }: OperatorCase,
  numbers: (name: string, shape: readonly number[]) => Float32Array,
): CaseModel {
  const g = new GraphBuilder();
  const weights: { name: string; shape: readonly number[] }[] = [];
  const names = [...inputs, ...(scales ? [scales] : [])].map((input, i) => {
    if (input === 'absent') return '';
    if ('computed' in input) return input.computed(g);
    if ('ints' in input)
      return g.tensor({ type: 'int64', dims: input.dims ?? [input.ints.length], data: input.ints });
    if ('floats' in input)
      return g.tensor({ type: 'float', dims: input.dims ?? [input.floats.length], data: input.floats });
    if ('bools' in input)
      return g.add('Cast', [g.tensor({ type: 'int64', dims: input.dims, data: input.bools })], { to: BOOL });
    const name = `w${i + 1}`;
    weights.push({ name, shape: input.shape });
    return g.weights({ name, dims: input.shape, data: numbers(name, input.shape) });
  });
  const before = op === 'Resize' ? ['', ...(scales ? [] : [''])] : [];
  const all = second ? [...names, 'x'] : ['x', ...before, ...names];
  const values = g.addMany(op, all, { attributes, results: outputs });
  const bytes = g.build({
    name: 'case',
    inputs: [{ name: 'x', dims: x }],
    outputs: values.map((value, i) => ({
      name: i ? `y${i}` : 'y',
      value,
      dims: [],
      type: i > 0 && integers ? 'int64' : 'float',
    })),
    opset,
  });
  return { bytes, weights };
}
