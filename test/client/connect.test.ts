// Tests the public API as a program uses it: on embedded servers, from a specification to its results, without a terminal.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RankingRow, Search, Zeroscout } from '../../client/index.js';
import { listBackgroundWorkers } from '../../client/workers/background-workers.js';
import { BIN, type TestHome, testHome } from '../support/home.js';
import { ROOT } from '../support/zeroscout.js';

// Workers are processes that run dist/, so the API is imported from there too.
const library = (await import(join(ROOT, 'dist/client/index.js'))) as typeof import('../../client/index.js');

const SMALL = {
  name: 'small',
  space: 'nas-bench-201',
  strategy: { kind: 'random', samples: 16 },
  fidelity: { draws: 1, batch: 2, resolution: 8 },
  seed: 3,
};
const notes: string[] = [];
const writes: string[] = [];
let home: TestHome;
let scout: Zeroscout;
let search: Search;
let rows: readonly RankingRow[];

beforeAll(async () => {
  home = testHome();
  process.env.ZEROSCOUT_BIN = BIN;
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = ((...args: Parameters<typeof write>) => {
      if (/search|worker|server/.test(String(args[0]))) writes.push(String(args[0]));
      return write(...args);
    }) as typeof stream.write;
  }
  scout = await library.connect({ home: home.home.root, onNote: (text) => notes.push(text) });
}, 120_000);
afterAll(async () => {
  await scout?.close();
  await library.embeddedServers.stop({ home: home.home.root });
  await home.remove();
});

/** The error of a call that must fail. */
const failure = (work: Promise<unknown>): Promise<Record<string, unknown>> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error as Record<string, unknown>,
  );

test('a specification is an object, or text whose files the program hands in; a mistake has its field', async () => {
  const checked = await scout.specification.check({ value: SMALL });
  expect(checked).toMatchObject({
    candidates: 16,
    warnings: [{ path: 'fidelity', message: expect.stringContaining('8 samples for 64 channels') }],
    specification: { cohort: expect.any(String) },
  });
  const text = 'name: listed\nspace: nas-bench-201\nstrategy: { kind: list, file: two.txt }\n';
  const cells = ['|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|'];
  const asked: string[] = [];
  const files = (name: string) => {
    asked.push(name);
    return new TextEncoder().encode(cells.join('\n'));
  };
  expect(await scout.specification.check({ text, files })).toMatchObject({ candidates: 1 });
  expect(asked).toEqual(['two.txt']);
  expect(await failure(scout.specification.check({ text }))).toMatchObject({
    code: 'invalid-input',
    field: 'strategy.file',
  });
  const value = { ...SMALL, space: 'nasbench201' };
  expect(await failure(scout.specification.check({ value }))).toMatchObject({ field: 'space' });
});

test('modules run only where the program allows it', async () => {
  const value = { ...SMALL, space: { kind: 'module', file: 'branches.ts' } };
  const files = () => join(ROOT, 'examples/spaces/branches.ts');
  const error = await failure(scout.specification.check({ value, files }));
  expect(error).toMatchObject({ code: 'invalid-input' });
  expect(await scout.spaces.describe({ space: { kind: 'nas-bench-201' } })).toMatchObject({
    candidates: 15_625n,
  });
});

test('a search is started, followed to its end, and read', { timeout: 120_000 }, async () => {
  search = await scout.searches.start({ specification: { value: SMALL } });
  expect(search.how).toBe('started');
  const looks = [];
  for await (const look of search.progress()) looks.push(look);
  const last = looks.at(-1)?.progress;
  expect(last).toMatchObject({ phase: 'done', candidates: 16, done: last?.planned, now: last?.planned });
  const results = await search.results();
  rows = await results.first();
  expect(results.summary).toMatchObject({ id: search.id, candidates: 16, failed: 0 });
  expect(rows.map(({ rank }) => rank).slice(0, 3)).toEqual([1, 2, 3]);
  expect((await results.first(10)).map(({ candidate }) => candidate)).toEqual(
    rows.slice(0, 10).map(({ candidate }) => candidate),
  );
  const again = await scout.searches.start({ specification: { value: SMALL } });
  expect([again.id, again.how]).toEqual([search.id, 'finished']);
  expect((await again.results()).summary.rankingSha256).toBe(results.summary.rankingSha256);
});

