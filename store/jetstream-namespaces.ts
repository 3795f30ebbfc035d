// Stores which Temporal namespaces use this store on a JetStream stream: one subject for each namespace, whose last
// record counts.
import { checkToken, compareByName } from './codec.js';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { makeRecordStream } from './record-stream.js';
import { withRetry } from './retry.js';
import type { NamespaceRecord, NamespaceRecords } from './store.js';
import { findStream, NAMESPACES } from './streams.js';

const { stream, prefix } = NAMESPACES;
const READ_AT_ONCE = 1_000;
/**
 * How long a record is tried. Work goes on without it, so a server that refuses it is no fault of the store: it
 * raises no alert, which counts the faults of `link.call`.
 */
const PATIENCE_MS = 30_000;

/** The stream is created with the first record. */
export function createNamespaceRecords({
  link,
  replicas,
}: {
  readonly link: Link;
  readonly replicas: number;
}): NamespaceRecords {
  const quietly = <T>(describe: string, work: () => Promise<T>): Promise<T> =>
    withRetry({ address: link.address, describe, patienceMs: PATIENCE_MS }, () => link.once(work));
  return {
    async put({ id, name, seen }) {
      const subject = `${prefix}.${checkToken({ what: 'namespace', value: id })}`;
      await quietly(`making stream ${stream}`, () => ensureStream({ link, replicas }));
      await quietly('recording a namespace', () => link.js.publish(subject, JSON.stringify({ name, seen })));
    },

    async list() {
      const found = await link.call(`looking for stream ${stream}`, () => findStream({ link, stream }));
      if (found === undefined) return [];
      const records: NamespaceRecord[] = [];
      const pages = readPages({
        link,
        stream,
        describe: 'reading the records of namespaces',
        filter: `${prefix}.*`,
        batch: READ_AT_ONCE,
      });
      for await (const page of pages)
        for (const message of page)
          records.push({ id: message.subject.slice(prefix.length + 1), ...contentsOf(message.string()) });
      return records.sort(compareByName);
    },

    async remove(id) {
      const filter = `${prefix}.${checkToken({ what: 'namespace', value: id })}`;
      await link.call(`deleting from ${stream}`, () => link.jsm.streams.purge(stream, { filter }));
    },
  };
}

async function ensureStream({
  link,
  replicas,
}: {
  readonly link: Link;
  readonly replicas: number;
}): Promise<void> {
  if (!(await findStream({ link, stream }))) await makeRecordStream({ link, kind: NAMESPACES, replicas });
}

/** A damaged record still says by its subject that there is a namespace. */
function contentsOf(text: string): Pick<NamespaceRecord, 'name' | 'seen'> {
  try {
    const { name, seen } = JSON.parse(text) as Partial<NamespaceRecord>;
    return { name: typeof name === 'string' ? name : '', seen: Number.isFinite(seen) ? seen! : 0 };
  } catch {
    return { name: '', seen: 0 };
  }
}
