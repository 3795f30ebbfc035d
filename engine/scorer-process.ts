// Runs as the scorer process: it receives requests over IPC, sends outcomes, and ends with its parent.
import { allowModules } from '../core/spaces/module/definition.js';
import { type Device, isBatchedDevice } from '../core/specification/devices.js';
import { createBatchedScoring } from './batched/batched-scoring.js';
import { createCpuScorer } from './cpu-scorer.js';
import { endWithParent } from './lifeline.js';
import { loadModule } from './load-module.js';
import { allowOwnProxies } from './own-proxies.js';
import type { FromScorer, ToScorer } from './protocol.js';

// The person who started the worker allowed modules (docs/decisions/0013-spaces-as-modules.md).
if (process.env.ZEROSCOUT_ALLOW_MODULES === '1') {
  allowModules(loadModule);
  allowOwnProxies();
}
const device = (process.env.ZEROSCOUT_SCORER_DEVICE ?? 'cpu') as Device;
const threads = Number(process.env.ZEROSCOUT_SCORER_THREADS ?? 1);

function send(message: FromScorer): Promise<void> {
  return new Promise((done) => (process.send ? process.send(message, () => done()) : done()));
}

/**
 * An error that no candidate caused ends the process, because on a GPU a single error can corrupt everything
 * that follows.
 */
async function endOnError(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await send({ type: 'broken', detail: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

endWithParent();
// Ctrl-C in a terminal reaches the whole process group, but the worker decides when its scorers end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
await endOnError(async () => {
  const { scoreAll } = isBatchedDevice(device)
    ? await createBatchedScoring({ device, threads })
    : await createCpuScorer({ threads });
  process.on('message', ({ id, requests }: ToScorer) =>
    endOnError(async () => {
      const outcomes = await scoreAll(requests);
      await send({ type: 'scored', id, outcomes, residentBytes: process.memoryUsage.rss() });
    }),
  );
  await send({ type: 'ready' });
});
