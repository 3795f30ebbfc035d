// Caches the tensors of the latest draws, and reuses the memory of draws that belong to one candidate.
import { LRUCache } from 'lru-cache';
import { type Draw, randomDraw } from '../core/ir/draw.js';
import { createScratch, type DrawTensors, drawTensors, type Scratch } from './draw-tensors.js';
import { imagesOfDraw } from './images.js';
import { createPrefixCaches, type PrefixCaches } from './prefix-cache.js';
import type { ScoreRequest } from './protocol.js';
import { KEPT_DRAWS } from './resident-limit.js';

export interface DrawKey {
  readonly seed: number;
  readonly draw: number;
  /** The candidate for which alone weights are drawn, or '' if all candidates share them. */
  readonly owner: string;
}

export interface DrawStoreOptions {
  /** Returns the random tensors of a draw. */
  readonly drawOf?: ((key: DrawKey) => Draw) | undefined;
  readonly prefixCaches?: PrefixCaches | undefined;
  /** The number of channels in a channel block, on which packings depend. */
  readonly blockSize: number;
}

export interface DrawStore {
  /** Calls `work` with the tensors of a draw, which must not be used afterwards. */
  use<T>(request: ScoreRequest, draw: number, work: (tensors: DrawTensors) => Promise<T>): Promise<T>;
}

export function createDrawStore({
  drawOf = randomDraw,
  prefixCaches = createPrefixCaches(),
  blockSize,
}: DrawStoreOptions): DrawStore {
  const shared = new LRUCache<string, DrawTensors>({ max: KEPT_DRAWS });
  const scratches: Scratch[] = [];

  const sourceOf = ({ seed, fidelity, candidate, images }: ScoreRequest, draw: number) => {
    const { batch, resolution, weights } = fidelity;
    const noise = drawOf({ seed, draw, owner: weights === 'candidate' ? candidate : '' });
    const input = (shape: readonly number[]) =>
      images ? imagesOfDraw({ images, draw, shape }) : noise.input(shape);
    return { draw: { ...noise, input }, batch, resolution, blockSize };
  };

  const sharedTensors = (request: ScoreRequest, draw: number): DrawTensors => {
    const { seed, fidelity, images } = request;
    const key = JSON.stringify([seed, draw, fidelity.batch, fidelity.resolution, images?.digest]);
    const known = shared.get(key);
    if (known) return known;
    const tensors = drawTensors({
      ...sourceOf(request, draw),
      memory: { prefixes: prefixCaches.ofDraw(key) },
    });
    shared.set(key, tensors);
    return tensors;
  };

  return {
    use: async (request, draw, work) => {
      if (request.fidelity.weights === 'shared') return await work(sharedTensors(request, draw));
      // The tensors of the next candidate overwrite these.
      const scratch = scratches.pop() ?? createScratch();
      const prefixes = createPrefixCaches({ depth: 'stem' }).ofDraw('');
      const tensors = drawTensors({
        ...sourceOf(request, draw),
        serves: 'one',
        memory: { scratch, prefixes },
      });
      return await work(tensors).finally(() => scratches.push(scratch));
    },
  };
}
