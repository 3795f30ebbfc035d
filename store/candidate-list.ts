// Writes any number of candidates to the blob store as a list from which ranges can be read.

import type { CandidateListRef } from '../core/contract/search.js';
import { BlobError } from '../core/errors.js';
import type { BlobStore } from './store.js';

/** The number of candidates in one blob: about 350 KB of NAS-Bench-201 texts. */
const CHUNK = 4096;

/**
 * Writes candidates in chunks of lines, then the list of the chunks' digests. At most one chunk is in memory.
 */
export async function writeCandidateList(
  blobs: BlobStore,
  candidates: Iterable<string> | AsyncIterable<string>,
): Promise<CandidateListRef> {
  const digests: string[] = [];
  let lines: string[] = [];
  let count = 0;
  const flush = async () => {
    digests.push(await blobs.put(encode(lines)));
    lines = [];
  };
  for await (const candidate of candidates) {
    lines.push(candidate);
    count++;
    if (lines.length === CHUNK) await flush();
  }
  if (lines.length) await flush();
  return { digest: await blobs.put(encode([String(count), ...digests])), count };
}

/**
 * The candidates `from` up to and excluding `to`. Throws a BlobError if the list does not match its
 * reference.
 */
export async function* readCandidates(
  blobs: BlobStore,
  list: CandidateListRef,
  { from = 0, to = list.count }: { readonly from?: number; readonly to?: number } = {},
): AsyncGenerator<string> {
  const [count, ...digests] = decode(await blobs.get(list.digest));
  if (Number(count) !== list.count || digests.length !== Math.ceil(list.count / CHUNK))
    throw new BlobError(
      `candidate list ${list.digest} holds ${count} candidates; ${list.count} were expected`,
    );
  for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++) {
    const start = chunk * CHUNK;
    const lines = decode(await blobs.get(digests[chunk]!));
    yield* lines.slice(Math.max(0, from - start), to - start);
  }
}

function encode(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\n'));
}

function decode(bytes: Uint8Array): string[] {
  return bytes.length ? new TextDecoder().decode(bytes).split('\n') : [];
}
