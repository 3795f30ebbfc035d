// Tests what Temporal stores, and who can read it, with and without encryption keys, and while keys change.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEncryptionKeys } from '../../client/connections/encryption-keys.js';
import { readState } from '../../client/embedded/state.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createPayloadCodec } from '../../workers/payload-codec.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;

const keyNamed = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [keyNamed('old'), keyNamed('new')];
const none = { ZEROSCOUT_NOTIFY_SECRETS: 'HOOK_OF_plain,HOOK_OF_secret', ZEROSCOUT_NOTIFY_ALLOW: 'loopback' };
const old = { ...none, ZEROSCOUT_ENCRYPTION_KEYS: OLD };
const rotated = { ...none, ZEROSCOUT_ENCRYPTION_KEYS: `${NEW},${OLD}` };
const fresh = { ...none, ZEROSCOUT_ENCRYPTION_KEYS: NEW };
/** A text that occurs in no message except the activity's error. */
const failing = (word: string) => `HOOK_OF_${word}`;
const MISSING = 'dead'.repeat(16);

let home: TestHome;
let connection: Connection;
let client: Client;
const search = (word: string, samples: number) =>
  specification({
    name: 'sample',
    samples,
    changes: {
      notify: { webhook: `http://127.0.0.1:9/path-of-${word}`, secretEnv: failing(word), retries: 0 },
    },
  });

beforeAll(async () => {
  home = testHome();
  await home.startServices();
  home.write('plain.json', search('plain', 3));
  home.write('first.json', search('secret', 3));
  home.write('second.json', search('secret', 4));
  connection = await Connection.connect({
    address: `127.0.0.1:${readState({ home: home.home }).services.temporal!.port}`,
  });
  const codec = createPayloadCodec({ keys: readEncryptionKeys({ env: old }) });
  client = new Client({ connection, dataConverter: { payloadCodecs: [codec] } });
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await home.remove();
}, 60_000);

/** All bytes that Temporal returns about a search. */
async function heldBy(id: string): Promise<string> {
  const workflowId = `search-${id}`;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const described = await client.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId },
  });
  const bytes = [
    History.encode(history).finish(),
    DescribeWorkflowExecutionResponse.encode(described).finish(),
  ];
  return Buffer.concat(bytes).toString('latin1');
}

test('without keys Temporal holds the specification and errors as they are', {
  timeout: 180_000,
}, async () => {
  await done(['run', 'plain.json', '--id', 'plain'], { home, env: none });
  const held = await heldBy('plain');
  for (const text of ['path-of-plain', failing('plain'), 'activities/notify']) expect(held).toContain(text);
});

test('with a key nothing of it is to be seen, and a worker without the key leaves the search alone', {
  timeout: 240_000,
}, async () => {
  await done(['run', 'first.json', '--id', 'first', '--workers', '0', '--detach'], { home, env: old });
  const blind = spawnZeroscout(['worker', '--role', 'control'], { home, env: none });
  await blind.says(/ZEROSCOUT_ENCRYPTION_KEYS.*"old\\?"/);
  blind.child.kill('SIGTERM');
  await blind.ended;
  const { stdout } = await done(['run', 'first.json', '--id', 'first', '--json'], { home, env: old });
  expect(JSON.parse(stdout)).toMatchObject({ candidates: 3, scored: 0, reused: 3 });
  const { notNotified } = JSON.parse((await done(['status', 'first', '--json'], { home, env: old })).stdout);
  expect(notNotified).toContain(failing('secret'));
  const held = await heldBy('first');
  expect(held).toContain('binary/encrypted');
  for (const text of ['path-of-secret', failing('secret'), 'activities/notify', 'nas-bench-201'])
    expect(held).not.toContain(text);
});