test('finished searches are listed, described, compared and exported', async () => {
  const listed = [];
  for await (const row of scout.searches.list({ name: 'small' })) listed.push(row);
  expect(listed).toMatchObject([{ id: search.id, state: 'completed', space: 'nas-bench-201' }]);
  expect(await scout.searches.get('@last')).toMatchObject({ id: search.id, state: 'completed' });
  const front = await scout.searches.pareto(search.id, { cost: 'flops' });
  expect(front.length).toBeGreaterThan(0);
  expect(front.map(({ flops }) => flops)).toEqual(front.map(({ flops }) => flops).sort((a, b) => a - b));
  // Known accuracies whose order is exactly that of the ranking.
  const truth = ['arch,made-up', ...rows.map(({ candidate, rank }) => `${candidate},${-rank}`)].join('\n');
  const file = new TextEncoder().encode(truth);
  const [agreement] = (await scout.searches.correlate(search.id, { file, name: 'truth.csv' })).datasets;
  expect(agreement).toMatchObject({ dataset: 'made-up', written: { candidates: 16 } });
  const { calibration, text } = await scout.searches.calibrate(search.id, {
    truth: { file, name: 'truth.csv' },
  });
  expect(calibration).toMatchObject({ search: search.id, dataset: 'made-up' });
  expect(JSON.parse(text)).toMatchObject({ search: search.id });
  const [suggested] = await scout.searches.suggest(search.id, { budget: 2 });
  expect(suggested).toMatchObject({ rank: 1, candidate: rows[0]!.candidate });
  const candidates = new TextEncoder().encode(`${rows[0]!.candidate}\n`);
  expect(await scout.spaces.costs({ space: 'nas-bench-201', candidates })).toMatchObject([
    { candidate: rows[0]!.candidate, parameters: rows[0]!.parameters },
  ]);
  const same = await scout.searches.diff(search.id, search.id);
  expect(same.entered.count + same.left.count + same.moves.count).toBe(0);
  const exported = [];
  for await (const one of scout.searches.export(search.id, { format: 'onnx', top: 2 })) exported.push(one);
  expect(exported.map(({ name, content }) => [name, content.length > 1_000])).toEqual([
    ['rank-1.onnx', true],
    ['rank-2.onnx', true],
  ]);
});

test('labels that are too few, or all equal, calibrate nothing; those of other data sets do not count', async () => {
  const table = (lines: readonly string[]) => ({
    truth: {
      file: new TextEncoder().encode(['arch,a,b', ...lines].join('\n')),
      name: 'truth.csv',
    },
    dataset: 'a',
  });
  const calibrated = (lines: readonly string[]) => scout.searches.calibrate(search.id, table(lines));
  for (const count of [1, 2, 9]) {
    const labels = rows.slice(0, count).map(({ candidate, rank }) => `${candidate},${rank},${rank}`);
    expect(await failure(calibrated(labels))).toMatchObject({
      field: 'labels',
      message: `labels: the truth knows ${count} ranked candidates; must know 10 at least`,
    });
  }
  const equal = rows.map(({ candidate, rank }) => `${candidate},71.5,${rank}`);
  expect(await failure(calibrated(equal))).toMatchObject({
    field: 'labels',
    message: expect.stringMatching(
      /found 16 labels that are all 71\.5; must differ, as nothing can be fitted/,
    ),
  });
  const alone = rows.map(({ candidate, rank }) => `${candidate},${rank},${rank === 1 ? 1 : ''}`);
  expect(await calibrated(alone)).toMatchObject({ calibration: { dataset: 'a', labels: 16 } });
});

test('a search is paused, resumed and cancelled; its results are an error with a reason', {
  timeout: 60_000,
}, async () => {
  const strategy = { kind: 'random', samples: 4_000 };
  const long = await scout.searches.start({ specification: { value: { ...SMALL, strategy } }, id: 'long' });
  await scout.searches.pause('long');
  for await (const { progress } of scout.searches.progress('long')) if (progress?.paused) break;
  await scout.searches.resume('long');
  for await (const { progress } of scout.searches.progress('long')) if (progress && !progress.paused) break;
  await scout.searches.cancel('long');
  const error = await failure(long.results());
  expect(error).toMatchObject({ name: 'SearchFailedError', code: 'search-failed', field: 'id' });
  expect(await scout.searches.get('long')).toMatchObject({ state: 'cancelled' });
});

test('schedules are made, shown, held and removed', async () => {
  const made = await scout.schedules.create({
    name: 'nightly',
    specification: { value: SMALL },
    cron: '0 2 * * *',
    workers: 0,
  });
  expect(made).toMatchObject({ name: 'nightly', state: 'active', last: null });
  await scout.schedules.pause('nightly');
  expect(await scout.schedules.list()).toMatchObject([{ name: 'nightly', state: 'paused' }]);
  expect(await scout.schedules.get('nightly')).toMatchObject({ overlap: 'skip', timezone: 'UTC' });
  await scout.schedules.delete('nightly');
  expect(await failure(scout.schedules.get('nightly'))).toMatchObject({ field: 'schedule' });
});

