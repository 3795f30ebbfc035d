// Reads scores with the names of the workers that computed them, and discards the scores of one worker.
import { JetStreamApiError } from '@nats-io/jetstream';
import { mapLimit, readPages } from './facts.js';
import { readScores, scoreIn } from './jetstream-scores.js';
import type { Link } from './link.js';
import type { HeldMessage } from './read-last.js';
import type { SignedScores } from './store.js';
import { SCORES } from './streams.js';

const { stream, prefix } = SCORES;
const DELETIONS_AT_ONCE = 256;
const READ_AT_ONCE = 1_000;

/** The name that a score is signed with, empty if it has none; undefined for a message that is not a score. */
function workerOf(text: string): string | undefined {
  const score = scoreIn(text);
  return score && (score.worker ?? '');
}

export function createSignedScores({ link }: { readonly link: Link }): SignedScores {
  const find = (scope: string, keys: readonly string[], required: readonly string[] = []) =>
    readScores({ link }, { scope, keys, required });
  const remove = (sequences: readonly number[]) =>
    mapLimit({ items: sequences, limit: DELETIONS_AT_ONCE }, (sequence) => deleteOne({ link, sequence }));

  return {
    async get(scope, keys, required) {
      const found = await find(scope, keys, required);
      return new Map([...found].map(([key, { proxies, worker = '' }]) => [key, { proxies, worker }]));
    },

    async discard(scope, keys, signer) {
      // A score of another worker, such as one that lacks a proxy, may lie in front of one of this worker.
      // A replica that lags behind may show once more what was removed.
      const removed = new Set<number>();
      const counts = ({ text, sequence }: HeldMessage) =>
        workerOf(text) === signer && !removed.has(sequence());
      for (;;) {
        const found = await readScores({ link, counts }, { scope, keys });
        const theirs = [...found.values()].map(({ held }) => held.sequence());
        if (theirs.length === 0) return removed.size;
        await remove(theirs);
        for (const sequence of theirs) removed.add(sequence);
      }
    },

    async discardAll(worker) {
      let count = 0;
      const pages = readPages({
        link,
        stream,
        describe: 'looking for the scores of a worker',
        filter: `${prefix}.>`,
        batch: READ_AT_ONCE,
      });
      for await (const page of pages) {
        const theirs = page.filter((message) => workerOf(message.string()) === worker);
        await remove(theirs.map(({ seq }) => seq));
        count += theirs.length;
      }
      return count;
    },
  };
}

/** A message is deleted by its sequence number, so that a score that replaced it is never deleted. */
async function deleteOne({
  link,
  sequence,
}: {
  readonly link: Link;
  readonly sequence: number;
}): Promise<void> {
  await link.call('discarding a score', async () => {
    try {
      await link.jsm.streams.deleteMessage(stream, sequence, false);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  });
}

/** Whether the message is gone already: another attempt of the same step deleted it. */
function isGone(error: unknown): boolean {
  return error instanceof JetStreamApiError && /no message found|sequence .* not found/i.test(error.message);
}
