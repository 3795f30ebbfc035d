// Tests that the embedded servers start, keep running, return with their data after kill -9, and end.

import { closeSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTemporal } from '../../../client/connections/connect-temporal.js';
import { resolveConnections } from '../../../client/connections/resolve-connections.js';
import {
  type EmbeddedServices,
  ensureServices,
  findRunning,
  stopServices,
} from '../../../client/embedded/embedded.js';
import { type Home, locateDataLock, locateLog, resolveHome } from '../../../client/embedded/home.js';
import { lockFile } from '../../../client/embedded/kernel-lock.js';
import { isAlive, run } from '../../../client/embedded/process.js';
import { readState } from '../../../client/embedded/state.js';
import { readServicesStatus } from '../../../client/embedded/status.js';
import { connectLink } from '../../../store/connect.js';
import { until } from '../../support/home.js';
import { whileStopped } from '../../support/stopped.js';
import { removeHome, temporaryHome } from './places.js';

const steps: string[] = [];
const onStep = (text: string): void => void steps.push(text);
const up = (home: Home): Promise<EmbeddedServices> => ensureServices({ home, onStep });

let home: Home;
beforeAll(async () => {
  home = temporaryHome();
  const started = await up(home);
  expect(started.temporal?.started && started.nats?.started).toBe(true);
  console.log(steps.filter((text) => text.includes('started in')).join('\n'));
}, 300_000);
afterAll(() => removeHome(home), 60_000);

/** The compiled modules, for a process without vitest. */
function built(): { readonly embedded: string; readonly paths: string } {
  const folder = join(import.meta.dirname, '../../../dist/client/embedded');
  return { embedded: join(folder, 'embedded.js'), paths: join(folder, 'home.js') };
}

function addressesOf(services: EmbeddedServices): unknown {
  return Object.values(services).map(({ address, web }) => [address, web]);
}

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '') await sleep(20);
}

test('both answer, and the second start changes nothing', { timeout: 60_000 }, async () => {
  const first = await findRunning({ home });
  const second = await up(home);
  expect(second).toEqual(first);
  expect(Object.values(second).map(({ started }) => started)).toEqual([false, false]);

  const { temporal, nats, embedded } = await resolveConnections({ home, onStep, start: 'never', env: {} });
  expect(embedded).toBe(true);
  expect((await fetch(temporal.webAddress!)).status).toBe(200);
  const link = await connectLink({ url: nats.url });
  expect(link.connection.info?.version).toBe(second.nats?.version);
  await link.close();
  const connection = await connectTemporal(temporal);
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
  await connection.close();
});

test('a home is the same one through a symbolic link, also while a folder of it does not exist yet', async () => {
  const link = `${home.root}-link`;
  symlinkSync(home.root, link);
  try {
    const through = resolveHome({ env: { ZEROSCOUT_HOME: link, ZEROSCOUT_BIN: home.bin } });
    expect(await findRunning({ home: through })).toEqual(await findRunning({ home }));
    expect((await readServicesStatus({ home: through })).map(({ state }) => state)).toEqual([
      'running',
      'running',
    ]);
    const later = resolveHome({ env: { ZEROSCOUT_HOME: join(link, 'a', 'b') } });
    expect(later.root).toBe(join(home.root, 'a', 'b'));
  } finally {
    rmSync(link);
  }
});

test('they outlive the process that started them and hold none of its pipes', {
  timeout: 120_000,
}, async () => {
  await stopServices({ home });
  const { embedded, paths } = built();
  const script = `
    import { ensureServices } from ${JSON.stringify(embedded)};
    import { resolveHome } from ${JSON.stringify(paths)};
    const services = await ensureServices({ home: resolveHome(), onStep: () => {} });
    console.log(JSON.stringify(Object.values(services).map(({ pid }) => pid)));`;
  // `run` waits until the pipes close. If a server held one of them, `run` would reach its time limit.
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ZEROSCOUT_HOME: home.root, ZEROSCOUT_BIN: home.bin },
    timeout: 60_000,
  });
  const pids = JSON.parse(stdout) as readonly number[];
  expect(pids.every(isAlive)).toBe(true);
  expect(Object.values(await findRunning({ home })).map(({ pid }) => pid)).toEqual(pids);

  // The process that started the servers has ended; they hold the locks on their data until they end.
  const file = locateDataLock({ home, name: 'nats' });
  expect(lockFile(file)).toBeUndefined();
  await killed(pids[1]!);
  const descriptor = await until(() => lockFile(file), { what: 'the lock is free', timeoutMs: 5_000 });
  closeSync(descriptor!);
});

describe('after kill -9', () => {
  test('NATS comes back on its port with its streams', { timeout: 60_000 }, async () => {
    const before = await up(home);
    const writer = await connect({ servers: before.nats!.address });
    const manager = await jetstreamManager(writer);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept.>'], storage: StorageType.File });
    await jetstream(writer).publish('kept.one', 'first');
    await writer.close();

    await killed(before.nats!.pid);
    expect(Object.keys(await findRunning({ home }))).toEqual(['temporal']);
    const after = await up(home);
    expect(addressesOf(after)).toEqual(addressesOf(before));
    expect([after.nats!.started, after.temporal!.started]).toEqual([true, false]);

    const reader = await connect({ servers: after.nats!.address });
    const message = await (await jetstreamManager(reader)).streams.getMessage('KEPT', { seq: 1 });
    expect(message?.string()).toBe('first');
    await reader.close();
  });

  test('Temporal comes back on its port with its workflows', { timeout: 60_000 }, async () => {
    const before = await up(home);
    const settings = await resolveConnections({ home, onStep, start: 'never', env: {} });
    const first = await connectTemporal(settings.temporal);
    const start = { taskQueue: 'nobody', workflowId: 'kept' };
    await new Client({ connection: first }).workflow.start('search', start);
    await first.close();

    await killed(before.temporal!.pid);
    const after = await up(home);
    expect(addressesOf(after)).toEqual(addressesOf(before));
    expect([after.temporal!.started, after.nats!.started]).toEqual([true, false]);

    const second = await connectTemporal(settings.temporal);
    const { status } = await new Client({ connection: second }).workflow.getHandle('kept').describe();
    expect(status.name).toBe('RUNNING');
    await second.close();
  });
});

