// Lists what the streams hold, with its age, and deletes it, for `zeroscout gc`.
import { checkToken } from './codec.js';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { digestOfName, namesOf } from './places.js';
import type { Holding, Housekeeping, Usage } from './store.js';
import {
  BLOB_STREAM,
  BUCKET,
  FAILURES,
  findStream,
  formatEntrySubject,
  LATENCIES,
  SCORES,
} from './streams.js';

const BLOBS_PER_BATCH = 1_000;

interface Facts {
  readonly stream: string;
  readonly prefix: string;
}

/** The entry of a blob in the stream of its bucket (NATS ADR-20). */
interface BlobMeta {
  readonly name: string;
  readonly nuid: string;
  readonly size: number;
  readonly deleted?: boolean;
}

export function createHousekeeping({ link }: { readonly link: Link }): Housekeeping {
  return {
    blobs: () => listBlobs(link),
    scopes: () => listScopes(link),
    failureRuns: () => listGroups({ link, ...FAILURES }),
    usage: () => measureStreams(link),
    deleteBlob: (digest) => deleteBlob({ link, digest }),
    deleteScope: (scope) => deleteScope({ link, scope }),
    deleteFailures: (run) => deleteGroup({ link, ...FAILURES, name: run }),
  };
}

/** A stream that does not exist yet has the size 0. */
async function measureStreams(link: Link): Promise<readonly Usage[]> {
  const streams = [
    ['scores', SCORES.stream],
    ['latencies', LATENCIES.stream],
    ['failures', FAILURES.stream],
    ['blobs', BLOB_STREAM],
  ] as const;
  return Promise.all(
    streams.map(async ([what, stream]) => {
      const info = await link.call(`measuring ${stream}`, () => findStream({ link, stream }));
      return { what, messages: info?.state.messages ?? 0, bytes: info?.state.bytes ?? 0 };
    }),
  );
}

async function listBlobs(link: Link): Promise<Holding[]> {
  const pages = readPages({
    link,
    stream: BLOB_STREAM,
    describe: 'listing blobs',
    filter: `$O.${BUCKET}.M.>`,
    batch: BLOBS_PER_BATCH,
  });
  // A blob may have several entries, of which the last one counts.
  const blobs = new Map<string, Holding>();
  for await (const page of pages)
    for (const message of page) {
      const entry = parseEntry(message);
      if (!entry) continue;
      const { size, deleted } = entry;
      const name = digestOfName(entry.name);
      blobs.delete(name);
      if (!deleted) blobs.set(name, { name, count: 1, bytes: size, newest: message.time.getTime() });
    }
  return [...blobs.values()];
}

/** Undefined for a message that is not the entry of a blob. */
export function parseEntry(message: { json<T>(): T }): BlobMeta | undefined {
  try {
    const entry = message.json<Partial<BlobMeta> | null>();
    const { name, nuid, size } = entry ?? {};
    const isEntry = typeof name === 'string' && typeof nuid === 'string' && typeof size === 'number';
    return isEntry ? (entry as BlobMeta) : undefined;
  } catch {
    return undefined;
  }
}

/** The entry is deleted first, so that a reader finds the blob missing and not broken. */
async function deleteBlob({ link, digest }: { readonly link: Link; readonly digest: string }): Promise<void> {
  for (const name of namesOf(digest)) {
    const subject = formatEntrySubject(name);
    const found = await link.call('looking up a blob', () =>
      link.jsm.streams.getMessage(BLOB_STREAM, { last_by_subj: subject }),
    );
    if (found === null) continue;
    const entry = parseEntry(found);
    for (const filter of [subject, ...(entry ? [`$O.${BUCKET}.C.${entry.nuid}`] : [])])
      await link.call('deleting a blob', () => link.jsm.streams.purge(BLOB_STREAM, { filter }));
  }
}

/**
 * Lists the scopes of scores and of latencies. A scope of latencies is on both streams if an earlier version
 * stored some of its latencies among the scores.
 */
async function listScopes(link: Link): Promise<Holding[]> {
  const scopes = new Map((await listGroups({ link, ...SCORES })).map((scope) => [scope.name, scope]));
  const latencies = (await hasLatencies(link)) ? await listGroups({ link, ...LATENCIES }) : [];
  for (const scope of latencies) {
    const { count = 0, bytes = 0, newest = 0 } = scopes.get(scope.name) ?? {};
    scopes.set(scope.name, {
      name: scope.name,
      count: count + scope.count,
      bytes: bytes + scope.bytes,
      newest: Math.max(newest, scope.newest),
    });
  }
  return [...scopes.values()];
}

async function deleteScope({ link, scope }: { readonly link: Link; readonly scope: string }): Promise<void> {
  await deleteGroup({ link, ...SCORES, name: scope });
  if (await hasLatencies(link)) await deleteGroup({ link, ...LATENCIES, name: scope });
}

async function hasLatencies(link: Link): Promise<boolean> {
  const { stream } = LATENCIES;
  return (await link.call(`opening stream ${stream}`, () => findStream({ link, stream }))) !== undefined;
}

/**
 * Groups facts by the first token after the prefix. JetStream counts bytes only for whole streams, so each
 * group is assigned its share by number of messages.
 */
async function listGroups({ link, stream, prefix }: Facts & { readonly link: Link }): Promise<Holding[]> {
  const { state } = await link.call(`listing ${stream}`, () =>
    link.jsm.streams.info(stream, { subjects_filter: `${prefix}.>` }),
  );
  const counts = new Map<string, number>();
  for (const subject of Object.keys(state.subjects ?? {})) {
    const group = subject.slice(prefix.length + 1, subject.lastIndexOf('.'));
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const groups: Holding[] = [];
  for (const [name, count] of counts) {
    const last_by_subj = `${prefix}.${name}.*`;
    const newest = await link.call(`listing ${stream}`, () =>
      link.jsm.streams.getMessage(stream, { last_by_subj }),
    );
    if (newest === null) continue;
    const bytes = Math.round((state.bytes * count) / Math.max(state.messages, 1));
    groups.push({ name, count, bytes, newest: newest.time.getTime() });
  }
  return groups;
}

async function deleteGroup({
  link,
  stream,
  prefix,
  name,
}: Facts & { readonly link: Link; readonly name: string }): Promise<void> {
  checkToken({ what: 'scope or run', value: name });
  await link.call(`deleting from ${stream}`, () =>
    link.jsm.streams.purge(stream, { filter: `${prefix}.${name}.*` }),
  );
}
