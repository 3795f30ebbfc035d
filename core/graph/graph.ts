// Defines a network as a directed acyclic graph of operations over named tensors, as read from a file, before
// shapes are known.
import type { NumberType } from '../onnx/tensor-values.js';

/** Numbers that belong to the graph itself, such as axes and shapes, row-major. */
export interface Constant {
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly values: Float64Array;
}

/**
 * A trainable tensor, or one whose numbers the file holds. `read` returns these numbers, or undefined where
 * the file has none.
 */
export interface Initializer {
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly read: () => Float64Array | undefined;
  /** Whether the file says that it is a buffer of a PyTorch module, which is not trained, such as a mask or a table of positions. */
  readonly isBuffer?: true;
  /** Whether the file says that it is a parameter, or was computed from parameters. */
  readonly isParameter?: true;
}

export type AttributeValue = number | string | readonly number[] | readonly string[] | Constant;

export interface GraphNode {
  /** The operator of the ONNX standard. */
  readonly op: string;
  /** The name of the node in messages. */
  readonly name: string;
  /** Names of tensors; '' for an absent optional one. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Names of the PyTorch modules that the node belongs to, the outermost first, such as `layer1`, `layer1.0`; where the file says them. */
  readonly modules?: readonly string[];
}

/** An input of the network; `undefined` for a dimension that the file leaves open. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly (number | undefined)[];
}

/**
 * `file`: as in the file. `restore`: every convolution with a bias and more than one output position is
 * followed by batch normalization, which replaces the bias into which an exporter folded it.
 */
export type Normalization = 'file' | 'restore';

export interface Graph {
  /** The version of the ONNX operator set in which the nodes are written. */
  readonly opset: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  /** Each node comes after the nodes that it reads. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** `file` if absent. */
  readonly normalization?: Normalization;
  /** How many normalizations an exporter merged into other layers, and the reader restored; absent if none. */
  readonly unfused?: number;
  /** Whether the file has quantized numbers, which are read as floats; absent if not. */
  readonly isUnquantized?: true;
  /** Outputs of the file after the first for which more is computed than for the first; absent if none. */
  readonly leftOut?: readonly string[];
  /**
   * For a network of token ids or other integers, which reads rows of tables instead: the parameters of these tables, which no
   * node reads (token-ids.ts, embedded-integers.ts). Absent for any other network.
   */
  readonly tableSize?: number;
  /** Where the file has several inputs: their names, which tensors that are computed from the only input have (join-inputs.ts). */
  readonly parts?: readonly string[];
  /** The parts that hold rows of tables, [images, ..., channels]; absent if none. */
  readonly embedded?: readonly string[];
}

/** The running statistics of a normalization are not read, so they do not count as weights. */
export function readsOf({ op, inputs }: GraphNode): readonly string[] {
  return op === 'BatchNormalization' ? inputs.slice(0, 3) : inputs;
}
