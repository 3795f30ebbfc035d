// Tests that an address without a usable NATS server gives a ServiceError within 5 s, with the address, what
// happened, and advice.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ServiceError } from '../../core/errors.js';
import { connectStore } from '../../store/jetstream.js';
import { freePort, startNats } from '../support/nats.js';
import { fakeNats, serving } from './serving.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-connect-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function faultOf(options: Parameters<typeof connectStore>[0]): Promise<ServiceError> {
  const start = performance.now();
  const fault: unknown = await connectStore(options).then(
    () => 'connected',
    (error: unknown) => error,
  );
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(fault).toBeInstanceOf(ServiceError);
  return fault as ServiceError;
}

test('nobody there', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  const error = await faultOf({ url });
  expect(error).toMatchObject({ reason: 'unreachable', address: url, settings: ['NATS_URL'] });
  expect(error.message).toContain(`${url}: connection refused`);
});

test('no such host', async () => {
  const error = await faultOf({ url: 'nats://nats.invalid:4222' });
  expect(error).toMatchObject({ reason: 'unreachable' });
  expect(error.fault).toContain('nats.invalid');
});

test.each(['', 'nats://', 'http://localhost:4222', 'nats://host:99999'])('the address %j', async (url) => {
  const error = await faultOf({ url });
  expect(error).toMatchObject({ reason: 'invalid-address', settings: ['NATS_URL'] });
  expect(error.remedy).toContain('nats://127.0.0.1:4222');
});

test.each([
  'http://user:planted@host',
  'user:planted@host:99999',
  'nats://user:planted,1@host',
  'nats://user:12,planted@host',
  'nats://user:12/planted@host',
  'nats://user:12#planted@host',
  'nats://user:planted@host/planted@host:1',
])('%s is refused and nothing of the password is shown', async (url) => {
  const { message, reason } = await faultOf({ url });
  expect(reason).toBe('invalid-address');
  expect(message).toContain('host');
  expect(message).not.toMatch(/planted|user:|:12/);
});

test('a server that says nothing, alone and in front of one that answers, to which the store then connects', () =>
  serving(createServer(), async (url) => {
    const server = await startNats({ dir: join(dir, 'silent') });
    const [error, store] = await Promise.all([
      faultOf({ url }),
      connectStore({ url: `${url},${server.url}` }),
    ]);
    expect(error).toMatchObject({ reason: 'timed-out', address: url, settings: ['NATS_URL'] });
    expect(error.message).toContain(url);
    expect(store.isConnected()).toBe(true);
    await store.close();
    await server.stop();
  }));

test('a server that hangs up', () =>
  serving(
    createServer((socket) => socket.end()),
    async (url) => {
      expect(await faultOf({ url })).toMatchObject({ reason: 'not-nats', address: url });
    },
  ));

test('an HTTP server', () =>
  serving(
    createHttp((_request, response) => response.end('hello')),
    async (url) => {
      const error = await faultOf({ url });
      expect(error).toMatchObject({ reason: 'not-nats', settings: ['NATS_URL'] });
      expect(error.fault).toContain('HTTP/1.1');
    },
  ));

test('a gRPC port, such as Temporal has', () =>
  serving(createHttp2() as unknown as Server, async (url) => {
    expect(await faultOf({ url })).toMatchObject({ reason: 'not-nats' });
  }));

test('a server that greets in another protocol', () =>
  serving(
    createServer((socket) => socket.write('220 mail.example.org ESMTP\r\n')),
    async (url) => {
      const error = await faultOf({ url });
      expect(error).toMatchObject({ reason: 'not-nats' });
      expect(error.fault).toContain('220 mail.example.org ESMTP');
    },
  ));

test('a server that is too old', () =>
  serving(fakeNats({ version: '2.10.20' }), async (url) => {
    const error = await faultOf({ url });
    expect(error).toMatchObject({ reason: 'version' });
    expect(error.message).toMatch(/2\.10\.20.*2\.11/);
  }));

test('a server whose JetStream does not answer', () =>
  serving(fakeNats({ version: '2.12.0' }), async (url) => {
    expect(await faultOf({ url })).toMatchObject({ reason: 'timed-out' });
  }));

test('NATS without JetStream', async () => {
  const server = await startNats({ dir, jetstream: false });
  const error = await faultOf({ url: server.url });
  expect(error).toMatchObject({ reason: 'no-jetstream' });
  expect(error.remedy).toContain('-js');
  await server.stop();
});

