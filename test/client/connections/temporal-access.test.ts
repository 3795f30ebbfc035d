// Tests that a Temporal server that requires a client certificate and an API key is reached with them, and
// that errors explain their absence.
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTemporal } from '../../../client/connections/connect-temporal.js';
import { readConfigured } from '../../../client/connections/read-configured.js';
import { ServiceError, SpecError } from '../../../core/errors.js';
import { createAuthority, type Pair, whyNoOpenssl } from '../../support/certificates.js';
import { type TestHome, testHome } from '../../support/home.js';
import { startTemporal, type TemporalServer } from '../../support/temporal.js';
import { startTlsProxy, type TlsProxy } from '../../support/tls-proxy.js';

const why = whyNoOpenssl();
if (why) console.warn(why);

describe.skipIf(why)('Temporal behind TLS', { timeout: 60_000 }, () => {
  const KEY = 'planted-api-key';
  const PAIR = ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'];
  let home: TestHome;
  let temporal: TemporalServer;
  let proxy: TlsProxy;
  let right: NodeJS.ProcessEnv;
  let stranger: Pair;
  let foreign: string;
  beforeAll(async () => {
    home = testHome();
    const authority = createAuthority({ dir: home.dir, name: 'ours' });
    const other = createAuthority({ dir: home.dir, name: 'other' });
    stranger = other.issue('client');
    foreign = other.cert;
    temporal = await startTemporal({ home });
    const server = authority.issue('server');
    proxy = await startTlsProxy({ upstream: temporal.address, server, ca: authority.cert, apiKey: KEY });
    const { cert, key } = authority.issue('client');
    right = {
      HOME: home.dir,
      TEMPORAL_ADDRESS: proxy.address,
      TEMPORAL_API_KEY: KEY,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.cert,
      TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    };
  }, 120_000);
  afterAll(async () => {
    proxy?.close();
    await temporal?.stop();
    await home?.remove();
  });

  async function refusal(env: NodeJS.ProcessEnv): Promise<ServiceError> {
    const error: unknown = await connectTemporal(readConfigured({ env }).temporal!).then(
      () => expect.unreachable('it connected'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ServiceError);
    const { message } = error as ServiceError;
    expect(message).toContain(proxy.address);
    expect(message).not.toMatch(/planted-/);
    return error as ServiceError;
  }

  test('the settings reach the client and the worker', async () => {
    const settings = readConfigured({ env: right }).temporal!;
    const client = await connectTemporal(settings);
    await client.close();
    const worker = await NativeConnection.connect(settings.options);
    const { namespace } = settings;
    await worker.workflowService.describeNamespace({ namespace });
    await worker.close();
  });

  test('an API key that is not known', async () => {
    const error = await refusal({ ...right, TEMPORAL_API_KEY: 'planted-wrong' });
    expect(error).toMatchObject({ reason: 'credentials' });
    expect(error.settings).toContain('TEMPORAL_API_KEY');
    expect(error.message).toMatch(/unknown API key.*TEMPORAL_API_KEY/);
  });

  test('a server that is not trusted', async () => {
    const [untrusted, another] = await Promise.all([
      refusal({ ...right, TEMPORAL_TLS_SERVER_CA_CERT_PATH: foreign }),
      refusal({ ...right, TEMPORAL_TLS_SERVER_NAME: 'temporal.example' }),
    ]);
    expect(untrusted).toMatchObject({
      reason: 'certificate',
      settings: ['TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
    });
    expect(another).toMatchObject({
      reason: 'certificate',
      settings: ['TEMPORAL_ADDRESS', 'TEMPORAL_TLS_SERVER_NAME'],
    });
  });

  test('a client certificate of another authority, or none', async () => {
    const { cert, key } = stranger;
    const wrong = { ...right, TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key };
    const none = { ...right, TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' };
    const [refused, missing] = await Promise.all([refusal(wrong), refusal(none)]);
    for (const error of [refused, missing])
      expect(error).toMatchObject({ reason: 'certificate', settings: PAIR });
    expect(refused.fault).not.toBe(missing.fault);
    expect(missing.remedy).toContain('TEMPORAL_TLS_CLIENT_CERT_PATH');
  });

  test('a certificate with the key of another, and a certificate alone', async () => {
    expect(await refusal({ ...right, TEMPORAL_TLS_CLIENT_KEY_PATH: stranger.key })).toMatchObject({
      reason: 'certificate',
      settings: PAIR,
    });
    const alone = { ...right, TEMPORAL_TLS_CLIENT_KEY_PATH: '' };
    expect(() => readConfigured({ env: alone })).toThrow(SpecError);
    expect(() => readConfigured({ env: alone })).toThrow(
      expect.objectContaining({ field: 'TEMPORAL_TLS_CLIENT_CERT_PATH' }),
    );
  });
});
