// Stores scores, or latencies, on a JetStream stream: one subject for each fact, written once and never
// changed.
import { randomBytes } from 'node:crypto';
import { checkToken, decodeScore, encodeScore, lackedBy, tokenOf } from './codec.js';
import { mapLimit } from './facts.js';
import type { Link } from './link.js';
import { listOtherPlaces, placeOf, putPlaced } from './places.js';
import { type HeldMessage, readLast } from './read-last.js';
import type { PutOutcome, ScoreEntry, ScoreStore } from './store.js';
import { SCORES } from './streams.js';

/** The server accepts at most 1,024 subjects in a batch. */
const KEYS_PER_BATCH = 1_000;
const BATCHES_AT_ONCE = 4;

/**
 * Any replica answers reads. On a stream with one replica, which is what we create, that is the server of the
 * writes. On a stream that an operator replicates, a read may miss a fact for a moment, and scoring it again
 * finds `existed`. A message that cannot be read, that is not the score of its key, or that lacks a required
 * proxy counts as absent, and the score is put into its next place.
 */
export function createScores(given: Place): ScoreStore {
  const { link, stream = SCORES.stream, prefix = SCORES.prefix } = given;

  async function put(scope: string, entries: readonly ScoreEntry[], worker?: string): Promise<PutOutcome[]> {
    checkToken({ what: 'scope', value: scope });
    const writer = randomBytes(6).toString('base64url');
    // Everything is encoded, and NaN refused, before anything is sent. If several entries have the same key,
    // the first is stored.
    const encoded = entries.map((entry) => ({
      key: entry.key,
      json: encodeScore(entry, { writer, worker }),
    }));
    const first = new Map<string, number>();
    encoded.forEach(({ key }, index) => {
      if (!first.has(key)) first.set(key, index);
    });
    const facts = [...first].map(([key, index]) => ({
      subject: subjectOf({ prefix, scope, key }),
      json: encoded[index]!.json,
      holds: (text: string) => {
        const score = scoreIn(text);
        return score?.key === key && lackedBy(score.proxies, entries[index]!.required) === undefined;
      },
    }));
    const outcomes = await putPlaced({
      link,
      stream,
      describe: 'storing scores',
      facts,
      isOwnFact: (json: string) => scoreIn(json)?.writer === writer,
    });
    const answers = new Array<PutOutcome>(entries.length).fill('existed');
    [...first.values()].forEach((index, position) => {
      answers[index] = outcomes[position]!;
    });
    return answers;
  }

  async function get(scope: string, keys: readonly string[], required: readonly string[] = []) {
    const found = await readScores(given, { scope, keys, required });
    return new Map([...found].map(([key, { proxies }]) => [key, proxies]));
  }

  return { put, get };
}

interface Place {
  readonly link: Link;
  readonly stream?: string;
  readonly prefix?: string;
  /** Says which stored messages count as facts; all of them by default. */
  readonly counts?: (held: HeldMessage) => boolean;
}

/** A score as stored in the stream. */
export interface StoredScore extends ReturnType<typeof decodeScore> {
  readonly held: HeldMessage;
}

interface Wanted {
  readonly scope: string;
  readonly keys: readonly string[];
  /** A score without one of these proxies counts as damaged; none by default. */
  readonly required?: readonly string[];
}

/** The stored facts among the keys, in the order of the keys. */
export async function readScores(
  { link, stream = SCORES.stream, prefix = SCORES.prefix, counts = () => true }: Place,
  { scope, keys, required = [] }: Wanted,
): Promise<Map<string, StoredScore>> {
  checkToken({ what: 'scope', value: scope });
  const wanted = new Map(keys.map((key) => [key, subjectOf({ prefix, scope, key })]));
  const found = new Map<string, StoredScore>();
  const size = batchSize({ link, subject: subjectOf({ prefix, scope, key: '' }) });
  const at = { place: { link, stream, counts }, found, size, required };
  await collect({ ...at, wanted, places: (subject) => [subject] });
  const missing = new Map([...wanted].filter(([key]) => !found.has(key)));
  if (missing.size > 0) await collect({ ...at, wanted: missing, places: listOtherPlaces });
  return new Map(keys.flatMap((key) => (found.has(key) ? [[key, found.get(key)!]] : [])));
}

function subjectOf(fact: { readonly prefix: string; readonly scope: string; readonly key: string }): string {
  return `${fact.prefix}.${fact.scope}.${tokenOf(fact.key)}`;
}

interface CollectArguments {
  readonly place: Required<Omit<Place, 'prefix'>>;
  readonly wanted: ReadonlyMap<string, string>;
  readonly found: Map<string, StoredScore>;
  readonly size: number;
  readonly required: readonly string[];
  readonly places: (subject: string) => readonly string[];
}

/** Adds to `found` the scores of the requested keys in these places of their subjects. */
async function collect(given: CollectArguments): Promise<void> {
  const { wanted, found, size, required, places } = given;
  const { link, stream, counts } = given.place;
  const batches = chunk({ items: [...wanted.values()].flatMap(places), size });
  const reads = await mapLimit({ items: batches, limit: BATCHES_AT_ONCE }, (subjects) =>
    readLast({ link, stream, describe: 'reading scores', subjects }),
  );
  const reportDamage = (subject: string, why: string) => link.onDamage({ stream, subject, why });
  for (const subject of reads.flatMap((read) => read.unreadable)) reportDamage(subject, 'cannot be read');
  for (const each of reads.flatMap((read) => read.held.filter(counts))) {
    const score = scoreIn(each.text);
    const lacked = score && lackedBy(score.proxies, required);
    if (!score) reportDamage(each.subject(), 'does not hold a score');
    // The message belongs to another key than its subject. A key that occurs twice is used once.
    else if (!wanted.has(score.key)) reportDamage(each.subject(), 'holds the score of another candidate');
    else if (lacked !== undefined) reportDamage(each.subject(), `holds a score without ${lacked}`);
    else if (!found.has(score.key) || wanted.get(score.key) === each.subject())
      found.set(score.key, { ...score, held: each });
  }
}

/** The score in a text, or undefined if there is none. */
export function scoreIn(text: string): ReturnType<typeof decodeScore> | undefined {
  try {
    return decodeScore(text);
  } catch {
    return undefined;
  }
}

/** A request lists every subject and must fit into one message. */
function batchSize({ link, subject }: { readonly link: Link; readonly subject: string }): number {
  const room = (link.connection.info?.max_payload ?? 1024 * 1024) - 1024;
  const subjectBytes = placeOf(subject, 1).length + '"",'.length;
  return Math.max(1, Math.min(KEYS_PER_BATCH, Math.floor(room / subjectBytes)));
}

function chunk<T>({ items, size }: { readonly items: readonly T[]; readonly size: number }): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
