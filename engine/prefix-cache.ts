// Caches the states of networks after their leading blocks, so that the next network with the same leading
// blocks need not compute them again.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Block, topologyKey } from '../core/ir/block.js';
import type { Plan } from '../core/ir/measured.js';
import type { Network } from '../core/ir/network.js';
import type { Shape } from '../core/ir/shape.js';
import type { Boundary } from '../core/lowering/program.js';
import type { FeatureSpectrum } from './network-score.js';
import type { Tensor } from './onnx-runtime.js';

/**
 * The state of a network after some of its blocks: the output of the last one, and everything measured so
 * far.
 */
export interface NetworkState {
  readonly y: Tensor;
  readonly shape: Shape;
  readonly features: readonly number[];
  readonly spectra: readonly FeatureSpectrum[];
  readonly blocks: readonly (number | null)[];
  readonly traces: readonly (number | null)[];
}

/**
 * `blocks`: the states after the stem and after every block are cached. `stem`: only the state after the
 * stem.
 */
export type PrefixDepth = 'blocks' | 'stem';

/** States of networks under one draw, by the key of their leading blocks (`computePrefixKeys`). */
export interface PrefixCache {
  readonly depth: PrefixDepth;
  get(key: string): NetworkState | undefined;
  set(key: string, state: NetworkState): void;
}

/**
 * The caches of several draws, which share one memory budget; the least recently used state is dropped first.
 */
export interface PrefixCaches {
  ofDraw(draw: string): PrefixCache;
}

/** The bytes of block outputs that a scorer caches: some hundreds of blocks at 64 pixels. */
export const KEPT_BYTES = 250e6;

export function createPrefixCaches({
  depth = 'blocks',
  maxBytes = KEPT_BYTES,
}: {
  readonly depth?: PrefixDepth;
  readonly maxBytes?: number;
} = {}): PrefixCaches {
  const known = new LRUCache<string, NetworkState>({
    maxSize: maxBytes,
    sizeCalculation: ({ y }) => 4 * y.size + 1000,
  });
  return {
    ofDraw: (draw) => ({
      depth,
      get: (key) => known.get(`${draw} ${key}`),
      set: (key, state) => void known.set(`${draw} ${key}`, state),
    }),
  };
}

interface ComputePrefixKeysArguments {
  readonly network: Network;
  readonly boundary: Boundary;
  readonly plan: Pick<Plan, 'isMeasured' | 'isRead'>;
  readonly depth: PrefixDepth;
}

/**
 * The keys of the states that may be cached: after the stem, and after each block but the last, after which
 * no network continues. A key is a digest of everything on which the state depends besides the draw, so equal
 * keys mean equal bits.
 */
export function computePrefixKeys({
  network: { stem, blocks, identities, common, inputChannels = 3 },
  boundary,
  plan: { isMeasured, isRead },
  depth,
}: ComputePrefixKeysArguments): readonly string[] {
  let key = `${boundary} ${identities} ${inputChannels}`;
  const before = common === 'stem' || depth === 'stem' ? [] : blocks.slice(0, -1);
  return [stem, ...before].map((block, i) => {
    const [measured, read] = i === 0 ? [true, true] : [isMeasured[i - 1], isRead[i - 1]];
    const statistics = measured ? (read ? 'measured' : 'unread') : 'passed';
    key = createHash('sha256')
      .update(`${key} ${statistics} ${contentKey(block)}`)
      .digest('base64url');
    return key;
  });
}

/** Everything on which a block's output depends, besides the draw and the block's input. */
function contentKey(block: Block): string {
  return `${topologyKey(block)} ${JSON.stringify(block.weights)}`;
}
