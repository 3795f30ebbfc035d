// Stores immutable bytes in a NATS object store bucket, named by their SHA-256 and verified on every read.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectInfo, type ObjectStore, Objm, StorageType } from '@nats-io/obj';
import { BlobError } from '../core/errors.js';
import { createBlobCache, digestOfAll, isDigest, joinPieces } from './blob-cache.js';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { namesOf } from './places.js';
import type { BlobStore, ByteChunks } from './store.js';
import { BLOB_STREAM, BUCKET, createRefusalError, findStream, formatEntrySubject } from './streams.js';

interface Blob {
  readonly link: Link;
  readonly bucket: ObjectStore;
  readonly digest: string;
}

interface Named extends Omit<Blob, 'digest'> {
  /** The digest, or the name of another place of the blob. */
  readonly name: string;
}

const CHUNK_BYTES = 128 * 1024;
/** The number of chunks in a batch, which are 8 MiB. */
const CHUNKS_PER_BATCH = 64;
const RENEWED_MS = 24 * 3_600_000;
/**
 * The number of attempts to read a blob. A blob that is being replaced, or read from a replica that lags
 * behind, looks broken for a moment.
 */
const LOOKS = 3;
const LOOK_PAUSE_MS = 150;

/** Opens the bucket, or creates it with `replicas`, as for streams. */
export async function openBucket({
  link,
  replicas,
}: {
  readonly link: Link;
  readonly replicas: number;
}): Promise<ObjectStore> {
  return link.call(`opening bucket ${BUCKET}`, async () => {
    const buckets = new Objm(link.js);
    if (await findStream({ link, stream: BLOB_STREAM })) return await buckets.open(BUCKET, false);
    try {
      return await buckets.create(BUCKET, { storage: StorageType.File, replicas });
    } catch (error) {
      throw createRefusalError({ link, what: `bucket ${BUCKET}`, replicas, error });
    }
  });
}

export async function createBlobs(given: {
  readonly link: Link;
  readonly replicas: number;
}): Promise<BlobStore> {
  const { link } = given;
  const bucket = await openBucket(given);
  const cache = createBlobCache();

  async function putStream(read: ByteChunks): Promise<string> {
    const digest = await digestOfAll(read());
    // The whole blob is read, because a put must replace a damaged blob. The caller needs the blob from now
    // on, and `zeroscout gc` may delete an old copy, so an old copy is stored again.
    const info = await entryOf({ link, bucket, digest });
    const isNew = info !== null && Date.now() - Date.parse(info.mtime) < RENEWED_MS;
    if (isNew && !(await faultOf(readPieces({ link, bucket, digest })))) return digest;
    await putWhereSeen({ link, bucket, digest }, read);
    return digest;
  }

  async function* stream(digest: string): AsyncGenerator<Uint8Array> {
    if (!isDigest(digest))
      throw new BlobError(`blob ${JSON.stringify(digest)}: not a SHA-256 in lower-case hex`);
    yield* readPieces({ link, bucket, digest });
  }

  async function put(bytes: Uint8Array): Promise<string> {
    const digest = await putStream(() => pieces(bytes));
    cache.set(digest, bytes);
    return digest;
  }

  async function get(digest: string): Promise<Uint8Array> {
    const cached = cache.get(digest);
    if (cached) return cached;
    for (let left = LOOKS; ; left--) {
      try {
        const bytes = await joinPieces(stream(digest));
        cache.set(digest, bytes);
        return bytes;
      } catch (error) {
        if (!(error instanceof BlobError) || !isDigest(digest) || left === 1) throw error;
      }
      await sleep(LOOK_PAUSE_MS);
    }
  }

  return { put, get, putStream, stream };
}

/**
 * Reads the chunks with batched direct gets from the bucket's stream (NATS ADR-20), and throws a BlobError if
 * they do not match the digest. The client's own `get` waits forever if all chunks are missing, whereas a
 * batch reports that there are none.
 */
async function* readPieces({ link, bucket, digest }: Blob): AsyncGenerator<Uint8Array> {
  const refuse = (fault: string) =>
    new BlobError(`blob ${digest} in bucket ${BUCKET} at ${link.address}: ${fault}`);
  const info = await entryOf({ link, bucket, digest });
  if (info === null || info.deleted) throw refuse('missing');
  const hash = createHash('sha256');
  let size = 0;
  if (info.size > 0) {
    const pages = readPages({
      link,
      stream: BLOB_STREAM,
      describe: 'reading a blob',
      filter: `$O.${BUCKET}.C.${info.nuid}`,
      batch: CHUNKS_PER_BATCH,
    });
    for await (const page of pages)
      for (const { data } of page) {
        hash.update(data);
        size += data.length;
        yield data;
      }
  }
  const found = hash.digest('hex');
  if (found === digest) return;
  if (size === 0) throw refuse(`its ${info.size} bytes are missing`);
  throw refuse(`altered: ${size} bytes with the SHA-256 ${found}`);
}

/** The entry of a blob, from the first of its places that has one. */
async function entryOf({ link, bucket, digest }: Blob): Promise<ObjectInfo | null> {
  for (const name of namesOf(digest)) {
    const entry = await entryNamed({ link, bucket, name });
    if (entry !== null && entry !== 'no entry') return entry;
  }
  return null;
}

type Entry = ObjectInfo | null | 'no entry';

/** Null if there is no readable entry; `no entry` for a message that the client cannot parse. */
async function entryNamed({ link, bucket, name }: Named): Promise<Entry> {
  return link.call('looking up a blob', async () => {
    try {
      const info = await bucket.info(name);
      return info === null || typeof info.nuid === 'string' ? info : 'no entry';
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return 'no entry';
      throw error;
    }
  });
}

/**
 * Puts a blob under the first of its names at which its entry can be read afterwards. The client puts an
 * entry with a roll-up, which replaces the previous one. If nats-server cannot read the previous one (a bit
 * flipped on its disk), it acknowledges the new entry and drops it (docs/decisions/0024-damaged-facts.md).
 */
async function putWhereSeen({ link, bucket, digest }: Blob, read: ByteChunks): Promise<void> {
  const stream = BLOB_STREAM;
  for (const name of namesOf(digest)) {
    const subject = formatEntrySubject(name);
    const purge = (filter: string) =>
      link.call('storing a blob', () => link.jsm.streams.purge(stream, { filter }));
    // The client looks for an entry before it puts one, and fails if it finds anything else.
    if ((await entryNamed({ link, bucket, name })) === 'no entry') await purge(subject);
    const { nuid } = await link.call('storing a blob', () =>
      bucket.put({ name, options: { max_chunk_size: CHUNK_BYTES } }, streamOf(read())),
    );
    const seen = await entryNamed({ link, bucket, name });
    if (seen !== null && seen !== 'no entry') return;
    link.onDamage({ stream, subject, why: 'is taken and cannot be read; stored in its next place' });
    await purge(`$O.${BUCKET}.C.${nuid}`);
  }
  throw new BlobError(
    `blob ${digest} in bucket ${BUCKET} at ${link.address}: all its places are damaged; the store has to be repaired`,
  );
}

/** The damage of a blob; undefined if it is intact. */
async function faultOf(blob: AsyncIterable<Uint8Array>): Promise<BlobError | undefined> {
  try {
    for await (const _piece of blob);
    return undefined;
  } catch (error) {
    if (error instanceof BlobError) return error;
    throw error;
  }
}

/** Splits a blob into pieces, because the client copies the remainder of a large blob for each chunk. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

function streamOf(read: ReturnType<ByteChunks>): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in read ? read[Symbol.asyncIterator]() : read[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
