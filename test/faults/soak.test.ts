// Runs rounds of searches under random faults, each checked against an undisturbed one (`npm run soak --
// --minutes N [--seed S]`).
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandRound } from './soak/command-round.js';
import { openFleet } from './soak/fleet-rounds.js';
import { createTally } from './soak/tally.js';
import { PATIENCE_MS } from './support/cluster.js';

const MINUTES = Number(process.env.ZEROSCOUT_SOAK_MINUTES ?? 0);
const SEED = Number(process.env.ZEROSCOUT_SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const REPORT = process.env.ZEROSCOUT_SOAK_REPORT;

test.runIf(MINUTES > 0)('soak', { timeout: MINUTES * 60_000 + 4 * PATIENCE_MS }, async () => {
  const deadline = Date.now() + MINUTES * 60_000;
  const tally = createTally();
  console.log(`soak of ${MINUTES} minutes, seed ${SEED}`);
  const fleet = openFleet();
  const reference = await runCommandRound({ seed: 0, reference: undefined, tell: () => {} });
  try {
    // The seed of a round reproduces it if it is given as the first one.
    for (let seed = SEED; seed === SEED || Date.now() < deadline; seed++) {
      const round = tally.begin(seed);
      try {
        if (seed % 2 === 0) await fleet.run(seed, round.tell);
        else await runCommandRound({ seed, reference, tell: round.tell });
        round.end();
      } catch (error) {
        round.end(error);
        console.error(`again with: npm run soak -- --minutes 1 --seed ${seed}`);
      }
      console.log(round.line());
    }
  } finally {
    await fleet.close();
    console.log(tally.text());
    if (REPORT) {
      mkdirSync(dirname(REPORT), { recursive: true });
      appendFileSync(REPORT, `${JSON.stringify(tally.report())}\n`);
    }
  }
  expect(tally.report().violations).toEqual([]);
});
