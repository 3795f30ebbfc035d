// Tests searches whose scores are verified, with healthy workers, a broken one and a hostile one: who is
// found, and that the ranking keeps its bytes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseSpecification } from '../../core/specification/specification.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { type TestHome, testHome } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { forgetScores, scopesOf } from '../support/score-scopes.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import {
  done,
  FAMILIES,
  type Running,
  spawnNode,
  spawnZeroscout,
  specification,
  zeroscout,
} from '../support/zeroscout.js';

const SAMPLES = 48;
const SCORES = SAMPLES * FAMILIES.length;
const SEED = 22;
const script = (name: string) => fileURLToPath(new URL(`../e2e/${name}`, import.meta.url));
const timeout = 240_000;
const execution = { shardSize: 2, window: 6 };

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let control: Running;
let store: Store;
let reference: string;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    told.push({ delivery: request.headers['x-zeroscout-delivery'], ...JSON.parse(body) });
    response.end();
  });
});
const told: Record<string, unknown>[] = [];
const fleet = new Map<string, Running>();
const env = (more: NodeJS.ProcessEnv = {}) => ({
  TEMPORAL_ADDRESS: temporal.address,
  NATS_URL: nats.url,
  ZEROSCOUT_LOG_LEVEL: 'debug',
  ...more,
});
const cli = (...args: string[]) => done(args, { home, env: env() });
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);
const recordsOf = async () =>
  (await json('workers')).find(({ queue }: { queue: string }) => queue === 'zeroscout-score-cpu').records;
const write = (name: string, changes: object) =>
  home.write(`${name}.json`, specification({ samples: SAMPLES, changes: { seed: SEED, ...changes } }));

/**
 * `good...`: a normal worker; `bad...`: one whose scorers compute wrong numbers; `rogue`: one that stores
 * wrong numbers and ignores its record.
 */
async function hire(...names: string[]): Promise<void> {
  for (const name of names) {
    const given = { home, env: env({ ZEROSCOUT_WORKER_NAME: name }) };
    fleet.set(
      name,
      name.startsWith('good')
        ? spawnZeroscout(['worker', '--role', 'score', '--concurrency', '1'], given)
        : name === 'rogue'
          ? spawnNode([script('e2e-rogue-worker.mjs')], given)
          : spawnNode(['e2e-worker.mjs', 'e2e-wrong-scorer.mjs'].map(script), given),
    );
  }
  await Promise.all(names.map((name) => fleet.get(name)!.says(/"worker ready"/)));
}

/** The exit codes in the order of the names. */
async function dismiss(...names: string[]): Promise<number[]> {
  const workers = names.map((name) => fleet.get(name)!);
  for (const name of names) fleet.delete(name);
  for (const { child } of workers) child.kill('SIGTERM');
  return Promise.all(workers.map(async ({ ended }) => (await ended).code));
}

async function search(id: string, spec = 'search') {
  const { stdout } = await cli('run', `${spec}.json`, '--id', id, '--workers', '0', '--out', id);
  return {
    summary: JSON.parse(home.read(`${id}/summary.json`)),
    ranking: home.read(`${id}/ranking.csv`),
    stdout,
  };
}

beforeAll(async () => {
  home = testHome();
  [temporal, nats] = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  control = spawnZeroscout(['worker', '--role', 'control'], {
    home,
    env: env({ ZEROSCOUT_VERIFY: '10%', ZEROSCOUT_NOTIFY_ALLOW: 'loopback' }),
  });
  receiver.listen(0, '127.0.0.1');
  write('search', { execution: { ...execution, verify: '1%' } });
  write('unverified', { execution: { ...execution, verify: 'off' } });
  write('fleet', { execution });
  await control.says(/"worker ready"/);
  store = await connectStore({ url: nats.url, name: 'test' });
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  write('told', { execution: { ...execution, verify: '1%' }, notify: { webhook } });
  write('parts', { execution: { ...execution, partSize: 4, verify: '1%' } });
  await hire('good-1');
  const { ranking, summary } = await search('undisturbed', 'unverified');
  expect(summary.verification).toBeUndefined();
  reference = ranking;
  await forget();
}, timeout);
afterEach(forget, timeout);

/** Deletes the scores, so that the next search must compute everything. */
async function forget(): Promise<void> {
  const text = specification({ samples: SAMPLES, changes: { seed: SEED } });
  await forgetScores(store, scopesOf(parseSpecification({ text, source: 'search' })));
}
afterAll(async () => {
  await dismiss(...fleet.keys());
  control?.child.kill('SIGTERM');
  await control?.ended;
  receiver.close();
  await store?.close();
  await Promise.all([temporal?.stop(), nats?.stop()]);
  await home?.remove();
}, timeout);

// Temporal lists workers for five minutes after their end, so tests with few workers come first.
test('one worker alone: the search ends and says that nothing was verified', { timeout }, async () => {
  const { summary, ranking, stdout } = await search('alone');
  expect(ranking).toBe(reference);
  const { scores, verified, notVerified, why } = summary.verification;
  expect({ scores, verified, why }).toEqual({ scores: SCORES, verified: 0, why: 'no second worker' });
  expect(notVerified).toBeGreaterThan(0);
  expect(stdout).toMatch(new RegExp(`\\b${notVerified}\\b.*no second worker`));
});

