// In: networks under a draw, block by block. Out: how far a network's beginning is known from another, with all that it scored.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Block, topologyKey } from '../core/ir/block.js';
import type { Network } from '../core/ir/network.js';
import type { Shape } from '../core/ir/shape.js';
import type { Boundary } from '../core/lowering/compile.js';
import type { Tensor } from './onnx-runtime.js';

/** What a network is after some of its blocks: the output of the last one, and all that was measured up to there. */
export interface Passed {
  readonly y: Tensor;
  readonly shape: Shape;
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
}

/**
 * How much of a beginning is kept: stem and blocks, or the stem alone, to measure what the blocks save. Then blocks of one
 * program may be one run.
 */
export const REACHES = ['blocks', 'stem'] as const;
export type Reach = (typeof REACHES)[number];

/** Beginnings of networks under one draw, those used last. */
export interface Prefixes {
  readonly reach: Reach;
  get(key: string): Passed | undefined;
  set(key: string, passed: Passed): void;
}

/** Outputs of blocks that a scorer keeps for the networks to come: some hundreds of blocks at 64 pixels. */
export const KEPT_BYTES = 250e6;

/** One memory for several draws. */
export function createPrefixes({
  reach = 'blocks',
  maxBytes = KEPT_BYTES,
}: {
  reach?: Reach;
  maxBytes?: number;
} = {}): { under(draw: string): Prefixes } {
  const known = new LRUCache<string, Passed>({
    maxSize: maxBytes,
    sizeCalculation: ({ y }) => 4 * y.size + 1000,
  });
  return {
    under: (draw) => ({
      reach,
      get: (key) => known.get(`${draw} ${key}`),
      set: (key, passed) => void known.set(`${draw} ${key}`, passed),
    }),
  };
}

/**
 * A key for the stem and each block but the last, or for the stem alone where no more can be common: a digest of
 * everything that what is known after it depends on, the draw aside, the blocks before it included. Equal keys, equal bits.
 */
export function prefixKeys({
  network: { stem, blocks, identities, common, inputChannels = 3 },
  boundary,
  isMeasured,
  reach,
}: {
  network: Network;
  boundary: Boundary;
  isMeasured: readonly boolean[];
  reach: Reach;
}): readonly string[] {
  let key = `${boundary} ${identities} ${inputChannels}`;
  const before = common === 'stem' || reach === 'stem' ? [] : blocks.slice(0, -1);
  return [stem, ...before].map((block, i) => {
    const measured = i === 0 || isMeasured[i - 1];
    key = createHash('sha256')
      .update(`${key} ${measured ? 'measured' : 'passed'} ${contentKey(block)}`)
      .digest('base64url');
    return key;
  });
}

/** Everything that a block's output depends on, the draw and the input aside. */
function contentKey(block: Block): string {
  return `${topologyKey(block)} ${JSON.stringify(block.weights)}`;
}
