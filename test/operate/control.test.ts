// Tests that pause, resume, cancel and watch act on running searches, and that scores are kept.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Describer, openEmbeddedDescriber } from '../support/describer.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { createPace, type Pace } from '../support/pace.js';
import { done, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 200;

let home: TestHome;
let pace: Pace;
let describer: Describer;
const cli = (...args: string[]) => done(args, { home, env: { ZEROSCOUT_LOG_LEVEL: 'debug' } });
const status = async (id: string) => JSON.parse((await cli('status', id, '--json')).stdout);
const scored = () => home.workerLog().filter(({ msg }) => msg === 'scored candidate').length;

beforeAll(() => {
  home = testHome();
  pace = createPace(home);
  // Scoring is slow enough that no command comes too late.
  pace.set(500);
  const execution = { shardSize: 4, window: 2 };
  home.write('long.json', specification({ samples: SAMPLES, changes: { execution } }));
});
afterAll(async () => {
  await describer?.close();
  await home.remove();
}, 60_000);

test('--detach, pause, resume, cancel; run again goes on and reuses', { timeout: 300_000 }, async () => {
  const detached = await done(['run', 'long.json', '--id', 'long', '--detach', '--json', '--out', 'o u t'], {
    home,
    env: { ZEROSCOUT_LOG_LEVEL: 'debug', ...pace.env },
  });
  describer = await openEmbeddedDescriber(home);
  expect(JSON.parse(detached.stdout)).toEqual({ id: 'long', detached: true });
  expect(detached.stderr).toContain("zeroscout watch long, zeroscout results long --out 'o u t'\n");
  const early = await zeroscout(['results', 'long', '--json'], { home });
  expect([early.code, JSON.parse(early.stdout).error]).toEqual([
    2,
    expect.objectContaining({ code: 'wrong-state', field: 'ID' }),
  ]);
  await until(() => scored() >= 8, { what: 'the first shards are scored', timeoutMs: 60_000 });

  await cli('pause', 'long');
  await until(
    async () => {
      const now = await describer.status('long');
      return now.progress?.shards.running.length === 0;
    },
    { what: 'running shards end', timeoutMs: 60_000 },
  );
  const paused = await status('long');
  expect(paused).toMatchObject({ state: 'paused', progress: { paused: true } });
  const { stdout: said } = await cli('status', 'long');
  expect(said).toMatch(/long.*paused/);
  expect(said).toMatch(/paused.*\d\d:\d\d/);
  const { stderr: none } = await zeroscout(['results', 'long'], { home });
  expect(none).toContain('has no results: paused; resume it, and wait until it ends');
  // Shards that finish after the pause are counted, in the search's answers and in what it writes.
  const { done: counted, shards } = paused.progress;
  expect(counted).toBe(4 * shards.done);
  expect(said).toContain(`${counted} of ${SAMPLES} done`);
  expect(JSON.parse((await cli('status', '--json')).stdout)[0].counts.done).toBe(counted);
  const before = scored();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(scored()).toBe(before);
  expect((await status('long')).progress.done).toBe(before);
  expect(before).toBeLessThan(SAMPLES);

  const watcher = spawnZeroscout(['watch', 'long'], { home });
  await watcher.says(new RegExp(`paused {2}\\d+/${SAMPLES}`));
  await cli('resume', 'long');
  await until(() => scored() > before, { what: 'it goes on', timeoutMs: 60_000 });
  expect((await status('long')).state).toBe('scoring');

  const attached = spawnZeroscout(['run', 'long.json', '--id', 'long', '--workers', '0'], { home });
  await attached.says(/attached/);
  await attached.says(/\/s/);
  attached.child.kill('SIGINT');
  const left = await attached.ended;
  expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/\b2\b.*zeroscout services down/)]);

  await cli('cancel', 'long');
  await until(async () => (await describer.status('long')).state === 'cancelled', {
    what: 'it ends',
    timeoutMs: 60_000,
  });
  const watched = await watcher.ended;
  expect([watched.code, watched.stderr]).toEqual([1, expect.stringMatching(/cancelled/i)]);
  const late = await zeroscout(['pause', 'long', '--json'], { home });
  expect([late.code, JSON.parse(late.stdout).error]).toEqual([
    2,
    expect.objectContaining({ field: 'ID', message: expect.stringContaining('cancelled') }),
  ]);
  const kept = scored();

  pace.set(0);
  await cli('run', 'long.json', '--id', 'long', '--workers', '0', '--out', 'out');
  const { scored: anew, reused } = JSON.parse(home.read('out/summary.json'));
  expect(anew + reused).toBe(SAMPLES);
  expect(reused).toBeGreaterThanOrEqual(kept);
  expect(scored()).toBe(SAMPLES);
  expect((await cli('results', 'long', '--format', 'csv')).stdout).toBe(home.read('out/ranking.csv'));

  const workers = [...home.pids('control'), ...home.pids('score')];
  expect(workers).toHaveLength(2);
  await cli('services', 'down');
  await until(() => home.pids('control').length + home.pids('score').length === 0, {
    what: 'workers in the background end with the services',
    timeoutMs: 60_000,
  });
});
