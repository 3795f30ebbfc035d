// Tests that webhooks only reach addresses that were checked, whatever their names resolve to later.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebhooks, type Resolve } from '../../../activities/notify/webhook.js';

const got: (string | undefined)[] = [];
const server = createServer((request, response) => {
  got.push(request.headers.host);
  if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/` });
  response.end();
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
});
afterAll(() => void server.close());

const at = (...addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const send = ({ url, resolve, allow = '' }: { url: string; resolve?: Resolve; allow?: string }) =>
  createWebhooks({ env: { ZEROSCOUT_NOTIFY_ALLOW: allow }, ...(resolve ? { resolve } : {}) })({
    url,
    body: '{}',
    headers: {},
    secretEnv: undefined,
    signal: AbortSignal.timeout(5_000),
  });

test('a name is resolved once, and the connection goes where the check was', async () => {
  let lookups = 0;
  // A second lookup would return the private address that DNS rebinding aims at.
  const resolve: Resolve = async () => (++lookups === 1 ? at('127.0.0.1') : at('169.254.169.254'));
  await send({ url: `http://rebound.example:${port}/`, resolve, allow: 'loopback' });
  expect(lookups).toBe(1);
  expect(got.at(-1)).toBe(`rebound.example:${port}`);
});

test.each([
  [['169.254.169.254'], 'the metadata service of a cloud'],
  [['127.0.0.1', '169.254.169.254'], 'the metadata service of a cloud'],
  [['127.0.0.1', 'fe80::1'], 'a link-local address'],
  [['127.0.0.1', '::ffff:10.0.0.1'], 'a private address'],
])('a name with %j is refused although the first may be reached', async (addresses, kind) => {
  const before = got.length;
  const sent = send({
    url: `http://inside.example:${port}/`,
    resolve: async () => at(...addresses),
    allow: 'loopback',
  });
  await expect(sent).rejects.toMatchObject({
    nonRetryable: true,
    message: `notify.webhook: inside.example resolves to ${kind}, where webhooks are not sent; ZEROSCOUT_NOTIFY_ALLOW of the control workers can allow it`,
  });
  expect(got.length).toBe(before);
});

test.each(['localhost', '127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])(
  'by default %s is refused by the lookup of this machine',
  async (host) => {
    const before = got.length;
    await expect(send({ url: `http://${host}:${port}/` })).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining('a loopback address'),
    });
    await expect(send({ url: `https://${host}:${port}/` })).rejects.toMatchObject({ nonRetryable: true });
    expect(got.length).toBe(before);
  },
);

test('a redirect is an answer that ends it, and is not followed', async () => {
  const before = got.length;
  await expect(send({ url: `http://127.0.0.1:${port}/away`, allow: 'loopback' })).rejects.toMatchObject({
    nonRetryable: true,
    message: expect.stringContaining('answered 302 Found; redirects are not followed'),
  });
  expect(got.length).toBe(before + 1);
});

test('a name that is not found and a port that is closed may be tried again', async () => {
  const missing = send({
    url: 'http://missing.example/',
    resolve: () =>
      Promise.reject(
        Object.assign(new Error('getaddrinfo ENOTFOUND missing.example'), { code: 'ENOTFOUND' }),
      ),
  });
  await expect(missing).rejects.toThrow('notify.webhook: missing.example: getaddrinfo ENOTFOUND');
  await expect(missing).rejects.not.toHaveProperty('nonRetryable', true);
  const closed = send({
    url: 'http://closed.example:1/',
    resolve: async () => at('127.0.0.1', '127.0.0.2'),
    allow: 'loopback',
  });
  await expect(closed).rejects.toThrow(/notify\.webhook: closed\.example:1: .*ECONNREFUSED/);
});
