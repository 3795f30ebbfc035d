// Tests two families of proxies in whole searches: scored, verified, ranked, reused, checked and collected
// separately.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { familyScope, scoreScope } from '../../core/address.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { parseSpecification } from '../../core/specification/specification.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { type TestHome, testHome } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

const timeout = 120_000;
const GOLDENS = join(import.meta.dirname, '../goldens/onnx');
let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let store: Store;
const env = () => ({ TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url });
const cli = (...args: string[]) => done(args, { home, env: env() });
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);

beforeAll(async () => {
  home = testHome();
  [temporal, nats] = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  store = await connectStore({ url: nats.url });
  const roles = [['control'], ['score'], ['score']].map((role) => ['worker', '--role', ...role]);
  const workers = roles.map((args) => spawnZeroscout(args, { home, env: env() }));
  await Promise.all(workers.map((worker) => worker.says(/worker ready/)));
}, timeout);
afterAll(async () => {
  await store?.close();
  await Promise.all([temporal?.stop(), nats?.stop()]);
  await home?.remove();
}, timeout);

const changesOf = (proxies?: readonly string[]) => ({
  cohort: 'written',
  fidelity: { draws: 2, batch: 8, resolution: 16 },
  execution: { shardSize: 4 },
  ...(proxies ? { proxies } : { aggregation: 'az-nas' }),
});

async function search(name: string, proxies?: readonly string[], execution = {}) {
  const changes = changesOf(proxies);
  const text = specification({
    name,
    changes: { ...changes, execution: { ...changes.execution, ...execution } },
  });
  home.write(`${name}.json`, text);
  const summary = await json('run', `${name}.json`, '--id', name, '--workers', '0', '--out', name);
  return { summary, text: home.read(`${name}/ranking.csv`) };
}

test('a second family costs nothing that was paid, and takes nothing away', { timeout }, async () => {
  const first = await search('first');
  expect(first.summary).toMatchObject({ candidates: 24, scored: 24, reused: 0 });
  const read = parseSpecification({
    text: specification({ name: 'x', changes: changesOf(['residual']) }),
    source: 'x',
  });
  const scopes = [scoreScope(read), familyScope({ specification: read, family: 'residual' })];
  const held = async () => {
    const all = await store.housekeeping.scopes();
    return scopes.map((scope) => all.find(({ name }) => name === scope)).map((one) => one?.count ?? 0);
  };
  const newest = async () =>
    (await store.housekeeping.scopes()).find(({ name }) => name === scopes[0])!.newest;
  expect(await held()).toEqual([48, 0]);
  const written = await newest();

  const names = ['expressivity', 'trainability', 'complexity', 'residual', 'parameters'];
  const second = await search('second', names, { verify: 1 });
  expect(second.summary).toMatchObject({ scored: 24, reused: 0, failed: 0 });
  expect(second.summary.verification).toMatchObject({ disagreements: 0, notVerified: 0 });
  expect(await held()).toEqual([48, 48]);
  expect(await newest()).toBe(written);
  const rows = readRankingCsv(second.text);
  const before = new Map(readRankingCsv(first.text).map((row) => [row.candidate, row.proxies]));
  expect(rows).toHaveLength(24);
  for (const { candidate, proxies } of rows) {
    expect(proxies.expressivity).toBe(before.get(candidate)!.expressivity);
    expect([0, 0.5, 1]).toContain(proxies.residual);
  }
  expect(new Set(rows.map(({ proxies }) => proxies.residual)).size).toBeGreaterThan(1);

  const third = await search('third', ['residual', 'flops']);
  expect(third.summary).toMatchObject({ scored: 0, reused: 24 });
  expect((await json('status', 'third')).engine).toMatch(/\+residual-1$/);
  const fourth = await search('fourth', ['flops']);
  expect(fourth.summary).toMatchObject({ scored: 0, failed: 0, candidates: 24 });

  // Files with different sets of proxies are compared, correlated and shown.
  expect((await json('diff', 'first', 'second')).appeared.count).toBe(0);
  expect(
    (await json('correlate', 'fourth', '--truth', 'second/ranking.csv')).datasets.length,
  ).toBeGreaterThan(4);
  expect((await json('results', 'second'))[0]).toHaveProperty('residual');
  expect(await json('store', 'check')).toMatchObject({ damaged: 0 });

  // Every run is the last of its name, so what the runs refer to is kept, including the second family.
  const { scores } = await json('gc', '--keep-last', '1', '--older-than', '0s');
  expect(scores).toMatchObject({ kept: { count: 96 }, gone: { count: 0 } });
  expect(await held()).toEqual([48, 48]);
});

test('proxies of whole networks are columns of a ranking, for cells and for files', { timeout }, async () => {
  const names = ['expressivity', 'trainability', 'grad-norm', 'naswot'];
  const fidelity = { draws: 2, batch: 4, resolution: 16 };
  const searchOf = async (name: string, changes: Readonly<Record<string, unknown>>) => {
    home.write(`${name}.json`, specification({ name, changes: { fidelity, proxies: names, ...changes } }));
    const summary = await json('run', `${name}.json`, '--id', name, '--workers', '0', '--out', name);
    return { summary, rows: readRankingCsv(home.read(`${name}/ranking.csv`)) };
  };
  const cells = await searchOf('cells', { strategy: { kind: 'random', samples: 4 } });
  const networks = ['resnet', 'efficientnet'].map((name) => `timm-test_${name}.onnx`);
  for (const name of networks) copyFileSync(join(GOLDENS, name), join(home.dir, name));
  const files = await searchOf('files', {
    space: { kind: 'onnx', files: networks },
    strategy: 'exhaustive',
    cohort: 'classes',
    fidelity: { ...fidelity, resolution: 64 },
  });
  for (const { summary, rows } of [cells, files]) {
    expect(summary).toMatchObject({ failed: 0, candidates: rows.length });
    const ofNorm = rows.map(({ proxies }) => proxies['grad-norm']!);
    expect(new Set(ofNorm).size).toBeGreaterThan(1);
    for (const { proxies } of rows) {
      expect(proxies['grad-norm']).toBeGreaterThan(0);
      expect(proxies.naswot).toEqual(expect.any(Number));
    }
  }
  // Known scores of a family are not computed again beside another family.
  const again = await searchOf('again', {
    strategy: { kind: 'random', samples: 4 },
    proxies: ['grad-norm', 'expressivity'],
  });
  expect(again.summary).toMatchObject({ scored: 0, reused: 4 });
});
