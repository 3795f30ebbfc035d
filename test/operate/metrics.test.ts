// Tests what Prometheus and probes see of workers, of a search, of a killed scorer and of a killed server.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVICES } from '../../core/specification/devices.js';
import { killNow, type TestHome, testHome, until } from '../support/home.js';
import { done, ROOT, type Running, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 24;

let home: TestHome;
let workers: { control: Running; score: Running };
const env = { ZEROSCOUT_LOG_LEVEL: 'debug' };
const worker = (role: string) =>
  spawnZeroscout(['worker', '--role', role, '--concurrency', '1', '--metrics', '127.0.0.1:0'], { home, env });
const address = async (running: Running): Promise<string> => {
  await running.says(/"metrics":"([^"]+)"/);
  return `http://${/"metrics":"([^"]+)"/.exec(running.stderr())![1]}`;
};
/** The values by name and labels, as exposed. */
async function scrape(running: Running): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${await address(running)}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const lines = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line)!;
      return [name!, Number(value)];
    }),
  );
}
const sumOf = (values: ReadonlyMap<string, number>, name: string, ...labels: string[]) =>
  [...values]
    .filter(([key]) => key.split('{')[0] === name && labels.every((label) => key.includes(label)))
    .reduce((sum, [, value]) => sum + value, 0);
const ready = async (running: Running) => {
  const response = await fetch(`${await address(running)}/readyz`);
  return { status: response.status, ...((await response.json()) as object) };
};

beforeAll(async () => {
  home = testHome();
  await home.startServices();
  workers = { control: worker('control'), score: worker('score') };
  home.write('search.json', specification({ samples: SAMPLES }));
}, 120_000);
afterAll(() => home.remove(), 60_000);

test('what was scored, what was reused, how long it took, what died', { timeout: 300_000 }, async () => {
  const { control, score } = workers;
  const everything = { worker: true, temporal: true, store: true };
  for (const running of [control, score]) {
    expect(await ready(running)).toEqual({ status: 200, ...everything });
    expect((await fetch(`${await address(running)}/healthz`)).status).toBe(200);
    expect((await fetch(`${await address(running)}/elsewhere`)).status).toBe(404);
  }
  await done(['run', 'search.json', '--id', 'one', '--workers', '0'], { home });
  const first = await scrape(score);
  expect(sumOf(first, 'zeroscout_candidates_total', 'outcome="scored"', 'device="cpu"')).toBe(SAMPLES);
  expect(sumOf(first, 'zeroscout_candidate_seconds_count')).toBe(SAMPLES);
  expect(sumOf(first, 'zeroscout_candidate_seconds_sum')).toBeGreaterThan(0);
  expect(sumOf(first, 'zeroscout_scorer_restarts_total')).toBe(0);
  // Temporal updates the count of a queue's tasks some moments after they are taken.
  const waitingTasks = async () =>
    (await scrape(score)).get('zeroscout_queue_tasks{queue="score",device="cpu",role="score"}');
  await until(async () => (await waitingTasks()) === 0, { what: 'no task waits', timeoutMs: 60_000 });
  const queues = [...(await scrape(control)).keys()].filter((name) => name.startsWith('zeroscout_queue_age'));
  expect(queues.map((name) => /queue="(\w+)"(?:,device="([\w-]+)")?/.exec(name)!.slice(1, 3))).toEqual([
    ['control', undefined],
    ...DEVICES.map((device) => ['score', device]),
  ]);
  expect([...first.keys()].some((name) => name.startsWith('temporal_activity_execution_latency'))).toBe(true);
  expect([...(await scrape(control)).keys()].some((name) => name.startsWith('temporal_workflow_'))).toBe(
    true,
  );

  const said = (message: string) =>
    score
      .stderr()
      .split('\n')
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line) as { pid: number; search: string; shard: number; candidate: string });
  const logged = said('scored candidate');
  expect(new Set(logged.map(({ candidate }) => candidate)).size).toBe(SAMPLES);
  expect(new Set(logged.map(({ search }) => search))).toEqual(new Set(['one']));
  expect(new Set(logged.map(({ shard }) => shard))).toEqual(new Set([0, 1, 2]));
  const started = said('scorer started').map(({ pid }) => pid);
  expect(started).toHaveLength(1);
  await killNow(started[0]!);
  await until(
    async () => sumOf(await scrape(score), 'zeroscout_scorer_restarts_total', 'reason="died"') === 1,
    {
      what: 'a scorer that died is counted',
      timeoutMs: 60_000,
    },
  );
});

test('a store that is gone: not ready, counted, and ready again', { timeout: 240_000 }, async () => {
  const { score } = workers;
  const scored = async () => sumOf(await scrape(score), 'zeroscout_candidates_total', 'outcome="scored"');
  home.write('long.json', specification({ name: 'long', samples: 2_000, changes: { seed: 2 } }));
  await done(['run', 'long.json', '--id', 'long', '--workers', '0', '--detach'], { home });
  await until(async () => (await scored()) > SAMPLES, { what: 'it scores', timeoutMs: 60_000 });
  await home.killService('nats');
  await until(async () => (await ready(score)).status === 503, { what: 'not ready', timeoutMs: 60_000 });
  expect(await ready(score)).toMatchObject({ worker: true, temporal: true, store: false });
  const faults = async () => sumOf(await scrape(score), 'zeroscout_store_errors_total', 'kind="transient"');
  await until(async () => (await faults()) > 0, { what: 'a fault is counted', timeoutMs: 60_000 });
  await home.startServices();
  await until(async () => (await ready(score)).status === 200, { what: 'ready again', timeoutMs: 60_000 });
  const before = await scored();
  await until(async () => (await scored()) > before, { what: 'it goes on', timeoutMs: 60_000 });
  await done(['cancel', 'long'], { home });
});

test('docs/operate/monitoring.md names metrics that exist', { timeout: 30_000 }, async () => {
  // Names of databases and volumes in commands look like metrics.
  const text = readFileSync(`${ROOT}/docs/operate/monitoring.md`, 'utf8').replace(/^ {4}.*$/gm, '');
  const named = new Set(text.match(/\b(?:zeroscout|temporal|process|nodejs)_[a-z_]+[a-z]\b/g));
  expect(named.size).toBeGreaterThan(5);
  const there = new Set<string>();
  for (const running of Object.values(workers))
    for (const name of (await scrape(running)).keys()) there.add(name.split('{')[0]!);
  expect([...named].filter((name) => !there.has(name))).toEqual([]);
});

test('an address that cannot be', { timeout: 30_000 }, async () => {
  const { code, stderr } = await zeroscout(['worker', '--metrics', '9464'], { home });
  expect([code, stderr]).toEqual([2, expect.stringContaining('host:port')]);
});
