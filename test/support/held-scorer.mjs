// Starts a scorer as a worker does, lets it score one candidate, and keeps it running for the given seconds,
// because telemetry uploads after ten.
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startScorer } from '../../dist/engine/scorer-child.js';

const REQUEST = {
  space: { kind: 'nas-bench-201' },
  candidate: '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|',
  seed: 1,
  fidelity: { batch: 4, resolution: 8, weights: 'shared', features: 'blocks' },
  draws: [0],
};

await new Promise((resolve, reject) => {
  const child = startScorer({
    script: fileURLToPath(new URL('../../dist/engine/scorer-process.js', import.meta.url)),
    threads: 1,
    device: 'cpu',
    startTimeoutMs: 60_000,
    onReady: () => child.send(1, [REQUEST]),
    onScored: async ({ outcomes }) => {
      console.log(JSON.stringify(outcomes));
      await setTimeout(Number(process.argv[2]) * 1_000);
      await child.close();
      resolve();
    },
    onGone: ({ cause }) => reject(new Error(cause)),
  });
});
