// Creates the streams of scores and failures if they are absent, and checks their configuration if they
// exist.
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { Link } from './link.js';
import { createNatsError } from './nats-error.js';
import { classify } from './retry.js';

export const SCORES = { stream: 'ZEROSCOUT_SCORES', prefix: 'zeroscout.score' } as const;
export const FAILURES = { stream: 'ZEROSCOUT_FAILURES', prefix: 'zeroscout.failure' } as const;
/**
 * Latencies have a stream of their own, so that control workers may store latencies without permission to
 * store scores, and score workers the reverse.
 */
export const LATENCIES = { stream: 'ZEROSCOUT_LATENCIES', prefix: 'zeroscout.latency' } as const;
/** Workers that were set aside, suspected or released. */
export const WORKERS = { stream: 'ZEROSCOUT_WORKERS', prefix: 'zeroscout.worker' } as const;
/** The Temporal namespaces whose searches use this store. */
export const NAMESPACES = { stream: 'ZEROSCOUT_NAMESPACES', prefix: 'zeroscout.namespace' } as const;
/** The object store that holds the blobs. */
export const BUCKET = 'zeroscout-blobs';
/** The stream of that object store, as NATS names it (ADR-20). */
export const BLOB_STREAM = `OBJ_${BUCKET}`;

/** The subject of a blob's entry: base64url with padding, as buckets encode names (NATS ADR-20). */
export function formatEntrySubject(digest: string): string {
  const name = Buffer.from(digest).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return `$O.${BUCKET}.M.${name}`;
}

/** JetStream's code for "stream name already in use with a different configuration". */
const NAME_IN_USE = 10058;
/** JetStream's code for "replicas > 1 not supported in non-clustered mode". */
const NO_CLUSTER = 10074;

/**
 * These settings make put-if-absent durable: a stream keeps one message for each subject, and refuses a
 * second one instead of replacing the first. Deduplication by message id would forget after two minutes.
 */
const FACTS = {
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  allow_direct: true,
  max_age: 0,
} as const;

/**
 * May be called repeatedly, also by several processes at once. Placement, replicas and limits that an
 * operator set are left alone; `replicas`, the number of servers in a cluster that keep each message, applies
 * to streams that are created here.
 */
export async function ensureStreams(given: {
  readonly link: Link;
  readonly replicas: number;
}): Promise<void> {
  // This stream is created first, so that in a new deployment no message is older than it
  // (jetstream-latencies.ts). A role without permission to create it does not need it: score workers do not
  // use latencies.
  const fault = await ensureStream({ ...given, ...LATENCIES }).catch((error: unknown) => error);
  await ensureStream({ ...given, ...SCORES });
  await ensureStream({ ...given, ...FAILURES });
  if (fault !== undefined && classify(fault) !== 'denied') throw fault;
}

interface EnsureStreamArguments {
  readonly link: Link;
  readonly replicas: number;
  readonly stream: string;
  readonly prefix: string;
}

/** Creates one stream of facts, or checks it if it exists. */
export async function ensureStream(given: EnsureStreamArguments): Promise<void> {
  const { link, replicas, stream, prefix } = given;
  const config = await link.call(`opening stream ${stream}`, async () => {
    const existing = (await findStream({ link, stream }))?.config;
    if (existing) return existing;
    try {
      const subjects = [`${prefix}.*.*`];
      const kept = { storage: StorageType.File, num_replicas: replicas };
      return (await link.jsm.streams.add({ name: stream, subjects, ...kept, ...FACTS })).config;
    } catch (error) {
      // Another process created the stream first; its configuration is checked instead.
      const raced = codeOf(error) === NAME_IN_USE ? (await findStream({ link, stream }))?.config : undefined;
      if (raced) return raced;
      throw createRefusalError({ link, what: `stream ${stream}`, replicas, error });
    }
  });
  const wrong = Object.entries(FACTS).filter(
    ([name, value]) => (config[name as keyof StreamConfig] ?? 0) !== value,
  );
  if (wrong.length > 0) {
    const list = wrong.map(([name, value]) => `${name} must be ${value}`).join(', ');
    throw createNatsError(link.address, {
      reason: 'stream-settings',
      fault: `stream ${stream} exists with other settings: ${list}`,
      remedy: 'delete or edit it',
    });
  }
  // A read that finds nothing reveals a missing permission now instead of in the middle of a search.
  await link.call(`reading stream ${stream}`, () => link.jsm.direct.getMessage(stream, { seq: 1 }));
}

interface Refusal {
  readonly link: Link;
  /** `stream S`, `bucket B` */
  readonly what: string;
  readonly replicas: number;
  readonly error: unknown;
}

/**
 * The error to throw if `what` was absent and could not be created: a refusal with advice, any other error
 * unchanged.
 */
export function createRefusalError(given: Refusal): unknown {
  const { link, what, replicas, error } = given;
  if (codeOf(error) === NO_CLUSTER)
    return createNatsError(link.address, {
      reason: 'no-cluster',
      fault: `${replicas} copies of ${what} need a cluster, and this server is in none`,
      remedy: 'unset ZEROSCOUT_NATS_REPLICAS',
      settings: ['ZEROSCOUT_NATS_REPLICAS'],
    });
  if (classify(error) !== 'denied') return error;
  return createNatsError(link.address, {
    reason: 'permissions',
    fault: `${what} does not exist, and these credentials may not make it`,
    remedy: 'start a control worker first, or any command with credentials that may',
    cause: error,
  });
}

/** A stream's configuration, state and time of creation; undefined if there is none of that name. */
export async function findStream({
  link,
  stream,
}: {
  readonly link: Link;
  readonly stream: string;
}): Promise<StreamInfo | undefined> {
  try {
    return await link.jsm.streams.info(stream);
  } catch (error) {
    if (codeOf(error) === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}
