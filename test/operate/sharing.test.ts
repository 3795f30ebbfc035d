// Tests the order in which several searches get the same workers, by priority and in turn.
import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, type Running, spawnZeroscout, specification } from '../support/zeroscout.js';

const SHARDS = 20;
/**
 * The tolerance of the order: a worker holds two shards and polls for the next before it has reported the
 * last.
 */
const HELD = 6;

let home: TestHome;
const workers: Running[] = [];
const env = { ZEROSCOUT_LOG_LEVEL: 'debug' };
const cli = (...args: string[]) => done(args, { home, env });
const worker = (...args: string[]) => {
  const running = spawnZeroscout(['worker', ...args], { home, env });
  workers.push(running);
  return running;
};
const queues = async () => JSON.parse((await cli('workers', '--json')).stdout);

beforeAll(async () => {
  home = testHome();
  await home.startServices();
}, 120_000);
afterAll(async () => {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  await home.remove();
}, 60_000);

/** Starts a search with one candidate in each shard, and waits until all its shards wait for a worker. */
async function offer({ name, seed, priority }: { name: string; seed: number; priority: number }) {
  const execution = { shardSize: 1, window: SHARDS, priority };
  home.write(`${name}.json`, specification({ name, samples: SHARDS, changes: { seed, execution } }));
  await cli('run', `${name}.json`, '--id', name, '--workers', '0', '--detach');
  const offered = async () =>
    JSON.parse((await cli('status', name, '--json')).stdout).progress?.shards.running.length === SHARDS;
  await until(offered, { what: `the shards of ${name} wait`, timeoutMs: 60_000 });
}

test('the first by priority, equal ones in turn; a worker takes what its device can run', {
  timeout: 240_000,
}, async () => {
  worker('--role', 'control');
  await offer({ name: 'late', seed: 1, priority: 5 });
  await offer({ name: 'one', seed: 2, priority: 3 });
  await offer({ name: 'two', seed: 3, priority: 3 });
  await offer({ name: 'first', seed: 4, priority: 1 });
  const none = JSON.parse((await cli('status', 'first', '--json')).stdout);
  expect(none).toMatchObject({ state: 'scoring', noWorkerFor: 'cpu' });
  expect((await cli('status', 'first')).stdout).toContain('no worker for cpu');

  // A worker of another device does not take them.
  const other = worker('--role', 'score', '--device', 'cpu-stack', '--concurrency', '1');
  await other.says(/worker ready/);
  const score = worker('--role', 'score', '--concurrency', '3');
  for (const name of ['first', 'one', 'two', 'late']) await cli('watch', name, '--json');
  expect(other.stderr()).not.toContain('scored candidate');

  const order = [...score.stderr().matchAll(/"search":"(\w+)".*"scored candidate"/g)].map(([, id]) => id);
  expect(order).toHaveLength(4 * SHARDS);
  const last = (id: string) => order.lastIndexOf(id);
  expect(last('first')).toBeLessThan(SHARDS + HELD);
  expect(order.indexOf('late')).toBeGreaterThanOrEqual(3 * SHARDS - HELD);
  // The searches take turns: halfway, each has done about half.
  const half = order.slice(SHARDS + HELD, 2 * SHARDS + HELD);
  for (const id of ['one', 'two'])
    expect(half.filter((one) => one === id).length).toBeGreaterThan(half.length / 4);

  const all = await queues();
  const seen = (queue: string) => all.find((one: { queue: string }) => one.queue === queue).workers;
  expect(seen('zeroscout-control')).toEqual([expect.objectContaining({ role: 'control' })]);
  expect(seen('zeroscout-score-cpu')).toEqual([
    expect.objectContaining({
      role: 'score',
      device: 'cpu',
      concurrency: 3,
      place: `${score.pid}@${hostname()}`,
    }),
  ]);
  expect(seen('zeroscout-score-cpu-stack')).toEqual([
    expect.objectContaining({ device: 'cpu-stack', concurrency: 1 }),
  ]);
  expect((await cli('workers')).stdout).toMatch(/score +cpu +3 +block-\S+ +\d+@\S+ +\d+ s ago/);
});
