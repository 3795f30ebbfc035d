// Tests searches with workers started separately: who computes, what Ctrl-C leaves, and that no score is
// computed twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRunning, type TestHome, testHome, until } from '../support/home.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

const SAMPLES = 80;
const env = { ZEROSCOUT_LOG_LEVEL: 'debug' };

let home: TestHome;
const fidelity = { draws: 1, batch: 8, resolution: 16 };
const execution = { shardSize: 16 };
const write = (name: string, seed: number) =>
  home.write(
    `${name}.json`,
    specification({ name, samples: SAMPLES, changes: { seed, fidelity, execution } }),
  );
const computed = () =>
  home.workerLog().flatMap((line) => (line.msg === 'scored candidate' ? [line.candidate] : []));

beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove(), 60_000);

test('Ctrl-C: code 130, local workers gone, the way on; the same command finishes', {
  timeout: 180_000,
}, async () => {
  write('interrupted', 1);
  const command = ['run', 'interrupted.json', '--workers', '1', '--out', 'out'];
  const run = spawnZeroscout(command, { home, env });
  await until(() => computed().length >= 10, { what: 'ten candidates', timeoutMs: 60_000 });
  const workers = [...home.pids('control'), ...home.pids('score'), ...home.pids('scorer')];
  expect(workers.length).toBeGreaterThanOrEqual(3);
  const told = Date.now();
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(Date.now() - told).toBeLessThan(12_000);
  expect(stderr).toContain(`continue with: zeroscout ${command.join(' ')}`);
  expect(workers.filter(isRunning)).toEqual([]);
  const before = computed().length;
  expect(before).toBeLessThan(SAMPLES);

  const again = await done(command, { home, env });
  expect(again.stderr).toContain('attached');
  expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
  expect(computed()).toHaveLength(SAMPLES);
  expect(new Set(computed()).size).toBe(SAMPLES);
});

test('a run that is killed takes its workers along', { timeout: 120_000 }, async () => {
  write('killed', 2);
  const run = spawnZeroscout(['run', 'killed.json', '--id', 'killed'], { home, env });
  const before = computed().length;
  await until(() => computed().length > before, { what: 'a candidate', timeoutMs: 60_000 });
  const workers = [...home.pids('control'), ...home.pids('score'), ...home.pids('scorer')];
  run.child.kill('SIGKILL');
  await until(() => !workers.some(isRunning), { what: 'workers end', timeoutMs: 60_000 });
  await done(['cancel', 'killed'], { home });

  // No control worker is left to end it; the same command starts it in its place.
  const status = async () => JSON.parse((await done(['status', 'killed', '--json'], { home })).stdout);
  expect(await status()).toMatchObject({ cancelling: true });
  const again = ['run', 'killed.json', '--id', 'killed', '--detach', '--workers', '0'];
  expect((await done(again, { home, env })).stderr).toContain('search killed started');
  expect(await status()).not.toHaveProperty('cancelling');
  expect((await done(again, { home, env })).stderr).toContain('search killed is running; attached to it');
  await done(['cancel', 'killed'], { home });
});

test('--workers 0 starts none; workers of one’s own take the search', {
  timeout: 180_000,
}, async () => {
  write('own', 3);
  const first = computed().length;
  const run = spawnZeroscout(['run', 'own.json', '--id', 'own', '--workers', '0', '--json'], { home, env });
  await run.says(/search \S+ started/);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect([...home.pids('control'), ...home.pids('score')]).toEqual([]);

  const own = [['control'], ['score', '--concurrency', '2']].map((args) =>
    spawnZeroscout(['worker', '--role', ...args], { home, env }),
  );
  const { code, stdout } = await run.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ candidates: SAMPLES, scored: SAMPLES, failed: 0 });
  expect(own[1]!.stderr().match(/"search":"own".*"scored candidate"/g)).toHaveLength(SAMPLES);
  expect(computed().length).toBe(first);
  for (const worker of own) {
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  }
});
