// Stores records of workers whose numbers were found wrong on a JetStream stream: one subject for each
// worker, whose last record counts.
import { compareByWorker, decodeWorkerRecord, encodeWorkerRecord, tokenOf } from './codec.js';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { readLast } from './read-last.js';
import { makeRecordStream } from './record-stream.js';
import type { WorkerRecord, WorkerRecords } from './store.js';
import { findStream, WORKERS } from './streams.js';

const { stream, prefix } = WORKERS;
const READ_AT_ONCE = 1_000;

export interface WorkerRecordsOptions {
  readonly link: Link;
  readonly replicas: number;
}

/**
 * The stream is created with the first record. A store whose searches never verify scores has no such stream
 * and needs no permissions for it.
 */
export function createWorkerRecords({ link, replicas }: WorkerRecordsOptions): WorkerRecords {
  let known = false;
  const exists = async (): Promise<boolean> => {
    known ||=
      (await link.call(`looking for stream ${stream}`, () => findStream({ link, stream }))) !== undefined;
    return known;
  };
  return {
    async put(record) {
      if (!(await exists()))
        await link.call(`making stream ${stream}`, () => makeRecordStream({ link, kind: WORKERS, replicas }));
      const json = encodeWorkerRecord(record);
      const subject = `${prefix}.${tokenOf(record.worker)}`;
      await link.call('recording a worker', () => link.js.publish(subject, json));
    },

    async find(worker) {
      if (!(await exists())) return undefined;
      const subjects = [`${prefix}.${tokenOf(worker)}`];
      const describe = 'reading the record of a worker';
      const { held } = await readLast({ link, stream, describe, subjects });
      return held[0] && recordIn({ link, text: held[0].text, subject: subjects[0]! });
    },

    async list() {
      if (!(await exists())) return [];
      const records: WorkerRecord[] = [];
      const pages = readPages({
        link,
        stream,
        describe: 'reading the records of workers',
        filter: `${prefix}.*`,
        batch: READ_AT_ONCE,
      });
      for await (const page of pages)
        for (const message of page) {
          const record = recordIn({ link, text: message.string(), subject: message.subject });
          if (record) records.push(record);
        }
      return records.sort(compareByWorker);
    },
  };
}

/** A damaged record counts as missing. Searches go on, and a worker that is still wrong is found again. */
function recordIn({
  link,
  text,
  subject,
}: {
  readonly link: Link;
  readonly text: string;
  readonly subject: string;
}): WorkerRecord | undefined {
  try {
    return decodeWorkerRecord(text);
  } catch {
    link.onDamage({ stream, subject, why: 'does not hold a record of a worker' });
    return undefined;
  }
}