test('authorization refused, given in the address, and never shown', async () => {
  const args = ['--user', 'scout', '--pass', 'a secret'];
  const server = await startNats({ dir: join(dir, 'auth'), args });
  const none = await faultOf({ url: server.url });
  const wrong = await faultOf({ url: server.url.replace('//', '//scout:another%20secret@') });
  for (const error of [none, wrong])
    expect(error).toMatchObject({ reason: 'credentials', address: server.url });
  expect(none.settings).toContain('NATS_CREDS');
  expect(wrong.message).toContain(server.url);
  expect(wrong.message).not.toContain('secret');
  const store = await connectStore({ url: server.url.replace('//', '//scout:a%20secret@') });
  await store.close();
  await server.stop();
});

test('credentials files that are missing or something else', async () => {
  const server = await startNats({ dir: join(dir, 'creds') });
  const creds = join(dir, 'some.creds');
  const missing = await faultOf({ url: server.url, access: { creds } });
  await writeFile(creds, 'not credentials');
  const broken = await faultOf({ url: server.url, access: { creds } });
  for (const error of [missing, broken]) {
    expect(error).toMatchObject({ reason: 'credentials', settings: ['NATS_CREDS'] });
    expect(error.fault).toContain(creds);
  }
  await server.stop();
});

test.each([
  ['$JS.API.DIRECT.GET.>', 'connect'],
  ['$JS.API.STREAM.>', 'connect'],
  ['zeroscout.score.>', 'put'],
])('permission to publish on %s denied: %s says so at once', async (subject, where) => {
  const config = join(dir, 'denied.conf');
  const user = `{ user: a, password: b, permissions: { publish: { deny: ["${subject}"] } } }`;
  await writeFile(config, `authorization { users: [ ${user} ] }\n`);
  const server = await startNats({ dir: join(dir, 'denied'), args: ['-c', config] });
  const url = server.url.replace('//', '//a:b@');
  const denied = { reason: 'permissions', settings: ['NATS_CREDS'] };
  if (where === 'connect') {
    expect(await faultOf({ url })).toMatchObject(denied);
  } else {
    const store = await connectStore({ url });
    const start = performance.now();
    await expect(store.scores.put('s', [{ key: 'a', proxies: { p: 1 } }])).rejects.toMatchObject(denied);
    expect(performance.now() - start).toBeLessThan(5_000);
    await store.close();
  }
  await server.stop();
});

test('several addresses: one that works is enough, none names them all', async () => {
  const server = await startNats({ dir: join(dir, 'several') });
  const dead = await freePort();
  const store = await connectStore({ url: `127.0.0.1:${dead},${server.url}` });
  expect(await store.scores.put('s', [{ key: 'a', proxies: { p: 1 } }])).toEqual(['stored']);
  await store.close();
  await server.stop();
  const error = await faultOf({ url: `127.0.0.1:${dead},${server.url}` });
  expect(error).toMatchObject({ reason: 'unreachable' });
  for (const port of [dead, server.port]) expect(error.fault).toContain(`127.0.0.1:${port} `);
});

test('many processes may create the streams at once; a stream with other settings is refused', async () => {
  const server = await startNats({ dir: join(dir, 'streams') });
  const stores = await Promise.all(Array.from({ length: 8 }, () => connectStore({ url: server.url })));
  await Promise.all(stores.map((store) => store.close()));
  const connection = await connect({ servers: server.url });
  const jsm = await jetstreamManager(connection);
  await jsm.streams.delete('ZEROSCOUT_SCORES');
  await jsm.streams.add({ name: 'ZEROSCOUT_SCORES', subjects: ['zeroscout.score.*.*'] });
  await connection.close();
  const error = await faultOf({ url: server.url });
  expect(error).toMatchObject({ reason: 'stream-settings' });
  expect(error.fault).toMatch(/ZEROSCOUT_SCORES .*max_msgs_per_subject/);
  await server.stop();
});

test('three copies on a server that is alone', async () => {
  const server = await startNats({ dir: join(dir, 'alone') });
  expect(await faultOf({ url: server.url, replicas: 3, patienceMs: 60_000 })).toMatchObject({
    reason: 'no-cluster',
    settings: ['ZEROSCOUT_NATS_REPLICAS'],
  });
  // The bucket alone is missing where the streams were created with one copy.
  await (await connectStore({ url: server.url })).close();
  const connection = await connect({ servers: server.url });
  await (await jetstreamManager(connection)).streams.delete('OBJ_zeroscout-blobs');
  await connection.close();
  expect(await faultOf({ url: server.url, replicas: 3, patienceMs: 60_000 })).toMatchObject({
    reason: 'no-cluster',
    fault: expect.stringContaining('bucket zeroscout-blobs'),
  });
  await server.stop();
});
