// Caches verified blobs that were used recently, up to 64 MiB.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ByteChunks } from './store.js';

const CACHE_BYTES = 64 * 1024 * 1024;

export interface BlobCache {
  get(digest: string): Uint8Array | undefined;
  set(digest: string, bytes: Uint8Array): void;
}

/**
 * Bytes are copied on the way in and out, so that a caller who writes to them cannot change what the next one
 * gets.
 */
export function createBlobCache(): BlobCache {
  // An empty blob still occupies an entry, and the cache requires sizes above zero.
  const cache = new LRUCache<string, Uint8Array>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (bytes) => bytes.length + 128,
  });
  return {
    get: (digest) => cache.get(digest)?.slice(),
    // A blob larger than the cache would evict all others.
    set: (digest, bytes) => void (bytes.length < CACHE_BYTES / 2 && cache.set(digest, bytes.slice())),
  };
}

/** SHA-256 in lower-case hex. */
export async function digestOfAll(pieces: ReturnType<ByteChunks>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

export async function joinPieces(pieces: ReturnType<ByteChunks>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
