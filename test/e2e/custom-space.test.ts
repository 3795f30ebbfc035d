// Tests that a space in a YAML file is described, searched, shared by equal definitions, and exported.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { dismissWorkers, HIRED, hireWorkers } from '../support/hire.js';
import { type TestHome, testHome } from '../support/home.js';
import { npy } from '../support/npy.js';
import { done, ROOT, type Running, spawnZeroscout, zeroscout } from '../support/zeroscout.js';

const SPACE = readFileSync(join(ROOT, 'examples/spaces/nats-bench-size.yaml'), 'utf8');
const SAMPLES = 8;

let home: TestHome;
let workers: readonly Running[];
const cli = (...args: string[]) => done(args, { home });
const searched = async (space: object, id: string) => {
  const strategy = { kind: 'random', samples: SAMPLES };
  const fidelity = { draws: 1, batch: 4, resolution: 16 };
  home.write(`${id}.json`, JSON.stringify({ name: id, space, strategy, fidelity }));
  const { stdout } = await cli('run', `${id}.json`, '--id', id, '--out', id, '--json', ...HIRED);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  home = testHome();
  home.write('size.yaml', SPACE);
  await home.startServices();
  workers = await hireWorkers({ home });
});
afterAll(() => home.remove(), 60_000);

test('space describe FILE: its size, exact costs, an example that a list may hold', async () => {
  const { stdout } = await cli('space', 'describe', 'size.yaml', '--json');
  const { example, ...description } = JSON.parse(stdout);
  expect(description).toMatchObject({ kind: 'custom', candidates: 32_768, sampled: null, resolution: 32 });
  expect(example).toMatch(/^cell-w\d+\|reduction-w\d+\|cell-w\d+\|reduction-w\d+\|cell-w\d+$/);
});

test('a search; the same space written into the specification finds its scores, another one does not', async () => {
  expect(await searched({ kind: 'custom', file: 'size.yaml' }, 'one')).toMatchObject({
    candidates: SAMPLES,
    scored: SAMPLES,
    failed: 0,
  });
  const { definition } = JSON.parse((await cli('validate', 'one.json', '--json')).stdout).specification.space;
  expect(await searched({ kind: 'custom', definition }, 'two')).toMatchObject({ reused: SAMPLES, scored: 0 });
  expect(home.read('two/ranking.csv')).toBe(home.read('one/ranking.csv'));
  const stem = { ...definition.stem, kernel: 5 };
  const other = { kind: 'custom', definition: { ...definition, stem } };
  expect(await searched(other, 'three')).toMatchObject({ reused: 0, scored: SAMPLES });
}, 300_000);

test('its winners leave as models', async () => {
  await cli('export', 'one', '--format', 'onnx', '--out', 'models');
  await cli('export', 'one', '--format', 'pytorch', '--out', 'models');
  expect(existsSync(join(home.dir, 'models/rank-1.onnx'))).toBe(true);
  const [winner] = readRankingCsv(home.read('one/ranking.csv'));
  expect(home.read('models/rank_1.py')).toContain(winner!.candidate);
}, 60_000);

test('images of one’s own: scored in place of noise, found again by their values', async () => {
  const values = Float32Array.from({ length: 4 * 3 * 16 * 16 }, (_, i) => Math.sin(i));
  const search = async (id: string, images: Uint8Array) => {
    writeFileSync(join(home.dir, `${id}.npy`), images);
    const fidelity = { draws: 1, batch: 4, resolution: 16 };
    const strategy = { kind: 'random', samples: SAMPLES };
    const space = { kind: 'custom', file: 'size.yaml' };
    const input = { images: `${id}.npy` };
    home.write(`${id}.json`, JSON.stringify({ name: id, space, strategy, fidelity, input }));
    const { stdout } = await cli('run', `${id}.json`, '--id', id, '--out', id, '--json', ...HIRED);
    return JSON.parse(stdout);
  };
  const shape = [4, 3, 16, 16];
  expect(await search('images', npy({ shape, values }))).toMatchObject({ scored: SAMPLES, failed: 0 });
  expect(await search('again', npy({ shape, values, version: 2 }))).toMatchObject({ reused: SAMPLES });
  expect(home.read('again/ranking.csv')).toBe(home.read('images/ranking.csv'));
  const column = (id: string) => readRankingCsv(home.read(`${id}/ranking.csv`)).map((row) => row.proxies);
  // The same candidates on noise, from the previous test.
  expect(column('images')).not.toEqual(column('one'));
}, 300_000);

