// Tests that secrets planted in every setting appear in no log, history, result, message, server file or command line, also where
// a candidate fails, a webhook refuses, or a setting is wrong.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEncryptionKeys } from '../../client/connections/encryption-keys.js';
import { findRuns, textOfRun } from '../../client/retention/references.js';
import { openSpace } from '../../core/spaces/index.js';
import { createPayloadCodec } from '../../workers/payload-codec.js';
import { type TestHome, testHome } from '../support/home.js';
import { freePort, type NatsServer, runNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import {
  done,
  type Outcome,
  spawnNode,
  spawnZeroscout,
  specification,
  zeroscout,
} from '../support/zeroscout.js';

const script = (name: string) => fileURLToPath(new URL(`../e2e/${name}`, import.meta.url));
const key = randomBytes(32).toString('base64');
/** The secrets are unique to this run, because the same test may run concurrently on this machine. */
const planted = (what: string) => `planted-${what}-${randomBytes(6).toString('hex')}`;
const PLANTED = {
  nats: planted('nats-password'),
  apiKey: planted('api-key'),
  hook: planted('hook-secret'),
  token: planted('token'),
  wrong: planted('wrong-password'),
  toml: planted('toml-key'),
  collector: planted('collector-token'),
  key,
};
const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const candidates = [100, 7_000, 12_000].map((i) => enumeration!.at(i));
const POISON = candidates[1]!;

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let env: NodeJS.ProcessEnv;
/** Everything that was printed or written, by source. */
const said = new Map<string, string>();
const tell = (who: string, { stdout, stderr }: Pick<Outcome, 'stdout' | 'stderr'>) =>
  said.set(who, stdout + stderr);
/** The names of the secrets that a text contains. */
const shown = (text: string) =>
  Object.entries(PLANTED).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

/** A receiver that refuses and echoes what it received, as some do. */
const hook = createServer(async (request, response) => {
  let body = '';
  for await (const text of request.setEncoding('utf8')) body += text;
  response.writeHead(400).end(JSON.stringify(request.headers) + body);
});

interface Seen {
  readonly commandLines: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
}

/** The command lines of all processes that were observed, and the environments of scorers. */
function watchProcesses(): { readonly stop: () => Seen } {
  const commandLines = new Set<string>();
  const environments = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      for (const file of ['cmdline', 'comm'])
        try {
          const text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
          commandLines.add(text);
          if (text.includes('--max-old-space-size') && text.includes('scorer.mjs'))
            environments.add(readFileSync(`/proc/${pid}/environ`, 'latin1'));
        } catch {
          // the process has ended
        }
  };
  const timer = setInterval(look, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return { commandLines, environments };
    },
  };
}

beforeAll(async () => {
  home = testHome();
  hook.listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const address = hook.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const port = await freePort();
  mkdirSync(join(home.dir, 'nats'));
  const config = `jetstream { store_dir: "${join(home.dir, 'nats')}" }
authorization { user: scout, password: "${PLANTED.nats}" }
log_file: "${join(home.dir, 'nats.log')}"
`;
  const args = ['-a', '127.0.0.1', '-p', `${port}`, '-D', '-c', home.write('nats.conf', config)];
  nats = await runNats({ host: '127.0.0.1', port, args });
  temporal = await startTemporal({ home });
  env = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_API_KEY: PLANTED.apiKey,
    TEMPORAL_TLS: 'false',
    NATS_URL: `nats://scout:${PLANTED.nats}@127.0.0.1:${port}`,
    HOOK_SECRET: PLANTED.hook,
    ZEROSCOUT_NOTIFY_SECRETS: 'HOOK_SECRET',
    ZEROSCOUT_NOTIFY_ALLOW: 'loopback',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${PLANTED.collector}`,
    ZEROSCOUT_ENCRYPTION_KEYS: `k:${key}`,
    ZEROSCOUT_LOG_LEVEL: 'trace',
    ZEROSCOUT_DEBUG: '1',
    POISON,
  };
  home.write('candidates.txt', candidates.join('\n'));
  const changes = {
    strategy: { kind: 'list', file: 'candidates.txt' },
    notify: {
      webhook: `http://127.0.0.1:${address.port}/visible-path`,
      secretEnv: 'HOOK_SECRET',
      retries: 0,
    },
  };
  home.write('search.json', specification({ changes }));
}, 120_000);
afterAll(async () => {
  hook.closeAllConnections();
  hook.close();
  await Promise.allSettled([temporal?.stop(), nats?.stop()]);
  await home.remove();
}, 60_000);

