// Tests what the server needs to listen, and that it leaves nothing behind if it cannot.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import { readCertificate } from '../../http/listen-options.js';
import { type HttpServer, startHttpServer } from '../../http/server.js';
import { createAuthority, whyNoOpenssl } from '../support/certificates.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zeroscout-test-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const start = (given: Omit<Parameters<typeof startHttpServer>[0], 'zeroscout' | 'program' | 'onFault'>) =>
  startHttpServer({
    zeroscout: {
      workers: { list: async () => [] },
      searches: { list: async () => [] },
    } as unknown as Zeroscout,
    program: { version: '0' },
    onFault: () => {},
    ...given,
  });

test('a taken port is a fault that names the address, and no temporary folder is left', async () => {
  vi.stubEnv('TMPDIR', folder);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start({ listen: { port } })).rejects.toMatchObject({
    name: 'ServiceError',
    address: `127.0.0.1:${port}`,
  });
  other.close();
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(whyNoOpenssl() === undefined)('with a certificate the server speaks TLS', async () => {
  const authority = createAuthority({ dir: folder, name: 'own' });
  const other = createAuthority({ dir: folder, name: 'other' });
  const pair = authority.issue('server');
  const server = await start({ listen: { port: 0, tls: await readCertificate(pair) } });
  try {
    expect(server.url).toMatch(/^https:/);
    expect(await statusOf(server, readFileSync(authority.cert, 'utf8'))).toBe(200);
  } finally {
    await server.close();
  }
  await expect(readCertificate({ ...pair, key: other.key })).rejects.toMatchObject({
    name: 'SpecError',
    field: 'certificate',
  });
});

test.each([
  ['certificate', { cert: 'absent.pem', key: 'package.json' }],
  ['key', { cert: 'package.json', key: 'absent.pem' }],
  ['certificate', { cert: 'package.json', key: 'package.json' }],
])('the %s is named where it is at fault: case %#', async (field, files) => {
  await expect(readCertificate(files)).rejects.toMatchObject({ name: 'SpecError', field });
});

async function statusOf({ url }: HttpServer, ca: string): Promise<number | undefined> {
  const sent = request(new URL('healthz', url), { ca }).end();
  const [answer] = await once(sent, 'response');
  answer.resume();
  return answer.statusCode;
}
