// Tests score workers as jobs of a queue such as SLURM’s: they end by themselves when nothing is left, and drain when they are preempted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome, until } from '../support/home.js';
import { createPace, type Pace } from '../support/pace.js';
import { done, type Running, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 64;
const env = { ZEROSCOUT_LOG_LEVEL: 'debug' };

let home: TestHome;
let control: Running;
let pace: Pace;
const job = (...args: string[]) =>
  spawnZeroscout(['worker', '--role', 'score', '--concurrency', '1', ...args], {
    home,
    env: { ...env, ...pace.env },
  });
const scoredBy = (running: Running) => running.stderr().split('"msg":"scored candidate"').length - 1;

beforeAll(async () => {
  home = testHome();
  pace = createPace(home);
  await home.startServices();
  control = spawnZeroscout(['worker', '--role', 'control'], { home });
  await control.says(/"worker ready"/);
  home.write(
    'search.json',
    specification({ samples: SAMPLES, changes: { execution: { shardSize: 4 }, fidelity: { draws: 2 } } }),
  );
}, 120_000);
afterAll(() => home.remove(), 60_000);

test('workers of a job array: one is preempted, the others finish and end', {
  timeout: 240_000,
}, async () => {
  // Jobs that start before the search could end before it begins, and fast ones could leave nothing to the third.
  pace.set(300);
  const run = spawnZeroscout(['run', 'search.json', '--workers', '0', '--out', 'out'], { home });
  await run.says(/search .* started/);
  const jobs = [job('--until-idle', '6s'), job('--until-idle', '6s')];
  const preempted = job('--until-idle', '6s');
  await until(() => scoredBy(preempted) >= 2, { what: 'the third job scores', timeoutMs: 120_000 });
  preempted.child.kill('SIGTERM');
  const told = Date.now();
  expect(await preempted.ended).toMatchObject({ code: 0 });
  expect(Date.now() - told).toBeLessThan(30_000);
  pace.set(0);
  expect(await run.ended).toMatchObject({ code: 0 });
  for (const running of jobs) expect(await running.ended).toMatchObject({ code: 0 });
  // Nothing was lost, and nothing computed twice.
  expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
  expect([...jobs, preempted].reduce((sum, running) => sum + scoredBy(running), 0)).toBe(SAMPLES);
});

test('a worker that is preempted does not wait for a candidate that takes long', {
  timeout: 180_000,
}, async () => {
  pace.set(Number.POSITIVE_INFINITY);
  const preempted = job();
  const changes = { execution: { shardSize: 4 }, seed: 2 };
  home.write('long.json', specification({ samples: 8, changes }));
  const run = spawnZeroscout(['run', 'long.json', '--workers', '0', '--out', 'long'], { home });
  await preempted.says(/"scorer sent"/);
  preempted.child.kill('SIGTERM');
  const told = Date.now();
  expect(await preempted.ended).toMatchObject({ code: 0 });
  // 20 s for its activities, and some for its connections; SLURM and Kubernetes wait for 30 s.
  expect(Date.now() - told).toBeLessThan(28_000);
  pace.set(0);
  const other = job('--until-idle', '6s');
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(await other.ended).toMatchObject({ code: 0 });
  expect(home.read('long/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + 8);
});

test('a control worker is refused, and so is a time without sense', async () => {
  const refused = await zeroscout(['worker', '--role', 'control', '--until-idle', '5m'], { home });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--until-idle');
  expect((await zeroscout(['worker', '--until-idle', 'soon'], { home })).code).toBe(2);
});

test('a job that finds nothing to do ends', { timeout: 60_000 }, async () => {
  expect(await job('--until-idle', '2s').ended).toMatchObject({ code: 0 });
  await done(['status'], { home });
});
