// Tests nats-servers that require TLS, certificates, NKeys or tokens: clients that have them connect, others
// get an error that names the setting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ServiceError } from '../../core/errors.js';
import type { Access } from '../../store/access.js';
import { connectStore } from '../../store/jetstream.js';
import { createAuthority, type Pair, whyNoOpenssl } from '../support/certificates.js';
import { type NatsServer, startNats } from '../support/nats.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const dir = mkdtempSync(join(tmpdir(), 'zeroscout-access-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Options = { readonly url: string } & Access;
const open = ({ url, ...access }: Options) => connectStore({ url, access });

async function connects(options: Options): Promise<void> {
  const store = await open(options);
  const digest = await store.blobs.put(Buffer.from('hello'));
  expect(Buffer.from(await store.blobs.get(digest)).toString()).toBe('hello');
  await store.close();
}

async function refusal(options: Options): Promise<ServiceError> {
  const fault: unknown = await open(options).then(
    async (store) => {
      await store.close();
      return expect.unreachable('it connected');
    },
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(ServiceError);
  return fault as ServiceError;
}

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

async function serverWith({ name, config }: { name: string; config: string }): Promise<NatsServer> {
  return startNats({ dir: join(dir, name), args: ['-c', file(`${name}.conf`, config)] });
}

const why = whyNoOpenssl();
if (why) console.warn(why);

describe.skipIf(why)('TLS', () => {
  let server: NatsServer;
  let url: string;
  let ca: string;
  let ours: Pair;
  let stranger: Pair;
  let foreign: string;
  beforeAll(async () => {
    const authority = createAuthority({ dir, name: 'ours' });
    const other = createAuthority({ dir, name: 'other' });
    const { cert, key } = authority.issue('server');
    ca = authority.cert;
    foreign = other.cert;
    ours = authority.issue('client');
    stranger = other.issue('client');
    const tls = `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", verify: true }`;
    server = await serverWith({ name: 'tls', config: `${tls}\nauthorization { token: "sesame" }\n` });
    url = server.url.replace('nats:', 'tls:');
  });
  afterAll(() => server?.stop());

  test('with our certificate, its authority and the token', () =>
    connects({ url, ca, ...ours, token: 'sesame' }));

  test('a token that is not the right one, which is not shown', async () => {
    const error = await refusal({ url, ca, ...ours, token: 'another-secret' });
    expect(error).toMatchObject({ reason: 'credentials' });
    expect(error.settings).toContain('NATS_TOKEN');
    expect(error.message).not.toMatch(/another-secret|sesame/);
  });

  test('a server whose authority is not trusted', async () => {
    for (const trusted of [{}, { ca: foreign }])
      expect(await refusal({ url, ...trusted, ...ours, token: 'sesame' })).toMatchObject({
        reason: 'certificate',
        settings: ['NATS_CA'],
      });
  });

  test('no certificate, or one of another authority', async () => {
    const missing = await refusal({ url, ca, token: 'sesame' });
    const refused = await refusal({ url, ca, ...stranger, token: 'sesame' });
    for (const error of [missing, refused])
      expect(error).toMatchObject({ reason: 'certificate', settings: ['NATS_CERT', 'NATS_KEY'] });
    expect(refused.fault).toMatch(/NATS_CERT .*other-client\.pem/);
    expect(missing.remedy).toContain('NATS_CERT and NATS_KEY');
  });

  test('files that are none, or belong to something else', async () => {
    const nonsense = file('nonsense.pem', 'nothing of the kind');
    for (const [setting, options] of [
      ['NATS_CA', { url, ca: nonsense, ...ours }],
      ['NATS_CERT', { url, ca, cert: nonsense, key: ours.key }],
      ['NATS_KEY', { url, ca, cert: ours.cert, key: nonsense }],
    ] as const) {
      const error = await refusal(options);
      expect(error).toMatchObject({ reason: 'certificate', settings: [setting] });
      expect(error.fault).toContain(nonsense);
    }
    expect(await refusal({ url, ca, cert: ours.cert, key: stranger.key })).toMatchObject({
      reason: 'certificate',
      settings: ['NATS_CERT', 'NATS_KEY'],
    });
  });

  test('a server without TLS is told nothing where TLS is asked for', async () => {
    const plain = await startNats({ dir: join(dir, 'plain'), args: ['--auth', 'sesame'] });
    for (const options of [{ url: plain.url.replace('nats:', 'tls:') }, { url: plain.url, ca }])
      expect(await refusal({ ...options, token: 'sesame' })).toMatchObject({ reason: 'tls' });
    await plain.stop();
  });

  test.each(['nats.example', 'localhost'])('a certificate made out to %s', async (host) => {
    const { cert, key } = createAuthority({ dir, name: 'third' }).issue('server', { host });
    const config = `tls { cert_file: "${cert}", key_file: "${key}" }`;
    const wrong = await serverWith({ name: 'host', config });
    expect(await refusal({ url: wrong.url, ca: join(dir, 'third-ca.pem') })).toMatchObject({
      reason: 'certificate',
      settings: ['NATS_URL'],
    });
    await wrong.stop();
  });
});

describe('who is there', () => {
  test('NKeys', async () => {
    const [user, other] = [createUser(), createUser()];
    const seed = (pair: typeof user) => Buffer.from(pair.getSeed()).toString();
    const config = `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`;
    const server = await serverWith({ name: 'nkey', config });
    const { url } = server;
    await connects({ url, nkey: file('right.nk', `${seed(user)}\n`) });
    const error = await refusal({ url, nkey: file('wrong.nk', seed(other)) });
    expect(error).toMatchObject({ reason: 'credentials' });
    expect(error.settings).toContain('NATS_NKEY');
    expect(error.message).not.toContain(seed(other));
    const broken = await refusal({ url, nkey: file('broken.nk', 'SUNOSEED') });
    expect(broken).toMatchObject({ reason: 'credentials', settings: ['NATS_NKEY'] });
    expect(broken.fault).toContain('broken.nk');
    expect(broken.message).not.toContain('SUNOSEED');
    await server.stop();
  });

  test('user and password outside the address', async () => {
    const server = await startNats({ dir: join(dir, 'user'), args: ['--user', 'scout', '--pass', 'sesame'] });
    const { url } = server;
    await connects({ url, user: 'scout', password: 'sesame' });
    const error = await refusal({ url, user: 'scout', password: 'wrong-secret' });
    expect(error).toMatchObject({ reason: 'credentials' });
    expect(error.remedy).toContain('NATS_USER and NATS_PASSWORD');
    expect(error.message).not.toContain('wrong-secret');
    await server.stop();
  });
});
