// In: a candidate of a space of one's own. Out: its network as blocks for the programs, one for each repetition of a stage.
import { type Block, BlockBuilder, type Network, type Weight } from '../../programs/block.js';
import type { Definition } from '../../spec/custom-space.js';
import { parseCell } from '../nas-bench-201/cell.js';
import { cellBlock, reductionBlock } from '../nas-bench-201/network.js';
import type { Candidate } from './candidate.js';
import type { Option } from './options.js';

/** Features are the stem's output and each repetition's; weights are named by stage and repetition. */
export function candidateNetwork({
  definition,
  candidate,
}: {
  definition: Definition;
  candidate: Candidate;
}): Network {
  const stem = stemBlock({ definition, first: candidate[0]! });
  const blocks: Block[] = [];
  const stageEnds: number[] = [];
  let from = stemWidth({ definition, first: candidate[0]! });
  candidate.forEach((option, stage) => {
    blocks.push(...stageBlocks({ definition, stage, option, from }));
    stageEnds.push(blocks.length - 1);
    from = option.width;
  });
  const classifier = { classes: definition.classes, normalized: activatesFirst(candidate.at(-1)!) };
  const inputChannels = definition.input.channels;
  return { stem, blocks, identities: 'worst', stageEnds, classifier, inputChannels };
}

/** The first stage's width where the definition names none. */
export function stemWidth({ definition, first }: { definition: Definition; first: Option }): number {
  return definition.stem.width ?? first.width;
}

/** Convolution, normalization, and ReLU where the first stage does not begin with one itself. */
export function stemBlock({ definition, first }: { definition: Definition; first: Option }): Block {
  const { input, stem } = definition;
  const b = new BlockBuilder({ name: 'stem' });
  const { kernel, stride } = stem;
  const normalized = convolution({
    b,
    name: 'stem',
    slot: 'conv',
    from: input.channels,
    to: stemWidth({ definition, first }),
    kernel,
    stride,
  })(0);
  if (!activatesFirst(first)) b.add('relu', [normalized]);
  return b.build();
}

/** Whether blocks of this kind end before their activation, as those of NAS-Bench-201 do. */
export function activatesFirst({ kind }: Option): boolean {
  return kind === 'cell' || kind === 'reduction';
}

/** `depth` blocks; the first has the stride and changes the width. */
export function stageBlocks({
  definition,
  stage,
  option,
  from,
}: {
  definition: Definition;
  stage: number;
  option: Option;
  from: number;
}): Block[] {
  return Array.from({ length: option.depth }, (_, i) => {
    const name = `stage${stage}_${i}`;
    const unit = { name, option, from: i ? option.width : from, stride: i ? 1 : option.stride };
    const to = option.width;
    if (option.kind === 'cell')
      return cellBlock({ cell: parseCell(definition.stages[stage]!.cell!), name, from: unit.from, to });
    return option.kind === 'reduction' ? reductionBlock({ name, from, to }) : UNITS[option.kind](unit);
  });
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
    b.add('relu', [convolution({ b, name, slot: 'conv', from, to, kernel, stride })(0)]);
    return b.build();
  },
  /** Two convolutions and a shortcut (He et al. 2016). */
  basic: ({ name, option: { width: to, kernel }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const first = convolution({ b, name, slot: 'conv_a', from, to, kernel, stride });
    const second = convolution({ b, name, slot: 'conv_b', from: to, to, kernel, stride: 1 });
    const inner = second(b.add('relu', [first(0)]));
    b.add('relu', [b.add('sum', [inner, shortcut({ b, name, from, to, stride })])]);
    return b.build();
  },
  /** 1x1 to a part of the width, the convolution with the stride, 1x1 back, and a shortcut (He et al. 2016). */
  bottleneck: ({ name, option: { width: to, kernel, expansion }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const part = to / expansion;
    const reduce = convolution({ b, name, slot: 'reduce', from, to: part, kernel: 1, stride: 1 });
    const filter = convolution({ b, name, slot: 'conv', from: part, to: part, kernel, stride });
    const expand = convolution({ b, name, slot: 'expand', from: part, to, kernel: 1, stride: 1 });
    const inner = expand(b.add('relu', [filter(b.add('relu', [reduce(0)]))]));
    b.add('relu', [b.add('sum', [inner, shortcut({ b, name, from, to, stride })])]);
    return b.build();
  },
  /**
   * 1x1 to a multiple of the input's channels (not where it is 1), depthwise convolution with the stride, 1x1 to the
   * width without activation; a shortcut where shapes agree (Sandler et al. 2018, with ReLU for ReLU6).
   */
  inverted: ({ name, option: { width: to, kernel, expansion }, from, stride }: Unit): Block => {
    const b = new BlockBuilder({ name });
    const wide = from * expansion;
    const expand = convolution({ b, name, slot: 'expand', from, to: wide, kernel: 1, stride: 1 });
    const expanded = expansion === 1 ? 0 : b.add('relu', [expand(0)]);
    const depthwise = { slot: 'depthwise', name: `${name}.depthwise`, shape: [wide, 1, kernel, kernel] };
    const filtered = b.add('batchNorm', [b.add('depthwise', [expanded], { kernel, stride }, depthwise)]);
    const reduce = convolution({ b, name, slot: 'reduce', from: wide, to, kernel: 1, stride: 1 });
    const reduced = reduce(b.add('relu', [filtered]));
    if (stride === 1 && from === to) b.add('sum', [reduced, 0]);
    return b.build();
  },
};

/** The block's input, through a normalized 1x1 convolution where shapes differ. */
function shortcut({
  b,
  name,
  from,
  to,
  stride,
}: {
  b: BlockBuilder;
  name: string;
  from: number;
  to: number;
  stride: number;
}): number {
  if (stride === 1 && from === to) return 0;
  return convolution({ b, name, slot: 'shortcut', from, to, kernel: 1, stride })(0);
}

/** Normalized convolution of a value. */
function convolution({
  b,
  name,
  slot,
  from,
  to,
  kernel,
  stride,
}: {
  b: BlockBuilder;
  name: string;
  slot: string;
  from: number;
  to: number;
  kernel: number;
  stride: number;
}): (value: number) => number {
  const weight: Weight & { slot: string } = {
    slot,
    name: `${name}.${slot}`,
    shape: [to, from, kernel, kernel],
  };
  return (value) => b.add('batchNorm', [b.add('conv', [value], { kernel, stride }, weight)]);
}
