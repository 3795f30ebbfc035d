// In: scores (or latencies) by scope and key. Out: the same on a JetStream stream, one subject a fact, written once and never changed.
import { randomBytes } from 'node:crypto';
import { ServiceError } from '../core/spec/errors.js';
import { checkToken, decodeScore, encodeScore, tokenOf } from './codec.js';
import { mapLimit, putFacts } from './facts.js';
import type { Link } from './link.js';
import { type Held, readLast } from './read-last.js';
import type { Proxies, PutOutcome, ScoreEntry, ScoreStore } from './store.js';
import { SCORES } from './streams.js';

/** The server answers at most 1,024 subjects in a batch. */
const KEYS_PER_BATCH = 1_000;
const BATCHES_AT_ONCE = 4;

/**
 * Reads are answered by any replica. On the one-replica stream that we create that is the writer's own; on a stream
 * that an operator replicates, a fact may be missing from a read for a moment, and scoring it again finds `existed`.
 */
export function createScores(given: {
  readonly link: Link;
  readonly stream?: string;
  readonly prefix?: string;
  /** Which stored messages count as facts; all of them unless told. */
  readonly counts?: (held: Held) => boolean;
}): ScoreStore {
  const { link, stream = SCORES.stream, prefix = SCORES.prefix, counts = () => true } = given;
  const subjectOf = (fact: { readonly scope: string; readonly key: string }) =>
    `${prefix}.${fact.scope}.${tokenOf(fact.key)}`;

  async function put(scope: string, entries: readonly ScoreEntry[]): Promise<PutOutcome[]> {
    checkToken({ what: 'scope', value: scope });
    const writer = randomBytes(6).toString('base64url');
    // everything is encoded, and NaN refused, before anything is sent; of one key's entries the first is the one to try
    const encoded = entries.map((entry) => ({ key: entry.key, json: encodeScore(entry, writer) }));
    const first = new Map<string, number>();
    encoded.forEach(({ key }, index) => {
      if (!first.has(key)) first.set(key, index);
    });
    const facts = [...first].map(([key, index]) => ({
      subject: subjectOf({ scope, key }),
      json: encoded[index]!.json,
    }));
    const isOurs = (json: string) => decodeScore(json).writer === writer;
    const outcomes = await putFacts({
      link,
      stream,
      describe: 'storing scores',
      facts,
      isOurs,
    });
    const answers = new Array<PutOutcome>(entries.length).fill('existed');
    [...first.values()].forEach((index, position) => {
      answers[index] = outcomes[position]!;
    });
    return answers;
  }

  async function get(scope: string, keys: readonly string[]): Promise<Map<string, Proxies>> {
    checkToken({ what: 'scope', value: scope });
    const wanted = new Map(keys.map((key) => [key, subjectOf({ scope, key })]));
    const batches = chunk({
      items: [...wanted.values()],
      size: batchSize({ link, subject: subjectOf({ scope, key: '' }) }),
    });
    const pages = await mapLimit({ items: batches, limit: BATCHES_AT_ONCE }, (subjects) =>
      readLast({ link, stream, describe: 'reading scores', subjects }),
    );
    const found = new Map<string, Proxies>();
    for (const held of pages.flat().filter(counts)) {
      const { key, proxies } = decode({ link, stream, held });
      // A key that was not asked for, or comes twice, lies under the subject of another.
      if (!wanted.has(key) || found.has(key)) refuseMisplaced({ link, stream, wanted, held, key });
      found.set(key, proxies);
    }
    return new Map(keys.flatMap((key) => (found.has(key) ? [[key, found.get(key)!]] : [])));
  }

  return { put, get };
}

/** A message and where it was found, for errors. */
interface Found {
  readonly link: Link;
  readonly stream: string;
  readonly held: Held;
}

function decode({ link, stream, held }: Found): ScoreEntry {
  try {
    return decodeScore(held.text);
  } catch (error) {
    throw fault({
      link,
      stream,
      held,
      why: 'does not hold a score; something else writes there',
      cause: error,
    });
  }
}

function refuseMisplaced({
  wanted,
  key,
  ...found
}: Found & { readonly wanted: ReadonlyMap<string, string>; readonly key: string }): never {
  const belongs = [...wanted].find(([, subject]) => subject === found.held.subject())?.[0];
  const why = `holds ${JSON.stringify(key)} where ${JSON.stringify(belongs)} belongs`;
  throw fault({ ...found, why });
}

function fault({
  link,
  stream,
  held,
  why,
  cause,
}: Found & { readonly why: string; readonly cause?: unknown }): ServiceError {
  const message = `NATS at ${link.address}: ${held.subject()} on stream ${stream} ${why}`;
  return new ServiceError({ address: link.address, message, cause });
}

/** The question lists every subject and has to fit into one message as well. */
function batchSize({ link, subject }: { readonly link: Link; readonly subject: string }): number {
  const room = (link.connection.info?.max_payload ?? 1024 * 1024) - 1024;
  const subjectBytes = subject.length + '"",'.length;
  return Math.max(1, Math.min(KEYS_PER_BATCH, Math.floor(room / subjectBytes)));
}

function chunk<T>({ items, size }: { readonly items: readonly T[]; readonly size: number }): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