test('two workers that disagree are both reported, and both go on', { timeout }, async () => {
  await hire('bad-2');
  const { summary, stdout } = await search('two');
  const { setAside, suspected } = summary.verification;
  expect({ setAside, suspected }).toEqual({ setAside: [], suspected: ['bad-2', 'good-1'] });
  expect(stdout).toMatch(/suspected.*bad-2, good-1/);
  expect(await recordsOf()).toMatchObject([
    { worker: 'bad-2', state: 'suspected' },
    { worker: 'good-1', state: 'suspected' },
  ]);
  expect(await dismiss('bad-2')).toEqual([0]);
  await Promise.all(['bad-2', 'good-1'].map((name) => cli('workers', 'release', name)));
});

test('a plan in parts; a hostile worker that goes on when it is set aside: its scores do not count', {
  timeout,
}, async () => {
  await hire('good-2', 'rogue');
  const { summary, ranking } = await search('hostile', 'parts');
  expect(ranking).toBe(reference);
  expect(summary.verification.setAside).toEqual(['rogue']);
  expect(summary.verification.discarded).toBeGreaterThan(0);
  await dismiss('rogue');
  // On a slow machine no third worker decides in time, so that the two good workers may be suspected too.
  const recorded = (await recordsOf()).map(({ worker }: { worker: string }) => worker);
  expect(recorded).toContain('rogue');
  for (const name of recorded) await cli('workers', 'release', name);
});

test('a worker that computes wrong is found, named, set aside; its scores are computed again', {
  timeout,
}, async () => {
  await hire('bad-1');
  const { summary, ranking, stdout } = await search('broken', 'told');
  expect(fleet.get('bad-1')!.stderr()).toContain('"scored candidate"');
  const { setAside, suspected, disagreements, discarded, examples } = summary.verification;
  expect({ setAside, suspected }).toEqual({ setAside: ['bad-1'], suspected: [] });
  expect(ranking).toBe(reference);
  expect(disagreements).toBeGreaterThan(0);
  expect(discarded).toBeGreaterThan(0);
  for (const { worker, verifier, difference } of examples) {
    expect([worker, verifier]).toContain('bad-1');
    expect(difference).toMatch(/trainability -?[\d.]+/);
  }
  expect(stdout).toMatch(new RegExp(`set aside.*bad-1.*\\b${discarded}\\b`));
  const [status, statusJson, records, shown] = await Promise.all([
    cli('status', 'broken'),
    json('status', 'broken'),
    recordsOf(),
    cli('workers'),
  ]);
  expect(status.stdout).toMatch(/set aside.*bad-1/);
  expect(statusJson.verification.setAside).toEqual(['bad-1']);
  expect(records).toMatchObject([{ worker: 'bad-1', state: 'set aside', by: 'broken' }]);
  expect(shown.stdout).toMatch(/bad-1.*set aside.*broken/);
  expect(shown.stdout).toContain('zeroscout workers release bad-1');
  await fleet.get('bad-1')!.says(/set aside/);
  expect(control.stderr()).toMatch(/"workers":\["bad-1"\]/);
  expect(told.map(({ event }) => event)).toEqual(['workers.disagree', 'search.completed']);
  expect(told[0]).toMatchObject({ search: 'broken', workers: { setAside: ['bad-1'] } });
  expect(told[0]!.delivery).not.toBe(told[1]!.delivery);
});

test("a healthy fleet under the control workers' setting: no alarm, the same bytes; who is set aside gets nothing", {
  timeout,
}, async () => {
  const before = fleet.get('bad-1')!.stderr().length;
  const { summary, ranking } = await search('healthy', 'fleet');
  expect(ranking).toBe(reference);
  const { share, scores, verified, disagreements, setAside, suspected } = summary.verification;
  expect({ share, scores, disagreements, setAside, suspected }).toEqual({
    share: 0.1,
    scores: SCORES,
    disagreements: 0,
    setAside: [],
    suspected: [],
  });
  expect(verified).toBeGreaterThan(0);
  expect(verified).toBeLessThan(SCORES / 2);
  expect(fleet.get('bad-1')!.stderr().slice(before)).not.toContain('scored candidate');
  expect(await dismiss('bad-1')).toEqual([3]);
});

test('a worker that is started again under its name is still set aside, until it is released', {
  timeout,
}, async () => {
  const again = spawnNode(['e2e-worker.mjs', 'e2e-wrong-scorer.mjs'].map(script), {
    home,
    env: env({ ZEROSCOUT_WORKER_NAME: 'bad-1' }),
  });
  await again.says(/set aside/);
  expect(again.stderr()).not.toContain('"worker ready"');
  await cli('workers', 'release', 'bad-1');
  await again.says(/"worker ready"/);
  again.child.kill('SIGTERM');
  expect((await again.ended).code).toBe(0);
  const released = await zeroscout(['workers', 'release', 'bad-1', '--json'], { home, env: env() });
  expect([released.code, JSON.parse(released.stdout).error]).toEqual([
    2,
    expect.objectContaining({ code: 'not-found', message: expect.stringContaining('"bad-1"') }),
  ]);
});