test('two starts at the same moment make one pair of servers', { timeout: 60_000 }, async () => {
  await stopServices({ home });
  const [one, two] = await Promise.all([up(home), up(home)]);
  expect(Object.values(one).map(({ pid }) => pid)).toEqual(Object.values(two).map(({ pid }) => pid));
  expect(existsSync(home.lockFile)).toBe(false);
});

test('a lock that a dead process left behind is taken over', { timeout: 60_000 }, async () => {
  await stopServices({ home });
  const dead = await run(process.execPath, ['-p', 'process.pid']);
  const owner = { pid: Number(dead.stdout), host: hostname(), token: 'x' };
  writeFileSync(home.lockFile, JSON.stringify(owner));
  expect(Object.keys(await up(home))).toEqual(['temporal', 'nats']);
});

test('a lost record does not put two servers on one folder', { timeout: 60_000 }, async () => {
  const before = await up(home);
  rmSync(home.stateFile);
  const after = await up(home);
  expect(isAlive(before.nats!.pid) && before.nats!.pid !== after.nats!.pid).toBe(false);
  expect(after.temporal!.pid).not.toBe(before.temporal!.pid);
});

test("a pid that is another program's now is neither trusted nor ended", { timeout: 60_000 }, async () => {
  await stopServices({ home });
  const state = readState({ home });
  const forged = { ...state.services.nats!, pid: process.pid };
  writeFileSync(home.stateFile, JSON.stringify({ services: { ...state.services, nats: forged } }));
  expect(await findRunning({ home })).toEqual({});
  expect(await stopServices({ home })).toEqual([]);
  const { nats } = await up(home);
  expect(nats!.pid).not.toBe(process.pid);
});

test('status tells running, silent and stopped', { timeout: 60_000 }, async () => {
  const { nats, temporal } = await up(home);
  const running = await readServicesStatus({ home });
  expect(running.map(({ name, state }) => [name, state])).toEqual([
    ['temporal', 'running'],
    ['nats', 'running'],
  ]);
  expect(running[0]).toMatchObject({ address: temporal!.address, web: temporal!.web, pid: temporal!.pid });
  const seen = await whileStopped(nats!.pid, () => readServicesStatus({ home }));
  expect(seen[1]!.state).toBe('silent');
  expect(await stopServices({ home })).toEqual(['temporal', 'nats']);
  expect((await readServicesStatus({ home })).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  expect(isAlive(nats!.pid) && readFileSync(`/proc/${nats!.pid}/cmdline`, 'utf8') !== '').toBe(false);
  const resolving = resolveConnections({ home, onStep, start: 'never', env: {} });
  await expect(resolving).rejects.toMatchObject({ code: 'server-away', advice: { code: 'start-servers' } });
});

test('a server that cannot start shows the end of its log', { timeout: 60_000 }, async () => {
  const broken = temporaryHome();
  const path = process.env.PATH;
  try {
    writeFileSync(`${broken.root}/nats`, 'a file where the folder should be');
    await expect(ensureServices({ home: broken, onStep, which: ['nats'] })).rejects.toThrow(/nats/);
    rmSync(`${broken.root}/nats`);
    mkdirSync(join(broken.root, 'bin-that-fails'));
    const failing =
      '#!/bin/sh\n[ "$1" = --version ] && echo temporal version 1.9.1 && exit\necho no memory; exit 3\n';
    writeFileSync(join(broken.root, 'bin-that-fails', 'temporal'), failing, { mode: 0o755 });
    process.env.PATH = `${join(broken.root, 'bin-that-fails')}:${path}`;
    const failure = ensureServices({ home: broken, onStep, which: ['temporal'] });
    await expect(failure).rejects.toMatchObject({
      reason: 'start-failed',
      trouble: 'ended',
      fault: expect.stringMatching(/exit code 3.*no memory/s),
    });
    expect(readFileSync(locateLog({ home: broken, name: 'temporal' }), 'utf8')).not.toBe('');
  } finally {
    process.env.PATH = path;
    await removeHome(broken);
  }
});

test('a machine without Python and nats-server is told the way out', { timeout: 60_000 }, async () => {
  const bare = { ...temporaryHome(), bin: join(home.root, 'empty-bin') };
  const path = process.env.PATH;
  process.env.PATH = bare.root;
  try {
    await expect(ensureServices({ home: bare, onStep, which: ['nats'] })).rejects.toMatchObject({
      reason: 'not-installed',
      address: 'nats-server',
      remedy: expect.stringContaining('NATS_URL'),
      settings: ['NATS_URL'],
    });
  } finally {
    process.env.PATH = path;
    await removeHome(bare);
  }
});
