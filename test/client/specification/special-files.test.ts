// Tests that named pipes, folders, sockets and devices are immediate errors wherever a file is expected.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEncryptionKeys } from '../../../client/connections/encryption-keys.js';
import { readConfigured } from '../../../client/connections/resolve-connections.js';
import { installCuda } from '../../../client/devices/install-cuda.js';
import { readModule } from '../../../client/specification/read-module.js';
import { readSpecification, readTruth } from '../../../client/specification/read-specification.js';
import { openSpace } from '../../../core/spaces/index.js';
import { connectStore } from '../../../store/jetstream.js';
import { openRegularFile, readRegularFileSync } from '../../../store/regular-file.js';
import { testHome } from '../../support/home.js';
import { zeroscout } from '../../support/zeroscout.js';

let dir: string;
let socket: Server;
const at = (name: string) => join(dir, name);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'zeroscout-special-'));
  for (const name of ['pipe', 'pipe.yaml', 'pipe.npy', 'pipe.parquet', 'pipe.ts', 'pipe.pem'])
    execFileSync('mkfifo', [at(name)]);
  mkdirSync(at('folder'));
  symlinkSync(at('pipe'), at('link'));
  socket = createServer();
  await new Promise<void>((listening) => socket.listen(at('socket'), listening));
});
afterAll(() => {
  socket.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A specification in the folder, with these lines in addition to its name. */
function specification(lines: string): string {
  const path = at('spec.yaml');
  writeFileSync(path, `name: a\n${lines}\n`);
  return path;
}

describe('a named pipe', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  test.each<[string, RegExp, () => unknown]>([
    ['as specification', /pipe\.yaml: is a named pipe/, () => readSpecification(at('pipe.yaml'))],
    [
      'as candidate list',
      /^strategy\.file: pipe: is a named pipe; must be a file$/,
      () => readSpecification(specification('space: nas-bench-201\nstrategy: { kind: list, file: pipe }')),
    ],
    [
      'behind a link',
      /^strategy\.file: link: is a named pipe/,
      () => readSpecification(specification('space: nas-bench-201\nstrategy: { kind: list, file: link }')),
    ],
    [
      'as ranking in parquet',
      /^strategy\.file: pipe\.parquet: is a named pipe/,
      () =>
        readSpecification(
          specification('space: nas-bench-201\nstrategy: { kind: list, file: pipe.parquet }'),
        ),
    ],
    [
      'as definition of a space',
      /^space\.file: pipe\.yaml: is a named pipe/,
      () => readSpecification(specification('space: { kind: custom, file: pipe.yaml }')),
    ],
    [
      'as images',
      /^input\.images: pipe\.npy: is a named pipe/,
      () => readSpecification(specification('space: nas-bench-201\ninput: { images: pipe.npy }')),
    ],
    ['as truth', /pipe: is a named pipe/, () => readTruth({ path: at('pipe'), space })],
    [
      'as truth in parquet',
      /pipe\.parquet: is a named pipe/,
      () => readTruth({ path: at('pipe.parquet'), space }),
    ],
    [
      'as file of keys',
      /^ZEROSCOUT_ENCRYPTION_KEYS_FILE: .*pipe: is a named pipe/,
      async () => readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS_FILE: at('pipe') } }),
    ],
    ...['TEMPORAL_CONFIG_FILE', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'].map(
      (name): [string, RegExp, () => unknown] => [
        `as ${name}`,
        new RegExp(`^${name}: .*pipe: is a named pipe`),
        async () => readConfigured({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1', [name]: at('pipe') } }),
      ],
    ),
    ...(['creds', 'nkey', 'ca'] as const).map((name): [string, RegExp, () => unknown] => [
      `as ${name} for NATS`,
      /pipe: is a named pipe/,
      () => connectStore({ url: 'nats://127.0.0.1:1', access: { [name]: at('pipe') } }),
    ]),
  ])('%s', { timeout: 5_000 }, async (_, words, read) => {
    await expect(read()).rejects.toThrow(words);
  });

  test('as module of a space', { timeout: 5_000 }, async () => {
    const reading = readModule({ path: at('pipe.ts'), modules: 'allowed' });
    await expect(reading).rejects.toThrow(/pipe\.ts: is a named pipe/);
  });

  test('as wheel of ONNX Runtime', { timeout: 5_000 }, async () => {
    writeFileSync(at('libonnxruntime.so.1'), '');
    const given = { runtime: { version: '1', folder: dir }, env: {}, onStep: () => {} };
    await expect(installCuda({ ...given, wheel: at('pipe') } as never)).rejects.toThrow(
      /pipe: is a named pipe/,
    );
  });

  test('at the command line: code 2', { timeout: 30_000 }, async () => {
    const home = testHome();
    const path = specification('space: nas-bench-201\nstrategy: { kind: list, file: pipe }');
    const { code, stderr } = await zeroscout(['validate', path], { home });
    expect([code, stderr]).toEqual([2, 'strategy.file: pipe: is a named pipe; must be a file\n']);
    await home.remove();
  });
});

test.each([
  ['folder', 'a folder'],
  ['socket', 'a socket'],
  ['/dev/zero', 'a device'],
  ['/dev/tty', 'a device'],
  ['pipe', 'a named pipe'],
])('%s is %s, and no file', async (name, kind) => {
  const path = name.startsWith('/') ? name : at(name);
  await expect(openRegularFile(path)).rejects.toThrow(`is ${kind}; must be a file`);
  expect(() => readRegularFileSync(path)).toThrow(`is ${kind}; must be a file`);
});

test('a file that becomes a pipe between the first look and opening is refused, too', {
  timeout: 30_000,
}, async () => {
  const file = at('changing');
  const rounds = Array.from({ length: 400 }, async (_, i) => {
    const turn = `${file}-${i % 8}`;
    rmSync(turn, { force: true });
    if (i % 2) execFileSync('mkfifo', [turn]);
    else writeFileSync(turn, 'text');
    const opened = await openRegularFile(turn).catch((error: Error) => error);
    if (!(opened instanceof Error)) {
      expect((await opened.stat()).isFile()).toBe(true);
      await opened.close();
    }
  });
  await Promise.all(rounds);
});
