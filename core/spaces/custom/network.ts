// Builds the blocks of a candidate of a custom space.
import { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { channelsOf, type Shape } from '../../ir/shape.js';
import { blockShapes } from '../../ops/block-shapes.js';
import { cellBlock, reductionBlock } from '../nas-bench-201/network.js';
import type { Candidate } from './candidate.js';
import { cellOf } from './cells.js';
import type { BlockKind } from './kinds.js';
import type { Option } from './options.js';
import type { Definition } from './schema.js';
import { splitCandidate } from './stem.js';
import { transformerBlocks } from './tokens.js';
import { innerWidth } from './widths.js';

/**
 * Features are the outputs of the stem and of each repetition; in a transformer, those of each attention and
 * each MLP. Weights are named by stage and repetition. Without a stem in the definition, the block of the
 * first attention is the stem.
 */
export function candidateNetwork({
  definition,
  candidate,
  resolution,
}: {
  readonly definition: Definition;
  readonly candidate: Candidate;
  readonly resolution: number;
}): Network {
  const { channels: inputChannels } = definition.input;
  const all: Block[] = [];
  const ends: number[] = [];
  let shape: Shape = [inputChannels, resolution, resolution];
  const add = (block: Block) => {
    shape = blockShapes({ block, input: shape }).at(-1)!;
    all.push(block);
    // A transformer has most of its depth within one stage, so each of its blocks counts as the end of a
    // stage.
    if (block.form === 'tokens' && all.length > 1) ends.push(all.length - 1);
  };
  const { stem, stages } = splitCandidate(definition, candidate);
  for (const block of stemBlocks({ definition, stem, first: stages[0]! })) add(block);
  stages.forEach((option, stage) => {
    stageBlocks({ stage, option, input: shape }).forEach(add);
    if (option.kind !== 'transformer') ends.push(all.length - 1);
  });
  const last = stages.at(-1)!;
  const tokens = last.kind === 'transformer';
  return {
    stem: all[0]!,
    blocks: all.slice(1),
    identities: tokens ? 'skipped' : 'worst',
    stageEnds: ends.map((end) => end - 1),
    classifier: { classes: definition.classes, normalized: endsNormalized(last) },
    inputChannels,
  };
}

/**
 * The stem: convolution, normalization, and ReLU unless the first stage begins with one. Its default width is
 * that of the first stage. There is no stem where the first stage turns the images into tokens.
 */
export function stemBlocks({
  definition: { input, stem: written },
  stem: { kernel, stride, width },
  first,
}: {
  readonly definition: Definition;
  readonly stem: Option;
  readonly first: Option;
}): Block[] {
  if (!written) return [];
  const b = new BlockBuilder({ name: 'stem' });
  const to = width || first.width;
  const from = input.channels;
  const normalized = convolution(b, { name: 'stem', slot: 'conv', from, to, kernel, stride })(0);
  if (!activatesFirst(first)) b.add('relu', [normalized]);
  return [b.build()];
}

/** Whether blocks of this kind end before their activation, as those of NAS-Bench-201 do. */
export function activatesFirst({ kind }: Option): boolean {
  return kind === 'cell' || kind === 'reduction';
}

/** Kinds of graph blocks that do not end with a normalization. */
const KINDS_BEFORE_ACTIVATION: ReadonlySet<BlockKind> = new Set(['dense', 'transition']);

/** Whether a normalization stands before the classifier. */
export function endsNormalized(last: Option): boolean {
  return last.kind === 'transformer' || activatesFirst(last) || KINDS_BEFORE_ACTIVATION.has(last.kind);
}

/** `depth` repetitions, the first of which has the stride and changes the width. */
export function stageBlocks({
  stage,
  option,
  input,
}: {
  readonly stage: number;
  readonly option: Option;
  readonly input: Shape;
}): Block[] {
  const { kind } = option;
  if (kind === 'transformer') return transformerBlocks({ stage, option, input });
  const from = channelsOf(input);
  // An identity that keeps the shape adds no block and no feature.
  if (kind === 'identity' && from === option.width && option.stride === 1) return [];
  return Array.from({ length: option.depth }, (_, i) => {
    const name = `stage${stage}_${i}`;
    const unit = { name, option, from: i ? option.width : from, stride: i ? 1 : option.stride };
    const to = option.width;
    if (kind === 'cell') return cellBlock({ cell: cellOf(option.cell), name, from: unit.from, to });
    if (kind === 'identity') return identityBlock({ ...unit, to });
    if (kind === 'reduction') return reductionBlock({ name, from: unit.from, to });
    if (kind in UNITS) return UNITS[kind as keyof typeof UNITS](unit);
    throw new RangeError(`${kind}: is measured as a graph`);
  });
}

/** An identity that changes the shape: a 1x1 convolution with the stride, and a normalization. */
function identityBlock({ name, from, to, stride }: Unit & { readonly to: number }): Block {
  const b = new BlockBuilder({ name });
  convolution(b, { name, slot: 'conv', from, to, kernel: 1, stride })(0);
  return b.build();
}

interface Unit {
  readonly name: string;
  readonly option: Option;
  readonly from: number;
  readonly stride: number;
}

const UNITS = {
  /** Convolution, normalization, ReLU. */
  conv: ({ name, option: { width: to, kernel }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    b.add('relu', [convolution(b, { name, slot: 'conv', from, to, kernel, stride })(0)]);
    return b.build();
  },
  /** Two convolutions and a shortcut (He et al. 2016). */
  basic: ({ name, option: { width: to, kernel }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const first = convolution(b, { name, slot: 'conv_a', from, to, kernel, stride });
    const second = convolution(b, { name, slot: 'conv_b', from: to, to, kernel, stride: 1 });
    const inner = second(b.add('relu', [first(0)]));
    b.add('relu', [b.add('sum', [inner, shortcut(b, { name, from, to, stride })])]);
    return b.build();
  },
  /** A 1x1 convolution to a fraction of the width, the convolution with the stride, a 1x1 convolution back, and a shortcut (He et al. 2016). */
  bottleneck: ({ name, option, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const { width: to, kernel } = option;
    const part = innerWidth(option);
    const reduce = convolution(b, { name, slot: 'reduce', from, to: part, kernel: 1, stride: 1 });
    const filter = convolution(b, { name, slot: 'conv', from: part, to: part, kernel, stride });
    const expand = convolution(b, { name, slot: 'expand', from: part, to, kernel: 1, stride: 1 });
    const inner = expand(b.add('relu', [filter(b.add('relu', [reduce(0)]))]));
    b.add('relu', [b.add('sum', [inner, shortcut(b, { name, from, to, stride })])]);
    return b.build();
  },
  /**
   * A 1x1 convolution to a multiple of the input channels (left out where the multiple is 1), a depthwise convolution with the
   * stride, a 1x1 convolution to the width without activation, and a shortcut where shapes agree (Sandler et al. 2018, with ReLU
   * in place of ReLU6).
   */
  inverted: ({ name, option: { width: to, kernel, expansion }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const wide = from * expansion;
    const expand = convolution(b, { name, slot: 'expand', from, to: wide, kernel: 1, stride: 1 });
    const expanded = expansion === 1 ? 0 : b.add('relu', [expand(0)]);
    const depthwise = { slot: 'depthwise', name: `${name}.depthwise`, shape: [wide, 1, kernel, kernel] };
    const filtered = b.add('batchNorm', [b.add('depthwise', [expanded], { kernel, stride }, depthwise)]);
    const reduce = convolution(b, { name, slot: 'reduce', from: wide, to, kernel: 1, stride: 1 });
    const reduced = reduce(b.add('relu', [filtered]));
    if (stride === 1 && from === to) b.add('sum', [reduced, 0]);
    return b.build();
  },
};

interface ShortcutArguments {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

/**
 * The shortcut: the block's input, passed through a 1x1 convolution with normalization where shapes differ.
 */
function shortcut(b: BlockBuilder, { name, from, to, stride }: ShortcutArguments): number {
  if (stride === 1 && from === to) return 0;
  return convolution(b, { name, slot: 'shortcut', from, to, kernel: 1, stride })(0);
}

interface Filter {
  readonly name: string;
  readonly slot: string;
  /** Channels of its input and its output. */
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
}

/** A convolution with batch normalization. */
function convolution(
  b: BlockBuilder,
  { name, slot, from, to, kernel, stride }: Filter,
): (value: number) => number {
  const weight: Weight & { slot: string } = {
    slot,
    name: `${name}.${slot}`,
    shape: [to, from, kernel, kernel],
  };
  return (value) => b.add('batchNorm', [b.add('conv', [value], { kernel, stride }, weight)]);
}
