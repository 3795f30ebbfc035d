// In: verified bytes by digest. Out: copies of the recently used ones, 64 MiB at most.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const CACHE_BYTES = 64 * 1024 * 1024;

export interface BlobCache {
  get(digest: string): Uint8Array | undefined;
  set(digest: string, bytes: Uint8Array): void;
}

/** Copies in and out: bytes that a caller writes to must not change what the next one gets. */
export function createBlobCache(): BlobCache {
  // an empty blob still costs its entry, and the cache wants sizes above zero
  const cache = new LRUCache<string, Uint8Array>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (bytes) => bytes.length + 128,
  });
  return {
    get: (digest) => cache.get(digest)?.slice(),
    set: (digest, bytes) => void cache.set(digest, bytes.slice()),
  };
}

/** SHA-256 in lower-case hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
