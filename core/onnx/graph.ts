// Builds an ONNX model from nodes and constants, and writes its bytes. It covers the part of onnx.proto that
// our programs need.
import protobuf from 'protobufjs/minimal.js';
import {
  type Attributes,
  type Body,
  type Constant,
  type Dimension,
  DOUBLE,
  domainOf,
  FLOAT,
  INT64,
  message,
  type Node,
  type Port,
  writeNode,
  writeNote,
  writePort,
  writeTensor,
} from './write-messages.js';

export type { Attribute, Attributes, Dimension, Port } from './write-messages.js';

const OPSET = 18;
const IR_VERSION = 8;

interface Ports {
  readonly name: string;
  readonly inputs: readonly Port[];
  /** `value` is the result's name in the graph; `name` is the name under which callers fetch it. */
  readonly outputs: readonly (Port & { value: string })[];
  /** The version of the standard operator set; that of our own programs if absent. */
  readonly opset?: number;
  /** Whether the model says which of its constants are not trained; those of our own programs need not. */
  readonly notes?: boolean;
  /** What the model is, in words. */
  readonly comment?: string | undefined;
}
/** The numbers that a program computes with. */
export type Precision = 'float32' | 'float64';

/**
 * Collects a graph. Adding a node that exists already (same type, inputs, attributes and number of results)
 * returns the existing results.
 */
export class GraphBuilder {
  /** The data type of floating-point constants and ports. */
  readonly floatType: typeof FLOAT | typeof DOUBLE;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #tensors = new Map<string, string>();
  readonly #known = new Map<string, readonly string[]>();
  readonly #declared = new Map<string, readonly Dimension[]>();

  constructor(precision: Precision = 'float32') {
    this.floatType = precision === 'float64' ? DOUBLE : FLOAT;
  }

  /** Adds a node with one result and returns the result's name. */
  add(type: string, inputs: readonly string[], attributes?: Attributes): string {
    return this.addMany(type, inputs, { attributes, results: 1 })[0]!;
  }

  /** Adds a node with several results. */
  addMany(
    type: string,
    inputs: readonly string[],
    { attributes, results }: { readonly attributes?: Attributes | undefined; readonly results: number },
  ): readonly string[] {
    // The number of results belongs to the key, because a Split without lengths has as many parts as results.
    const key = `${type}(${inputs.join(',')})${attributes ? JSON.stringify(attributes) : ''}${results}`;
    const known = this.#known.get(key);
    if (known) return known;
    const name = `${type}_${this.#nodes.length}`;
    const outputs = results === 1 ? [name] : Array.from({ length: results }, (_, i) => `${name}_${i}`);
    this.#nodes.push({ type, inputs, outputs, attributes: attributes ?? {} });
    this.#known.set(key, outputs);
    return outputs;
  }

  /** Adds a node with a subgraph (attribute `body`). */
  addOver(node: Node & { readonly body: Body }): void {
    this.#nodes.push(node);
  }

  /**
   * Declares the shape of a float result that ONNX Runtime cannot infer. ONNX Runtime reuses a buffer only
   * where it knows that the shapes are equal.
   */
  declare(value: string, dims: readonly Dimension[]): string {
    this.#declared.set(value, dims);
    return value;
  }

  /** Whether a node reads this value. */
  reads(value: string): boolean {
    return this.#nodes.some(({ inputs }) => inputs.includes(value));
  }

  /** The number of nodes. */
  get nodes(): number {
    return this.#nodes.length;
  }

  /** An int64 vector, for axes and shapes. */
  ints(...data: number[]): string {
    return this.#constant({ name: `i_${data.join('_')}`, type: INT64, dims: [data.length], data });
  }

  /** A floating-point scalar. */
  float(value: number): string {
    return this.#constant({ name: `f_${value}`, type: this.floatType, dims: [], data: [value] });
  }

