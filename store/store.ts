// Defines the contract of the store: scores, failures, blobs and progress, durable and addressed by their
// content.

/** Raw proxies of one candidate under one draw; higher is better; `-Infinity` is a value, NaN never is. */
export type Proxies = Readonly<Record<string, number>>;

/** The score of one candidate under one draw. */
export interface ScoreEntry {
  /** A text that is unique within a scope: the candidate and its draw (see `scoreKey`). */
  readonly key: string;
  readonly proxies: Proxies;
  /** The proxies without which a score that is stored already counts as damaged; not stored. None by default. */
  readonly required?: readonly string[];
}

/** The result of a put. `stored`: the fact is new. `existed`: it was stored already and was left as it was. */
export type PutOutcome = 'stored' | 'existed';

/**
 * Scores are facts. A fact is addressed by `scope` (digest of space, fidelity, seed, engine version, device
 * class; characters [A-Za-z0-9_-] only) and `key` (any text; the candidate and its draw).
 *
 * - `put` is put-if-absent, atomic for each entry, and lasts: once it resolves, every later `get` by any
 *   process sees an entry under that key, and a second put under it answers `existed` and changes nothing.
 * - Outcomes come in the order of the entries. Entries of one call are independent: some may be new and others
 *   not.
 * - `get` takes any number of keys; those that do not exist are not in the map.
 * - A stored score that lacks a required proxy counts as damaged: `get` leaves it out, and `put` stores the
 *   entry so that a `get` with the same requirement finds it.
 * - Infinities survive the round trip. NaN, and an entry of more than 256 KiB, is refused with a TerminalError
 *   before anything is stored.
 * - Both retry transient faults (disconnects, leader elections, timeouts) until `patienceMs` is over, then
 *   throw a ServiceError.
 */
export interface ScoreStore {
  /** `worker` is stored with each score as the name of the worker that computed it. */
  put(scope: string, entries: readonly ScoreEntry[], worker?: string): Promise<PutOutcome[]>;
  get(scope: string, keys: readonly string[], required?: readonly string[]): Promise<Map<string, Proxies>>;
}

/** A score with the name of its writer; empty if the writer gave none, as versions before 0.2 did. */
export interface SignedScore {
  readonly proxies: Proxies;
  readonly worker: string;
}

/**
 * Tells which worker computed which score, and discards the scores of one worker. The name is what the writer
 * claims; NATS does not check it. A discarded score is as if it had never been put.
 */
export interface SignedScores {
  /** Like that of ScoreStore, with the names. */
  get(
    scope: string,
    keys: readonly string[],
    required?: readonly string[],
  ): Promise<Map<string, SignedScore>>;
  /**
   * Discards those of the keys that this worker signed, and returns their number. An empty name stands for
   * scores without a name.
   */
  discard(scope: string, keys: readonly string[], worker: string): Promise<number>;
  /** Discards everything that this worker signed, in every scope; this reads all scores. */
  discardAll(worker: string): Promise<number>;
}

/** `suspected` has no effect on the worker; `set aside` keeps it from working; `released` ends both. */
export type WorkerState = 'suspected' | 'set aside' | 'released';

export interface WorkerRecord {
  readonly worker: string;
  readonly state: WorkerState;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The search that found it, or the person who released it. */
  readonly by: string;
  readonly device: string;
  /** A readable sentence. */
  readonly reason: string;
  /** The worker's score and that of another worker, one line each. */
  readonly evidence: readonly string[];
  /** Of a suspected worker: those with which it disagreed. */
  readonly against?: readonly string[];
}

/** Records of workers whose numbers are wrong or in doubt. The last record of a worker counts. */
export interface WorkerRecords {
  put(record: WorkerRecord): Promise<void>;
  /** The record of a worker; undefined where there is none. */
  find(worker: string): Promise<WorkerRecord | undefined>;
  /** All records, in the order of the workers' names. */
  list(): Promise<WorkerRecord[]>;
}

