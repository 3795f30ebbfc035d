// Encodes scores and failures as JSON and their addresses as NATS subject tokens, and decodes them.
import { hash } from 'node:crypto';
import { TerminalError } from '../core/errors.js';
import type { Failure, NamespaceRecord, Proxies, ScoreEntry, WorkerRecord } from './store.js';

/** The largest JSON of a score or failure, far below the 1 MB limit of a NATS message. */
const MAX_ENTRY_BYTES = 256 * 1024;
/**
 * The number of characters that are kept. A crash can leave a log of megabytes, whose beginning says what
 * happened.
 */
const MAX_DETAIL = 8_192;

const names = new Map<number, string>([
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
]);

/**
 * The subject token of a text: the first 16 bytes of SHA-256 in base64url, 22 characters. The text is hashed
 * as a JSON string, because UTF-8 encodes every lone surrogate as the same bytes.
 */
export function tokenOf(text: string): string {
  return hash('sha256', JSON.stringify(text), 'buffer').subarray(0, 16).toString('base64url');
}

/** Returns `value` if it can be a token of a subject; throws a TerminalError otherwise. */
export function checkToken({ what, value }: { readonly what: string; readonly value: string }): string {
  if (/^[A-Za-z0-9_-]+$/.test(value) && value.length <= 200) return value;
  throw new TerminalError({
    code: 'bad-name',
    message: `${what} ${JSON.stringify(value)}: use 1 to 200 of the characters A-Z a-z 0-9 _ -`,
  });
}

/**
 * The origin of a score: `writer` identifies one call of `put`, `worker` is the name of the worker that
 * computed it.
 */
interface Signature {
  readonly writer?: string | undefined;
  readonly worker?: string | undefined;
}

/**
 * The JSON of a score. Infinities become "inf" and "-inf", negative zero "-0". Throws a TerminalError for NaN
 * and for values that are not numbers.
 */
export function encodeScore({ key, proxies }: ScoreEntry, { writer, worker }: Signature = {}): string {
  const written = Object.entries(proxies).map(([name, value]): [string, number | string] => {
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new TerminalError({
        code: 'not-a-number',
        message: `score ${JSON.stringify(key)}: proxy ${JSON.stringify(name)} is ${value}, not a number`,
      });
    }
    return [name, Object.is(value, -0) ? '-0' : (names.get(value) ?? value)];
  });
  return checkSize({
    what: 'score',
    json: JSON.stringify({ key, proxies: Object.fromEntries(written), writer, worker }),
  });
}

/** Decodes the score in `json`; throws if there is none, so that foreign data is never taken for a score. */
export function decodeScore(json: string): ScoreEntry & Signature {
  const { key, proxies, writer, worker } = JSON.parse(json);
  if (typeof key !== 'string' || typeof proxies !== 'object' || proxies === null) {
    throw new TypeError(`not a score: ${json.slice(0, 80)}`);
  }
  return { key, proxies: readProxies(proxies), writer, worker };
}

/** The first of these proxies that a score lacks; undefined if it has them all. */
export function lackedBy(proxies: Proxies, required: readonly string[] = []): string | undefined {
  return required.find((name) => !Object.hasOwn(proxies, name));
}

export function encodeFailure({ candidate, reason, detail }: Failure): string {
  const cut = detail.length - MAX_DETAIL;
  const kept = cut > 0 ? `${detail.slice(0, MAX_DETAIL)} … (${cut} more characters)` : detail;
  return checkSize({ what: 'failure', json: JSON.stringify({ candidate, reason, detail: kept }) });
}

export function decodeFailure(json: string): Failure {
  const { candidate, reason, detail } = JSON.parse(json);
  if (![candidate, reason, detail].every((text) => typeof text === 'string')) {
    throw new TypeError(`not a failure: ${json.slice(0, 80)}`);
  }
  return { candidate, reason, detail };
}

/**
 * Compares candidate texts by code units, which gives the same order on every machine, whatever its locale.
 */
export function compareByCandidate(a: Failure, b: Failure): number {
  if (a.candidate === b.candidate) return 0;
  return a.candidate < b.candidate ? -1 : 1;
}

export function encodeWorkerRecord(record: WorkerRecord): string {
  return checkSize({ what: 'record of a worker', json: JSON.stringify(record) });
}

/** Decodes the record in `json`; throws if there is none. */
export function decodeWorkerRecord(json: string): WorkerRecord {
  const record = JSON.parse(json) as WorkerRecord;
  const { worker, state, at, by, device, reason, evidence, against } = record;
  const texts = [worker, by, device, reason, ...textsIn(evidence), ...textsIn(against ?? [])];
  if (
    !texts.every((text) => typeof text === 'string') ||
    !['suspected', 'set aside', 'released'].includes(state) ||
    !Number.isFinite(at)
  )
    throw new TypeError(`not a record of a worker: ${json.slice(0, 80)}`);
  return { worker, state, at, by, device, reason, evidence, ...(against ? { against } : {}) };
}

/** The elements of a list; what is no list is no text either. */
const textsIn = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : [undefined]);

/** Compares names by code units. */
export function compareByWorker(a: WorkerRecord, b: WorkerRecord): number {
  if (a.worker === b.worker) return 0;
  return a.worker < b.worker ? -1 : 1;
}

/** Compares by code units; the ids of namespaces of one name, which are of several servers, decide. */
export function compareByName(a: NamespaceRecord, b: NamespaceRecord): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function readProxies(written: Readonly<Record<string, unknown>>): Proxies {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      if (value === 'inf') return [name, Infinity];
      if (value === '-inf') return [name, -Infinity];
      if (value === '-0') return [name, -0];
      if (typeof value === 'number') return [name, value];
      throw new TypeError(`not a proxy: ${JSON.stringify(value)}`);
    }),
  );
}

function checkSize({ what, json }: { readonly what: string; readonly json: string }): string {
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_ENTRY_BYTES) return json;
  throw new TerminalError({
    code: 'too-large',
    message: `${what} ${json.slice(0, 60)}…: ${bytes} bytes of JSON; at most ${MAX_ENTRY_BYTES} fit`,
  });
}
