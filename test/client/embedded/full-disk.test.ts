// Tests that an embedded nats-server whose disk was full stores again once there is room, although nobody restarts it
// by hand, and that people read why they wait.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import { lookAtDisk, needsRestart } from '../../../client/embedded/full-disk.js';
import { type Home, locateLog } from '../../../client/embedded/home.js';
import { keepRunning } from '../../../client/embedded/keep-running.js';
import { connectStore } from '../../../store/jetstream.js';
import { removeHome, temporaryHome } from './places.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const DISK_BYTES = 48e6;

let home: Home;
let disk: string | undefined;
beforeEach(() => {
  home = temporaryHome();
  disk = undefined;
});
afterEach(async () => {
  await stopServices({ home });
  if (disk) execFileSync('umount', [disk]);
  await removeHome(home);
});

const up = async () => (await ensureServices({ home, which: ['nats'], onStep: () => {} })).nats!;

/** Gives nats-server a file system of its own, and says whether that is possible here. */
function mountDisk(): boolean {
  mkdirSync(home.nats, { recursive: true });
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs'];
    execFileSync('mount', [...options, home.nats], { stdio: 'ignore' });
  } catch {
    return false;
  }
  disk = home.nats;
  return true;
}

const entriesOf = (round: string) =>
  Array.from({ length: 200 }, (_, i) => ({ key: `${round} ${i} ${'x'.repeat(400)}`, proxies: { p: i } }));

test('a server that once found its disk full is started again by the next command, and keeps its scores', async () => {
  const first = await up();
  expect((await up()).pid).toBe(first.pid);
  const store = await connectStore({ url: first.address });
  await store.scores.put('s', [{ key: 'a', proxies: { p: 1 } }]);
  await store.close();
  const words =
    "[ERR] JetStream failed to store a msg on stream '$G > S': write 1.blk: no space left on device";
  appendFileSync(locateLog({ home, name: 'nats' }), `${words}\n`);
  expect(lookAtDisk({ home, name: 'nats' })).toBe('was full');
  const second = await up();
  expect(second).toMatchObject({ started: true, address: first.address });
  expect(second.pid).not.toBe(first.pid);
  expect(needsRestart({ home, name: 'nats' })).toBe(false);
  expect((await up()).pid).toBe(second.pid);
  const again = await connectStore({ url: second.address });
  expect((await again.scores.get('s', ['a'])).get('a')).toEqual({ p: 1 });
  await again.close();
});

test('while a command waits: it says that the disk is full, and scores are stored once there is room', async ({
  skip,
}) => {
  if (!mountDisk()) return skip('no file system of a size of its own: mounting one takes root');
  const { address, pid } = await up();
  const store = await connectStore({ url: address, patienceMs: 60_000 });
  await store.scores.put('s', entriesOf('before'));
  const ballast = join(home.nats, 'ballast');
  expect(() => writeFileSync(ballast, Buffer.alloc(2 * DISK_BYTES))).toThrow('ENOSPC');
  const steps: string[] = [];
  const keeper = keepRunning({ home, which: ['nats'], onStep: (text) => void steps.push(text) });
  try {
    const stored = store.scores.put('s', entriesOf('after'));
    const said = `the disk of ${home.nats} is full: searches go on once there is room`;
    await expect.poll(() => steps, { timeout: 30_000 }).toContain(said);
    rmSync(ballast);
    expect(new Set(await stored)).toEqual(new Set(['stored']));
    expect((await up()).pid).not.toBe(pid);
    expect(steps.filter((text) => text === said)).toHaveLength(1);
    const keys = [...entriesOf('before'), ...entriesOf('after')].map(({ key }) => key);
    expect((await store.scores.get('s', keys)).size).toBe(keys.length);
  } finally {
    keeper.stop();
    await store.close();
  }
});