/** A Temporal namespace whose searches use this store. */
export interface NamespaceRecord {
  /** The id that its Temporal server chose; names of namespaces are the same on many servers. */
  readonly id: string;
  /** '' where the record is damaged. */
  readonly name: string;
  /** When a control worker of it last ran, in milliseconds since 1970; 0 where the record is damaged. */
  readonly seen: number;
}

/** The namespaces whose control workers have used this store. The last record of a namespace counts. */
export interface NamespaceRecords {
  put(record: NamespaceRecord): Promise<void>;
  /** All records, in the order of names. */
  list(): Promise<NamespaceRecord[]>;
  remove(id: string): Promise<void>;
}

/**
 * The reason why a candidate was set aside: `reason` is a short class (`crash`, `timeout`, `memory`,
 * `not-a-number`, `invalid`), `detail` free text.
 */
export interface Failure {
  readonly candidate: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * Candidates set aside by one run of a search; put-if-absent by (run, candidate); `list` is in the order of
 * candidate text (UTF-16 code units). The first 8,192 characters of `detail` are kept. `run` may contain the
 * characters [A-Za-z0-9_-] only.
 */
export interface FailureStore {
  put(run: string, failures: readonly Failure[]): Promise<void>;
  list(run: string): Promise<Failure[]>;
}

/** Returns the bytes from the beginning, at each call. */
export type ByteChunks = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Immutable bytes under their SHA-256 (hex). `put` of bytes that exist is a no-op, and replaces a damaged
 * blob. `get` verifies the digest and throws BlobError if the blob is missing or its bytes do not match the
 * digest. `putStream` and `stream` do the same without holding all bytes in memory: the first reads its
 * pieces twice, the second throws at the end of altered bytes.
 */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<string>;
  get(digest: string): Promise<Uint8Array>;
  putStream(read: ByteChunks): Promise<string>;
  stream(digest: string): AsyncIterable<Uint8Array>;
}

/** The current count of a shard, for progress bars only; events may be lost (core NATS). */
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
  /** The digest, the scope or the run. */
  readonly name: string;
  readonly count: number;
  /** The number of bytes: exact for blobs, otherwise an estimate. */
  readonly bytes: number;
  /** The time of the newest write, or of the last put of a blob, in milliseconds since 1970. */
  readonly newest: number;
}

/** The size of one kind of data, of all searches together. */
export interface Usage {
  readonly what: 'scores' | 'latencies' | 'failures' | 'blobs';
  readonly messages: number;
  /** The number of bytes as they are stored, before replication. */
  readonly bytes: number;
}

/**
 * Lists and deletes what the store holds. A deleted item is as if it had never been put, and deleting an
 * absent item does nothing. The caller must make sure that no search needs it. A blob that is put again
 * within a day keeps its `newest`, and gets a new one later, so a blob whose `newest` is two days old is not
 * in use by a running search.
 */
export interface Housekeeping {
  blobs(): Promise<Holding[]>;
  scopes(): Promise<Holding[]>;
  failureRuns(): Promise<Holding[]>;
  /** The size of each kind, which is known without reading any of the data. */
  usage(): Promise<readonly Usage[]>;
  deleteBlob(digest: string): Promise<void>;
  deleteScope(scope: string): Promise<void>;
  deleteFailures(run: string): Promise<void>;
}

export interface Store {
  readonly scores: ScoreStore;
  /**
   * Measured milliseconds, stored like scores but separately, because control workers measure but may not
   * store scores.
   */
  readonly latencies: ScoreStore;
  readonly signed: SignedScores;
  readonly workers: WorkerRecords;
  readonly namespaces: NamespaceRecords;
  readonly failures: FailureStore;
  readonly blobs: BlobStore;
  readonly progress: ProgressBus;
  readonly housekeeping: Housekeeping;
  /** Whether the store is connected at this moment; otherwise it reconnects by itself. */
  isConnected(): boolean;
  /**
   * Whether the store answers a request within `withinMs`. A server may be connected and unable to store: its
   * cluster has no quorum.
   */
  answers(withinMs: number): Promise<boolean>;
  /** Flushes and disconnects; may be called repeatedly. */
  close(): Promise<void>;
}
