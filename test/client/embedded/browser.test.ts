// Tests that a page of another site cannot start or read anything through a browser on any port of the
// embedded servers.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Client, type Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTemporal } from '../../../client/connections/connect-temporal.js';
import { type EmbeddedServices, ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import type { Home } from '../../../client/embedded/home.js';
import { chooseWebHost } from '../../../client/embedded/web-host.js';
import { removeHome, temporaryHome } from './places.js';

const SECRET = 'a-search-that-nobody-else-may-see';
let home: Home;
let services: EmbeddedServices;
let temporal: Connection;
let nats: NatsConnection;
beforeAll(async () => {
  home = temporaryHome();
  services = await ensureServices({ home, onStep: () => {} });
  const { address } = services.temporal!;
  temporal = await connectTemporal({
    options: { address },
    address,
    namespace: 'default',
    source: 'embedded',
  });
  await new Client({ connection: temporal }).workflow.start('search', {
    taskQueue: SECRET,
    workflowId: SECRET,
  });
  nats = await connect({ servers: services.nats!.address });
}, 120_000);
afterAll(async () => {
  await temporal.close();
  await nats.close();
  await removeHome(home);
}, 60_000);

interface Listening {
  readonly host: string;
  readonly port: number;
}

/** The addresses on which a process listens, from Linux's tables. */
function listening(pid: number): Listening[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && sockets.has(fields[9]!))
    .map(([, local]) => {
      const [address, port] = local!.split(':');
      const bytes = address!.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
      return { host: bytes.reverse().join('.'), port: Number.parseInt(port!, 16) };
    });
}

/** Status and body; `undefined` if the server does not speak HTTP/1. */
function ask({
  at,
  path,
  name,
  body,
}: {
  at: Listening;
  path: string;
  name: string;
  body?: string;
}): Promise<{ status: number; text: string } | undefined> {
  return new Promise((resolve) => {
    // The host name is the site's own, or one that resolves to this machine.
    const headers = { Host: name, Origin: 'http://evil.example', 'Content-Type': 'text/plain' };
    const method = body === undefined ? 'GET' : 'POST';
    const call = request({ ...at, path, method, headers, timeout: 3_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('close', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(undefined));
    call.end(body);
  });
}

const START = JSON.stringify({ workflowType: { name: 'search' }, taskQueue: { name: 'control' }, input: [] });
const names = ({ host, port }: Listening) => [
  'evil.example',
  `evil.example:${port}`,
  `${host}:${port}`,
  'localhost',
  // The fixed name to which the HTTP interface answered in an earlier version.
  'zeroscout.invalid',
];

describe.skipIf(process.platform !== 'linux')('a page of another site', () => {
  test('starts, ends and publishes nothing', { timeout: 60_000 }, async () => {
    const heard: string[] = [];
    nats.subscribe('>', { callback: (_error, message) => void heard.push(message.subject) });
    await nats.flush();
    const ports = Object.values(services).flatMap(({ pid }) => listening(pid));
    expect(ports.length).toBeGreaterThan(3);
    for (const at of ports)
      for (const name of names(at)) {
        const workflows = '/api/v1/namespaces/default/workflows';
        await ask({ at, name, path: `${workflows}/planted`, body: START });
        await ask({ at, name, path: `${workflows}/${SECRET}/terminate`, body: '{"reason":"because"}' });
        await ask({ at, name, path: '/', body: '\r\nPUB zeroscout.planted 2\r\nhi\r\n' });
      }
    await sleep(300);
    await nats.flush();
    const { workflow } = new Client({ connection: temporal });
    await expect(workflow.getHandle('planted').describe()).rejects.toThrow(/not found/);
    expect((await workflow.getHandle(SECRET).describe()).status.name).toBe('RUNNING');
    expect(heard.filter((subject) => subject.includes('planted'))).toEqual([]);
  });

  test('reads nothing through an address that it can know', { timeout: 60_000 }, async () => {
    const known = Object.values(services)
      .flatMap(({ pid }) => listening(pid))
      .filter(({ host }) => host === '127.0.0.1');
    const paths = [
      '/',
      `/api/v1/namespaces/default/workflows/${SECRET}`,
      '/api/v1/namespaces',
      '/metrics',
      '/varz',
      '/jsz',
      '/connz',
    ];
    for (const at of known)
      for (const name of names(at))
        for (const path of [...paths, '/api/v1/namespaces/default/workflows']) {
          const answer = await ask({ at, name, path });
          expect([at.port, path, answer?.text.includes(SECRET) ?? false]).toEqual([at.port, path, false]);
          if (path.startsWith('/api')) expect(answer?.status ?? 403).toBeGreaterThanOrEqual(400);
        }
  });

  test("the person's page works, at an address that stays and that nobody else knows", {
    timeout: 60_000,
  }, async () => {
    const { hostname, port } = new URL(services.temporal!.web!);
    expect(hostname).toMatch(/^127\.\d+\.\d+\.\d+$/);
    expect(hostname).not.toBe('127.0.0.1');
    const at = { host: hostname, port: Number(port) };
    const page = await ask({ at, name: `${hostname}:${port}`, path: '/api/v1/namespaces/default/workflows' });
    expect(page?.text).toContain(SECRET);
    await stopServices({ home });
    services = await ensureServices({ home, onStep: () => {} });
    expect(services.temporal!.web).toBe(`http://${hostname}:${port}`);
  });
});

test('elsewhere there is a page only for those who ask for it', () => {
  expect(chooseWebHost({ platform: 'darwin', env: {} })).toBeUndefined();
  expect(chooseWebHost({ platform: 'darwin', env: { ZEROSCOUT_WEB_PAGE: 'on' } })).toBe('127.0.0.1');
  expect(chooseWebHost({ platform: 'linux', env: { ZEROSCOUT_WEB_PAGE: 'off' } })).toBeUndefined();
  // Homes of earlier versions had their page at this address.
  expect(chooseWebHost({ platform: 'linux', env: {}, last: '127.0.0.1' })).not.toBe('127.0.0.1');
  const hosts = new Set(Array.from({ length: 50 }, () => chooseWebHost({ platform: 'linux', env: {} })));
  expect(hosts.size).toBeGreaterThan(45);
});