  /** A floating-point vector. */
  floats(...data: number[]): string {
    return this.#constant({
      name: `f_${data.join('_')}_`,
      type: this.floatType,
      dims: [data.length],
      data,
      isBuffer: true,
    });
  }

  /** A constant of any shape; an equal constant that exists already is shared. */
  tensor({
    type,
    dims,
    data,
  }: {
    readonly type: 'float' | 'int64';
    readonly dims: readonly number[];
    readonly data: readonly number[];
  }): string {
    const content = JSON.stringify([type, dims, data]);
    const name = this.#tensors.get(content) ?? `c_${this.#tensors.size}`;
    this.#tensors.set(content, name);
    return this.#constant({
      name,
      type: type === 'float' ? this.floatType : INT64,
      dims,
      data,
      isBuffer: true,
    });
  }

  /** A floating-point constant that a node holds, so that no reader takes it for a weight; an equal one that exists already is shared. */
  floatNode(dims: readonly number[], data: readonly number[]): string {
    return this.add('Constant', [], { value: { tensor: { name: '', type: this.floatType, dims, data } } });
  }

  /** Weights, or a constant, under a name that the caller keeps unique. */
  weights(weights: Omit<Constant, 'type'>): string {
    return this.#constant({ ...weights, type: this.floatType });
  }

  #constant(constant: Constant): string {
    this.#constants.set(constant.name, constant);
    return constant.name;
  }

  /** Returns the graph as the bytes of a model. */
  build(ports: Ports): Uint8Array {
    const { graph, domains } = this.body(ports);
    const w = protobuf.Writer.create();
    w.uint32(8).int64(IR_VERSION);
    w.uint32(18).string('zeroscout');
    if (ports.comment !== undefined) w.uint32(50).string(ports.comment);
    w.uint32(58).bytes(graph);
    for (const domain of domains)
      message(w, 8, () => {
        w.uint32(10).string(domain);
        w.uint32(16).int64(domain ? 1 : (ports.opset ?? OPSET));
      });
    return w.finish();
  }

  /** Returns the graph as the subgraph of a node. */
  body({ name, inputs, outputs, notes = false }: Ports): Body {
    const { nodes, nameOf } = nameOutputs(findNeeded(this.#nodes, outputs), outputs);
    const w = protobuf.Writer.create();
    const domains = new Set(['']);
    for (const node of nodes) {
      message(w, 1, () => writeNode(w, node, nameOf));
      domains.add(domainOf(node.type));
      for (const domain of node.body?.domains ?? []) domains.add(domain);
    }
    w.uint32(18).string(name);
    for (const constant of this.#constants.values()) message(w, 5, () => writeTensor(w, constant));
    for (const port of inputs) message(w, 11, () => writePort(w, port));
    for (const port of outputs) message(w, 12, () => writePort(w, port));
    const put = new Set([...inputs.map(({ name }) => name), ...outputs.map(({ value }) => value)]);
    for (const [name, dims] of this.#declared)
      if (!put.has(name)) message(w, 13, () => writePort(w, { name, dims }));
    if (notes)
      for (const constant of this.#constants.values())
        if (isNoted(constant)) message(w, 13, () => writeNote(w, constant));
    return { graph: w.finish(), domains: [...domains] };
  }
}

/** A single number and integers are constants wherever they are read. */
function isNoted({ type, dims, isBuffer }: Constant): boolean {
  return isBuffer === true && type === FLOAT && dims.some((size) => size > 1);
}

/** The nodes that the outputs depend on. */
function findNeeded(nodes: readonly Node[], outputs: readonly { value: string }[]): readonly Node[] {
  const read = new Set<string>();
  for (const { value } of outputs) read.add(value);
  const kept: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.outputs.some((value) => read.has(value))) continue;
    for (const value of node.inputs) read.add(value);
    kept.push(node);
  }
  return kept.reverse();
}

/** Nodes, and the name under which each of their values is written. */
interface Named {
  readonly nodes: readonly Node[];
  readonly nameOf: (value: string) => string;
}

/** Renames results to the names of the outputs. Where a value has two names, an Identity node copies it. */
function nameOutputs(nodes: readonly Node[], outputs: readonly { name: string; value: string }[]): Named {
  const made = new Set<string>();
  for (const { outputs } of nodes) for (const value of outputs) made.add(value);
  const names = new Map<string, string>();
  const copies: Node[] = [];
  for (const { name, value } of outputs) {
    if (made.has(value) && !names.has(value)) names.set(value, name);
    else copies.push({ type: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  }
  return { nodes: [...nodes, ...copies], nameOf: (value) => names.get(value) ?? value };
}
