// Tests that rankings are the same bytes whatever the workers, the shards and the kills.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IN_FLIGHT, searchWithKills, type Trial } from '../e2e/e2e-kills.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, specification } from '../support/zeroscout.js';

const SAMPLES = 100;
const SEED = Number(process.env.ZEROSCOUT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

let reference: string;
const homes: TestHome[] = [];

const write = (home: TestHome, shardSize: number) =>
  home.write(
    'search.json',
    specification({
      samples: SAMPLES,
      changes: { fidelity: { draws: 1, batch: 8, resolution: 16 }, execution: { shardSize } },
    }),
  );

/** A separate home, because scores of another trial would be reused. */
function fresh(): TestHome {
  const home = testHome();
  homes.push(home);
  return home;
}

beforeAll(async () => {
  const home = fresh();
  write(home, 64);
  await done(['run', 'search.json', '--workers', '1', '--out', 'out'], { home });
  reference = home.read('out/ranking.csv');
  expect(reference.trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
}, 300_000);
afterAll(async () => {
  for (const home of homes) await home.remove();
}, 120_000);

describe('undisturbed', () => {
  test.each([
    { workers: 3, shardSize: 64 },
    { workers: 3, shardSize: 16 },
  ])(
    '$workers workers, shards of $shardSize',
    async ({ workers, shardSize }) => {
      const home = fresh();
      write(home, shardSize);
      await done(['run', 'search.json', '--workers', String(workers), '--out', 'out'], { home });
      expect(home.read('out/ranking.csv')).toBe(reference);
    },
    180_000,
  );
});

describe(`kills at random moments, ZEROSCOUT_KILL_SEED=${SEED}`, () => {
  const trials: Trial[] = [
    { workers: 1, shardSize: 64, seed: SEED },
    { workers: 3, shardSize: 16, seed: SEED + 1 },
  ];
  test.each(trials)(
    '$workers workers, shards of $shardSize',
    async (trial) => {
      const home = fresh();
      write(home, trial.shardSize);
      const { kills, computedAgain, computed, seconds } = await searchWithKills({
        home,
        trial,
        samples: SAMPLES,
      });
      const moments = kills.map(({ what, at }) => `${what} after ${at}`).join(', ');
      console.log(
        `seed ${trial.seed}, ${trial.workers} workers, shards of ${trial.shardSize}: killed ${moments}; ` +
          `${computed} computed, ${computedAgain} begun again, in ${seconds.toFixed(0)} s`,
      );
      expect(home.read('out/ranking.csv')).toBe(reference);
      expect(computed).toBe(SAMPLES);
      const inFlight = kills.reduce((sum, { what }) => sum + IN_FLIGHT[what], 0);
      expect(computedAgain).toBeLessThanOrEqual(inFlight);
    },
    300_000,
  );
});
