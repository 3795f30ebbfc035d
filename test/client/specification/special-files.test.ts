// Tests that named pipes, folders, sockets and devices are immediate errors wherever a file is expected.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEncryptionKeys } from '../../../client/connections/encryption-keys.js';
import { readConfigured } from '../../../client/connections/read-configured.js';
import { installCuda } from '../../../client/devices/install-cuda.js';
import { readModule } from '../../../client/specification/read-module.js';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { readTruth } from '../../../client/specification/read-truth.js';
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

/** What names the file: the field or setting, and the path as it is written there. */
interface Place {
  readonly path: string;
  readonly file: string;
}

describe('a named pipe', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  const inSpecification = (lines: string) => () => readSpecification(specification(lines));
  const list = (file: string) =>
    inSpecification(`space: nas-bench-201\nstrategy: { kind: list, file: ${file} }`);
  test.each<[string, () => Place, () => unknown]>([
    [
      'as specification',
      () => ({ path: 'specification', file: at('pipe.yaml') }),
      () => readSpecification(at('pipe.yaml')),
    ],
    ['as candidate list', () => ({ path: 'strategy.file', file: 'pipe' }), list('pipe')],
    ['behind a link', () => ({ path: 'strategy.file', file: 'link' }), list('link')],
    ['as ranking in parquet', () => ({ path: 'strategy.file', file: 'pipe.parquet' }), list('pipe.parquet')],
    [
      'as definition of a space',
      () => ({ path: 'space.file', file: 'pipe.yaml' }),
      inSpecification('space: { kind: custom, file: pipe.yaml }'),
    ],
    [
      'as images',
      () => ({ path: 'input.images', file: 'pipe.npy' }),
      inSpecification('space: nas-bench-201\ninput: { images: pipe.npy }'),
    ],
    ['as truth', () => ({ path: 'truth', file: at('pipe') }), () => readTruth({ path: at('pipe'), space })],
    [
      'as truth in parquet',
      () => ({ path: 'truth', file: at('pipe.parquet') }),
      () => readTruth({ path: at('pipe.parquet'), space }),
    ],
    [
      'as file of keys',
      () => ({ path: 'ZEROSCOUT_ENCRYPTION_KEYS_FILE', file: at('pipe') }),
      async () => readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS_FILE: at('pipe') } }),
    ],
    ...['TEMPORAL_CONFIG_FILE', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'].map(
      (path): [string, () => Place, () => unknown] => [
        `as ${path}`,
        () => ({ path, file: at('pipe') }),
        async () => readConfigured({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1', [path]: at('pipe') } }),
      ],
    ),
    [
      'as module of a space',
      () => ({ path: '', file: at('pipe.ts') }),
      () => readModule({ path: at('pipe.ts'), modules: 'allowed' }),
    ],
  ])('%s', { timeout: 5_000 }, async (_, place, read) => {
    const issues = [expect.objectContaining({ ...place(), reason: 'not-a-file' })];
    await expect(read()).rejects.toMatchObject({ code: 'invalid-input', issues });
  });

  test.each(['creds', 'nkey', 'ca'] as const)('as %s for NATS', { timeout: 5_000 }, async (name) => {
    const connecting = connectStore({ url: 'nats://127.0.0.1:1', access: { [name]: at('pipe') } });
    await expect(connecting).rejects.toMatchObject({
      reason: name === 'ca' ? 'certificate' : 'credentials',
      fault: expect.stringContaining(at('pipe')),
      cause: { reason: 'not-a-file' },
    });
  });

  test('as wheel of ONNX Runtime', { timeout: 5_000 }, async () => {
    writeFileSync(at('libonnxruntime.so.1'), '');
    const given = { runtime: { version: '1', folder: dir }, env: {}, onStep: () => {} };
    await expect(installCuda({ ...given, wheel: at('pipe') } as never)).rejects.toMatchObject({
      code: 'no-device',
      fault: expect.stringContaining(at('pipe')),
      cause: { reason: 'not-a-file' },
    });
  });

  test('at the command line: code 2', { timeout: 30_000 }, async () => {
    const home = testHome();
    const path = specification('space: nas-bench-201\nstrategy: { kind: list, file: pipe }');
    const { code, stdout } = await zeroscout(['validate', path, '--json'], { home });
    expect([code, JSON.parse(stdout).error]).toEqual([
      2,
      expect.objectContaining({
        code: 'invalid-input',
        issues: [expect.objectContaining({ path: 'strategy.file', file: 'pipe', reason: 'not-a-file' })],
      }),
    ]);
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
  const refusal = expect.objectContaining({ reason: 'not-a-file', message: expect.stringContaining(kind) });
  await expect(openRegularFile(path)).rejects.toEqual(refusal);
  expect(() => readRegularFileSync(path)).toThrow(refusal);
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
