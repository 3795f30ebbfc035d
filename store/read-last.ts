// In: subjects. Out: the text that each holds. Looks into no header but the last one's: they cost more than the texts.
import { createInbox, errors, type Msg } from '@nats-io/transport-node';
import { type Link, REQUEST_MS } from './link.js';
import { StatusFault } from './retry.js';

const NOT_FOUND = 404;
const END_OF_BATCH = 204;

export interface Held {
  readonly text: string;
  /** The subject that the text was found under; parses the header. */
  readonly subject: () => string;
  /** When the stream took it, in milliseconds since 1970; parses the header. */
  readonly storedAt: () => number;
}

/** What is stored under these subjects, 1,024 at most; those that hold nothing are left out. The server cuts an answer off at 64 MB: then the rest is asked for again. */
export async function readLast({
  link,
  stream,
  describe,
  subjects,
}: {
  readonly link: Link;
  readonly stream: string;
  readonly describe: string;
  readonly subjects: readonly string[];
}): Promise<readonly Held[]> {
  const found: Held[] = [];
  let missing = subjects;
  for (;;) {
    const messages = await link.call(describe, () => ask({ link, stream, subjects: missing }));
    for (const message of messages)
      found.push({
        text: message.string(),
        subject: () => headerOf(message, 'Nats-Subject'),
        storedAt: () => Date.parse(headerOf(message, 'Nats-Time-Stamp')),
      });
    const last = messages.at(-1);
    if (!last || messages.length === missing.length || Number(headerOf(last, 'Nats-Num-Pending')) <= 0)
      return found;
    const answered = new Set(messages.map((message) => headerOf(message, 'Nats-Subject')));
    missing = missing.filter((subject) => !answered.has(subject));
  }
}

/** One batched direct get (NATS ADR-31). TimeoutError when the next message keeps the caller waiting. */
function ask({
  link,
  stream,
  subjects,
}: {
  readonly link: Link;
  readonly stream: string;
  readonly subjects: readonly string[];
}): Promise<readonly Msg[]> {
  const { connection } = link;
  return new Promise((resolve, reject) => {
    const messages: Msg[] = [];
    const inbox = createInbox();
    const end = (error?: Error) => {
      clearTimeout(timer);
      if (!subscription.isClosed()) subscription.unsubscribe();
      if (error) reject(error);
      else resolve(messages);
    };
    const timer = setTimeout(() => end(new errors.TimeoutError()), REQUEST_MS);
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return end(error);
        timer.refresh();
        if (message.data.length > 0) return void messages.push(message);
        const { code = 0, description = '' } = message.headers ?? {};
        end(code === END_OF_BATCH || code === NOT_FOUND ? undefined : new StatusFault(description, code));
      },
    });
    connection.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ multi_last: subjects }), {
      reply: inbox,
    });
  });
}

function headerOf(message: Msg, name: string): string {
  return message.headers?.get(name) ?? '';
}