test('workers and what could be deleted are shown', async () => {
  const queues = await scout.workers.list();
  expect(queues.find(({ device }) => device === 'cpu')?.workers).toHaveLength(1);
  expect(await failure(scout.workers.release('nobody'))).toMatchObject({ field: 'worker' });
  const { deleted, runs } = await scout.retention.plan();
  expect([deleted, runs.kept.length, runs.gone.length]).toEqual([false, 2, 0]);
});

test('background workers have the permission that the program was given, whatever the environment says', {
  timeout: 60_000,
}, async () => {
  const root = home.home.root;
  const allowed = await library.connect({ home: root, modules: 'allowed' });
  const permissions = async () => (await listBackgroundWorkers(home)).map(({ may }) => may);
  try {
    await allowed.workers.startInBackground({ count: 1 });
    expect(await permissions()).toEqual([['modules'], ['modules']]);
    expect(await allowed.workers.stopInBackground()).toBe(2);
    process.env.ZEROSCOUT_ALLOW_MODULES = '1';
    await scout.workers.startInBackground({ count: 1 });
    expect(await permissions()).toEqual([[], []]);
  } finally {
    delete process.env.ZEROSCOUT_ALLOW_MODULES;
    await scout.workers.stopInBackground();
    await allowed.close();
  }
});

test('wrong options are errors that name the field, and delete or export nothing', async () => {
  const wrong = (options: object) => failure(scout.retention.apply(options));
  expect(await wrong({ olderThan: '30d' })).toMatchObject({ code: 'invalid-input', field: 'olderThan' });
  expect(await wrong({ keeplast: 3 })).toMatchObject({ field: 'keeplast' });
  const cost = 'flop' as 'flops';
  expect(await failure(scout.searches.pareto('@last', { cost }))).toMatchObject({ field: 'cost' });
  const first = async (rows: AsyncIterable<unknown>) => {
    for await (const row of rows) return row;
  };
  const format = 'jax' as 'onnx';
  expect(await failure(first(scout.searches.export('@last', { format })))).toMatchObject({ field: 'format' });
  expect(await failure(first(scout.searches.list({ state: 'complete' })))).toMatchObject({ field: 'state' });
  // Programs in JavaScript may pass anything.
  const nothing = undefined as never;
  expect(await failure(scout.searches.get(nothing))).toMatchObject({ code: 'invalid-input', field: 'id' });
  expect(await failure(scout.schedules.get(nothing))).toMatchObject({ field: 'schedule' });
  expect(await failure(scout.searches.candidate(search.id, nothing))).toMatchObject({ field: 'candidate' });
  expect(await failure(scout.searches.otherRanks(search.id, nothing))).toMatchObject({ field: 'candidate' });
  const named = { specification: { value: SMALL }, id: 5 as never };
  expect(await failure(scout.searches.start(named))).toMatchObject({ code: 'invalid-input', field: 'id' });
  expect(await failure(scout.searches.compare([search.id], { ids: [] } as never))).toMatchObject({
    field: 'ids',
  });
  expect(await failure(scout.workers.release(nothing))).toMatchObject({ field: 'worker' });
  const period = { from: new Date(Number.NaN), to: new Date() };
  expect(await failure(scout.schedules.backfill('nightly', period))).toMatchObject({ field: 'from' });
  expect(await failure((await search.results()).latencies(nothing))).toMatchObject({ field: 'rows' });
  expect(await failure(library.connect({ home: '/dev/null' }))).toMatchObject({ field: 'home' });
  const path = '/proc/no/folder';
  expect(await failure(scout.searches.writeParquet(search.id, { path }))).toMatchObject({ field: 'path' });
});

test('an unknown id is an error that names the field, and nothing was written to the terminal', async () => {
  const error = await failure(scout.searches.attach('nothing'));
  expect(error).toMatchObject({ code: 'not-found', field: 'id' });
  expect(String(error.message)).not.toMatch(/--/);
  expect(writes).toEqual([]);
});

test('after close every call says that the connection is closed', { timeout: 120_000 }, async () => {
  const closed = await library.connect({ home: home.home.root });
  const attached = await closed.searches.attach(search.id);
  await closed.close();
  const calls = [
    () => closed.searches.get(search.id),
    () => closed.searches.start({ specification: { value: { ...SMALL, seed: 4 } } }),
    () => attached.results(),
    () => closed.schedules.list(),
    () => closed.workers.list(),
    () => closed.retention.usage(),
    async () => {
      for await (const _ of closed.searches.list()) break;
    },
  ];
  for (const call of calls) {
    const error = await failure(call());
    expect(error).toBeInstanceOf(library.ServiceError);
    expect(error).toMatchObject({ code: 'server-away', reason: 'closed' });
  }
});
