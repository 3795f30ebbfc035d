// Mutates a structure with the distribution of the published search.
import type { RandomKey } from '../../random/random.js';
import { type RandomStream, randomStream } from '../../random/random-stream.js';
import { LARGEST, type ResBlock, roundChannels, type Structure, type StructureBlock } from './structure.js';

/**
 * How often each type is drawn, out of 89. The published code draws from twelve overlapping lists of types,
 * so some types are six times as likely as others.
 */
export const TYPES: readonly {
  readonly expansion: number;
  readonly kernel: number;
  readonly weight: number;
}[] = [3, 5, 7].flatMap((kernel, k) =>
  [1, 2, 4, 6].map((expansion, e) => {
    const weights = [
      [12, 12, 11, 10],
      [9, 8, 7, 6],
      [5, 4, 3, 2],
    ];
    return { expansion, kernel, weight: weights[k]![e]! };
  }),
);

/**
 * The number of repetitions from which a residual block is split in two, and the number that the first part
 * gets.
 */
const SPLIT_FROM = 6;
const FIRST_PART = 3;

/**
 * The numbers of channels that may replace `channels`: at least 8, as published, and at most as many as a text
 * may hold.
 */
export function channelChoices(channels: number): readonly number[] {
  const factors = [2.5, 2, 1.5, 1.25];
  const values = [
    ...factors.map((factor) => channels * factor),
    channels,
    ...factors.toReversed().map((factor) => channels / factor),
  ];
  return [...new Set(values.map((value) => roundChannels(Math.max(8, value))))].filter(
    (value) => value <= LARGEST,
  );
}

export function repetitionChoices(sub: number): readonly number[] {
  return [sub + 2, sub + 1, sub, sub - 1, sub - 2].filter((value) => value >= 1);
}

/** The choices for the replacement of a block, in all combinations. `in` and `stride` are kept. */
export interface Replacements {
  readonly types: readonly { readonly weight: number; readonly block: StructureBlock }[];
  readonly out: readonly number[];
  readonly bottleneck: readonly number[];
  readonly sub: readonly number[];
}

export function replacementsOf(block: StructureBlock): Replacements {
  if (block.kind === 'res')
    return {
      types: TYPES.map(({ expansion, kernel, weight }) => ({
        weight,
        block: { ...block, expansion, kernel },
      })),
      out: channelChoices(block.out),
      bottleneck: channelChoices(block.bottleneck),
      sub: repetitionChoices(block.sub),
    };
  const out = block.kernel === 1 ? [block.out] : channelChoices(block.out);
  return { types: [{ weight: 1, block }], out, bottleneck: [0], sub: [1] };
}

interface ReplacementArguments {
  readonly block: StructureBlock;
  readonly out: number;
  readonly bottleneck: number;
  readonly sub: number;
}

/** The replacement block for one combination. */
export function replacement({ block, out, bottleneck, sub }: ReplacementArguments): StructureBlock {
  return block.kind === 'res' ? { ...block, out, bottleneck, sub } : { ...block, out, sub };
}

/**
 * Draws a block `mutations` times and replaces it. A block that was drawn before is skipped and not drawn
 * again. Then splits long blocks, twice.
 */
export function mutateStructure({
  structure,
  key,
  mutations,
}: {
  readonly structure: Structure;
  readonly key: RandomKey;
  readonly mutations: number;
}): Structure {
  const random = randomStream(key);
  const chosen = new Map<number, StructureBlock>();
  for (let i = 0; i < mutations; i++) {
    const index = random.below(structure.length);
    if (!chosen.has(index)) chosen.set(index, drawReplacement({ block: structure[index]!, random }));
  }
  return splitLong(splitLong(replaceBlocks({ structure, chosen })));
}

function drawReplacement({
  block,
  random,
}: {
  readonly block: StructureBlock;
  readonly random: RandomStream;
}): StructureBlock {
  const { types, out, bottleneck, sub } = replacementsOf(block);
  let at = random.below(types.reduce((sum, { weight }) => sum + weight, 0));
  const type = types.find(({ weight }) => {
    at -= weight;
    return at < 0;
  })!;
  return replacement({
    block: type.block,
    out: random.pick(out),
    bottleneck: random.pick(bottleneck),
    sub: random.pick(sub),
  });
}

/**
 * Replaces some blocks of the structure and sets the `in` of each block to the output channels of the block
 * before it.
 */
export function replaceBlocks({
  structure,
  chosen,
}: {
  readonly structure: Structure;
  readonly chosen: ReadonlyMap<number, StructureBlock>;
}): Structure {
  const child: StructureBlock[] = [];
  for (const [index, block] of structure.entries()) {
    const before = child.at(-1);
    child.push({ ...(chosen.get(index) ?? block), in: before?.out ?? block.in });
  }
  return child;
}

/**
 * Splits each residual block of six or more repetitions in two, the first of which has three. This is a
 * single pass.
 */
export function splitLong(structure: Structure): Structure {
  return structure.flatMap((block) => {
    if (block.kind === 'conv' || block.sub < SPLIT_FROM) return [block];
    const first: ResBlock = { ...block, sub: FIRST_PART };
    return [first, { ...block, in: block.out, stride: 1, sub: block.sub - FIRST_PART }];
  });
}
