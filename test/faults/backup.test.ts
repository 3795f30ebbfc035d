// Tests the backup commands of docs/operate/backup.md with a running search, a finished one and a schedule.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentedCommands } from '../support/documented.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, environment, ROOT, specification } from '../support/zeroscout.js';

const SAMPLES = 300;
const [backUp, restore] = documentedCommands({ page: 'operate/backup.md', heading: '## Embedded servers' });

let home: TestHome;
let other: TestHome;

beforeAll(async () => {
  home = testHome();
  other = testHome();
  await home.startServices();
  for (const { write } of [home, other]) {
    write('done.json', specification({ name: 'done', samples: 12 }));
    write('long.json', specification({ name: 'long', samples: SAMPLES, changes: { seed: 2 } }));
  }
}, 120_000);
afterAll(async () => {
  await Promise.all([home.remove(), other.remove()]);
}, 60_000);

/** Runs commands in a shell in the work folder, as an operator would, and returns their output. */
function shell(commands: string, place: TestHome): string {
  const env = {
    ...environment({ home: place }),
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
  };
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-euc', commands], {
    cwd: place.dir,
    env,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

test('backed up in mid-run and restored in an empty home', { timeout: 400_000 }, async () => {
  const json = async (place: TestHome, ...args: string[]) =>
    JSON.parse(
      (await done([...args, '--json'], { home: place, env: { ZEROSCOUT_LOG_LEVEL: 'debug' } })).stdout,
    );
  const scoredHere = (place: TestHome) =>
    place.workerLog().filter(({ msg }) => msg === 'scored candidate').length;

  await json(home, 'run', 'done.json', '--id', 'done', '--out', 'done');
  await json(home, 'run', 'long.json', '--id', 'long', '--detach');
  await done(['schedule', 'create', 'nightly', 'done.json', '--cron', '@yearly', '--workers', '0'], { home });
  await until(() => scoredHere(home) > SAMPLES / 6, { what: 'it scores', timeoutMs: 120_000 });
  shell(backUp!, home);
  const before = scoredHere(home);
  expect(before).toBeLessThan(SAMPLES);

  shell(`cp ${join(home.dir, 'zeroscout-backup.tgz')} .`, other);
  const status = shell(restore!, other);
  expect(status).toMatch(/long\b.*scoring/);
  expect(await json(other, 'schedule', 'list')).toEqual([
    expect.objectContaining({ name: 'nightly', cron: '@yearly' }),
  ]);
  await done(['results', 'done', '--out', 'done'], { home: other });
  expect(other.read('done/ranking.csv')).toBe(home.read('done/ranking.csv'));

  const summary = await json(other, 'run', 'long.json', '--id', 'long', '--out', 'long');
  expect(summary).toMatchObject({ candidates: SAMPLES, scored: SAMPLES, reused: 0, failed: 0 });
  // Candidates stored before the backup are not scored again; those that a worker was scoring may be.
  const after = scoredHere(other);
  expect(after).toBeGreaterThan(0);
  expect(before + after).toBeLessThan(SAMPLES + 64);
  expect(before + after).toBeGreaterThanOrEqual(SAMPLES);

  // The original place has also continued from there, to the same ranking.
  await json(home, 'run', 'long.json', '--id', 'long', '--out', 'long');
  expect(other.read('long/ranking.csv')).toBe(home.read('long/ranking.csv'));
});
