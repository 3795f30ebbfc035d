// Tests that a whole MobileNetV2 search gives the same bytes with kills as without; half an hour, so ZEROSCOUT_FULL=1 asks for it.
import { afterAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { done } from '../support/zeroscout.js';
import { searchWithKills } from './e2e-kills.js';

const BUDGET = 500;
const SEED = Number(process.env.ZEROSCOUT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SEARCH = JSON.stringify({
  name: 'search',
  space: { kind: 'mobilenet-v2' },
  strategy: { kind: 'evolution', population: 64, budget: BUDGET, generation: 16, mutations: 2 },
  constraints: { flops: { max: '450M' } },
  fidelity: { draws: 1, batch: 8, resolution: 64 },
  execution: { shardSize: 8 },
});

const homes: TestHome[] = [];
afterAll(async () => {
  for (const home of homes) await home.remove();
}, 120_000);

test.skipIf(process.env.ZEROSCOUT_FULL !== '1')(
  `500 networks of the MobileNetV2 space with kills (ZEROSCOUT_FULL=1), ZEROSCOUT_KILL_SEED=${SEED}`,
  async () => {
    const [plain, killed] = [testHome(), testHome()];
    homes.push(plain, killed);
    for (const home of homes) home.write('search.json', SEARCH);
    await done(['run', 'search.json', '--out', 'out'], { home: plain });
    const trial = { workers: 2, shardSize: 8, seed: SEED };
    const { kills, computed, computedAgain, seconds } = await searchWithKills({
      home: killed,
      trial,
      samples: BUDGET,
    });
    const moments = kills.map(({ what, at }) => `${what} after ${at}`).join(', ');
    console.log(`killed ${moments}; ${computed} computed, ${computedAgain} more than once, ${seconds} s`);
    expect(killed.read('out/ranking.csv')).toBe(plain.read('out/ranking.csv'));
  },
  1_800_000,
);
