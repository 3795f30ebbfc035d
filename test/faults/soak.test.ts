// Run by `npm run soak -- --minutes N [--seed S]`. In: a seed. Out: searches with faults at random, the invariant after each.
import { expect, test } from 'vitest';
import { PATIENCE_MS, startStaffed } from './support/cluster.js';
import { checkInvariant, forget, undisturbed } from './support/invariant.js';
import { disturb } from './support/soak-round.js';

const MINUTES = Number(process.env.ZEROSCOUT_SOAK_MINUTES ?? 0);
const SEED = Number(process.env.ZEROSCOUT_SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));

test.runIf(MINUTES > 0)('soak', { timeout: MINUTES * 60_000 + 2 * PATIENCE_MS }, async () => {
  const started = Date.now();
  console.log(`soak of ${MINUTES} minutes, seed ${SEED}`);
  const cluster = await startStaffed();
  try {
    const reference = await undisturbed({ cluster });
    for (let round = 0; round === 0 || Date.now() - started < MINUTES * 60_000; round++) {
      await forget({ cluster, reference });
      // A round's seed alone brings it back, as the first one.
      const seed = SEED + round;
      const id = `round-${round + 1}`;
      const happened: string[] = [];
      const began = Date.now();
      const line = () =>
        `round ${round + 1}, seed ${seed}: ${happened.join(', ').replace(':,', ':')}; ${cluster.scored(id).length} scored for ${cluster.samples}, ${((Date.now() - began) / 1_000).toFixed(0)} s`;
      try {
        const search = await disturb({ cluster, id, seed, tell: (what) => happened.push(what) });
        const store = happened.some((what) => what.startsWith('scores lost')) ? 'lossy' : 'whole';
        await checkInvariant({ cluster, search, reference, store });
      } catch (error) {
        console.error(`VIOLATED in ${line()}\nagain with: npm run soak -- --minutes 1 --seed ${seed}`);
        console.error(`what workers warned of, the last of it:\n${cluster.warnings.slice(-40).join('\n')}`);
        throw error;
      }
      console.log(`ok: ${line()}`);
    }
    expect(cluster.workers.size).toBeGreaterThanOrEqual(3);
  } finally {
    await cluster.close();
  }
});
