// Reads the last message of each of many subjects, even if damaged messages lie between them.
import { createInbox, errors, type Msg } from '@nats-io/transport-node';
import { type Link, REQUEST_MS } from './link.js';
import { StatusFault } from './retry.js';

const NOT_FOUND = 404;
const END_OF_BATCH = 204;
/** The description of the 404 that reports that none of the subjects holds a message. */
const NOTHING_THERE = /no results/i;

export interface HeldMessage {
  readonly text: string;
  /** The subject under which the text was found; parses the header. */
  readonly subject: () => string;
  /** The sequence number of the message in the stream; parses the header. */
  readonly sequence: () => number;
  /** The time at which the stream stored it, in milliseconds since 1970; parses the header. */
  readonly storedAt: () => number;
}

export interface LastMessages {
  readonly held: readonly HeldMessage[];
  /** Subjects whose message the server cannot deliver because its checksum does not match. */
  readonly unreadable: readonly string[];
}

interface Question {
  readonly link: Link;
  readonly stream: string;
  readonly describe: string;
  /** The subjects, at most 1,024. */
  readonly subjects: readonly string[];
}

/**
 * Reads what is stored under these subjects; subjects without a message are left out. The server ends an
 * answer at 64 MB, and with a 404 at the first message that it cannot read. In both cases the remaining
 * subjects are requested again.
 */
export async function readLast(question: Question): Promise<LastMessages> {
  const held: HeldMessage[] = [];
  let { subjects } = question;
  for (;;) {
    const { messages, end } = await question.link.call(question.describe, () =>
      ask({ ...question, subjects }),
    );
    for (const message of messages)
      held.push({
        text: message.string(),
        subject: () => headerOf(message, 'Nats-Subject'),
        sequence: () => Number(headerOf(message, 'Nats-Sequence')),
        storedAt: () => Date.parse(headerOf(message, 'Nats-Time-Stamp')),
      });
    if (end === 'nothing there' || messages.length === subjects.length) return { held, unreadable: [] };
    const last = messages.at(-1);
    const isWhole = end === 'whole' && (!last || Number(headerOf(last, 'Nats-Num-Pending')) <= 0);
    if (isWhole) return { held, unreadable: [] };
    const answered = new Set(messages.map((message) => headerOf(message, 'Nats-Subject')));
    const rest = subjects.filter((subject) => !answered.has(subject));
    // Messages of other subjects do not count as progress.
    if (end === 'whole' && rest.length === subjects.length) return { held, unreadable: [] };
    subjects = rest;
    if (end === 'broken off') return readAround({ ...question, subjects }, held);
  }
}

/**
 * At least one of the subjects holds an unreadable message: the subjects are split in halves until it is
 * isolated.
 */
async function readAround(question: Question, held: readonly HeldMessage[]): Promise<LastMessages> {
  const { subjects } = question;
  if (subjects.length <= 1) return { held, unreadable: subjects };
  const middle = Math.ceil(subjects.length / 2);
  const halves = [subjects.slice(0, middle), subjects.slice(middle)];
  const reads = [{ held, unreadable: [] as readonly string[] }];
  for (const half of halves) reads.push(await readLast({ ...question, subjects: half }));
  return {
    held: reads.flatMap((read) => read.held),
    unreadable: reads.flatMap((read) => read.unreadable),
  };
}

interface Answer {
  readonly messages: readonly Msg[];
  readonly end: 'whole' | 'nothing there' | 'broken off';
}

/** One batched direct get (NATS ADR-31). Throws TimeoutError if the next message does not arrive in time. */
function ask({ link, stream, subjects }: Question): Promise<Answer> {
  const { connection } = link;
  return new Promise((resolve, reject) => {
    const messages: Msg[] = [];
    const inbox = createInbox();
    const stop = () => {
      clearTimeout(timer);
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
    const fail = (error: Error) => {
      stop();
      reject(error);
    };
    // Subscribing throws if the connection is closed, and the promise is rejected with that error. So the timer
    // starts afterwards.
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return fail(error);
        timer.refresh();
        if (message.data.length > 0) return void messages.push(message);
        const { code = 0, description = '' } = message.headers ?? {};
        // A message may be empty, and is then recognized by its subject.
        if (code === 0 && headerOf(message, 'Nats-Subject') !== '') return void messages.push(message);
        if (code !== END_OF_BATCH && code !== NOT_FOUND) return fail(new StatusFault(description, code));
        stop();
        const broken = NOTHING_THERE.test(description) ? 'nothing there' : 'broken off';
        resolve({ messages, end: code === END_OF_BATCH ? 'whole' : broken });
      },
    });
    const timer = setTimeout(() => fail(new errors.TimeoutError()), REQUEST_MS);
    connection.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ multi_last: subjects }), {
      reply: inbox,
    });
  });
}

function headerOf(message: Msg, name: string): string {
  return message.headers?.get(name) ?? '';
}
