// In: scores by scope and key. Out: the same on a JetStream stream, one subject a fact, written once and never changed.
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
export function createScores({ link }: { readonly link: Link }): ScoreStore {
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
      stream: SCORES.stream,
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
    const batches = chunk({ items: [...wanted.values()], size: batchSize({ link, scope }) });
    const pages = await mapLimit({ items: batches, limit: BATCHES_AT_ONCE }, (subjects) =>
      readLast({ link, stream: SCORES.stream, describe: 'reading scores', subjects }),
    );
    const found = new Map<string, Proxies>();
    for (const held of pages.flat()) {
      const { key, proxies } = decode({ link, held });
      // A key that was not asked for, or comes twice, lies under the subject of another.
      if (!wanted.has(key) || found.has(key)) refuseMisplaced({ link, wanted, held, key });
      found.set(key, proxies);
    }
    return new Map(keys.flatMap((key) => (found.has(key) ? [[key, found.get(key)!]] : [])));
  }

  return { put, get };
}

function decode({ link, held }: { readonly link: Link; readonly held: Held }): ScoreEntry {
  try {
    return decodeScore(held.text);
  } catch (error) {
    throw fault({ link, held, why: 'does not hold a score; something else writes there', cause: error });
  }
}

function refuseMisplaced({
  link,
  wanted,
  held,
  key,
}: {
  readonly link: Link;
  readonly wanted: ReadonlyMap<string, string>;
  readonly held: Held;
  readonly key: string;
}): never {
  const belongs = [...wanted].find(([, subject]) => subject === held.subject())?.[0];
  const why = `holds ${JSON.stringify(key)} where ${JSON.stringify(belongs)} belongs`;
  throw fault({ link, held, why });
}

function fault({
  link,
  held,
  why,
  cause,
}: {
  readonly link: Link;
  readonly held: Held;
  readonly why: string;
  readonly cause?: unknown;
}): ServiceError {
  const message = `NATS at ${link.address}: ${held.subject()} on stream ${SCORES.stream} ${why}`;
  return new ServiceError({ address: link.address, message, cause });
}

function subjectOf({ scope, key }: { readonly scope: string; readonly key: string }): string {
  return `${SCORES.prefix}.${scope}.${tokenOf(key)}`;
}

/** The question lists every subject and has to fit into one message as well. */
function batchSize({ link, scope }: { readonly link: Link; readonly scope: string }): number {
  const room = (link.connection.info?.max_payload ?? 1024 * 1024) - 1024;
  const subjectBytes = subjectOf({ scope, key: '' }).length + '"",'.length;
  return Math.max(1, Math.min(KEYS_PER_BATCH, Math.floor(room / subjectBytes)));
}

function chunk<T>({ items, size }: { readonly items: readonly T[]; readonly size: number }): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
