// In: nothing. Out: a store in this process's memory, for tests and dry runs; it keeps the contract but for lasting.
import { BlobError, ServiceError } from '../core/spec/errors.js';
import { digestOf, isDigest } from './blob-cache.js';
import { byCandidate, checkToken, decodeFailure, decodeScore, encodeFailure, encodeScore } from './codec.js';
import { decodeEvent, deliver } from './progress.js';
import type { BlobStore, FailureStore, ProgressBus, ProgressEvent, ScoreStore, Store } from './store.js';

/** Values are kept as the JSON that JetStream would hold, so that both stores give back the very same. */
export function createMemoryStore(): Store {
  let open = true;
  const check = () => {
    if (!open)
      throw new ServiceError({ address: 'memory', message: 'memory store: it was closed; create another' });
  };
  return {
    scores: createScores({ check }),
    failures: createFailures({ check }),
    blobs: createBlobs({ check }),
    progress: createProgress({ isOpen: () => open }),
    async close() {
      open = false;
    },
  };
}

interface Guard {
  /** Throws once the store is closed. */
  readonly check: () => void;
}

function createScores({ check }: Guard): ScoreStore {
  const scopes = new Map<string, Map<string, string>>();
  return {
    async put(scope, entries) {
      check();
      checkToken({ what: 'scope', value: scope });
      const encoded = entries.map((entry) => ({ key: entry.key, json: encodeScore(entry) }));
      const facts = tableOf({ tables: scopes, name: scope });
      return encoded.map(({ key, json }) => {
        if (facts.has(key)) return 'existed';
        facts.set(key, json);
        return 'stored';
      });
    },
    async get(scope, keys) {
      check();
      checkToken({ what: 'scope', value: scope });
      const facts = tableOf({ tables: scopes, name: scope });
      const found = keys.filter((key) => facts.has(key));
      return new Map(found.map((key) => [key, decodeScore(facts.get(key)!).proxies]));
    },
  };
}

function createFailures({ check }: Guard): FailureStore {
  const runs = new Map<string, Map<string, string>>();
  return {
    async put(run, failures) {
      check();
      checkToken({ what: 'run', value: run });
      const facts = tableOf({ tables: runs, name: run });
      const encoded = failures.map((failure) => ({ key: failure.candidate, json: encodeFailure(failure) }));
      for (const { key, json } of encoded) if (!facts.has(key)) facts.set(key, json);
    },
    async list(run) {
      check();
      checkToken({ what: 'run', value: run });
      return [...tableOf({ tables: runs, name: run }).values()].map(decodeFailure).sort(byCandidate);
    },
  };
}

function createBlobs({ check }: Guard): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      check();
      const digest = digestOf(bytes);
      if (!blobs.has(digest)) blobs.set(digest, bytes.slice());
      return digest;
    },
    async get(digest) {
      check();
      if (!isDigest(digest))
        throw new BlobError(`blob ${JSON.stringify(digest)}: not a SHA-256 in lower-case hex`);
      const bytes = blobs.get(digest);
      if (!bytes) throw new BlobError(`blob ${digest} in memory: missing`);
      return bytes.slice();
    },
  };
}

function createProgress({ isOpen }: { readonly isOpen: () => boolean }): ProgressBus {
  const listeners = new Map<string, Set<(event: ProgressEvent) => void>>();
  return {
    publish(search, event) {
      const sent = JSON.stringify(event);
      // later, as over a network: a publisher never runs its listeners' code
      setImmediate(() => {
        const received = isOpen() ? decodeEvent(sent) : undefined;
        if (!received) return;
        for (const listener of listeners.get(search) ?? []) deliver({ listener, event: received });
      });
    },
    subscribe(search, listener) {
      const called = (event: ProgressEvent) => listener(event);
      const heard = listeners.get(search) ?? new Set();
      listeners.set(search, heard.add(called));
      return () => void heard.delete(called);
    },
  };
}

function tableOf({
  tables,
  name,
}: {
  readonly tables: Map<string, Map<string, string>>;
  readonly name: string;
}) {
  const table = tables.get(name) ?? new Map<string, string>();
  tables.set(name, table);
  return table;
}
