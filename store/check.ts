// Reads everything in the store and reports what is damaged: messages that nats-server cannot deliver, and
// contents that do not match their subject or digest.
import { createHash } from 'node:crypto';
import { decodeFailure, decodeScore, decodeWorkerRecord, tokenOf } from './codec.js';
import { readPages } from './facts.js';
import { parseEntry } from './housekeeping.js';
import type { Link } from './link.js';
import { digestOfName, listOtherPlaces, subjectOfPlace } from './places.js';
import { type HeldMessage, readLast } from './read-last.js';
import {
  BLOB_STREAM,
  BUCKET,
  FAILURES,
  findStream,
  formatEntrySubject,
  LATENCIES,
  SCORES,
  WORKERS,
} from './streams.js';
import { subjectPages } from './subject-pages.js';

export type CheckedKind = 'scores' | 'latencies' | 'failures' | 'workers' | 'blobs';

export interface DamagedMessage {
  readonly kind: CheckedKind;
  /** The subject of a fact, or the digest of a blob. */
  readonly name: string;
  readonly why: string;
  /** Whether another place holds an undamaged copy of the fact, so that nothing must be computed again. */
  readonly isStoredAgain: boolean;
}

export interface CheckCount {
  readonly kind: CheckedKind;
  readonly stream: string;
  /** The number of messages or blobs that were examined. */
  readonly count: number;
  readonly damaged: number;
}

interface FactKind {
  readonly kind: CheckedKind;
  readonly stream: string;
  readonly prefix: string;
  /** The last token of the subject to which this text belongs; throws for a text that is not such a fact. */
  readonly tokenIn: (text: string) => string;
}

export const FACT_KINDS: readonly FactKind[] = [
  { kind: 'scores', ...SCORES, tokenIn: tokenOfScore },
  { kind: 'latencies', ...LATENCIES, tokenIn: (text) => tokenOf(decodeScore(text).key) },
  { kind: 'failures', ...FAILURES, tokenIn: (text) => tokenOf(decodeFailure(text).candidate) },
  { kind: 'workers', ...WORKERS, tokenIn: (text) => tokenOf(decodeWorkerRecord(text).worker) },
];

/**
 * A score without any proxy is damaged. Whether one lacks a proxy of its family is not known here, because a scope is
 * a digest that does not tell the family; readers find that out (`required` in store.ts).
 */
function tokenOfScore(text: string): string {
  const { key, proxies } = decodeScore(text);
  if (Object.keys(proxies).length === 0) throw new TypeError('a score without proxies');
  return tokenOf(key);
}

const SUBJECTS_AT_ONCE = 1_000;
const CHUNKS_AT_ONCE = 64;

interface Check {
  readonly link: Link;
  readonly onDamage: (damaged: DamagedMessage) => void;
}

/** Whether a text, found under this subject, is the fact that belongs there. */
export function isFactOf({ tokenIn }: FactKind, subject: string, text: string): boolean {
  try {
    return subjectOfPlace(subject).split('.').at(-1) === tokenIn(text);
  } catch {
    return false;
  }
}

/** Reads a stream of facts by subjects, SUBJECTS_AT_ONCE at a time; undefined if there is no such stream. */
export async function checkFacts(what: FactKind, { link, onDamage }: Check): Promise<CheckCount | undefined> {
  const { kind, stream, prefix } = what;
  if ((await findStream({ link, stream })) === undefined) return undefined;
  let count = 0;
  let damaged = 0;
  for await (const subjects of subjectPages({
    link,
    stream,
    filter: `${prefix}.>`,
    size: SUBJECTS_AT_ONCE,
  })) {
    count += subjects.length;
    const { held, unreadable } = await readLast({ link, stream, describe: `checking ${kind}`, subjects });
    const texts = new Map(held.map((each) => [each.subject(), each]));
    for (const subject of subjects) {
      const text = texts.get(subject)?.text;
      if (text !== undefined && isFactOf(what, subject, text)) continue;
      damaged++;
      const why = reasonFor({ text, isUnreadable: unreadable.includes(subject) });
      onDamage({ kind, name: subject, why, isStoredAgain: await isElsewhere(what, { link, subject }) });
    }
  }
  return { kind, stream, count, damaged };
}

function reasonFor({
  text,
  isUnreadable,
}: {
  readonly text: string | undefined;
  readonly isUnreadable: boolean;
}): string {
  if (text !== undefined) return 'is not what belongs there';
  return isUnreadable
    ? 'cannot be read: its checksum does not fit'
    : 'is taken, and there is nothing to read';
}

