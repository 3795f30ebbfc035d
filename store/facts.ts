// Stores facts that are absent, and reads facts in batches, on a JetStream stream.
import type { DirectBatchOptions, StoredMsg } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { type Link, REQUEST_MS } from './link.js';
import { isTaken, putAtOnce } from './put-at-once.js';
import { statusOf } from './retry.js';
import type { PutOutcome } from './store.js';

/** The most puts that one call retries at once. */
const PUTS_AT_ONCE = 256;
/** The number of facts from which one subscription for all answers is faster. */
const MANY = 4;

export interface Fact {
  readonly subject: string;
  readonly json: string;
}

interface PutFactsArguments {
  readonly link: Link;
  readonly stream: string;
  readonly describe: string;
  readonly facts: readonly Fact[];
  readonly isOwnFact: (json: string) => boolean;
}

/**
 * Stores each fact unless its subject is taken; outcomes are in the order of the facts. Many facts are put at
 * once, and those whose answer was lost or was an error are put again one by one. `isOwnFact` says whether a
 * stored value was written by this very call: an acknowledgement may be lost with the connection, and the
 * repeated put then finds its own fact. `isOwnFact` must not throw, whatever the stream contains.
 */
export async function putFacts(given: PutFactsArguments): Promise<PutOutcome[]> {
  const { link, stream, describe, facts, isOwnFact } = given;
  const first = facts.length < MANY ? [] : await putAtOnce({ link, facts });
  return mapLimit({ items: facts, limit: PUTS_AT_ONCE }, async ({ subject, json }, index) => {
    const outcome = first[index];
    if (outcome !== undefined) return outcome;
    let attempts = facts.length < MANY ? 0 : 1;
    return link.call(describe, async () => {
      attempts += 1;
      try {
        await link.js.publish(subject, json);
        return 'stored';
      } catch (error) {
        if (!isTaken(error)) throw error;
        if (attempts === 1) return 'existed';
        // The request goes to the stream's leader, because a direct get could be answered by a replica that
        // lags behind.
        const found = await link.jsm.streams.getMessage(stream, { last_by_subj: subject });
        // The subject may also be taken by a message that the leader cannot read; `putPlaced` checks every
        // fact that exists.
        return found !== null && isOwnFact(found.string()) ? 'stored' : 'existed';
      }
    });
  });
}

/**
 * One batched direct get. It throws TimeoutError if the next message does not arrive in time, where the
 * client would wait forever.
 */
function readBatch(given: {
  readonly link: Link;
  readonly stream: string;
  readonly query: DirectBatchOptions;
}): Promise<StoredMsg[]> {
  const { link, stream, query } = given;
  return new Promise((resolve, reject) => {
    const messages: StoredMsg[] = [];
    let stop = () => {};
    const end = (error?: Error) => {
      clearTimeout(timer);
      stop();
      if (error) reject(error);
      else resolve(messages);
    };
    const timer = setTimeout(() => end(new errors.TimeoutError()), REQUEST_MS);
    // The callback form is used because the iterator form never ends its subscription.
    const callback = (done: { readonly err?: Error } | null, message: StoredMsg) => {
      // "message not found" and "no results" mean that nothing is stored, which is an answer and not an
      // error.
      if (done) return end(statusOf(done.err) === 404 ? undefined : done.err);
      messages.push(message);
      timer.refresh();
    };
    link.jsm.direct.getBatch(stream, { ...query, callback }).then((iterator) => {
      stop = () => iterator.stop();
    }, end);
  });
}

interface ReadPagesArguments {
  readonly link: Link;
  readonly stream: string;
  readonly describe: string;
  readonly filter: string;
  readonly batch: number;
}

/** All messages that match `filter`, oldest first, a batch at a time. */
export async function* readPages(given: ReadPagesArguments): AsyncGenerator<readonly StoredMsg[]> {
  const { link, stream, describe, filter, batch } = given;
  for (let seq = 1; ; ) {
    const query = { seq, next_by_subj: filter, batch };
    const page = await link.call(describe, () => readBatch({ link, stream, query }));
    if (page.length === 0) return;
    yield page;
    seq = page.at(-1)!.seq + 1;
  }
}

/** The results in the order of the items, with at most `limit` running at a time; the first error ends it. */
export async function mapLimit<T, R>(
  { items, limit }: { readonly items: readonly T[]; readonly limit: number },
  fn: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await fn(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
