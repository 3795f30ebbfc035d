// Tests that `zeroscout ui` leaves no files behind: those of one that was killed are removed by the next.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { type Running, spawnZeroscout } from '../support/zeroscout.js';

const timeout = 120_000;
let home: TestHome;
let folder: string;
beforeAll(() => {
  home = testHome();
  folder = join(home.dir, 'temporary');
  mkdirSync(folder);
});
afterAll(() => home.remove(), timeout);

async function start(): Promise<Running> {
  const place = { home, env: { TMPDIR: folder } };
  const server = spawnZeroscout(['ui', '--port', '0'], place);
  await server.says(/address: http/, 60_000);
  return server;
}

/** Other programs, such as npm and Temporal, may have folders of their own there. */
const folders = () => readdirSync(folder).filter((name) => name.startsWith('zeroscout-worker-'));

test('the folder of a server that was killed is removed by the next one, that of a running one is not', {
  timeout,
}, async () => {
  const killed = await start();
  const [left] = folders();
  expect(left).toBeDefined();
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(folders()).toEqual([left]);
  const running = await start();
  expect(folders()).toHaveLength(1);
  expect(folders()).not.toContain(left);
  const other = await start();
  expect(folders()).toHaveLength(2);
  for (const server of [running, other]) {
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }
  expect(folders()).toEqual([]);
});