test('a TypeScript module: where nobody allowed it no process runs it; allowed it is searched, and winners leave', async () => {
  home.write('branches.ts', readFileSync(join(ROOT, 'examples/spaces/branches.ts'), 'utf8'));
  const strategy = { kind: 'evolution', population: 4, budget: SAMPLES, generation: 4 };
  const fidelity = { draws: 1, batch: 2, resolution: 8 };
  const space = { kind: 'module', file: 'branches.ts' };
  home.write('module.json', JSON.stringify({ name: 'module', space, strategy, fidelity }));

  const refused = await zeroscout(['run', 'module.json'], { home });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--allow-modules')]);

  await dismissWorkers(workers);
  // Where no other worker is alive, a control worker without permission ends the search, and says what it needs.
  await cli('run', 'module.json', '--id', 'untold', '--allow-modules', '--detach', '--workers', '0');
  const worker = spawnZeroscout(['worker', '--role', 'control'], { home });
  const watched = await zeroscout(['watch', 'untold'], { home });
  worker.child.kill('SIGTERM');
  await worker.ended;
  expect([watched.code, watched.stderr]).toEqual([1, expect.stringContaining('ZEROSCOUT_ALLOW_MODULES=1')]);

  // A worker without permission leaves the work to those that have it.
  const bare = spawnZeroscout(['worker', '--role', 'score'], { home });
  await bare.says(/"worker ready"/);
  const { stdout } = await cli('run', 'module.json', '--id', 'm', '--allow-modules', '--out', 'm', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ candidates: SAMPLES, scored: SAMPLES, failed: 0 });
  bare.child.kill('SIGTERM');
  await bare.ended;
  const [winner] = readRankingCsv(home.read('m/ranking.csv'));
  expect(winner!.candidate).toMatch(/^[a-f]{6}$/);
  const costs = ['space', 'costs', 'branches.ts', '--candidates', 'm/ranking.csv', '--json'];
  const denied = await zeroscout(costs, { home });
  expect([denied.code, JSON.parse(denied.stdout).error.message]).toEqual([
    2,
    expect.stringContaining('--allow-modules'),
  ]);
  expect(JSON.parse((await cli(...costs, '--allow-modules')).stdout)).toHaveLength(SAMPLES);
  await cli('report', 'm', '--out', 'm.html', '--allow-modules');
  expect(home.read('m.html')).toContain(winner!.candidate);
  await cli('export', 'm', '--allow-modules', '--format', 'pytorch', '--out', 'modules');
  expect(home.read('modules/rank_1.py')).toContain(`module ${winner!.candidate}`);
}, 300_000);

test('a proxy of one’s own: refused until it is allowed, then a column that is scored once for its code', async () => {
  const code = readFileSync(join(ROOT, 'examples/proxies/gradient-balance.ts'), 'utf8');
  // The hired workers were not allowed to run code. Dismissing them again has no effect.
  await dismissWorkers(workers);
  const search = {
    name: 'own',
    space: 'nas-bench-201',
    strategy: { kind: 'random', samples: SAMPLES },
    fidelity: { draws: 1, batch: 4, resolution: 16 },
    proxies: ['complexity', 'balance.ts'],
    aggregation: { weights: { 'own-gradient-balance': 2 } },
  };
  home.write('balance.ts', code);
  home.write('own.json', JSON.stringify(search));
  const refused = await zeroscout(['run', 'own.json'], { home });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--allow-modules')]);

  const run = async (id: string, file: string) =>
    JSON.parse(
      (await cli('run', file, '--id', id, '--out', id, '--json', '--allow-modules', '--workers', '1')).stdout,
    );
  expect(await run('own', 'own.json')).toMatchObject({ scored: SAMPLES, failed: 0 });
  const rows = readRankingCsv(home.read('own/ranking.csv'));
  const values = rows.map(({ proxies }) => proxies['own-gradient-balance']!);
  expect(new Set(values).size).toBeGreaterThan(1);
  expect(values.every((value) => value > 0 || value === Number.NEGATIVE_INFINITY)).toBe(true);
  // Another file of the same code, and the same code with another number in it.
  home.write('same.ts', `// A comment is no code.\n${code}`);
  home.write('other.ts', code.replace('total === 0', 'total === 1e-300'));
  home.write('same.json', JSON.stringify({ ...search, proxies: ['complexity', 'same.ts'] }));
  home.write('other.json', JSON.stringify({ ...search, proxies: ['complexity', 'other.ts'] }));
  expect(await run('same', 'same.json')).toMatchObject({ reused: SAMPLES });
  expect(await run('other', 'other.json')).toMatchObject({ scored: SAMPLES });
  expect(home.read('other/ranking.csv')).toBe(home.read('own/ranking.csv'));
}, 300_000);
