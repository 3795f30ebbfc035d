// In: immutable bytes. Out: the same in a NATS object store bucket, named by their SHA-256 and verified on every read.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectStore, Objm, StorageType } from '@nats-io/obj';
import { BlobError } from '../core/spec/errors.js';
import { createBlobCache, digestOf, isDigest } from './blob-cache.js';
import { readAll } from './facts.js';
import type { Link } from './link.js';
import type { BlobStore } from './store.js';
import { BUCKET } from './streams.js';

const CHUNK_BYTES = 128 * 1024;
/** 8 MiB at a time. */
const CHUNKS_PER_BATCH = 64;
const RENEWED_MS = 24 * 3_600_000;
/** A blob that is being replaced, or read from a replica that lags, looks broken for a moment. */
const LOOKS = 3;
const LOOK_PAUSE_MS = 150;

export async function createBlobs({ link }: { readonly link: Link }): Promise<BlobStore> {
  const bucket = await link.call(`opening bucket ${BUCKET}`, () =>
    new Objm(link.js).create(BUCKET, { storage: StorageType.File }),
  );
  const cache = createBlobCache();

  async function put(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    // reads it all: a blob that went bad is mended by putting it again
    const seen = await look({ link, bucket, digest });
    // whoever puts it needs it from now on, and what is old may be deleted by `zeroscout gc`: the copy is renewed
    if (seen.bytes && Date.now() - seen.storedAt < RENEWED_MS) return digest;
    await link.call('storing a blob', () =>
      bucket.put({ name: digest, options: { max_chunk_size: CHUNK_BYTES } }, streamOf(bytes)),
    );
    cache.set(digest, bytes);
    return digest;
  }

  async function get(digest: string): Promise<Uint8Array> {
    if (!isDigest(digest))
      throw new BlobError(`blob ${JSON.stringify(digest)}: not a SHA-256 in lower-case hex`);
    const cached = cache.get(digest);
    if (cached) return cached;
    let fault = '';
    for (let left = LOOKS; left > 0; left--) {
      const seen = await look({ link, bucket, digest });
      if (seen.bytes) {
        cache.set(digest, seen.bytes);
        return seen.bytes;
      }
      fault = seen.fault;
      if (left > 1) await sleep(LOOK_PAUSE_MS);
    }
    throw new BlobError(`blob ${digest} in bucket ${BUCKET} at ${link.address}: ${fault}`);
  }

  return { put, get };
}

type Look =
  | { readonly bytes: Uint8Array; readonly storedAt: number }
  | { readonly bytes?: never; readonly fault: string };

/**
 * Reads the chunks with batched direct gets, as they lie in the bucket's stream (NATS ADR-20). The client's own `get`
 * waits for ever when all chunks are missing; a batch says that there are none.
 */
async function look(given: {
  readonly link: Link;
  readonly bucket: ObjectStore;
  readonly digest: string;
}): Promise<Look> {
  const { link, bucket, digest } = given;
  const info = await link.call('looking up a blob', () => bucket.info(digest));
  if (info === null || info.deleted) return { fault: 'missing' };
  const messages =
    info.size === 0
      ? []
      : await readAll({
          link,
          stream: `OBJ_${BUCKET}`,
          describe: 'reading a blob',
          filter: `$O.${BUCKET}.C.${info.nuid}`,
          batch: CHUNKS_PER_BATCH,
        });
  const bytes = joined(messages.map(({ data }) => data));
  const found = digestOf(bytes);
  if (found === digest) return { bytes, storedAt: Date.parse(info.mtime) };
  return messages.length === 0
    ? { fault: `its ${info.size} bytes are missing` }
    : { fault: `altered: ${bytes.length} bytes with the SHA-256 ${found}` };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** In pieces: given a large blob at once, the client copies what is left of it for each chunk. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(offset, offset + CHUNK_BYTES));
      offset += CHUNK_BYTES;
    },
  });
}
