// Rewrites a stream without its damaged messages. nats-server cannot delete a message that it cannot read,
// but it can purge a whole stream.
import { DiscardPolicy, StorageType } from '@nats-io/jetstream';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { createNatsError } from './nats-error.js';
import { putAtOnce } from './put-at-once.js';
import { findStream } from './streams.js';

const BATCH = 1_000;
/** The number of messages in a batch of large ones; chunks of blobs are 128 KiB each. */
const LARGE_BATCH = 64;

export interface KeptMessage {
  readonly subject: string;
  readonly data: string | Uint8Array;
}

interface Rewriting {
  readonly link: Link;
  readonly stream: string;
  /** The messages that stay, in the order in which they will be written, in batches. */
  readonly kept: () => AsyncIterable<readonly KeptMessage[]>;
  /** `one`: if several messages have the same subject, the first counts. */
  readonly perSubject: 'one' | 'many';
}

/**
 * The messages that stay are first copied to a second stream, which is then marked as complete. Only then is
 * the first stream purged and the copy written back. After an interruption, calling this again resumes: a
 * marked copy is written back, any other copy is made again. Messages stored by others between the copy and
 * the purge are lost.
 */
export async function rewriteStream(given: Rewriting): Promise<void> {
  const { link, stream, perSubject } = given;
  const copy = `ZEROSCOUT_REPAIR_${stream}`;
  const found = await link.call(`looking for stream ${copy}`, () => findStream({ link, stream: copy }));
  if (found?.config.metadata?.state !== 'whole') {
    if (found) await link.call(`deleting stream ${copy}`, () => link.jsm.streams.delete(copy));
    await makeCopy({ ...given, copy });
  }
  await link.call(`purging stream ${stream}`, () => link.jsm.streams.purge(stream));
  const pages = readPages({
    link,
    stream: copy,
    describe: `reading ${copy}`,
    filter: `${prefixOf(stream)}>`,
    batch: perSubject === 'one' ? BATCH : LARGE_BATCH,
  });
  for await (const page of pages)
    await putAll({
      link,
      messages: page.map(({ subject, data }) => ({ subject: subject.slice(prefixOf(stream).length), data })),
    });
  await link.call(`deleting stream ${copy}`, () => link.jsm.streams.delete(copy));
}

async function makeCopy({
  link,
  stream,
  kept,
  perSubject,
  copy,
}: Rewriting & { readonly copy: string }): Promise<void> {
  const { config } = (await link.call(`looking at stream ${stream}`, () => findStream({ link, stream })))!;
  const limits =
    perSubject === 'one'
      ? { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true }
      : {};
  const made = {
    name: copy,
    subjects: [`${prefixOf(stream)}>`],
    storage: StorageType.File,
    allow_direct: true,
    num_replicas: config.num_replicas,
    ...limits,
  };
  await link.call(`making stream ${copy}`, () => link.jsm.streams.add(made));
  for await (const messages of kept())
    await putAll({
      link,
      messages: messages.map(({ subject, data }) => ({ subject: `${prefixOf(stream)}${subject}`, data })),
    });
  await link.call(`marking stream ${copy}`, () =>
    link.jsm.streams.update(copy, { metadata: { state: 'whole' } }),
  );
}

function prefixOf(stream: string): string {
  return `zeroscout.repair.${stream}.`;
}

/** Publishes the messages in order, on one connection. Throws if one of them was not acknowledged. */
async function putAll({
  link,
  messages,
}: {
  readonly link: Link;
  readonly messages: readonly KeptMessage[];
}): Promise<void> {
  const outcomes = await putAtOnce({
    link,
    facts: messages.map(({ subject, data }) => ({ subject, json: data })),
  });
  const lost = outcomes.indexOf(undefined);
  if (lost < 0) return;
  throw createNatsError(link.address, {
    reason: 'not-stored',
    fault: `${messages[lost]!.subject} was not acknowledged`,
    remedy: 'make room on the server, and run the same command again',
  });
}
