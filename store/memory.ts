// Implements the store in this process's memory, for tests. It keeps the contract, except that
// nothing is durable.
import { BlobError, ServiceError } from '../core/errors.js';
import { digestOfAll, isDigest, joinPieces } from './blob-cache.js';
import {
  checkToken,
  compareByCandidate,
  decodeFailure,
  decodeScore,
  encodeFailure,
  encodeScore,
  lackedBy,
} from './codec.js';
import { createNamespaceRecords, createWorkerRecords, type Guard } from './memory-records.js';
import { decodeEvent, deliver } from './progress.js';
import type {
  BlobStore,
  FailureStore,
  Holding,
  Housekeeping,
  NamespaceRecord,
  ProgressBus,
  ProgressEvent,
  ScoreStore,
  SignedScores,
  Store,
  Usage,
  WorkerRecord,
} from './store.js';

/** Values are kept as the JSON that JetStream would hold, so that both stores return exactly the same. */
export function createMemoryStore(): Store {
  let open = true;
  const check = () => {
    if (!open)
      throw new ServiceError({
        reason: 'closed',
        address: 'memory',
        fault: 'memory store: it was closed',
        remedy: 'create another',
      });
  };
  const scopes: Tables = new Map();
  const latencies: Tables = new Map();
  const runs: Tables = new Map();
  const records = new Map<string, WorkerRecord>();
  const namespaces = new Map<string, NamespaceRecord>();
  const blobs: Blobs = new Map();
  return {
    scores: createScores({ check, scopes }),
    latencies: createScores({ check, scopes: latencies }),
    signed: createSignedScores({ check, scopes }),
    workers: createWorkerRecords({ check, records }),
    namespaces: createNamespaceRecords({ check, namespaces }),
    failures: createFailures({ check, runs }),
    blobs: createBlobs({ check, blobs }),
    progress: createProgress({ isOpen: () => open }),
    housekeeping: createHousekeeping({ check, scopes, latencies, runs, blobs }),
    isConnected: () => open,
    answers: async () => open,
    async close() {
      open = false;
    },
  };
}

type Blobs = Map<string, { readonly bytes: Uint8Array; readonly storedAt: number }>;
/** JSON by key; `newest` is the time of the last write to the table. */
type Table = Map<string, string> & { newest?: number };
type Tables = Map<string, Table>;

function createScores({ check, scopes }: Guard & { readonly scopes: Tables }): ScoreStore {
  return {
    async put(scope, entries, worker) {
      check();
      checkToken({ what: 'scope', value: scope });
      const encoded = entries.map((entry) => ({ ...entry, json: encodeScore(entry, { worker }) }));
      const facts = tableOf({ tables: scopes, name: scope });
      return encoded.map(({ key, json, required }) => {
        if (scoresIn({ facts, keys: [key], required }).length > 0) return 'existed';
        facts.set(key, json);
        facts.newest = Date.now();
        return 'stored';
      });
    },
    async get(scope, keys, required) {
      check();
      checkToken({ what: 'scope', value: scope });
      const facts = tableOf({ tables: scopes, name: scope });
      return new Map(scoresIn({ facts, keys, required }).map(({ key, proxies }) => [key, proxies]));
    },
  };
}

/** The stored scores of the keys that have every required proxy. */
function scoresIn({
  facts,
  keys,
  required,
}: {
  readonly facts: Table;
  readonly keys: readonly string[];
  readonly required: readonly string[] | undefined;
}): ReturnType<typeof decodeScore>[] {
  const found = keys.flatMap((key) => (facts.has(key) ? [decodeScore(facts.get(key)!)] : []));
  return found.filter(({ proxies }) => lackedBy(proxies, required) === undefined);
}

function createSignedScores({ check, scopes }: Guard & { readonly scopes: Tables }): SignedScores {
  const get: SignedScores['get'] = async (scope, keys, required) => {
    check();
    checkToken({ what: 'scope', value: scope });
    const facts = tableOf({ tables: scopes, name: scope });
    const found = scoresIn({ facts, keys, required });
    return new Map(found.map(({ key, proxies, worker = '' }) => [key, { proxies, worker }]));
  };
  const discard: SignedScores['discard'] = async (scope, keys, worker) => {
    const signed = [...(await get(scope, keys))].filter(([, score]) => score.worker === worker);
    for (const [key] of signed) tableOf({ tables: scopes, name: scope }).delete(key);
    return signed.length;
  };
  return {
    get,
    discard,
    async discardAll(worker) {
      let count = 0;
      for (const [scope, facts] of scopes) count += await discard(scope, [...facts.keys()], worker);
      return count;
    },
  };
}

