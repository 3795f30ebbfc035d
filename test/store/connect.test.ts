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

async function faultOf(options: Parameters<typeof connectStore>[0]): Promise<string> {
  const start = performance.now();
  const fault: unknown = await connectStore(options).then(
    () => 'connected',
    (error: unknown) => error,
  );
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(fault).toBeInstanceOf(ServiceError);
  return (fault as ServiceError).message;
}

test('nobody there', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  expect(await faultOf({ url })).toBe(`NATS at ${url}: connection refused; start it or set NATS_URL`);
});

test('no such host', async () => {
  expect(await faultOf({ url: 'nats://nats.invalid:4222' })).toMatch(
    /^NATS at nats:\/\/nats\.invalid:4222: .*host/,
  );
});

test.each([
  ['', 'no host in it'],
  ['nats://', 'no host|not an address'],
  ['http://localhost:4222', 'the scheme is "http"'],
  ['nats://host:99999', 'not an address'],
])('the address %j', async (url, why) => {
  expect(await faultOf({ url })).toMatch(new RegExp(`${why}.*; NATS_URL looks like nats://127.0.0.1:4222`));
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
  const message = await faultOf({ url });
  expect(message).toContain('host');
  expect(message).not.toMatch(/planted|user:|:12/);
});

test('a server that says nothing', () =>
  serving(createServer(), async (url) => {
    expect(await faultOf({ url })).toBe(
      `NATS at ${url}: it takes connections but sent no NATS greeting within 2.5 s; something else listens there; start it or set NATS_URL`,
    );
  }));

test('a server that hangs up', () =>
  serving(
    createServer((socket) => socket.end()),
    async (url) => {
      expect(await faultOf({ url })).toContain(`${url}: it hung up without a greeting`);
    },
  ));

test('an HTTP server', () =>
  serving(createHttp(), async (url) => {
    expect(await faultOf({ url })).toContain('sent no NATS greeting');
  }));

test('a gRPC port, such as Temporal has', () =>
  serving(createHttp2() as unknown as Server, async (url) => {
    expect(await faultOf({ url })).toContain('which is not NATS');
  }));

test('a server that greets in another protocol', () =>
  serving(
    createServer((socket) => socket.write('220 mail.example.org ESMTP\r\n')),
    async (url) => {
      expect(await faultOf({ url })).toContain('it answered "220 mail.example.org ESMTP", which is not NATS');
    },
  ));

test('a server that is too old', () =>
  serving(fakeNats({ version: '2.10.20' }), async (url) => {
    expect(await faultOf({ url })).toContain('nats-server 2.10.20 is too old; 2.11 or newer is needed');
  }));

test('a server whose JetStream does not answer', () =>
  serving(fakeNats({ version: '2.12.0' }), async (url) => {
    expect(await faultOf({ url })).toContain('JetStream does not answer');
  }));

test('NATS without JetStream', async () => {
  const server = await startNats({ dir, jetstream: false });
  expect(await faultOf({ url: server.url })).toMatch(/JetStream is not enabled; start nats-server with -js/);
  await server.stop();
});

test('authorization refused, given in the address, and never shown', async () => {
  const args = ['--user', 'scout', '--pass', 'a secret'];
  const server = await startNats({ dir: join(dir, 'auth'), args });
  expect(await faultOf({ url: server.url })).toMatch(/authorization refused .*; set NATS_CREDS/);
  const wrong = await faultOf({ url: server.url.replace('//', '//scout:another%20secret@') });
  expect(wrong).toContain(`NATS at ${server.url}: authorization refused`);
  expect(wrong).not.toContain('secret');
  const store = await connectStore({ url: server.url.replace('//', '//scout:a%20secret@') });
  await store.close();
  await server.stop();
});

test('credentials files that are missing or something else', async () => {
  const server = await startNats({ dir: join(dir, 'creds') });
  const creds = join(dir, 'some.creds');
  expect(await faultOf({ url: server.url, access: { creds } })).toMatch(
    /credentials file .*some\.creds: ENOENT/,
  );
  await writeFile(creds, 'not credentials');
  expect(await faultOf({ url: server.url, access: { creds } })).toMatch(
    /credentials file .*; set NATS_CREDS to a file/,
  );
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
  const denied = /Permissions Violation.*; the server's permissions refuse it; use credentials that may/;
  if (where === 'connect') {
    expect(await faultOf({ url })).toMatch(denied);
  } else {
    const store = await connectStore({ url });
    const start = performance.now();
    await expect(store.scores.put('s', [{ key: 'a', proxies: { p: 1 } }])).rejects.toThrow(denied);
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
  const message = await faultOf({ url: `127.0.0.1:${dead},${server.url}` });
  expect(message).toContain(
    `127.0.0.1:${dead} connection refused, 127.0.0.1:${server.port} connection refused`,
  );
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
  expect(await faultOf({ url: server.url })).toMatch(
    /stream ZEROSCOUT_SCORES exists with other settings: max_msgs_per_subject must be 1/,
  );
  await server.stop();
});

test('three copies on a server that is alone', async () => {
  const server = await startNats({ dir: join(dir, 'alone') });
  expect(await faultOf({ url: server.url, replicas: 3, patienceMs: 60_000 })).toMatch(
    /3 copies of stream ZEROSCOUT_SCORES need a cluster, .* unset ZEROSCOUT_NATS_REPLICAS$/,
  );
  await server.stop();
});
