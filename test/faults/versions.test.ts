// Tests that searches survive an upgrade between engine versions in either order, with rankings of one version.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { versionFor } from '../../core/contract/engines.js';
import { ENGINE_VERSION as OLD } from '../../core/engine-version.js';
import { otherBuild } from '../support/builds.js';
import { type Describer, openDescriber } from '../support/describer.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import {
  done,
  FAMILIES,
  type Running,
  spawnNode,
  spawnZeroscout,
  specification,
} from '../support/zeroscout.js';

const NEW = 'block-9.ort-1.31.0';
const SAMPLES = 48;
const versionOf = (engine: string) => versionFor(engine, FAMILIES);
const timeout = 180_000;

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let env: NodeJS.ProcessEnv;
let newBuild: string;
let describer: Describer;

beforeAll(async () => {
  home = testHome();
  [temporal, nats] = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  describer = await openDescriber({ temporal: temporal.address, nats: nats.url, isLocal: false });
  env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url, ZEROSCOUT_LOG_LEVEL: 'debug' };
  newBuild = otherBuild({ home, engine: NEW });
}, timeout);
// A test that failed leaves no workers to the next one.
afterEach(() => {
  for (const child of home.children) child.kill('SIGKILL');
});
afterAll(async () => {
  await describer?.close();
  await Promise.all([temporal?.stop(), nats?.stop()]);
  await home?.remove();
}, timeout);

async function worker(role: 'control' | 'score', build: 'old' | 'new'): Promise<Running> {
  const args = ['worker', '--role', role, '--concurrency', '2'];
  const place = { home, env };
  const started = build === 'new' ? spawnNode([newBuild, ...args], place) : spawnZeroscout(args, place);
  await started.says(/worker ready/);
  return started;
}

async function end(worker: Running, signal: NodeJS.Signals): Promise<void> {
  worker.child.kill(signal);
  await worker.ended;
}

function start(id: string, { seed, execution = {} }: { seed: number; execution?: object }): Running {
  const fidelity = { draws: 1, batch: 8, resolution: 16 };
  const changes = { seed, fidelity, execution: { shardSize: 4, window: 4, ...execution } };
  home.write(`${id}.json`, specification({ name: id, samples: SAMPLES, changes }));
  return spawnZeroscout(['run', `${id}.json`, '--id', id, '--workers', '0', '--out', id], { home, env });
}

const scoredBy = ({ stderr }: Running, id: string) =>
  stderr().match(new RegExp(`"search":"${id}".*"scored candidate"`, 'g'))?.length ?? 0;
/** The report of `status` for a search that waits for a worker of its engine. */
async function engineWait(id: string): Promise<string | undefined> {
  const { waiting } = await describer.status(id);
  return [waiting, ...(waiting?.also ?? [])].find((one) => one?.for === 'engine')?.message;
}
const ranking = (id: string) => home.read(`${id}/ranking.csv`);

/** Waits until the search has ended, and returns the engine of its scores. */
async function engineOf(run: Running, id: string): Promise<string | undefined> {
  const { code, stderr } = await run.ended;
  expect(stderr.slice(-2000) && code, stderr.slice(-2000)).toBe(0);
  expect(ranking(id).trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
  return (await describer.status(id)).engine;
}

test('control workers first: the search ends on the engine that it began on; the next waits for score workers, and says so', {
  timeout,
}, async () => {
  const [control, score] = await Promise.all([worker('control', 'old'), worker('score', 'old')]);
  const first = start('first', { seed: 1 });
  await until(() => scoredBy(score, 'first') >= 10, { what: 'ten scores', timeoutMs: 60_000 });
  const newControl = await worker('control', 'new');
  await end(control, 'SIGTERM');
  expect(await engineOf(first, 'first')).toBe(versionOf(OLD));
  expect(scoredBy(score, 'first')).toBe(SAMPLES);

  const next = start('next', { seed: 1 });
  await next.says(/started/);
  const words = `no worker of engine ${versionOf(NEW)}; 1 worker has ${versionOf(OLD)}`;
  const waiting = await until(() => engineWait('next'), {
    what: 'the search says that it waits',
    timeoutMs: 60_000,
  });
  expect(waiting).toContain(words);
  expect(score.stderr()).toContain(words);
  // If only this worker is there for 15 seconds, the search begins again under its engine. While it is stopped, it
  // counts no seconds.
  score.child.kill('SIGSTOP');
  expect((await done(['status', 'next'], { home, env })).stdout).toContain(words);
  const { stdout } = await done(['workers'], { home, env });
  for (const [role, engine] of [['control', NEW] as const, ['score', OLD] as const])
    expect(stdout).toMatch(new RegExp(`${role}.*${engine}`));

  // Although another worker cannot serve it, the search finds the one that can.
  const newScore = await worker('score', 'new');
  score.child.kill('SIGCONT');
  expect(await engineOf(next, 'next')).toBe(versionOf(NEW));
  expect([scoredBy(score, 'next'), scoredBy(newScore, 'next')]).toEqual([0, SAMPLES]);
  expect(ranking('next')).toBe(ranking('first'));
  for (const one of [newControl, score, newScore]) await end(one, 'SIGTERM');
});

test('score workers first, in parts, and no worker of the engine is left: the search begins again under the engine that there is', {
  timeout,
}, async () => {
  const [control, newScore, score] = await Promise.all([
    worker('control', 'old'),
    worker('score', 'new'),
    worker('score', 'old'),
  ]);
  const parts = { partSize: 3 };
  const moved = start('moved', { seed: 2, execution: parts });
  await until(() => scoredBy(score, 'moved') >= 10, { what: 'ten scores', timeoutMs: 60_000 });
  expect(scoredBy(newScore, 'moved')).toBe(0);
  await end(score, 'SIGKILL');
  // Waits until the refusals from the old worker's lifetime are over.
  const words = `no worker of engine ${versionOf(OLD)}; 1 worker has ${versionOf(NEW)}`;
  const waits = async () => (await engineWait('moved'))?.includes(words);
  await until(waits, { what: 'the search says that it waits', timeoutMs: 60_000 });
  expect(await engineOf(moved, 'moved')).toBe(versionOf(NEW));
  expect(scoredBy(newScore, 'moved')).toBe(SAMPLES);

  // A new search of the old control worker begins on the old engine. When its worker is back, its scores are
  // found again.
  const back = await worker('score', 'old');
  const again = start('again', { seed: 2, execution: parts });
  expect(await engineOf(again, 'again')).toBe(versionOf(OLD));
  expect(scoredBy(back, 'again')).toBeGreaterThan(0);
  expect(scoredBy(back, 'again') + scoredBy(score, 'moved')).toBeLessThanOrEqual(SAMPLES + 2);
  expect(ranking('again')).toBe(ranking('moved'));
  for (const one of [control, back, newScore]) await end(one, 'SIGTERM');
});
