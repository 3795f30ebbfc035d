// Builds the blocks of a structure: one for each residual unit and each convolution after the first.
import { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { convolutionsOf, type Structure, type Unit, unitsOf } from './structure.js';

/** The epsilon of all batch normalizations, including those in shortcuts. */
const EPSILON = 1e-3;

/**
 * Features are the outputs of the ReLU at the end of each convolution and each unit. Weights are named by
 * their position in forward order. The bias of a projection is left out, because batch normalization cancels
 * it.
 */
export function structureNetwork(structure: Structure): Network {
  let count = 0;
  const weight = (slot: string, shape: readonly number[]): Weight & { slot: string } => ({
    slot,
    name: `conv${count++}`,
    shape,
  });
  const blocks: Block[] = [];
  for (const part of structure) {
    if (part.kind === 'res')
      for (const unit of unitsOf(part)) blocks.push(unitBlock({ name: nameOf(blocks), unit, weight }));
    else
      for (const { in: from, out: to, kernel, stride } of convolutionsOf(part)) {
        const b = new BlockBuilder({ name: nameOf(blocks) });
        const conv = b.add('conv', [0], { kernel, stride }, weight('conv', [to, from, kernel, kernel]));
        b.add('relu', [normalize(b, conv)]);
        blocks.push(b.build());
      }
  }
  const classifier = { classes: 1000, normalized: false };
  return { stem: blocks[0]!, blocks: blocks.slice(1), identities: 'worst', classifier };
}

const nameOf = (blocks: readonly Block[]): string => (blocks.length ? `block${blocks.length - 1}` : 'stem');

function normalize(b: BlockBuilder, value: number): number {
  return b.add('batchNorm', [value], { epsilon: EPSILON, centred: 1 });
}

function unitBlock({
  name,
  unit: { in: from, width, out, kernel, stride, projection },
  weight,
}: {
  readonly name: string;
  readonly unit: Unit;
  readonly weight: (slot: string, shape: readonly number[]) => Weight & { slot: string };
}): Block {
  const b = new BlockBuilder({ name });
  const pointwise = { kernel: 1, stride: 1 };
  const expanded = b.add('conv', [0], pointwise, weight('expand', [width, from, 1, 1]));
  const wide = b.add('relu', [normalize(b, expanded)]);
  const depthwise = b.add(
    'depthwise',
    [wide],
    { kernel, stride },
    weight('depthwise', [width, 1, kernel, kernel]),
  );
  const filtered = b.add('relu', [normalize(b, depthwise)]);
  const reduced = normalize(b, b.add('conv', [filtered], pointwise, weight('reduce', [out, width, 1, 1])));
  const shortcut = projection
    ? normalize(b, b.add('conv', [0], { kernel: 1, stride }, weight('project', [out, from, 1, 1])))
    : 0;
  b.add('relu', [b.add('sum', [reduced, shortcut])]);
  return b.build();
}
