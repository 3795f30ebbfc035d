// Creates the streams of small records, such as those of workers and of namespaces, of which the last on each subject
// counts.
import { DiscardPolicy, StorageType } from '@nats-io/jetstream';
import type { Link } from './link.js';
import { createRefusalError, findStream } from './streams.js';

interface RecordStream {
  readonly link: Link;
  readonly kind: { readonly stream: string; readonly prefix: string };
  readonly replicas: number;
}

/** Does nothing where another process has created the stream in the meantime. */
export async function makeRecordStream({
  link,
  kind: { stream, prefix },
  replicas,
}: RecordStream): Promise<void> {
  try {
    await link.jsm.streams.add({
      name: stream,
      subjects: [`${prefix}.*`],
      storage: StorageType.File,
      num_replicas: replicas,
      max_msgs_per_subject: 1,
      discard: DiscardPolicy.Old,
      allow_direct: true,
      max_age: 0,
    });
  } catch (error) {
    if (!(await findStream({ link, stream })))
      throw createRefusalError({ link, what: `stream ${stream}`, replicas, error });
  }
}
