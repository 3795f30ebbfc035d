// Tests that the best of a finished search are searched again, given by its id or by its ranking file.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { dismissWorkers, HIRED, hireWorkers } from '../support/hire.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, type Running, specification, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 24;
const TOP = 6;
const FIDELITY = { draws: 2, batch: 4, resolution: 8 };

let home: TestHome;
let workers: readonly Running[];
const cli = (...args: string[]) => done(args, { home });
const ranked = (folder: string) =>
  readRankingCsv(home.read(join(folder, 'ranking.csv'))).map(({ candidate }) => candidate);
const refine = (strategy: object, changes: object = {}) =>
  home.write(
    'refine.json',
    specification({ name: 'refine', changes: { strategy, fidelity: FIDELITY, ...changes } }),
  );

beforeAll(async () => {
  home = testHome();
  await home.startServices();
  workers = await hireWorkers({ home });
  home.write('first.json', specification({ samples: SAMPLES }));
  await cli('run', 'first.json', '--id', 'first', '--out', 'first', ...HIRED);
  await cli('results', 'first', '--out', 'columns', '--format', 'parquet');
}, 300_000);
afterAll(() => home.remove(), 60_000);

test('run, results and status say by what candidates were ranked', async () => {
  const line =
    /^ *ranked by assembled: 2 mean-expressivity \+ 1\/2 complexity \(FLOPs\) \+ 3\/4 spatial-depth \+ /m;
  for (const args of [
    ['run', 'first.json', '--id', 'first'],
    ['results', 'first'],
    ['status', 'first'],
  ])
    expect((await cli(...args)).stdout).toMatch(line);
  const aggregation = { preset: 'assembled', kind: 'log-rank', weights: { 'mean-expressivity': 2 } };
  expect(JSON.parse((await cli('status', 'first', '--json')).stdout)).toMatchObject({ aggregation });
  expect(JSON.parse(home.read('first/summary.json'))).toMatchObject({ aggregation });
});

test('the best of a search, again at another fidelity: by ID, by ranking.csv and by ranking.parquet', async () => {
  const best = ranked('first').slice(0, TOP).toSorted();
  const forms = {
    id: { search: 'first' },
    csv: { file: 'first/ranking.csv' },
    parquet: { file: 'columns/ranking.parquet' },
  };
  for (const [out, from] of Object.entries(forms)) {
    refine({ kind: 'list', ...from, top: TOP });
    const { stderr } = await cli('run', 'refine.json', '--out', out, ...HIRED);
    expect(stderr).toMatch(/search refine-[0-9a-f]{8} started/);
    expect(ranked(out).toSorted()).toEqual(best);
  }
  expect(home.read('csv/ranking.csv')).toBe(home.read('id/ranking.csv'));
  expect(home.read('parquet/ranking.csv')).toBe(home.read('id/ranking.csv'));
}, 120_000);

test('rounds of screening, and a schedule, begin with a ranking too; without top it is all of it', async () => {
  const rounds = [{ fidelity: { draws: 1, batch: 4, resolution: 8 }, keep: 0.25 }, { fidelity: FIDELITY }];
  refine({ kind: 'screening', source: { kind: 'list', search: 'first' }, rounds }, { fidelity: undefined });
  const { stdout } = await cli('run', 'refine.json', '--id', 'rounds', '--json', ...HIRED);
  expect(JSON.parse(stdout).rounds[0]).toMatchObject({ candidates: SAMPLES, reused: SAMPLES });
  refine({ kind: 'list', search: 'first', top: TOP });
  await cli('schedule', 'create', 'nightly', 'refine.json', '--cron', '0 2 * * *', '--workers', '0');
  await cli('schedule', 'update', 'nightly', 'refine.json');
  const refused = await zeroscout(
    [
      'schedule',
      'update',
      'nightly',
      home.write('none.json', home.read('refine.json').replace('first', 'none')),
    ],
    { home },
  );
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('strategy.search: no search "none"');
}, 120_000);

describe('what cannot be refined ends with code 2 and names the field', () => {
  test.each([
    [{ kind: 'list', search: 'none' }, {}, 'strategy.search', /"none".*first/],
    [
      { kind: 'list', search: 'first', top: SAMPLES + 1 },
      {},
      'strategy.top',
      new RegExp(`"first" has ${SAMPLES} candidates`),
    ],
    [
      { kind: 'list', search: 'first' },
      { space: { kind: 'mobilenet-v2' }, fidelity: { resolution: 32 } },
      'strategy.search',
      /nas-bench-201.*mobilenet-v2/,
    ],
  ])('%j %j', async (strategy, changes, field, message) => {
    refine(strategy, changes);
    const { code, stdout } = await zeroscout(['run', 'refine.json', '--json'], { home });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ field, message: expect.stringMatching(message) });
  });

  test('a search that is under way', async () => {
    // No worker serves it.
    await dismissWorkers(workers);
    home.write('waits.json', specification({ name: 'waits', changes: { seed: 9 } }));
    await cli('run', 'waits.json', '--id', 'waits', '--detach', '--workers', '0');
    refine({ kind: 'list', search: 'waits' });
    const { code, stdout } = await zeroscout(['run', 'refine.json', '--json'], { home });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      field: 'strategy.search',
      message: expect.stringContaining('"waits"'),
    });
    await cli('cancel', 'waits');
  });
});

test('validate looks nothing up, and says so', async () => {
  refine({ kind: 'list', search: 'first', top: TOP });
  const { stdout } = await cli('validate', 'refine.json');
  expect(stdout).toContain(`the first ${TOP} of the ranking of search first`);
  expect(JSON.parse((await cli('validate', 'refine.json', '--json')).stdout)).toMatchObject({
    id: null,
    digest: null,
    candidates: TOP,
  });
});

test('another ranking in place of known accuracies', async () => {
  const { stdout } = await cli('correlate', 'first', '--truth', 'first/ranking.csv', '--json');
  const { datasets } = JSON.parse(stdout);
  expect(datasets.map(({ dataset }: { dataset: string }) => dataset)).toEqual([
    ...['score', 'progressivity', 'trainability', 'complexity', 'residual', 'mean-expressivity'],
    ...['spatial-depth', 'activations', 'parameters'],
  ]);
  expect(datasets[0].written).toMatchObject({ candidates: SAMPLES, kendall: 1 });
  const columns = await cli('correlate', 'first', '--truth', 'columns/ranking.parquet', '--json');
  expect(JSON.parse(columns.stdout)).toEqual(JSON.parse(stdout));
}, 60_000);
