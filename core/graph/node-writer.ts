// Writes nodes whose tensors have names of their own.
import type { Constant, GraphNode } from './graph.js';

export class NodeWriter {
  readonly nodes: GraphNode[] = [];
  readonly #taken: Set<string>;

  /** `taken` are the names of all other tensors. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Writes a node; `outputs` are the names of its tensors. */
  node({
    op,
    inputs,
    outputs,
    attributes = {},
  }: Pick<GraphNode, 'op' | 'inputs' | 'outputs'> & Partial<Pick<GraphNode, 'attributes'>>): void {
    this.nodes.push({ op, name: `${op} of ${outputs[0]}`, inputs, outputs, attributes });
  }

  /** Writes a node with one output and returns the name of that. */
  add(op: string, inputs: readonly string[], attributes: GraphNode['attributes'] = {}): string {
    const output = this.newName(op);
    this.node({ op, inputs, outputs: [output], attributes });
    return output;
  }

  int(value: number): string {
    return this.constant([value], []);
  }

  ints(values: readonly number[]): string {
    return this.constant(values, [values.length]);
  }

  constant(values: readonly number[], shape: readonly number[]): string {
    const value: Constant = { shape, type: 'int', values: Float64Array.from(values) };
    return this.add('Constant', [], { value });
  }

  newName(like: string): string {
    let name = like;
    for (let n = 1; this.#taken.has(name); n++) name = `${like}/${n}`;
    this.#taken.add(name);
    return name;
  }
}
