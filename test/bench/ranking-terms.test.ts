// Tests that `npm run bench:ranking` computes the terms of the default ranking as a search does, on networks that a
// real scorer measures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assembledTerms, valuesOf } from '../../bench/studies/ranking/assemblies.js';
import { rawFile, readRaw, scoreSample } from '../../bench/studies/ranking/score.js';
import { listRankedSpaces } from '../../bench/studies/ranking/spaces.js';
import { openSpace } from '../../core/spaces/index.js';
import { termsIn } from '../../core/specification/assemblies.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { built } from '../support/engine.js';

let folder: string;
let pool: ScorerPool;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ranking-'));
  pool = createScorerPool({ script: built('engine/scorer-process.js'), size: 1 });
});
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

it.each([
  { name: 'nas-bench-201' },
  // The sixth and the seventh layer are identities.
  { name: 'nas-bench-macro', text: '12111002' },
  { name: 'nas-bench-101' },
  // The last cell of each stage has an identity path, and no whole stage has one.
  { name: 'transnas-bench-101-micro', text: '64-41414-1_03_213' },
  { name: 'transnas-bench-101-macro' },
])('each measured term of the default ranking in $name is that of a search', async ({ name, text }) => {
  const known = listRankedSpaces().find((each) => each.name === name)!;
  const fidelity = { batch: 4, resolution: Math.min(64, known.fidelity.resolution) };
  const of = { ...known, fidelity };
  const space = openSpace(of.space);
  const candidate = text ?? space.random({ seed: 4, draw: 0, name: 'terms' });
  const truth = { datasets: ['all'], accuracy: new Map() };
  const opened = { of, space, truth, members: [{ candidate, rows: [candidate] }] };
  await scoreSample({ opened, pool, seed: 1, draws: [0], folder });
  const [record] = await readRaw(rawFile({ folder, name, seed: 1 }));
  const studied = valuesOf(record!);
  const { features, weights } = termsIn('assembled', of.space);
  const [searched] = await pool.score({
    space: of.space,
    candidate,
    seed: 1,
    draws: [0],
    fidelity: { ...fidelity, weights: 'shared', features },
    families: ['az-nas', 'residual', 'mean-expressivity', 'sampled-progressivity'],
  });
  const terms = assembledTerms(of.space);
  const compared = Object.keys(weights).flatMap((proxy, i) => {
    const value = studied[terms[i]!.value];
    // Counts are no part of what the study stores.
    return value === undefined ? [] : [[proxy, value, searched![proxy as keyof typeof searched]] as const];
  });
  expect(compared.length).toBeGreaterThanOrEqual(3);
  for (const [proxy, value, other] of compared)
    expect([proxy, value]).toEqual([proxy, expect.closeTo(Number(other), 5)]);
});
