// Fetches the structures of networks that are graphs from the blob store, and caches the latest ones.
import { LRUCache } from 'lru-cache';
import { openSpace } from '../core/spaces/index.js';
import type { SpaceSpecification } from '../core/specification/space.js';
import type { ScoreRequest } from '../engine/protocol.js';
import type { BlobStore } from '../store/store.js';

/** The number of characters that are cached: some hundred networks. */
const KEPT = 64e6;

export type Structures = (args: {
  space: SpaceSpecification;
  candidate: string;
}) => Promise<Pick<ScoreRequest, 'structure'>>;

/**
 * Returns undefined for spaces whose networks consist of blocks. Throws a BlobError where a structure is
 * missing or damaged.
 */
export function createStructures({ blobs }: { readonly blobs: BlobStore }): Structures {
  const kept = new LRUCache<string, string>({ maxSize: KEPT, sizeCalculation: ({ length }) => length + 1 });
  return async ({ space, candidate }) => {
    const digest = openSpace(space).structureOf?.(candidate);
    if (digest === undefined) return {};
    const structure = kept.get(digest) ?? new TextDecoder().decode(await blobs.get(digest));
    kept.set(digest, structure);
    return { structure };
  };
}
