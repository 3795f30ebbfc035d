// Tests that embedded servers start on damaged data: unusable data are set aside, which a message reports.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { findBinary } from '../../client/embedded/binaries.js';
import { markFirstStart } from '../../client/embedded/data-folder.js';
import { ensureServices, findRunning, stopServices } from '../../client/embedded/embedded.js';
import type { Home } from '../../client/embedded/home.js';
import { createFolders } from '../../client/embedded/home-folders.js';
import { freePorts } from '../../client/embedded/ports.js';
import { SERVERS } from '../../client/embedded/servers.js';
import { removeHome, temporaryHome } from '../client/embedded/places.js';
import { until } from '../support/home.js';

let home: Home;
let steps: string[] = [];
const database = () => join(home.temporal, 'temporal.db');
const up = async () => {
  steps = [];
  const { temporal } = await ensureServices({
    home,
    which: ['temporal'],
    onStep: (text) => void steps.push(text),
  });
  return temporal!;
};
const down = () => stopServices({ home });
const asides = (word: string) =>
  readdirSync(home.temporal).filter(
    (name) => name.startsWith(`temporal.db.${word}-`) && !name.endsWith('-journal'),
  );

beforeAll(() => {
  home = temporaryHome();
});
afterAll(() => removeHome(home), 60_000);

/** Whether the server keeps its data: a started workflow can be found again. */
async function works(address: string): Promise<boolean> {
  const connection = await connectTemporal({
    options: { address },
    address,
    namespace: 'default',
    source: 'embedded',
  });
  try {
    const { workflow } = new Client({ connection });
    const id = `probe-${Math.random()}`;
    await workflow.start('probe', { taskQueue: 'nobody', workflowId: id });
    return (await workflow.getHandle(id).describe()).status.name === 'RUNNING';
  } finally {
    await connection.close();
  }
}

/** Starts the server as zeroscout does for the first time, and kills it `ms` after its database appeared. */
async function firstStartKilled({ ms, mark }: { ms: number; mark: 'marked' | 'unmarked' }): Promise<void> {
  rmSync(home.temporal, { recursive: true, force: true });
  createFolders({ home });
  if (mark === 'marked') markFirstStart({ home, name: 'temporal' });
  const { path } = (await findBinary({ home, name: 'temporal' }))!;
  const [port] = await freePorts({ count: 1 });
  const args = SERVERS.temporal.prepare({ home, port: port!, web: undefined });
  const server: ChildProcess = spawn(path, args, { stdio: 'ignore' });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  await until(() => existsSync(database()), { what: 'a database', timeoutMs: 60_000, everyMs: 2 });
  await sleep(ms);
  server.kill('SIGKILL');
  await gone;
}

// ZEROSCOUT_TEST_MOMENTS=40 tries that many moments of the first second.
const count = Number(process.env.ZEROSCOUT_TEST_MOMENTS ?? 3);
const moments = Array.from({ length: count }, (_, index) => Math.round((index * 600) / count));

describe('the very first start of Temporal is killed', () => {
  test.each(moments)('%i ms after its database appeared', { timeout: 60_000 }, async (ms) => {
    await firstStartKilled({ ms, mark: 'marked' });
    expect(await works((await up()).address)).toBe(true);
    expect(asides('unfinished')).toHaveLength(1);
    expect(steps.join('\n')).toContain('first start of Temporal was cut short');
    await down();
  });

  test('by an earlier version, which left no mark', { timeout: 60_000 }, async () => {
    await firstStartKilled({ ms: 5, mark: 'unmarked' });
    expect(await works((await up()).address)).toBe(true);
    await down();
  });

  test('and what was ready once is kept', { timeout: 60_000 }, async () => {
    // The command that started the server may die before it can record that the server is ready; the next
    // command records it.
    await up();
    markFirstStart({ home, name: 'temporal' });
    await findRunning({ home, which: ['temporal'] });
    await down();
    const before = readFileSync(database()).length;
    await up();
    expect(steps.join('\n')).not.toContain('cut short');
    expect(readFileSync(database()).length).toBeGreaterThanOrEqual(before);
    await down();
  });
});

