// Defines the contract of the store: scores, failures, blobs and progress, durable and addressed by their content.

/** Raw proxies of one candidate under one draw; higher is better; `-Infinity` is a value, NaN never is. */
export type Proxies = Readonly<Record<string, number>>;

/** One scored candidate: `candidate` is its text, unique within a scope (candidate text and draw, see `scoreKey`). */
export interface ScoreEntry {
  readonly key: string;
  readonly proxies: Proxies;
}

/** The result of a put. `stored`: the fact is new. `existed`: it was stored already and was left as it was. */
export type PutOutcome = 'stored' | 'existed';

/**
 * Scores are facts. A fact is addressed by `scope` (digest of space, fidelity, seed, engine version, device class;
 * characters [A-Za-z0-9_-] only) and `key` (any text; the candidate and its draw).
 *
 * - `put` is put-if-absent, atomic for each entry, and lasts: once it resolves, every later `get` by any process sees
 *   an entry under that key, and a second put under it answers `existed` and changes nothing.
 * - Outcomes come in the order of the entries. Entries of one call are independent: some may be new and others not.
 * - `get` answers those that exist, in any number of keys; an absent key is simply not in the map.
 * - Infinities survive the round trip. NaN, and an entry of more than 256 KiB, is refused with a TerminalError before
 *   anything is stored.
 * - Both retry transient faults (disconnects, leader elections, timeouts) until `patienceMs` is over, then throw ServiceError.
 */
export interface ScoreStore {
  /** `worker` is written beside each score as the name of who computed it. */
  put(scope: string, entries: readonly ScoreEntry[], worker?: string): Promise<PutOutcome[]>;
  get(scope: string, keys: readonly string[]): Promise<Map<string, Proxies>>;
}

/** A score with the name that its writer gave; empty where the writer gave none, as versions before 0.2 did. */
export interface SignedScore {
  readonly proxies: Proxies;
  readonly worker: string;
}

/**
 * Says who computed which score, and discards the scores of one worker. The name is what the writer says of
 * itself: NATS does not check it. What is discarded is as if it had never been put.
 */
export interface SignedScores {
  get(scope: string, keys: readonly string[]): Promise<Map<string, SignedScore>>;
  /** Discards those of the keys that this worker signed; answers how many. An empty name stands for those without one. */
  discard(scope: string, keys: readonly string[], worker: string): Promise<number>;
  /** Discards everything that this worker signed, in every scope; reads all scores that there are. */
  discardAll(worker: string): Promise<number>;
}

/** `suspected` changes nothing for the worker; `set aside` keeps it from working; `released` ends both. */
export type WorkerState = 'suspected' | 'set aside' | 'released';

export interface WorkerRecord {
  readonly worker: string;
  readonly state: WorkerState;
  /** The time in milliseconds since 1970. */
  readonly at: number;
  /** The search that found it, or who released it. */
  readonly by: string;
  readonly device: string;
  /** A sentence for people. */
  readonly reason: string;
  /** The worker's score and that of another worker, a line each. */
  readonly evidence: readonly string[];
}

/** Workers whose numbers were found wrong, or may be. Of one worker the last record counts. */
export interface WorkerRecords {
  put(record: WorkerRecord): Promise<void>;
  /** The record of a worker; undefined where there is none. */
  find(worker: string): Promise<WorkerRecord | undefined>;
  /** All records, in the order of the workers' names. */
  list(): Promise<WorkerRecord[]>;
}

/**
 * Why a candidate was set aside: `reason` is a short class (`crash`, `timeout`, `memory`, `not-a-number`, `invalid`), `detail`
 * free text.
 */
export interface Failure {
  readonly candidate: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * Candidates set aside by one run of a search; put-if-absent by (run, candidate); `list` in order of candidate text
 * (UTF-16 code units). Of `detail` the first 8,192 characters are kept. `run` has characters [A-Za-z0-9_-] only.
 */
export interface FailureStore {
  put(run: string, failures: readonly Failure[]): Promise<void>;
  list(run: string): Promise<Failure[]>;
}

/** Bytes from the first one on, anew at each call. */
export type Pieces = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Immutable bytes under their SHA-256 (hex). `put` of bytes that are there is a no-op, and replaces a damaged blob. `get`
 * verifies the digest and throws BlobError when the blob is missing or its bytes are not what the digest says. `putStream` and
 * `stream` do the same without holding the bytes: the first reads its pieces twice, the second throws at the end of altered
 * bytes.
 */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<string>;
  get(digest: string): Promise<Uint8Array>;
  putStream(read: Pieces): Promise<string>;
  stream(digest: string): AsyncIterable<Uint8Array>;
}

/** A shard's live count since it began; lossy by design (core NATS), for progress bars only. */
export interface ProgressEvent {
  readonly shard: number;
  readonly scored: number;
  readonly reused: number;
  readonly failed: number;
}

export interface ProgressBus {
  publish(search: string, event: ProgressEvent): void;
  /** Calls `listener` for every event of `search` until the returned function is called. */
  subscribe(search: string, listener: (event: ProgressEvent) => void): () => void;
}

/** A blob, the scores of one scope, or the failures of one run. */
export interface Holding {
  /** Digest, scope or run. */
  readonly name: string;
  readonly count: number;
  /** The number of bytes: exact for blobs, otherwise an estimate. */
  readonly bytes: number;
  /** When the newest of them was written, or a blob was last put; milliseconds since 1970. */
  readonly newest: number;
}

/**
 * Lists and deletes what the store holds. A deleted item is as if it had never been put. Deleting an absent item does nothing.
 * The caller has to make sure that no search needs it: a blob that is put again within a day keeps its `newest`, and gets a new
 * one later, so a blob whose `newest` is two days old is not being used by a running search.
 */
export interface Housekeeping {
  blobs(): Promise<Holding[]>;
  scopes(): Promise<Holding[]>;
  failureRuns(): Promise<Holding[]>;
  deleteBlob(digest: string): Promise<void>;
  deleteScope(scope: string): Promise<void>;
  deleteFailures(run: string): Promise<void>;
}

export interface Store {
  readonly scores: ScoreStore;
  /** Measured milliseconds, kept as scores are but apart from them: control workers measure, and may store no score. */
  readonly latencies: ScoreStore;
  readonly signed: SignedScores;
  readonly workers: WorkerRecords;
  readonly failures: FailureStore;
  readonly blobs: BlobStore;
  readonly progress: ProgressBus;
  readonly housekeeping: Housekeeping;
  /** Connected at this moment; a store that is not reconnects by itself. */
  isConnected(): boolean;
  /** Flushes and disconnects; idempotent. */
  close(): Promise<void>;
}
