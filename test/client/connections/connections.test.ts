// Tests which settings are used, and that each fault of a server is reported with its own message within 8
// seconds.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTemporal } from '../../../client/connections/connect-temporal.js';
import { readConfigured } from '../../../client/connections/read-configured.js';
import { resolveConnections } from '../../../client/connections/resolve-connections.js';
import type { TemporalSettings } from '../../../client/connections/settings.js';
import { type EmbeddedServices, ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import type { Home } from '../../../client/embedded/home.js';
import { ServiceError, SpecError } from '../../../core/errors.js';
import { whileStopped } from '../../support/stopped.js';
import { closedPort, type Listener, listen, portOf, removeHome, temporaryHome } from '../embedded/places.js';

const folder = mkdtempSync(join(tmpdir(), 'zeroscout-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const settingsOf = (address: string, more: Partial<TemporalSettings> = {}): TemporalSettings => ({
  options: { address },
  address,
  namespace: 'default',
  source: 'environment',
  ...more,
});

/** The ServiceError, whose address and message must name the server, and which must arrive in time. */
async function refusal(attempt: () => Promise<unknown>, address: string): Promise<ServiceError> {
  const started = performance.now();
  const error = await attempt().then(
    () => expect.unreachable('it connected'),
    (reason: unknown) => reason,
  );
  expect(performance.now() - started).toBeLessThan(8_000);
  expect(error).toBeInstanceOf(ServiceError);
  expect((error as ServiceError).address).toBe(address);
  expect((error as ServiceError).message).toContain(address);
  return error as ServiceError;
}

describe('settings', () => {
  const none = { HOME: folder };
  /** The field of the SpecError with which these settings are refused. */
  const fieldOf = (env: NodeJS.ProcessEnv): string => {
    try {
      readConfigured({ env });
    } catch (error) {
      expect(error).toBeInstanceOf(SpecError);
      return (error as SpecError).field;
    }
    return expect.unreachable('the settings are accepted');
  };

  test('nothing set, nothing configured', () => {
    expect(readConfigured({ env: none })).toEqual({});
    expect(readConfigured({ env: { ...none, TEMPORAL_ADDRESS: '', NATS_URL: '' } })).toEqual({});
  });

  test('copies of what NATS keeps', () => {
    const env = { ...none, NATS_URL: 'nats://a' };
    expect(readConfigured({ env: { ...env, ZEROSCOUT_NATS_REPLICAS: '3' } }).nats?.replicas).toBe(3);
    for (const wrong of ['2', '0', 'three'])
      expect(fieldOf({ ...env, ZEROSCOUT_NATS_REPLICAS: wrong })).toBe('ZEROSCOUT_NATS_REPLICAS');
    // The embedded server is a single node.
    expect(readConfigured({ env: { ...none, ZEROSCOUT_NATS_REPLICAS: '1' } }).nats).toBeUndefined();
    for (const wrong of ['2', '3'])
      expect(fieldOf({ ...none, ZEROSCOUT_NATS_REPLICAS: wrong })).toBe('ZEROSCOUT_NATS_REPLICAS');
    expect(() => readConfigured({ env: { ...none, ZEROSCOUT_NATS_REPLICAS: '3' } })).toThrow('NATS_URL');
  });

  test('the environment', () => {
    const env = { ...none, TEMPORAL_ADDRESS: 'a:7233', TEMPORAL_NAMESPACE: 'n', TEMPORAL_API_KEY: 'key' };
    expect(readConfigured({ env: { ...env, NATS_URL: 'nats://a:4222,b' } })).toEqual({
      temporal: {
        options: { address: 'a:7233', apiKey: 'key', tls: true },
        address: 'a:7233',
        namespace: 'n',
        source: 'environment',
      },
      nats: { url: 'nats://a:4222,b', source: 'environment' },
    });
  });

  test('temporal.toml and its profiles; the environment wins', () => {
    const file = join(folder, 'temporal.toml');
    writeFileSync(
      file,
      '[profile.default]\naddress = "one:1"\n[profile.work]\naddress = "two:2"\nnamespace = "w"\n',
    );
    const env = { ...none, TEMPORAL_CONFIG_FILE: file };
    expect(readConfigured({ env }).temporal).toMatchObject({ address: 'one:1', source: 'file' });
    const work = { ...env, TEMPORAL_PROFILE: 'work' };
    expect(readConfigured({ env: work }).temporal).toMatchObject({ address: 'two:2', namespace: 'w' });
    const both = { ...work, TEMPORAL_ADDRESS: 'three:3' };
    expect(readConfigured({ env: both }).temporal).toMatchObject({
      address: 'three:3',
      source: 'environment',
    });
  });

  test.each([
    [{ TEMPORAL_ADDRESS: 'http://localhost:7233' }, 'TEMPORAL_ADDRESS'],
    [{ TEMPORAL_ADDRESS: 'localhost:99999' }, 'TEMPORAL_ADDRESS'],
    [{ TEMPORAL_CONFIG_FILE: '/nowhere.toml' }, 'TEMPORAL_CONFIG_FILE', '/nowhere.toml'],
    [{ TEMPORAL_PROFILE: 'absent' }, 'TEMPORAL_PROFILE', 'absent'],
    [
      { TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem' },
      'TEMPORAL_TLS_CLIENT_CERT_PATH',
      '/nowhere.pem',
    ],
    [{ NATS_URL: 'not a url' }, 'NATS_URL', 'nats://'],
    [{ NATS_URL: 'http://localhost:4222' }, 'NATS_URL'],
    [{ NATS_URL: 'nats://a', NATS_CREDS: '/nowhere.creds' }, 'NATS_CREDS', '/nowhere.creds'],
    [{ NATS_CREDS: '/nowhere.creds' }, 'NATS_CREDS', 'NATS_URL'],
    [{ NATS_URL: 'nats://a', NATS_CA: '/nowhere.pem' }, 'NATS_CA', '/nowhere.pem'],
    [{ NATS_URL: 'nats://a', NATS_CERT: '/dev/null' }, 'NATS_CERT', 'NATS_KEY'],
    [{ NATS_URL: 'nats://a', NATS_PASSWORD: 'x' }, 'NATS_PASSWORD', 'NATS_USER'],
    [{ NATS_URL: 'nats://u:p@a', NATS_TOKEN: 'x' }, 'NATS_TOKEN', 'NATS_URL'],
  ])('%o is refused', (env, field, named = field) => {
    expect(fieldOf({ ...none, ...env })).toBe(field);
    expect(() => readConfigured({ env: { ...none, ...env } })).toThrow(named);
  });

  test('each service on its own', async () => {
    const home = temporaryHome();
    const env = { ...none, TEMPORAL_ADDRESS: 'a:7233' };
    const resolving = resolveConnections({ home, onStep: () => {}, start: 'never', env });
    await expect(resolving).rejects.toMatchObject({
      reason: 'not-running',
      settings: ['NATS_URL'],
      advice: { code: 'start-servers', about: 'NATS_URL' },
    });
    const all = { ...env, NATS_URL: 'nats://b:4222' };
    const connections = await resolveConnections({ home, onStep: () => {}, start: 'if-needed', env: all });
    expect(connections).toMatchObject({ embedded: false, nats: { url: 'nats://b:4222' } });
    await removeHome(home);
  });
});

describe('servers that are not what they should be', { timeout: 60_000 }, () => {
  let home: Home;
  let services: EmbeddedServices;
  const closing: (() => void)[] = [];
  const keep = async (listener: Promise<Listener>): Promise<number> => {
    const { port, close } = await listener;
    closing.push(close);
    return port;
  };
  const webServer = async (): Promise<number> => {
    const server = createHttpServer((_, response) => response.end('hello'));
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    return await portOf(server);
  };
  /** Answers every gRPC call with one status. */
  const grpcServer = async (status: number): Promise<string> => {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': `${status}` };
      stream.respond({ ...headers, 'grpc-message': 'no' }, { endStream: true });
    });
    closing.push(() => server.close());
    return `127.0.0.1:${await portOf(server)}`;
  };

  beforeAll(async () => {
    home = temporaryHome();
    services = await ensureServices({ home, onStep: () => {} });
  }, 300_000);
  afterAll(async () => {
    for (const close of closing) close();
    await removeHome(home);
  }, 60_000);

  const temporal = (address: string, more?: Partial<TemporalSettings>): Promise<ServiceError> =>
    refusal(() => connectTemporal(settingsOf(address, more)), address);

  test.concurrent('Temporal: nothing listens', async () => {
    const error = await temporal(`127.0.0.1:${await closedPort()}`);
    expect(error).toMatchObject({ reason: 'unreachable', settings: ['TEMPORAL_ADDRESS'] });
    expect(error.message).toMatch(/connection refused.*TEMPORAL_ADDRESS/);
  });
  test.concurrent('Temporal: unknown host', async () => {
    expect(await temporal('no-such-host.invalid:7233')).toMatchObject({ reason: 'unreachable' });
  });
  test.concurrent('Temporal: web server', async () => {
    const error = await temporal(`127.0.0.1:${await webServer()}`);
    expect(error).toMatchObject({ reason: 'not-temporal', settings: ['TEMPORAL_ADDRESS'] });
    expect(error.fault).toContain('web server');
  });
  test.concurrent("Temporal: its own web page's address", async () => {
    const error = await temporal(services.temporal!.web!.replace('http://', ''));
    expect(error).toMatchObject({ reason: 'not-temporal' });
    expect(error.fault).toContain('web server');
  });
  test.concurrent('Temporal: NATS server', async () => {
    const error = await temporal(services.nats!.address.replace('nats://', ''));
    expect(error).toMatchObject({ reason: 'not-temporal' });
    expect(error.fault).toContain('NATS');
  });
  test.concurrent('Temporal: silent listener', async () => {
    expect(await temporal(`127.0.0.1:${await keep(listen(() => {}))}`)).toMatchObject({
      reason: 'timed-out',
    });
  });
  test.concurrent('Temporal: closes at once', async () => {
    const port = await keep(listen((socket) => socket.destroy()));
    expect(await temporal(`127.0.0.1:${port}`)).toMatchObject({ reason: 'not-temporal' });
  });
  test.concurrent('Temporal: another gRPC server', async () => {
    expect(await temporal(await grpcServer(12))).toMatchObject({ reason: 'not-temporal' });
  });
  test.concurrent('Temporal: credentials refused', async () => {
    for (const status of [7, 16]) {
      const error = await temporal(await grpcServer(status));
      expect(error).toMatchObject({ reason: 'credentials' });
      expect(error.settings).toContain('TEMPORAL_API_KEY');
    }
  });
  test.concurrent('Temporal: always unavailable', async () => {
    expect(await temporal(await grpcServer(14))).toMatchObject({ reason: 'not-temporal' });
  });
  test('Temporal: TLS wanted from a server without', async () => {
    const { address } = services.temporal!;
    const error = await temporal(address, { options: { address, tls: true } });
    expect(error).toMatchObject({ reason: 'tls' });
    expect(error.settings).toContain('TEMPORAL_TLS');
  });
  test('Temporal: no such namespace', async () => {
    const { address } = services.temporal!;
    const error = await temporal(address, { namespace: 'absent' });
    expect(error).toMatchObject({ reason: 'namespace-missing', settings: ['TEMPORAL_NAMESPACE'] });
    expect(error.fault).toContain('"absent"');
  });
  test('an embedded server that is slow to answer is waited for, and not said to be absent', async () => {
    const { pid, address } = services.temporal!;
    const resolving = () => resolveConnections({ home, onStep: () => {}, start: 'never', env: {} });
    const attempt = await whileStopped(pid, async () => {
      const found = resolving().catch((error: unknown) => error);
      // Longer than the time limit of one request.
      await sleep(2_500);
      return { found };
    });
    expect(await attempt.found).toMatchObject({ temporal: { address }, embedded: true });
    const error = await whileStopped(pid, () => refusal(resolving, home.root));
    expect(error).toMatchObject({ reason: 'timed-out', advice: { code: 'start-servers' } });
    expect(error.fault).toContain(`pid ${pid}`);
  });
  test('Temporal: stopped in the middle', async () => {
    const { address, pid } = services.temporal!;
    expect(await whileStopped(pid, () => temporal(address))).toMatchObject({ reason: 'timed-out' });
  });
  test('an embedded server that has died is told apart from one that was ended', async () => {
    const resolving = () =>
      resolveConnections({ home, onStep: () => {}, start: 'never', env: { HOME: folder } });
    process.kill(services.nats!.pid, 'SIGKILL');
    const died = await refusal(resolving, home.root);
    expect(died).toMatchObject({ reason: 'not-running', settings: [], advice: { code: 'start-servers' } });
    expect(died.fault).toMatch(/^NATS .*died/);
    await stopServices({ home });
    await expect(resolving()).rejects.toMatchObject({
      reason: 'not-running',
      settings: ['TEMPORAL_ADDRESS', 'NATS_URL'],
    });
  });
});
