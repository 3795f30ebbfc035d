// Tests what a webhook on a real HTTP server and a command receive, how it is signed, what ends it and what
// repeats it.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notify } from '../../activities/notify.js';
import type { Notification } from '../../core/contract/search.js';
import { createMemoryStore } from '../../store/memory.js';
import { isRunning, until } from '../support/home.js';

const store = createMemoryStore();
const env = {
  PATH: process.env.PATH,
  HOOK: 'the secret',
  ZEROSCOUT_SECRET_TEAM: 'the secret',
  NATS_PASSWORD: 'planted',
  DATABASE_PASSWORD: 'hunter2',
  ZEROSCOUT_NOTIFY_SECRETS: 'HOOK, NOWHERE',
  ZEROSCOUT_NOTIFY_ALLOW: 'loopback',
};
const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
let answer: { status: number; headers?: Record<string, string>; never?: true };
const server = createServer(async (request, response) => {
  let body = '';
  for await (const text of request.setEncoding('utf8')) body += text;
  requests.push({ headers: request.headers, body });
  if (!answer.never) response.writeHead(answer.status, answer.headers).end('words that nobody reads');
});
let url: string;
let dir: string;
let notification: Notification;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  url = `http://127.0.0.1:${address.port}/hook`;
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-notify-'));
  const put = (value: unknown) => store.blobs.put(new TextEncoder().encode(JSON.stringify(value)));
  notification = {
    event: 'search.completed',
    search: 'nightly-1',
    run: 'nightly-1_r',
    name: 'nightly',
    space: 'nas-bench-201',
    summary: await put({ candidates: 3 }),
    changes: await put({ top: 10 }),
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

type Given = Partial<Parameters<ReturnType<typeof notify>>[0]['notify']> & {
  commands?: 'allowed' | 'refused';
  delivery?: string;
};
function tell({ commands = 'allowed', delivery, ...given }: Given): Promise<void> {
  const activity = notify({ store, commands, env });
  const told = { ...notification, ...(delivery === undefined ? {} : { delivery }) };
  const input = { notify: { timeout: '5s', retries: 0, ...given }, notification: told };
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(activity, input);
}
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it must fail'),
    (error: unknown) => error,
  );

test('a webhook gets the event with its contents, and a signature that its owner can check', async () => {
  answer = { status: 204 };
  await tell({ webhook: url, secretEnv: 'HOOK' });
  const { headers, body } = requests.at(-1)!;
  expect(JSON.parse(body)).toEqual({ ...notification, summary: { candidates: 3 }, changes: { top: 10 } });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-zeroscout-event': 'search.completed',
    'x-zeroscout-delivery': 'nightly-1_r',
    'x-zeroscout-signature': `sha256=${createHmac('sha256', 'the secret').update(body).digest('hex')}`,
  });
  await tell({ webhook: url });
  expect(requests.at(-1)!.headers).not.toHaveProperty('x-zeroscout-signature');
});

test('a delivery that has an id of its own is named by it, and otherwise by its run', async () => {
  answer = { status: 204 };
  await tell({ webhook: url, delivery: 'nightly-1_r.late' });
  expect(requests.at(-1)!.headers).toMatchObject({ 'x-zeroscout-delivery': 'nightly-1_r.late' });
});

test.each([
  [500, false],
  [408, false],
  [429, false],
  [404, true],
  [401, true],
])('a webhook that answers %d: final %s', async (status, final) => {
  answer = { status };
  const error = await failureOf(tell({ webhook: url }));
  expect((error as Error).message).toContain(`answered ${status}`);
  expect(error instanceof ApplicationFailure && error.nonRetryable === true).toBe(final);
});

test('no redirect is followed, a silent webhook is left, a secret that is not there is named', async () => {
  answer = { status: 307, headers: { location: `${url}/elsewhere` } };
  const before = requests.length;
  await failureOf(tell({ webhook: url }));
  expect(requests.length).toBe(before + 1);
  answer = { status: 200, never: true };
  expect(String(await failureOf(tell({ webhook: url, timeout: '1s' })))).toMatch(/timeout/i);
  const error = await failureOf(tell({ webhook: url, secretEnv: 'NOWHERE' }));
  expect(error).toMatchObject({ nonRetryable: true, message: expect.stringContaining('NOWHERE') });
});

test.each(['DATABASE_PASSWORD', 'NATS_PASSWORD', 'ZEROSCOUT_NOTIFY_ALLOW', 'PATH', 'UNSET'])(
  'no webhook is signed under %s, and the refusal does not tell whether it is set',
  async (secretEnv) => {
    answer = { status: 204 };
    const before = requests.length;
    const error = await failureOf(tell({ webhook: url, secretEnv }));
    expect(error).toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining(
        `notify.secretEnv: ${secretEnv} is refused; a webhook may only be signed`,
      ),
    });
    expect(requests.length).toBe(before);
  },
);

test('variables of the prefix need no list', async () => {
  answer = { status: 204 };
  await tell({ webhook: url, secretEnv: 'ZEROSCOUT_SECRET_TEAM' });
  const { headers, body } = requests.at(-1)!;
  expect(headers['x-zeroscout-signature']).toBe(
    `sha256=${createHmac('sha256', 'the secret').update(body).digest('hex')}`,
  );
});

test.each([
  [
    'ZEROSCOUT_NOTIFY_SECRETS',
    'A,NATS_PASSWORD',
    'NATS_PASSWORD is a setting of zeroscout or of its servers',
  ],
  ['ZEROSCOUT_NOTIFY_SECRETS', 'a b', 'found the text "a b"'],
  ['ZEROSCOUT_NOTIFY_ALLOW', 'privat', 'found the text "privat"; must be private, loopback, or ranges'],
  ['ZEROSCOUT_NOTIFY_ALLOW', '10.0.0.0/33', 'found the text "10.0.0.0/33"'],
])('a control worker does not start with %s=%s', (name, value, message) => {
  const create = () => notify({ store, commands: 'refused', env: { [name]: value } });
  expect(create).toThrow(`${name}: ${message}`);
});

test("a command reads the event, and sees none of the worker's secrets", async () => {
  const told = join(dir, 'told.json');
  const seen = join(dir, 'env');
  await tell({ command: `cat > ${told}; env > ${seen}` });
  expect(JSON.parse(readFileSync(told, 'utf8'))).toMatchObject({ search: 'nightly-1', changes: { top: 10 } });
  expect(readFileSync(seen, 'utf8')).toContain('ZEROSCOUT_SEARCH=nightly-1\n');
  expect(readFileSync(seen, 'utf8')).not.toMatch(/planted|the secret/);
});

test('a command that fails says how; one that may not run is refused for good', async () => {
  expect(String(await failureOf(tell({ command: 'echo sorry >&2; exit 3' })))).toMatch(
    /notify\.command .*3.*sorry/,
  );
  const error = await failureOf(tell({ command: `touch ${dir}/run`, commands: 'refused' }));
  expect(error).toMatchObject({ nonRetryable: true, type: 'CommandsRefused' });
  expect(() => readFileSync(`${dir}/run`)).toThrow('ENOENT');
});

test('a command that takes too long ends with its children', async () => {
  const pidFile = join(dir, 'pid');
  const error = await failureOf(tell({ command: `sleep 60 & echo $! > ${pidFile}; wait`, timeout: '1s' }));
  expect(String(error)).toContain('notify.command');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until(() => !isRunning(pid), { what: 'its child ends', timeoutMs: 5_000 });
});
