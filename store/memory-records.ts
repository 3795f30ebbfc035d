// Keeps the records of workers and of namespaces in this process's memory, for tests.
import { checkToken, compareByName, compareByWorker } from './codec.js';
import type { NamespaceRecord, NamespaceRecords, WorkerRecord, WorkerRecords } from './store.js';

export interface Guard {
  /** Throws once the store is closed. */
  readonly check: () => void;
}

export function createWorkerRecords({
  check,
  records,
}: Guard & { readonly records: Map<string, WorkerRecord> }): WorkerRecords {
  return {
    async put(record) {
      check();
      records.set(record.worker, record);
    },
    async find(worker) {
      check();
      return records.get(worker);
    },
    async list() {
      check();
      return [...records.values()].sort(compareByWorker);
    },
  };
}

export function createNamespaceRecords({
  check,
  namespaces,
}: Guard & { readonly namespaces: Map<string, NamespaceRecord> }): NamespaceRecords {
  return {
    async put(record) {
      check();
      namespaces.set(checkToken({ what: 'namespace', value: record.id }), record);
    },
    async list() {
      check();
      return [...namespaces.values()].sort(compareByName);
    },
    async remove(id) {
      check();
      namespaces.delete(checkToken({ what: 'namespace', value: id }));
    },
  };
}
