// Tests a search over ONNX files: the ranking is the same whatever is killed, and no score is computed twice.
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { type TestHome, testHome } from '../support/home.js';
import { npy } from '../support/npy.js';
import { smallNetwork } from '../support/small-networks.js';
import { done, zeroscout } from '../support/zeroscout.js';
import { IN_FLIGHT, searchWithKills } from './e2e-kills.js';

const FILES = 30;
const SEED = Number(process.env.ZEROSCOUT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const homes: TestHome[] = [];
afterAll(async () => {
  for (const home of homes) await home.remove();
}, 120_000);

/** A home with the files and a specification of all of them. */
function fresh(): TestHome {
  const home = testHome();
  homes.push(home);
  const folder = join(home.dir, 'models');
  mkdirSync(folder);
  for (let i = 0; i < FILES; i++) {
    const widths = [8 + i, 16 + i, 24 + i];
    writeFileSync(join(folder, `net-${i}.onnx`), smallNetwork({ widths, kernel: i % 2 ? 3 : 5 }));
  }
  const fidelity = { draws: 1, batch: 4 };
  const space = { kind: 'onnx', files: 'models/*.onnx' };
  home.write('search.json', JSON.stringify({ name: 'files', space, fidelity, execution: { shardSize: 8 } }));
  return home;
}

let reference: string;

test('files of a folder are ranked; renamed files and files with other names inside are not scored again', async () => {
  const home = fresh();
  const run = async (id: string) => {
    const { stdout } = await done(
      ['run', 'search.json', '--workers', '1', '--id', id, '--out', id, '--json'],
      { home },
    );
    return JSON.parse(stdout);
  };
  expect(await run('one')).toMatchObject({ candidates: FILES, scored: FILES, failed: 0 });
  reference = home.read('one/ranking.csv');
  const [best] = readRankingCsv(reference);
  expect(best!.candidate).toMatch(/^net-\d+$/);
  const models = join(home.dir, 'models');
  // Without servers the same preset reads the same features.
  const files = [0, 1, 2].map((i) => join('models', `net-${i}.onnx`));
  const options = ['--batch', '4', '--seed', '1', '--aggregation', 'assembled', '--json'];
  const alone = await done(['score', ...files, ...options], { home });
  const found = new Map(
    readRankingCsv(reference).map((row) => [row.candidate, row.proxies['mean-expressivity']]),
  );
  for (const { file, proxies } of JSON.parse(alone.stdout) as { file: string; proxies: object }[])
    expect(proxies).toMatchObject({ 'mean-expressivity': found.get(basename(file, '.onnx')) });
  renameSync(join(models, 'net-0.onnx'), join(models, 'renamed.onnx'));
  const widths = [8 + 1, 16 + 1, 24 + 1];
  writeFileSync(join(models, 'net-1.onnx'), smallNetwork({ widths, kernel: 3, names: 'other.' }));
  writeFileSync(join(models, 'new.onnx'), smallNetwork({ widths: [8, 8, 8], kernel: 3 }));
  expect(await run('two')).toMatchObject({ candidates: FILES + 1, reused: FILES, scored: 1 });
  expect(readdirSync(models)).toHaveLength(FILES + 1);
}, 300_000);

test(`kills at random moments, ZEROSCOUT_KILL_SEED=${SEED}`, async () => {
  const home = fresh();
  const trial = { workers: 1, shardSize: 8, seed: SEED };
  const { kills, computed, computedAgain } = await searchWithKills({ home, trial, samples: FILES });
  expect(home.read('out/ranking.csv')).toBe(reference);
  expect(computed).toBe(FILES);
  expect(computedAgain).toBeLessThanOrEqual(kills.reduce((sum, { what }) => sum + IN_FLIGHT[what], 0));
}, 300_000);

test('a limit on latency is measured, features are those that are named, and the best are exported', async () => {
  const home = fresh();
  const bytes = smallNetwork({ widths: [8, 16, 24], kernel: 3 });
  const relus = readOnnx({ bytes, file: 'x' }).nodes.filter(({ op }) => op === 'Relu');
  const features = [relus[0]!, relus[2]!].map(({ outputs }) => outputs[0]!);
  const files = ['net-0', 'net-1', 'net-2'].map((name) => `models/${name}.onnx`);
  const space = { kind: 'onnx', files, features };
  const more = { fidelity: { draws: 1, batch: 4 }, constraints: { latency: { max: '10s' } } };
  home.write('latency.json', JSON.stringify({ name: 'latency', space, ...more }));
  const run = ['run', 'latency.json', '--workers', '1', '--id', 'latency', '--out', 'out', '--json'];
  expect(JSON.parse((await done(run, { home })).stdout)).toMatchObject({
    scored: 3,
    latency: { measured: 3 },
  });
  const rows = readRankingCsv(home.read('out/ranking.csv'));
  expect(rows.map(({ candidate }) => candidate).sort()).toEqual(['net-0', 'net-1', 'net-2']);
  await done(['export', 'latency', '--top', '2', '--format', 'onnx', '--out', 'best'], { home });
  expect(readdirSync(join(home.dir, 'best')).sort()).toEqual(['rank-1.onnx', 'rank-2.onnx']);
  const { stdout } = await done(['score', 'best/rank-1.onnx', '--json'], { home });
  expect(JSON.parse(stdout)).toHaveLength(1);
}, 300_000);

test('networks that read signals are searched on signals of ones own, and the best are exported', async () => {
  const home = testHome();
  homes.push(home);
  for (const width of [8, 12])
    writeFileSync(
      join(home.dir, `net-${width}.onnx`),
      smallNetwork({ widths: [width, 16, 24], kernel: 5, image: [2, 250] }),
    );
  const values = Float32Array.from({ length: 4 * 2 * 250 }, (_, i) => Math.sin(i * i));
  writeFileSync(join(home.dir, 'signals.npy'), npy({ shape: [4, 2, 250], values }));
  const space = { kind: 'onnx', files: '*.onnx' };
  const more = { fidelity: { draws: 1, batch: 4 }, input: { images: 'signals.npy' } };
  const proxies = ['expressivity', 'trainability', 'complexity', 'naswot', 'synflow', 'zen'];
  home.write('search.json', JSON.stringify({ name: 'signals', space, ...more, proxies }));
  const run = ['run', 'search.json', '--workers', '1', '--id', 'signals', '--out', 'out', '--json'];
  expect(JSON.parse((await done(run, { home })).stdout)).toMatchObject({ scored: 2, failed: 0 });
  const rows = readRankingCsv(home.read('out/ranking.csv'));
  for (const { candidate, proxies: values } of rows)
    for (const proxy of proxies) expect(Number.isFinite(values[proxy]), `${candidate} ${proxy}`).toBe(true);
  await done(['export', 'signals', '--top', '1', '--format', 'onnx', '--out', 'best'], { home });
  const [best] = JSON.parse((await done(['score', 'best/rank-1.onnx', '--json'], { home })).stdout);
  expect(best.image).toEqual([2, 250]);
}, 300_000);

test('what is no network, and what files cannot do, is refused before anything starts', async () => {
  const home = testHome();
  homes.push(home);
  mkdirSync(join(home.dir, 'models'));
  writeFileSync(join(home.dir, 'models/text.onnx'), 'no network');
  const refused = async (space: object, more: object = {}) => {
    home.write('bad.json', JSON.stringify({ name: 'bad', space, ...more }));
    const { code, stdout } = await zeroscout(['run', 'bad.json', '--json'], { home });
    expect(code).toBe(2);
    return JSON.parse(stdout).error;
  };
  const files = { code: 'invalid-input', field: 'space.files' };
  expect(await refused({ kind: 'onnx' })).toMatchObject(files);
  expect(await refused({ kind: 'onnx', files: 'models/*.onnx' })).toMatchObject({
    ...files,
    message: expect.stringContaining('text.onnx'),
  });
  expect(await refused({ kind: 'onnx', files: 'none/*.onnx' })).toMatchObject(files);
  expect(await refused({ kind: 'onnx', files: '../../*.onnx' })).toMatchObject({
    ...files,
    message: expect.stringContaining('"../.."'),
  });
  writeFileSync(join(home.dir, 'models/text.onnx'), smallNetwork({ widths: [8, 8, 8], kernel: 3 }));
  const evolution = { strategy: { kind: 'evolution', budget: 10, population: 4 } };
  expect(await refused({ kind: 'onnx', files: 'models/*.onnx' }, evolution)).toMatchObject({
    field: 'strategy',
  });
  expect(existsSync(join(home.dir, 'data'))).toBe(false);
}, 60_000);
