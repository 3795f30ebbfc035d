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

/** Those of this command; other programs, such as npm and Temporal, may have theirs there. */
const foldersOfTables = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /zeroscout-rankings-\w+$/.test(name),
  );

test('the tables of a server that was killed are removed by the next one, those of a running one are not', {
  timeout,
}, async () => {
  const killed = await start();
  const [left] = foldersOfTables();
  expect(left).toBeDefined();
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(foldersOfTables()).toEqual([left]);
  const running = await start();
  expect(foldersOfTables()).toHaveLength(1);
  expect(foldersOfTables()).not.toContain(left);
  const other = await start();
  expect(foldersOfTables()).toHaveLength(2);
  for (const server of [running, other]) {
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }
  expect(foldersOfTables()).toEqual([]);
});
