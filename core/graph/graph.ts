// A network as a directed acyclic graph of operations over named tensors, as it was read and before shapes are known.
import type { NumberType } from '../onnx/tensor-values.js';

/** Numbers that are part of the graph itself, such as axes and shapes, row-major. */
export interface Constant {
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly values: Float64Array;
}

/** A tensor that the network learns, or that a file holds the numbers of. `read` gives those numbers; undefined where the file has none. */
export interface Initializer {
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly read: () => Float64Array | undefined;
}

export type AttributeValue = number | string | readonly number[] | readonly string[] | Constant;

export interface GraphNode {
  /** Operator of the ONNX standard. */
  readonly op: string;
  /** For messages. */
  readonly name: string;
  /** Names of tensors; '' where an optional one is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** An input of the network: `undefined` stands for a dimension that the file leaves open. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly (number | undefined)[];
}

export interface Graph {
  /** Version of the ONNX standard's operator set that the nodes are written in. */
  readonly opset: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  /** Each node comes after those that it reads from. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
}
