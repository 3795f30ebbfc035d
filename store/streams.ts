// Creates the streams of scores and failures where they are absent, and checks them where they are present.
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { ServiceError } from '../core/errors.js';
import type { Link } from './link.js';
import { classify } from './retry.js';

export const SCORES = { stream: 'ZEROSCOUT_SCORES', prefix: 'zeroscout.score' } as const;
export const FAILURES = { stream: 'ZEROSCOUT_FAILURES', prefix: 'zeroscout.failure' } as const;
/**
 * Apart from the scores, so that control workers may store latencies without a right to store scores, and score workers no
 * latency.
 */
export const LATENCIES = { stream: 'ZEROSCOUT_LATENCIES', prefix: 'zeroscout.latency' } as const;
/** Workers that were set aside, suspected or released. */
export const WORKERS = { stream: 'ZEROSCOUT_WORKERS', prefix: 'zeroscout.worker' } as const;
/** Blobs lie in an object store, whose stream is `OBJ_` and this. */
export const BUCKET = 'zeroscout-blobs';

/** The subject of a blob's entry: base64url with padding, as buckets spell names (NATS ADR-20). */
export function entrySubject(digest: string): string {
  const name = Buffer.from(digest).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return `$O.${BUCKET}.M.${name}`;
}

/** "stream name already in use with a different configuration" */
const NAME_IN_USE = 10058;
/** "replicas > 1 not supported in non-clustered mode" */
const NO_CLUSTER = 10074;

/**
 * These settings make put-if-absent last: a stream keeps one message for each subject, and refuses the second instead of replacing
 * the first. Deduplication by message id would forget after two minutes.
 */
const FACTS = {
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  allow_direct: true,
  max_age: 0,
} as const;

/**
 * Idempotent, also when several processes do it at once. An operator's own placement, replicas or limits are left alone:
 * `replicas`, how many servers of a cluster keep each message, holds for what is created here.
 */
export async function ensureStreams(given: {
  readonly link: Link;
  readonly replicas: number;
}): Promise<void> {
  // This stream is created first, so that in a new deployment no message is older than it (jetstream-latencies.ts).
  // A role that may not create it does not need it now: score workers have nothing to do with latencies.
  const fault = await ensureStream({ ...given, ...LATENCIES }).catch((error: unknown) => error);
  await ensureStream({ ...given, ...SCORES });
  await ensureStream({ ...given, ...FAILURES });
  if (fault !== undefined && classify(fault) !== 'denied') throw fault;
}

/** One stream of facts, created where absent and checked where present. */
export async function ensureStream(given: {
  readonly link: Link;
  readonly replicas: number;
  readonly stream: string;
  readonly prefix: string;
}): Promise<void> {
  const { link, replicas, stream, prefix } = given;
  const config = await link.call(`opening stream ${stream}`, async () => {
    const existing = await find({ link, stream });
    if (existing) return existing;
    try {
      const subjects = [`${prefix}.*.*`];
      const kept = { storage: StorageType.File, num_replicas: replicas };
      return (await link.jsm.streams.add({ name: stream, subjects, ...kept, ...FACTS })).config;
    } catch (error) {
      // Another process was first, with a configuration of its own, which is checked instead.
      const raced = codeOf(error) === NAME_IN_USE ? await find({ link, stream }) : undefined;
      if (raced) return raced;
      if (codeOf(error) === NO_CLUSTER) {
        const message = `NATS at ${link.address}: ${replicas} copies of stream ${stream} need a cluster, and this server is in none; unset ZEROSCOUT_NATS_REPLICAS`;
        throw new ServiceError({ address: link.address, message });
      }
      throw createRefusalError({ link, what: `stream ${stream}`, error });
    }
  });
  const wrong = Object.entries(FACTS).filter(
    ([name, value]) => (config[name as keyof StreamConfig] ?? 0) !== value,
  );
  if (wrong.length > 0) {
    const list = wrong.map(([name, value]) => `${name} must be ${value}`).join(', ');
    const message = `NATS at ${link.address}: stream ${stream} exists with other settings: ${list}; delete or edit it`;
    throw new ServiceError({ address: link.address, message });
  }
  // A read that finds nothing shows a missing permission now, and not in the middle of a search.
  await link.call(`reading stream ${stream}`, () => link.jsm.direct.getMessage(stream, { seq: 1 }));
}

/** The error to throw where `what` was not there and could not be made: a refusal with the way out, any other as it is. */
export function createRefusalError(given: {
  readonly link: Link;
  /** `stream S`, `bucket B` */
  readonly what: string;
  readonly error: unknown;
}): unknown {
  const { link, what, error } = given;
  if (classify(error) !== 'denied') return error;
  const message = `NATS at ${link.address}: ${what} does not exist, and these credentials may not make it; start a control worker first, or any command with credentials that may`;
  return new ServiceError({ address: link.address, message, cause: error });
}

/** The configuration of a stream, or undefined where there is none of that name. */
export async function find(given: {
  readonly link: Link;
  readonly stream: string;
}): Promise<StreamConfig | undefined> {
  return (await streamInfo(given))?.config;
}

/** A stream's configuration, state and time of creation; undefined where there is none of that name. */
export async function streamInfo({
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
