// Defines what a translation of an ONNX operator is: it writes a node with operations of the table.

import { numberType } from '../../onnx/tensor-values.js';
import { axisOf, range, sizeOf } from '../../ops/tensor/shapes.js';
import { type Id, LARGEST_FOLDED, type Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { AttributeValue, Constant, GraphNode } from '../graph.js';

/** Whether folded normalizations are restored, and the number of parameters of those that were. */
export interface NormalizationSite {
  readonly wanted: 'file' | 'restore';
  /** The names of tensors that normalizations of the file read. */
  readonly normalized: ReadonlySet<string>;
  restored: number;
}

export interface NodeSiteArguments {
  readonly t: Tape;
  readonly node: GraphNode;
  readonly opset: number;
  readonly inputs: readonly (Id | undefined)[];
  readonly normalization: NormalizationSite;
  /** The number of images in a batch: as exported (undefined for any), and in the program. */
  readonly batch: { readonly own: number | undefined; readonly wanted: number };
}

/** A node of the graph on the tape: its inputs, its attributes, and their operator set. */
export class NodeSite {
  readonly t: Tape;
  readonly node: GraphNode;
  readonly opset: number;
  /** See `Normalization` in graph.ts. */
  readonly normalization: NormalizationSite;
  readonly batch: NodeSiteArguments['batch'];
  readonly #inputs: readonly (Id | undefined)[];

  constructor({ t, node, opset, inputs, normalization, batch }: NodeSiteArguments) {
    this.batch = batch;
    this.t = t;
    this.node = node;
    this.opset = opset;
    this.#inputs = inputs;
    this.normalization = normalization;
  }

  get count(): number {
    return this.#inputs.length;
  }

  has(i: number): boolean {
    return this.#inputs[i] !== undefined;
  }

  x(i: number): Id {
    const id = this.#inputs[i];
    if (id === undefined) throw new TapeError(`its input ${i} is missing`);
    return id;
  }

  all(): readonly Id[] {
    return this.#inputs.map((_, i) => this.x(i));
  }

  /** All inputs of an operator that has neither optional inputs nor any number of them. */
  exactly(count: number): readonly Id[] {
    if (this.count !== count) throw new TapeError(`it has ${this.count} inputs; must have ${count}`);
    return this.all();
  }

  shape(i: number): readonly number[] {
    return this.t.shape(this.x(i));
  }

  /** Throws TapeError if one of the inputs holds integers or booleans. */
  mustBeFloats(count: number): void {
    for (const i of range(count)) {
      const { type } = this.t.get(this.x(i));
      if (type !== 'float')
        throw new TapeError(`its input ${i} has numbers of the type ${type}; must be float`);
    }
  }

  attribute(name: string): AttributeValue | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }

  number(name: string, otherwise?: number): number {
    const value = this.attribute(name) ?? otherwise;
    if (typeof value !== 'number') throw new TapeError(`its attribute ${name} must be a number`);
    return value;
  }

  /** A number of parts. */
  partsOf(name: string): number {
    const value = this.number(name);
    if (!Number.isInteger(value) || value < 1)
      throw new TapeError(`its attribute ${name} is ${value}; must be a whole number of at least 1`);
    return value;
  }

  text(name: string, otherwise: string): string {
    const value = this.attribute(name) ?? otherwise;
    if (typeof value !== 'string') throw new TapeError(`its attribute ${name} must be text`);
    return value;
  }

  list(name: string, otherwise?: readonly number[]): readonly number[] {
    const value = this.attribute(name) ?? otherwise;
    if (!Array.isArray(value) || value.some((n) => typeof n !== 'number'))
      throw new TapeError(`its attribute ${name} must be a list of numbers`);
    return value as readonly number[];
  }

  constantAttribute(name: string): Constant | undefined {
    const value = this.attribute(name);
    return typeof value === 'object' && !Array.isArray(value) ? (value as Constant) : undefined;
  }

  /** The numbers of an input that must be constant: axes, shapes, indices. */
  known(i: number): readonly number[] {
    const { constant } = this.t.get(this.x(i));
    if (!constant) {
      const size = sizeOf(this.shape(i));
      const why =
        size > LARGEST_FOLDED
          ? `has ${size} elements, of which at most ${LARGEST_FOLDED} can be: a smaller batch or smaller images have fewer`
          : 'is computed from images or weights';
      throw new TapeError(`its input ${i} must be known before the network runs, and ${why}`);
    }
    return Array.from(constant);
  }

  /** A list of numbers that is an attribute in older operator sets and an input in newer ones. */
  listOrInput(name: string, input: number): readonly number[] | undefined {
    if (this.has(input)) return this.known(input);
    return this.attribute(name) === undefined ? undefined : this.list(name);
  }

  axis(name: string, otherwise: number, rank: number): number {
    return axisOf(this.number(name, otherwise), rank);
  }
}

/** Returns the node's outputs; undefined for outputs that nothing may read. */
export type Operator = (site: NodeSite) => readonly (Id | undefined)[];
export type Operators = Readonly<Record<string, Operator>>;

/** Axes counted from the front, without repeats. */
export function axesOf(axes: readonly number[], rank: number): number[] {
  return [...new Set(axes.map((axis) => axisOf(axis, rank)))].sort((i, j) => i - j);
}

/** Reshapes values along one axis so that they broadcast against a tensor of that rank. */
export function alongAxis(
  t: Tape,
  value: Id,
  { axis, rank }: { readonly axis: number; readonly rank: number },
): Id {
  const size = sizeOf(t.shape(value));
  return t.reshape(
    value,
    Array.from({ length: rank }, (_, i) => (i === axis ? size : 1)),
  );
}

/** All floating-point types are one type here, and all integers are another. */
export function castTo(dataType: number): 'float' | 'int' | 'bool' {
  const type = numberType(dataType);
  if (!type) throw new TapeError(`it casts to data type ${dataType}, which holds no numbers`);
  return type;
}