test('a search with a failure tells none of them', { timeout: 240_000 }, async () => {
  const watch = process.platform === 'linux' ? watchProcesses() : undefined;
  const control = spawnZeroscout(['worker', '--role', 'control', '--metrics', '127.0.0.1:0'], { home, env });
  const score = spawnNode([script('e2e-worker.mjs'), script('e2e-poison-scorer.mjs')], { home, env });
  const run = ['run', 'search.json', '--id', 'one', '--workers', '0', '--out', 'out'];
  tell('run', await done(run, { home, env }));
  tell('status', await done(['status', 'one'], { home, env }));
  tell('doctor', await zeroscout(['doctor', '--json'], { home, env }));
  const metrics = /"metrics":"([^"]+)"/.exec(control.stderr())![1];
  said.set('metrics', await (await fetch(`http://${metrics}/metrics`)).text());
  for (const [who, worker] of Object.entries({ control, score })) {
    worker.child.kill('SIGTERM');
    tell(who, await worker.ended);
  }
  for (const name of readdirSync(join(home.dir, 'out'))) said.set(name, home.read(`out/${name}`));
  said.set('nats.log', home.read('nats.log'));
  const seen = watch?.stop();
  said.set('command lines', [...(seen?.commandLines ?? [])].join('\n'));
  const environments = [...(seen?.environments ?? [])].join('\n').split('\0');
  // The secret of a webhook has a name that people choose, and belongs on control workers alone.
  said.set('environments', environments.filter((entry) => !entry.startsWith('HOOK_SECRET=')).join('\n'));

  const connection = await Connection.connect({ address: temporal.address });
  const codec = createPayloadCodec({ keys: readEncryptionKeys({ env }) });
  const client = new Client({ connection, dataConverter: { payloadCodecs: [codec] } });
  // The texts of a running search: the whole history, decrypted, and not only the result.
  const texts = (await findRuns(client)).map((run) =>
    textOfRun({ client, run: { ...run, status: 'running' } }),
  );
  said.set('history', (await Promise.all(texts)).join('\n'));
  await connection.close();

  // The texts that were examined are the intended ones.
  expect(said.get('failures.csv')).toContain('killed by SIGSEGV');
  expect(said.get('score')).toContain('candidate set aside');
  expect(said.get('status')).toMatch(
    /the notification failed: notify\.webhook: 127\.0\.0\.1:\d+ answered 400/,
  );
  expect(said.get('history')).toContain('visible-path');
  expect(said.get('history')).toContain('answered 400');
  expect(said.get('doctor')).toContain('under key');
  if (watch) {
    expect(said.get('command lines')).toContain('scorer.mjs');
    expect(said.get('environments')).toContain('ZEROSCOUT_SCORER_DEVICE=cpu');
  }
  for (const [who, text] of said) expect(shown(text), who).toEqual([]);
});

test("the servers' files hold none of them", async () => {
  const files = readdirSync(home.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'nats.conf')
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.some((path) => path.includes('temporal-'))).toBe(true);
  expect(files.some((path) => path.endsWith('.blk'))).toBe(true);
  for (const path of files) expect(shown(readFileSync(path, 'latin1')), path).toEqual([]);
});

test('settings that are wrong are named, and not shown', { timeout: 120_000 }, async () => {
  const { port } = nats;
  const toml = home.write('temporal.toml', `[profile.default]\napi_key = ${PLANTED.toml}\n`);
  const plain = { ...env, NATS_URL: `nats://127.0.0.1:${port}` };
  const CASES: readonly (readonly [string, NodeJS.ProcessEnv, number, object])[] = [
    [
      'password',
      { ...plain, NATS_USER: 'scout', NATS_PASSWORD: PLANTED.wrong },
      1,
      { reason: 'credentials' },
    ],
    ['token', { ...plain, NATS_TOKEN: PLANTED.token }, 1, { reason: 'credentials' }],
    ['key', { ...env, ZEROSCOUT_ENCRYPTION_KEYS: `k:${key}A` }, 2, { field: 'ZEROSCOUT_ENCRYPTION_KEYS' }],
    [
      'another key',
      { ...env, ZEROSCOUT_ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}` },
      2,
      { field: 'ZEROSCOUT_ENCRYPTION_KEYS' },
    ],
    ['toml', { ...env, TEMPORAL_CONFIG_FILE: toml }, 2, { field: 'TEMPORAL_CONFIG_FILE' }],
    ['TLS', { ...env, TEMPORAL_TLS: 'true' }, 1, { reason: 'tls' }],
  ];
  const outcomes = await Promise.all(
    CASES.map(async ([name, wrong, code, error]) => {
      const { stdout, stderr, ...ended } = await zeroscout(['status', '--json'], { home, env: wrong });
      return { name, code, error, ended: ended.code, stdout, text: stdout + stderr };
    }),
  );
  for (const { name, code, error, ended, stdout, text } of outcomes) {
    expect(JSON.parse(stdout).error, name).toMatchObject(error);
    expect(ended, name).toBe(code);
    expect(shown(text), name).toEqual([]);
  }
});
