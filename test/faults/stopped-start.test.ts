// Tests that a command that is suspended (Ctrl-Z) while it starts the servers does not lead to a second pair
// of them.
import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { pidsOf } from '../../client/embedded/lifecycle.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

let home: TestHome;
afterEach(() => home.remove(), 60_000);

/** The file exists before it is locked; its holder writes its pid when it has the lock. */
async function holdsLock(pid: number): Promise<void> {
  const { lockFile } = home.home;
  const holds = () => existsSync(lockFile) && readFileSync(lockFile, 'utf8') === JSON.stringify({ pid });
  await until(holds, { what: 'the lock', timeoutMs: 60_000, everyMs: 1 });
}

test('who is stopped keeps the lock, says so, and nobody starts a second pair of servers', {
  timeout: 180_000,
}, async () => {
  home = testHome();
  home.write('a.json', specification());
  const first = spawnZeroscout(['services', 'up'], { home });
  const { lockFile } = home.home;
  await holdsLock(first.pid);
  process.kill(first.pid, 'SIGSTOP');
  // The lock file looks as after a minute of silence.
  const past = Date.now() / 1000 - 60;
  utimesSync(lockFile, past, past);

  const run = spawnZeroscout(['run', 'a.json', '--out', 'a'], { home });
  await run.says(new RegExp(`waiting for process ${first.pid} \\(stopped|started in`));
  process.kill(first.pid, 'SIGCONT');
  let most = 0;
  const watch = setInterval(async () => {
    const counts = await Promise.all(
      (['temporal', 'nats'] as const).map((name) => pidsOf({ home: home.home, name })),
    );
    most = Math.max(most, ...counts.map(({ length }) => length));
  }, 50);
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await run.ended).toMatchObject({ code: 0 });
  clearInterval(watch);
  expect(run.stderr()).toContain('stopped, as by Ctrl-Z');
  expect(most).toBe(1);

  await done(['run', 'a.json', '--id', 'again', '--out', 'again'], { home });
  expect(JSON.parse(home.read('again/summary.json'))).toMatchObject({ scored: 0, reused: 24 });
  expect(home.read('again/ranking.csv')).toBe(home.read('a/ranking.csv'));
});

test('a stopped holder that is killed frees the lock at once', { timeout: 120_000 }, async () => {
  home = testHome();
  const first = spawnZeroscout(['services', 'up'], { home });
  await holdsLock(first.pid);
  process.kill(first.pid, 'SIGSTOP');
  const second = spawnZeroscout(['services', 'up'], { home });
  await second.says(/waiting for process/);
  process.kill(first.pid, 'SIGKILL');
  expect(await second.ended).toMatchObject({ code: 0 });
});
