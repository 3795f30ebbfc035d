// In: how a search ended. Out: the command that was run with it, or the webhook that was told; both get the same JSON.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { parseDuration } from '../core/spec/duration.js';
import type { Notification, SearchActivities } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';
import type { Store } from '../store/store.js';

type Notify = NonNullable<Specification['notify']>;

/** Of a command's output, for the message where it fails. */
const KEPT_OUTPUT = 2_000;
/** What a command inherits of the worker: how to find programs and files, none of the worker's secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ'];

export interface NotifyOptions {
  readonly store: Store;
  /** Specifications are data: whether they may run commands on this machine is its operator's word. */
  readonly commands: 'allowed' | 'refused';
  readonly env: NodeJS.ProcessEnv;
}

/** Temporal repeats it; what cannot get better by repeating (a command that is not allowed, a webhook that refuses) ends it. */
export function notify({ store, commands, env }: NotifyOptions): SearchActivities['notify'] {
  return async ({ notify, notification: { summary, changes, ...rest } }) => {
    const json = async (digest: string) =>
      JSON.parse(new TextDecoder().decode(await store.blobs.get(digest))) as unknown;
    const body = JSON.stringify({
      ...rest,
      ...(summary ? { summary: await json(summary) } : {}),
      ...(changes ? { changes: await json(changes) } : {}),
    });
    const signal = AbortSignal.any([
      cancellationSignal(),
      AbortSignal.timeout(parseDuration(notify.timeout)!),
    ]);
    if (notify.webhook !== undefined)
      return post({ ...notify, webhook: notify.webhook, body, rest, env, signal });
    if (commands !== 'allowed')
      throw ApplicationFailure.nonRetryable(
        `notify.command: this control worker runs no commands of specifications; start it with --allow-commands`,
      );
    return run({ command: notify.command!, body, rest, env, signal });
  };
}

type Heading = Omit<Notification, 'summary' | 'changes'>;

async function post({
  webhook,
  secretEnv,
  body,
  rest,
  env,
  signal,
}: Notify & {
  webhook: string;
  body: string;
  rest: Heading;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Promise<void> {
  const secret = secretEnv === undefined ? undefined : env[secretEnv];
  if (secretEnv !== undefined && !secret)
    throw ApplicationFailure.nonRetryable(
      `notify.secretEnv: ${secretEnv} is not set where the control worker runs; set it there`,
    );
  const response = await fetch(webhook, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'zeroscout',
      'x-zeroscout-event': rest.event,
      // The same at every attempt: a receiver that has seen it may leave it.
      'x-zeroscout-delivery': rest.run,
      ...(secret ? { 'x-zeroscout-signature': signatureOf({ secret, body }) } : {}),
    },
    body,
    // Another address than the specification's would get a body that was signed for it.
    redirect: 'error',
    signal,
  });
  await response.body?.cancel();
  if (response.ok) return;
  const message = `notify.webhook: ${new URL(webhook).host} answered ${response.status} ${response.statusText}`;
  const passing = response.status >= 500 || response.status === 408 || response.status === 429;
  throw passing ? new Error(message) : ApplicationFailure.nonRetryable(message);
}

/** `sha256=` and the HMAC-SHA256 of the body, hex. */
export function signatureOf({ secret, body }: { secret: string; body: string }): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Runs the line in a shell of its own process group, so that its time limit ends its children too. */
function run({
  command,
  body,
  rest,
  env,
  signal,
}: {
  command: string;
  body: string;
  rest: Heading;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Promise<void> {
  const inherited = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  const child = spawn('/bin/sh', ['-c', command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      ZEROSCOUT_EVENT: rest.event,
      ZEROSCOUT_SEARCH: rest.search,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  // A command that does not read what it is told has ended all the same.
  child.stdin.on('error', () => {}).end(body);
  return new Promise((resolve, reject) => {
    const end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
    };
    signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code, ended) => {
      signal.removeEventListener('abort', end);
      if (code === 0) return resolve();
      const how = signal.aborted
        ? 'took too long'
        : ended
          ? `was ended by ${ended}`
          : `ended with code ${code}`;
      reject(new Error(`notify.command ${how}: ${output.trim() || 'it said nothing'}`));
    });
  });
}