describe('a database that does not open is set aside', () => {
  const whole = (): Buffer => readFileSync(database());
  const damages: { readonly [name: string]: () => void } = {
    halved: () => truncateSync(database(), Math.floor(whole().length / 2)),
    'without its last page': () => truncateSync(database(), whole().length - 4096),
    'with bits flipped': () => {
      const bytes = whole();
      for (let at = 50; at < bytes.length; at += 997) bytes[at]! ^= 16;
      writeFileSync(database(), bytes);
    },
    'of zero bytes': () => truncateSync(database(), 0),
    'that is a folder': () => {
      rmSync(database());
      mkdirSync(database());
    },
    'with a folder for its journal': () => mkdirSync(`${database()}-journal`),
  };

  test.each(Object.keys(damages))('%s', { timeout: 60_000 }, async (name) => {
    await up();
    await down();
    const before = asides('damaged').length;
    damages[name]!();
    expect(await works((await up()).address)).toBe(true);
    expect(asides('damaged').length).toBe(before + 1);
    expect(steps.join('\n')).toMatch(/data of Temporal were damaged \(.+\) and are set aside in .+damaged-/);
    await down();
  });

  test('also where the damage shows only while it runs', { timeout: 60_000 }, async () => {
    const { address } = await up();
    const bytes = whole();
    // All pages but the first few, so that the schema that the server has read stays intact.
    bytes.fill(0x5a, 4096 * 40);
    writeFileSync(database(), bytes);
    await works(address).catch(() => {});
    await until(async () => (await up()).started, {
      what: 'the damage is noticed',
      timeoutMs: 60_000,
      everyMs: 500,
    });
    expect(steps.join('\n')).toContain('damaged');
    expect(await works((await up()).address)).toBe(true);
  });

  test.each([
    ['deleted', () => {}],
    ['replaced by a folder', () => mkdirSync(database())],
  ])('also where the file is %s while the server runs', { timeout: 60_000 }, async (_what, replace) => {
    const { pid } = await up();
    rmSync(database());
    replace();
    const { pid: next, address } = await up();
    expect(next).not.toBe(pid);
    expect(await works(address)).toBe(true);
  });
});

/** Runs `use` while a script stands in for the program `temporal`. */
async function withTemporal<T>(script: string, use: () => Promise<T>): Promise<T> {
  const bin = join(home.root, 'stand-in');
  mkdirSync(bin, { recursive: true });
  const version = 'if [ "$1" = --version ]; then echo temporal version 1.9.1; exit; fi';
  writeFileSync(join(bin, 'temporal'), `#!/bin/sh\n${version}\n${script}\n`, { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${bin}:${path}`;
  try {
    return await use();
  } finally {
    process.env.PATH = path;
    rmSync(bin, { recursive: true });
  }
}

test('data are put back where the server does not start without them either', {
  timeout: 60_000,
}, async () => {
  await up();
  await down();
  const before = readFileSync(database());
  await withTemporal('echo no memory; exit 3', () =>
    expect(up()).rejects.toMatchObject({
      reason: 'start-failed',
      trouble: 'ended',
      fault: expect.stringMatching(/exit code 3.*no memory/s),
    }),
  );
  expect(readFileSync(database()).equals(before)).toBe(true);
});

test('data are kept where a start fails once, for a reason that its log does not name', {
  timeout: 60_000,
}, async () => {
  const { address } = await up();
  const connection = await connectTemporal({
    options: { address },
    address,
    namespace: 'default',
    source: 'embedded',
  });
  await new Client({ connection }).workflow.start('probe', { taskQueue: 'nobody', workflowId: 'kept' });
  await connection.close();
  await down();
  const before = asides('damaged').length;
  const real = (await findBinary({ home, name: 'temporal' }))!.path;
  const failed = join(home.root, 'failed-once');
  await withTemporal(
    `if [ ! -e ${failed} ]; then : > ${failed}; echo unable to listen; exit 1; fi; exec ${real} "$@"`,
    up,
  );
  expect(existsSync(failed)).toBe(true);
  expect(asides('damaged')).toHaveLength(before);
  const again = await connectTemporal({
    options: { address: (await up()).address },
    address,
    namespace: 'default',
    source: 'embedded',
  });
  const { status } = await new Client({ connection: again }).workflow.getHandle('kept').describe();
  expect(status.name).toBe('RUNNING');
  await again.close();
  await down();
});
