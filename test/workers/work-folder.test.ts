// Tests that temporary folders of dead workers are removed and no others.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWorkFolder } from '../../workers/work-folder.js';

const SCRIPT = fileURLToPath(new URL('../support/work-folder.mjs', import.meta.url));
const outside = process.env.TMPDIR;

let parent: string;
let children: ChildProcess[];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'zeroscout-test-'));
  process.env.TMPDIR = parent;
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  if (outside === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = outside;
  rmSync(parent, { recursive: true, force: true });
});

async function start(): Promise<{ child: ChildProcess; path: string }> {
  const child = spawn(process.execPath, [SCRIPT], {
    env: { ...process.env, TMPDIR: parent },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, path: line.toString().trim() };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the dead are swept, the living and the stopped are not', { timeout: 30_000 }, async () => {
  const [dead, alive, stopped] = await Promise.all([start(), start(), start()]);
  mkdirSync(join(dead.path, 'zeroscout-images-x'));
  for (const { path } of [dead, alive, stopped]) writeFileSync(join(path, 'images.part'), 'x');
  stopped.child.kill('SIGSTOP');
  await end(dead.child);
  expect(existsSync(dead.path)).toBe(true);
  const own = openWorkFolder();
  expect(tmpdir()).toBe(own.path);
  expect(existsSync(dead.path)).toBe(false);
  for (const { path } of [alive, stopped]) expect(readdirSync(path).sort()).toEqual(['images.part', 'lock']);
  own.close();
  expect(tmpdir()).toBe(parent);
  expect(readdirSync(parent)).toHaveLength(2);
});

test('a folder that is used for days is never old, which programs that clean up would take', () => {
  vi.useFakeTimers();
  const own = openWorkFolder();
  const both = [own.path, join(own.path, 'lock')];
  for (const path of both) utimesSync(path, 0, 0);
  vi.advanceTimersByTime(3_600_000);
  for (const path of both) expect(statSync(path).mtimeMs, path).toBeGreaterThan(1e9);
  rmSync(own.path, { recursive: true });
  vi.advanceTimersByTime(3_600_000);
  own.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('what only looks like a folder of a worker stays', () => {
  const victim = join(parent, 'victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'lock'), '');
  writeFileSync(join(victim, 'precious'), '');
  symlinkSync(victim, join(parent, 'zeroscout-worker-link'));
  writeFileSync(join(parent, 'zeroscout-worker-file'), '');
  const unlocked = join(parent, 'zeroscout-worker-strange');
  mkdirSync(unlocked);
  writeFileSync(join(unlocked, 'precious'), '');
  const linked = join(parent, 'zeroscout-worker-linked');
  mkdirSync(linked);
  symlinkSync(join(victim, 'lock'), join(linked, 'lock'));
  openWorkFolder().close();
  for (const path of [join(victim, 'precious'), join(unlocked, 'precious'), join(linked, 'lock')])
    expect(existsSync(path), path).toBe(true);
});

test.runIf(process.getuid?.() === 0)('nor is that of another user removed', async () => {
  const { child, path } = await start();
  await end(child);
  chownSync(path, 12_345, 12_345);
  openWorkFolder().close();
  expect(existsSync(path)).toBe(true);
});

test('workers that start and die at the same time do not take each other’s', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 2; round++) {
    const all = await Promise.all(Array.from({ length: 6 }, start));
    for (const { path } of all) expect(existsSync(join(path, 'lock'))).toBe(true);
    await Promise.all(all.slice(round * 3).map(({ child }) => end(child)));
  }
});
