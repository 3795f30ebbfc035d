// Tests what becomes of workers on this machine that cannot be started, such as after Node was replaced while
// this program ran.
import { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Home, resolveHome } from '../../../client/embedded/home.js';
import { startBackgroundWorkers } from '../../../client/workers/background-workers.js';
import { startLocalWorkers } from '../../../client/workers/local-workers.js';

const node = process.execPath;
let folder: string;
let home: Home;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zeroscout-test-'));
  home = resolveHome({ env: { ZEROSCOUT_HOME: join(folder, 'home') } });
  process.execPath = join(folder, 'node');
});
afterEach(async () => {
  process.execPath = node;
  await rm(folder, { recursive: true, force: true });
});

test('a worker that cannot be started is started again until it is stopped', async () => {
  const notes: string[] = [];
  const workers = startLocalWorkers({ home, count: 1, device: 'cpu', onNote: (text) => notes.push(text) });
  await vi.waitFor(() => expect(notes).toHaveLength(4), { timeout: 30_000 });
  const again = (role: string) =>
    `${role} worker cannot be started: spawn ${folder}/node ENOENT; starting it again; its log is ${home.logs}/workers.log`;
  expect(new Set(notes)).toEqual(new Set([again('control'), again('score')]));
  await workers.stop();
});

test('workers that are stopped before it is known that they cannot be started have ended, and nothing is signalled', async () => {
  const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(false);
  const workers = startLocalWorkers({ home, count: 1, device: 'cpu', onNote: () => {} });
  await workers.stop();
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
});

test('a background worker that cannot be started is an error', async () => {
  const started = startBackgroundWorkers({ home, count: 1, device: 'cpu', modules: 'refused' });
  await expect(started).rejects.toThrow('ENOENT');
});
