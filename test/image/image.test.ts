// Tests the image that `npm run test:image` has built: its contents, and a search whose workers and command
// line are containers without privileges, also against a Temporal behind TLS whose authority the system's
// store alone knows.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { specification } from '../support/zeroscout.js';

const IMAGE = process.env.ZEROSCOUT_IMAGE;
const SAMPLES = 12;
/** The image's own size, without a base: it has none. */
const LARGEST_BYTES = 350e6;
const LIMITS = ['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=90000:90000'];
const HARDENED = [
  ...['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--tmpfs', '/tmp'],
  ...['--network', 'host', '--init=false', ...LIMITS],
];

const podman = (args: readonly string[]) =>
  spawnSync('podman', ['--runtime', 'runc', '--log-level', 'error', ...args], {
    encoding: 'utf8',
    timeout: 300_000,
  });
const inShell = (script: string) =>
  podman(['run', '--rm', ...HARDENED, '--entrypoint', 'sh', IMAGE!, '-c', script]).stdout.trim();

describe.skipIf(IMAGE === undefined)('the image', () => {
  let home: TestHome;
  let servers: { temporal: string; nats: string };
  const names: string[] = [];
  const environment = (changes: Readonly<Record<string, string>> = {}) =>
    Object.entries({ TEMPORAL_ADDRESS: servers.temporal, NATS_URL: servers.nats, ...changes }).flatMap(
      ([name, value]) => ['--env', `${name}=${value}`],
    );
  const startWorker = async (role: string): Promise<string> => {
    const name = `zeroscout-image-${process.pid}-${role}`;
    names.push(name);
    const { status, stderr } = podman([
      ...['run', '--detach', '--name', name, ...HARDENED, ...environment(), IMAGE!],
      ...['worker', '--role', role, '--concurrency', '1', '--metrics', '127.0.0.1:0'],
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    await until(() => /worker ready/.test(podman(['logs', name]).stderr), {
      what: `${role} is ready`,
      timeoutMs: 120_000,
      everyMs: 500,
    });
    return name;
  };

  beforeAll(async () => {
    home = testHome();
    await home.startServices();
    const { services } = readState({ home: home.home });
    servers = {
      temporal: `127.0.0.1:${services.temporal!.port}`,
      nats: `nats://127.0.0.1:${services.nats!.port}`,
    };
    home.write('search.json', specification({ samples: SAMPLES }));
    chmodSync(home.dir, 0o777);
    chmodSync(join(home.dir, '..'), 0o755);
  }, 120_000);
  afterAll(async () => {
    for (const name of names) podman(['rm', '--force', '--time', '0', name]);
    await home?.remove();
  }, 120_000);

  test('is small, labelled, and has no package manager', () => {
    const image = JSON.parse(podman(['image', 'inspect', IMAGE!]).stdout)[0];
    expect(image.Size).toBeLessThan(LARGEST_BYTES);
    expect(image.Labels).toMatchObject({
      'org.opencontainers.image.title': 'zeroscout',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': process.env.ZEROSCOUT_IMAGE_REVISION,
    });
    expect(
      inShell(
        'which npm npx apt-get; find / -xdev -path "*/arm64/*" -o -xdev -name "*arm64*.node" -o -xdev -path "*aarch64*" 2>/dev/null',
      ),
    ).toBe('');
    expect(inShell('id -u; stat -c %u /work; node --version')).toMatch(/^1000\n1000\nv24\./);
  });

  test('compiles modules though it may execute nothing that it writes', () => {
    const checked = podman([
      ...['run', '--rm', ...HARDENED, IMAGE!],
      ...['validate', '/app/examples/module-space.yaml', '--allow-modules'],
    ]);
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });

  test('carries a search as user 1000, with a read-only root and no capabilities', {
    timeout: 400_000,
  }, async () => {
    const workers = [await startWorker('control'), await startWorker('score')];
    const run = podman([
      ...['run', '--rm', ...HARDENED, ...environment(), '--volume', `${home.dir}:/work`, IMAGE!],
      ...['run', 'search.json', '--workers', '0', '--out', 'out'],
    ]);
    expect(run.status, run.stderr).toBe(0);
    expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
    // As the first process of its container a worker sees SIGTERM, and ends cleanly.
    for (const name of workers) {
      expect(podman(['stop', '--time', '40', name]).status).toBe(0);
      expect(podman(['inspect', '--format', '{{.State.ExitCode}}', name]).stdout.trim()).toBe('0');
    }
  });

  test('knows the authorities of the system: Temporal behind TLS, with an API key', {
    timeout: 200_000,
  }, async () => {
    const { authority, key, certificate } = makeCertificates(home);
    const store = home.write('authorities.crt', readFileSync(authority, 'utf8'));
    chmodSync(store, 0o644);
    const proxy = await startTlsProxy({ key, certificate, to: servers.temporal });
    const { port } = proxy.address() as { port: number };
    const tls = environment({
      TEMPORAL_ADDRESS: `localhost:${port}`,
      TEMPORAL_TLS: 'true',
      TEMPORAL_API_KEY: 'a-key',
    });
    const mount = ['--volume', `${store}:/etc/ssl/certs/ca-certificates.crt:ro`];
    try {
      const asked = await runToEnd([
        'run',
        '--rm',
        ...HARDENED,
        ...tls,
        ...mount,
        IMAGE!,
        'status',
        '--json',
      ]);
      expect(asked).toMatchObject({ code: 0 });
      // Temporal's core has a store of its own.
      const worked = await runToEnd([
        ...['run', '--rm', ...HARDENED, ...tls, ...mount, IMAGE!],
        ...['worker', '--role', 'score', '--until-idle', '3s'],
      ]);
      expect(worked.stderr).toContain('worker ready');
      expect(worked).toMatchObject({ code: 0 });
      const stranger = await runToEnd(['run', '--rm', ...HARDENED, ...tls, IMAGE!, 'status', '--json']);
      expect(stranger.code).not.toBe(0);
    } finally {
      proxy.close();
    }
  });
});

/** Runs podman while this process continues to serve the proxy. */
async function runToEnd(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn('podman', ['--runtime', 'runc', '--log-level', 'error', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}

/** A private certificate authority, and its certificate for localhost. */
function makeCertificates(home: TestHome) {
  const at = (name: string) => join(home.dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-days',
    '2',
    '-subj',
    '/CN=an authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  );
  openssl('req', ...curve, '-subj', '/CN=localhost', '-keyout', at('tls.key'), '-out', at('tls.csr'));
  writeFileSync(at('tls.ext'), 'subjectAltName=DNS:localhost\n');
  openssl(
    ...['x509', '-req', '-days', '2', '-in', at('tls.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key')],
    ...['-CAcreateserial', '-extfile', at('tls.ext'), '-out', at('tls.crt')],
  );
  return {
    authority: at('ca.crt'),
    key: readFileSync(at('tls.key')),
    certificate: readFileSync(at('tls.crt')),
  };
}

/** Ends TLS before a server that has none. */
async function startTlsProxy({
  key,
  certificate,
  to,
}: {
  key: Buffer;
  certificate: Buffer;
  to: string;
}): Promise<Server> {
  const [host, port] = to.split(':');
  const server = createServer({ key, cert: certificate, ALPNProtocols: ['h2'] }, (socket) => {
    const upstream = connectTcp({ host, port: Number(port) });
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