function createFailures({ check, runs }: Guard & { readonly runs: Tables }): FailureStore {
  return {
    async put(run, failures) {
      check();
      checkToken({ what: 'run', value: run });
      const facts = tableOf({ tables: runs, name: run });
      const encoded = failures.map((failure) => ({ key: failure.candidate, json: encodeFailure(failure) }));
      for (const { key, json } of encoded) if (!facts.has(key)) facts.set(key, json);
      facts.newest = Date.now();
    },
    async list(run) {
      check();
      checkToken({ what: 'run', value: run });
      return [...tableOf({ tables: runs, name: run }).values()].map(decodeFailure).sort(compareByCandidate);
    },
  };
}

function createBlobs({ check, blobs }: Guard & { readonly blobs: Blobs }): BlobStore {
  const store: BlobStore = {
    put: (bytes) => store.putStream(() => [bytes]),
    get: (digest) => joinPieces(store.stream(digest)),
    async putStream(read) {
      check();
      const bytes = await joinPieces(read());
      const digest = await digestOfAll([bytes]);
      if (!blobs.has(digest)) blobs.set(digest, { bytes, storedAt: Date.now() });
      return digest;
    },
    async *stream(digest) {
      check();
      if (!isDigest(digest))
        throw new BlobError(`blob ${JSON.stringify(digest)}: not a SHA-256 in lower-case hex`);
      const blob = blobs.get(digest);
      if (!blob) throw new BlobError(`blob ${digest} in memory: missing`);
      yield blob.bytes.slice();
    },
  };
  return store;
}

function createProgress({ isOpen }: { readonly isOpen: () => boolean }): ProgressBus {
  const listeners = new Map<string, Set<(event: ProgressEvent) => void>>();
  return {
    publish(search, event) {
      const sent = JSON.stringify(event);
      // Listeners are called asynchronously, as over a network, so that a publisher never runs their code.
      setImmediate(() => {
        const received = isOpen() ? decodeEvent(sent) : undefined;
        if (!received) return;
        for (const listener of listeners.get(search) ?? []) deliver({ listener, event: received });
      });
    },
    subscribe(search, listener) {
      const callListener = (event: ProgressEvent) => listener(event);
      const heard = listeners.get(search) ?? new Set();
      listeners.set(search, heard.add(callListener));
      return () => void heard.delete(callListener);
    },
  };
}

/** Everything that is stored. */
interface Stored extends Guard {
  readonly scopes: Tables;
  readonly latencies: Tables;
  readonly runs: Tables;
  readonly blobs: Blobs;
}

function createHousekeeping({ check, scopes, latencies, runs, blobs }: Stored): Housekeeping {
  const holdings = async (tables: Tables): Promise<Holding[]> => {
    check();
    return [...tables]
      .filter(([, { size }]) => size > 0)
      .map(([name, table]) => ({
        name,
        count: table.size,
        bytes: [...table.values()].reduce((sum, { length }) => sum + length, 0),
        newest: table.newest ?? 0,
      }));
  };
  const remove = (from: Map<string, unknown>) => async (name: string) => {
    check();
    checkToken({ what: 'scope or run', value: name });
    from.delete(name);
  };
  const blobHoldings = async () => {
    check();
    return listBlobs(blobs);
  };
  const total = async (what: Usage['what'], list: Promise<Holding[]>): Promise<Usage> => {
    const sum = (of: (holding: Holding) => number) =>
      list.then((holdings) => holdings.reduce((all, holding) => all + of(holding), 0));
    return { what, messages: await sum(({ count }) => count), bytes: await sum(({ bytes }) => bytes) };
  };
  return {
    scopes: async () => [...(await holdings(scopes)), ...(await holdings(latencies))],
    failureRuns: () => holdings(runs),
    blobs: blobHoldings,
    usage: () =>
      Promise.all([
        total('scores', holdings(scopes)),
        total('latencies', holdings(latencies)),
        total('failures', holdings(runs)),
        total('blobs', blobHoldings()),
      ]),
    deleteBlob: remove(blobs),
    async deleteScope(scope) {
      await remove(scopes)(scope);
      await remove(latencies)(scope);
    },
    deleteFailures: remove(runs),
  };
}

function listBlobs(blobs: Blobs): Holding[] {
  return [...blobs].map(([name, { bytes, storedAt }]) => ({
    name,
    count: 1,
    bytes: bytes.length,
    newest: storedAt,
  }));
}

function tableOf({ tables, name }: { readonly tables: Tables; readonly name: string }) {
  const table: Table = tables.get(name) ?? new Map();
  tables.set(name, table);
  return table;
}
