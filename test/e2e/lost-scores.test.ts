// In: a store that loses acknowledged scores after they were counted. Out: they are computed again, and the ranking is the same.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testHome } from '../support/home.js';
import { startNats } from '../support/nats.js';
import { startTemporal } from '../support/temporal.js';
import { done, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const SAMPLES = 12;
const LOSING_WORKER = fileURLToPath(new URL('e2e-losing-worker.mjs', import.meta.url));

test('scores lost between audit and ranking are found missing and scored again', async () => {
  const home = testHome();
  const temporal = await startTemporal({ home });
  const nats = await startNats({ dir: `${home.dir}/nats` });
  const env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url };
  const control = spawnNode([LOSING_WORKER], { home, env });
  const score = spawnZeroscout(['worker', '--role', 'score'], { home, env });
  try {
    home.write('search.json', specification({ samples: SAMPLES }));
    const { code, stderr } = await done(['run', 'search.json', '--out', 'out'], { home, env });
    expect(stderr).not.toMatch(/lost between audit and ranking/);
    expect(code).toBe(0);
    await control.says(new RegExp(`lost ${SAMPLES - 3} scores`));
    expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
    await done(['run', 'search.json', '--id', 'again', '--out', 'again'], { home, env });
    expect(JSON.parse(home.read('again/summary.json'))).toMatchObject({ scored: 0, reused: SAMPLES });
    expect(home.read('again/ranking.csv')).toBe(home.read('out/ranking.csv'));
  } finally {
    for (const worker of [score, control]) worker.child.kill('SIGTERM');
    await Promise.all([score.ended, control.ended]);
    await Promise.all([temporal.stop(), nats.stop()]);
    await home.remove();
  }
}, 180_000);
