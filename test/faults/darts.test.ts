// Tests that an evolution over DARTS has the same ranking whatever is killed, and that no score is computed
// twice.
import { afterAll, expect, test } from 'vitest';
import { IN_FLIGHT, searchWithKills } from '../e2e/e2e-kills.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, specification } from '../support/zeroscout.js';

const BUDGET = 24;
const SEED = Number(process.env.ZEROSCOUT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const homes: TestHome[] = [];
afterAll(async () => {
  for (const home of homes) await home.remove();
}, 120_000);

/** A home with a specification of small networks. */
function fresh(): TestHome {
  const home = testHome();
  homes.push(home);
  const changes = {
    space: { kind: 'darts', cells: 4, channels: 4 },
    strategy: { kind: 'evolution', population: 8, budget: BUDGET, generation: 8, mutations: 1 },
    cohort: 'classes',
    fidelity: { draws: 1, batch: 2, resolution: 8 },
    execution: { shardSize: 8 },
  };
  home.write('search.json', specification({ changes }));
  return home;
}

test(`kills at random moments, ZEROSCOUT_KILL_SEED=${SEED}`, async () => {
  const calm = fresh();
  await done(['run', 'search.json', '--workers', '1', '--out', 'out'], { home: calm });
  const home = fresh();
  const trial = { workers: 1, shardSize: 8, seed: SEED };
  const { kills, computed, computedAgain } = await searchWithKills({ home, trial, samples: BUDGET });
  expect(home.read('out/ranking.csv')).toBe(calm.read('out/ranking.csv'));
  expect(computed).toBe(BUDGET);
  expect(computedAgain).toBeLessThanOrEqual(kills.reduce((sum, { what }) => sum + IN_FLIGHT[what], 0));
}, 300_000);
