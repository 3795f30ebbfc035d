// Puts many facts at once, with one subscription for all answers, and reports those whose outcome is certain.
import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox } from '@nats-io/transport-node';
import { type Link, REQUEST_MS } from './link.js';
import type { PutOutcome } from './store.js';

/** The most unanswered puts: enough to hide the round trip, and far below the server's queue of 10,000. */
const UNANSWERED = 512;

/** Matches "maximum messages per subject exceeded". */
const TAKEN = /per subject/;
/** This code says only that storing failed, which a full disk or a stream's size limit also causes. */
const NOT_STORED = 10077;

/**
 * Stores all facts that are absent, each once. The result of a fact is undefined if no answer came (in time,
 * or before the connection broke) or if the answer is an error; the fact may then be stored or not. A request
 * of the client library for each fact would cost four times as much processor time, most of it for a timer, a
 * promise and a stack trace.
 */
export async function putAtOnce({
  link,
  facts,
}: {
  readonly link: Link;
  readonly facts: readonly { readonly subject: string; readonly json: string | Uint8Array }[];
}): Promise<readonly (PutOutcome | undefined)[]> {
  const { connection } = link;
  const outcomes = new Array<PutOutcome | undefined>(facts.length).fill(undefined);
  const inbox = createInbox();
  let stop = () => {};
  const onAnswer = () =>
    new Promise<void>((resolve) => {
      let next = 0;
      let open = facts.length;
      const send = () => {
        if (next === facts.length) return;
        const { subject, json } = facts[next]!;
        connection.publish(subject, json, { reply: `${inbox}.${next}` });
        next += 1;
      };
      const timer = setTimeout(resolve, REQUEST_MS);
      const subscription = connection.subscribe(`${inbox}.*`, {
        callback: (error, message) => {
          if (error) return resolve();
          outcomes[Number(message.subject.slice(inbox.length + 1))] = outcomeOf(message.string());
          timer.refresh();
          open -= 1;
          if (open === 0) resolve();
          else send();
        },
      });
      stop = () => {
        clearTimeout(timer);
        if (!subscription.isClosed()) subscription.unsubscribe();
      };
      for (let i = 0; i < UNANSWERED; i++) send();
    });
  try {
    await link.once(onAnswer);
  } catch {
    // The connection broke: the caller puts the facts without an outcome again, with retries.
  } finally {
    stop();
  }
  return outcomes;
}

/** Whether the stream's leader refused a put because the subject holds a fact. */
export function isTaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NOT_STORED && TAKEN.test(error.message);
}

/**
 * The outcome in an answer `{"stream":…,"seq":12}` or `{"error":{"err_code":…,"description":…}}`; the answer
 * "no responders" has no text.
 */
function outcomeOf(answer: string): PutOutcome | undefined {
  if (answer === '') return undefined;
  const { error, stream } = JSON.parse(answer) as {
    error?: { err_code: number; description: string };
    stream?: string;
  };
  if (!error) return stream ? 'stored' : undefined;
  return error.err_code === NOT_STORED && TAKEN.test(error.description) ? 'existed' : undefined;
}
