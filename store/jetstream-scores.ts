// In: scores by scope and key. Out: the same on a JetStream stream, one subject a fact, written once and never changed.
import { randomBytes } from 'node:crypto';
import { ServiceError } from '../core/spec/errors.js';
import { checkToken, decodeScore, encodeScore, tokenOf } from './codec.js';
import { mapLimit, putFacts, readBatch } from './facts.js';
import type { Link } from './link.js';
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
    const wanted = new Map(keys.map((key) => [subjectOf({ scope, key }), key]));
    const batches = chunk({ items: [...wanted.keys()], size: batchSize({ link, scope }) });
    const found = new Map<string, Proxies>();
    await mapLimit({ items: batches, limit: BATCHES_AT_ONCE }, async (subjects) => {
      for (const { subject, json } of await readLast({ link, subjects })) {
        found.set(subject, check({ link, subject, json, key: wanted.get(subject)! }));
      }
    });
    const inOrder = [...wanted].filter(([subject]) => found.has(subject));
    return new Map(inOrder.map(([subject, key]) => [key, found.get(subject)!]));
  }

  return { put, get };
}

/** What is stored under these subjects. The server cuts an answer off at 64 MB: then the rest is asked for again. */
async function readLast({ link, subjects }: { readonly link: Link; readonly subjects: readonly string[] }) {
  const found: { readonly subject: string; readonly json: string }[] = [];
  let missing = [...subjects];
  for (;;) {
    const query = { multi_last: missing };
    const page = await link.call('reading scores', () => readBatch({ link, stream: SCORES.stream, query }));
    found.push(...page.map((message) => ({ subject: message.subject, json: message.string() })));
    const answered = new Set(page.map(({ subject }) => subject));
    missing = missing.filter((subject) => !answered.has(subject));
    if (missing.length === 0 || (page.at(-1)?.pending ?? 0) <= 0) return found;
  }
}

function check(given: {
  readonly link: Link;
  readonly subject: string;
  readonly json: string;
  readonly key: string;
}): Proxies {
  const { link, subject, json, key } = given;
  const refuse = (why: string, cause?: unknown) => {
    const message = `NATS at ${link.address}: ${subject} on stream ${SCORES.stream} ${why}`;
    return new ServiceError({ address: link.address, message, cause });
  };
  let entry: ScoreEntry;
  try {
    entry = decodeScore(json);
  } catch (error) {
    throw refuse('does not hold a score; something else writes there', error);
  }
  if (entry.key !== key)
    throw refuse(`holds ${JSON.stringify(entry.key)} where ${JSON.stringify(key)} belongs`);
  return entry.proxies;
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
