// Lets a network of token ids begin at the embeddings of its tokens, which are its only input from then on.
import { DATA_TYPE, type NumberType } from '../onnx/tensor-values.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Graph, GraphInput, GraphNode, Initializer } from './graph.js';
import { elementsOf } from './initializer-uses.js';
import { NodeWriter } from './node-writer.js';

type Parts = Pick<Graph, 'inputs' | 'nodes'> & { readonly initializers: ReadonlyMap<string, Initializer> };

export interface TypedInput extends GraphInput {
  readonly type: NumberType;
  /** Whether the file notes that it holds rows of a table. */
  readonly isEmbedded?: true;
}

/** Operators through which ids reach a table as they are. */
const MOVES = new Set([
  'Cast',
  'Flatten',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/**
 * What an input beside the ids holds, by its name: an attention mask lets all tokens pass, a mask of padding hides none, all tokens
 * are of the first segment, and positions are counted from 0. Other masks may mean either, and are not taken for inputs of texts.
 */
const BESIDE: readonly (readonly [name: RegExp, held: Held])[] = [
  [/attention_?mask$/i, 'ones'],
  [/padding_?mask$/i, 'zeros'],
  [/(type|segment)(_ids?)?$/i, 'zeros'],
  [/position(_?ids?|s)?$/i, 'positions'],
];
export type Held = 'ones' | 'zeros' | 'positions';

/** Known ids count from here, because tokenizers use the first ids for padding and other special tokens. */
export const FIRST_ID = 4;

/**
 * Replaces ids [batch, length] that are looked up in a table of weights [ids, channels] by an input of floats
 * [batch, length, channels] of the same name: the rows that were looked up. With independent normal numbers in it, this is the
 * table as PyTorch draws it, as long as no token occurs twice. What else is computed from the ids, such as a mask of padding, is
 * computed from known ids, which count from 4 on in every text. `tableSize` is the number of parameters in the table, or 0
 * if other nodes read it too. Undefined for a network of other inputs.
 */
export function embedTokens({
  inputs,
  nodes,
  initializers,
}: Omit<Parts, 'inputs'> & { readonly inputs: readonly TypedInput[] }):
  | {
      readonly inputs: readonly TypedInput[];
      readonly nodes: readonly GraphNode[];
      readonly tableSize: number;
    }
  | undefined {
  const ids = idsOf(inputs);
  if (!ids) return undefined;
  const found = findLookups({ nodes, initializers, ids: ids.name });
  if (!found) return undefined;
  const { table, lookups, chain } = found;
  const [size, channels] = initializers.get(table)!.shape as [number, number];
  const names = [...inputs.map(({ name }) => name), ...nodes.flatMap(({ outputs }) => outputs)];
  const write = new TokenWriter([...initializers.keys(), ...names]);
  const embedded: TypedInput = { name: ids.name, shape: [...ids.shape, channels], type: 'float' };
  const { rows, order, known } = write.embeddings(embedded);
  const beside = inputs.filter((input) => input !== ids).map((input) => write.beside(input, heldBy(input)!));
  const renamed = new Map([[ids.name, order]]);
  const copies = chain.map((node) => write.copy(node, renamed));
  const rewritten = nodes.map((node) => {
    if (lookups.has(node)) return { ...node, inputs: [rows, renamed.get(node.inputs[1]!)!] };
    return { ...node, inputs: node.inputs.map((name) => (name === ids.name ? known : name)) };
  });
  const isReadElsewhere = rewritten.some((node) => elementsOf(node).includes(table));
  return {
    inputs: [embedded],
    nodes: [...write.nodes, ...beside, ...copies, ...rewritten],
    tableSize: isReadElsewhere ? 0 : size * channels,
  };
}

/** The input that is no mask and the like; undefined unless it is one of integers, and all inputs are [batch, length]. */
function idsOf(inputs: readonly TypedInput[]): TypedInput | undefined {
  const others = inputs.length === 1 ? inputs : inputs.filter((input) => !heldBy(input));
  const [ids] = others;
  if (others.length !== 1 || ids!.type !== 'int') return undefined;
  const isOfText = ({ shape }: TypedInput) =>
    shape.length === 2 &&
    shape.every((n, i) => n === undefined || ids!.shape[i] === undefined || n === ids!.shape[i]);
  return inputs.every(isOfText) ? ids : undefined;
}

export const heldBy = ({ name }: GraphInput): Held | undefined =>
  BESIDE.find(([pattern]) => pattern.test(name))?.[1];

interface Lookups {
  readonly table: string;
  /** The nodes that look ids up in the table. */
  readonly lookups: ReadonlySet<GraphNode>;
  /** The nodes through which ids reach them, in order. */
  readonly chain: readonly GraphNode[];
}

/** The lookups in the largest table. */
function findLookups({
  nodes,
  initializers,
  ids,
}: Omit<Parts, 'inputs'> & { readonly ids: string }): Lookups | undefined {
  const moved = new Set([ids]);
  const chain: GraphNode[] = [];
  const byTable = new Map<string, Set<GraphNode>>();
  for (const node of nodes) {
    const [first, second] = node.inputs;
    if (MOVES.has(node.op) && moved.has(first!)) {
      chain.push(node);
      moved.add(node.outputs[0]!);
    }
    if (node.op !== 'Gather' || !moved.has(second!) || Number(node.attributes.axis ?? 0) !== 0) continue;
    const table = initializers.get(first!);
    if (table?.type !== 'float' || table.shape.length !== 2) continue;
    byTable.set(first!, (byTable.get(first!) ?? new Set()).add(node));
  }
  const sizes = [...byTable].map(([table, lookups]) => ({ table, lookups, chain }));
  const sizeOfTable = ({ table }: Lookups) => sizeOf(initializers.get(table)!.shape);
  return sizes.sort((a, b) => sizeOfTable(b) - sizeOfTable(a))[0];
}

/** Writes what replaces the ids. */
class TokenWriter extends NodeWriter {
  /** [batch, length]. */
  #shape = '';
  /** 0, 1, ... of one text. */
  #positions = '';

  /** The rows of all texts [batch x length, channels], their numbers in order [batch, length], and known ids [batch, length]. */
  embeddings({ name, shape }: GraphInput) {
    const axes = this.add('Shape', [name]);
    this.#shape = this.add('Gather', [axes, this.ints([0, 1])]);
    const length = this.add('Gather', [axes, this.int(1)]);
    this.#positions = this.add('Range', [this.int(0), length, this.int(1)]);
    const count = this.add('Mul', [this.add('Gather', [axes, this.int(0)]), length]);
    const all = this.add('Range', [this.int(0), count, this.int(1)]);
    const counted = this.add('Add', [this.#positions, this.int(FIRST_ID)]);
    return {
      rows: this.add('Reshape', [name, this.ints([-1, shape.at(-1)!])]),
      order: this.add('Reshape', [all, this.#shape]),
      known: this.add('Expand', [counted, this.#shape]),
    };
  }

  /** The node that computes an input beside the ids. */
  beside({ name, type }: TypedInput, held: Held): GraphNode {
    const one = held === 'positions' ? this.#positions : this.int(held === 'ones' ? 1 : 0);
    const whole = this.add('Expand', [one, this.#shape]);
    const to = DATA_TYPE[type === 'int' ? 'int64' : type];
    return { op: 'Cast', name, inputs: [whole], outputs: [name], attributes: { to } };
  }

  /** The same node for other tensors; its own output gets a new name. */
  copy(node: GraphNode, renamed: Map<string, string>): GraphNode {
    const [output] = node.outputs as [string];
    renamed.set(output, this.newName(output));
    const [first, ...rest] = node.inputs as [string];
    return { ...node, inputs: [renamed.get(first)!, ...rest], outputs: [renamed.get(output)!] };
  }
}
