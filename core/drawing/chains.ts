// Converts networks of any space to chains of blocks: the operations of each block, and its channels.
import type { CandidateGraph } from '../graph/network-builder.js';
import type { Block } from '../ir/block.js';
import type { Network } from '../ir/network.js';
import type { Architecture, ChainBlock, Role } from './architecture.js';

/** The chain of a network of blocks: the operations of each block, and its channels. */
export function networkChain({ stem, blocks }: Network): Architecture {
  const all = [blockOf(stem, 'stem'), ...blocks.map((block, i) => blockOf(block, `block ${i + 1}`))];
  return [{ kind: 'chain', title: 'Blocks from input to output', blocks: all }];
}

function blockOf({ instructions, weights }: Block, title: string): ChainBlock {
  const names = instructions.flatMap(({ operation, settings, slot }) => {
    if (['batchNorm', 'relu', 'sum', 'layerNorm', 'gelu'].includes(operation)) return [];
    const kernel = settings.kernel ?? weights[slot]?.shape[2];
    return [kernel && operation !== 'linear' ? `${operation} ${kernel} × ${kernel}` : operation];
  });
  const isStream = instructions.some(({ operation }) => operation === 'attention');
  const widths = instructions.flatMap(({ operation, slot }) =>
    ['conv', 'linear'].includes(operation) ? (weights[slot]?.shape[0] ?? []) : [],
  );
  const channels = widths.at(-1);
  return {
    title,
    detail: countNames(names) || 'identity',
    role: isStream ? 'attention' : 'conv',
    repeat: 1,
    ...(channels === undefined ? {} : { channels }),
  };
}

/** The chain of a network that is a graph, collapsed to the parts between its features. */
export function graphChain({ graph, features }: CandidateGraph): Architecture {
  const ends = new Set(features.blocks);
  const blocks: ChainBlock[] = [];
  let names: string[] = [];
  let channels: number | undefined;
  const end = (title: string) => {
    if (names.length > 0)
      blocks.push({ ...boxOf(title, names), ...(channels === undefined ? {} : { channels }) });
    names = [];
  };
  for (const { op, inputs, outputs } of graph.nodes) {
    const shape = inputs
      .map((name) => graph.initializers.get(name)?.shape)
      .find((found) => (found?.length ?? 0) >= 2);
    if (op === 'Conv') channels = shape?.[0] ?? channels;
    if (!QUIET.has(op)) names.push(op === 'Conv' && shape ? `conv ${shape[2]} × ${shape[3]}` : op);
    if (outputs.some((name) => ends.has(name))) end(blocks.length === 0 ? 'stem' : `block ${blocks.length}`);
  }
  channels = undefined;
  end('classifier');
  return [{ kind: 'chain', title: 'Blocks from input to output', blocks }];
}

/** Operators that are left out because they say little about an architecture. */
const QUIET: ReadonlySet<string> = new Set([
  'Relu',
  'BatchNormalization',
  'Identity',
  'Add',
  'Reshape',
  'Flatten',
]);

function boxOf(title: string, names: readonly string[]): ChainBlock {
  const role: Role = names.some((name) => /softmax|matmul/i.test(name)) ? 'attention' : 'conv';
  return { title, detail: countNames(names), role, repeat: 1 };
}

/** `2 conv 3 × 3, depthwise 5 × 5`, in the order of the first occurrences. */
export function countNames(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count > 1 ? `${count} ${name}` : name)).join(', ');
}