async function isElsewhere(
  what: FactKind,
  { link, subject }: { readonly link: Link; readonly subject: string },
): Promise<boolean> {
  const { stream, kind } = what;
  const first = subjectOfPlace(subject);
  const subjects = [first, ...listOtherPlaces(first)].filter((place) => place !== subject);
  const { held } = await readLast({ link, stream, describe: `checking ${kind}`, subjects });
  return held.some((each: HeldMessage) => isFactOf(what, each.subject(), each.text));
}

/** A blob whose entry and chunks match its digest. */
export interface WholeBlob {
  readonly subject: string;
  readonly nuid: string;
}

/**
 * Reads every blob and compares it with its digest, and looks for chunks that no entry names. Chunks without
 * an entry that are younger than `orphanAgeMs` belong to a blob that is being written.
 */
export async function checkBlobs(
  { link, onDamage }: Check,
  {
    orphanAgeMs,
    onWhole = () => {},
  }: { readonly orphanAgeMs: number; readonly onWhole?: (blob: WholeBlob) => void },
): Promise<CheckCount | undefined> {
  const kind = 'blobs';
  const stream = BLOB_STREAM;
  if ((await findStream({ link, stream })) === undefined) return undefined;
  let count = 0;
  let damaged = 0;
  const named = new Set<string>();
  const whole = new Set<string>();
  const broken: { readonly digest: string; readonly why: string }[] = [];
  const filter = `$O.${BUCKET}.M.>`;
  for await (const subjects of subjectPages({ link, stream, filter, size: SUBJECTS_AT_ONCE })) {
    count += subjects.length;
    const { held } = await readLast({ link, stream, describe: 'checking blobs', subjects });
    const entries = new Map(held.map((each) => [each.subject(), each]));
    for (const subject of subjects) {
      const text = entries.get(subject)?.text;
      const entry = text === undefined ? undefined : parseEntry({ json: () => JSON.parse(text) });
      if (entry?.deleted) continue;
      const digest = entry ? digestOfName(entry.name) : digestOfSubject(subject);
      const isEntry = entry !== undefined && formatEntrySubject(entry.name) === subject;
      if (isEntry) named.add(entry.nuid);
      const why = isEntry ? await faultOfChunks({ ...entry, link, digest }) : 'its entry cannot be read';
      if (why !== undefined) broken.push({ digest, why });
      else {
        whole.add(digest);
        onWhole({ subject, nuid: entry!.nuid });
      }
    }
  }
  for (const { digest, why } of broken) {
    damaged++;
    onDamage({ kind, name: digest, why, isStoredAgain: whole.has(digest) });
  }
  for await (const nuid of orphans({ link, named, orphanAgeMs })) {
    damaged++;
    onDamage({ kind, name: nuid, why: 'chunks without an entry', isStoredAgain: true });
  }
  return { kind, stream, count, damaged };
}

interface FaultOfChunksArguments {
  readonly link: Link;
  readonly digest: string;
  readonly nuid: string;
  readonly size: number;
}

/** Undefined if the chunks match the digest. */
async function faultOfChunks(given: FaultOfChunksArguments): Promise<string | undefined> {
  const { link, digest, nuid, size } = given;
  const hash = createHash('sha256');
  let found = 0;
  if (size > 0)
    for await (const page of chunksOf({ link, nuid }))
      for (const { data } of page) {
        hash.update(data);
        found += data.length;
      }
  if (hash.digest('hex') === digest) return undefined;
  return found === 0 ? 'an entry without chunks' : `${found} of its ${size} bytes, or other bytes`;
}

export function chunksOf({ link, nuid }: { readonly link: Link; readonly nuid: string }) {
  const filter = `$O.${BUCKET}.C.${nuid}`;
  return readPages({ link, stream: BLOB_STREAM, describe: 'checking blobs', filter, batch: CHUNKS_AT_ONCE });
}

async function* orphans(given: {
  readonly link: Link;
  readonly named: ReadonlySet<string>;
  readonly orphanAgeMs: number;
}): AsyncGenerator<string> {
  const { link, named, orphanAgeMs } = given;
  const prefix = `$O.${BUCKET}.C.`;
  const stream = BLOB_STREAM;
  for await (const subjects of subjectPages({ link, stream, filter: `${prefix}>`, size: SUBJECTS_AT_ONCE }))
    for (const subject of subjects) {
      const nuid = subject.slice(prefix.length);
      if (named.has(nuid)) continue;
      const last = await link.call('checking blobs', () =>
        link.jsm.streams.getMessage(stream, { last_by_subj: subject }),
      );
      if (last === null || Date.now() - last.time.getTime() >= orphanAgeMs) yield nuid;
    }
}

function digestOfSubject(subject: string): string {
  const name = subject.slice(`$O.${BUCKET}.M.`.length);
  return digestOfName(Buffer.from(name.replaceAll('-', '+').replaceAll('_', '/'), 'base64').toString());
}