test('a search that fails: its reason is encrypted, and told to who has the key', {
  timeout: 180_000,
}, async () => {
  const worker = spawnZeroscout(['worker', '--role', 'control'], { home, env: old });
  const strategy = { kind: 'list', file: 'candidates.txt' };
  const value = JSON.parse(specification({ changes: { strategy } }));
  const request = {
    specification: checkSpecification({ value, source: 'failing.json' }),
    list: { digest: MISSING, count: 3 },
  };
  const handle = await client.workflow.start('search', {
    workflowId: 'search-failing',
    taskQueue: 'zeroscout-control',
    args: [request],
  });
  const error = await handle.result().catch((reason: unknown) => reason);
  expect((error as { cause: { cause: Error } }).cause.cause.message).toContain(MISSING);
  worker.child.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
  const held = await heldBy('failing');
  expect(held).toContain('Encoded failure');
  for (const text of [MISSING, 'workflows/search']) expect(held).not.toContain(text);
});

test('a new key in front: old searches are read, new ones are its own', { timeout: 180_000 }, async () => {
  await done(['run', 'second.json', '--id', 'second'], { home, env: rotated });
  for (const id of ['first', 'second']) await done(['results', id], { home, env: rotated });
  await done(['results', 'second'], { home, env: fresh });
  const refusal = (message: RegExp) =>
    expect.objectContaining({
      code: 'invalid-input',
      field: 'ZEROSCOUT_ENCRYPTION_KEYS',
      message: expect.stringMatching(message),
    });
  const refused = await zeroscout(['results', 'first', '--json'], { home, env: fresh });
  expect([refused.code, JSON.parse(refused.stdout).error]).toEqual([2, refusal(/"new".*"old"/)]);
  const blind = await zeroscout(['status', 'second', '--json'], { home, env: none });
  expect([blind.code, JSON.parse(blind.stdout).error]).toEqual([2, refusal(/"new"/)]);
});

test('schedules and garbage collection know the keys', { timeout: 120_000 }, async () => {
  const create = ['schedule', 'create', 'nightly', 'second.json', '--cron', '0 2 * * *'];
  await done(create, { home, env: rotated });
  const details = JSON.parse(
    (await done(['schedule', 'describe', 'nightly', '--json'], { home, env: fresh })).stdout,
  );
  expect(details.specification.notify.webhook).toContain('path-of-secret');
  const { runs } = JSON.parse((await done(['gc', '--dry-run', '--json'], { home, env: rotated })).stdout);
  // A run that started again has several executions.
  const kept = new Set(runs.kept.map(({ id }: { id: string }) => id));
  expect(kept).toEqual(new Set(['failing', 'first', 'plain', 'second']));
});

test('a schedule that was written again needs the key of its creation no more', {
  timeout: 120_000,
}, async () => {
  await done(['schedule', 'create', 'elder', 'second.json', '--cron', '0 2 * * *', '--jitter', '5m'], {
    home,
    env: old,
  });
  const refused = await zeroscout(['schedule', 'describe', 'elder'], { home, env: fresh });
  expect(refused.code).toBe(2);
  await done(['schedule', 'update', 'elder', 'second.json'], { home, env: rotated });
  const json = async (...args: string[]) =>
    JSON.parse((await done(['schedule', ...args, '--json'], { home, env: fresh })).stdout);
  expect(await json('describe', 'elder')).toMatchObject({ cron: '0 2 * * *', jitter: '5m' });
  expect(await json('list')).toContainEqual(expect.objectContaining({ name: 'elder', cron: '0 2 * * *' }));
});

test('the files of the Temporal server hold the plain search and nothing of the encrypted ones', async () => {
  const { temporal } = home.home;
  const files = readdirSync(temporal).map((name) => readFileSync(join(temporal, name)));
  const isHeld = (text: string) => files.some((bytes) => bytes.includes(text));
  expect(isHeld('path-of-plain')).toBe(true);
  for (const text of ['path-of-secret', failing('secret'), MISSING]) expect(isHeld(text)).toBe(false);
  for (const key of [OLD, NEW]) expect(isHeld(key.split(':')[1]!)).toBe(false);
});
