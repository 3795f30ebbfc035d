// Tests which settings are used, and that each fault of a server is reported with its own message within 8
// seconds.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectTemporal,
  readConfigured,
  resolveConnections,
  type TemporalSettings,
} from '../../../client/connections/resolve-connections.js';
import { type EmbeddedServices, ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import type { Home } from '../../../client/embedded/home.js';
import { sleep } from '../../../client/embedded/process.js';
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

/** The message of a ServiceError, which must name the address and arrive in time. */
async function refusal(attempt: () => Promise<unknown>, address: string): Promise<string> {
  const started = performance.now();
  const error = await attempt().then(
    () => expect.unreachable('it connected'),
    (reason: unknown) => reason,
  );
  expect(performance.now() - started).toBeLessThan(8_000);
  expect(error).toBeInstanceOf(ServiceError);
  expect((error as ServiceError).address).toBe(address);
  expect((error as ServiceError).message).toContain(address);
  return (error as ServiceError).message;
}

describe('settings', () => {
  const none = { HOME: folder };

  test('nothing set, nothing configured', () => {
    expect(readConfigured({ env: none })).toEqual({});
    expect(readConfigured({ env: { ...none, TEMPORAL_ADDRESS: '', NATS_URL: '' } })).toEqual({});
  });

  test('copies of what NATS keeps', () => {
    const env = { ...none, NATS_URL: 'nats://a' };
    expect(readConfigured({ env: { ...env, ZEROSCOUT_NATS_REPLICAS: '3' } }).nats?.replicas).toBe(3);
    for (const wrong of ['2', '0', 'three'])
      expect(() => readConfigured({ env: { ...env, ZEROSCOUT_NATS_REPLICAS: wrong } })).toThrow(
        `ZEROSCOUT_NATS_REPLICAS: "${wrong}" is not 1, 3 or 5`,
      );
    // The embedded server is a single node.
    expect(readConfigured({ env: { ...none, ZEROSCOUT_NATS_REPLICAS: '1' } }).nats).toBeUndefined();
    expect(() => readConfigured({ env: { ...none, ZEROSCOUT_NATS_REPLICAS: '2' } })).toThrow(
      'ZEROSCOUT_NATS_REPLICAS: "2" is not 1, 3 or 5',
    );
    expect(() => readConfigured({ env: { ...none, ZEROSCOUT_NATS_REPLICAS: '3' } })).toThrow(
      'ZEROSCOUT_NATS_REPLICAS: is 3, but NATS_URL is not set, and the embedded server is a single node and keeps one copy; set NATS_URL, or unset ZEROSCOUT_NATS_REPLICAS',
    );
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
    [{ TEMPORAL_ADDRESS: 'http://localhost:7233' }, /TEMPORAL_ADDRESS: .*host:port/],
    [{ TEMPORAL_ADDRESS: 'localhost:99999' }, /TEMPORAL_ADDRESS/],
    [{ TEMPORAL_CONFIG_FILE: '/nowhere.toml' }, /TEMPORAL_CONFIG_FILE: there is no file/],
    [{ TEMPORAL_PROFILE: 'absent' }, /'absent' not found/],
    [{ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem' }, /nowhere\.pem/],
    [{ NATS_URL: 'not a url' }, /NATS_URL: .*not an address.*looks like nats:/],
    [{ NATS_URL: 'http://localhost:4222' }, /NATS_URL/],
    [{ NATS_URL: 'nats://a', NATS_CREDS: '/nowhere.creds' }, /NATS_CREDS: there is no file/],
    [{ NATS_CREDS: '/nowhere.creds' }, /NATS_URL is not/],
    [{ NATS_URL: 'nats://a', NATS_CA: '/nowhere.pem' }, /NATS_CA: there is no file/],
    [{ NATS_URL: 'nats://a', NATS_CERT: '/dev/null' }, /NATS_CERT: goes with NATS_KEY, which is not set/],
    [{ NATS_URL: 'nats://a', NATS_PASSWORD: 'x' }, /NATS_PASSWORD: goes with NATS_USER, which is not set/],
    [{ NATS_URL: 'nats://u:p@a', NATS_TOKEN: 'x' }, /NATS_TOKEN: is set, and so is a user .* in NATS_URL/],
  ])('%o is refused', (env, message) => {
    const read = (): unknown => readConfigured({ env: { ...none, ...env } });
    expect(read).toThrow(SpecError);
    expect(read).toThrow(message);
  });

  test('each service on its own', async () => {
    const home = temporaryHome();
    const env = { ...none, TEMPORAL_ADDRESS: 'a:7233' };
    const resolving = resolveConnections({ home, onStep: () => {}, start: 'never', env });
    await expect(resolving).rejects.toThrow(/^NATS: nothing is configured.*NATS_URL/);
    await expect(resolving).rejects.toMatchObject({ advice: { code: 'start-servers', about: 'NATS_URL' } });
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

  const temporal = (address: string, more?: Partial<TemporalSettings>): Promise<string> =>
    refusal(() => connectTemporal(settingsOf(address, more)), address);

  test.concurrent('Temporal: nothing listens', async () => {
    expect(await temporal(`127.0.0.1:${await closedPort()}`)).toMatch(
      /cannot reach.*connection refused.*TEMPORAL_ADDRESS/,
    );
  });
  test.concurrent('Temporal: unknown host', async () => {
    expect(await temporal('no-such-host.invalid:7233')).toMatch(/cannot reach.*host name/);
  });
  test.concurrent('Temporal: web server', async () => {
    expect(await temporal(`127.0.0.1:${await webServer()}`)).toMatch(/not Temporal: it is a web server/);
  });
  test.concurrent("Temporal: its own web page's address", async () => {
    expect(await temporal(services.temporal!.web!.replace('http://', ''))).toMatch(/it is a web server/);
  });
  test.concurrent('Temporal: NATS server', async () => {
    expect(await temporal(services.nats!.address.replace('nats://', ''))).toMatch(
      /not Temporal: it is a NATS server/,
    );
  });
  test.concurrent('Temporal: silent listener', async () => {
    expect(await temporal(`127.0.0.1:${await keep(listen(() => {}))}`)).toMatch(
      /does not answer like Temporal/,
    );
  });
  test.concurrent('Temporal: closes at once', async () => {
    const port = await keep(listen((socket) => socket.destroy()));
    expect(await temporal(`127.0.0.1:${port}`)).toMatch(/does not answer like Temporal/);
  });
  test.concurrent('Temporal: another gRPC server', async () => {
    expect(await temporal(await grpcServer(12))).toMatch(/gRPC server without Temporal's service/);
  });
  test.concurrent('Temporal: credentials refused', async () => {
    expect(await temporal(await grpcServer(16))).toMatch(/refuses the credentials.*TEMPORAL_API_KEY/);
    expect(await temporal(await grpcServer(7))).toMatch(/refuses the credentials/);
  });
  test.concurrent('Temporal: always unavailable', async () => {
    expect(await temporal(await grpcServer(14))).toMatch(/does not answer like Temporal/);
  });
  test('Temporal: TLS wanted from a server without', async () => {
    const { address } = services.temporal!;
    expect(await temporal(address, { options: { address, tls: true } })).toMatch(/no TLS connection/);
  });
  test('Temporal: no such namespace', async () => {
    const { address } = services.temporal!;
    expect(await temporal(address, { namespace: 'absent' })).toMatch(
      /no namespace "absent".*TEMPORAL_NAMESPACE/,
    );
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
    const said = await whileStopped(pid, () => refusal(resolving, home.root));
    expect(said).toMatch(/^Temporal: runs embedded \(pid \d+.*does not answer.*embeddedServers\.start/);
  });
  test('Temporal: stopped in the middle', async () => {
    const { address, pid } = services.temporal!;
    const said = await whileStopped(pid, () => temporal(address));
    expect(said).toMatch(/does not answer like Temporal/);
  });
  test('an embedded server that has died is told apart from one that was ended', async () => {
    const resolving = () =>
      resolveConnections({ home, onStep: () => {}, start: 'never', env: { HOME: folder } });
    process.kill(services.nats!.pid, 'SIGKILL');
    await expect(resolving()).rejects.toThrow(/^NATS is away: the embedded server has died/);
    await expect(resolving()).rejects.toMatchObject({ advice: { code: 'start-servers' } });
    await stopServices({ home });
    await expect(resolving()).rejects.toThrow(/^Temporal and NATS: nothing is configured/);
  });
});
