// Tests the stage of `npm run bench:ranking` that scores the proxies of whole networks: it goes on where an
// earlier run ended, and sums up what is stored, by made-up values and without scorers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RawRecord } from '../../bench/studies/ranking/score.js';
import { rawFile } from '../../bench/studies/ranking/score.js';
import {
  impossibleProxies,
  type ProxyRecord,
  proxiesFile,
  readProxies,
  scoreProxies,
} from '../../bench/studies/ranking/score-proxies.js';
import type { OpenedSpace } from '../../bench/studies/ranking/spaces.js';
import { summarizeProxies } from '../../bench/studies/ranking/summarize-proxies.js';
import { CandidateError } from '../../core/candidate-error.js';
import { openSpace } from '../../core/spaces/index.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { ScoreRequest, ScoreResult } from '../../engine/protocol.js';
import type { ScorerPool } from '../../engine/scorer-pool.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ranking-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Twelve candidates, each more accurate than the one before it. */
function openFirst(specification: SpaceSpecification): OpenedSpace {
  const space = openSpace(specification);
  const { size, at } = space.enumeration!;
  // The first of an enumeration have edges without an operation.
  const candidates = Array.from({ length: 12 }, (_, i) => at(size - 1 - 7 * i));
  const fidelity = { batch: 8, resolution: 32 };
  return {
    of: { name: 'made-up', space: specification, table: '', datasets: ['all'], fidelity, judge: 'classes' },
    space,
    truth: { datasets: ['all'], accuracy: new Map(candidates.map((each, i) => [each, [i]])) },
    members: candidates.map((candidate) => ({ candidate, rows: [candidate] })),
  };
}

const cells = () => openFirst({ kind: 'nas-bench-201' });

/** Answers every request with one value, and keeps the requests; `answer` may throw. */
function poolOf(answer: (request: ScoreRequest) => ScoreResult = () => [{ synflow: 1 }]) {
  const requests: ScoreRequest[] = [];
  const score = async (request: ScoreRequest) => {
    requests.push(request);
    return answer(request);
  };
  return { pool: { score } as unknown as ScorerPool, requests };
}

it('a round scores what is not stored yet, and a later one only what it adds', async () => {
  const opened = cells();
  const { pool, requests } = poolOf();
  const run = (round: number) => scoreProxies({ opened, pool, seed: 1, round, folder });
  // All twelve with shared passes, and the first ten with passes of their own.
  expect(await run(1)).toBe(12 + 10);
  expect(await run(1)).toBe(0);
  expect(await run(2)).toBe(2);
  expect(requests.slice(-2).map(({ candidate }) => candidate)).toEqual(
    opened.members.slice(10).map(({ candidate }) => candidate),
  );
  expect(await readProxies(proxiesFile({ folder, name: 'made-up', seed: 1 }))).toHaveLength(24);
});

it('a run that ends in the middle goes on with the candidate that it had not stored', async () => {
  const opened = cells();
  let left = 5;
  const broken = poolOf(() => {
    if (left-- === 0) throw new Error('the machine went away');
    return [{ synflow: 1 }];
  });
  const work = { opened, seed: 1, round: 1, folder };
  await expect(scoreProxies({ ...work, pool: broken.pool })).rejects.toThrow('the machine went away');
  const file = proxiesFile({ folder, name: 'made-up', seed: 1 });
  // A kill in the middle of a write leaves an incomplete line.
  const stored = readFileSync(file, 'utf8');
  writeFileSync(file, stored.slice(0, -20));
  expect(await readProxies(file)).toHaveLength(4);
  writeFileSync(file, stored);
  const { pool, requests } = poolOf();
  expect(await scoreProxies({ ...work, pool })).toBe(22 - 5);
  expect(requests[0]!.candidate).toBe(opened.members[5]!.candidate);
});

it('a candidate that cannot be scored keeps its reason, and is not tried again', async () => {
  const opened = cells();
  const first = opened.members[0]!.candidate;
  const { pool } = poolOf(({ candidate }) => {
    if (candidate === first) throw new CandidateError({ reason: 'memory', detail: 'too large' });
    return [{ synflow: Number.NEGATIVE_INFINITY }];
  });
  const work = { opened, pool, seed: 1, round: 1, folder };
  await scoreProxies(work);
  const [record, next] = await readProxies(proxiesFile({ folder, name: 'made-up', seed: 1 }));
  expect(record).toMatchObject({ candidate: first, values: {}, reason: 'memory: too large' });
  expect(next!.values).toEqual({ synflow: '-Infinity' });
  expect(await scoreProxies(work)).toBe(0);
});

it('proxies that read gradients of images are not asked for where the sum of class scores is constant', async () => {
  const opened = openFirst({ kind: 'transnas-bench-101', size: 'micro' });
  const { pool, requests } = poolOf();
  await scoreProxies({ opened, pool, seed: 1, round: 1, folder });
  expect(Object.keys(impossibleProxies(opened)).toSorted()).toEqual(['epe-nas', 'jacov']);
  const asked = new Set(requests.flatMap(({ families }) => families ?? []));
  expect([asked.has('jacov'), asked.has('epe-nas'), asked.has('synflow')]).toEqual([false, false, true]);
});

it('the summary has what ranks the same candidates: counts, presets and proxies', async () => {
  const opened = cells();
  const group = 'shared passes';
  const proxies = opened.members.map(
    ({ candidate }, i): ProxyRecord =>
      i === 11
        ? { candidate, group, values: {}, reason: 'crash: three times' }
        : { candidate, group, values: { synflow: i, snip: i === 0 ? 'Infinity' : -i, swap: 256 } },
  );
  const raw = opened.members.map(
    ({ candidate }, i): RawRecord => ({
      candidate,
      draw: 0,
      features: [1, 1, 1].map((entropy) => [entropy + i / 10, 1, 64, 8]),
      blocks: [
        [-i, 0],
        [-i, 0],
      ],
      ends: [1],
    }),
  );
  writeLines(proxiesFile({ folder, name: 'made-up', seed: 1 }), proxies);
  writeLines(rawFile({ folder, name: 'made-up', seed: 1 }), raw);
  const { groups, impossible } = await summarizeProxies({ opened, seeds: 3, folder });
  expect(impossible).toEqual({});
  expect(groups).toMatchObject([{ name: group, seeds: 1, candidates: 11 }]);
  const tau = (name: string) => groups[0]!.rankers.find((ranker) => ranker.name === name)!.kendall;
  expect([tau('synflow'), tau('snip'), tau('expressivity, blocks')]).toEqual([1, -1, 1]);
  expect(tau('swap')).toBeNaN();
  expect(tau('assembled')).toBeGreaterThan(0);
});

it('too few candidates are no group, and a space may be left out as a whole', async () => {
  const opened = cells();
  expect((await summarizeProxies({ opened, seeds: 1, folder })).groups).toEqual([]);
  const left = { ...opened, of: { ...opened.of, name: 'accel-nasbench-224' } };
  expect(await summarizeProxies({ opened: left, seeds: 1, folder })).toMatchObject({
    left: expect.stringContaining('accel-nasbench'),
    groups: [],
  });
});

function writeLines(file: string, records: readonly object[]): void {
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
