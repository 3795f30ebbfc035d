// Tests that a command that is killed just after it started its workers leaves none of them running.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../client/embedded/process.js';
import { startScorer } from '../../engine/scorer-child.js';
import { killNow, type TestHome, testHome, until } from '../support/home.js';
import { spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

let home: TestHome;
beforeAll(async () => {
  home = testHome();
  await home.startServices();
}, 120_000);
afterAll(() => home.remove(), 60_000);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Workers and scorers with this home in their environment, whatever their parent is now. */
function ofHome(): { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => /main\.js\0worker|scorer-process/.test(read(`/proc/${pid}/cmdline`)))
    .filter((pid) => read(`/proc/${pid}/environ`).includes(`ZEROSCOUT_HOME=${home.home.root}`))
    .map((pid) => ({
      pid: Number(pid),
      parent: Number(
        read(`/proc/${pid}/stat`)
          .replace(/^.*\) . /s, '')
          .split(' ')[0],
      ),
    }));
}

// ZEROSCOUT_TEST_MOMENTS=9 tries 0, 50, ... 400 ms.
const count = Number(process.env.ZEROSCOUT_TEST_MOMENTS ?? 3);
const moments = Array.from({ length: count }, (_, index) => Math.round((index * 400) / (count - 1)));

describe.skipIf(process.platform !== 'linux')('a run that is killed leaves nothing', () => {
  test.each(moments)('%i ms after its workers appeared', { timeout: 120_000 }, async (ms) => {
    home.write(`${ms}.json`, specification({ name: `orphans-${ms}` }));
    const run = spawnZeroscout(['run', `${ms}.json`], { home });
    const workers = () => ofHome().filter(({ parent }) => parent === run.pid);
    await until(() => workers().length === 2, { what: 'two workers', timeoutMs: 60_000, everyMs: 2 });
    await sleep(ms);
    await killNow(run.pid);
    // As long as a busy machine may need to load the modules; before the fix an orphan stayed forever.
    await until(() => ofHome().length === 0, { what: 'all have ended', timeoutMs: 60_000, everyMs: 100 });
  });
});

test('a scorer whose worker is gone before it could look ends too', { timeout: 60_000 }, async () => {
  // The parent ends at the moment of the fork, so the child never sees it.
  const script = home.write(
    'fork.mjs',
    `import { startScorer } from ${JSON.stringify(new URL('../../dist/engine/scorer-child.js', import.meta.url).href)};
     const { pid } = startScorer({ script: process.argv[2], threads: 1, device: 'cpu', startTimeoutMs: 60_000,
       onReady: () => {}, onScored: () => {}, onGone: () => {} });
     process.stdout.write(String(pid));
     process.kill(process.pid, 'SIGKILL');`,
  );
  for (const name of ['scorer-process', 'latency-process']) {
    const process_ = new URL(`../../dist/engine/${name}.js`, import.meta.url).pathname;
    const { ended } = spawnNode([script, process_], { home });
    const pid = Number((await ended).stdout);
    expect(pid).toBeGreaterThan(1);
    await until(() => !isAlive(pid) || read(`/proc/${pid}/cmdline`) === '', {
      what: `${name} has ended`,
      timeoutMs: 60_000,
    });
  }
});

function deferred() {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}

test('a scorer lives while its worker does', { timeout: 60_000 }, async () => {
  const ready = deferred();
  const script = new URL('../../dist/engine/scorer-process.js', import.meta.url).pathname;
  const scorer = startScorer({
    script,
    threads: 1,
    device: 'cpu',
    startTimeoutMs: 60_000,
    onReady: ready.resolve,
    onScored: () => {},
    onGone: ({ cause }) => ready.reject(new Error(cause)),
  });
  await ready.promise;
  await sleep(2_500);
  expect(isAlive(scorer.pid)).toBe(true);
  await scorer.close();
});
